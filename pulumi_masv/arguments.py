"""What an argument of a program is, or what to write in its place.

The one place that takes a Python value for a text, an id, a moment, a flag or a number. It decides
by the type; what a text says is read where it is checked. Loads nothing slow, knows no Pulumi.
"""

import difflib
import inspect
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any, Final
from uuid import UUID

_WHOLE: Final = 2**53  # floats tell larger numbers no longer apart
_EXAMPLE: Final = datetime(2027, 1, 31, tzinfo=timezone.utc)
_TEXT_BY_STR: Final = (UUID, Decimal, Fraction, int, float, date, time, os.PathLike)


@dataclass(frozen=True)
class Wrong:
    """Stands in for a value that cannot be taken.

    Attributes:
        reason: what it is, and what to write.
        sent: what a check may refuse in its place, with all else that is wrong with its resource;
            None where Pulumi carries nothing like it.
    """

    reason: str
    sent: Any = None


Reader = Callable[[Any, bool], Any]


def text(value: Any, _is_shown: bool = True) -> Any:
    """Return a string as a plain `str`, also one of an Enum."""
    if isinstance(value, str):
        plain = str.__str__(value)
        try:
            plain.encode()
        except UnicodeEncodeError:
            return Wrong("str contains half a character, which cannot be stored: type it again")
        return plain
    return Wrong(f"{kind_of(value)} is not a string: write {_as_text(value)}")


def package_id(value: Any, is_shown: bool = True) -> Any:
    """Return a package's id; of what has one, the advice is to write that."""
    if not isinstance(value, (str, Enum)) and not inspect.isclass(value) and hasattr(value, "id"):
        return Wrong(f"{kind_of(value)} is not a string: write its .id")
    return text(value, is_shown)


def flag(value: Any, _is_shown: bool = True) -> Any:
    """Return True or False."""
    if isinstance(value, bool):
        return value
    quoted = ", without quotes" if isinstance(value, str) else ""
    return Wrong(f"{kind_of(value)} is not a bool: write True or False{quoted}")


def moment(value: Any, is_shown: bool = True) -> Any:
    """Return a moment as ISO 8601 text: a datetime in its canonical spelling."""
    if isinstance(value, str):
        return text(value)
    example, what = _EXAMPLE, "is not a date and time"
    if isinstance(value, datetime):
        if value.utcoffset() is not None:
            try:
                cut = value.replace(microsecond=value.microsecond // 1000 * 1000)
                return format_instant(cut)
            except (OverflowError, ValueError):  # outside the calendar, which `check` says
                return value.isoformat()
        example, what = value if is_shown else example, "has no time zone"
    elif isinstance(value, date):
        example = datetime.combine(value, time()) if is_shown else example
        what = "has no time of day"
    elif isinstance(value, time):
        what = "has no date"
    elif isinstance(value, timedelta):
        what = "is a length of time, not a date and time"
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        return Wrong(
            f"{kind_of(value)} is not a date and time: "
            f"write datetime.fromtimestamp(…, timezone.utc)"
        )
    return Wrong(f"{kind_of(value)} {what}: write {_spelled(example)}")


def format_instant(moment: datetime) -> str:
    """Return the canonical spelling of an aware moment."""
    utc = moment.astimezone(timezone.utc)
    timespec = "milliseconds" if utc.microsecond else "seconds"
    return utc.replace(tzinfo=None).isoformat(timespec=timespec) + "Z"


def number(value: Any, _is_shown: bool = True) -> Any:
    """Return a number; a text is taken as one, as the stack configuration gives them."""
    if isinstance(value, str):
        return text(value)
    for kind in (int, float):
        if isinstance(value, kind) and not isinstance(value, bool):
            return kind(value)
    return Wrong(f"{kind_of(value)} is not a number: write one, such as 30")


def words(value: Any, is_shown: bool = True) -> Any:
    """Return one string, or a list of them."""
    if isinstance(value, str):
        return text(value)
    if isinstance(value, (list, tuple)):
        each = [text(one, is_shown) for one in value]
        return next((one for one in each if isinstance(one, Wrong)), each)
    if isinstance(value, Iterable) and not isinstance(value, (Mapping, bytes, bytearray)):
        return Wrong(f"{kind_of(value)} is not a list: write list(…)")
    return Wrong(f"{kind_of(value)} is not a list of strings: write one, such as ['a', 'b']")


READERS: Final[Mapping[str, Reader]] = {
    **dict.fromkeys(("id", "package_id"), package_id),
    **dict.fromkeys(("name", "sender", "sort", "portal"), text),
    **dict.fromkeys(("api_key", "team_id", "base_url"), text),
    **dict.fromkeys(("status", "tags", "teamspaces"), words),
    **dict.fromkeys(("timeout", "max_retries", "concurrency"), number),
    **dict.fromkeys(("expiry", "expiry_start", "expiry_end"), moment),
    **dict.fromkeys(("created_at_start", "created_at_end"), moment),
    **dict.fromkeys(("unlimited_storage", "archived", "received", "extra_storage"), flag),
    **dict.fromkeys(("force_destroy", "retain_removed", "archive_on_destroy"), flag),
    "unarchive_on_destroy": flag,
}
"""How the argument of each name is read, in whatever it is an argument of."""


def read(name: str, value: Any, *, is_shown: bool = True) -> Any:
    """Return a value as the argument of this name has it, or a `Wrong`; None is left out.

    Args:
        name: of the argument.
        value: what was given.
        is_shown: whether a line may hold the value; not where it may be a secret.
    """
    known = None if value is None else READERS[name](value, is_shown)
    if isinstance(known, Wrong) and _is_carried(value):
        return replace(known, sent=value.isoformat() if isinstance(value, datetime) else value)
    return known


def _is_carried(value: Any) -> bool:
    """Return whether Pulumi carries a value to a check: a number only as a float."""
    if isinstance(value, (int, float)):
        return -_WHOLE <= value <= _WHOLE
    return isinstance(value, datetime) or (isinstance(value, str) and isinstance(text(value), str))


def nearest(name: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """Return the name that was probably meant, as like it as the cutoff asks, from 0 to 1."""
    return next(iter(difflib.get_close_matches(name, list(known), n=1, cutoff=cutoff)), None)


def unknown(name: str, known: Iterable[str]) -> str:
    """Return what to say of a name that is none of those known."""
    near = nearest(name, known)
    return f"did you mean {near}?" if near else f"write one of {', '.join(known)}"


def kind_of(value: Any) -> str:
    """Return what a value is, for people: `datetime.date`, `pathlib.PosixPath`, `int`."""
    if inspect.isclass(value):
        return f"the class {value.__qualname__}"
    if inspect.isroutine(value):
        return "a function"
    kind = type(value)
    room = kind.__module__.partition(".")[0]
    return kind.__qualname__ if room in ("builtins", "__main__") else f"{room}.{kind.__qualname__}"


def _as_text(value: Any) -> str:
    if isinstance(value, Enum):
        return "its .value"
    if isinstance(value, bool):
        return "one, in quotes"
    if isinstance(value, _TEXT_BY_STR):
        return "str(…)"
    if isinstance(value, (bytes, bytearray)):
        return "….decode()"
    return "what it returns" if callable(value) else "one"


def _spelled(moment: datetime) -> str:
    """Return an aware datetime as a program writes it."""
    parts = [moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second]
    if moment.microsecond:
        parts.append(moment.microsecond)
    while len(parts) > 3 and not parts[-1]:
        parts.pop()
    return f"datetime({', '.join(map(str, parts))}, tzinfo=timezone.utc)"
