"""What the API key asks and does: a method per endpoint of a team, all of them on `/teams` routes.

What a listing shows, and whether that can be believed, is decided by `pages` and `filters`; where
a package is that its single read does not serve, by `finding`.
"""

import random
import time
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from typing import Any, Final

from pulumi_masv.assumptions import FILTERED, SERVED_SINGLY, Contradictions
from pulumi_masv.client.answers import Answer, Request
from pulumi_masv.client.filters import Filters
from pulumi_masv.client.finding import BOXES, Finder, among
from pulumi_masv.client.pages import PAGE, Moved, Page, Partial, whole
from pulumi_masv.client.records import observed_in, page_in
from pulumi_masv.client.transport import Transport
from pulumi_masv.errors import (
    CredentialRefused,
    Intercepted,
    ListingRefused,
    PackageNotFound,
    PackageRefused,
    RateLimited,
    RequestRefused,
    SettingsError,
    UnexpectedAnswer,
)
from pulumi_masv.models import ID_PATTERN, Observed, Query, format_instant
from pulumi_masv.settings import Settings

_GONE: Final = (404, 410)
_PAST_THE_END: Final = (400, 404, 416, 422)


class Team:
    """The packages of one team, from any number of threads.

    Every method raises MasvError: Unreachable, RequestRefused and its kin, or UnexpectedAnswer.

    Args:
        settings: with key and team.
        sleep: waits that many seconds between retries.
        jitter: a number between 0 and 1, for those pauses.
        clock: the UTC instant, used only where an answer has no `Date`.
        cancelled: tells that nobody learns any more of what would still be done.
        contradictions: takes note of what is not as assumed.

    Raises:
        SettingsError: key or team is missing.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
        clock: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
        cancelled: Callable[[], bool] = lambda: False,
        contradictions: Contradictions | None = None,
    ) -> None:
        if settings.api_key is None or settings.team_id is None:
            raise SettingsError(settings.missing())
        self.team_id = settings.team_id
        self.contradictions = contradictions or Contradictions()
        self._credential = {"X-API-KEY": settings.api_key}
        self._key_source = settings.key_source
        self._transport = Transport(
            settings, sleep=sleep, jitter=jitter, clock=clock, cancelled=cancelled
        )
        self._concurrency = settings.concurrency
        self._pool = ThreadPoolExecutor(settings.concurrency, "masv")  # starts no thread before use
        self._filters = Filters(self.get_page, lambda: self.contradictions)
        self._finder = Finder(self)
        self._is_proved = False
        self.is_readable = True  # each package that was listed so far

    def withhold(self, package_ids: AbstractSet[str]) -> None:
        """Leave out of errors what MASV says of these packages, since it may quote a secret."""
        self._transport.withheld = package_ids

    @property
    def requests(self) -> int:
        """How many requests were sent so far, each repetition among them."""
        return self._transport.requests

    def get_package(
        self,
        package_id: str,
        *,
        created_at: datetime | None = None,
        received_at: datetime | None = None,
    ) -> Observed | None:
        """Return a package of the team, sent or received; None if the team has none with that id.

        `GET /v1.1/teams/{team}/packages/{id}`; it is not known to serve received packages, or
        those that have ended, so before a package is called gone it is looked for in the listings.

        Args:
            package_id: MASV's id.
            created_at: when it was created, where that is known.
            received_at: the same, where an earlier look found it in the inbox.
        """
        if received_at is not None and not self.contradictions.has_met(FILTERED):
            try:
                found = among(self._finder.around(True, received_at), package_id)
            except RequestRefused as refused:
                if refused.status not in (403, 404):
                    raise
                found = None
            if found is not None:
                return found
        return self.read_package(package_id) or self.find_package(
            package_id, created_at=created_at or received_at
        )

    def find_package(
        self, package_id: str, *, created_at: datetime | None = None
    ) -> Observed | None:
        """Return one package by `list_packages` alone, after the single read has served none."""
        found = self._finder.find(package_id, created_at)
        if found is not None:
            what = f"package {package_id} is listed, but reading it alone does not show it"
            self.contradictions.meet(SERVED_SINGLY, what)
        return found

    def read_package(self, package_id: str) -> Observed | None:
        """Return one package by the single read alone; None if that does not serve it.

        `GET /v1.1/teams/{team}/packages/{id}`.

        Raises:
            PackageRefused: it may not be read, while the team's own route answers.
        """
        if not ID_PATTERN.fullmatch(package_id):
            raise PackageNotFound(f"{package_id!a} is not a MASV package id")
        try:
            route = f"/v1.1/teams/{self.team_id}/packages/{package_id}"
            answer = self._transport.send(Request("GET", route, self._credential))
        except RateLimited:
            raise
        except (RequestRefused, Intercepted) as refused:
            status = refused.status if isinstance(refused, RequestRefused) else 0
            if status in _GONE:
                return None
            if status >= 500:  # that says nothing of this package
                raise
            if not self._is_proved:
                self._finder.first_page(received=False)
            line = (
                f"{refused}; package {package_id} cannot be read, although the routes of "
                f"team {self.team_id} answer: check the id, and whether the key's user may see it"
            )
            raise PackageRefused(line, status=status, package_id=package_id) from None
        observed = observed_in(answer)
        if observed.package.id != package_id:
            raise UnexpectedAnswer(
                f"{answer.request} answered with package {observed.package.id}: "
                f"write its id like that"
            )
        return observed

    def not_found(self, package_id: str) -> PackageNotFound:
        """Return the error for a package that the team does not have."""
        return PackageNotFound(
            f"MASV has no package {package_id} in team {self.team_id}: check the id and the team"
        )

    def inbox_closed(self, package_id: str, refused: RequestRefused) -> PackageRefused:
        """Return the error for a package that may be in an inbox which cannot be read."""
        line = (
            f"{package_id}: not among the packages that team {self.team_id} sent, and its inbox "
            f"cannot be read ({refused.status}): check the id, or let the key read the inbox"
        )
        return PackageRefused(line, status=refused.status, package_id=package_id)

    def list_packages(self, query: Query, first: Page | None = None) -> list[Observed]:
        """Return all packages that match a query, as the account had them at one moment.

        `GET /v1.1/teams/{team}/packages` (or `/inbox`), as many pages as there are, side by side
        after the first. What MASV lists beside what was asked for is left out.

        Args:
            query: what is asked for.
            first: the first page, where it has been read already.

        Raises:
            ListingRefused: it is not whole, or nobody can tell whether it is as asked.
            UnexpectedAnswer: the account changed under every reading.
        """
        first = first or self.get_page(query)
        total = first.total
        try:
            listed = whole(
                query,
                lambda number: self.get_page(query, number),
                lambda numbers: self._pages(query, numbers),
                self._concurrency,
                first,
            )
        except Moved as moved:
            raise UnexpectedAnswer(
                f"the listing of team {self.team_id} changed during every reading "
                f"({moved.found} packages read, {moved.total} announced): run again"
            ) from None
        except Partial as part:
            raise ListingRefused(
                f"the listing of team {self.team_id} announces {part.total} packages and shows "
                f"{'only ' if part.shown < part.total else ''}{part.shown}: the key may not see "
                f"them all, and part of a list is not used",
                part.found,
            ) from None
        mended = self._filters.mended(query.asked(), listed, total)
        if query.asked() == query:
            return mended
        return [s for s in mended if query.verdicts(s.package)["name"] is not False]

    def count_expired(self, query: Query) -> int:
        """Return how many packages a query by expiry matches: one `get_page`, if MASV filters it.

        Raises:
            ListingRefused: as `list_packages` does.
        """
        page = self.get_page(query)
        as_asked = all(query.allows(observed.package) for observed in page.records)
        short = page.shown < page.total <= PAGE
        if short or self.contradictions.has_met(FILTERED):
            as_asked = False
        return page.total if as_asked else len(self.list_packages(query, page))

    def get_page(self, query: Query, number: int = 1) -> Page:
        """Return a page of a listing as it is. `GET /v1.1/teams/{team}/packages` (or `/inbox`)."""
        answer = self._team(
            "GET",
            f"/v1.1/teams/{self.team_id}/{'inbox' if query.received else 'packages'}",
            query={**query.asked().parameters(), "limit": str(PAGE), "page": str(number)},
        )
        page = page_in(answer, query, self.contradictions)
        self._is_proved = True
        self.is_readable = self.is_readable and not page.unreadable
        if query == BOXES[query.received]:
            self._filters.totals[query.received] = page.total
        return page

    def first_page(self, *, received: bool) -> Page:
        """Return the first page of all sent or received, by `get_page`; it may be a minute old."""
        return self._finder.first_page(received)

    def archive_window(
        self, start: datetime, end: datetime, *, received: bool = False, archived: bool = True
    ) -> None:
        """Archive (or unarchive) every expired package whose expiry lies between two instants.

        `PUT /v1/teams/{team}/archive`, `/unarchive`, `/inbox/archive`, `/inbox/unarchive`. What
        MASV answers is not documented: read the listing to see the effect.
        """
        path = ("/inbox" if received else "") + ("/archive" if archived else "/unarchive")
        window = {"expiry_start": format_instant(start), "expiry_end": format_instant(end)}
        self._team("PUT", f"/v1/teams/{self.team_id}{path}", body=window)

    def _pages(self, query: Query, numbers: Iterable[int]) -> Iterable[Page | None]:
        def page(number: int) -> Page | None:
            try:
                return self.get_page(query, number)
            except RequestRefused as refused:
                if refused.status not in _PAST_THE_END:
                    raise
                return None

        try:
            return self._pool.map(page, numbers)
        except KeyboardInterrupt:  # of a thread that was just starting: at exit nobody wakes it
            self._pool.shutdown(wait=False, cancel_futures=True)
            raise

    def _team(
        self,
        method: str,
        route: str,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Answer:
        try:
            return self._transport.send(Request(method, route, self._credential, query, body))
        except RequestRefused as refused:
            if refused.status not in (401, 403):
                raise
            line = (
                f"{refused}; the key came from {self._key_source}: "
                f"check that it is a key of team {self.team_id}"
            )
            is_stored = self._key_source.startswith("the stack")
            raise CredentialRefused(line, status=refused.status, is_stored=is_stored) from None
