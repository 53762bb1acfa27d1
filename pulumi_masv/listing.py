"""One run's view of a team: pages of a listing, or packages singly, whichever is fewer requests.

Shared by all threads. A listing is used for a minute, for each package once, and never for one
that was written to since it began.
"""

import threading
from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Final, get_args

from pulumi_masv.client import Client, Page
from pulumi_masv.models import Query, Seen, State

KEPT: Final = 60.0  # seconds; long enough from a check to its verb, too short for much to change
_SENT: Final = Query(status=get_args(State))
_INBOX: Final = _SENT.model_copy(update={"received": True})


class Listing:
    """What is read of one team.

    Args:
        client: of that team.
        stopwatch: seconds that only ever grow.
        width: how many packages are read side by side.
    """

    _since: float
    _first: Page | None
    _complete: bool
    _singles: int
    _listed: dict[str, Seen]
    _written: set[str]

    def __init__(self, client: Client, stopwatch: Callable[[], float], width: int) -> None:
        self._client = client
        self._stopwatch = stopwatch
        self._width = width
        self._flight = threading.Lock()  # one listing at a time; who comes meanwhile waits for it
        self._lock = threading.Lock()
        self._begin()

    def read(self, package_id: str, received_at: datetime | None = None) -> Seen | None:
        """One package, not knowing how many more will be asked for.

        Singly, until as many were read so as the listing has pages; then from one listing of all.
        So however many there will be, they cost at most twice what they must.
        """
        with self._flight:
            if self._stopwatch() - self._since > KEPT:
                self._begin()
            if self._singles and not self._complete:
                self._first = self._first or self._client.get_page(_SENT)
                if self._singles >= self._first.pages:
                    self._keep(self._client.list_packages(_SENT, self._first))
            with self._lock:
                seen = self._listed.pop(package_id, None)
            if seen is not None:
                return seen
            self._singles += 1
        return self._client.get_package(package_id, received_at=received_at)

    def read_all(self, package_ids: AbstractSet[str]) -> dict[str, Seen]:
        """All of these packages that the team has, sent or received.

        What no listing shows is read singly, too, before it is left out.
        """
        found = self._cheapest(_SENT, package_ids)
        if found is None:
            found = self._singly(package_ids)
            return found | self._in_inbox(package_ids - found.keys())
        missing = package_ids - found.keys()
        received = self._cheapest(_INBOX, missing)
        if received is not None:
            return found | received | self._singly(missing - received.keys())
        found |= self._singly(missing)
        return found | self._in_inbox(package_ids - found.keys())

    def forget(self, package_id: str) -> None:
        """It was written to: no listing that has begun is used for it."""
        with self._lock:
            self._listed.pop(package_id, None)
            self._written.add(package_id)

    def _begin(self) -> None:
        with self._lock:
            self._since = self._stopwatch()
            self._first = None
            self._complete = False
            self._singles = 0
            self._listed = {}
            self._written = set()

    def _keep(self, listed: Iterable[Seen]) -> None:
        with self._lock:
            self._complete = True
            self._listed = {s.package.id: s for s in listed if s.package.id not in self._written}

    def _cheapest(self, query: Query, wanted: AbstractSet[str]) -> dict[str, Seen] | None:
        """What a listing shows of them; None where reading them singly is fewer requests."""
        if not wanted:
            return {}
        if len(wanted) == 1:
            return None
        first = self._client.get_page(query)
        if first.pages > len(wanted):
            return None
        return _among(wanted, self._client.list_packages(query, first))

    def _in_inbox(self, wanted: AbstractSet[str]) -> dict[str, Seen]:
        return _among(wanted, self._client.list_packages(_INBOX)) if wanted else {}

    def _singly(self, wanted: AbstractSet[str]) -> dict[str, Seen]:
        with ThreadPoolExecutor(self._width) as pool:
            read = pool.map(self._client.read_package, wanted)
            return {seen.package.id: seen for seen in read if seen is not None}


def _among(wanted: AbstractSet[str], listed: Iterable[Seen]) -> dict[str, Seen]:
    return {seen.package.id: seen for seen in listed if seen.package.id in wanted}
