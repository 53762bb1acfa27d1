"""The report as Markdown, for the comment on a merge request.

A name is between `<code>` tags with all but letters, digits and blanks as numeric entities:
nothing in it is a mention, a link, a cell or a tag. It fits a comment: where there is too much,
each table shows its first rows and says how many more there are.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, TypeVar

from pulumi_masv.formatting import span, spell_moment, visible
from pulumi_masv.lifecycle.verdicts import Change
from pulumi_masv.report import cells
from pulumi_masv.report.rows import Row, Subject
from pulumi_masv.report.summary import Report

Shown = TypeVar("Shown")
_FITS: Final = 60_000  # characters; a comment on GitHub takes 65,536
_ROWS: Final = (10_000_000, 300, 100, 30, 10, 3, 0)


def render(report: Report) -> bytes:
    """Return the report, as far as it fits."""
    for rows in _ROWS:
        text = "\n".join(_lines(report, rows)) + "\n"
        if len(text) <= _FITS:
            break
    return text.encode()


def code(text: str) -> str:
    """Return a text that no Markdown reads anything into."""
    shown = "".join(c if c.isalnum() or c == " " else f"&#{ord(c)};" for c in visible(text))
    return f"<code>{shown}</code>"


def _lines(report: Report, most: int) -> Iterator[str]:
    yield f"## MASV: {report.verdict()}"
    yield ""
    as_of = f", as of {spell_moment(report.now)}" if report.now else ""
    yield f"{code(report.stack)}{as_of}."
    yield from _bullets("The preview failed", report.failures, most)
    yield from _table(
        f"Files that end early: {report.total}",
        ("Package", "Files", "Size", "End", "Planned", "Why"),
        [Row((record,)) for record in report.losses],
        lambda row: (
            *_held(row),
            f"**{cells.ends(row.first)}**",
            cells.planned(row.first),
            f"{cells.why(row.first)} ({_resource(row)})",
        ),
        most,
    )
    yield from _table(
        "Cannot be told",
        ("Package", "Resource", "Why"),
        report.doubt_rows,
        lambda row: (*_whose(row), code(row.first.doubt)),
        most,
    )
    yield from _table(
        "By day (UTC)",
        ("Day", "Packages", "Files", "Size"),
        list(report.days.items()),
        lambda day: (f"{day[0]}", f"{day[1].packages}", day[1].count, day[1].size),
        most,
    )
    yield from _table(
        "The run will refuse",
        ("Package", "Resource", "Why"),
        report.refused_rows,
        lambda row: (*_whose(row), code("; ".join(row.first.refusals))),
        most,
    )
    yield from _table(
        "Changes",
        ("Package", "Files", "Size", "Resource", "What happens", "What changes"),
        report.changed_rows,
        lambda row: (
            *_held(row),
            _resource(row),
            cells.action(row.first),
            "<br>".join(_change(one) for one in row.first.changes),
        ),
        most,
    )
    yield from _bullets("Other changes", report.resources, most)
    yield from _table(
        f"Ends on schedule within {span(report.within)}",
        ("Package", "Files", "Size", "End"),
        report.scheduled_rows,
        lambda row: (*_held(row), cells.ends(row.first)),
        most,
    )
    if report.notes:
        yield from ("", "### About this report", "", *(f"- {note}" for note in report.notes))


def _package(one: Subject) -> str:
    name = f"{code(one.name)}<br>" if one.name else ""
    return name + (code(one.id) if one.id else cells.package_id(one))


def _packages(row: Row[Any]) -> str:
    if row.is_one:
        return _package(row.first)
    named = [_package(one).replace("<br>", " ") for one in row.named]
    return "<br>".join((f"**{cells.several(row)}**", *named, *filter(None, [cells.more(row)])))


def _whose(row: Row[Any]) -> tuple[str, str]:
    return _packages(row), _resource(row)


def _held(row: Row[Any]) -> tuple[str, str, str]:
    return _packages(row), cells.files(row), cells.size(row)


def _resource(row: Row[Any]) -> str:
    return code(cells.resource(row))


def _change(change: Change) -> str:
    what, before, after = cells.change(change)
    return f"{what}: {code(before)} → {code(after)}" if before else f"{what}: set to {code(after)}"


def _table(
    title: str,
    head: Sequence[str],
    subjects: Sequence[Shown],
    row: Callable[[Shown], Sequence[str]],
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
