"""What `pulumi preview --json` printed, as far as a report needs it.

Tolerant of what it does not know, strict about what it needs: a text that is no preview, or a
step of ours that nobody knows, is refused in one line. A value that the preview does not know
yet, and one that it hides as a secret, is *hidden*: `known` takes both out and names them.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from pulumi_masv.errors import PreviewError
from pulumi_masv.models import problems_of

LIFECYCLE: Final = "pulumi-python:dynamic/masv:PackageLifecycle"
FLEET: Final = "pulumi-python:dynamic/masv:PackageFleet"
WINDOW: Final = "pulumi-python:dynamic/masv:ArchiveWindow"

# As Pulumi spells an unknown value (its sentinel for a computed string), and a secret one.
_HIDDEN: Final = frozenset({"04da6b54-80e4-46f7-96ec-b56ff0331ba9", "[secret]"})

CREATES: Final = frozenset({"create", "create-replacement", "import", "import-replacement"})
PENDING: Final = "delete-replaced"
DELETES: Final = frozenset({"delete", PENDING})
_NO_WRITES: Final = frozenset(
    {
        "read",
        "read-replacement",
        "read-discard",
        "discard",
        "discard-replaced",
        "remove-pending-replace",
    }
)
_OPS: Final = CREATES | DELETES | _NO_WRITES | {"replace", "update", "same", "refresh"}


class _Read(BaseModel):
    model_config = ConfigDict(
        extra="ignore", frozen=True, alias_generator=to_camel, populate_by_name=True
    )


class State(_Read):
    """A resource before the run, or after it."""

    id: str = ""
    type: str
    inputs: dict[str, Any] = {}
    outputs: dict[str, Any] = {}
    provider: str = ""
    external: bool = False
    retain_on_delete: bool = False
    delete: bool = False
    deleted_with: str = ""


class Step(_Read):
    """What the run does with one resource."""

    op: str
    urn: str
    old_state: State | None = None
    new_state: State | None = None

    @property
    def type(self) -> str:
        state = self.new_state or self.old_state
        return state.type if state else ""

    @property
    def name(self) -> str:
        return self.urn.rsplit("::", 1)[-1]


class Diagnostic(_Read):
    message: str = ""
    severity: str = ""
    urn: str = ""


class Preview(_Read):
    """All of it."""

    steps: list[Step]
    diagnostics: list[Diagnostic] | None = None
    change_summary: Annotated[dict[str, int], Field(alias="changeSummary")]
    is_fresh: bool = False

    @property
    def errors(self) -> list[Diagnostic]:
        return [one for one in self.diagnostics or [] if one.severity == "error"]

    @property
    def stack(self) -> str:
        """The project and the stack, as every resource's URN begins."""
        parts = self.steps[0].urn.split("::") if self.steps else []
        return f"{parts[1]}/{parts[0].rpartition(':')[2]}" if len(parts) > 1 else ""

    def settled(self) -> list[Step]:
        """Each resource's last word: a refresh is shown as it was before it, so any other wins.

        What an earlier run has replaced and not yet deleted shows in its refresh alone.
        """
        decided = {step.urn for step in self.steps if step.op != "refresh"}
        found = []
        for step in self.steps:
            if step.op == "refresh" and step.old_state and step.old_state.delete:
                found.append(step.model_copy(update={"op": PENDING}))
            elif step.op != "refresh" or step.urn not in decided:
                found.append(step)
        return found

    @property
    def refreshed(self) -> frozenset[str]:
        """Resources whose old state was read from MASV in this very preview, or just before."""
        return frozenset(s.urn for s in self.steps if self.is_fresh or s.op == "refresh")


def read(text: bytes, *, is_fresh: bool = False) -> Preview:
    """The preview in a text that may begin with something else.

    Args:
        text: what Pulumi printed.
        is_fresh: whether the state was refreshed before it.

    Raises:
        PreviewError: it holds none, or none that this version knows.
    """
    start = re.search(rb"^\s*\{", text, re.MULTILINE)
    if start is None:
        raise PreviewError("no preview: give what `pulumi preview --json` prints on its stdout")
    try:
        preview = Preview.model_validate_json(text[start.start() : text.rindex(b"}") + 1])
        preview = preview.model_copy(update={"is_fresh": is_fresh})
    except (ValidationError, ValueError) as error:
        why = problems_of(error)[0] if isinstance(error, ValidationError) else None
        told = f"{why.property}: {why.reason}".strip(": ") if why else "it is cut off"
        raise PreviewError(
            f"no preview ({told}): give what `pulumi preview --json` prints on its stdout"
        ) from None
    for step in preview.steps:
        if step.type not in (LIFECYCLE, FLEET):
            continue
        needs_old = step.op in DELETES | {"replace", "update", "same", "refresh"}
        needs_new = step.op in CREATES | {"replace", "update"}
        if (
            step.op not in _OPS
            or (needs_old and step.old_state is None)
            or (needs_new and step.new_state is None)
        ):
            raise PreviewError(
                f"a step that this version does not know ({step.op} of {step.name}): "
                f"upgrade pulumi_masv"
            )
    return preview


def hides(value: object) -> bool:
    """Whether a preview does not show this value."""
    return isinstance(value, str) and value in _HIDDEN


def known(bag: Mapping[str, Any]) -> tuple[dict[str, Any], frozenset[str]]:
    """What of a bag a preview shows, without Pulumi's own keys; and the names of the rest."""
    own = {name: value for name, value in bag.items() if not name.startswith("__")}
    hidden = frozenset(name for name, value in own.items() if hides(value))
    return {name: value for name, value in own.items() if name not in hidden}, hidden
