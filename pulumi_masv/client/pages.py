"""A listing made whole: all its pages, and whether they show the account as it was at one moment.

Pages are numbers over a moving set: what appears or vanishes between two of them shifts the rest,
and may do both, so that the totals agree and a package is missed all the same. But what has not
changed since the first page was listed then, too. So a reading that holds, of such packages, as
many as the first page announced holds exactly these, in whichever order its pages came.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pulumi_masv.models import Package, Query, Seen

PAGE: Final = 50  # packages; MASV's own maximum
_READINGS: Final = 3


@dataclass(frozen=True)
class Page:
    """One page of a listing.

    Attributes:
        total: how many packages all pages hold, as announced.
        records: those on this page.
        now: the `Date` of the answer, a UTC instant.
    """

    total: int
    records: Sequence[Seen]
    now: datetime

    @property
    def pages(self) -> int:
        """How many pages the listing has, this one among them."""
        return max(math.ceil(self.total / PAGE), 1)


class Moved(Exception):
    """Every reading moved while it was made; `found` and `total` are the last one's."""

    def __init__(self, found: int, total: int) -> None:
        self.found = found
        self.total = total


def whole(
    query: Query,
    page: Callable[[int], Page],
    pages: Callable[[Iterable[int]], Iterable[Page]],
    width: int,
    first: Page | None = None,
) -> list[Seen]:
    """All packages of a listing, in its order and each once.

    Args:
        query: what is listed.
        page: reads the page of a number, counted from 1.
        pages: reads some of them side by side.
        width: how many of them at once.
        first: the first page, where it has been read already.

    Raises:
        Moved: the account changed under every reading.
    """
    last: list[Package] = []
    for _ in range(_READINGS):
        first = first or page(1)
        on_first = {seen.package.id: seen for seen in first.records}
        found, listed_then = dict(on_first), dict(on_first)
        count = first.pages if len(first.records) == PAGE else 1
        for start in range(2, count + 1, width):
            before = len(found)
            for each in pages(range(start, min(start + width, count + 1))):
                for seen in each.records:
                    found.setdefault(seen.package.id, seen)
                    if not _after(seen.package.created_at, first.now):
                        listed_then.setdefault(seen.package.id, seen)
            if len(found) == before:  # whatever the total says, there is no more
                break
        later = [seen.package for i, seen in listed_then.items() if i not in on_first]
        sure = not any(_may_have_come(package, first.now, query) for package in later)
        if sure and len(listed_then) == first.total:
            return list(listed_then.values())
        # A `Date` is cut to the second, so what is a second old may look new, and an answer may
        # leave the instants out: two readings that are alike need no other proof.
        listed = [seen.package for seen in found.values()]
        if len(listed) == first.total and listed == last:
            return list(found.values())
        last, count_found, total, first = listed, len(found), first.total, None
    raise Moved(count_found, total)


def _may_have_come(package: Package, since: datetime, query: Query) -> bool:
    """Whether it cannot be ruled out that a package was not listed before."""
    if package.created_at is None or (not query.fixed and package.updated_at is None):
        return True
    return not query.fixed and _after(package.updated_at, since)


def _after(instant: datetime | None, moment: datetime) -> bool:
    return instant is not None and instant > moment
