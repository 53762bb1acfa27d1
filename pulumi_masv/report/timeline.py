"""The report as a picture: every package's life from now to its end, before the run and after it.

One row per package that changes or ends soon. Time runs to the right, as far as most of the ends
lie; a life that goes on beyond has an arrow. What is lost is hatched and has a cross, so that no
colour is needed to see it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from pulumi_masv.formatting import visible
from pulumi_masv.lifecycle.verdicts import Record, Spelled
from pulumi_masv.models import shifted
from pulumi_masv.report import cells
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
    """Return the picture alone."""
    return (picture(report) + "\n").encode()


def picture(report: Report) -> str:
    """Return the `svg` element; nothing in it comes from elsewhere."""
    records = _drawn(report)
    axis = _Axis(report.now, records) if report.now else None
    rows = [_row(record, axis, place) for place, record in enumerate(records) if axis]
    unclear = report.failures or report.doubts
    return template("timeline.svg.j2").render(
        verdict=report.verdict(),
        empty="nothing to draw" if unclear else "nothing changes, and nothing ends soon",
        width=WIDTH,
        height=TOP + ROW * max(len(rows), 1) + 30,
        left=LEFT,
        right=WIDTH - RIGHT,
        top=TOP,
        row_height=ROW,
        rows=rows,
        ticks=axis.ticks() if axis else (),
    )


def _drawn(report: Report) -> list[Record]:
    """Return losses by their instant, what cannot be told, then the rest as it changes or ends."""
    groups = (report.losses, report.doubted, report.changed, report.scheduled)
    every = (record for group in groups for record in group)
    return list({id(one): one for one in every if one.state in ("new", "finalized")}.values())


class _Axis:
    """Where an instant lies between now and the last that is drawn."""

    def __init__(self, now: datetime, records: list[Record]) -> None:
        self._now = now
        ends = sorted(
            end
            for record in records
            for end in (record.end_before, record.end_after)
            if isinstance(end, datetime)
        )
        most = ends[len(ends) * 9 // 10] if ends else now
        span = max((most - now) * 1.12, timedelta(days=2))
        self._span = max(shifted(now, span) - now, timedelta(seconds=1))

    def bar(self, end: Spelled) -> Bar:
        if not isinstance(end, datetime) or end - self._now > self._span:
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


def _row(record: Record, axis: _Axis, place: int) -> Row:
    name = cells.called(record)
    kind = "stays"
    if record.doubt:
        kind = "doubt"
    elif record.loss:
        kind = "lost"
    elif record.end_before != record.end_after:
        kind = "longer"
    was, becomes = cells.moment(record.end_before), cells.ends(record)
    changes = f"ends {becomes}, planned: {was}" if was != becomes else f"ends {was}"
    told = f"cannot be told: {visible(record.doubt)}" if record.doubt else changes
    return Row(
        y=TOP + place * ROW,
        name=name if len(name) <= _NAME else f"{name[: _NAME - 1]}…",
        told=f"{cells.package_id(record)} {name}: {told}",
        ends="cannot be told" if record.doubt else becomes.removesuffix(" UTC"),
        kind=kind,
        before=axis.bar(record.end_before),
        after=axis.bar(None if record.doubt else record.end_after),
    )
