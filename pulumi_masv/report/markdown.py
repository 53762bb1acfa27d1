"""The report as Markdown, for the comment on a merge request.

A name is between `<code>` tags with all but letters, digits and blanks as numeric entities:
nothing in it is a mention, a link, a cell or a tag.
"""

from collections.abc import Iterable, Iterator, Sequence

from pulumi_masv import plan
from pulumi_masv.plan import span, spell_moment, visible
from pulumi_masv.report.fates import Fate, Move
from pulumi_masv.report.summary import Report


def render(report: Report) -> str:
    """The whole report."""
    return "\n".join(_lines(report)) + "\n"


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
        ("Package", "Files", "Bytes", "End", "Until now", "Why"),
        (
            (
                _package(f),
                *_held(f),
                spell_moment(f.loss.instant) + (" (at once)" if f.loss.at_once else ""),
                moment(f.end_before),
                f"{f.loss.why} ({code(f.resource)})",
            )
            for f in report.losses
            if f.loss
        ),
    )
    yield from _table(
        "Cannot be told",
        ("Package", "Resource", "Why"),
        ((_package(f), code(f.resource), code(f.doubt)) for f in report.doubts),
    )
    yield from _table(
        "By day (UTC)",
        ("Day", "Total"),
        ((f"{day}", str(total)) for day, total in report.days.items()),
    )
    yield from _table(
        "The run will refuse",
        ("Package", "Resource", "Why"),
        ((_package(f), code(f.resource), code("; ".join(f.refusals))) for f in report.refused),
    )
    yield from _table(
        "Changes",
        ("Package", "Resource", "Is", "What changes"),
        (
            (_package(f), code(f.resource), f.does, "<br>".join(map(_move, f.moves)))
            for f in report.changed
        ),
    )
    yield from _bullets("Other changes", map(code, report.resources))
    yield from _table(
        f"Ends on schedule within {span(report.within)}",
        ("Package", "Files", "Bytes", "End"),
        ((_package(f), *_held(f), moment(f.end_after)) for f in report.scheduled),
    )
    yield from _bullets("About this report", report.notes)


def moment(end: plan.End) -> str:
    """An end as a reader calls it."""
    if end is None:
        return "unknown"
    return "never" if isinstance(end, plan.Never) else spell_moment(end)


def _package(fate: Fate) -> str:
    name = "" if fate.name is None else f" {code(fate.name)}"
    return (code(fate.package_id) if fate.package_id else "not known yet") + name


def _held(fate: Fate) -> tuple[str, str]:
    files = fate.before.total_files if fate.before else None
    size = fate.before.size if fate.before else None
    return (
        "unknown" if files is None else str(files),
        "unknown" if size is None else f"{plan.size(size)} ({size})",
    )


def _move(move: Move) -> str:
    return f"{move.property}: {_value(move.before)} → {_value(move.after)}"


def _value(value: object) -> str:
    return code(value if isinstance(value, str) else plan.spell(value))


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
