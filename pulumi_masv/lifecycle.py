"""The verbs of a package: read, plan, refuse, write, read back. Knows no Pulumi.

A `Run` is one process's view: what it has looked at, what the program still declares, what it
has said. Nothing of it outlives the process; what decides over files is read anew or stored.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timezone

from pulumi_masv import plan
from pulumi_masv.client import Client
from pulumi_masv.errors import (
    ChangeRefused,
    MasvError,
    NotAsDeclared,
    OtherTeam,
    PackageNotFound,
    RequestRefused,
    SettingsError,
)
from pulumi_masv.models import LifecycleInputs, Problem, Seen, Stored
from pulumi_masv.plan import Plan, Step, amount, quote
from pulumi_masv.settings import Settings, resolve

LOOK_KEPT = 60.0  # seconds; a package's token lives longer, and a person acts slower


class Run:
    """The verbs, for all packages of one process.

    Args:
        configuration: the stack's, with keys like `masv:apiKey`.
        environment: the process's.
        say: shows the user one line.
        connect: makes the client, at the first request.
        stopwatch: seconds that only ever grow.
        clock: the UTC instant, used where no answer tells it.
    """

    def __init__(
        self,
        configuration: Mapping[str, object],
        environment: Mapping[str, str],
        *,
        say: Callable[[str], None],
        connect: Callable[[Settings], Client] = Client,
        stopwatch: Callable[[], float] = time.monotonic,
        clock: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
    ) -> None:
        self._sources = (configuration, environment)
        self._say_line = say
        self._connect = connect
        self._stopwatch = stopwatch
        self._now = clock
        self._lock = threading.Lock()
        self._client: Client | None = None
        self._looks: dict[str, tuple[Seen, float]] = {}
        self._said: set[str] = set()
        self._declared: set[str] = set()
        self._blind = False

    # What check, create, update, read and delete ask for.

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
        settings = self._settings()
        if settings.missing():
            self._say(f"cannot look at MASV, so nothing is checked there: {settings.missing()}")
            return []
        if inputs is None:
            self._say("cannot look at a package whose package_id is not known yet")
            return []
        if self._blind:
            return []
        same = stored is not None and stored.package_id == inputs.package_id
        try:
            seen = self._look(inputs.package_id)
            if stored is not None and not same:
                self._preview_replaced(stored)
        except MasvError as error:
            if type(error) is RequestRefused:  # this package's trouble, not the account's
                self._say(f"{inputs.package_id}: cannot look, so it is not checked: {error}")
            else:
                self._blind = True
                self._say(f"cannot look at MASV, so nothing is checked there: {error}")
            return []
        if seen is None:
            return [Problem("packageId", self._not_found(inputs.package_id))]
        before = stored if same else None
        result = plan.converge(seen.package, inputs, before, seen.now)
        self._announce(seen, result)
        if "expiry" in unknown and seen.package.files_exist:
            self._tell(
                seen,
                f"LOSS {amount(seen.package)} may end earlier: its new expiry is not known yet",
            )
        newly_forced = inputs.force_destroy and not (before and before.force_destroy)
        if newly_forced and seen.package.files_exist:
            self._tell(
                seen,
                f"from now on removing this resource destroys {amount(seen.package)} "
                f"of {quote(seen.package.name)}",
            )
        return list(result.refusals)

    def declare(self, package_id: str) -> None:
        """Remember that the program declares a package: no delete of this process touches it."""
        self._declared.add(package_id)

    def declares(self, package_id: str) -> bool:
        return package_id in self._declared

    def remind(self, stored: Stored) -> None:
        """Say that an archive waits for a refresh, where the program declares the package."""
        due = stored.expiry is not None and stored.expiry <= self._now()
        if stored.pending_archive and due and self.declares(stored.package_id or ""):
            self._say(
                f"{stored.package_id} {quote(stored.name)}: its expiry has passed: "
                f"an up with --refresh archives it"
            )

    def create(self, inputs: LifecycleInputs) -> Stored:
        """Adopt a package: make it what is declared.

        Raises:
            PackageNotFound: the team has none of that id.
            ChangeRefused: something declared would end files at once or needs files that are gone.
            NotAsDeclared: MASV keeps another value than the one asked for.
            MasvError: no answer, or a refusal of MASV's.
        """
        return self._converge(inputs, None)

    def update(self, inputs: LifecycleInputs, stored: Stored) -> Stored:
        """Make a stored package what is declared now. Raises as `create`, and OtherTeam."""
        self._same_team(stored)
        if plan.untouched(inputs, stored.projection()):
            return stored.redeclared(inputs)
        return self._converge(inputs, stored)

    def read(self, stored: Stored, package_id: str) -> Stored | None:
        """What is live of a stored package; None where the team has none of that id.

        Raises:
            OtherTeam: it was stored under another team.
            MasvError: no answer, or a refusal of MASV's.
        """
        self._same_team(stored)
        seen = self._fresh(package_id)
        if seen is None:
            return None
        self._keep(seen)
        package = seen.package
        if stored.state in ("new", "finalized") and not package.files_exist:
            early = plan.ended_early(stored.unlimited_storage, stored.expiry, seen.now)
            if early:
                self._tell(seen, early)
        return Stored.record(package, team_id=self._team(), stored=stored)

    def get(self, package_id: str) -> Stored:
        """A package that is read and not managed.

        Raises:
            PackageNotFound: the team has none of that id.
            MasvError: no answer, or a refusal of MASV's.
        """
        return Stored.record(self._found(package_id).package, team_id=self._team())

    def delete(self, package_id: str, stored: Stored) -> None:
        """End a package with its resource: destroy its files only where that was stored as wanted.

        Raises:
            ChangeRefused: files exist and `force_destroy` is not stored.
            OtherTeam: it was stored under another team.
            MasvError: no answer, or a refusal of MASV's.
        """
        if self.declares(package_id):
            return
        self._same_team(stored)
        seen = self._fresh(package_id)
        if seen is None:
            return
        result = plan.end(
            seen.package,
            force_destroy=stored.force_destroy,
            archive_on_destroy=stored.archive_on_destroy,
            now=seen.now,
        )
        _refuse(result)
        self._announce(seen, result)
        for step in result.steps:
            self._take(seen, step)

    # How they do it.

    def _converge(self, inputs: LifecycleInputs, stored: Stored | None) -> Stored:
        look = self._looks.pop(inputs.package_id, None)
        if look is not None and self._stopwatch() - look[1] <= LOOK_KEPT:
            seen = look[0]
        else:
            seen = self._found(inputs.package_id)
        before = stored.projection() if stored is not None else None
        result = plan.converge(seen.package, inputs, before, seen.now)
        _refuse(result)
        self._announce(seen, result)
        for step in result.steps:
            self._take(seen, step)
        if result.steps:
            seen = self._found(inputs.package_id)
            short = [line for step in result.steps if (line := step.shortfall(seen.package))]
            if short:
                raise NotAsDeclared(
                    f"{inputs.package_id} {quote(seen.package.name)}: {'; '.join(short)}: "
                    f"declare a value that MASV keeps"
                )
        return Stored.record(
            seen.package, team_id=self._team(), inputs=inputs, stored=stored, kept=result.kept
        )

    def _take(self, seen: Seen, step: Step) -> None:
        """Do one step; a refusal of what an earlier, interrupted try has done is no failure."""
        try:
            getattr(self._masv(), step.verb)(seen, *step.arguments)
        except RequestRefused:
            now = self._fresh(seen.package.id)
            if now is None or step.kept(now.package) != step.wanted:
                raise

    def _preview_replaced(self, old: LifecycleInputs) -> None:
        """Say what a replacement does to the package it lets go of."""
        seen = self._look(old.package_id)
        if seen is None or self.declares(old.package_id):
            return
        result = plan.end(
            seen.package,
            force_destroy=old.force_destroy,
            archive_on_destroy=old.archive_on_destroy,
            now=seen.now,
        )
        self._announce(seen, replace(result, refusals=()))
        for refusal in result.refusals:
            self._tell(seen, f"this replacement will be refused: {refusal.reason}")

    def _announce(self, seen: Seen, result: Plan) -> None:
        if result.refusals:
            return
        if result.steps:
            self._tell(seen, "; ".join(step.does for step in result.steps))
        for loss in result.losses:
            self._tell(seen, loss)

    def _tell(self, seen: Seen, what: str) -> None:
        self._say(f"{seen.package.id} {quote(seen.package.name)}: {what}")

    def _say(self, line: str) -> None:
        """Each line once: Pulumi asks for the same check twice in a replacement."""
        with self._lock:
            if line in self._said:
                return
            self._said.add(line)
        self._say_line(line)

    def _look(self, package_id: str) -> Seen | None:
        look = self._looks.get(package_id)
        if look is not None and self._stopwatch() - look[1] <= LOOK_KEPT:
            return look[0]
        seen = self._fresh(package_id)
        if seen is not None:
            self._keep(seen)
        return seen

    def _keep(self, seen: Seen) -> None:
        self._looks[seen.package.id] = (seen, self._stopwatch())

    def _fresh(self, package_id: str) -> Seen | None:
        return self._masv().get_package(package_id)

    def _found(self, package_id: str) -> Seen:
        seen = self._fresh(package_id)
        if seen is None:
            raise PackageNotFound(self._not_found(package_id))
        return seen

    def _not_found(self, package_id: str) -> str:
        return f"MASV has no package {package_id} in team {self._team()}: check the id and the team"

    def _same_team(self, stored: Stored) -> None:
        if stored.team_id not in (None, self._team()):
            raise OtherTeam(
                f"{stored.package_id} {quote(stored.name)} was stored in team {stored.team_id}, "
                f"but masv:teamId (or MASV_TEAM_ID) now says {self._team()}: set it back, or take "
                f"the package out of the state with `pulumi state delete`"
            )

    def _team(self) -> str:
        return self._masv().team_id

    def _settings(self) -> Settings:
        return resolve(*self._sources)

    def _masv(self) -> Client:
        with self._lock:
            if self._client is None:
                settings = self._settings()
                missing = settings.missing()
                if missing:
                    raise SettingsError(missing)
                self._client = self._connect(settings)
            return self._client


def _refuse(result: Plan) -> None:
    if result.refusals:
        raise ChangeRefused("; ".join(refusal.reason for refusal in result.refusals))
