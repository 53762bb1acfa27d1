"""How a moment is read and written: ISO 8601 in, one canonical UTC spelling out.

Canonical is `2027-01-31T00:00:00Z`, with milliseconds only where there are some. MASV keeps
milliseconds, so anything finer is cut off. What is read is a whole date, a time and a zone in
plain digits: no week, no bare number, no hour 24 and no second 60, which nobody reads alike.
"""

import re
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from pulumi_masv import arguments
from pulumi_masv.models.secret import SecretInstant, SecretText, is_secret

MOMENT = timedelta(milliseconds=1)  # MASV's instants are that far apart
_FIRST = datetime.min.replace(tzinfo=timezone.utc)
_LAST = datetime.max.replace(tzinfo=timezone.utc)
_MINUTES: Final = "[0-5][0-9]"
_HOURS: Final = "(?:[01][0-9]|2[0-3])"
_CLOCK: Final = (
    rf"([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})[Tt ]({_HOURS}:{_MINUTES})"
    rf"(?::({_MINUTES})(?:\.([0-9]+))?)?"
)
_INSTANT: Final = re.compile(rf"{_CLOCK}(?:[Zz]|([+-]{_HOURS}):?({_MINUTES}))")
_MANY: Final = 2**14  # of a fleet's packages, most end at one of a few instants
_spelled = lru_cache(_MANY)(arguments.format_instant)
_HINT: Final = "write it like 2027-01-31T00:00:00Z"


def parse_instant(value: Any) -> datetime:
    """Return the UTC instant that an ISO 8601 text with a zone, or an aware datetime, names.

    Raises:
        ValueError: not a text, not a date and time, or without a zone.
    """
    if isinstance(value, datetime):
        moment = value
    elif isinstance(value, str):
        moment = _read(value)
    else:
        raise ValueError(f"needs a date and time as text, not {type(value).__name__}: {_HINT}")
    if moment.utcoffset() is None:
        raise ValueError(f"{str(value)!a} has no time zone: {_HINT}")
    try:
        moment = moment.astimezone(timezone.utc)
    except OverflowError:
        raise ValueError(f"{str(value)!a} lies outside the calendar: {_HINT}") from None
    moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    return SecretInstant.of(moment) if is_secret(value) else moment


@lru_cache(_MANY)
def _read(text: str) -> datetime:
    found = _INSTANT.fullmatch(text)
    if found is None:
        lacks_zone = re.fullmatch(_CLOCK, text)
        what = "has no time zone" if lacks_zone else "is not a date and time with a zone"
        raise ValueError(f"{text!a} {what}: {_HINT}")
    day, clock, second, fraction, hours, minutes = found.groups()
    micros = (fraction or "")[:6].ljust(6, "0")
    zone = f"{hours}:{minutes}" if hours else "+00:00"
    try:
        return datetime.fromisoformat(f"{day}T{clock}:{second or '00'}.{micros}{zone}")
    except ValueError:
        raise ValueError(f"{text!a} is not a date and time that exists: {_HINT}") from None


def format_instant(moment: datetime) -> str:
    """Return the canonical spelling of an aware moment, as secret as that is."""
    spelled = _spelled(moment)
    return SecretText(spelled) if is_secret(moment) else spelled


def shifted(moment: datetime, length: timedelta) -> datetime:
    """Return the moment so much later, as far as the calendar goes."""
    try:
        return moment + length
    except OverflowError:
        return _FIRST if length < timedelta() else _LAST


def widened(start: datetime, end: datetime) -> tuple[datetime, datetime]:
    """Return a span a moment longer at either end, as far as the calendar goes.

    Nobody knows whether MASV's windows contain their ends; this one surely does.
    """
    return shifted(start, -MOMENT), shifted(end, MOMENT)


def _parse_answer(value: Any) -> datetime | None:
    if value is None or value == "":
        return None
    moment = parse_instant(value)
    return None if moment.year == 1 else moment  # MASV writes year 1 for "not set"


Instant = Annotated[
    datetime,
    BeforeValidator(parse_instant),
    PlainSerializer(format_instant),
    WithJsonSchema(
        {"type": "string", "format": "date-time", "pattern": f"^(?:{_INSTANT.pattern})$"}
    ),
]
MasvInstant = Annotated[datetime | None, BeforeValidator(_parse_answer)]
