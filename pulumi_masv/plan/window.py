"""What has to happen to a window: nothing, or one bulk call for all that is not as declared."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from pulumi_masv.formatting import counted
from pulumi_masv.models import MOMENT, StoredWindow, WindowInputs

Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Counts:
    """How many packages of a window are expired and shown, and how many are archived."""

    expired: int
    archived: int

    def due(self, window: WindowInputs) -> int:
        """Count those that are not as declared."""
        return self.expired if window.archived else self.archived


def does(window: WindowInputs, counts: Counts) -> str:
    """Return what a preview says of it."""
    verb = "archive" if window.archived else "unarchive"
    due = counts.due(window)
    if due:
        return f"{window}: {verb} {counted(due, 'package')}"
    return f"{window}: nothing to {verb}"


def still_due(window: WindowInputs, counts: Counts, waited: float) -> str:
    """Return what to say where MASV accepted, and it did not come about."""
    return (
        f"{window}: {counts.due(window)} still not {'archived' if window.archived else 'shown'} "
        f"{waited:.0f} s after MASV accepted it: run again; if the same number stays, they expired "
        f"at the very start or end of the window: move that outward by a second"
    )


def untouched(declared: WindowInputs, stored: StoredWindow) -> bool:
    """Return whether what is stored is as declared, but for its end: no request is due."""
    return declared.asks_the_same(stored.projection()) and declared.archived is stored.archived


def uncovered(window: WindowInputs, covers: Iterable[tuple[datetime, datetime]]) -> list[Span]:
    """Return the parts of a window that no other span covers; all are closed, a moment apart."""
    parts = [(window.expiry_start, window.expiry_end)]
    for first, last in covers:
        # Compared before they are moved: a window may reach the ends of the calendar.
        before = [(start, min(end, first - MOMENT)) for start, end in parts if start < first]
        after = [(max(start, last + MOMENT), end) for start, end in parts if last < end]
        parts = sorted(before + after)
    return parts
