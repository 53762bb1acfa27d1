"""How a plan speaks: a moment, a name, an amount, a length of time, each on one line."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from pydantic import ByteSize

from pulumi_masv.models import Package, format_instant


def spell(value: Any) -> str:
    """A value of a package as a line shows it."""
    if isinstance(value, datetime):
        return format_instant(value)
    if isinstance(value, Enum):
        return str(value.value)
    if value is None:
        return "unknown"
    return quote(value) if isinstance(value, str) else str(value)


def spell_moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def quote(name: str | None) -> str:
    """A name for a terminal: in quotes, with nothing in it that a terminal obeys."""
    return "(name unknown)" if name is None else f'"{visible(name)}"'


def visible(text: str) -> str:
    """A text with nothing in it that a terminal, or the direction of writing, obeys."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def size(held: int) -> str:
    """So many bytes, for people."""
    try:
        return ByteSize(held).human_readable(decimal=True)
    except OverflowError:  # nobody has so much, but a file may say so
        return "more than can be"


def counted(number: int, noun: str) -> str:
    """So many of something."""
    return f"{number} {noun}" + ("" if number == 1 else "s")


def amount(live: Package) -> str:
    """How much a package holds: files, bytes, and the form response if there is one."""
    files = (
        "an unknown number of files"
        if live.total_files is None
        else counted(live.total_files, "file")
    )
    held = "unknown size" if live.size is None else f"{size(live.size)}, {live.size} bytes"
    form = " and a form response" if live.custom_metadata_id else ""
    return f"{files} ({held}){form}"


def span(length: timedelta) -> str:
    """A length of time in its largest whole unit."""
    seconds = max(int(length.total_seconds()), 0)
    units = (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))
    unit, size = next((u for u in units if seconds >= u[1]), units[-1])
    return counted(seconds // size, unit)


def amount_of_all(packages: Sequence[Package]) -> str:
    """How much several packages hold together."""
    files = sum(one.total_files or 0 for one in packages)
    held = sum(one.size or 0 for one in packages)
    return (
        f"{counted(len(packages), 'package')} with {counted(files, 'file')} "
        f"({size(held)}, {held} bytes)"
    )
