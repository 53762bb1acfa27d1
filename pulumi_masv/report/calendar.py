"""The report as a calendar: for each package whose files end, its last day to download.

The id is the event's identity, so that a later report moves the event instead of adding one.
"""

from datetime import date, datetime
from typing import Final

from icalendar import Calendar, Event, vDDDTypes, vText

from pulumi_masv.models import MOMENT
from pulumi_masv.plan import spell_moment
from pulumi_masv.report import words
from pulumi_masv.report.fates import Fate
from pulumi_masv.report.summary import Report

_TRANSPARENT: Final = vText("TRANSPARENT")  # such a day is not taken


def render(report: Report) -> bytes:
    """All that ends on schedule, and all that is lost later than at once."""
    calendar = Calendar()
    calendar.add("prodid", "-//pulumi_masv//report//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    now = vDDDTypes(report.now)
    later = [fate for fate in report.losses if fate.loss and not fate.loss.at_once]
    for fate in (*later, *report.scheduled):
        if isinstance(fate.end_after, datetime):
            calendar.add_component(_event(fate, fate.end_after, now))
    text: bytes = calendar.to_ical(sorted=False)
    return text


def last_day(end: datetime) -> date:
    """The UTC day in which a download can still begin."""
    return (end - MOMENT).date()


def _event(fate: Fate, end: datetime, now: vDDDTypes) -> Event:
    early = f", earlier than planned ({fate.loss.why})" if fate.loss else ""
    event = Event()
    # The typed values at once: `add` takes longer to find them than the rest of an event does.
    event["UID"] = vText(f"{fate.package_id}@last-day.pulumi-masv")
    event["DTSTAMP"] = now
    event["DTSTART"] = vDDDTypes(last_day(end))
    event["TRANSP"] = _TRANSPARENT
    event["SUMMARY"] = vText(f"Last day to download {words.name(fate) or fate.package_id}")
    event["DESCRIPTION"] = vText(
        f"{words.files(fate)} files ({words.size(fate)}) end on {spell_moment(end)}{early}."
    )
    return event
