"""What `pulumi preview --json` printed, as far as a report needs it: steps, diagnostics, records.

Tolerant of what it does not know. A record that this version cannot read is refused in one line.
"""

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

from pulumi_masv.errors import PreviewError
from pulumi_masv.formatting import visible
from pulumi_masv.kinds import kind_of, name_of
from pulumi_masv.lifecycle.verdicts import MARK, Record
from pulumi_masv.models import problems_of
from pulumi_masv.report import reading

_RECORDED: Final = re.compile(rf"(?:\w+: )?{re.escape(MARK)}(.*)")
_read_records: Final = TypeAdapter(list[Record])


class _Read(BaseModel):
    model_config = ConfigDict(
        extra="ignore", frozen=True, alias_generator=to_camel, populate_by_name=True
    )


class State(_Read):
    """A resource before the run, or after it."""

    id: str = ""
    inputs: dict[str, Any] = {}
    outputs: dict[str, Any] = {}
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
        """What the program calls it."""
        return name_of(self.urn)

    @property
    def kind(self) -> str:
        """Which of our resources it is about; empty where it is somebody else's."""
        return kind_of(self.urn)


class Diagnostic(_Read):
    """One message of the run, of whomever."""

    message: str = ""
    prefix: str = ""
    severity: str = ""
    urn: str = ""

    def lines(self) -> Iterator[tuple[str, str]]:
        """Yield each line: the records that it holds, as JSON, or else its text."""
        for line in (*self.prefix.split("\n"), *self.message.split("\n")):
            found = _RECORDED.match(line)
            yield (found[1], "") if found and found[1].strip() else ("", line)

    def says(self, word: re.Pattern[str]) -> bool:
        """Return whether a line that holds no record says a word."""
        return any(reading.holds(word, text) for _, text in self.lines())


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
        return tuple(r for recorded, _ in lines if recorded for r in _records(recorded))

    @property
    def errors(self) -> list[Diagnostic]:
        """The messages by which the run failed."""
        return [one for one in self.diagnostics if one.severity == "error"]

    @property
    def stack(self) -> str:
        """The project and the stack, as every resource's URN begins."""
        urns = [one.urn for one in self.steps] or [one.urn for one in self.records]
        parts = [*(urns[0] if urns else "").split("::"), ""]
        return "/".join((parts[1], parts[0].rpartition(":")[2])).strip("/")


def _records(text: str) -> list[Record]:
    """Return the records in a line."""
    try:
        return _read_records.validate_python(reading.loads(text))
    except ValidationError as error:
        why = problems_of(error)[0]
        told = visible(f"{why.property}: {why.reason}")
    except (RecursionError, ValueError):
        told = "it is not JSON"
    raise PreviewError(f"a record that this version cannot read ({told}): upgrade pulumi_masv")


def read(text: bytes) -> Preview:
    """Return the preview in what somebody gave as one.

    Raises:
        PreviewError: it holds none, or a record that this version does not know.
    """
    try:
        preview = Preview.model_validate(reading.document(text))
    except ValidationError as error:
        why = problems_of(error)[0]
        told = visible(f"{why.property}: {why.reason}".strip(": "))
        raise reading.no_preview(f"it is not a preview as Pulumi writes them ({told})") from None
    _ = preview.records  # what is wrong with them is said before anything is written
    return preview
