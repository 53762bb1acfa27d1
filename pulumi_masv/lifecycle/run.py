"""What a process does with packages: preview, create, read, update, delete."""

from collections.abc import Callable

from pulumi_masv import plan
from pulumi_masv.errors import PackageNotFound
from pulumi_masv.lifecycle.packages import Packages, early_end, told
from pulumi_masv.lifecycle.view import View
from pulumi_masv.lifecycle.windows import opposed
from pulumi_masv.models import LifecycleInputs, Problem, Seen, Stored
from pulumi_masv.plan import Plan, amount, quote


class Run:
    """The verbs of PackageLifecycles, for one process. Every verb may raise MasvError."""

    def __init__(self, view: View, packages: Packages) -> None:
        self._view = view
        self._packages = packages
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
        """Where an ArchiveWindow of the same program declares the opposite of this package."""
        return opposed(self._view, inputs)

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
        return self._converge(inputs, self._found(inputs.package_id), None)

    def update(self, inputs: LifecycleInputs, stored: Stored) -> Stored:
        """Make a stored package what is declared now. Raises as `create`, and OtherTeam."""
        self._view.recall(stored)
        if plan.untouched(inputs, stored.projection()):
            return stored.redeclared(inputs)
        seen = self._found(inputs.package_id)
        self._tell(early_end(seen, stored))
        return self._converge(inputs, seen, stored)

    def read(self, stored: Stored, package_id: str) -> Stored | None:
        """What is live of a stored package; None where its own team has none of that id.

        Raises:
            OtherTeam: it was stored under another team.
            PackageNotFound: the team has none of that id, and may not be the one it was stored in.
        """
        self._view.recall(stored)
        seen = self._view.look(package_id)
        if seen is None and stored.team_id is None:
            raise self._view.masv().not_found(package_id)
        if seen is None:
            return None
        self._tell(early_end(seen, stored))
        return self._packages.record(seen, stored=stored)

    def get(self, package_id: str) -> Stored:
        """A package that is read and not managed. Raises PackageNotFound."""
        return self._packages.record(self._found(package_id))

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
        foresight = self._packages.foresee(seen, inputs, stored, unknown)
        if foresight.refusals:
            return list(foresight.refusals)
        self._tell(foresight.does, *foresight.losses)
        if not seen.package.files_exist:
            return []
        held = f"{amount(seen.package)} of {quote(seen.package.name)}"
        if "forceDestroy" in unknown:
            self._tell(told(seen, f"from now on removing this resource may destroy {held}"))
        elif inputs.force_destroy and not (stored and stored.force_destroy):
            self._tell(told(seen, f"from now on removing this resource destroys {held}"))
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
            self._tell(told(seen, f"{when}, {unless}: {loss}"))
        for refusal in result.refusals:
            why = "this replacement is refused unless retain_on_delete is stored already"
            self._tell(told(seen, f"{why}: {refusal.reason}"))

    def _converge(self, inputs: LifecycleInputs, seen: Seen, stored: Stored | None) -> Stored:
        result = self._packages.plan(seen, inputs, stored)
        self._do(seen, result)
        if result.steps:
            self._view.forget(inputs.package_id)
            seen = self._found(inputs.package_id, self._view.read)
        self._view.forget(inputs.package_id)
        return self._packages.record(seen, inputs, stored, result)

    def _do(self, seen: Seen, result: Plan) -> None:
        foresight = self._packages.foreseen(seen, result)
        self._tell(foresight.does, *foresight.losses)
        self._packages.do(seen, result)

    def _tell(self, *lines: str | None) -> None:
        for line in lines:
            if line:
                self._view.say(line)

    def _found(self, package_id: str, look: Callable[[str], Seen | None] | None = None) -> Seen:
        seen = (look or self._view.look)(package_id)
        if seen is None:
            raise self._view.masv().not_found(package_id)
        return seen


def _end(seen: Seen, flags: LifecycleInputs | Stored) -> Plan:
    return plan.end(
        seen.package,
        force_destroy=flags.force_destroy,
        archive_on_destroy=flags.archive_on_destroy,
        now=seen.now,
    )
