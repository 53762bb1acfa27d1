"""What a preview recorded, as one value: every format shows this, and no more.

Losses, and what could not be told, decide over the exit status; the limits say how much may be
lost.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from functools import cached_property
from typing import Final

from pulumi_masv.formatting import counted, spell, visible
from pulumi_masv.kinds import LIFECYCLE, kind_of
from pulumi_masv.lifecycle.verdicts import Record
from pulumi_masv.models import SECRET, shifted
from pulumi_masv.report import steps
from pulumi_masv.report.preview import Preview
from pulumi_masv.report.rows import One, Row, Subject, Total, folded, largest
from pulumi_masv.report.steps import Unchecked

_MANAGED: Final = ("adopted", "left alone", "let go")
_LAST: Final = datetime.max.replace(tzinfo=timezone.utc)
NO_LOSS, FAILED, LOSSES, BEYOND = 0, 2, 3, 4


@dataclass(frozen=True)
class Limits:
    """How much may be lost; None is no limit."""

    packages: int | None = None
    files: int | None = None
    bytes: int | None = None

    def given(self) -> dict[str, int]:
        """Return the limits that somebody set, by name."""
        return {name: limit for name, limit in vars(self).items() if limit is not None}


@dataclass(frozen=True)
class Report:
    """All that the formats show.

    Attributes:
        stack: project and stack.
        within: how far ahead an end on schedule is told.
        records: of every package that the preview names, one each.
        unchecked: resources of which nothing was recorded.
        failures: why the preview failed; then nothing else can be relied on.
        resources: changes that are no package's, a line each.
        notes: what the reader has to know about the report itself.
    """

    stack: str
    within: timedelta
    records: tuple[Record, ...]
    unchecked: tuple[Unchecked, ...] = ()
    failures: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @cached_property
    def now(self) -> datetime | None:
        """MASV's clock as the last record has it."""
        return max((record.now for record in self.records), default=None)

    @cached_property
    def losses(self) -> list[Record]:
        """What ends early, the largest first; each package has a row of its own."""
        lost = [r for r in self.records if r.loss and not r.doubt]
        return largest(sorted(lost, key=lambda one: (*_ends(one), one.id)))

    @property
    def doubted(self) -> list[Record]:
        """The records of which nobody can tell whether files end early."""
        return [record for record in self.records if record.doubt]

    @cached_property
    def doubt_rows(self) -> list[Row[Subject]]:
        """What cannot be told."""
        every: list[Subject] = [*self.doubted, *self.unchecked]
        return folded(every, lambda one: one.doubt)

    @property
    def doubts(self) -> list[Subject]:
        """What could not be checked, record by record."""
        return _unfolded(self.doubt_rows)

    @cached_property
    def refused_rows(self) -> list[Row[Record]]:
        """What the run will refuse."""
        refused = (record for record in self.records if record.refusals)
        return folded(refused, lambda one: one.refusals)

    @property
    def refused(self) -> list[Record]:
        """What the run refuses, record by record."""
        return _unfolded(self.refused_rows)

    @cached_property
    def changed_rows(self) -> list[Row[Record]]:
        """All that something is done to."""
        changed = (one for one in self.records if one.changes or one.does in _MANAGED)
        return folded(changed, _what_changes)

    @property
    def changed(self) -> list[Record]:
        """What the run changes without a loss, record by record."""
        return _unfolded(self.changed_rows)

    @cached_property
    def scheduled_rows(self) -> list[Row[Record]]:
        """What ends soon, as planned: in the order in which it does."""
        if self.now is None:
            return []
        last = shifted(self.now, self.within)
        soon = (one for one in self.records if one.files_after and not one.loss)
        due = [one for one in soon if isinstance(one.end_after, datetime) and one.end_after <= last]
        return sorted(folded(due, _ends), key=lambda row: _ends(row.first))

    @property
    def scheduled(self) -> list[Record]:
        """What ends as planned within the days asked for, record by record."""
        return _unfolded(self.scheduled_rows)

    @cached_property
    def days(self) -> dict[date | str, Total]:
        """The losses of each UTC day, and of those whose end is secret."""
        by_day: dict[date | str, list[Record]] = {}
        for record in sorted(self.losses, key=_ends):
            is_secret, end = _ends(record)
            by_day.setdefault(SECRET if is_secret else end.date(), []).append(record)
        return {day: Total.of(records) for day, records in by_day.items()}

    @cached_property
    def first_loss(self) -> Record:
        """The loss that comes before the others."""
        return min(self.losses, key=_ends)

    @cached_property
    def total(self) -> Total:
        """What is lost, together."""
        return Total.of(self.losses)

    def verdict(self) -> str:
        """Return the answer, in a sentence or two."""
        if self.failures:
            return "The preview failed, so its losses are not known."
        parts = [f"Files end early: {self.total}"] if self.losses else []
        parts += self.doubts_told()
        return " ".join(f"{part}." for part in parts) or "No files end early."

    def doubts_told(self) -> list[str]:
        """Return how much cannot be told, a sentence each."""
        parts = []
        if number := len(self.doubted):
            parts.append(f"The files of {_number(number, 'package')} may end early")
        if number := len(self.unchecked):
            alone = all(kind_of(one.urn) == LIFECYCLE for one in self.unchecked)
            told = _number(number, "package" if alone else "resource")
            parts.append(f"{told[0].upper()}{told[1:]} could not be checked")
        return parts

    def status(self, limits: Limits) -> int:
        """Return the exit status."""
        if self.failures:
            return FAILED
        if not (self.losses or self.doubts):
            return NO_LOSS
        return BEYOND if self.beyond(limits) else LOSSES

    def beyond(self, limits: Limits) -> str:
        """Return what is beyond the limits, and how to allow it; empty where nothing is."""
        given = limits.given()
        total = self.total
        if given and self.doubts:
            return "nobody can tell how much would be lost, so no limit holds: leave the limits out"
        if {"files", "bytes"} & given.keys() and total.unknown:
            return (
                "not every size is known, so no limit on it holds: give --max-lost-packages alone"
            )
        if all(getattr(total, name) <= limit for name, limit in given.items()):
            return ""
        needed = {name: max(limit, getattr(total, name)) for name, limit in given.items()}
        options = " ".join(f"--max-lost-{name} {number}" for name, number in needed.items())
        return f"more would be lost than the limits allow; to allow it: {options}"


def _unfolded(rows: Iterable[Row[One]]) -> list[One]:
    return [one for row in rows for one in row.subjects]


def _ends(record: Record) -> tuple[bool, datetime]:
    """Return what sorts records by their end after the run; those that are secret come last."""
    end = record.loss.ends if record.loss else record.end_after
    return (False, end) if isinstance(end, datetime) else (True, _LAST)


def is_veiled(record: Record) -> bool:
    """Return whether an end of a package is secret, so that no picture can show it."""
    loss = (record.loss.ends, record.loss.planned) if record.loss else ()
    return SECRET in (record.end_before, record.end_after, *loss)


def _what_changes(record: Record) -> tuple[str, ...]:
    return (record.does, *map(repr, record.changes))


def _number(number: int, noun: str) -> str:
    return f"one {noun}" if number == 1 else counted(number, noun)


def summarise(preview: Preview, within: timedelta, *, ended: int = 0) -> Report:
    """Return the report of a preview.

    Args:
        preview: what Pulumi printed.
        within: how far ahead an end on schedule is told.
        ended: the exit status of Pulumi, where it is known.
    """
    failures = [visible(" ".join(one.message.split())) for one in preview.errors]
    if ended and not failures:
        failures = [f"pulumi preview ended with exit status {ended}"]
    records = tuple(map(_with_before, _one_each(preview.records)))
    return Report(
        stack=visible(preview.stack),
        within=within,
        records=records,
        unchecked=tuple(steps.unchecked(preview)),
        failures=tuple(failures),
        resources=tuple(steps.resources(preview)),
        notes=(*steps.notes(preview), *_secrets(records)),
    )


def _secrets(records: Iterable[Record]) -> Iterator[str]:
    if number := sum(map(is_veiled, records)):
        whose = _number(number, "package")
        left_out = "the calendar, the timeline and the list of what ends on schedule leave it out"
        yield f"The end of {whose} is secret: {left_out}"


def _one_each(records: Iterable[Record]) -> list[Record]:
    """Return the weightiest record of each package, and all of packages that are not known yet."""
    found: dict[str, Record] = {}
    nameless = []
    for record in records:
        other = found.get(record.id)
        if record.id in ("", SECRET):
            nameless.append(record)
        elif other is None or _weight(record) >= _weight(other):
            found[record.id] = record
    return [*found.values(), *nameless]


def _with_before(record: Record) -> Record:
    """Return a record whose changes say what was before, where another place of it does."""
    end = record.end_before
    known = {"name": record.name, "expiry": spell(end) if isinstance(end, datetime) else end}
    if not any(one.before is None and known.get(one.property) for one in record.changes):
        return record
    changes = tuple(
        one.model_copy(update={"before": known.get(one.property)}) if one.before is None else one
        for one in record.changes
    )
    return record.model_copy(update={"changes": changes})


def _weight(record: Record) -> tuple[bool, ...]:
    facts = (record.loss, record.doubt, record.refusals, record.changes)
    return (*map(bool, facts), record.does in ("adopted", "changed", "ended"))
