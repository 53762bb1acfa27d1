"""The report as JSON, for programs: `version` grows when a name here changes its meaning.

{"version": 1, "stack", "now", "verdict",
 "total": {"packages", "files", "bytes", "unknown"},
 "losses": [{"id", "name", "resource", "files", "bytes", "ends", "planned", "why", "atOnce"}],
 "days": [{"day", "packages", "files", "bytes", "unknown"}],
 "cannotBeTold": [{"id", "name", "resource", "why"}],
 "refused": [{"id", "name", "resource", "why": []}],
 "changes": [{"id", "name", "resource", "is", "changes": [{"property", "before", "after"}]}],
 "onSchedule": [{"id", "name", "resource", "files", "bytes", "ends"}],
 "resources": [], "failures": [], "notes": []}

An instant is `2027-01-31T00:00:00Z`, an end may be "never", and null is what nobody knows. A
package counted as `unknown` does not say its files or bytes, so the total is at least so much.
"""

import json
from datetime import datetime
from enum import Enum
from typing import Any

from pulumi_masv.models import format_instant
from pulumi_masv.report.fates import Fate
from pulumi_masv.report.summary import Report


def render(report: Report) -> bytes:
    """All of it, in ASCII: what a terminal would obey is escaped."""
    return (json.dumps(shape(report), indent=1) + "\n").encode()


def shape(report: Report) -> dict[str, Any]:
    """All of it."""
    return {
        "version": 1,
        "stack": report.stack,
        "now": _plain(report.now),
        "verdict": report.verdict(),
        "total": vars(report.total),
        "losses": [
            {
                **_whose(fate),
                **_held(fate),
                "planned": _plain(fate.end_before),
                "why": fate.loss.why,
                "atOnce": fate.loss.at_once,
            }
            for fate in report.losses
            if fate.loss
        ],
        "days": [{"day": day.isoformat(), **vars(one)} for day, one in report.days.items()],
        "cannotBeTold": [{**_whose(fate), "why": fate.doubt} for fate in report.doubts],
        "refused": [{**_whose(fate), "why": list(fate.refusals)} for fate in report.refused],
        "changes": [
            {
                **_whose(fate),
                "is": fate.does,
                "changes": [
                    {name: _plain(value) for name, value in vars(move).items()}
                    for move in fate.moves
                ],
            }
            for fate in report.changed
        ],
        "onSchedule": [{**_whose(fate), **_held(fate)} for fate in report.scheduled],
        "resources": list(report.resources),
        "failures": list(report.failures),
        "notes": list(report.notes),
    }


def _whose(fate: Fate) -> dict[str, Any]:
    return {"id": fate.package_id or None, "name": fate.name, "resource": fate.resource}


def _held(fate: Fate) -> dict[str, Any]:
    return {
        "files": fate.before.total_files if fate.before else None,
        "bytes": fate.before.size if fate.before else None,
        "ends": _plain(fate.end_after),
    }


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return format_instant(value)
    return value.value if isinstance(value, Enum) else value
