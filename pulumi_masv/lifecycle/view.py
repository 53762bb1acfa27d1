"""What one process knows: where MASV is, what it has looked at, what the program still declares.

Nothing of it outlives the process; what decides over files is read anew or stored.
"""

import threading
import time
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime, timezone
from typing import Any, TypeVar

from pulumi_masv.client import Client
from pulumi_masv.errors import WHOLE_ACCOUNT, MasvError, OtherTeam
from pulumi_masv.lifecycle.checked import Checked
from pulumi_masv.listing import KEPT, Listing
from pulumi_masv.models import Seen, Stored
from pulumi_masv.plan import quote
from pulumi_masv.settings import Settings, resolve

Look = TypeVar("Look")


class View:
    """What one process knows, for all its threads.

    Args:
        configuration: the stack's, with keys like `masv:apiKey`.
        environment: the process's.
        say: shows the user one line.
        connect: makes the client, at the first request.
        stopwatch: seconds that only ever grow.
        sleep: waits that many seconds.
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
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
    ) -> None:
        self.now = clock
        self.sleep = sleep
        self.checked = Checked()
        self._sources = (configuration, environment)
        self._say = say
        self._connect = connect
        self.stopwatch = stopwatch
        self._lock = threading.Lock()
        self._client: Client | None = None
        self._listing: Listing | None = None
        self._looks: dict[object, tuple[Any, float]] = {}
        self._received: dict[str, datetime] = {}
        self._blind = False
        self._said: set[str] = set()

    def settings(self) -> Settings:
        """The settings. Raises SettingsError where one is wrong, not where one is missing."""
        return resolve(*self._sources)

    def masv(self) -> Client:
        """The one client of the process. Raises SettingsError where a setting is missing."""
        with self._lock:
            if self._client is None:
                self._client = self._connect(self.settings())
            return self._client

    def say(self, line: str) -> None:
        """Show a line, but each only once: a replacement is checked twice."""
        with self._lock:
            if line in self._said:
                return
            self._said.add(line)
        self._say(line)

    def preview(self, look: Callable[[], Look], what: str) -> Look | None:
        """What a look finds; None where it cannot look, and a line that says so.

        Raises:
            SettingsError: a setting is wrong (a missing one only means that there is no look).
        """
        missing = self.settings().missing()
        if missing:
            self._cannot_look(missing)
        if missing or self._blind:
            return None
        try:
            return look()
        except WHOLE_ACCOUNT as error:
            self._blind = True
            self._cannot_look(str(error))
        except MasvError as error:
            self.say(f"cannot look at {what}, so it is not checked: {error}")
        return None

    def read(self, package_id: str) -> Seen | None:
        """Read a package now, and keep the look for the verb that follows."""
        since, received_at = self.stopwatch(), self._received.get(package_id)
        seen = self.masv().get_package(package_id, received_at=received_at)
        return self._seen(package_id, seen, since)

    def look(self, package_id: str) -> Seen | None:
        """The look that is kept, if it is young enough, else one that costs the least."""
        seen: Seen | None = self.kept(package_id)
        if seen is not None:
            return seen
        received_at = self._received.get(package_id)
        seen, since = self._team().read(package_id, received_at)
        return self._seen(package_id, seen, since)

    def look_all(
        self, package_ids: AbstractSet[str]
    ) -> tuple[dict[str, Seen], dict[str, MasvError]]:
        """The same for many at once: those that the team has, and those not to be read."""
        if not package_ids:
            return {}, {}
        since = self.stopwatch()
        kept: dict[str, Seen] = {i: seen for i in package_ids if (seen := self.kept(i))}
        read, failed = self._team().read_all(package_ids - kept.keys())
        for package_id, seen in read.items():
            self._seen(package_id, seen, since)
        return kept | read, failed

    def look_by(self, subject: object, read: Callable[[], Look]) -> Look:
        """The same for anything that is read otherwise."""
        kept: Look | None = self.kept(subject)
        if kept is None:
            since, kept = self.stopwatch(), read()
            self._looks[subject] = (kept, since)
        return kept

    def kept(self, subject: object) -> Any:
        """The look that is kept of a package id or of another subject; None where there is none."""
        seen, since = self._looks.get(subject, (None, 0.0))
        return seen if self.stopwatch() - since <= KEPT else None

    def forget(self, subject: object) -> None:
        """Whatever was seen of it is about to change."""
        self._looks.pop(subject, None)
        if isinstance(subject, str):
            self._team().forget(subject)

    def recall(self, stored: Stored) -> None:
        """Take up what the state knows of a package. Raises OtherTeam."""
        self.same_team(stored.team_id, f"{stored.package_id} {quote(stored.name)}")
        if stored.received and stored.package_id and stored.created_at:
            self._received.setdefault(stored.package_id, stored.created_at)

    def same_team(self, stored_team: str | None, what: str) -> None:
        """Raises OtherTeam where another team is configured than the one stored."""
        team = self.settings().team_id
        if team is not None and stored_team not in (None, team):
            raise OtherTeam(
                f"{what} was stored in team {stored_team}, but masv:teamId (or MASV_TEAM_ID) now "
                f"says {team}: set it back, or take it out of the state with `pulumi state delete`"
            )

    def _team(self) -> Listing:
        masv = self.masv()
        with self._lock:
            if self._listing is None:
                self._listing = Listing(masv, self.stopwatch, self.settings().concurrency)
            return self._listing

    def _seen(self, package_id: str, seen: Seen | None, since: float) -> Seen | None:
        if seen is not None:
            self._looks[package_id] = (seen, since)
            if seen.received_at is not None:
                self._received[package_id] = seen.received_at
        return seen

    def _cannot_look(self, why: str) -> None:
        self.say(f"cannot look at MASV, so nothing is checked there: {why}")
