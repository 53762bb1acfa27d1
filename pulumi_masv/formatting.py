"""How a moment, a name, an amount is spelled on one line, and how foreign text is made harmless."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Final

from pydantic import ByteSize

from pulumi_masv.kinds import name_of
from pulumi_masv.models import (
    SECRET,
    AnyStored,
    Package,
    Stored,
    StoredWindow,
    format_instant,
    is_secret,
)
from pulumi_masv.text import told_apart
from pulumi_masv.text import visible as visible

SHOWN: Final = 20  # lines of a kind; a fleet may have ten thousand packages


def spell(value: Any) -> str:
    """Return a value of a package as a line shows it."""
    if is_secret(value):
        return SECRET
    if isinstance(value, datetime):
        return format_instant(value)
    if isinstance(value, Enum):
        return str(value.value)
    if value is None:
        return "unknown"
    return quote(value) if isinstance(value, str) else str(value)


def spell_moment(moment: datetime) -> str:
    """Return a UTC instant to the minute, for people."""
    return SECRET if is_secret(moment) else f"{moment:%Y-%m-%d %H:%M} UTC"


def quote(name: str | None) -> str:
    """Return a name in quotes, with nothing in it that a terminal or Pulumi obeys."""
    if name is None:
        return "(name unknown)"
    return SECRET if is_secret(name) else f'"{visible(name)}"'


def named(package: Package) -> str:
    """Return a package's id and name."""
    return f"{package.id} {quote(package.name)}"


def called(stored: AnyStored) -> str:
    """Return what a line calls a resource that the state holds."""
    if isinstance(stored, Stored):
        return f"{stored.package_id} {quote(stored.name)}"
    return f"this {stored.declared() if isinstance(stored, StoredWindow) else 'fleet'}"


def spelled_apart(one: Any, other: Any) -> tuple[str, str]:
    """Return two values as lines show them, with escapes where they differ and look alike."""
    if isinstance(one, str) and isinstance(other, str) and not (is_secret(one) or is_secret(other)):
        one, other = told_apart(one, other)
    return spell(one), spell(other)


def size(held: int) -> str:
    """Return so many bytes, for people."""
    try:
        return ByteSize(held).human_readable(decimal=True)
    except OverflowError:  # nobody has so much, but a file may say so
        return "more than can be"


def counted(number: int, noun: str) -> str:
    """Return so many of something."""
    return f"{number} {noun}" + ("" if number == 1 else "s")


def amount(package: Package) -> str:
    """Return how much a package holds: files, bytes, and the form response if there is one."""
    files = (
        "an unknown number of files"
        if package.total_files is None
        else counted(package.total_files, "file")
    )
    held = "unknown size" if package.size is None else f"{size(package.size)}, {package.size} bytes"
    form = " and a form response" if package.custom_metadata_id else ""
    return f"{files} ({held}){form}"


def between(start: datetime, end: datetime) -> str:
    """Return the time from one instant to another, for people."""
    return "some time" if is_secret(start) or is_secret(end) else span(end - start)


def span(length: timedelta) -> str:
    """Return a length of time in its largest whole unit."""
    seconds = max(int(length.total_seconds()), 0)
    units = (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))
    unit, size = next((u for u in units if seconds >= u[1]), units[-1])
    return counted(seconds // size, unit)


def amount_of_all(packages: Iterable[Package]) -> str:
    """Return how much several packages hold together: at least, where one does not say."""
    several = list(packages)
    known = all(one.total_files is not None and one.size is not None for one in several)
    files = sum(one.total_files or 0 for one in several)
    held = sum(one.size or 0 for one in several)
    return (
        f"{counted(len(several), 'package')} with {'' if known else 'at least '}"
        f"{counted(files, 'file')} "
        f"({size(held)}, {held} bytes)"
    )


def resource_name(urn: str) -> str:
    """Return what a program calls a resource."""
    return visible(name_of(urn))


def first(lines: Sequence[str], more: str) -> list[str]:
    """Return the first lines, and how many more there are."""
    if len(lines) <= SHOWN:
        return list(lines)
    return [*lines[:SHOWN], f"and {len(lines) - SHOWN} {more}"]
