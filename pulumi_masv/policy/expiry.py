"""Which end of files an expiry of a manifest comes to, for one package and a moment.

What is not known, or has passed, ends nothing. No hold is shortened.
"""

from datetime import datetime, timedelta, timezone
from typing import Final

from pulumi_masv.formatting import spell
from pulumi_masv.models import NEVER, Declared, End, Package, shifted
from pulumi_masv.policy.model import Bound, Expiry

_SECOND: Final = timedelta(seconds=1)
_DAY: Final = timedelta(days=1)
_FIRST: Final = datetime.min.replace(tzinfo=timezone.utc)


def resolve(
    expiry: Expiry | None, observed: Package | None, now: datetime, *, held: bool
) -> tuple[End, str | None]:
    """Return the end to declare, None for none; and why it is not as `expiry` says, if so."""
    if expiry is None:
        return None, None
    if observed is None:
        return None, "MASV does not list it"
    ends = observed.end
    if not observed.files_exist:
        # As it came: to leave it out would show as a change on the day that it comes.
        return (ends if isinstance(ends, datetime) and ends <= now else None), None
    if expiry == "unlimited":
        return NEVER, None
    if isinstance(expiry, Bound):
        end, why = _bounded(expiry, observed, now)
    elif expiry <= now:
        end, why = ends, f"{spell(expiry)} has passed"
    else:
        end, why = expiry, None
    if held:
        end = None if end is None or ends is None else _later(end, ends)
    return end, why


def _bounded(bound: Bound, observed: Package, now: datetime) -> tuple[End, str | None]:
    ends = observed.end
    if ends is None:
        return None, "MASV does not say when they end"
    if observed.created_at is None:
        return ends, "MASV does not say when they were created"
    if bound.at_most is None:
        return _later(
            ends, _up(shifted(observed.created_at, bound.at_least or _SECOND), _SECOND)
        ), None
    # Whole days, so that a preview and its up, each with a now of its own, come to the same.
    overdue = _up(shifted(now, bound.grace), _DAY)
    cap = max(_up(shifted(observed.created_at, bound.at_most), _SECOND), overdue)
    return (cap if ends is NEVER or ends > cap else ends), None


def ending(declared: Declared, end: End) -> Declared:
    """Return `declared` with this end."""
    never = end is NEVER
    return declared.model_copy(
        update={
            "expiry": None if never else end,
            "unlimited_storage": True if never else None,
        }
    )


def _later(one: End, other: End) -> End:
    if one is NEVER or other is NEVER:
        return NEVER
    return max(moment for moment in (one, other) if isinstance(moment, datetime))


def _up(moment: datetime, unit: timedelta) -> datetime:
    """Return the next whole number of units; MASV may keep no fractions of a second."""
    over = (moment - _FIRST) % unit
    return shifted(moment, unit - over) if over else moment
