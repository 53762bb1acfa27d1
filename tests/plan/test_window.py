"""What has to happen to a window, and what is left of one that others cover."""

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from pulumi_masv.models import StoredWindow, WindowInputs
from pulumi_masv.plan import window as plan
from pulumi_masv.plan.window import Counts, Span

SPAN = "window 2026-01-10T00:00:00Z to 2026-01-20T00:00:00Z"
MOMENT = timedelta(milliseconds=1)
FIRST = datetime(1, 1, 1, tzinfo=timezone.utc)
LAST = datetime(9999, 12, 31, 23, 59, 59, 999_000, tzinfo=timezone.utc)


def day(number: int) -> datetime:
    return datetime(2026, 1, number, tzinfo=timezone.utc)


def window(**values: Any) -> WindowInputs:
    return WindowInputs(**{"expiry_start": day(10), "expiry_end": day(20), **values})


def stored(**values: Any) -> StoredWindow:
    found = {"expired_count": 0, "archived_count": 3, "team_id": "team", **values}
    return StoredWindow(**{"expiry_start": day(10), "expiry_end": day(20), **found})


@pytest.mark.parametrize(
    ("declared", "counts", "line"),
    [
        ({}, Counts(3, 5), f"{SPAN} (sent): archive 3 packages"),
        ({}, Counts(1, 5), f"{SPAN} (sent): archive 1 package"),
        ({}, Counts(0, 5), f"{SPAN} (sent): nothing to archive"),
        ({"archived": False}, Counts(3, 5), f"{SPAN} (sent): unarchive 5 packages"),
        ({"archived": False}, Counts(3, 0), f"{SPAN} (sent): nothing to unarchive"),
        ({"received": True}, Counts(3, 5), f"{SPAN} (received): archive 3 packages"),
    ],
)
def test_a_preview_says_how_many_packages_a_window_turns(
    declared: dict[str, Any], counts: Counts, line: str
) -> None:
    assert plan.does(window(**declared), counts) == line


@pytest.mark.parametrize(
    ("archived", "what"), [(True, "3 still not archived"), (False, "5 still not shown")]
)
def test_what_did_not_come_about_is_told_with_what_to_do(archived: bool, what: str) -> None:
    assert plan.still_due(window(archived=archived), Counts(3, 5), 60.4) == (
        f"{SPAN} (sent): {what} 60 s after MASV accepted it: run again; if the same number stays, "
        f"they expired at the very start or end of the window: move that outward by a second"
    )


@pytest.mark.parametrize("declared", [{}, {"unarchive_on_destroy": True}], ids=str)
def test_a_window_that_is_stored_as_declared_needs_no_request(declared: dict[str, Any]) -> None:
    assert plan.untouched(window(**declared), stored())


@pytest.mark.parametrize(
    ("declared", "found"),
    [
        ({"expiry_end": day(21)}, {}),
        ({"received": True}, {}),
        ({"archived": False}, {}),
        ({}, {"expired_count": 1}),
        ({"archived": False}, {"expired_count": 1}),
    ],
    ids=str,
)
def test_a_window_that_is_not_stored_as_declared_needs_one(
    declared: dict[str, Any], found: dict[str, Any]
) -> None:
    assert not plan.untouched(window(**declared), stored(**found))


@pytest.mark.parametrize(
    ("covers", "parts"),
    [
        ([], [(day(10), day(20))]),
        ([(day(1), day(9))], [(day(10), day(20))]),
        ([(day(21), day(22))], [(day(10), day(20))]),
        ([(day(10), day(20))], []),
        ([(day(1), day(30))], []),
        ([(day(1), day(12))], [(day(12) + MOMENT, day(20))]),
        ([(day(18), day(30))], [(day(10), day(18) - MOMENT)]),
        ([(day(12), day(14))], [(day(10), day(12) - MOMENT), (day(14) + MOMENT, day(20))]),
        ([(day(10), day(10))], [(day(10) + MOMENT, day(20))]),
        ([(day(20), day(20))], [(day(10), day(20) - MOMENT)]),
        ([(day(1), day(14)), (day(12), day(30))], []),
        (
            [(day(12), day(14)), (day(13), day(16))],
            [(day(10), day(12) - MOMENT), (day(16) + MOMENT, day(20))],
        ),
        (
            [(day(16), day(16)), (day(12), day(12))],
            [
                (day(10), day(12) - MOMENT),
                (day(12) + MOMENT, day(16) - MOMENT),
                (day(16) + MOMENT, day(20)),
            ],
        ),
    ],
)
def test_of_a_window_is_left_what_no_other_covers(covers: list[Span], parts: list[Span]) -> None:
    assert plan.uncovered(window(), covers) == parts


@pytest.mark.parametrize(
    ("cover", "parts"),
    [
        ((FIRST, LAST), []),
        ((FIRST, day(10)), [(day(10) + MOMENT, LAST)]),
        ((day(10), LAST), [(FIRST, day(10) - MOMENT)]),
    ],
)
def test_a_window_may_reach_the_ends_of_the_calendar(cover: Span, parts: list[Span]) -> None:
    assert plan.uncovered(window(expiry_start=FIRST, expiry_end=LAST), [cover]) == parts
