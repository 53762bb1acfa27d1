"""What can be done to a package: a value for each step, dispatched by its type.

Each says whether it is harmless: whether it ends no file earlier, whatever somebody has made of its
package by now. An expiry never is: a later one is an earlier one where a hand has moved it further.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final, Literal

from pulumi_masv.models import NEVER, Package, earlier


@dataclass(frozen=True)
class Rename:
    """Give it this name."""

    field: ClassVar = "name"
    is_harmless: ClassVar = True
    wanted: str


@dataclass(frozen=True)
class SetExpiry:
    """Move the instant at which its files end."""

    field: ClassVar = "expiry"
    is_harmless: ClassVar = False
    wanted: datetime


@dataclass(frozen=True)
class SetUnlimited:
    """Let it never expire."""

    field: ClassVar = "unlimited_storage"
    is_harmless: ClassVar = True
    wanted: Literal[True] = True


@dataclass(frozen=True)
class Destroy:
    """Destroy its files, for good."""

    field: ClassVar = "files_exist"
    is_harmless: ClassVar = False
    wanted: Literal[False] = False


@dataclass(frozen=True)
class Archive:
    """Hide its tombstone."""

    field: ClassVar = "state"
    is_harmless: ClassVar = False
    wanted: Literal["archived"] = "archived"


@dataclass(frozen=True)
class Unarchive:
    """Show its tombstone again."""

    field: ClassVar = "state"
    is_harmless: ClassVar = True
    wanted: Literal["expired"] = "expired"


Step = Rename | SetExpiry | SetUnlimited | Destroy | Archive | Unarchive


def found(step: Step, observed: Package) -> object:
    """Return what a package has in the place that a step is about; None where it does not say."""
    if isinstance(step, SetExpiry) and observed.unlimited_storage:
        return NEVER
    return getattr(observed, step.field)


def is_done(step: Step, observed: Package) -> bool:
    """Return whether a package is as a step makes it."""
    return found(step, observed) == step.wanted


def forgotten(observed: Package, steps: tuple[Step, ...], shown: Package) -> list[str]:
    """Return what a package had and has no longer, though no step was about it.

    Of its end that is an earlier one: somebody else may have given it a later one meanwhile.
    """
    if not all(isinstance(step, (Rename, SetExpiry, SetUnlimited)) for step in steps):
        return []  # what ends a package may take anything with it
    lost = [f for f in _REST if getattr(observed, f) and getattr(shown, f) is not None]
    lost = [f for f in lost if getattr(observed, f) != getattr(shown, f)]
    about_end = any(not isinstance(step, Rename) for step in steps)
    known = isinstance(shown.end, datetime) and observed.end is not None
    if not about_end and known and earlier(shown.end, observed.end):  # type: ignore[arg-type]
        lost.append("expiry")
    return lost


_REST: Final = (
    "access_limit", "custom_metadata_id", "description", "recipients", "teamspace_id",
)  # fmt: skip


def after(observed: Package, steps: tuple[Step, ...]) -> Package:
    """Return a package as some steps leave it."""
    values: dict[str, object] = {}
    for step in steps:
        match step:
            case Destroy():
                values["state"] = "expired"
            case SetExpiry():
                values |= {"expiry": step.wanted, "unlimited_storage": False}
            case _:
                values[step.field] = step.wanted
    return observed.model_copy(update=values) if values else observed
