"""What a preview recorded, as one value: every format shows this, and no more.

Losses, and what could not be told, decide over the exit status; the limits say how much may be
lost.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from pulumi_masv import formatting
from pulumi_masv.formatting import counted, visible
from pulumi_masv.lifecycle.verdicts import Record
from pulumi_masv.models import shifted
from pulumi_masv.report import steps
from pulumi_masv.report.preview import LIFECYCLE, Preview, kind_of
from pulumi_masv.report.steps import Unchecked

NO_LOSS, FAILED, LOSSES, BEYOND = 0, 2, 3, 4


@dataclass(frozen=True)
class Total:
    """How much some packages hold; `unknown` of them do not say, so it is at least so much."""

    packages: int
    files: int
    bytes: int
    unknown: int

    @classmethod
    def of(cls, records: Iterable[Record]) -> "Total":
        held = list(records)
        return cls(
            packages=len(held),
            files=sum(one.files or 0 for one in held),
            bytes=sum(one.bytes or 0 for one in held),
            unknown=sum(one.bytes is None or one.files is None for one in held),
        )

    @property
    def least(self) -> str:
        return "at least " if self.unknown else ""

    @property
    def count(self) -> str:
        return f"{self.least}{self.files}"

    @property
    def size(self) -> str:
        return self.least + formatting.size(self.bytes)

    def __str__(self) -> str:
        files = counted(self.files, "file")
        return f"{counted(self.packages, 'package')}, {self.least}{files}, {self.size}"


@dataclass(frozen=True)
class Limits:
    """How much may be lost; None is no limit."""

    packages: int | None = None
    files: int | None = None
    bytes: int | None = None

    def given(self) -> dict[str, int]:
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
        lost = [(r.loss.ends, r.id, r) for r in self.records if r.loss and not r.doubt]
        return [record for _, _, record in sorted(lost, key=lambda one: one[:2])]

    @cached_property
    def doubted(self) -> list[Record]:
        return [record for record in self.records if record.doubt]

    @property
    def doubts(self) -> list[Record | Unchecked]:
        return [*self.doubted, *self.unchecked]

    @cached_property
    def refused(self) -> list[Record]:
        return [record for record in self.records if record.refusals]

    @cached_property
    def changed(self) -> list[Record]:
        """All that something is done to."""
        managed = ("adopted", "left alone", "let go")
        return [record for record in self.records if record.changes or record.does in managed]

    @cached_property
    def scheduled(self) -> list[Record]:
        """What ends soon, as planned."""
        if self.now is None:
            return []
        last = shifted(self.now, self.within)
        soon = [(r.end_after, r.id, r) for r in self.records if r.files_after and not r.loss]
        due = [(end, i, r) for end, i, r in soon if isinstance(end, datetime) and end <= last]
        return [record for _, _, record in sorted(due, key=lambda one: one[:2])]

    @cached_property
    def days(self) -> dict[date, Total]:
        """The losses of each UTC day."""
        by_day: dict[date, list[Record]] = {}
        for record in self.losses:
            if record.loss:
                by_day.setdefault(record.loss.ends.date(), []).append(record)
        return {day: Total.of(records) for day, records in by_day.items()}

    @cached_property
    def total(self) -> Total:
        return Total.of(self.losses)

    def verdict(self) -> str:
        """The answer, in a sentence or two."""
        if self.failures:
            return "The preview failed, so its losses cannot be told."
        parts = [f"Files end early: {self.total}"] if self.losses else []
        parts += [f"{one[0].upper()}{one[1:]}" for one in self.doubts_told()]
        return " ".join(f"{part}." for part in parts) or "No files end early."

    def doubts_told(self) -> list[str]:
        """How much cannot be told, in parts of a sentence."""
        parts = []
        if self.doubted:
            parts.append(f"of {counted(len(self.doubted), 'package')} it cannot be told")
        if self.unchecked:
            alone = all(kind_of(one.urn) == LIFECYCLE for one in self.unchecked)
            noun, number = "package" if alone else "resource", len(self.unchecked)
            told = f"one {noun}" if number == 1 else counted(number, noun)
            parts.append(f"{told} could not be checked")
        return parts

    def status(self, limits: Limits) -> int:
        """The exit status."""
        if self.failures:
            return FAILED
        if not (self.losses or self.doubts):
            return NO_LOSS
        return BEYOND if self.override(limits) else LOSSES

    def override(self, limits: Limits) -> str:
        """What to write to allow what is beyond the limits; empty where nothing is."""
        given = limits.given()
        total = self.total
        if given and self.doubts:
            return "no limit can be kept of what cannot be told: leave the limits out"
        if {"files", "bytes"} & given.keys() and total.unknown:
            return "the size of some is unknown: give --max-lost-packages alone"
        if all(getattr(total, name) <= limit for name, limit in given.items()):
            return ""
        needed = {name: max(limit, getattr(total, name)) for name, limit in given.items()}
        return " ".join(f"--max-lost-{name} {number}" for name, number in needed.items())


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
    return Report(
        stack=visible(preview.stack),
        within=within,
        records=tuple(_one_each(preview.records)),
        unchecked=tuple(steps.unchecked(preview)),
        failures=tuple(failures),
        resources=tuple(steps.resources(preview)),
        notes=tuple(steps.notes(preview)),
    )


def _one_each(records: Iterable[Record]) -> list[Record]:
    """Return the weightiest record of each package, and all of packages that are not known yet."""
    found: dict[str, Record] = {}
    nameless = []
    for record in records:
        other = found.get(record.id)
        if not record.id:
            nameless.append(record)
        elif other is None or _weight(record) >= _weight(other):
            found[record.id] = record
    return [*found.values(), *nameless]


def _weight(record: Record) -> tuple[bool, ...]:
    facts = (record.loss, record.doubt, record.refusals, record.changes)
    return (*map(bool, facts), record.does in ("adopted", "changed", "ended"))
