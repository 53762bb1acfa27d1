"""Spans of time in which packages were created: what to list, where to cut, what that costs."""

import heapq
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pulumi_masv.client import Page, narrowed
from pulumi_masv.models import Observed, Query

BEYOND: Final = 4  # requests more than one listing of it all, if the cuts pay for nothing
Span = Sequence[tuple[datetime, str]]


@dataclass(frozen=True)
class Look:
    """A span, as the first page of its listing shows it.

    Attributes:
        wanted: the packages in it, by when they were created.
        first: the page; what was shown where it was refused, None where nothing was asked.
    """

    wanted: Span
    first: Page | Sequence[Observed] | None

    @property
    def pages(self) -> int:
        """How many pages its listing has."""
        return self.first.pages if isinstance(self.first, Page) else 1

    @property
    def rest(self) -> int:
        """How many more requests it takes."""
        return min(self.pages - 1, len(self.wanted))

    @property
    def is_dear(self) -> bool:
        """Whether to read its packages singly is fewer requests."""
        return self.first is None or self.pages > len(self.wanted)

    def parts(self, most: int) -> list[Span]:
        """Return at most so many parts, without the widest gaps, if all of it is as dense.

        Each gap would cost more than a page.
        """
        if not isinstance(self.first, Page) or self.pages < 2 or most < 2:
            return [self.wanted]
        whole = self.wanted[-1][0] - self.wanted[0][0]
        page = whole / max(self.first.total, 1) * self.first.shown
        moments = [moment for moment, _ in self.wanted]
        gaps = ((b - a, k) for k, (a, b) in enumerate(itertools.pairwise(moments), 1))
        cuts = sorted(k for gap, k in heapq.nlargest(most - 1, gaps) if gap > page)
        return [self.wanted[a:b] for a, b in itertools.pairwise([0, *cuts, len(self.wanted)])]


def within(box: Query, wanted: Span) -> Query:
    """Return the query for what was created in a span."""
    return narrowed(box, wanted[0][0], wanted[-1][0])
