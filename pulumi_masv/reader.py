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
from pulumi_masv.errors import WHOLE_ACCOUNT, MasvError, RequestRefused
from pulumi_masv.models import Query, Seen, State

KEPT: Final = 60.0  # seconds; long enough from a check to its verb, too short for much to change
_SENT: Final = Query(status=get_args(State))
_INBOX: Final = _SENT.model_copy(update={"received": True})


class Reader:
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

    def read(
        self, package_id: str, received_at: datetime | None = None
    ) -> tuple[Seen | None, float]:
        """One package, and when it was looked at, not knowing how many more will be asked for.

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
                return seen, self._since
            self._singles += 1
        now = self._stopwatch()
        return self._client.get_package(package_id, received_at=received_at), now

    def read_all(
        self, package_ids: AbstractSet[str]
    ) -> tuple[dict[str, Seen], dict[str, MasvError]]:
        """All of these packages that the team has, sent or received, and those not to be read.

        What no listing shows is read singly, too, before it is left out.
        """
        failed: dict[str, MasvError] = {}
        found = self._cheapest(_SENT, package_ids)
        singly = found is None
        if found is None:
            found, failed = self._singly(package_ids)
        missing = package_ids - found.keys() - failed.keys()
        received = self._received(missing, whole=singly) if missing else {}
        if received is not None:
            found |= received
            missing -= received.keys()
        if missing and not singly:
            more, failed = self._singly(missing)
            found |= more
            missing -= more.keys() | failed.keys()
            if missing and received is None:
                found |= self._received(missing, whole=True) or {}
        return found, failed

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

    def _received(self, wanted: AbstractSet[str], *, whole: bool) -> dict[str, Seen] | None:
        """What the inbox shows of them; None where reading them singly is fewer requests.

        Args:
            wanted: the packages.
            whole: list it, however long it is: nothing else can tell.
        """
        try:
            if whole:
                return _among(wanted, self._client.list_packages(_INBOX))
            return self._cheapest(_INBOX, wanted)
        except RequestRefused as refused:
            if refused.status == 404:
                return {}
            if refused.status != 403:
                raise
            if not whole:
                return None
            raise self._client.inbox_closed(", ".join(sorted(wanted)[:20])) from None

    def _singly(self, wanted: AbstractSet[str]) -> tuple[dict[str, Seen], dict[str, MasvError]]:
        failed: dict[str, MasvError] = {}

        def read(package_id: str) -> Seen | None:
            try:
                return self._client.read_package(package_id)
            except WHOLE_ACCOUNT:
                raise
            except MasvError as error:
                failed[package_id] = error
                return None

        with ThreadPoolExecutor(self._width) as pool:
            found = {s.package.id: s for s in pool.map(read, wanted) if s is not None}
        return found, failed


def _among(wanted: AbstractSet[str], listed: Iterable[Seen]) -> dict[str, Seen]:
    return {seen.package.id: seen for seen in listed if seen.package.id in wanted}
