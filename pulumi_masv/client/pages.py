"""A listing made whole: all its pages, and whether they show the account as it was at one moment.

Pages are numbers over a moving set: what appears or vanishes between two of them shifts the rest,
and may do both, so that the totals agree and a package is missed all the same. But what has not
changed since the first page was listed then, too. So a reading that holds, of such packages, as
many as the first page announced holds exactly these, in whichever order its pages came. How many
pages there are follows from how many records the first one brought.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pulumi_masv.models import Observed, Package, Query

PAGE: Final = 50  # packages; MASV's own maximum
_READINGS: Final = 3


@dataclass(frozen=True)
class Page:
    """One page of a listing.

    Attributes:
        total: how many packages all pages hold, as announced.
        records: those on this page.
        now: the `Date` of the answer, a UTC instant.
        unreadable: how many more it holds that cannot be read at all.
    """

    total: int
    records: Sequence[Observed]
    now: datetime
    unreadable: int = 0

    @property
    def shown(self) -> int:
        """How many records it brought."""
        return len(self.records) + self.unreadable

    @property
    def pages(self) -> int:
        """How many pages the listing has, where this is its first."""
        return max(math.ceil(self.total / self.shown), 1) if self.shown else 1


class Moved(Exception):
    """Every reading moved while it was made; `found` and `total` are the last one's."""

    def __init__(self, found: int, total: int) -> None:
        self.found = found
        self.total = total


class Partial(Exception):
    """The account stands still, and its pages do not come to the total; `found` is what they show.

    `shown` counts those that cannot be read, too.
    """

    def __init__(self, found: Sequence[Observed], shown: int, total: int) -> None:
        self.found = found
        self.shown = shown
        self.total = total


def whole(
    query: Query,
    page: Callable[[int], Page],
    pages: Callable[[Iterable[int]], Iterable[Page | None]],
    width: int,
    first: Page | None = None,
) -> list[Observed]:
    """Return all packages of a listing, in its order and each once.

    Args:
        query: what is listed.
        page: reads the page of a number, counted from 1.
        pages: reads some of them side by side; None is one past the end.
        width: how many of them at once.
        first: the first page, where it has been read already.

    Raises:
        Moved: the account changed under every reading.
        Partial: two readings are alike, and show another number of packages than announced.
    """
    last: tuple[int, list[Package]] | None = None
    for _ in range(_READINGS):
        first = first or page(1)
        on_first = {observed.package.id: observed for observed in first.records}
        found, listed_then = dict(on_first), dict(on_first)
        unreadable, number = first.unreadable, 2
        while True:
            if number <= first.pages:
                numbers = range(number, min(number + width, first.pages + 1))
            elif last is not None and len(found) + unreadable < first.total:
                numbers = range(number, number + 1)  # pages may be of any length
            else:
                break
            number, before = numbers.stop, len(found) + unreadable
            for each in pages(numbers):
                unreadable += each.unreadable if each else 0
                for observed in each.records if each else ():
                    found.setdefault(observed.package.id, observed)
                    if not _after(observed.package.created_at, first.now):
                        listed_then.setdefault(observed.package.id, observed)
            if len(found) + unreadable == before:  # whatever the total says, there is no more
                break
        later = [observed.package for i, observed in listed_then.items() if i not in on_first]
        sure = not any(_may_have_come(package, first.now, query) for package in later)
        if sure and len(listed_then) + unreadable == first.total:
            return list(listed_then.values())
        # A `Date` is cut to the second, so what is a second old may look new, and an answer may
        # leave the instants out: two readings that are alike need no other proof.
        listed, shown = [observed.package for observed in found.values()], len(found) + unreadable
        if last is not None and listed == last[1]:
            if shown == first.total:
                return list(found.values())
            if first.total == last[0]:
                raise Partial(list(found.values()), shown, first.total)
        last, first = (first.total, listed), None
    raise Moved(shown, last[0] if last else 0)


def _may_have_come(package: Package, since: datetime, query: Query) -> bool:
    """Return whether it cannot be ruled out that a package was not listed before."""
    if package.created_at is None or (not query.fixed and package.updated_at is None):
        return True
    return not query.fixed and _after(package.updated_at, since)


def _after(instant: datetime | None, moment: datetime) -> bool:
    return instant is not None and instant > moment
