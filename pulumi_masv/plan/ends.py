"""The end of files that an expiry of a manifest comes to, for one package and a moment.

What is not known, or has passed, ends nothing. No hold is shortened.
"""

from datetime import datetime, timedelta, timezone
from typing import Final, Literal

from pulumi_masv.models import Bound, Declared, Package, shifted
from pulumi_masv.plan.package import NEVER, End, end_of
from pulumi_masv.plan.words import spell

Wanted = datetime | Literal["unlimited"] | Bound | None
_SECOND: Final = timedelta(seconds=1)
_DAY: Final = timedelta(days=1)
_FIRST: Final = datetime.min.replace(tzinfo=timezone.utc)


def resolve(
    wanted: Wanted, live: Package | None, now: datetime, *, held: bool
) -> tuple[End, str | None]:
    """The end to declare, None for none; and why it is not the one that is wanted, if so."""
    if wanted is None:
        return None, None
    if live is None:
        return None, "MASV does not list it"
    ends = end_of(live)
    if not live.files_exist:
        # As it came: to leave it out would show as a change on the day that it comes.
        return (ends if isinstance(ends, datetime) and ends <= now else None), None
    if wanted == "unlimited":
        return NEVER, None
    if isinstance(wanted, Bound):
        end, why = _bounded(wanted, live, now)
    elif wanted <= now:
        end, why = ends, f"{spell(wanted)} has passed"
    else:
        end, why = wanted, None
    if held:
        end = None if end is None or ends is None else _later(end, ends)
    return end, why


def _bounded(bound: Bound, live: Package, now: datetime) -> tuple[End, str | None]:
    ends = end_of(live)
    if ends is None:
        return None, "MASV does not say when they end"
    if live.created_at is None:
        return ends, "MASV does not say when they were created"
    if bound.at_most is None:
        return _later(ends, _up(shifted(live.created_at, bound.at_least or _SECOND), _SECOND)), None
    # Whole days, so that a preview and its up, each with a now of its own, come to the same.
    overdue = _up(shifted(now, bound.grace), _DAY)
    cap = max(_up(shifted(live.created_at, bound.at_most), _SECOND), overdue)
    return (cap if ends is NEVER or ends > cap else ends), None


def ending(declared: Declared, end: End) -> Declared:
    """The same, with this end."""
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
    """The next instant that is a whole number of units; MASV may keep no fractions of a second."""
    over = (moment - _FIRST) % unit
    return shifted(moment, unit - over) if over else moment
