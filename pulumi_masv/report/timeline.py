"""The report as a picture: every package's life from now to its end, before the run and after it.

One row per loss, and one for all of which the same is told. Time runs to the right, as far as most
of the ends lie; a life that goes on beyond has an arrow. What is lost is hatched and has a cross,
to be seen without colours. Places are shares of the width, so that it fits a phone and paper.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from pulumi_masv.formatting import counted, visible
from pulumi_masv.lifecycle.verdicts import Record, Spelled
from pulumi_masv.models import shifted
from pulumi_masv.report import cells
from pulumi_masv.report.rows import Row
from pulumi_masv.report.summary import Report, is_veiled
from pulumi_masv.report.templates import template

WIDTH, TOP, ROW = 960, 72, 44
_LEFT, _RIGHT = 2.0, 93.0  # percent of the width
_NAME: Final = 26  # characters that fit beside an end on a phone
_STEPS: Final = (1, 2, 7, 14, 30, 61, 91, 183, 365, 730, 1826, 3652)  # days between two ticks
_TICKS: Final = 7


@dataclass(frozen=True)
class Bar:
    """How far a life reaches, and whether it goes on beyond the picture."""

    x: float
    goes_on: bool


@dataclass(frozen=True)
class Drawn:
    """One package, or several that are alike."""

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
    rows = list(_rows(report))
    every = [record for row in rows for record in row.subjects]
    axis = _Axis(report.now, every) if report.now else None
    drawn = [_drawn(row, axis, place) for place, row in enumerate(rows) if axis]
    unclear = report.failures or report.doubts
    veiled = sum(map(is_veiled, report.records))
    return template("timeline.svg.j2").render(
        verdict=report.verdict(),
        empty="nothing to draw" if unclear else "nothing changes, and nothing ends soon",
        veiled=f"not drawn, since its end is secret: {counted(veiled, 'package')}"
        if veiled
        else "",
        width=WIDTH,
        height=TOP + ROW * max(len(drawn), 1) + 34,
        left=_LEFT,
        right=_RIGHT,
        top=TOP,
        rows=drawn,
        ticks=axis.ticks() if axis else (),
    )


def _rows(report: Report) -> Iterator[Row[Record]]:
    """Yield losses, what cannot be told, then the rest as it changes or ends; each package once."""
    doubts = [[r for r in row.subjects if isinstance(r, Record)] for row in report.doubt_rows]
    groups: list[Sequence[Record]] = [[loss] for loss in report.losses]
    groups += [*doubts, *(row.subjects for row in (*report.changed_rows, *report.scheduled_rows))]
    seen: set[int] = set()
    for group in groups:
        left = [r for r in group if id(r) not in seen and r.state in ("new", "finalized")]
        seen.update(map(id, group))
        if shown := [record for record in left if not is_veiled(record)]:
            yield Row(tuple(shown))


class _Axis:
    """Where an instant lies between now and the last that is drawn."""

    def __init__(self, now: datetime, records: Sequence[Record]) -> None:
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
            return Bar(_RIGHT + 2, goes_on=True)
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
        return round(_LEFT + share * (_RIGHT - _LEFT), 2)


def _drawn(row: Row[Record], axis: _Axis, place: int) -> Drawn:
    # Of several that are alike, the one that ends first.
    record = min(row.subjects, key=lambda one: axis.bar(one.end_after).x)
    name = cells.called(record) if row.is_one else cells.several(row)
    kind = "stays"
    if record.doubt:
        kind = "doubt"
    elif record.loss:
        kind = "lost"
    elif record.end_before != record.end_after:
        kind = "longer"
    was, becomes = cells.planned(record), cells.ends(record)
    changes = f"ends {becomes}; planned: {was}" if was != becomes else f"ends {was}"
    told = f"cannot be told: {visible(record.doubt)}" if record.doubt else changes
    least = "" if len({one.end_after for one in row.subjects}) == 1 else "from "
    whose = ", ".join(f"{cells.package_id(one)} {cells.name(one)}" for one in row.named)
    return Drawn(
        y=TOP + place * ROW,
        name=name if len(name) <= _NAME else f"{name[: _NAME - 1]}…",
        told=f"{whose} {cells.more(row)}".rstrip() + f": {least}{told}",
        ends="cannot be told" if record.doubt else least + becomes.removesuffix(" UTC"),
        kind=kind,
        before=axis.bar(record.end_before),
        after=axis.bar(None if record.doubt else record.end_after),
    )
