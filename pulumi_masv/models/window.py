"""What a program declares of all packages that expired in a span of time, and what is stored of it.

A window is closed at both ends. MASV's bulk calls know it by two instants and a box: the packages
the team sent, or those it received.
"""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field, StrictBool, ValidationInfo

from pulumi_masv.models.declared import Change, Inputs
from pulumi_masv.models.instants import Instant, format_instant
from pulumi_masv.models.secret import Secretive
from pulumi_masv.models.stored import Outputs


def not_before(start: str) -> AfterValidator:
    """Refuse the end of a span that lies before its start, the field of that name."""

    def check(end: datetime | None, info: ValidationInfo) -> datetime | None:
        first = info.data.get(start)
        if end is not None and first is not None and end < first:
            spelled = f"{format_instant(end)} lies before the start, {format_instant(first)}"
            raise ValueError(f"{spelled}: swap the two")
        return end

    return AfterValidator(check)


class WindowInputs(Secretive, Inputs):
    """The inputs of an ArchiveWindow."""

    expiry_start: Annotated[
        Instant,
        Field(description="the first instant of the window; required"),
        Change.UPDATES,
    ]
    expiry_end: Annotated[
        Instant,
        not_before("expiry_start"),
        Field(description="the last instant of the window; required"),
        Change.UPDATES,
    ]
    received: Annotated[
        StrictBool,
        Field(description="take the packages received through portals instead of those sent"),
        Change.UPDATES,
    ] = False
    archived: Annotated[
        StrictBool,
        Field(description="True, or left out: hide their tombstones; False: show them again"),
        Change.UPDATES,
    ] = True
    unarchive_on_destroy: Annotated[
        StrictBool,
        Field(description="removing the resource shows them again"),
        Change.UPDATES_STATE,
    ] = False

    def holds(self, expiry: datetime) -> bool:
        """Return whether what expired then lies in the window."""
        return self.expiry_start <= expiry <= self.expiry_end

    def asks_the_same(self, other: "WindowInputs") -> bool:
        """Return whether both ask the same of MASV, whatever is to happen at their end."""
        apart = ("unarchive_on_destroy", "secret_inputs")
        return self.model_copy(update={name: getattr(other, name) for name in apart}) == other

    def __str__(self) -> str:
        box = "received" if self.received else "sent"
        start, end = format_instant(self.expiry_start), format_instant(self.expiry_end)
        return f"window {start} to {end} ({box})"


class StoredWindow(Secretive, Outputs):
    """The outputs of an ArchiveWindow."""

    model_config = ConfigDict(extra="ignore")

    expiry_start: Annotated[Instant, Field(description="as declared")]
    expiry_end: Annotated[Instant, Field(description="as declared")]
    received: Annotated[bool, Field(description="as declared")] = False
    archived: Annotated[bool, Field(description="as declared")] = True
    unarchive_on_destroy: Annotated[bool, Field(description="as declared")] = False
    archived_count: Annotated[
        int | None, Field(description="how many packages of the window are hidden")
    ] = None
    expired_count: Annotated[
        int | None,
        Field(description="how many of them are expired and shown"),
    ] = None
    team_id: Annotated[str | None, Field(description="the team it was read in")] = None

    @staticmethod
    def subject(bag: object) -> str:
        """Return what an error calls an archive window."""
        return "an archive window"

    def declared(self) -> WindowInputs:
        """Return what the program declared."""
        return WindowInputs.model_construct(
            **{name: getattr(self, name) for name in WindowInputs.model_fields}
        )

    def projection(self) -> WindowInputs:
        """Return them as the last look shows: anything not as declared turns `archived` round."""
        declared = self.declared()
        due = self.expired_count if self.archived else self.archived_count
        return declared.model_copy(update={"archived": not self.archived}) if due else declared
