"""What a process does with fleets: many packages, read together and written side by side.

What is done to each is what a resource of its own would do. All refusals come before the first
write; a package that fails does not stop the others.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from pulumi_masv import plan
from pulumi_masv.errors import ChangeRefused, NotAsDeclared, PartlyDone
from pulumi_masv.lifecycle.batch import Batch, Job
from pulumi_masv.lifecycle.lines import (
    announce,
    conditional,
    limited,
    name_of,
    of_entry,
    say,
    shown,
)
from pulumi_masv.lifecycle.packages import Foresight, Packages, early_end
from pulumi_masv.lifecycle.view import View
from pulumi_masv.lifecycle.windows import opposed
from pulumi_masv.models import (
    FleetInputs,
    LifecycleInputs,
    Package,
    Problem,
    Seen,
    Stored,
    StoredFleet,
)
from pulumi_masv.plan import Plan

_NOTHING: Final[frozenset[str]] = frozenset()


class Fleets:
    """The verbs, for all fleets of one process. Every verb may raise MasvError."""

    def __init__(self, view: View, packages: Packages) -> None:
        self._view = view
        self._packages = packages
        self._elsewhere: set[str] = set()
        self._unchanged: set[str] = set()

    def preview(
        self,
        inputs: FleetInputs | None,
        before: Mapping[str, LifecycleInputs],
        unknown: Mapping[str, AbstractSet[str]],
        flags: AbstractSet[str] = _NOTHING,
    ) -> list[Problem]:
        """Say what will be done and lost, and find what would be refused; no write.

        Args:
            inputs: what the program declares, without what is not known yet; None where the whole
                map is not.
            before: the entries of the last run, with its flags; empty for a fleet that is new.
            unknown: package id -> what of it is not known yet.
            flags: the flags of the fleet that are not known yet.

        Raises:
            SettingsError: a setting is wrong.
        """
        if inputs is None:
            self._view.preview(lambda: self._preview_unknown(before), "this fleet")
            return []
        entries = inputs.entries()
        changed = {i for i, e in entries.items() if i in unknown or not _alike(e, before.get(i))}
        self.unchanged(entries.keys() - changed)
        self._unchanged -= changed
        removed = before.keys() - entries.keys() - self._elsewhere
        if inputs.retain_removed:
            self.declare(removed)  # a replacement ends the old fleet, which knows its old flag
            removed = set()
        maybe = flags & {"forceDestroy", "retainRemoved"}
        forced = {
            i
            for i in entries
            if (inputs.force_destroy or "forceDestroy" in flags)
            and not (i in before and before[i].force_destroy)
        }

        def look() -> list[Problem]:
            seen, failed = self._view.look_all(changed | removed | forced)
            for i, error in failed.items():
                self._view.say(f"cannot look at {i}, so it is not checked: {error}")
            foreseen = []
            for i in sorted(changed - failed.keys()):
                if i in seen:
                    one = self._packages.foresee(
                        seen[i], entries[i], before.get(i), unknown.get(i, _NOTHING)
                    )
                else:
                    gone = f"{self._view.masv().not_found(i)}; or take it out"
                    one = Foresight(refusals=(Problem("packageId", gone),))
                foreseen.append((i, one))
            for i in sorted(removed & seen.keys()):
                flagged = inputs.model_copy(update={"force_destroy": True}) if maybe else inputs
                one = self._packages.foreseen(seen[i], _end(seen[i], before[i], flagged))
                # Which check comes first may differ between a preview and its up.
                if i in self._view.checked:
                    one = Foresight(
                        losses=conditional(one.losses, "unless another resource declares it")
                    )
                elif maybe:
                    why = f"perhaps, since {' and '.join(sorted(maybe))} is not known yet"
                    refusals = () if "retainRemoved" in flags else one.refusals
                    one = Foresight(None, conditional(one.losses, why), refusals)
                foreseen.append((i, one))
            announce(self._view, [one for _, one in foreseen], name_of(entries))
            held = _with_files(seen[i] for i in sorted(forced & seen.keys()))
            if held:
                destroys = "may destroy" if "forceDestroy" in flags else "destroys"
                self._view.say(
                    f"{name_of(entries)}: from now on taking an entry out, or removing the fleet, "
                    f"{destroys} its files: {plan.amount_of_all(held)}"
                )
            return limited(
                [of_entry(i, refusal) for i, one in foreseen for refusal in one.refusals]
            )

        if not (changed or removed or forced):
            return []
        return self._view.preview(look, "this fleet") or []

    def unchanged(self, package_ids: AbstractSet[str]) -> None:
        """Remember that a check found these as they were declared before: nothing is due."""
        self._unchanged |= package_ids

    def elsewhere(self, package_ids: Iterable[str]) -> None:
        """Remember what the program declares outside of a fleet: it is let go of in any case."""
        self._elsewhere.update(package_ids)
        self.declare(self._elsewhere)

    def _preview_unknown(self, before: Mapping[str, LifecycleInputs]) -> None:
        """Say what a fleet may lose whose map is not known yet."""
        self._view.say("cannot look at a fleet whose packages are not known yet")
        held = _with_files(self._view.look_all(before.keys() - self._elsewhere)[0].values())
        forced = any(entry.force_destroy for entry in before.values())
        if held:
            how = "end earlier, or be destroyed" if forced else "end earlier"
            self._view.say(
                f"{name_of(before)}: LOSS {plan.amount_of_all(held)} may {how}: "
                f"what is declared of them is not known yet"
            )

    def declare(self, package_ids: Iterable[str]) -> None:
        """Remember that the program declares these: no delete of this process touches them."""
        for package_id in package_ids:
            self._view.checked.package(package_id)

    def disagreements(self, inputs: FleetInputs) -> list[Problem]:
        """Where an ArchiveWindow of the same program declares the opposite of an entry."""
        found = [
            of_entry(i, problem)
            for i, entry in inputs.entries().items()
            for problem in opposed(self._view, entry)
        ]
        return limited(found)

    def remind(self, stored: StoredFleet) -> None:
        """Say which archives wait for a refresh."""
        now = self._view.now()
        late = [
            i
            for i, one in stored.live.items()
            if one.pending_archive and one.expiry and one.expiry <= now and i in self._view.checked
        ]
        say(
            self._view,
            [f"{i}: its expiry has passed: an up with --refresh archives it" for i in late],
            "more to archive",
            name_of(stored.live),
        )

    def create(self, inputs: FleetInputs) -> StoredFleet:
        """Adopt all packages: make each what is declared of it.

        Raises:
            ChangeRefused: something declared would end files at once or needs files that are gone;
                nothing was written.
            PartlyDone: some packages failed; the others are done.
        """
        return self._converge(inputs, {}, self._view.masv().team_id)

    def update(self, inputs: FleetInputs, stored: StoredFleet) -> StoredFleet:
        """Make all packages what is declared now. Raises as `create`, and OtherTeam."""
        self._view.same_team(stored.team_id, "this fleet")
        return self._converge(inputs, stored.entries(), stored.team_id)

    def read(self, stored: StoredFleet) -> StoredFleet:
        """What is live of a fleet, without the packages that its team no longer has.

        Raises:
            OtherTeam: it was stored under another team.
        """
        self._view.same_team(stored.team_id, "this fleet")
        entries = stored.entries()
        seen, failed = self._view.look_all(entries.keys())
        for error in failed.values():
            raise error
        for i in sorted(entries.keys() - seen.keys()):
            if stored.team_id is None:
                raise self._view.masv().not_found(i)
        early = [early_end(seen[i], entries[i]) for i in entries if i in seen]
        say(self._view, [line for line in early if line], "more that ended early", name_of(entries))
        live = {i: self._packages.record(seen[i], stored=entries[i]) for i in entries if i in seen}
        return StoredFleet.record(live, stored, self._view.masv().team_id)

    def delete(self, stored: StoredFleet) -> None:
        """End all packages with their fleet, as its stored flags say.

        Raises:
            ChangeRefused: files exist that may not be destroyed; nothing was written.
            PartlyDone: some packages failed; the others are done.
            OtherTeam: it was stored under another team.
        """
        entries = {i: e for i, e in stored.entries().items() if i not in self._view.checked}
        if stored.retain_removed or not entries:
            return
        self._view.same_team(stored.team_id, "this fleet")
        seen, failed = self._view.look_all(entries.keys())
        ends = [Job(seen[i], _end(seen[i], entries[i], stored), ends=True) for i in sorted(seen)]
        self._do([], ends, {i: str(error) for i, error in failed.items()}, name_of(entries))

    def _converge(
        self, inputs: FleetInputs, stored: Mapping[str, Stored], team_id: str | None
    ) -> StoredFleet:
        entries = inputs.entries()
        due = {
            i
            for i, entry in entries.items()
            if i not in stored or not plan.untouched(entry, stored[i].projection())
        }
        ending = set() if inputs.retain_removed else stored.keys() - entries.keys()
        ending = {i for i in ending if i not in self._view.checked}
        seen, failed = self._view.look_all(due | ending)
        early = [early_end(seen[i], stored[i]) for i in due & seen.keys() if i in stored]
        say(self._view, [line for line in early if line], "more that ended early", name_of(entries))
        jobs = {
            i: Job(seen[i], self._plan(seen[i], entries[i], stored.get(i)))
            for i in sorted(due & seen.keys())
        }
        ends = [
            Job(seen[i], self._as_previewed(seen[i], _end(seen[i], stored[i], inputs)), ends=True)
            for i in sorted(ending & seen.keys())
        ]
        missing = {
            i: str(failed.get(i) or self._view.masv().not_found(i))
            for i in sorted((due | failed.keys()) - seen.keys())
        }
        self._do(list(jobs.values()), ends, missing, name_of(entries))
        written, failed = self._view.look_all({i for i, job in jobs.items() if job.plan.steps})
        seen |= written
        short = {i: str(error) for i, error in failed.items()}
        live = {}
        for i, entry in entries.items():
            if i in short:
                continue
            if i not in due:
                live[i] = stored[i].redeclared(entry)
                continue
            try:
                live[i] = self._packages.record(seen[i], entry, stored.get(i), jobs[i].plan)
            except NotAsDeclared as error:
                short[i] = str(error)
            self._view.forget(i)
        self._fail(short, 0, len(jobs) + len(ends))
        return StoredFleet.record(live, inputs, team_id or self._view.masv().team_id)

    def _plan(self, seen: Seen, entry: LifecycleInputs, stored: Stored | None) -> Plan:
        """What makes an entry as declared; nothing where its check found it alike.

        The state may know less than the inputs do (an import), and then would plan more.
        """
        if stored is not None and seen.package.id in self._unchanged:
            return Plan()
        return self._packages.plan(seen, entry, stored)

    def _as_previewed(self, seen: Seen, end: Plan) -> Plan:
        """Nothing is destroyed that the check of this process has not named."""
        if not end.losses or self._packages.announced(seen.package.id, "delete_package"):
            return end
        reason = f"{seen.package.id}: its end was not checked, since MASV could not be asked then"
        return Plan(refusals=(Problem("packages", f"{reason}: run again"),))

    def _do(
        self, jobs: Sequence[Job], ends: Sequence[Job], failed: dict[str, str], name: str
    ) -> None:
        """Refuse before the first write; do all that can be done, what destroys last."""
        refusals = [refusal for job in (*jobs, *ends) for refusal in job.plan.refusals]
        if refusals:
            raise ChangeRefused("; ".join(problem.reason for problem in limited(refusals)))
        foreseen = [self._packages.foreseen(job.seen, job.plan) for job in (*jobs, *ends)]
        announce(self._view, foreseen, name)
        batch = Batch(self._view, self._packages)
        batch.run(jobs)
        batch.run(ends)
        total = len(jobs) + len(ends) + len(failed)
        self._fail({**failed, **batch.failures}, batch.not_begun, total)

    def _fail(self, failures: Mapping[str, str], not_begun: int, total: int) -> None:
        if not failures:
            return
        lines = [f"{i}: {why}" if i not in why else why for i, why in failures.items()]
        told = shown(lines, "more failures")
        if not_begun:
            told.append(f"{not_begun} not begun, since they would fail alike")
        done = total - len(failures) - not_begun
        raise PartlyDone(
            f"{done} of {total} packages are done, {len(failures)} failed: "
            f"{'; '.join(told)}: run again, nothing is done twice"
        )


def _alike(entry: LifecycleInputs, before: LifecycleInputs | None) -> bool:
    return before is not None and plan.same(entry, before)


def _end(seen: Seen, stored: LifecycleInputs | Stored, flags: FleetInputs | StoredFleet) -> Plan:
    """The end of an entry: a flag counts where it was stored and still stands."""
    return plan.end(
        seen.package,
        force_destroy=stored.force_destroy and flags.force_destroy,
        archive_on_destroy=stored.archive_on_destroy and flags.archive_on_destroy,
        now=seen.now,
        ways_on=plan.OF_A_FLEET,
    )


def _with_files(seen: Iterable[Seen]) -> list[Package]:
    return [one.package for one in seen if one.package.files_exist]
