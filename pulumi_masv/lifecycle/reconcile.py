"""What makes one package as declared, alone or in a fleet: promise, plan, perform, record.

A promise is the plan that a check has shown. Every verb asks for its plan here and gets no more of
it than was promised. Whoever asks has looked before; nothing here decides when to look.
"""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Final

from typing_extensions import assert_never

from pulumi_masv import assumptions, plan
from pulumi_masv.errors import ChangeRefused, MasvError, NotAsDeclared, RequestRefused
from pulumi_masv.formatting import amount, named
from pulumi_masv.lifecycle import bounds, written
from pulumi_masv.lifecycle.session import Session
from pulumi_masv.lifecycle.verdicts import Does, Verdict
from pulumi_masv.models import LifecycleInputs, Observed, Stored
from pulumi_masv.plan import Plan, Step

_PAUSES: Final = (0.5, 1.0, 2.0, 4.0)
"""Seconds between looks at what was written; MASV may show it late."""


class Reconciler:
    """What one process makes of packages, for all its resources."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._promises: dict[str, Plan] = {}
        self._nothing: set[str] = set()
        self._old: set[str] = set()  # packages whose verb a look has served for over a minute
        self._proved_old = False

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

    def rely_on_looks(self, package_ids: Iterable[str]) -> set[str]:
        """Rely on the looks that a check has promised by where they serve the verb at any age.

        A look does where there are steps, none of which can end a file earlier, whatever somebody
        has made of the package since; no step is taken that was not promised. Else, and once such a
        look has proved wrong in this run, the verb looks afresh after a minute. All that is given
        up is when a change by hand since the look is told: by the answer to the write, not before.

        Returns:
            the ids of the packages whose looks do.
        """
        lasting = {i for i in package_ids if self._outlasts(i)}
        self._old |= {i for i in lasting if self._session.kept(i) is None}
        return lasting

    def foresee(
        self,
        observed: Observed,
        inputs: LifecycleInputs,
        declared_before: LifecycleInputs | None,
        *,
        urn: str,
        unknown: AbstractSet[str] = frozenset(),
    ) -> Verdict:
        """Decide what making a package as declared does to it, and promise that.

        Args:
            observed: the package.
            inputs: what the program declares, as far as it is known.
            declared_before: what it declared in the last run; None on adoption.
            urn: of the resource.
            unknown: names of what is declared and not known yet.
        """
        planned = inputs
        if "expiry" in unknown:  # it may be the one that unlimited_storage=False needs
            planned = inputs.model_copy(update={"unlimited_storage": None})
        result = self.promise(
            plan.converge(observed.package, planned, declared_before, observed.now), urn
        )
        if result.loss is not None and result.loss.why == "may never end":
            what = f"{observed.package.id} comes without `unlimited_storage`"
            self._session.contradictions.meet(assumptions.FLAG_SHOWN, what)
        does: Does = "changed" if declared_before else "adopted"
        doubt = ""
        if "expiry" in unknown and observed.package.files_exist:
            doubt = f"{amount(observed.package)} may end earlier: its new expiry is not known yet"
        waits = bool(inputs.archived and observed.package.files_exist)
        waits = waits and not (declared_before and declared_before.archived)
        return Verdict.of(result, urn=urn, does=does, now=observed.now, doubt=doubt, waits=waits)

    def due(self, observed: Observed, inputs: LifecycleInputs, stored: Stored | None) -> Plan:
        """Return what makes a package as declared now, of that which was promised."""
        if observed.package.id in self._nothing:
            return Plan(observed.package)
        promised = self._promises.get(observed.package.id)
        if promised is not None and promised.refusals:
            return Plan(observed.package, refusals=promised.refusals)
        if stored is None:
            result = plan.converge(observed.package, inputs, None, observed.now)
        else:
            # The state may know less than the inputs do (an import), and then would plan more.
            declared_before = stored.projection()
            result = plan.converge(
                observed.package,
                inputs,
                stored.managed(),
                observed.now,
                declared_before=declared_before,
            )
        return result.within(promised)

    def perform(self, observed: Observed, result: Plan) -> Observed | None:
        """Refuse before the first write, and take each step.

        Returns:
            the package as the answer to the last step shows it whole; None where it does not.

        Raises:
            ChangeRefused: nothing was written.
            NotAsDeclared: MASV took a step, and it has not come about.
        """
        if result.refusals:
            raise ChangeRefused(result.refusals)
        shown: Observed | None = None
        for step in result.steps:
            shown = self._take(observed, step)
        if shown is not None:
            shown = self._session.veiled(shown)
            written.tell_of_cut(self._session, observed, result.steps, shown)
        # What an answer shows late, or leaves empty, another look may show.
        if (
            shown is None
            or not written.is_whole(shown.package, observed.package, result.steps)
            or written.shortfalls(result.steps, shown)
            or plan.forgotten(observed.package, result.steps, shown.package)
        ):
            return None
        return shown

    def read_back(
        self, done: Mapping[str, tuple[Observed, tuple[Step, ...]]]
    ) -> tuple[dict[str, Observed], dict[str, MasvError]]:
        """Read packages until they show what was done to them, for some seconds.

        Args:
            done: package id -> the package before, and the steps that MASV took.

        Returns:
            those that the team has, and those that cannot be read.
        """
        found: dict[str, Observed] = {}
        failed: dict[str, MasvError] = {}
        left: AbstractSet[str] = done.keys()
        for pause in (0.0, *_PAUSES):
            if pause:
                self._session.sleep(pause)
            for package_id in left:
                self._session.forget(package_id)
            observed, unread = self._session.look_all(left)
            found |= observed
            failed |= unread
            late = {
                i for i in left & observed.keys() if written.shortfalls(done[i][1], observed[i])
            }
            if pause and observed.keys() - late:
                shown = "what was written showed some seconds later"
                self._session.contradictions.meet(assumptions.SHOWN_AT_ONCE, shown)
            left = late
            if not left:
                break
        for i, one in found.items():
            written.tell_of_cut(self._session, *done[i], one)
            self._proved_old |= written.tell_of_forgotten(
                self._session, *done[i], one, is_old=i in self._old
            )
        return found, failed

    def record(
        self,
        observed: Observed,
        inputs: LifecycleInputs | None = None,
        stored: Stored | None = None,
        done: Plan | None = None,
    ) -> Stored:
        """Return what to store of it.

        Raises:
            NotAsDeclared: MASV keeps another value than the one that a plan asked for; or what is
                adopted has lost its files since this run looked at it.
        """
        if done and inputs and done.observed.files_exist and not observed.package.files_exist:
            self._tell_of_end(observed, inputs, stored)
        if short := written.shortfalls(done.steps if done else (), observed):
            raise NotAsDeclared(
                f"{named(observed.package)}: {'; '.join(short)}: "
                f"declare a value that MASV keeps, or run again where it shows a write late"
            )
        return Stored.record(
            observed.package,
            team_id=self._session.masv().team_id,
            received=observed.received,
            inputs=inputs,
            stored=stored,
            kept=done.kept if done else frozenset(),
        )

    def _outlasts(self, package_id: str) -> bool:
        """Return whether the look at a package serves its verb, however old it is."""
        promised = self._promises.get(package_id)
        steps = promised.steps if promised else ()
        return bool(steps) and all(step.is_harmless for step in steps) and not self._proved_old

    def _tell_of_end(
        self, observed: Observed, inputs: LifecycleInputs, stored: Stored | None
    ) -> None:
        if stored is not None and (line := early_end(observed, stored)):
            self._session.remind(line, observed.package.id, is_warning=True)
        if stored is None and plan.converge(observed.package, inputs, None, observed.now).refusals:
            raise NotAsDeclared(
                f"{named(observed.package)}: its files are gone since this "
                f"run looked at it, and nothing brings them back"
            )

    def _take(self, observed: Observed, step: Step) -> Observed | None:
        """Do one step; a refusal of what an earlier, interrupted try has done is no failure."""
        masv, met = self._session.masv(), self._session.contradictions
        shown: Observed | None = None
        is_done = True
        try:
            match step:
                case plan.Rename() if met.has_met(assumptions.REST_KEPT):
                    raise NotAsDeclared(
                        f"{named(observed.package)} is not renamed: MASV forgot "
                        f"what a change of another package had left out"
                    )
                case plan.SetExpiry() | plan.SetUnlimited() if met.has_met(assumptions.DATE_KEPT):
                    raise NotAsDeclared(
                        f"{named(observed.package)} keeps its end: MASV has "
                        f"ended another package earlier than it was asked to"
                    )
                case plan.Rename(name):
                    shown = masv.rename_package(observed, name)
                case plan.SetExpiry(expiry):
                    shown = masv.set_expiry(observed, expiry)
                case plan.SetUnlimited():
                    shown = masv.set_unlimited(observed)
                case plan.Destroy():
                    is_done = masv.delete_package(observed)
                case plan.Archive():
                    is_done = masv.archive_package(observed)
                case plan.Unarchive():
                    is_done = masv.unarchive_package(observed)
                case _:
                    assert_never(step)
        except RequestRefused:
            now = self._session.read(observed.package.id)
            if now is None:
                raise masv.not_found(observed.package.id) from None
            if not plan.is_done(step, now.package):
                raise
        if not is_done:
            self._confirm(observed, step)
        return shown

    def _confirm(self, observed: Observed, step: Step) -> None:
        """Read a package after an answer that does not say whether a step was done."""
        found, failed = self.read_back({observed.package.id: (observed, (step,))})
        for error in failed.values():
            raise error
        if found and (short := written.shortfalls((step,), found[observed.package.id])):
            raise NotAsDeclared(f"{named(observed.package)}: {'; '.join(short)}: run again")


def early_end(observed: Observed, stored: Stored) -> str | None:
    """Return the line for files that are gone before the end that was stored."""
    if stored.state not in ("new", "finalized") or observed.package.files_exist:
        return None
    early = plan.ended_early(stored.managed(), observed.now)
    return f"{named(observed.package)}: {early}" if early else None


def early_ends(pairs: Iterable[tuple[Observed, Stored]]) -> list[str]:
    """Return the lines for those of several packages whose files are gone early."""
    return [line for observed, stored in pairs if (line := early_end(observed, stored))]
