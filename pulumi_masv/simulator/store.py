"""The teams, their packages, the clock, what has ended, and what is seen of it.

The clock stands still unless it is moved, or `elapsed` makes it run. A package whose expiry the
clock reaches has lost its files at that very instant; every such end, and every deletion, is
kept in `losses`. All methods may be called from any thread, also by tests that play somebody
who changes a package by hand.
"""

import functools
import heapq
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Annotated, Any, Final, Literal, get_args

from pydantic import Field

from pulumi_masv.simulator.found import Filter, Found
from pulumi_masv.simulator.instants import Given, as_instant, format_instant
from pulumi_masv.simulator.package import Loss, Package, ShownToken, State, new_id
from pulumi_masv.simulator.refusal import Refusal, Refused
from pulumi_masv.simulator.switches import Switches
from pulumi_masv.simulator.tokens import Level, Tokens

START: Final = datetime(2026, 3, 2, 9, tzinfo=timezone.utc)
TEAM_ID: Final = "01TEAM00000000000000000001"
# Every secret holds a text that must never turn up in a log, a state or an error.
KEY_CANARY: Final = "simulator-key"
PASSWORD_CANARY: Final = "simulator-password"  # noqa: S105 (no secret: a bait)
API_KEY: Final = f"{KEY_CANARY}-1"
_KEPT_LISTS: Final = 8  # more than a client pages through at a time
_FOREIGN: Final[dict[int, tuple[Refusal, str]]] = {
    400: ("invalid", "has an invalid id"),
    401: ("credential", "is not open to you"),
    403: ("forbidden", "is not open to you"),
    404: ("missing", "not found"),
}


class Store:
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
        self._changed: list[str] = []  # the id of each package that reads show otherwise, in turn
        self._found = functools.lru_cache(maxsize=_KEPT_LISTS)(Found)
        self._known: dict[str, Mapping[str, frozenset[str]]] = {}
        self._added = 0
        self._due: list[tuple[datetime, str]] = []  # a heap; entries may be out of date
        self._losses: list[Loss] = []
        self._tokens = Tokens()
        self._later: list[tuple[int, list[str], State]] = []  # requests left, ids, state to come
        self._before: list[tuple[int, Package]] = []  # requests left, what reads still show

    @property
    def now(self) -> datetime:
        """The account's clock, a UTC instant."""
        since, start = self._set
        return as_instant(since + timedelta(seconds=self._elapsed() - start))

    def advance(self, by: timedelta) -> None:
        """Move the clock on. A package whose expiry it reaches loses its files."""
        self.set_now(self.now + by)

    def set_now(self, instant: datetime | str) -> None:
        """Move the clock; what has expired stays expired when it is moved back."""
        with self.lock:
            self._set = (as_instant(instant), self._elapsed())
            self._expire_due()

    @property
    def losses(self) -> tuple[Loss, ...]:
        """What has ended so far, by whatever cause, in its order."""
        with self.lock:
            self._expire_due()
            return tuple(self._losses)

    def packages(self) -> list[Package]:
        """Return all packages, in the order in which they were made."""
        with self.lock:
            self._expire_due()
            return list(self._packages.values())

    def package(self, package_id: str) -> Package:
        """Return a package. Raises Refused where there is none."""
        with self.lock:
            self._expire_due()
            if package_id not in self._packages:
                raise Refused("missing", f"package {package_id[:64]} not found")
            return self._packages[package_id]

    def seen(self) -> Callable[[str], Package | None]:
        """Return what looks a package up as reads show it: for a while as before a change."""
        with self.lock:
            self._expire_due()
            packages = self._packages
            before = {
                package.id: replace(package, hidden=packages[package.id].hidden)
                for _, package in reversed(self._before)
                if package.id in packages
            }
            return lambda package_id: before.get(package_id, packages.get(package_id))

    def found(self, wanted: Filter, sort: str) -> Found:
        """Return what a filter finds now, in order."""
        with self.lock:
            seen, found = self.seen(), self._found(wanted, sort)
            found.take({changed: seen(changed) for changed in self._changed[found.followed :]})
            found.followed = len(self._changed)
            return found

    def known(self, team_id: str) -> Mapping[str, frozenset[str]]:
        """Return the tags and the teamspaces of a team's packages."""
        with self.lock:
            if team_id not in self._known:
                own = [one for one in self._packages.values() if one.team_id == team_id]
                self._known[team_id] = {
                    "tags": frozenset(tag for one in own for tag in one.tags),
                    "teamspaces": frozenset(one.teamspace for one in own),
                }
            return self._known[team_id]

    def read(self, team_id: str, package_id: str) -> Package:
        """Return a package as a single read shows it; raise Refused where it shows none."""
        with self.lock:
            package = self.seen()(package_id)
            blind = self.switches.key_sees == "nothing"
            if package is None or package.team_id != team_id or package.hidden or blind:
                kind, words = _FOREIGN[self.switches.foreign_read]
                raise Refused(kind, f"package {package_id[:64]} {words}")
            missing = package.received and self.switches.inbox_read == "missing"
            if missing or (not package.has_files and self.switches.ended_read == "missing"):
                raise Refused("missing", f"package {package_id[:64]} not found")
            return package

    def issue_token(self, package_id: str, level: Level = "full") -> str:
        """Return a fresh token for a package, good for so much."""
        with self.lock:
            return self._tokens.issue(package_id, self.now, self.switches, level)

    def accept_token(self, token: str, package_id: str) -> None:
        """Count one use of a package's token, or raise `Refused`."""
        with self.lock:
            self._tokens.accept(token, package_id, self.now, self.switches)

    def add_package(
        self,
        *,
        name: str | None = None,
        state: State = "finalized",
        expiry: Given = None,
        unlimited_storage: bool = False,
        size: Annotated[int, Field(ge=0)] = 1_500_000_000,
        total_files: Annotated[int, Field(ge=0)] = 3,
        sender: str = "dailies@studio.example",
        created_at: Given = None,
        received: bool = False,
        portal: str = "",
        custom_metadata_id: str = "",
        password: str | None = None,
        description: str = "",
        recipients: Sequence[str] = ("editor@studio.example",),
        teamspace: str = "",
        tags: Sequence[str] = (),
        custom_expiry: bool = False,
        team_id: str | None = None,
        id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$")] | None = None,
        shown_state: str = "",
        shown_token: ShownToken = "",
        hidden: bool = False,
    ) -> str:
        """Add a package, sent or received, and return its id. Raises ValueError where it cannot be.

        Args:
            name: its name; "Day N raw dailies" if left out.
            state: the state it is in.
            expiry: when its files end; if left out, in ten days, or a day ago if they have ended.
            unlimited_storage: whether its files never end.
            size: the size of all its files, in bytes.
            total_files: how many files it has.
            sender: who sent it.
            created_at: when it was created; the clock's time if left out.
            received: whether a portal received it; always true with a `portal`.
            portal: the portal that it came through.
            custom_metadata_id: the id of its form response, if it has one.
            password: its password; made up if left out, no password if empty.
            description: its message to the recipients.
            recipients: who it was sent to.
            teamspace: the id of its teamspace.
            tags: the ids of its tags.
            custom_expiry: whether somebody moved its expiry.
            team_id: the team it belongs to; the first one if left out.
            id: its id; made up if left out.
            shown_state: a state to show instead of its own; filters still use its own.
            shown_token: which token a listing shows for it, whatever the switches say.
            hidden: whether it is hidden from the key.
        """
        given: dict[str, Any] = {name: each for name, each in locals().items() if name != "self"}
        with self.lock:
            self._added += 1
            created = as_instant(created_at or self.now)
            ended = state in ("expired", "archived")
            ends = as_instant(expiry or self.now + timedelta(days=-1 if ended else 10))
            if not ended and not unlimited_storage and ends <= self.now:
                raise ValueError(
                    f"a package that is {state} cannot have expired already, and its expiry "
                    f"{format_instant(ends)} is not after the clock, {format_instant(self.now)}: "
                    f"change one of them, or set its state to expired"
                )
            if shown_token not in get_args(ShownToken):
                one_of = ", ".join(get_args(ShownToken)[1:])
                raise ValueError(f"shown_token must be one of {one_of}")
            given |= {
                "id": id or new_id(created, self._added),
                "team_id": team_id or next(iter(self.teams)),
                "name": name or f"Day {self._added} raw dailies",
                "expiry": ends,
                "created_at": created,
                "received": received or bool(portal),
                "recipients": tuple(recipients),
                "tags": tuple(tags),
            }
            if password is None:
                given["password"] = f"{PASSWORD_CANARY}-{self._added}"
            package = Package(updated_at=created, **given)
            if package.id in self._packages:
                raise ValueError(f"there already is a package {package.id}: give it another id")
            if package.team_id not in self.teams:
                teams = ", ".join(self.teams)
                raise ValueError(f"there is no team {package.team_id}, only {teams}")
            self._keep(package)
            return package.id

    def hide(self, package_id: str) -> None:
        """Hide a package from the key: it is not listed, and a single read is refused."""
        with self.lock:
            self._keep(replace(self.package(package_id), hidden=True))

    def show(self, package_id: str) -> None:
        """Let the key see a package again."""
        with self.lock:
            self._keep(replace(self.package(package_id), hidden=False))

    def remove(self, package_id: str) -> None:
        """Forget a package, as if it had never existed: no deletion, and no loss on record."""
        with self.lock:
            self.package(package_id)
            del self._packages[package_id]
            self._changed.append(package_id)
            self._known.clear()

    def _change(self, package: Package, **fields: Any) -> None:
        self._keep(replace(package, **{"updated_at": self.now, **fields}))

    def _keep(self, package: Package) -> None:
        before = self._packages.get(package.id)
        if before is None or (before.tags, before.teamspace) != (package.tags, package.teamspace):
            self._known.clear()
        self._packages[package.id] = package
        self._changed.append(package.id)
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
