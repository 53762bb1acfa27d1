"""The report as Markdown, for the comment on a merge request.

A name is between `<code>` tags with all but letters, digits and blanks as numeric entities:
nothing in it is a mention, a link, a cell or a tag.
"""

from collections.abc import Iterable, Iterator, Sequence

from pulumi_masv.plan import span, spell_moment, visible
from pulumi_masv.report import words
from pulumi_masv.report.fates import Fate, Move
from pulumi_masv.report.summary import Report


def render(report: Report) -> bytes:
    """The whole report."""
    return ("\n".join(_lines(report)) + "\n").encode()


def code(text: str) -> str:
    """A text that no Markdown reads anything into."""
    shown = "".join(c if c.isalnum() or c == " " else f"&#{ord(c)};" for c in visible(text))
    return f"<code>{shown}</code>"


def _lines(report: Report) -> Iterator[str]:
    yield f"## MASV: {report.verdict()}"
    yield ""
    yield f"{code(report.stack)}, as of {spell_moment(report.now)}."
    yield from _bullets("The preview failed", map(code, report.failures))
    yield from _table(
        "Files that end early",
        ("Package", "Files", "Size", "End", "Planned", "Why"),
        (
            (
                _package(fate),
                words.files(fate),
                words.size(fate),
                f"**{words.lost_at(fate)}**",
                words.moment(fate.end_before),
                f"{fate.loss.why if fate.loss else ''} ({code(fate.resource)})",
            )
            for fate in report.losses
        ),
    )
    yield from _table(
        "Cannot be told",
        ("Package", "Resource", "Why"),
        ((_package(fate), code(fate.resource), code(fate.doubt)) for fate in report.doubts),
    )
    yield from _table(
        "By day (UTC)",
        ("Day", "Packages", "Files", "Size"),
        (
            (f"{day}", f"{total.packages}", f"{total.least}{total.files}", total.size)
            for day, total in report.days.items()
        ),
    )
    yield from _table(
        "The run will refuse",
        ("Package", "Resource", "Why"),
        (
            (_package(fate), code(fate.resource), code("; ".join(fate.refusals)))
            for fate in report.refused
        ),
    )
    yield from _table(
        "Changes",
        ("Package", "Resource", "Is", "What changes"),
        (
            (_package(fate), code(fate.resource), fate.does, "<br>".join(map(_move, fate.moves)))
            for fate in report.changed
        ),
    )
    yield from _bullets("Other changes", map(code, report.resources))
    yield from _table(
        f"Ends on schedule within {span(report.within)}",
        ("Package", "Files", "Size", "End"),
        (
            (_package(fate), words.files(fate), words.size(fate), words.moment(fate.end_after))
            for fate in report.scheduled
        ),
    )
    yield from _bullets("About this report", report.notes)


def _package(fate: Fate) -> str:
    name = f"{code(fate.name)}<br>" if fate.name else ""
    return name + (code(fate.package_id) if fate.package_id else words.package_id(fate))


def _move(move: Move) -> str:
    what, before, after = words.move(move)
    return f"{what}: {code(before)} → {code(after)}"


def _table(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    if lines:
        yield from ("", f"### {title}", "", "| " + " | ".join(head) + " |")
        yield "|" + " --- |" * len(head)
        yield from lines


def _bullets(title: str, lines: Iterable[str]) -> Iterator[str]:
    told = [f"- {line}" for line in lines]
    if told:
        yield from ("", f"### {title}", "", *told)
