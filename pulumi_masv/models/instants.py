"""How a moment is read and written: ISO 8601 in, one canonical UTC spelling out.

Canonical is `2027-01-31T00:00:00Z`, with milliseconds only where there are some. MASV keeps
milliseconds, so anything finer is cut off.
"""

import re
from datetime import datetime, timedelta, timezone
from typing import Annotated, Any

from pydantic import (
    AwareDatetime,
    BeforeValidator,
    PlainSerializer,
    TypeAdapter,
    ValidationError,
)

MOMENT = timedelta(milliseconds=1)  # MASV's instants are that far apart
_FIRST = datetime.min.replace(tzinfo=timezone.utc)
_LAST = datetime.max.replace(tzinfo=timezone.utc)
_PARSER = TypeAdapter(AwareDatetime)
# pydantic also reads bare numbers as Unix times; a declared moment has to look like one.
_DATE_AND_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}")
_HINT = "write it like 2027-01-31T00:00:00Z"


def parse_instant(value: Any) -> datetime:
    """The UTC instant that an ISO 8601 string with a zone, or an aware datetime, names.

    Raises:
        ValueError: not a string, not a date and time, or without a zone.
    """
    if isinstance(value, str) and not _DATE_AND_TIME.match(value):
        raise ValueError(f"{value!r} is not a date and time with a zone: {_HINT}")
    if not isinstance(value, (str, datetime)):
        raise ValueError(f"an ISO 8601 string is due, not {type(value).__name__}: {_HINT}")
    try:
        moment = _PARSER.validate_python(value).astimezone(timezone.utc)
    except ValidationError as error:
        [detail] = error.errors()
        if detail["type"] == "timezone_aware":
            raise ValueError(f"{str(value)!r} has no time zone: {_HINT}") from None
        raise ValueError(f"{str(value)!r} is not a moment: {_HINT}") from None
    except OverflowError:
        raise ValueError(f"{str(value)!r} lies outside the calendar: {_HINT}") from None
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def format_instant(moment: datetime) -> str:
    """The canonical spelling of an aware moment."""
    utc = moment.astimezone(timezone.utc)
    timespec = "milliseconds" if utc.microsecond else "seconds"
    return utc.replace(tzinfo=None).isoformat(timespec=timespec) + "Z"


def shifted(moment: datetime, length: timedelta) -> datetime:
    """So much later, as far as the calendar goes."""
    try:
        return moment + length
    except OverflowError:
        return _FIRST if length < timedelta() else _LAST


def widened(start: datetime, end: datetime) -> tuple[datetime, datetime]:
    """A span a moment longer at either end, as far as the calendar goes: it holds its ends surely.

    Nobody knows whether MASV's windows contain their ends.
    """
    return shifted(start, -MOMENT), shifted(end, MOMENT)


def _parse_answer(value: Any) -> datetime | None:
    if value is None or value == "":
        return None
    moment = parse_instant(value)
    return None if moment.year == 1 else moment  # MASV writes year 1 for "not set"


Instant = Annotated[datetime, BeforeValidator(parse_instant), PlainSerializer(format_instant)]
MasvInstant = Annotated[datetime | None, BeforeValidator(_parse_answer)]
