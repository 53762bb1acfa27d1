"""Instants as MASV writes them: RFC 3339, usually in UTC, to the millisecond."""

import re
from datetime import datetime, timedelta, timezone
from typing import Annotated, Final

from pydantic import BeforeValidator

ZERO: Final = "0001-01-01T00:00:00.000Z"  # MASV's "not set"
ELSEWHERE: Final = timezone(timedelta(hours=-5))
_NO_INSTANT: Final = "not an ISO 8601 instant with a zone, such as 2027-01-31T00:00:00Z"
_RFC3339: Final = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?([Zz]|[+-]\d\d:\d\d)?", re.ASCII
)


def parse_instant(text: object, zone_if_none: timezone | None = None) -> datetime:
    """Return the instant that a text names; ValueError if it names none, or lacks a zone."""
    found = _RFC3339.fullmatch(text) if isinstance(text, str) else None
    if found is None or (found[4] is None and zone_if_none is None):
        raise ValueError(_NO_INSTANT)
    day, time, fraction, zone = found.groups()
    milliseconds = (fraction or "").ljust(3, "0")[:3]
    offset = "+00:00" if zone in ("Z", "z") else zone or ""
    try:
        moment = datetime.fromisoformat(f"{day}T{time}.{milliseconds}{offset}")
        return moment.replace(tzinfo=moment.tzinfo or zone_if_none).astimezone(timezone.utc)
    except (ValueError, OverflowError):
        raise ValueError("not a possible instant") from None


def as_instant(moment: datetime | str) -> datetime:
    """Return a moment given by a person, in UTC and cut to the millisecond."""
    if isinstance(moment, str):
        return parse_instant(moment)
    if moment.tzinfo is None:
        raise ValueError("an instant needs a zone, such as the Z of 2027-01-31T00:00:00Z")
    moment = moment.astimezone(timezone.utc)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _given(moment: object) -> datetime | None:
    if moment is None or isinstance(moment, datetime | str):
        return None if moment is None else as_instant(moment)
    raise ValueError(_NO_INSTANT)


Given = Annotated[datetime | str | None, BeforeValidator(_given)]
"""An instant in a description, which is read before anything is made of it."""


def format_instant(moment: datetime, zone: timezone = timezone.utc) -> str:
    """Return a moment in ISO 8601 with milliseconds, as MASV spells it."""
    return moment.astimezone(zone).isoformat(timespec="milliseconds").replace("+00:00", "Z")
