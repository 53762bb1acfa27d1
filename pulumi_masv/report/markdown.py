"""The report as Markdown, for the comment on a merge request.

A name is between `<code>` tags with all but letters, digits and blanks as numeric entities:
nothing in it is a mention, a link, a cell or a tag. It fits a comment: where there is too much,
each table shows its first rows and says how many more there are.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Final, TypeVar

from pulumi_masv.plan import span, spell_moment, visible
from pulumi_masv.report import words
from pulumi_masv.report.fates import Fate, Move
from pulumi_masv.report.summary import Report, Total

Subject = TypeVar("Subject")
_FITS: Final = 60_000  # characters; a comment on GitHub takes 65,536
_ROWS: Final = (10_000_000, 300, 100, 30, 10, 3, 0)


def render(report: Report) -> bytes:
    """The report, as far as it fits."""
    for rows in _ROWS:
        text = "\n".join(_lines(report, rows)) + "\n"
        if len(text) <= _FITS:
            break
    return text.encode()


def code(text: str) -> str:
    """A text that no Markdown reads anything into."""
    shown = "".join(c if c.isalnum() or c == " " else f"&#{ord(c)};" for c in visible(text))
    return f"<code>{shown}</code>"


def _lines(report: Report, most: int) -> Iterator[str]:
    yield f"## MASV: {report.verdict()}"
    yield ""
    yield f"{code(report.stack)}, as of {spell_moment(report.now)}."
    yield from _bullets("The preview failed", report.failures, most)
    yield from _table(
        "Files that end early",
        ("Package", "Files", "Size", "End", "Planned", "Why"),
        report.losses,
        lambda fate: (
            _package(fate),
            words.files(fate),
            words.size(fate),
            f"**{words.lost_at(fate)}**",
            words.moment(fate.end_before),
            f"{fate.loss.why if fate.loss else ''} ({code(fate.resource)})",
        ),
        most,
    )
    yield from _table(
        "Cannot be told",
        ("Package", "Resource", "Why"),
        report.doubts,
        lambda fate: (_package(fate), code(fate.resource), code(fate.doubt)),
        most,
    )
    yield from _table(
        "By day (UTC)",
        ("Day", "Packages", "Files", "Size"),
        list(report.days.items()),
        lambda day: (
            f"{day[0]}",
            f"{day[1].packages}",
            f"{day[1].least}{day[1].files}",
            day[1].size,
        ),
        most,
    )
    yield from _table(
        "The run will refuse",
        ("Package", "Resource", "Why"),
        report.refused,
        lambda fate: (_package(fate), code(fate.resource), code("; ".join(fate.refusals))),
        most,
    )
    yield from _table(
        "Changes",
        ("Package", "Resource", "Is", "What changes"),
        report.changed,
        lambda fate: (
            _package(fate),
            code(fate.resource),
            fate.does,
            "<br>".join(map(_move, fate.moves)),
        ),
        most,
    )
    yield from _bullets("Other changes", report.resources, most)
    yield from _table(
        f"Ends on schedule within {span(report.within)}",
        ("Package", "Files", "Size", "End"),
        report.scheduled,
        lambda fate: (
            _package(fate),
            words.files(fate),
            words.size(fate),
            words.moment(fate.end_after),
        ),
        most,
    )
    if report.notes:
        yield from ("", "### About this report", "", *(f"- {note}" for note in report.notes))


def _day(of: tuple[date, Total]) -> Sequence[str]:
    day, total = of
    return f"{day}", f"{total.packages}", f"{total.least}{total.files}", total.size


def _package(fate: Fate) -> str:
    name = f"{code(fate.name)}<br>" if fate.name else ""
    return name + (code(fate.package_id) if fate.package_id else words.package_id(fate))


def _move(move: Move) -> str:
    what, before, after = words.move(move)
    return f"{what}: {code(before)} → {code(after)}"


def _table(
    title: str,
    head: Sequence[str],
    subjects: Sequence[Subject],
    row: Callable[[Subject], Sequence[str]],
    most: int,
) -> Iterator[str]:
    if subjects:
        yield from ("", f"### {title}", "", "| " + " | ".join(head) + " |")
        yield "|" + " --- |" * len(head)
        yield from ("| " + " | ".join(row(one)) + " |" for one in subjects[:most])
        yield from _left(len(subjects) - most)


def _bullets(title: str, texts: Sequence[str], most: int) -> Iterator[str]:
    if texts:
        yield from ("", f"### {title}", "", *(f"- {code(text)}" for text in texts[:most]))
        yield from _left(len(texts) - most)


def _left(number: int) -> Iterator[str]:
    if number > 0:
        yield from ("", f"and {number} more, which the other formats of this report name")
