"""The report as a picture: every package's life from now to its end, before the run and after it.

One row per package that changes or ends soon. Time runs to the right, as far as most of the ends
lie; a life that goes on beyond has an arrow. What is lost is hatched and has a cross, so that no
colour is needed to see it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from pulumi_masv.models import shifted
from pulumi_masv.plan import End, Never, spell_moment
from pulumi_masv.report import words
from pulumi_masv.report.fates import Fate
from pulumi_masv.report.summary import Report
from pulumi_masv.report.templates import template

WIDTH, LEFT, RIGHT, TOP, ROW = 960, 236, 176, 54, 30
_NAME: Final = 30  # characters that fit into the column of names
_STEPS: Final = (1, 2, 7, 14, 30, 61, 91, 183, 365, 730, 1826, 3652)  # days between two ticks
_TICKS: Final = 7


@dataclass(frozen=True)
class Bar:
    """How far a life reaches, and whether it goes on beyond the picture."""

    x: float
    goes_on: bool


@dataclass(frozen=True)
class Row:
    """One package."""

    y: int
    name: str
    told: str
    ends: str
    kind: str
    before: Bar
    after: Bar


def render(report: Report) -> bytes:
    """The picture alone."""
    return (picture(report) + "\n").encode()


def picture(report: Report) -> str:
    """The `svg` element; nothing in it comes from elsewhere."""
    fates = list(_drawn(report))
    axis = _Axis(report, fates)
    rows = [_row(fate, axis, place) for place, fate in enumerate(fates)]
    return template("timeline.svg.j2").render(
        verdict=report.verdict(),
        now=spell_moment(report.now),
        width=WIDTH,
        height=TOP + ROW * max(len(rows), 1) + 30,
        left=LEFT,
        right=WIDTH - RIGHT,
        top=TOP,
        row_height=ROW,
        rows=rows,
        ticks=axis.ticks(),
    )


def _drawn(report: Report) -> Iterator[Fate]:
    """Losses by their instant, what cannot be told, then the rest as it changes or ends."""
    told: set[int] = set()
    for group in (report.losses, report.doubts, report.changed, report.scheduled):
        for fate in group:
            if id(fate) not in told and fate.before and fate.before.files_exist:
                told.add(id(fate))
                yield fate


class _Axis:
    """Where an instant lies between now and the last that is drawn."""

    def __init__(self, report: Report, fates: list[Fate]) -> None:
        self._now = report.now
        ends = sorted(
            end
            for fate in fates
            for end in (fate.end_before, fate.end_after)
            if isinstance(end, datetime)
        )
        most = ends[len(ends) * 9 // 10] if ends else report.now
        span = max((most - report.now) * 1.12, timedelta(days=2))
        self._span = max(shifted(report.now, span) - report.now, timedelta(seconds=1))

    def bar(self, end: End) -> Bar:
        if end is None or isinstance(end, Never) or end - self._now > self._span:
            return Bar(WIDTH - RIGHT - 8, goes_on=True)
        return Bar(self._x(max(end, self._now)), goes_on=False)

    def ticks(self) -> list[tuple[float, str]]:
        days = self._span / timedelta(days=1)
        step = next((step for step in _STEPS if days / step <= _TICKS), _STEPS[-1])
        midnight = self._now.replace(hour=0, minute=0, second=0, microsecond=0)
        moments = (
            shifted(midnight, timedelta(days=step * n)) for n in range(1, int(days / step) + 1)
        )
        return [(self._x(one), f"{one:%Y-%m-%d}") for one in moments]

    def _x(self, moment: datetime) -> float:
        share = (moment - self._now) / self._span
        return round(LEFT + share * (WIDTH - RIGHT - LEFT), 1)


def _row(fate: Fate, axis: _Axis, place: int) -> Row:
    before, after = axis.bar(fate.end_before), axis.bar(fate.end_after)
    name = words.name(fate) or fate.package_id
    kind = "stays"
    if fate.loss:
        kind = "lost"
    elif fate.doubt:
        kind = "doubt"
    elif fate.end_before != fate.end_after:
        kind = "longer"
    was, becomes = words.moment(fate.end_before), words.lost_at(fate)
    changes = f"ends {becomes}, planned: {was}" if was != becomes else f"ends {was}"
    told = f"cannot be told: {fate.doubt}" if fate.doubt else changes
    return Row(
        y=TOP + place * ROW,
        name=name if len(name) <= _NAME else f"{name[: _NAME - 1]}…",
        told=f"{fate.package_id} {name}: {told}",
        ends="cannot be told" if fate.doubt else becomes.removesuffix(" UTC"),
        kind=kind,
        before=before,
        after=after,
    )
