"""How a manifest writes a length of time, a size, a list: `12h`, `14d`, `2w`; `10GB` or bytes.

Each has one grammar, which the schema has too; what does not fit it whole is refused, with what to
write. One value may stand for a list of one.
"""

import difflib
import json
import re
import reprlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from fractions import Fraction
from types import NoneType
from typing import Annotated, Any, Final

from pydantic import (
    AfterValidator,
    BeforeValidator,
    PlainSerializer,
    StrictStr,
    WithJsonSchema,
)

from pulumi_masv.models.package import storable

_LENGTH: Final = "[1-9][0-9]{0,4}[hdw]"
_AFTER_CREATION: Final = rf" *created *\+ *{_LENGTH} *"
_HOURS: Final = {"h": 1, "d": 24, "w": 168}
_UNITS: Final = {
    "B": 1,
    "KB": 1000,
    **{f"{prefix}B": 1000**power for power, prefix in enumerate("kMGTP", start=1)},
    **{f"{prefix}iB": 1024**power for power, prefix in enumerate("KMGTP", start=1)},
}
_SIZE: Final = rf"([0-9]+(?:\.[0-9]+)?) ?({'|'.join(_UNITS)})|[0-9]+"
_LONGEST: Final = 64  # characters; nobody has so much, and Python reads no number of any length
_PLAIN: Final = re.compile(r"[A-Za-z][\w.@+-]*", re.ASCII)
_WHOLE: Final = "[0-9]{1,18}"
_NEVER: Final = frozenset(
    ("unlimited", "never", "none", "no", "off", "false", "null", "forever", "infinite", "infinity"),
) | {"indefinite", "indefinitely", "permanent", "always", "unlimited_storage"}
_LONG_NEVER: Final = [word for word in _NEVER if len(word) > 4]  # "now" is near to "no"
_LATER: Final = re.compile(
    r"\s*(?:created|creation|now)?\s*\+?\s*([1-9][0-9]{0,3})\s*([hdw])[a-z]*\s*", re.IGNORECASE
)


def _length(value: Any) -> timedelta:
    if isinstance(value, timedelta):
        if not re.fullmatch(_LENGTH, _spelled(value)) or value % timedelta(hours=1):
            raise ValueError(f"{value} is not 1 to 99999 whole hours, days or weeks")
        return value
    if not isinstance(value, str) or not re.fullmatch(_LENGTH, value):
        raise ValueError(f"{told(value)} is not a length of time: {_length_hint(value)}")
    return timedelta(hours=int(value[:-1]) * _HOURS[value[-1]])


def _length_hint(value: Any) -> str:
    found = re.fullmatch(r"\s*([1-9][0-9]{0,3})\s*([a-z]+)\s*", str(value).casefold())
    unit = found[2][0] if found else ""
    if found and unit in _HOURS:
        return f"did you mean {found[1]}{unit}?"
    if found and unit in ("m", "y"):
        return "months and years are not equally long, and minutes too short: write days, like 30d"
    return "write it like 12h, 14d or 2w"


def _after_creation(value: Any) -> timedelta:
    if not isinstance(value, str):
        return _length(value)
    if not re.fullmatch(_AFTER_CREATION, value):
        raise ValueError(f"{told(value)} is not a time after creation: {_creation_hint(value)}")
    return _length(value.rpartition("+")[2].strip())


def _creation_hint(value: str) -> str:
    length = value.rpartition("+")[2].strip()
    return f"write it like created + {length if re.fullmatch(_LENGTH, length) else '14d'}"


def _spelled(length: timedelta) -> str:
    hours = length // timedelta(hours=1)
    days, weeks = hours // 24, hours // 168
    if hours % 24:
        return f"{hours}h"
    return f"{weeks}w" if days > 99_999 and days % 7 == 0 else f"{days}d"


def _size(value: Any) -> int:
    """Return the whole bytes of a size: what holds whole bytes is over both or over neither."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    is_short = isinstance(value, str) and len(value) <= _LONGEST
    found = re.fullmatch(_SIZE, value) if is_short else None
    if found is None:
        raise ValueError(f"{told(value)} is not a size: {_size_hint(value)}")
    number, unit = found.groups()
    return int(value) if unit is None else int(Fraction(number) * _UNITS[unit])


def _size_hint(value: Any) -> str:
    """Return what to write instead, where it is no guess: a bit is not a byte, 1,500 may be 1.5."""
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?) *([A-Za-z]+)", str(value)[:_LONGEST])
    units = {unit.casefold(): unit for unit in _UNITS}
    meant = units.get(found[2].casefold()) if found else None
    # Kb and Mb are bits to whoever tells them from kB and MB; kb and mb are to nobody.
    if found and meant and (found[2].islower() or found[2].endswith("B")):
        return f"did you mean {found[1]}{meant}?"
    return "write it like 10GB, or in bytes"


def _count(value: Any) -> int:
    if isinstance(value, str) and re.fullmatch(_WHOLE, value):
        return int(value)
    raise ValueError(f"{told(value)} is not a whole number: write it in digits, like 100")


def told(value: Any) -> str:
    """Return a value in the words of a manifest, however long or odd it is."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return "names with values"
    if value is None or isinstance(value, (list, tuple)):
        return "nothing" if value is None else "a list"
    return reprlib.repr(value).encode("ascii", "backslashreplace").decode()


def instant_or(never: str, bound: str) -> BeforeValidator:
    """Refuse what people write for an end that is no instant, and say how it is written there.

    Args:
        never: how to write that files never end.
        bound: how to write an end that depends on the creation; `{}` is the length of time.
    """

    def check(value: Any) -> Any:
        word = str(value).strip().casefold() if isinstance(value, str) else None
        if word in _NEVER or difflib.get_close_matches(word or "", _LONG_NEVER, 1, 0.8):
            raise ValueError(f"{told(value)} is not an end: did you mean {never}?")
        later = _LATER.fullmatch(value) if isinstance(value, str) else None
        if later or isinstance(value, Mapping):
            what = repr(value) if later else "a bound"
            length = f"{later[1]}{later[2].lower()}" if later else "30d"
            raise ValueError(f"{what} is not a date: {bound.format(length)}")
        if not isinstance(value, (str, datetime, NoneType)):
            raise ValueError(
                f"needs a date and time as text, not {told(value)}: "
                "write it like 2027-01-31T00:00:00Z"
            )
        return value

    return BeforeValidator(check)


def listed(value: Any) -> Any:
    """Return a list of one for what stands alone, anything else as it is."""
    return (value,) if isinstance(value, str) else value


def some(values: tuple[str, ...]) -> tuple[str, ...]:
    """Return a list that is not empty, and has nothing blank in it."""
    if not values or not all(value.strip() for value in values):
        raise ValueError("is empty or blank, so it would match nothing: leave it out")
    return values


def one_word(between: str = ",") -> BeforeValidator:
    """Refuse a text that is several, and write them as a list.

    Args:
        between: a pattern of what may stand between two of them.
    """

    def check(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        parts = [part.strip() for part in re.split(between, value) if part.strip()]
        if len(parts) > 1 or "," in value:
            holds = "holds a comma" if "," in value else "holds several"
            shown = ", ".join(p if _PLAIN.fullmatch(p) else json.dumps(p) for p in parts)
            raise ValueError(f"{told(value)} {holds}: write a list, such as [{shown}]")
        return value

    return BeforeValidator(check)


def _schema(pattern: str, example: str) -> dict[str, Any]:
    return {"type": "string", "pattern": f"^(?:{pattern})$", "examples": [example]}


def list_schema(**item: Any) -> WithJsonSchema:
    """Return the schema of one such item or a list of them."""
    one = {"type": "string", **item}
    return WithJsonSchema({"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]})


Length = Annotated[
    timedelta,
    BeforeValidator(_length),
    PlainSerializer(_spelled),
    WithJsonSchema(_schema(_LENGTH, "14d")),
]
AfterCreation = Annotated[
    timedelta,
    BeforeValidator(_after_creation),
    PlainSerializer(lambda length: f"created + {_spelled(length)}"),
    WithJsonSchema(_schema(_AFTER_CREATION, "created + 14d")),
]
Size = Annotated[
    int,
    BeforeValidator(_size),
    WithJsonSchema({"anyOf": [_schema(_SIZE, "10GB"), {"type": "integer", "minimum": 0}]}),
]
Count = Annotated[int, BeforeValidator(_count)]
Text = Annotated[StrictStr, AfterValidator(storable)]
Words = Annotated[tuple[Text, ...], BeforeValidator(listed), AfterValidator(some)]
Ids = Annotated[
    tuple[Annotated[Text, one_word()], ...],
    BeforeValidator(listed),
    AfterValidator(some),
    list_schema(),
]
