"""What is lost by a change, and why nothing may be done: values, no words.

A front end spells them; whoever handles one dispatches by its type.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final, Literal

from pulumi_masv.errors import MasvError
from pulumi_masv.models import End, Package, WindowInputs

Why = Literal[
    "expiry earlier",
    "unlimited ended",
    "may never end",
    "deleted",
    "removed from a fleet",
    "replaced",
]
Ends = Literal["resource", "entry"] | None
"""What takes the package along, if anything does: its resource, or its entry of a fleet."""
_LATER: Final = ("expiry earlier", "unlimited ended", "may never end")


@dataclass(frozen=True)
class Loss:
    """Files that end earlier than MASV has planned now.

    Attributes:
        ends: when; for what the run itself destroys, now.
        planned: when they were to end.
        why: what asks for it.
    """

    ends: datetime
    planned: End
    why: Why

    @property
    def at_once(self) -> bool:
        """Whether the run itself ends them."""
        return self.why not in _LATER


@dataclass(frozen=True)
class FilesGone:
    """An end is declared anew, and nothing brings the files back."""

    package: Package
    property: Literal["expiry", "unlimitedStorage"]


@dataclass(frozen=True)
class NotInFuture:
    """The declared expiry would destroy the files at once."""

    property: ClassVar = "expiry"
    package: Package
    wanted: datetime


@dataclass(frozen=True)
class EndMoved:
    """Somebody has moved the end since; `expected` is what the state had, or the last preview."""

    property: ClassVar = "expiry"
    package: Package
    expected: End


@dataclass(frozen=True)
class NeedsExpiry:
    """It never expires now, and False alone does not say when it is to."""

    property: ClassVar = "unlimitedStorage"
    package: Package


@dataclass(frozen=True)
class FilesExist:
    """Its end may not destroy files, and there are some."""

    property: ClassVar = "forceDestroy"
    package: Package
    in_fleet: bool = False


@dataclass(frozen=True)
class Unnamed:
    """A loss that nothing in this run has named."""

    property: ClassVar = "packageId"
    package: Package
    loss: Loss


@dataclass(frozen=True)
class NotPreviewed:
    """A loss that the preview before this run has not named."""

    property: ClassVar = "packageId"
    package: Package
    loss: Loss


@dataclass(frozen=True)
class NotReviewed:
    """A loss that the reviewed report does not have, or has smaller or later."""

    property: ClassVar = "packageId"
    package: Package
    loss: Loss


@dataclass(frozen=True)
class NotPermitted:
    """Files exist, and the program was not asked whether this deletion may destroy them."""

    property: ClassVar = "packageId"
    package: Package
    why: str = ""


@dataclass(frozen=True)
class CannotTell:
    """It cannot be told what a deletion would destroy."""

    property: ClassVar = "packageId"
    package_id: str
    why: str


@dataclass(frozen=True)
class MayBeDeclared:
    """Whether the program still declares it is not known; `awaited` says why."""

    property: ClassVar = "packageId"
    package_id: str
    awaited: str


@dataclass(frozen=True)
class NotFound:
    """The team has no such package."""

    property: ClassVar = "packageId"
    package_id: str
    team_id: str
    in_fleet: bool = False


@dataclass(frozen=True)
class CannotLook:
    """MASV would not answer; `package_id` is empty where it answers for no package at all."""

    property: ClassVar = ""
    package_id: str
    error: MasvError
    ends: Ends = None


@dataclass(frozen=True)
class UnknownState:
    """It is in a state that is not documented, so nothing is known of what a change does to it."""

    property: ClassVar = "packageId"
    package: Package
    ends: Ends = None


@dataclass(frozen=True)
class Contradicted:
    """An ArchiveWindow of the same program declares the opposite of a tombstone."""

    property: ClassVar = "archived"
    package_id: str
    window: WindowInputs


@dataclass(frozen=True)
class WindowsContradict:
    """Two windows overlap, and one declares the opposite of the other."""

    property: ClassVar = "archived"
    window: WindowInputs
    other: WindowInputs


Refusal = (
    FilesGone
    | NotInFuture
    | EndMoved
    | NeedsExpiry
    | FilesExist
    | Unnamed
    | NotPreviewed
    | NotReviewed
    | NotPermitted
    | CannotTell
    | MayBeDeclared
    | NotFound
    | CannotLook
    | UnknownState
    | Contradicted
    | WindowsContradict
)
