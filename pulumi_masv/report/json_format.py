"""The report as JSON, for programs: `version` grows when a name here changes its meaning.

{"version": 1, "stack", "now", "verdict",
 "total": {"packages", "files", "bytes", "unknown"},
 "losses": [{"id", "name", "resource", "files", "bytes", "ends", "planned", "why", "atOnce",
             "form"}],
 "days": [{"day", "packages", "files", "bytes", "unknown"}],
 "cannotBeTold": [{"id", "name", "resource", "why"}],
 "refused": [{"id", "name", "resource", "why": []}],
 "changes": [{"id", "name", "resource", "is", "changes": [{"property", "before", "after"}]}],
 "onSchedule": [{"id", "name", "resource", "files", "bytes", "ends"}],
 "resources": [], "failures": [], "notes": []}

An instant is `2027-01-31T00:00:00Z`, an end may be "never", a name, an end and a day may be
"[secret]", and null is what nobody knows; `now` is null where nothing was recorded. Each package
has an entry of its own; what is alike stands together, the largest first. A package counted as
`unknown` does not say its files or bytes, so the total is a minimum. `form` says whether a
form response ends with the files.
"""

import json
from datetime import datetime
from typing import Any

from pulumi_masv.kinds import name_of
from pulumi_masv.lifecycle.verdicts import Record, Spelled
from pulumi_masv.models import format_instant
from pulumi_masv.report.rows import Subject
from pulumi_masv.report.summary import Report


def render(report: Report) -> bytes:
    """Return all of it, in ASCII: what a terminal would obey is escaped."""
    return (json.dumps(to_json(report), indent=1) + "\n").encode()


def to_json(report: Report) -> dict[str, Any]:
    """Return all of it as values that JSON has."""
    return {
        "version": 1,
        "stack": report.stack,
        "now": _spell(report.now),
        "verdict": report.verdict(),
        "total": vars(report.total),
        "losses": [
            {
                **_held(record),
                "ends": _spell(record.loss.ends),
                "planned": _spell(record.loss.planned),
                "why": record.loss.why,
                "atOnce": record.loss.at_once,
                "form": record.form,
            }
            for record in report.losses
            if record.loss
        ],
        "days": [{"day": str(day), **vars(one)} for day, one in report.days.items()],
        "cannotBeTold": [{**_whose(one), "why": one.doubt} for one in report.doubts],
        "refused": [{**_whose(one), "why": list(one.refusals)} for one in report.refused],
        "changes": [
            {
                **_whose(record),
                "is": record.does,
                "changes": [dict(change) for change in record.changes],
            }
            for record in report.changed
        ],
        "onSchedule": [
            {**_held(record), "ends": _spell(record.end_after)} for record in report.scheduled
        ],
        "resources": list(report.resources),
        "failures": list(report.failures),
        "notes": list(report.notes),
    }


def _whose(one: Subject) -> dict[str, Any]:
    return {"id": one.id or None, "name": one.name, "resource": name_of(one.urn)}


def _held(record: Record) -> dict[str, Any]:
    return {**_whose(record), "files": record.files, "bytes": record.bytes}


def _spell(end: Spelled) -> str | None:
    return format_instant(end) if isinstance(end, datetime) else end
