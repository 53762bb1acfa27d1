"""One run's view of a team: pages of a listing, or packages singly, whichever is fewer requests.

Shared by all threads. A listing is used for a minute, for each package once, and never for one
that was written to since it began. What is asked for together is listed by the spans of time in
which it was created. What no listing shows is read singly, and never called gone before that.
"""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from typing import Final, TypeVar

from pulumi_masv.assumptions import ID_TELLS_TIME
from pulumi_masv.client import BOXES, Client, Page, moment_of
from pulumi_masv.errors import WHOLE_ACCOUNT, ListingRefused, MasvError, RequestRefused
from pulumi_masv.models import Observed, Query
from pulumi_masv.spans import BEYOND, Look, Span, within

KEPT: Final = 60.0  # seconds; long enough from a check to its verb, too short for much to change
_SENT: Final = BOXES[False]
_INBOX: Final = BOXES[True]
_FEW: Final = 2  # packages that are read singly before the inbox is listed for them
_MANY: Final = 20  # packages of which none is listed where its id says, before all is listed
One = TypeVar("One")
Many = TypeVar("Many")


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
    _listed: dict[str, Observed]
    _written: set[str]

    def __init__(self, client: Client, stopwatch: Callable[[], float], width: int) -> None:
        self._client = client
        self._stopwatch = stopwatch
        self._width = width
        self._flight = threading.Lock()  # one listing at a time; who comes meanwhile waits for it
        self._lock = threading.Lock()
        self._says_no_more: set[str | None] = set()  # in these states a single read leaves it open
        self._begin()

    def read(
        self,
        package_id: str,
        received_at: datetime | None = None,
        created: Mapping[str, datetime] | None = None,
    ) -> tuple[Observed | None, float]:
        """Return one package, and when it was looked at, whatever else will be asked for.

        Singly, until as many were read so as the listing has pages; then from one listing of all.
        So however many there will be, they cost at most twice what they must.

        Args:
            package_id: MASV's id.
            received_at: when it was created, where an earlier look found it in the inbox.
            created: when packages were created, as far as that is known.
        """
        with self._flight:
            if self._stopwatch() - self._since > KEPT:
                self._begin()
            if self._singles and not self._complete:
                self._list()
            with self._lock:
                observed = self._listed.pop(package_id, None)
            if observed is not None:
                return observed, self._since
            self._singles += 1
        now = self._stopwatch()
        observed = self._client.get_package(
            package_id, created_at=(created or {}).get(package_id), received_at=received_at
        )
        if observed is not None:
            self._learn(observed)
        return observed, now

    def read_all(
        self,
        package_ids: AbstractSet[str],
        created: Mapping[str, datetime] | None = None,
    ) -> tuple[dict[str, Observed], dict[str, MasvError]]:
        """Return those that the team has, sent or received, and those that cannot be read.

        What no listing shows is read singly, too, before it is left out.

        Args:
            package_ids: MASV's ids.
            created: when packages were created, as far as that is known.
        """
        known = created or {}
        found, dear = self._in_listing(_SENT, package_ids, known)
        rest = package_ids - found.keys() - dear
        if len(rest) > _FEW:
            found |= self._in_listing(_INBOX, rest, known)[0]
        if not found and len(package_ids - known.keys()) > _MANY:
            found = self._in_whole(package_ids)
        more, failed = self._each(self._client.read_package, package_ids - found.keys())
        found |= more
        found |= self._in_listing(_INBOX, dear - found.keys() - failed.keys(), known)[0]
        more, refused = self._each(
            lambda one: self._client.find_package(one, created_at=known.get(one)),
            package_ids - found.keys() - failed.keys(),
        )
        return found | more, failed | refused

    def settle(self, observed: Observed) -> Observed:
        """Return a package by its single read, where a listing does not say whether it ends.

        Unchanged where that cannot be had, or where a single read of this run said no more.
        """
        package = observed.package
        if package.received is None or package.state in self._says_no_more:
            return observed
        try:
            single = self._client.read_package(package.id) if _is_open(observed) else None
        except WHOLE_ACCOUNT:
            raise
        except MasvError:
            return observed
        if single is None or self._learn(single):
            return observed
        return replace(single, token=single.token or observed.token, received=observed.received)

    def shows_nothing(self) -> bool:
        """Return whether the key is shown no package at all, neither sent nor received."""
        if self._client.first_page(received=False).shown:
            return False
        try:
            return not self._client.first_page(received=True).shown
        except RequestRefused as refused:
            if refused.status not in (403, 404):
                raise
            return True

    def forget(self, package_id: str) -> None:
        """Use no listing that has begun for a package: it was written to."""
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

    def _list(self) -> None:
        """List all that the team sent, as soon as that is fewer requests than single reads."""
        first = self._first or self._first_of(_SENT)
        if isinstance(first, Page):
            self._first = first
            if self._singles < first.pages:
                return
        listed = self._all_of(_SENT, first)
        with self._lock:
            self._complete = True
            self._listed = {s.package.id: s for s in listed if s.package.id not in self._written}

    def _each(
        self, read: Callable[[str], Observed | None], wanted: AbstractSet[str]
    ) -> tuple[dict[str, Observed], dict[str, MasvError]]:
        failed: dict[str, MasvError] = {}

        def one(package_id: str) -> Observed | None:
            try:
                return read(package_id)
            except WHOLE_ACCOUNT:
                raise
            except MasvError as error:
                failed[package_id] = error
                return None

        found = {each.package.id: each for each in self._map(one, wanted) if each is not None}
        for observed in found.values():
            self._learn(observed)
        return found, failed

    def _in_listing(
        self, box: Query, wanted: AbstractSet[str], created: Mapping[str, datetime]
    ) -> tuple[dict[str, Observed], set[str]]:
        """Return what a listing shows of them, and those that single reads are cheaper for."""
        told = not self._client.contradictions.has_met(ID_TELLS_TIME)
        moments = {i: created.get(i) or (moment_of(i) if told else None) for i in wanted}
        undated = {i for i, moment in moments.items() if moment is None}
        if len(undated) > 1:
            shown = self._in_query(box, wanted, len(undated))
            if shown is not None:
                return shown, set()
        span = sorted((moment, i) for i, moment in moments.items() if moment is not None)
        found, dear = self._in_spans(box, span) if span else ({}, set())
        return found, undated | dear

    def _in_whole(self, wanted: AbstractSet[str]) -> dict[str, Observed]:
        """Return those sent whose ids told when they were created, and were not listed there."""
        contradictions = self._client.contradictions
        if contradictions.has_met(ID_TELLS_TIME):
            return {}
        found = self._in_query(_SENT, wanted, len(wanted))
        for package_id in found or ():
            what = f"{package_id} is not listed where its id says that it was created"
            contradictions.meet(ID_TELLS_TIME, what)
            break
        return found or {}

    def _in_spans(self, box: Query, wanted: Span) -> tuple[dict[str, Observed], set[str]]:
        """Return what listings of spans show, and those for which single reads are fewer requests.

        What was created is seldom spread evenly, so that a cut may cost more than it saves. So no
        more are made than what is sure to be saved by now pays for, but for a few.
        """
        looks, done, spent = [self._look(box, wanted)], list[Look](), 1
        most = looks[0].pages + BEYOND
        while looks:
            credit = most - spent - sum(look.rest for look in (*looks, *done))
            parts: list[Span] = []
            for look in looks:
                cut = look.parts(credit - 1)
                if len(cut) > 1:
                    credit -= len(cut) + 1  # the parts may have a page more than the whole
                    parts += cut
                else:
                    done.append(look)
            spent += len(parts)
            looks = list(self._map(lambda span: self._look(box, span), parts))
        dear = {i for look in done if look.is_dear for _, i in look.wanted}
        cheap = [look for look in done if not look.is_dear]
        shown = self._map(lambda look: self._in_look(box, look), cheap)
        return {one.package.id: one for each in shown for one in each}, dear

    def _look(self, box: Query, wanted: Span) -> Look:
        return Look(wanted, self._first_of(within(box, wanted)) if len(wanted) > 1 else None)

    def _in_look(self, box: Query, look: Look) -> list[Observed]:
        listed = self._all_of(within(box, look.wanted), look.first or ())
        wanted = {i for _, i in look.wanted}
        return [one for one in listed if one.package.id in wanted]

    def _in_query(
        self, query: Query, wanted: AbstractSet[str], most: int
    ) -> dict[str, Observed] | None:
        """Return what a listing shows of them; None where that takes more pages than may be."""
        first = self._first_of(query)
        if isinstance(first, Page) and first.pages > most:
            return None
        listed = self._all_of(query, first)
        return {one.package.id: one for one in listed if one.package.id in wanted}

    def _first_of(self, query: Query) -> Page | Sequence[Observed]:
        try:
            return self._client.get_page(query)
        except MasvError as error:
            return _shown_by(error, query)

    def _all_of(self, query: Query, first: Page | Sequence[Observed]) -> Sequence[Observed]:
        try:
            return self._client.list_packages(query, first) if isinstance(first, Page) else first
        except MasvError as error:
            return _shown_by(error, query)

    def _map(self, call: Callable[[One], Many], several: Iterable[One]) -> Iterable[Many]:
        each = list(several)
        if len(each) < 2:
            return map(call, each)
        with ThreadPoolExecutor(self._width) as pool:
            return pool.map(call, each)

    def _learn(self, single: Observed) -> bool:
        """Return whether it is a single read that does not say either whether the package ends."""
        if single.package.received is None and _is_open(single):
            self._says_no_more.add(single.package.state)
            return True
        return False


def _shown_by(error: MasvError, query: Query) -> Sequence[Observed]:
    """Return what a refused listing did show. Raises what would fail for any listing alike."""
    closed = query.received and isinstance(error, RequestRefused) and error.status == 403
    if isinstance(error, WHOLE_ACCOUNT) and not closed:
        raise error
    return error.found if isinstance(error, ListingRefused) else ()


def _is_open(observed: Observed) -> bool:
    return observed.package.files_exist and observed.package.unlimited_storage is None
