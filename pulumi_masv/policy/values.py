"""How a manifest writes a length of time, a size, a list: `12h`, `14d`, `2w`; `10GB` or bytes.

One value may stand for a list of one.
"""

import re
from datetime import timedelta
from typing import Annotated, Any, Final

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ByteSize,
    PlainSerializer,
    StrictStr,
    TypeAdapter,
    ValidationError,
    WithJsonSchema,
)

_LENGTH: Final = r"[1-9]\d{0,4}[hdw]"
_AFTER_CREATION: Final = re.compile(rf"created\s*\+\s*({_LENGTH})")
_HOURS: Final = {"h": 1, "d": 24, "w": 168}
_SIZE: Final[TypeAdapter[ByteSize]] = TypeAdapter(ByteSize)


def _length(value: Any) -> timedelta:
    if isinstance(value, timedelta):
        return value
    if not isinstance(value, str) or not re.fullmatch(_LENGTH, value):
        raise ValueError(f"{value!r} is not a length of time: write it like 12h, 14d or 2w")
    return timedelta(hours=int(value[:-1]) * _HOURS[value[-1]])


def _after_creation(value: Any) -> timedelta:
    found = _AFTER_CREATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if isinstance(value, str) and found is None:
        raise ValueError(f"{value!r} is not a time after creation: write it like created + 14d")
    return _length(found[1] if found else value)


def _spelled(length: timedelta) -> str:
    hours = int(length.total_seconds()) // 3600
    return f"{hours}h" if hours % 24 else f"{hours // 24}d"


def _size(value: Any) -> Any:
    try:
        return _SIZE.validate_python(value)
    except ValidationError:
        raise ValueError(f"{value!r} is not a size: write it like 10GB, or in bytes") from None


def listed(value: Any) -> Any:
    """Return a list of one for what stands alone, anything else as it is."""
    return (value,) if isinstance(value, str) else value


def _some(values: tuple[str, ...]) -> tuple[str, ...]:
    if not values or not all(value.strip() for value in values):
        raise ValueError("is empty or blank, so it would match nothing: leave it out")
    return values


def _one_word(value: str) -> str:
    if "," in value:
        raise ValueError(f"{value!r} holds a comma: write a list, such as [one, other]")
    return value


def _schema(pattern: str, example: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": f"^{pattern}$", "examples": [example]})


def list_schema(**item: Any) -> WithJsonSchema:
    """Return the schema of one such item or a list of them."""
    one = {"type": "string", **item}
    return WithJsonSchema({"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]})


Length = Annotated[
    timedelta, BeforeValidator(_length), PlainSerializer(_spelled), _schema(_LENGTH, "14d")
]
AfterCreation = Annotated[
    timedelta,
    BeforeValidator(_after_creation),
    PlainSerializer(lambda length: f"created + {_spelled(length)}"),
    _schema(rf"\s*created\s*\+\s*{_LENGTH}\s*", "created + 14d"),
]
Size = Annotated[
    int,
    BeforeValidator(_size),
    WithJsonSchema({"type": ["string", "integer"], "examples": ["10GB"]}),
]
Words = Annotated[tuple[StrictStr, ...], BeforeValidator(listed), AfterValidator(_some)]
Ids = Annotated[
    tuple[Annotated[StrictStr, AfterValidator(_one_word)], ...],
    BeforeValidator(listed),
    AfterValidator(_some),
    list_schema(),
]
