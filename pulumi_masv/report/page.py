"""The report as one page that needs nothing else: no script, no font, no address.

Each picture in it has its table; it is read in light and in dark, and on paper.
"""

from pulumi_masv.formatting import counted, span, spell_moment
from pulumi_masv.report import cells, timeline
from pulumi_masv.report.rows import Row
from pulumi_masv.report.summary import Report
from pulumi_masv.report.templates import template


def render(report: Report) -> bytes:
    """Return the whole page."""
    mood, headline = _answer(report)
    page = template("page.html.j2").render(
        report=report,
        losses=[Row((record,)) for record in report.losses],
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
        return "doubt", "The preview failed, so its losses are not known"
    if report.losses:
        return "lost", "This run ends files early"
    if report.doubts:
        return "doubt", "This run may end files early"
    return "good", "No files end early"


def _beside(report: Report) -> str:
    """Return what else there is, a sentence each."""
    told = [] if report.failures else report.doubts_told()
    if number := len(report.refused):
        told.append(f"The run will refuse {counted(number, 'package')}")
    if number := len(report.scheduled):
        ends = "ends" if number == 1 else "end"
        within = f"within {span(report.within)}"
        told.append(f"{counted(number, 'package')} {ends} on schedule {within}, as planned")
    return " ".join(f"{one}." for one in told)
