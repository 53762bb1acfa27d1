"""The moment that an id tells: one that is a ULID opens with ten characters of time."""

import re
from datetime import datetime, timedelta, timezone
from typing import Final

_DIGITS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_AS_PYTHON: Final = str.maketrans(_DIGITS, "0123456789ABCDEFGHIJKLMNOPQRSTUV")
_ULID: Final = re.compile(f"[0-7][{_DIGITS}]{{25}}")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=timezone.utc)
# Milliseconds from 1980, before which an id is none of MASV's, to the calendar's end.
_TIMES: Final = range(315_532_800_000, 253_402_300_800_000)


def moment_of(package_id: str) -> datetime | None:
    """Return when a package was created, a UTC instant; None where its id does not tell."""
    if not _ULID.fullmatch(package_id):
        return None
    told = int(package_id[:10].translate(_AS_PYTHON), 32)
    return _EPOCH + timedelta(milliseconds=told) if told in _TIMES else None


def ulid(moment: datetime, noise: bytes) -> str | None:
    """Return an id that tells a moment; None where none can.

    Args:
        moment: a UTC instant.
        noise: what tells it from others of that moment; 16 bytes of it are used.
    """
    told = (moment - _EPOCH) // timedelta(milliseconds=1)
    if told not in _TIMES:
        return None
    return "".join(_DIGITS[told >> s & 31] for s in range(45, -1, -5)) + letters(noise, 16)


def letters(noise: bytes, count: int) -> str:
    """Return as many characters of an id as are asked for."""
    return "".join(_DIGITS[byte & 31] for byte in noise[:count])
