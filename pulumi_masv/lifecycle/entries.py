"""What a check decides of a fleet's entries: new ones, those declared anew, those taken out."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Final

from pulumi_masv import plan
from pulumi_masv.formatting import amount, amount_of_all, resource_name
from pulumi_masv.lifecycle.protocol import CheckRequest
from pulumi_masv.lifecycle.reconcile import Reconciler
from pulumi_masv.lifecycle.session import Session
from pulumi_masv.lifecycle.verdicts import Verdict
from pulumi_masv.models import FleetInputs, LifecycleInputs, Observed, Package, Stored, StoredFleet
from pulumi_masv.plan import Plan

_FLAGS: Final = frozenset({"forceDestroy", "retainRemoved"})
Asked = CheckRequest[FleetInputs, Mapping[str, LifecycleInputs]]


def foresee(session: Session, reconciler: Reconciler, request: Asked) -> Sequence[Verdict]:
    """Return the verdicts on what a change of a fleet is about, and promise them."""
    return _Check(session, reconciler, request).verdicts()


@dataclass(frozen=True)
class _Check:
    session: Session
    reconciler: Reconciler
    asked: Asked

    def verdicts(self) -> Sequence[Verdict]:
        if self.asked.inputs is None:
            return self._unknown()
        entries, declared_before = self.asked.inputs.entries(), self.asked.declared_before
        changed = changed_in(self.asked, entries)
        removed = declared_before.keys() - entries.keys()
        kept = self.session.registry.declared(self.session.account, removed) if removed else set()
        left = removed if self.asked.inputs.retain_removed else kept
        if self.asked.inputs.retain_removed:  # a replacement ends the old fleet by its old flags
            self.session.declare(removed)
        forced = _newly_forced(self.asked, entries)
        looked = changed | (removed - left) | forced
        found, why = self.session.look_or_why(lambda: self.session.look_all(looked))
        observed, failed = found or ({}, {})
        if found is not None:
            gone = removed - left - observed.keys() - failed.keys()
            self.session.readings.let_go({i: declared_before[i].name for i in sorted(gone)})
        dated = {
            i for i in changed if plan.is_about_end(entries[i]) or "expiry" in self._unknown_of(i)
        }
        observed = observed | self.session.settle_all(
            {i: observed[i] for i in dated & observed.keys()}
        )
        verdicts = [
            self._verdict(
                i,
                does="refused",
                refusals=(plan.CannotLook(i, error, "entry" if i in removed else None),),
            )
            for i, error in sorted(failed.items())
        ]
        told = changed - failed.keys()
        verdicts += [self._entry(i, entries[i], observed.get(i), why) for i in sorted(told)]
        ended = removed - left - failed.keys()
        verdicts += [self._removed(i, observed.get(i), why) for i in sorted(ended)]
        for i in sorted(left):
            does = "let go" if i in kept else "left alone"
            verdicts.append(self._verdict(i, does=does))
        self._tell_of_force([observed[i] for i in sorted(forced & observed.keys())])
        return verdicts

    def _entry(
        self,
        package_id: str,
        entry: LifecycleInputs,
        observed: Observed | None,
        blind: str,
    ) -> Verdict:
        """Return the verdict on an entry that is new or declared anew."""
        unknown = self._unknown_of(package_id)
        if blind:
            doubt = blind if entry.expiry or "expiry" in unknown else ""
            return self._verdict(package_id, does="unknown", doubt=doubt)
        if observed is None:
            gone = plan.NotFound(package_id, self.session.masv().team_id, in_fleet=True)
            return self._verdict(package_id, does="refused", refusals=(gone,))
        declared_before = self.asked.declared_before.get(package_id)
        return self.reconciler.foresee(
            observed, entry, declared_before, urn=self.asked.urn, unknown=unknown
        )

    def _removed(self, package_id: str, observed: Observed | None, blind: str) -> Verdict:
        """Return the verdict on an entry that is taken out, and that nothing else declares."""
        if blind:
            doubt = f"cannot tell what taking it out would destroy: {blind}"
            return self._verdict(package_id, does="unknown", doubt=doubt)
        if observed is None:
            return self._verdict(package_id, does="ended")
        flags = self.asked.inputs or FleetInputs(packages={})
        maybe = sorted(self.asked.unknown & _FLAGS)
        if maybe:
            flags = flags.model_copy(update={"force_destroy": True})
        result = end_of(observed, self.asked.declared_before[package_id], flags)
        doubt = ""
        if result.loss or (result.refusals and maybe):
            doubt = self._undecided(observed.package, maybe)
        if result.refusals and "retainRemoved" in maybe:
            result = Plan(observed.package)
        result = self.reconciler.promise(result, self.asked.urn)
        verdict = Verdict.of(
            result, urn=self.asked.urn, does="ended", now=observed.now, doubt=doubt
        )
        return replace(verdict, steps=(), loss=None) if doubt else verdict

    def _undecided(self, package: Package, maybe: Sequence[str]) -> str:
        """Return why it cannot be told yet whether the files of an entry end."""
        why = f"{' and '.join(maybe)} is not known yet" if maybe else ""
        awaited = ", ".join(self.session.registry.awaited())
        if awaited:
            why = f"whether the program still declares it is not known yet ({awaited})"
        return f"{amount(package)} may end now: {why}" if why else ""

    def _unknown(self) -> Sequence[Verdict]:
        """Return the verdicts on a fleet whose map is not known yet."""
        line = "cannot look at a fleet whose packages are not known yet"
        self.session.announcer.note(line, urn=self.asked.urn)
        found, why = self.session.look_or_why(
            lambda: self.session.look_all(self.asked.declared_before.keys())
        )
        unknown = "what is declared of it is not known yet"
        observed = found[0] if found else {}
        verdicts = [self._verdict("", does="unknown", doubt=why or unknown)]
        for i, one in sorted(observed.items()):
            if one.package.files_exist:
                forced = self.asked.declared_before[i].force_destroy
                how = "end earlier, or be destroyed" if forced else "end earlier"
                doubt = f"{amount(one.package)} may {how}: {unknown}"
                verdicts.append(self._verdict(i, does="unknown", doubt=doubt, observed=one.package))
        return verdicts

    def _unknown_of(self, package_id: str) -> AbstractSet[str]:
        return self.asked.unknown_of.get(package_id, frozenset())

    def _verdict(self, package_id: str, **values: object) -> Verdict:
        now = self.session.clock()
        return Verdict(package_id=package_id, urn=self.asked.urn, now=now, **values)  # type: ignore[arg-type]

    def _tell_of_force(self, observed: Iterable[Observed]) -> None:
        """Say so where the end of an entry comes to destroy files."""
        held = [one.package for one in observed if one.package.files_exist]
        if held:
            destroys = "may destroy" if "forceDestroy" in self.asked.unknown else "destroys"
            self.session.announcer.note(
                f"{resource_name(self.asked.urn)}: from now on taking an entry out, or removing "
                f"the fleet, {destroys} its files: {amount_of_all(held)}",
                urn=self.asked.urn,
            )


def changed_in(request: Asked, entries: Mapping[str, LifecycleInputs]) -> AbstractSet[str]:
    """Return the ids of the entries that are new, declared anew, or not known yet."""
    declared_before = request.declared_before
    return {
        i
        for i, entry in entries.items()
        if i in request.unknown_of
        or i not in declared_before
        or not plan.same(entry, declared_before[i])
    }


def _newly_forced(request: Asked, entries: Mapping[str, LifecycleInputs]) -> AbstractSet[str]:
    now = request.inputs is not None and request.inputs.force_destroy
    if not (now or "forceDestroy" in request.unknown):
        return frozenset()
    declared_before = request.declared_before
    return {i for i in entries if not (i in declared_before and declared_before[i].force_destroy)}


def end_of(
    observed: Observed, stored: LifecycleInputs | Stored, flags: FleetInputs | StoredFleet
) -> Plan:
    """Return the end of an entry: a flag counts where it was stored and still stands."""
    return plan.end(
        observed.package,
        force_destroy=stored.force_destroy and flags.force_destroy,
        archive_on_destroy=stored.archive_on_destroy and flags.archive_on_destroy,
        now=observed.now,
        cause="removed from a fleet",
        in_fleet=True,
    )
