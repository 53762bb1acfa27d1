"""What a preview says that a run will do, as one value: every format shows this, and no more.

Losses and what cannot be told decide over the exit status; the limits say how much may be lost.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Final

from pydantic import ValidationError

from pulumi_masv import plan
from pulumi_masv.models import Package, WindowInputs, shifted
from pulumi_masv.plan import counted, visible
from pulumi_masv.report.asked import Turn
from pulumi_masv.report.fates import Fate, foretell
from pulumi_masv.report.preview import FLEET, LIFECYCLE, WINDOW, Preview, Step, known

NO_LOSS, FAILED, LOSSES, BEYOND = 0, 2, 3, 4
_FLAGS: Final = {
    "forceDestroy": "force_destroy",
    "retainRemoved": "retain_removed",
    "archiveOnDestroy": "archive_on_destroy",
}


@dataclass(frozen=True)
class Total:
    """How much some packages hold; `unknown` of them do not say, so it is at least so much."""

    packages: int
    files: int
    bytes: int
    unknown: int

    @classmethod
    def of(cls, fates: Iterable[Fate]) -> "Total":
        held = [fate.before for fate in fates if fate.before]
        return cls(
            packages=len(held),
            files=sum(one.total_files or 0 for one in held),
            bytes=sum(one.size or 0 for one in held),
            unknown=sum(one.size is None or one.total_files is None for one in held),
        )

    @property
    def least(self) -> str:
        return "at least " if self.unknown else ""

    @property
    def size(self) -> str:
        return self.least + plan.size(self.bytes)

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
        now: the instant it was made for.
        within: how far ahead an end on schedule is told.
        fates: of every package that the preview shows.
        failures: why the preview failed; then nothing else can be relied on.
        resources: changes that are no package's, a line each.
        notes: what the reader has to know about the report itself.
    """

    stack: str
    now: datetime
    within: timedelta
    fates: tuple[Fate, ...]
    failures: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @cached_property
    def losses(self) -> list[Fate]:
        lost = [(f.loss.instant, f.package_id, f) for f in self.fates if f.loss]
        return [fate for _, _, fate in sorted(lost, key=lambda one: one[:2])]

    @cached_property
    def doubts(self) -> list[Fate]:
        return [fate for fate in self.fates if fate.doubt]

    @cached_property
    def refused(self) -> list[Fate]:
        return [fate for fate in self.fates if fate.refusals]

    @cached_property
    def changed(self) -> list[Fate]:
        """All that something is done to."""
        return [fate for fate in self.fates if fate.moves or fate.does in ("adopted", "left alone")]

    @cached_property
    def scheduled(self) -> list[Fate]:
        """What ends soon, as planned."""
        last = shifted(self.now, self.within)
        soon = [
            (fate.end_after, fate.package_id, fate)
            for fate in self.fates
            if not fate.loss and fate.after and fate.after.files_exist
        ]
        due = [(end, i, f) for end, i, f in soon if isinstance(end, datetime) and end <= last]
        return [fate for _, _, fate in sorted(due, key=lambda one: one[:2])]

    @cached_property
    def days(self) -> dict[date, Total]:
        """The losses of each UTC day."""
        by_day: dict[date, list[Fate]] = {}
        for fate in self.losses:
            if fate.loss:
                by_day.setdefault(fate.loss.instant.date(), []).append(fate)
        return {day: Total.of(fates) for day, fates in by_day.items()}

    @cached_property
    def total(self) -> Total:
        return Total.of(self.losses)

    def verdict(self) -> str:
        """The answer, in one sentence."""
        if self.failures:
            return "The preview failed, so its losses cannot be told."
        parts = []
        if self.losses:
            parts.append(f"Files end early: {self.total}.")
        if self.doubts:
            parts.append(f"Of {counted(len(self.doubts), 'package')} it cannot be told.")
        return " ".join(parts) or "No files end early."

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


def summarise(
    preview: Preview,
    asked: list[Turn],
    *,
    seen: Mapping[str, Package],
    unseen: str,
    now: datetime,
    within: timedelta,
) -> Report:
    """The report of a preview."""
    fates = foretell(asked, seen, unseen, now)
    return Report(
        stack=visible(preview.stack),
        now=now,
        within=within,
        fates=tuple(fates),
        failures=tuple(visible(" ".join(one.message.split())) for one in preview.errors),
        resources=tuple(_resources(preview)),
        notes=tuple(_notes(preview)),
    )


def _resources(preview: Preview) -> Iterator[str]:
    others: Counter[str] = Counter()
    for step in preview.settled():
        if step.op in ("same", "refresh", "read") or step.type == "pulumi:pulumi:Stack":
            continue
        if step.type == WINDOW:
            yield f"archive window {visible(step.name)}: {step.op}, {_window(step)}"
        elif step.type in (LIFECYCLE, FLEET):
            yield from _flags(step)
        else:
            others[step.op] += 1
    if others:
        told = ", ".join(f"{number} {op}" for op, number in sorted(others.items()))
        yield f"resources of other providers: {told}"


def _window(step: Step) -> str:
    state = step.new_state or step.old_state
    try:
        inputs = WindowInputs.model_validate(known(state.inputs)[0] if state else {})
    except ValidationError:
        return "its span is not known yet"
    return f"{inputs} {'archived' if inputs.archived else 'shown'}; no files end by it"


def _flags(step: Step) -> Iterator[str]:
    if not (step.old_state and step.new_state) or step.op not in ("update", "replace"):
        return
    before, after = (known(state.inputs)[0] for state in (step.old_state, step.new_state))
    for name, spelled in _FLAGS.items():
        was, becomes = (bool(bag.get(name)) for bag in (before, after))
        if was is not becomes:
            yield f"{visible(step.name)}: {spelled} {was} -> {becomes}" + (
                "; from now on its end destroys files"
                if spelled == "force_destroy" and becomes
                else ""
            )


def _notes(preview: Preview) -> Iterator[str]:
    shown = sum(step.op == "same" for step in preview.steps)
    stale = sum(step.op == "refresh" for step in preview.settled())
    missing = max(preview.change_summary.get("same", 0) - shown, stale)
    if missing:
        yield (
            f"{counted(missing, 'unchanged resource')} not in the preview as now: add --show-sames "
            f"to it, to see what ends on schedule there"
        )
    stored = any(step.old_state and step.type in (LIFECYCLE, FLEET) for step in preview.steps)
    if stored and not preview.refreshed:
        yield (
            "read from the state, which does not know what was changed by hand since the last "
            "run, nor of a deletion that an interrupted run left: add --refresh to the preview"
        )
