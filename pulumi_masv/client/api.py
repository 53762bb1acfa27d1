"""Which call goes where: a method per endpoint, each with the one credential it may carry.

The API key goes to `/teams/` routes only, a package's token to `/v1/packages/` routes only.
"""

import random
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from typing import Any, get_args

from pydantic import SecretStr, ValidationError

from pulumi_masv.client.pages import PAGE, Moved, Page, whole
from pulumi_masv.client.transport import Answer, Request, Transport, clean
from pulumi_masv.errors import (
    CredentialRefused,
    PackageNotFound,
    RequestRefused,
    SettingsError,
    UnexpectedAnswer,
)
from pulumi_masv.models import (
    ID_PATTERN,
    Package,
    Query,
    Seen,
    State,
    format_instant,
    problems_of,
    widened,
)
from pulumi_masv.settings import Settings


class Client:
    """MASV for one team, from any number of threads.

    Every method raises MasvError: Unreachable, RequestRefused and its kin, or UnexpectedAnswer.

    Args:
        settings: with key and team.
        sleep: waits that many seconds between retries.
        jitter: a number between 0 and 1, for those pauses.
        clock: the UTC instant, used only where an answer has no `Date`.
        cancelled: tells that nobody learns any more of what would still be done.

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
    ) -> None:
        if settings.api_key is None or settings.team_id is None:
            raise SettingsError(settings.missing())
        self.team_id = settings.team_id
        self._key = settings.api_key
        self._key_source = settings.key_source
        self._transport = Transport(
            settings, sleep=sleep, jitter=jitter, clock=clock, cancelled=cancelled
        )
        self._concurrency = settings.concurrency
        self._pool = ThreadPoolExecutor(settings.concurrency, "masv")  # starts no thread before use

    @property
    def requests(self) -> int:
        """How many requests were sent so far, each repetition among them."""
        return self._transport.requests

    def get_package(self, package_id: str, *, received_at: datetime | None = None) -> Seen | None:
        """One package of the team, sent or received; None where the team has none of that id.

        `GET /v1.1/teams/{team}/packages/{id}`; it is not known to serve received packages, so
        before a package is called gone the inbox is listed.

        Args:
            package_id: MASV's id.
            received_at: when it was created, where an earlier look found it in the inbox.
        """
        if received_at is not None and (found := self._in_inbox(package_id, received_at)):
            return found
        return self.read_package(package_id) or self._in_inbox(package_id)

    def read_package(self, package_id: str) -> Seen | None:
        """One package by the single read alone; None where that does not serve it.

        `GET /v1.1/teams/{team}/packages/{id}`.
        """
        if not ID_PATTERN.fullmatch(package_id):
            raise PackageNotFound(f"{package_id!r} is not a MASV package id")
        try:
            answer = self._team("GET", f"/packages/{package_id}", version="v1.1")
        except RequestRefused as refused:
            if refused.status != 404:
                raise
            return None
        seen = _seen(answer.json(), answer)
        if seen.package.id != package_id:
            raise UnexpectedAnswer(
                f"{answer.request} answered the package {seen.package.id}: write its id so"
            )
        return seen

    def not_found(self, package_id: str) -> PackageNotFound:
        """The error for a package that the team does not have."""
        return PackageNotFound(
            f"MASV has no package {package_id} in team {self.team_id}: check the id and the team"
        )

    def inbox_closed(self, package_ids: str) -> RequestRefused:
        """The error for packages that may be in an inbox which the key may not read."""
        line = (
            f"{package_ids}: not among the packages that team {self.team_id} sent, and its inbox "
            f"may not be read (403): check the id, or let the key read the inbox"
        )
        return RequestRefused(line, status=403)

    def list_packages(self, query: Query, first: Page | None = None) -> list[Seen]:
        """All packages that a query asks for, as the account had them at one moment.

        `GET /v1.1/teams/{team}/packages` (or `/inbox`), as many pages as there are, side by side
        after the first.

        Args:
            query: what is asked for.
            first: the first page, where it has been read already.

        Raises:
            UnexpectedAnswer: the account changed under every reading.
        """
        try:
            return whole(
                query,
                lambda number: self.get_page(query, number),
                lambda numbers: self._pool.map(lambda n: self.get_page(query, n), numbers),
                self._concurrency,
                first,
            )
        except Moved as moved:
            raise UnexpectedAnswer(
                f"the listing of team {self.team_id} changed under every reading "
                f"({moved.found} packages read, {moved.total} announced): run again"
            ) from None

    def get_page(self, query: Query, number: int = 1) -> Page:
        """One page of a listing. `GET /v1.1/teams/{team}/packages` (or `/inbox`)."""
        answer = self._team(
            "GET",
            "/inbox" if query.received else "/packages",
            version="v1.1",
            query={**query.parameters(), "limit": str(PAGE), "page": str(number)},
        )
        try:
            listing = answer.json()
            total = int(listing["metadata"]["total"])
            shown = listing["records"] or [] if total == 0 else listing["records"]
            records = [_seen(one, answer, listed=query) for one in shown]
            return Page(total, records, answer.now)
        except (KeyError, TypeError, ValueError):
            raise UnexpectedAnswer(
                f"{answer.request} answered no listing: check masv:baseUrl (or MASV_BASE_URL)"
            ) from None

    def _in_inbox(self, package_id: str, created: datetime | None = None) -> Seen | None:
        start, end = widened(created, created) if created else (None, None)
        inbox = Query(
            status=get_args(State), received=True, created_at_start=start, created_at_end=end
        )
        try:
            listed = self.list_packages(inbox)
        except RequestRefused as refused:
            if refused.status == 404:
                return None
            if refused.status != 403:
                raise
            raise self.inbox_closed(package_id) from None
        return next((seen for seen in listed if seen.package.id == package_id), None)

    def rename_package(self, seen: Seen, name: str) -> None:
        """Rename. `PUT /v1/packages/{id}`."""
        self._package("PUT", seen, "", {"name": name})

    def set_expiry(self, seen: Seen, expiry: datetime) -> None:
        """Move the instant at which the files end. `PUT /v1/packages/{id}/expiry`."""
        self._set_end(seen, {"expiry": format_instant(expiry)})

    def set_unlimited(self, seen: Seen) -> None:
        """Let it never expire. `PUT /v1/packages/{id}/expiry`."""
        self._set_end(seen, {"unlimited_storage": True})

    def delete_package(self, seen: Seen) -> None:
        """Destroy the files, for good; a tombstone stays. `DELETE /v1/packages/{id}`."""
        self._package("DELETE", seen, "")

    def archive_package(self, seen: Seen) -> None:
        """Hide the tombstone of an expired package. `PUT /v1/packages/{id}/archive`."""
        self._package("PUT", seen, "/archive")

    def unarchive_package(self, seen: Seen) -> None:
        """Show an archived tombstone again. `PUT /v1/packages/{id}/unarchive`."""
        self._package("PUT", seen, "/unarchive")

    def archive_window(
        self, start: datetime, end: datetime, *, received: bool = False, archived: bool = True
    ) -> None:
        """Archive (or unarchive) every expired package whose expiry lies between two instants.

        `PUT /v1/teams/{team}/archive`, `/unarchive`, `/inbox/archive`, `/inbox/unarchive`. What
        MASV answers is not documented: read the listing to see the effect.
        """
        path = ("/inbox" if received else "") + ("/archive" if archived else "/unarchive")
        window = {"expiry_start": format_instant(start), "expiry_end": format_instant(end)}
        self._team("PUT", path, version="v1", body=window)

    def _set_end(self, seen: Seen, body: Mapping[str, Any]) -> None:
        try:
            self._package("PUT", seen, "/expiry", body)
        except RequestRefused as refused:
            if refused.status != 403:
                raise
            line = f"{refused}; an owner of the team can allow it in MASV's settings"
            raise RequestRefused(line, status=403) from None

    def _team(
        self,
        method: str,
        path: str,
        *,
        version: str,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Answer:
        route = f"/{version}/teams/{self.team_id}{path}"
        try:
            return self._transport.send(
                Request(method, route, {"X-API-KEY": self._key}, query, body)
            )
        except RequestRefused as refused:
            if refused.status not in (401, 403):
                raise
            line = (
                f"{refused}; the key came from {self._key_source}: "
                f"check that it is a key of team {self.team_id}"
            )
            is_stored = self._key_source.startswith("the stack")
            raise CredentialRefused(line, status=refused.status, is_stored=is_stored) from None

    def _package(
        self, method: str, seen: Seen, path: str, body: Mapping[str, Any] | None = None
    ) -> None:
        route = f"/v1/packages/{seen.package.id}{path}"

        def send(token: SecretStr) -> None:
            answer = self._transport.send(
                Request(method, route, {"X-Package-Token": token}, None, body)
            )
            if answer.body:
                answer.json()

        try:
            send(seen.token)
        except RequestRefused as refused:
            if refused.status not in (401, 403):
                raise
            fresh = self.get_package(seen.package.id, received_at=seen.received_at)
            if fresh is None:
                raise
            send(fresh.token)


def _seen(record: Any, answer: Answer, *, listed: Query | None = None) -> Seen:
    received = None if listed is None else listed.received
    told = {"received": received, "tags": None, "portal": None}
    try:
        package = Package.model_validate(record).model_copy(update=told)
        token = record["access_token"]
        if isinstance(token, str) and token.isascii() and token.isprintable() and token:
            return Seen(package, SecretStr(token), answer.now, bool(received))
        what = "access_token: is none"
    except ValidationError as error:
        problem = problems_of(error)[0]
        what = f"{problem.property or 'package'}: {problem.reason}"
    except KeyError:
        what = "access_token: is missing"
    raise UnexpectedAnswer(
        f"{answer.request} answered a package this version cannot read ({clean(what)})"
    )
