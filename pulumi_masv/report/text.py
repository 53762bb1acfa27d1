"""The report as plain text, for logs and terminals: a package a line, what is lost first.

Without a width no line is broken, so that a search in a log finds a package with all that is said
of it. With one, lines are broken between words alone: an id stays whole, to be copied.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from rich.cells import cell_len

from pulumi_masv.formatting import quote, span, spell_moment, visible
from pulumi_masv.lifecycle.verdicts import Change, Record
from pulumi_masv.report import cells
from pulumi_masv.report.rows import Row, Subject
from pulumi_masv.report.summary import Report

_LOSS: Final = "\x1bLOSS"  # nobody else's text has this character
_RED: Final = "\x1b[31mLOSS\x1b[0m"
_INDENT: Final = " " * 8  # of a line that goes on


def render(report: Report, *, width: int | None = None, colours: bool = False) -> bytes:
    """Return the report.

    Args:
        report: what to show.
        width: of the terminal, in columns; None where there is none.
        colours: whether what is lost is red.
    """
    lines = list(_lines(report))
    if width is not None:
        lines = [part for line in lines for part in _broken(line, width)]
    text = "\n".join(lines) + "\n"
    return text.replace(_LOSS, _RED if colours else "LOSS").encode()


def _lines(report: Report) -> Iterator[str]:
    yield f"MASV: {report.verdict()}"
    as_of = [f"as of {spell_moment(report.now)}"] if report.now else []
    yield ", ".join([*filter(None, [report.stack]), *as_of])
    yield from _section("The preview failed", ([line] for line in report.failures))
    yield from _section(
        f"Files that end early: {report.total}", map(_loss, report.losses), mark=_LOSS
    )
    yield from _section(
        "Cannot be told",
        (
            [f"{_packages(row)}: {visible(row.first.doubt)}{_resource(row)}"]
            for row in report.doubt_rows
        ),
    )
    yield from _section(
        "By day (UTC)" if report.losses else "",
        ([f"{day}", f"{total}"] for day, total in report.days.items()),
    )
    yield from _section(
        "The run will refuse",
        (
            [f"{_packages(row)}: {visible('; '.join(row.first.refusals))}{_resource(row)}"]
            for row in report.refused_rows
        ),
    )
    yield from _section("Changes", map(_changed, report.changed_rows))
    yield from _section("Other changes", ([line] for line in report.resources))
    yield from _section(
        f"Ends on schedule within {span(report.within)}",
        (
            [cells.ends(row.first), cells.size(row), _files(row), _packages(row)]
            for row in report.scheduled_rows
        ),
    )
    yield from _section("About this report", ([note] for note in report.notes))


def _loss(record: Record) -> list[str]:
    row = Row((record,))
    told = f"planned: {cells.planned(record)}; {cells.why(record)}{_resource(row)}"
    return [cells.size(row), _files(row), cells.ends(record), f"{_packages(row)}: {told}"]


def _changed(row: Row[Record]) -> list[str]:
    changes = [_change(one) for one in row.first.changes]
    if row.first.does != "changed" or not changes:
        changes.insert(0, cells.action(row.first))
    told = f"{_packages(row)}: {'; '.join(changes)}{_resource(row)}"
    return [cells.size(row), _files(row), told]


def _change(change: Change) -> str:
    what, before, after = cells.change(change)
    return f"{what}: {before} -> {after}" if before else f"{what}: set to {after}"


def _files(row: Row[Any]) -> str:
    number = cells.files(row)
    if row.is_one and row.first.files is None:
        return "files not known"
    return f"{number} file" if number == "1" else f"{number} files"


def _packages(row: Row[Any]) -> str:
    if row.is_one:
        return _package(row.first)
    named = ", ".join(map(_package, row.named))
    return f"{cells.several(row)}: {named} {cells.more(row)}".rstrip()


def _package(one: Subject) -> str:
    name = quote(one.name) if one.name else ""
    return f"{cells.package_id(one)} {name}".rstrip()


def _resource(row: Row[Any]) -> str:
    resource = cells.resource(row)
    return f" ({resource})" if resource else ""


def _section(title: str, rows: Iterable[Sequence[str]], mark: str = "") -> Iterator[str]:
    """Yield a title and its rows, whose columns are as wide as they need; the last has no end."""
    several = list(rows)
    if not several:
        return
    yield from ("", title)
    widths = [max(map(len, column)) for column in zip(*several, strict=True)][:-1]
    for *short, last in several:
        padded = [text.ljust(width) for text, width in zip(short, widths, strict=True)]
        yield "  ".join((f"  {mark}".rstrip(), *padded, last))


def _broken(line: str, width: int) -> Iterator[str]:
    """Yield a line in pieces that fit, as far as words do."""
    piece = ""
    for word in re.findall(r" *[^ ]+", line):
        if piece and cell_len(piece + word) > width:
            yield piece
            piece, word = _INDENT, word.lstrip()
        piece += word
    yield piece
