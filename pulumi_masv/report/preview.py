"""What `pulumi preview --json` printed, as far as a report needs it: steps, diagnostics, records.

Tolerant of what it does not know. A text that is no preview, and a record that this version cannot
read, are refused in one line.
"""

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

from pulumi_masv.errors import PreviewError
from pulumi_masv.formatting import visible
from pulumi_masv.lifecycle.verdicts import MARK, Record
from pulumi_masv.models import problems_of

LIFECYCLE: Final = "PackageLifecycle"
FLEET: Final = "PackageFleet"
WINDOW: Final = "ArchiveWindow"
_OURS: Final = re.compile(
    rf"(?:pulumi-python:dynamic/masv|masv:index):({LIFECYCLE}|{FLEET}|{WINDOW})"
)
_RECORDED: Final = re.compile(rf"(?:\w+: )?{re.escape(MARK)}(.*)")
_read_records: Final = TypeAdapter(list[Record]).validate_json


class _Read(BaseModel):
    model_config = ConfigDict(
        extra="ignore", frozen=True, alias_generator=to_camel, populate_by_name=True
    )


class State(_Read):
    """A resource before the run, or after it."""

    id: str = ""
    inputs: dict[str, Any] = {}
    retain_on_delete: bool = False
    delete: bool = False


class Step(_Read):
    """What the run does with one resource."""

    op: str
    urn: str
    old_state: State | None = None
    new_state: State | None = None

    @property
    def name(self) -> str:
        return name_of(self.urn)

    @property
    def kind(self) -> str:
        """Which of our resources it is about; empty where it is somebody else's."""
        return kind_of(self.urn)


class Diagnostic(_Read):
    message: str = ""
    severity: str = ""
    urn: str = ""

    def lines(self) -> Iterator[tuple[str, str]]:
        """Yield each line: the records that it holds, as JSON, or else its text."""
        for line in self.message.split("\n"):
            found = _RECORDED.match(line)
            yield ("", line) if found is None else (found[1], "")


class Preview(_Read):
    """All of it."""

    steps: tuple[Step, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()

    @cached_property
    def records(self) -> tuple[Record, ...]:
        """What the run's checks and hooks recorded.

        Raises:
            PreviewError: this version cannot read it.
        """
        lines = (line for one in self.diagnostics for line in one.lines())
        try:
            return tuple(r for recorded, _ in lines if recorded for r in _read_records(recorded))
        except ValidationError as error:
            why = problems_of(error)[0]
            told = visible(f"{why.property}: {why.reason}")
            raise PreviewError(
                f"a record that this version cannot read ({told}): upgrade pulumi_masv"
            ) from None

    @property
    def errors(self) -> list[Diagnostic]:
        return [one for one in self.diagnostics if one.severity == "error"]

    @property
    def stack(self) -> str:
        """The project and the stack, as every resource's URN begins."""
        urns = [one.urn for one in self.steps] or [one.urn for one in self.records]
        parts = [*(urns[0] if urns else "").split("::"), ""]
        return "/".join((parts[1], parts[0].rpartition(":")[2])).strip("/")


def type_of(urn: str) -> str:
    """Return the type of the resource that a URN names, without its parents'."""
    parts = urn.split("::", 3)
    return parts[2].rpartition("$")[2] if len(parts) > 2 else ""


def kind_of(urn: str) -> str:
    """Return which of our resources a URN names; empty where it is somebody else's."""
    found = _OURS.fullmatch(type_of(urn))
    return found[1] if found else ""


def name_of(urn: str) -> str:
    """Return the name that the program gives the resource."""
    return urn.split("::", 3)[-1]


def read(text: bytes) -> Preview:
    """Return the preview in a text that may begin with something else.

    Raises:
        PreviewError: it holds none, or a record that this version does not know.
    """
    start = re.search(rb"^\s*\{", text, re.MULTILINE)
    if start is None:
        raise _no_preview("")
    try:
        preview = Preview.model_validate_json(text[start.start() : text.rindex(b"}") + 1])
    except ValidationError as error:
        why = problems_of(error)[0]
        raise _no_preview(f"{why.property}: {why.reason}".strip(": ")) from None
    except ValueError:
        raise _no_preview("it is cut off") from None
    if not preview.model_fields_set:
        raise _no_preview("it has no steps")
    _ = preview.records  # what is wrong with them is said before anything is written
    return preview


def _no_preview(why: str) -> PreviewError:
    told = f" ({why})" if why else ""
    return PreviewError(f"no preview{told}: give what `pulumi preview --json` prints on its stdout")
