"""The report as a calendar: for each package whose files end, its last day to download.

The id is the event's identity, so that a later report moves the event instead of adding one.
"""

from datetime import date, datetime
from typing import Final

from icalendar import Calendar, Event, vDDDTypes, vText

from pulumi_masv.formatting import spell_moment
from pulumi_masv.lifecycle.verdicts import Record
from pulumi_masv.models import MOMENT
from pulumi_masv.report import cells
from pulumi_masv.report.rows import Row
from pulumi_masv.report.summary import Report

_TRANSPARENT: Final = vText("TRANSPARENT")  # such a day is not taken


def render(report: Report) -> bytes:
    """Return all that ends on schedule, and all that is lost later than at once."""
    calendar = Calendar()
    calendar.add("prodid", "-//pulumi_masv//report//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    if report.notes:
        calendar.add("x-wr-caldesc", " ".join(f"{note}." for note in report.notes))
    later = [(r, r.loss.ends) for r in report.losses if r.loss and not r.loss.at_once]
    scheduled = [(r, r.end_after) for r in report.scheduled]
    now = vDDDTypes(report.now) if report.now else None
    for record, end in (*later, *scheduled):
        if isinstance(end, datetime):  # and not secret
            calendar.add_component(_event(record, end, now))
    text: bytes = calendar.to_ical(sorted=False)
    return text


def last_day(end: datetime) -> date:
    """Return the UTC day in which a download can still begin."""
    return (end - MOMENT).date()


def _event(record: Record, end: datetime, now: vDDDTypes | None) -> Event:
    early = f", earlier than planned: {cells.why(record)}" if record.loss else ""
    row = Row((record,))
    event = Event()
    # The typed values at once: `add` takes longer to find them than the rest of an event does.
    event["UID"] = vText(f"{record.id}@last-day.pulumi-masv")
    event["DTSTAMP"] = now
    event["DTSTART"] = vDDDTypes(last_day(end))
    event["TRANSP"] = _TRANSPARENT
    event["SUMMARY"] = vText(f"Last day to download {cells.called(record)}")
    event["DESCRIPTION"] = vText(
        f"Files: {cells.files(row)}. Size: {cells.size(row)}. "
        f"They end on {spell_moment(end)}{early}."
    )
    return event
