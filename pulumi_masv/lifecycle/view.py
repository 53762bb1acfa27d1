"""What one process knows: where MASV is, what it has looked at, what the program still declares.

Nothing of it outlives the process; what decides over files is read anew or stored.
"""

import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timezone

from pulumi_masv.client import Client
from pulumi_masv.errors import OtherTeam, PackageNotFound
from pulumi_masv.models import Seen, Stored
from pulumi_masv.plan import quote
from pulumi_masv.settings import Settings, resolve

LOOK_KEPT = 60.0  # seconds; long enough from a check to its verb, too short for much to change


class View:
    """What one process knows, for all its threads.

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
        self.now = clock
        self.declared: set[str] = set()
        self._sources = (configuration, environment)
        self._say = say
        self._connect = connect
        self._stopwatch = stopwatch
        self._lock = threading.Lock()
        self._client: Client | None = None
        self._looks: dict[str, tuple[Seen, float]] = {}
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

    def tell(self, seen: Seen, what: str) -> None:
        """Show a line about one package."""
        self.say(f"{seen.package.id} {quote(seen.package.name)}: {what}")

    def read(self, package_id: str) -> Seen | None:
        """Read a package now, and keep the look for the verb that follows."""
        seen = self.masv().get_package(package_id)
        if seen is not None:
            self._looks[package_id] = (seen, self._stopwatch())
        return seen

    def look(self, package_id: str) -> Seen | None:
        """The look that is kept, if it is young enough, else a read."""
        seen, since = self._looks.get(package_id, (None, 0.0))
        if seen is not None and self._stopwatch() - since <= LOOK_KEPT:
            return seen
        return self.read(package_id)

    def forget(self, package_id: str) -> None:
        """Whatever was seen of a package is about to change."""
        self._looks.pop(package_id, None)

    def not_found(self, package_id: str) -> PackageNotFound:
        team = self.masv().team_id
        return PackageNotFound(
            f"MASV has no package {package_id} in team {team}: check the id and the team"
        )

    def same_team(self, stored: Stored) -> None:
        """Raises OtherTeam where another team is configured than the one stored."""
        team = self.settings().team_id
        if team is not None and stored.team_id not in (None, team):
            raise OtherTeam(
                f"{stored.package_id} {quote(stored.name)} was stored in team {stored.team_id}, "
                f"but masv:teamId (or MASV_TEAM_ID) now says {team}: set it back, or take the "
                f"package out of the state with `pulumi state delete`"
            )
