"""The report as one page that needs nothing else: no script, no font, no address.

Each picture in it has its table; it is read in light and in dark, and on paper.
"""

from pulumi_masv.formatting import counted, span, spell_moment
from pulumi_masv.report import cells, timeline
from pulumi_masv.report.summary import Report
from pulumi_masv.report.templates import template


def render(report: Report) -> bytes:
    """Return the whole page."""
    mood, headline = _answer(report)
    page = template("page.html.j2").render(
        report=report,
        cells=cells,
        mood=mood,
        headline=headline,
        subline=_beside(report),
        picture=timeline.picture(report),
        within=span(report.within),
        now=spell_moment(report.now) if report.now else "",
    )
    return (page + "\n").encode()


def _answer(report: Report) -> tuple[str, str]:
    if report.failures:
        return "doubt", "The preview failed, so its losses cannot be told"
    if report.losses:
        return "lost", "This run ends files early"
    if report.doubts:
        return "doubt", "This run may end files early"
    return "good", "No files end early"


def _beside(report: Report) -> str:
    parts = report.doubts_told()
    if report.refused:
        parts.append(f"{counted(len(report.refused), 'package')} the run will refuse")
    if report.scheduled:
        soon = counted(len(report.scheduled), "package")
        parts.append(f"{soon} on schedule within {span(report.within)}, as planned")
    line = "; ".join(parts)
    return f"Beside that: {line}." if line else ""
