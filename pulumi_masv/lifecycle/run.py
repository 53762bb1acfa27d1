"""What a process does with packages: preview, create, read, update, delete."""

from dataclasses import replace

from pulumi_masv import plan
from pulumi_masv.errors import (
    ChangeRefused,
    NotAsDeclared,
    PackageNotFound,
    RequestRefused,
)
from pulumi_masv.lifecycle.view import View
from pulumi_masv.lifecycle.windows import disagreement, listed
from pulumi_masv.models import LifecycleInputs, Problem, Seen, Stored
from pulumi_masv.plan import Plan, Step, amount, quote


class Run:
    """The verbs, for all packages of one process. Every verb may raise MasvError."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._announced: dict[str, set[str]] = {}
        self._unsettled: set[str] = set()

    def preview(
        self,
        inputs: LifecycleInputs | None,
        stored: LifecycleInputs | None,
        unknown: frozenset[str] = frozenset(),
    ) -> list[Problem]:
        """Say what will be done and lost, and find what would be refused; no write.

        Args:
            inputs: what the program declares; None where its package id is not known yet.
            stored: the inputs of the last run; None for a resource that is new.
            unknown: declared properties whose value is not known yet.

        Raises:
            SettingsError: a setting is wrong (a missing one only means that there is no look).
        """

        def look() -> list[Problem]:
            before = stored
            if before and (inputs is None or before.package_id != inputs.package_id):
                self._preview_replaced(before, certain=inputs is not None)
                before = None
            if inputs is None:
                self._view.say("cannot look at a package whose package_id is not known yet")
                return []
            return self._preview(inputs, before, unknown)

        return self._view.preview(look, "this package") or []

    def declare(self, package_id: str) -> None:
        """Remember that the program declares a package: no delete of this process touches it."""
        self._view.checked.package(package_id)

    def disagreements(self, inputs: LifecycleInputs) -> list[Problem]:
        """Where an ArchiveWindow of the same program declares the opposite of this package.

        Only where both are known: the window was checked, and it is known when the package expired.
        """
        seen: Seen | None = self._view.kept(inputs.package_id)
        expiry = inputs.expiry
        if seen is not None:
            expiry = None if seen.package.files_exist else seen.package.expiry
        if inputs.archived is None or expiry is None or expiry > self._view.now():
            return []
        opposed = self._view.checked.tombstone(inputs.package_id, inputs.archived, expiry)
        return [
            Problem("archived", f"{inputs.package_id} {disagreement(window)}")
            for window in opposed
            if listed(self._view, window, inputs.package_id, expiry)
        ]

    def unsettle(self, package_id: str) -> None:
        """Remember that a resource of this package was checked, and may take another one."""
        self._unsettled.add(package_id)

    def unsettled(self, package_id: str) -> bool:
        return package_id in self._unsettled

    def remind(self, stored: Stored) -> None:
        """Say that an archive waits for a refresh, where the program declares the package."""
        due = stored.expiry is not None and stored.expiry <= self._view.now()
        if stored.pending_archive and due and stored.package_id in self._view.checked:
            self._view.say(
                f"{stored.package_id} {quote(stored.name)}: its expiry has passed: "
                f"an up with --refresh archives it"
            )

    def create(self, inputs: LifecycleInputs) -> Stored:
        """Adopt a package: make it what is declared.

        Raises:
            PackageNotFound: the team has none of that id.
            ChangeRefused: something declared would end files at once or needs files that are gone.
            NotAsDeclared: MASV keeps another value than the one asked for.
        """
        seen = self._found(inputs.package_id)
        return self._converge(inputs, seen, plan.converge(seen.package, inputs, None, seen.now))

    def update(self, inputs: LifecycleInputs, stored: Stored) -> Stored:
        """Make a stored package what is declared now. Raises as `create`, and OtherTeam."""
        self._view.recall(stored)
        declared = stored.projection()
        if plan.untouched(inputs, declared):
            return stored.redeclared(inputs)
        seen = self._found(inputs.package_id)
        self._tell_early_end(seen, stored)
        result = plan.converge(
            seen.package, inputs, stored.managed(), seen.now, declared_before=declared
        )
        announced = self._announced.get(inputs.package_id)
        if announced is not None:
            # The state may know less than the inputs do (an import), and then would plan more.
            result = replace(result, steps=tuple(s for s in result.steps if s.verb in announced))
        return self._converge(inputs, seen, result, stored)

    def read(self, stored: Stored, package_id: str) -> Stored | None:
        """What is live of a stored package; None where its own team has none of that id.

        Raises:
            OtherTeam: it was stored under another team.
            PackageNotFound: the team has none of that id, and may not be the one it was stored in.
        """
        self._view.recall(stored)
        seen = self._view.read(package_id)
        if seen is None and stored.team_id is None:
            raise self._view.masv().not_found(package_id)
        if seen is None:
            return None
        self._tell_early_end(seen, stored)
        return self._record(seen, stored=stored)

    def get(self, package_id: str) -> Stored:
        """A package that is read and not managed. Raises PackageNotFound."""
        return self._record(self._found(package_id))

    def delete(self, package_id: str, stored: Stored) -> None:
        """End a package with its resource: destroy its files only where that was stored as wanted.

        Raises:
            ChangeRefused: files exist and `force_destroy` is not stored.
            OtherTeam: it was stored under another team.
        """
        if package_id in self._view.checked:
            return
        self._view.recall(stored)
        seen = self._view.read(package_id)
        if seen is None:
            return
        try:
            self._do(seen, _end(seen, stored))
        except PackageNotFound:  # gone meanwhile: done
            return

    def _preview(
        self, inputs: LifecycleInputs, stored: LifecycleInputs | None, unknown: frozenset[str]
    ) -> list[Problem]:
        seen = self._view.look(inputs.package_id)
        if seen is None:
            return [Problem("packageId", str(self._view.masv().not_found(inputs.package_id)))]
        planned = inputs
        if "expiry" in unknown:  # it may be the one that unlimited_storage=False needs
            planned = inputs.model_copy(update={"unlimited_storage": None})
        result = plan.converge(seen.package, planned, stored, seen.now)
        self._announced[inputs.package_id] = {step.verb for step in result.steps}
        if result.refusals:
            return list(result.refusals)
        self._announce(seen, result)
        if not seen.package.files_exist:
            return []
        held = f"{amount(seen.package)} of {quote(seen.package.name)}"
        if "expiry" in unknown:
            self._view.tell(
                seen,
                f"LOSS {amount(seen.package)} may end earlier: its new expiry is not known yet",
            )
        if "forceDestroy" in unknown:
            self._view.tell(seen, f"from now on removing this resource may destroy {held}")
        elif inputs.force_destroy and not (stored and stored.force_destroy):
            self._view.tell(seen, f"from now on removing this resource destroys {held}")
        return []

    def _preview_replaced(self, old: LifecycleInputs, *, certain: bool) -> None:
        """Say what a replacement does to the package it lets go of.

        Whether another resource declares that package is not known before the last check.
        """
        seen = self._view.look(old.package_id)
        if seen is None:
            return
        result = _end(seen, old)
        when = "replaced" if certain else "if it is replaced"
        unless = "unless the program declares it elsewhere"
        for loss in result.losses:
            self._view.tell(seen, f"{when}, {unless}: {loss}")
        for refusal in result.refusals:
            self._view.tell(
                seen,
                f"this replacement is refused unless retain_on_delete is stored already: "
                f"{refusal.reason}",
            )

    def _converge(
        self, inputs: LifecycleInputs, seen: Seen, result: Plan, stored: Stored | None = None
    ) -> Stored:
        self._do(seen, result)
        if result.steps:
            self._view.forget(inputs.package_id)
            seen = self._found(inputs.package_id)
            short = [line for step in result.steps if (line := step.shortfall(seen.package))]
            if short:
                raise NotAsDeclared(
                    f"{inputs.package_id} {quote(seen.package.name)}: {'; '.join(short)}: "
                    f"declare a value that MASV keeps"
                )
        self._view.forget(inputs.package_id)
        return self._record(seen, inputs, stored, result.kept)

    def _do(self, seen: Seen, result: Plan) -> None:
        """Refuse before the first write, say what is done, and do it."""
        if result.refusals:
            raise ChangeRefused("; ".join(refusal.reason for refusal in result.refusals))
        self._announce(seen, result)
        for step in result.steps:
            self._take(seen, step)

    def _take(self, seen: Seen, step: Step) -> None:
        """Do one step; a refusal of what an earlier, interrupted try has done is no failure."""
        try:
            getattr(self._view.masv(), step.verb)(seen, *step.arguments)
        except RequestRefused:
            now = self._view.read(seen.package.id)
            if now is None:
                raise self._view.masv().not_found(seen.package.id) from None
            if step.kept(now.package) != step.wanted:
                raise

    def _tell_early_end(self, seen: Seen, stored: Stored) -> None:
        if stored.state in ("new", "finalized") and not seen.package.files_exist:
            early = plan.ended_early(stored.unlimited_storage, stored.expiry, seen.now)
            if early:
                self._view.tell(seen, early)

    def _announce(self, seen: Seen, result: Plan) -> None:
        if result.steps:
            self._view.tell(seen, "; ".join(step.does for step in result.steps))
        for loss in result.losses:
            self._view.tell(seen, loss)

    def _cannot_look(self, why: str) -> None:
        self._view.say(f"cannot look at MASV, so nothing is checked there: {why}")

    def _found(self, package_id: str) -> Seen:
        seen = self._view.look(package_id)
        if seen is None:
            raise self._view.masv().not_found(package_id)
        return seen

    def _record(
        self,
        seen: Seen,
        inputs: LifecycleInputs | None = None,
        stored: Stored | None = None,
        kept: frozenset[str] = frozenset(),
    ) -> Stored:
        return Stored.record(
            seen.package,
            team_id=self._view.masv().team_id,
            received=seen.received,
            inputs=inputs,
            stored=stored,
            kept=kept,
        )


def _end(seen: Seen, flags: LifecycleInputs | Stored) -> Plan:
    return plan.end(
        seen.package,
        force_destroy=flags.force_destroy,
        archive_on_destroy=flags.archive_on_destroy,
        now=seen.now,
    )
