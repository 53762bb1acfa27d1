"""Which formats a report is written in."""

from collections.abc import Callable
from typing import Final

from pulumi_masv.report import markdown
from pulumi_masv.report.summary import Report

RENDER: Final[dict[str, Callable[[Report], bytes]]] = {
    "markdown": lambda report: markdown.render(report).encode(),
}
