"""What stands in a preview's steps alone: windows, flags, and what nothing was recorded of.

A step of ours that writes, or a line that names a loss, needs a record. Where there is none, the
run has told nobody what it ends: it could not be checked.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final

from pydantic import ValidationError

from pulumi_masv.formatting import counted, visible
from pulumi_masv.models import WindowInputs
from pulumi_masv.report.preview import FLEET, LIFECYCLE, WINDOW, Preview, Step, kind_of, type_of

_DELETES: Final = ("delete", "delete-replaced")
_WRITES: Final = re.compile("(create|import)(-replacement)?|delete(-replaced)?|replace|update")
_WRITES_NOTHING: Final = re.compile("same|refresh|(read|discard)(-.*)?|remove-pending-replace")
_FLAGS: Final = {
    "forceDestroy": "force_destroy",
    "retainRemoved": "retain_removed",
    "archiveOnDestroy": "archive_on_destroy",
}
_LOSS: Final = re.compile(r"\bLOSS\b")
_CHECKED: Final = "could not be checked: "
_UNSET: Final = "the preview was made without MASV_VERDICTS=1: set it, or run `pulumi-masv preview`"
_UNTOLD: Final = "no record: upgrade pulumi_masv where the program runs, and make the preview again"


@dataclass(frozen=True)
class Unchecked:
    """A resource of which nothing was recorded, beside the records that tell a doubt."""

    urn: str
    doubt: str
    id: ClassVar = ""
    name: ClassVar = None


def unchecked(preview: Preview) -> Iterator[Unchecked]:
    """Yield each resource of a preview that could not be checked."""
    told = {record.urn for record in preview.records}
    packages = {(record.urn, record.id) for record in preview.records}
    found: dict[str, str] = {}
    for step in preview.steps:
        if step.kind not in (LIFECYCLE, FLEET) or _is_retained(step):
            continue
        op = _op(step)
        if not (_WRITES.fullmatch(op) or _WRITES_NOTHING.fullmatch(op)):
            unknown = f"{visible(op)} is no step that this version knows: upgrade pulumi_masv"
            found[step.urn] = unknown
        elif _leaves(step) and (step.urn, _leaves(step)) not in packages:
            found.setdefault(step.urn, f"the end of {visible(_leaves(step))} has {_UNTOLD}")
        elif _WRITES.fullmatch(op) and step.urn not in told:
            found.setdefault(step.urn, f"{op} has {_UNTOLD}" if told else _UNSET)
    if not any(record.loss or record.doubt for record in preview.records):
        why = f"a line says LOSS, and has {_UNTOLD}" if told else _UNSET
        for one in preview.diagnostics:
            if _is_ours(one.urn) and any(_LOSS.search(text) for _, text in one.lines()):
                found.setdefault(one.urn, why)
    return (Unchecked(urn, _CHECKED + why) for urn, why in found.items())


def resources(preview: Preview) -> Iterator[str]:
    """Yield what changes beside packages, a line each."""
    others: Counter[str] = Counter()
    told = {record.urn for record in preview.records}
    for step in preview.steps:
        if step.op in ("same", "refresh", "read") or type_of(step.urn) == "pulumi:pulumi:Stack":
            continue
        if step.kind == WINDOW:
            yield f"archive window {visible(step.name)}: {visible(step.op)}, {_window(step)}"
        elif not step.kind:
            others[step.op] += 1
        elif _is_retained(step) and step.urn not in told:
            yield f"{visible(step.name)}: left alone (retain_on_delete); no files end by it"
        else:
            yield from _flags(step)
    if others:
        counts = ", ".join(f"{number} {visible(op)}" for op, number in sorted(others.items()))
        yield f"resources of other providers: {counts}"


def notes(preview: Preview) -> Iterator[str]:
    """Yield what a reader has to know of what the report leaves out."""
    told = {record.urn for record in preview.records}
    written = {step.urn for step in preview.steps if not _WRITES_NOTHING.fullmatch(_op(step))}
    kept = {s.urn for s in preview.steps if s.kind in (LIFECYCLE, FLEET)} - told - written
    if kept:
        number = counted(len(kept), "unchanged resource")
        yield f"of {number} nothing is recorded, so what ends there on schedule is not told"


def _op(step: Step) -> str:
    """What an earlier run has replaced and not yet deleted shows in its refresh alone."""
    is_pending = step.op == "refresh" and step.old_state is not None and step.old_state.delete
    return "delete-replaced" if is_pending else step.op


def _leaves(step: Step) -> str:
    """Return the package that a step ends or replaces, if it does: it has a record of its own."""
    if step.kind != LIFECYCLE or step.old_state is None:
        return ""
    return step.old_state.id if _op(step) in (*_DELETES, "replace") else ""


def _is_retained(step: Step) -> bool:
    """Whether Pulumi forgets the resource without asking its provider to end it."""
    return _op(step) in _DELETES and step.old_state is not None and step.old_state.retain_on_delete


def _is_ours(urn: str) -> bool:
    """Whether a line may be ours: what a provider prints stands under the stack, or under none."""
    return not urn or bool(kind_of(urn)) or type_of(urn).startswith("pulumi:")


def _window(step: Step) -> str:
    state = step.new_state or step.old_state
    bag = state.inputs if state else {}
    try:
        inputs = WindowInputs.model_validate({k: v for k, v in bag.items() if k[:2] != "__"})
    except ValidationError:
        return "its span is not known yet"
    return f"{inputs} {'archived' if inputs.archived else 'shown'}; no files end by it"


def _flags(step: Step) -> Iterator[str]:
    if not (step.old_state and step.new_state) or step.op not in ("update", "replace"):
        return
    for name, spelled in _FLAGS.items():
        was, becomes = (s.inputs.get(name) is True for s in (step.old_state, step.new_state))
        if was is not becomes:
            ends = "; from now on its end destroys files"
            tail = ends if spelled == "force_destroy" and becomes else ""
            yield f"{visible(step.name)}: {spelled} {was} -> {becomes}{tail}"
