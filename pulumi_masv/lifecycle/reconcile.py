"""What makes one package as declared, alone or in a fleet: promise, plan, perform, record.

A promise is the plan that a check has shown. Every verb asks for its plan here and gets no more of
it than was promised. Whoever asks has looked before; nothing here decides when to look.
"""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from typing_extensions import assert_never

from pulumi_masv import plan
from pulumi_masv.errors import ChangeRefused, NotAsDeclared, RequestRefused
from pulumi_masv.formatting import amount, quote, spell
from pulumi_masv.lifecycle import bounds
from pulumi_masv.lifecycle.session import Session
from pulumi_masv.lifecycle.verdicts import Does, Verdict
from pulumi_masv.models import LifecycleInputs, Seen, Stored
from pulumi_masv.plan import Plan, Step


class Reconciler:
    """What one process makes of packages, for all its resources."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._promises: dict[str, Plan] = {}
        self._nothing: set[str] = set()

    def promise(self, result: Plan, urn: str) -> Plan:
        """Keep a plan as what this run says of its package, within what binds the run."""
        result = bounds.kept(self._session, result, urn)
        self._nothing.discard(result.observed.id)
        self._promises[result.observed.id] = result
        return result

    def promise_nothing(self, package_ids: Iterable[str]) -> None:
        """Keep that a check found these declared as before: nothing is to be done to them."""
        self._nothing.update(package_ids)

    def promised(self, package_id: str) -> Plan | None:
        """Return what a check of this process has promised of a package."""
        return self._promises.get(package_id)

    def foresee(
        self,
        seen: Seen,
        inputs: LifecycleInputs,
        before: LifecycleInputs | None,
        *,
        urn: str,
        unknown: AbstractSet[str] = frozenset(),
    ) -> Verdict:
        """Decide what making a package as declared does to it, and promise that.

        Args:
            seen: the package.
            inputs: what the program declares, as far as it is known.
            before: what it declared in the last run; None on adoption.
            urn: of the resource.
            unknown: names of what is declared and not known yet.
        """
        planned = inputs
        if "expiry" in unknown:  # it may be the one that unlimited_storage=False needs
            planned = inputs.model_copy(update={"unlimited_storage": None})
        result = self.promise(plan.converge(seen.package, planned, before, seen.now), urn)
        does: Does = "changed" if before else "adopted"
        doubt = ""
        if "expiry" in unknown and seen.package.files_exist:
            doubt = f"{amount(seen.package)} may end earlier: its new expiry is not known yet"
        waits = bool(inputs.archived and seen.package.files_exist)
        waits = waits and not (before and before.archived)
        return Verdict.of(result, urn=urn, does=does, now=seen.now, doubt=doubt, waits=waits)

    def due(self, seen: Seen, inputs: LifecycleInputs, stored: Stored | None) -> Plan:
        """Return what makes a package as declared now, of that which was promised."""
        if seen.package.id in self._nothing:
            return Plan(seen.package)
        promised = self._promises.get(seen.package.id)
        if promised is not None and promised.refusals:
            return Plan(seen.package, refusals=promised.refusals)
        if stored is None:
            result = plan.converge(seen.package, inputs, None, seen.now)
        else:
            # The state may know less than the inputs do (an import), and then would plan more.
            before = stored.projection()
            result = plan.converge(
                seen.package, inputs, stored.managed(), seen.now, declared_before=before
            )
        return result.within(promised)

    def perform(self, seen: Seen, result: Plan) -> None:
        """Refuse before the first write, and take each step. Raises ChangeRefused."""
        if result.refusals:
            raise ChangeRefused(result.refusals)
        for step in result.steps:
            self._take(seen, step)

    def record(
        self,
        seen: Seen,
        inputs: LifecycleInputs | None = None,
        stored: Stored | None = None,
        done: Plan | None = None,
    ) -> Stored:
        """Return what to store of it.

        Raises:
            NotAsDeclared: MASV keeps another value than the one that a plan asked for.
        """
        short = [line for step in (done.steps if done else ()) if (line := _shortfall(step, seen))]
        if short:
            raise NotAsDeclared(
                f"{seen.package.id} {quote(seen.package.name)}: {'; '.join(short)}: "
                f"declare a value that MASV keeps"
            )
        return Stored.record(
            seen.package,
            team_id=self._session.masv().team_id,
            received=seen.received,
            inputs=inputs,
            stored=stored,
            kept=done.kept if done else frozenset(),
        )

    def _take(self, seen: Seen, step: Step) -> None:
        """Do one step; a refusal of what an earlier, interrupted try has done is no failure."""
        masv = self._session.masv()
        try:
            match step:
                case plan.Rename(name):
                    masv.rename_package(seen, name)
                case plan.SetExpiry(expiry):
                    masv.set_expiry(seen, expiry)
                case plan.SetUnlimited():
                    masv.set_unlimited(seen)
                case plan.Destroy():
                    masv.delete_package(seen)
                case plan.Archive():
                    masv.archive_package(seen)
                case plan.Unarchive():
                    masv.unarchive_package(seen)
                case _:
                    assert_never(step)
        except RequestRefused:
            now = self._session.read(seen.package.id)
            if now is None:
                raise masv.not_found(seen.package.id) from None
            if not plan.is_done(step, now.package):
                raise


def early_end(seen: Seen, stored: Stored) -> str | None:
    """Return the line for files that are gone before the end that was stored."""
    if stored.state not in ("new", "finalized") or seen.package.files_exist:
        return None
    early = plan.ended_early(stored.managed(), seen.now)
    return f"{seen.package.id} {quote(seen.package.name)}: {early}" if early else None


def early_ends(pairs: Iterable[tuple[Seen, Stored]]) -> list[str]:
    """Return the same for several packages."""
    return [line for seen, stored in pairs if (line := early_end(seen, stored))]


def _shortfall(step: Step, seen: Seen) -> str | None:
    """Return what a package says against a step being done, None if nothing."""
    kept = plan.found(step, seen.package)
    if kept is None or kept == step.wanted:
        return None
    return f"{step.field} was to be {spell(step.wanted)}, but MASV keeps {spell(kept)}"
