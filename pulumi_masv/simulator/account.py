"""The teams, their packages, the clock, and what MASV allows to be done to a package.

Knows no HTTP: what is refused is raised as `Refused`, and the routes say which status that is.
The clock stands still unless it is moved, or `elapsed` makes it run. A package whose expiry the
clock reaches has lost its files at that very instant; every such end, and every deletion, is
kept in `losses`. All methods may be called from any thread, also by tests that play somebody
who changes a package by hand.
"""

import heapq
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any, Final, Literal

from pulumi_masv.simulator.instants import as_instant
from pulumi_masv.simulator.package import Loss, Package, State, new_id
from pulumi_masv.simulator.refusal import Refused
from pulumi_masv.simulator.switches import Switches
from pulumi_masv.simulator.tokens import Tokens

START: Final = datetime(2026, 3, 2, 9, tzinfo=timezone.utc)
TEAM_ID: Final = "01TEAM00000000000000000001"
# Every secret holds a word that must never turn up in a log, a state or an error.
KEY_CANARY: Final = "canaryOfTheSimulatorsKey"
PASSWORD_CANARY: Final = "canaryOfTheSimulatorsPassword"  # noqa: S105 (no secret: a bait)
API_KEY: Final = f"simulator-{KEY_CANARY}-1"


class Account:
    """What MASV holds.

    Args:
        now: where the clock starts.
        teams: the API key of each team.
        switches: how it behaves where nobody knows.
        elapsed: seconds since any fixed moment; makes the clock run.

    """

    def __init__(
        self,
        *,
        now: datetime | str = START,
        teams: Mapping[str, str] | None = None,
        switches: Switches | None = None,
        elapsed: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self.lock = threading.RLock()
        self.teams = dict(teams or {TEAM_ID: API_KEY})
        self.switches = switches or Switches()
        self._elapsed = elapsed
        self._set = (as_instant(now), elapsed())
        self._packages: dict[str, Package] = {}
        self._added = 0
        self._due: list[tuple[datetime, str]] = []  # a heap; entries may be out of date
        self._losses: list[Loss] = []
        self._tokens = Tokens()
        self._later: list[tuple[int, list[str], State]] = []  # requests left, ids, state to come

    @property
    def now(self) -> datetime:
        since, start = self._set
        return as_instant(since + timedelta(seconds=self._elapsed() - start))

    def advance(self, by: timedelta) -> None:
        self.set_now(self.now + by)

    def set_now(self, instant: datetime | str) -> None:
        """Move the clock; what has expired stays expired when it is moved back."""
        with self.lock:
            self._set = (as_instant(instant), self._elapsed())
            self._expire_due()

    @property
    def losses(self) -> tuple[Loss, ...]:
        with self.lock:
            self._expire_due()
            return tuple(self._losses)

    def packages(self) -> list[Package]:
        with self.lock:
            self._expire_due()
            return list(self._packages.values())

    def package(self, package_id: str) -> Package:
        with self.lock:
            self._expire_due()
            if package_id not in self._packages:
                raise Refused("missing", f"package {package_id[:64]} not found")
            return self._packages[package_id]

    def add_package(
        self,
        *,
        name: str | None = None,
        state: State = "finalized",
        expiry: datetime | str | None = None,
        unlimited_storage: bool = False,
        size: int = 1_500_000_000,
        total_files: int = 3,
        sender: str = "dailies@studio.example",
        created_at: datetime | str | None = None,
        received: bool = False,
        portal: str = "",
        custom_metadata_id: str = "",
        password: str | None = None,
        description: str = "",
        recipients: Iterable[str] = ("editor@studio.example",),
        teamspace: str = "",
        tags: Iterable[str] = (),
        custom_expiry: bool = False,
        team_id: str | None = None,
        id: str | None = None,
    ) -> str:
        """Somebody uploads a package (or a portal receives one); its id."""
        with self.lock:
            self._added += 1
            created = as_instant(created_at or self.now)
            ended = state in ("expired", "archived")
            ends = as_instant(expiry or self.now + timedelta(days=-1 if ended else 10))
            if not ended and not unlimited_storage and ends <= self.now:
                raise ValueError(f"a package that is {state} cannot have expired already")
            package = Package(
                id=id or new_id(created, self._added),
                team_id=team_id or next(iter(self.teams)),
                name=name or f"Day {self._added} raw dailies",
                state=state,
                expiry=ends,
                unlimited_storage=unlimited_storage,
                size=size,
                total_files=total_files,
                sender=sender,
                created_at=created,
                updated_at=created,
                received=received or bool(portal),
                portal=portal,
                custom_metadata_id=custom_metadata_id,
                password=f"{PASSWORD_CANARY}-{self._added}" if password is None else password,
                description=description,
                recipients=tuple(recipients),
                teamspace=teamspace,
                tags=tuple(tags),
                custom_expiry=custom_expiry,
            )
            if package.id in self._packages:
                raise ValueError(f"there is a package {package.id} already")
            if package.team_id not in self.teams:
                raise ValueError(f"there is no team {package.team_id}")
            self._keep(package)
            return package.id

    def finalize(self, package_id: str) -> None:
        """Its upload is complete."""
        with self.lock:
            package = self.package(package_id)
            if package.state != "new":
                raise Refused("transition", f"the package is {package.state} already")
            self._change(package, state="finalized")

    def rename(self, package_id: str, name: str) -> None:
        with self.lock:
            package = self.package(package_id)
            if not name.strip():
                raise Refused("invalid", "name must not be blank")
            if not package.has_files and self.switches.rename_after_end == "refused":
                raise Refused("transition", f"a package that is {package.state} keeps its name")
            self._change(package, name=name)

    def set_expiry(self, package_id: str, expiry: datetime | str) -> None:
        with self.lock:
            package = self._extensible(package_id)
            asked = as_instant(expiry)
            if asked <= self.now and self.switches.past_expiry == "refused":
                raise Refused("invalid", "expiry must be in the future")
            if self.switches.expiry_cap_days is not None:
                kept = min(asked - self.now, timedelta(days=self.switches.expiry_cap_days))
                asked = self.now + kept
            if self.switches.expiry_rounding == "second":
                asked = asked.replace(microsecond=0)
            self._change(package, expiry=asked, unlimited_storage=False, custom_expiry=True)
            if asked <= self.now:
                self._end(self._packages[package_id], "expiry", self.now)

    def set_unlimited(self, package_id: str) -> None:
        with self.lock:
            package = self._extensible(package_id)
            if self.switches.unlimited_plan == "missing":
                raise Refused("forbidden", "the plan of this team has no unlimited storage")
            self._change(package, unlimited_storage=True, custom_expiry=True)

    def delete(self, package_id: str) -> None:
        with self.lock:
            package = self.package(package_id)
            if package.has_files:
                self._end(package, "delete", self.now)
            elif self.switches.repeated_transition == "refused":
                raise Refused("transition", f"the package is {package.state} already")

    def archive(self, package_id: str) -> None:
        self._turn(package_id, "expired", "archived")

    def unarchive(self, package_id: str) -> None:
        self._turn(package_id, "archived", "expired")

    def turn_window(
        self, team_id: str, start: datetime, end: datetime, *, received: bool, archived: bool
    ) -> int:
        """Archive, or unarchive, all whose expiry lies in a window: how many."""
        source: State = "expired" if archived else "archived"
        with self.lock:
            chosen = [
                package.id
                for package in self.packages()
                if package.team_id == team_id
                and package.received == received
                and package.state == source
                and not package.unlimited_storage
                and self.switches.in_window(package.expiry, start, end)
            ]
            target: State = "archived" if archived else "expired"
            self._later.append((self.switches.bulk_delay, chosen, target))
            self._turn_due()
            return len(chosen)

    def remove(self, package_id: str) -> None:
        """The id is gone, as if it had never been: no deletion, and no loss on record."""
        with self.lock:
            self.package(package_id)
            del self._packages[package_id]

    def request_made(self) -> None:
        """One more request has come: what was put off comes nearer."""
        with self.lock:
            self._later = [(left - 1, ids, target) for left, ids, target in self._later]
            self._turn_due()

    def issue_token(self, package_id: str) -> str:
        with self.lock:
            return self._tokens.issue(package_id, self.now)

    def accept_token(self, token: str, package_id: str) -> None:
        """Count one use of a package's token, or raise `Refused`."""
        with self.lock:
            self._tokens.accept(token, package_id, self.now, self.switches)

    def _extensible(self, package_id: str) -> Package:
        package = self.package(package_id)
        if self.switches.expiry_edits == "locked":
            raise Refused("forbidden", "storage duration is locked for this team")
        if not package.has_files:
            raise Refused("transition", f"a package that is {package.state} has no files to keep")
        return package

    def _turn(self, package_id: str, source: State, target: State) -> None:
        with self.lock:
            package = self.package(package_id)
            if package.state == source:
                self._change(package, state=target)
            elif package.has_files or self.switches.repeated_transition == "refused":
                raise Refused("transition", f"a package that is {package.state} cannot be {target}")

    def _turn_due(self) -> None:
        for left, ids, target in self._later:
            for package in (self._packages.get(each) for each in ids if left <= 0):
                if package is not None and package.state != target:
                    self._change(package, state=target)
        self._later = [later for later in self._later if later[0] > 0]

    def _change(self, package: Package, **fields: Any) -> None:
        self._keep(replace(package, **{"updated_at": self.now, **fields}))

    def _keep(self, package: Package) -> None:
        self._packages[package.id] = package
        if package.has_files and not package.unlimited_storage:
            heapq.heappush(self._due, (package.expiry, package.id))

    def _expire_due(self) -> None:
        now = self.now
        while self._due and self._due[0][0] <= now:
            instant, package_id = heapq.heappop(self._due)
            package = self._packages.get(package_id)
            if package is None or not package.has_files or package.unlimited_storage:
                continue
            if package.expiry == instant:
                self._end(package, "expiry", instant)

    def _end(self, package: Package, cause: Literal["expiry", "delete"], instant: datetime) -> None:
        self._losses.append(Loss(package.id, instant, cause, package.total_files, package.size))
        fields: dict[str, Any] = {"state": "expired", "updated_at": instant}
        if cause == "delete" and self.switches.expiry_after_delete == "moment":
            fields |= {"expiry": instant, "unlimited_storage": False}
        self._change(package, **fields)
