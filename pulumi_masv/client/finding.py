"""A package that its single read does not serve: in which listing it is, if in any.

A listing is narrowed to the moment of the creation, which an id may tell; but before an empty
answer is believed, a package that is known to be there has to be found in the same way.
"""

import threading
import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from pulumi_masv.assumptions import FILTERED, ID_TELLS_TIME
from pulumi_masv.client.pages import Page
from pulumi_masv.client.ulids import moment_of
from pulumi_masv.errors import ListingRefused, RateLimited, RequestRefused, UnexpectedAnswer
from pulumi_masv.models import MOMENT, STATES, Observed, Query, shifted

if TYPE_CHECKING:
    from pulumi_masv.client.team import Team

_CUT: Final = timedelta(seconds=2)  # a stored moment, or a filter, may be cut to whole seconds
_KEPT: Final = 60.0  # seconds; long enough for a fleet, too short for much to change
BOXES: Final = {box: Query(status=STATES, received=box) for box in (False, True)}
"""All that a team sent, and all that it received."""


class Finder:
    """What the listings of a team show.

    What is kept for a minute only ever says that a package is not there: one that is found is
    shown by an answer of its own.
    """

    def __init__(self, team: "Team") -> None:
        self._team = team
        self._lock = threading.RLock()  # one looks, and the others learn from it
        self._first: dict[bool, tuple[float, Page | RequestRefused]] = {}
        self._whole: dict[bool, tuple[float, frozenset[str]]] = {}
        self._proofs: dict[bool, tuple[bool, bool]] = {}

    def find(self, package_id: str, created_at: datetime | None = None) -> Observed | None:
        """Return a package, sent or received; None where neither listing shows it.

        Raises:
            RequestRefused: a listing may not be read, so that nobody can tell.
            UnexpectedAnswer: it may be one that is listed and cannot be read.
        """
        closed: RequestRefused | None = None
        try:
            # First, since a single read that serves no received packages is the likely reason.
            found = self._look(True, package_id, created_at)
        except RateLimited:
            raise
        except RequestRefused as refused:
            found, closed = None, refused if refused.status != 404 else None
        found = found or self._look(False, package_id, created_at)
        if found is None and closed is not None:
            raise self._team.inbox_closed(package_id, closed)
        if found is None and not self._team.is_readable:
            raise UnexpectedAnswer(
                f"{package_id}: cannot tell whether MASV has it, since it lists a package that "
                f"this version cannot read"
            )
        return found

    def around(self, received: bool, moment: datetime) -> list[Observed]:
        """Return what was created at a moment, as far as a listing can be narrowed to it."""
        try:
            return self._team.list_packages(narrowed(BOXES[received], moment, moment))
        except ListingRefused:
            return []
        except RequestRefused as refused:
            if refused.status not in (400, 422):
                raise
            return []

    def first_page(self, received: bool, wanted: str | None = None) -> Page:
        """Return the first page of all that a team sent or received, fresh if it shows a package.

        Raises:
            RequestRefused: it may not be read; of an inbox, that is kept, too.
        """
        with self._lock:
            since, kept = self._first.get(received, (0.0, None))
            old = time.monotonic() - since > _KEPT
            if kept is None or old or (isinstance(kept, Page) and among(kept.records, wanted)):
                since = time.monotonic()
                try:
                    kept = self._team.get_page(BOXES[received])
                except RequestRefused as refused:
                    if not received or refused.status not in (403, 404):
                        raise
                    kept = refused
                self._first[received] = (since, kept)
            if isinstance(kept, RequestRefused):
                raise kept
            return kept

    def _look(
        self, received: bool, package_id: str, created_at: datetime | None
    ) -> Observed | None:
        first = self.first_page(received, package_id)
        found = among(first.records, package_id)
        if found is not None or first.shown >= first.total:
            return found
        moment = created_at or moment_of(package_id)
        if moment is not None and self._may_narrow(received):
            found = among(self.around(received, moment), package_id)
            if found is not None or self._is_proved(received, first, by_id=created_at is None):
                return found
        return self._in_whole(received, package_id)

    def _may_narrow(self, received: bool) -> bool:
        filters, _ = self._proofs.get(received, (True, True))
        return filters and not self._team.contradictions.has_met(FILTERED)

    def _is_proved(self, received: bool, first: Page, *, by_id: bool) -> bool:
        """Return whether a listing narrowed to a moment would have shown the package."""
        with self._lock:
            if received not in self._proofs:
                self._proofs[received] = self._proof(received, first)
            filters, ids = self._proofs[received]
        return filters and (ids or not by_id) and self._may_narrow(received)

    def _proof(self, received: bool, first: Page) -> tuple[bool, bool]:
        """Return whether narrowing works, and whether ids tell where to; by a first page."""
        packages = [observed.package for observed in first.records]
        dated = [(one.id, one.created_at, moment_of(one.id)) for one in packages]
        both = [(made, told) for _, made, told in dated if made and told]
        ids = bool(both) and all(abs(made - told) <= MOMENT for made, told in both)
        known = [(i, made, True) for i, made, _ in dated if made]
        known += [(i, told, False) for i, _, told in dated if told]
        if not known:
            return False, False
        package_id, moment, is_dated = known[0]
        filters = among(self.around(received, moment), package_id) is not None
        if not is_dated:
            ids = filters
        contradictions = self._team.contradictions
        if both and not ids:
            what = f"an id such as {packages[0].id} does not tell when its package was created"
            contradictions.meet(ID_TELLS_TIME, what)
        if not filters:
            what = f"a listing narrowed to the creation of {package_id} does not show it"
            contradictions.meet(FILTERED if is_dated else ID_TELLS_TIME, what)
        return filters, ids

    def _in_whole(self, received: bool, package_id: str) -> Observed | None:
        with self._lock:
            since, ids = self._whole.get(received, (0.0, frozenset({package_id})))
            if package_id not in ids and time.monotonic() - since <= _KEPT:
                return None
            since = time.monotonic()
            listed = self._team.list_packages(BOXES[received])
            self._whole[received] = (since, frozenset(observed.package.id for observed in listed))
            return among(listed, package_id)


def narrowed(box: Query, first: datetime, last: datetime) -> Query:
    """Return the query for what was created from one moment to another."""
    start, end = shifted(first, -_CUT), shifted(last, _CUT)
    return box.model_copy(update={"created_at_start": start, "created_at_end": end})


def among(listed: Iterable[Observed], package_id: str | None) -> Observed | None:
    """Return the package with an id."""
    return next((observed for observed in listed if observed.package.id == package_id), None)
