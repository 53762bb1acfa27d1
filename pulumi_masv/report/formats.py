"""Which formats a report is written in."""

from collections.abc import Callable
from typing import Final

from pulumi_masv.report import calendar, json_format, markdown, page, text, timeline
from pulumi_masv.report.summary import Report

RENDER: Final[dict[str, Callable[[Report], bytes]]] = {
    "text": text.render,
    "markdown": markdown.render,
    "html": page.render,
    "svg": timeline.render,
    "json": json_format.render,
    "ics": calendar.render,
}
