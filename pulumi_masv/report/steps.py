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
from pulumi_masv.kinds import FLEET, LIFECYCLE, WINDOW, type_of
from pulumi_masv.models import SECRET, WindowInputs
from pulumi_masv.report import reading
from pulumi_masv.report.preview import Preview, Step

_DELETES: Final = ("delete", "delete-replaced")
_WRITES: Final = re.compile("(create|import)(-replacement)?|delete(-replaced)?|replace|update")
_WRITES_NOTHING: Final = re.compile("same|refresh|(read|discard)(-.*)?|remove-pending-replace")
_FLAGS: Final = {
    "forceDestroy": "force_destroy",
    "retainRemoved": "retain_removed",
    "archiveOnDestroy": "archive_on_destroy",
}
_CHECKED: Final = "could not be checked: "
_UNSET: Final = "the preview was made without MASV_VERDICTS=1: set it, or run `pulumi-masv preview`"
_UNREAD: Final = "a record does not stand alone on its line: give what Pulumi printed as it is"
# What a provider prints stands under its resource, under the stack, or under none.
_MAY_BE_OURS: Final = re.compile("^$|^pulumi:|masv")
_UNTOLD: Final = "no record: upgrade pulumi_masv where the program runs, and run the preview again"


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
            unknown = (
                f"{visible(op)} is a step that this version does not know: upgrade pulumi_masv"
            )
            found[step.urn] = unknown
        elif _leaves(step) and (step.urn, _leaves(step)) not in packages:
            found.setdefault(step.urn, f"the end of {visible(_leaves(step))} has {_UNTOLD}")
        elif _WRITES.fullmatch(op) and step.urn not in told and not _is_empty(step):
            found.setdefault(step.urn, f"{op} has {_UNTOLD}" if told else _UNSET)
    if not any(record.loss or record.doubt for record in preview.records):
        why = f"a line says LOSS, and has {_UNTOLD}" if told else _UNSET
        for one in preview.diagnostics:
            if _MAY_BE_OURS.search(type_of(one.urn)) and one.says(reading.LOSS):
                found.setdefault(one.urn, why)
    for one in preview.diagnostics:
        if one.says(reading.RECORD):
            found.setdefault(one.urn, _UNREAD)
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
    held = {s.urn for s in preview.steps if s.kind in (LIFECYCLE, FLEET) and not _is_empty(s)}
    kept = held - told - written
    if kept:
        number = counted(len(kept), "unchanged resource")
        yield f"The preview recorded nothing of {number}, so what ends there on schedule is missing"


def _op(step: Step) -> str:
    """Return what is done; an earlier run's pending deletion shows in its refresh alone."""
    is_pending = step.op == "refresh" and step.old_state is not None and step.old_state.delete
    return "delete-replaced" if is_pending else step.op


def _leaves(step: Step) -> str:
    """Return the package that a step ends or replaces, if it does: it has a record of its own."""
    if step.kind != LIFECYCLE or step.old_state is None:
        return ""
    return step.old_state.id if _op(step) in (*_DELETES, "replace") else ""


def _is_empty(step: Step) -> bool:
    """Return whether it is about a fleet that has no package, before or after."""
    old, new = step.old_state, step.new_state
    declared = [state.inputs.get("packages") for state in (old, new) if state]
    held = [old.outputs.get("live")] if old else []
    return step.kind == FLEET and bool(declared) and all(bag == {} for bag in declared + held)


def _is_retained(step: Step) -> bool:
    """Return whether Pulumi forgets the resource without asking its provider to end it."""
    return _op(step) in _DELETES and step.old_state is not None and step.old_state.retain_on_delete


def _window(step: Step) -> str:
    state = step.new_state or step.old_state
    bag = state.inputs if state else {}
    try:
        inputs = WindowInputs.model_validate({k: v for k, v in bag.items() if k[:2] != "__"})
    except ValidationError:
        is_secret = any(value == SECRET for value in bag.values())
        return "its dates are secret" if is_secret else "its dates are not known yet"
    return f"{inputs} {'archived' if inputs.archived else 'shown'}; no files end by it"


def _flags(step: Step) -> Iterator[str]:
    if not (step.old_state and step.new_state) or step.op not in ("update", "replace"):
        return
    for name, spelled in _FLAGS.items():
        was, becomes = (s.inputs.get(name, False) for s in (step.old_state, step.new_state))
        if was != becomes:
            ends = "; from now on its end destroys files"
            tail = ends if spelled == "force_destroy" and becomes is True else ""
            change = f"{visible(str(was))} -> {visible(str(becomes))}"
            yield f"{visible(step.name)}: {spelled} {change}{tail}"
