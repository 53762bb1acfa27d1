"""How a record's values are put into words, before a format escapes them."""

from datetime import datetime
from typing import Any, Final

from pulumi_masv import formatting
from pulumi_masv.formatting import counted, spell, spell_moment, visible
from pulumi_masv.lifecycle.verdicts import Change, Does, Record, Spelled
from pulumi_masv.models import parse_instant
from pulumi_masv.plan import Why
from pulumi_masv.report.rows import Row, Subject, grouped
from pulumi_masv.report.steps import Unchecked
from pulumi_masv.text import told_apart

_ACTIONS: Final[dict[Does, str]] = {
    "adopted": "adopted",
    "changed": "changed",
    "ended": "deleted",
    "let go": "no longer managed here",
    "left alone": "no longer managed",
    "refused": "refused",
    "unchanged": "unchanged",
    "unknown": "not known",
}
_WHY: Final[dict[Why, str]] = {
    "expiry earlier": "its expiry moves to an earlier date",
    "unlimited ended": "it had unlimited storage, and gets an expiry",
    "may never end": "it may have unlimited storage, and gets an expiry",
    "deleted": "its resource is deleted",
    "removed from a fleet": "it is removed from its fleet",
    "replaced": "its resource is replaced",
}
UNSAID: Final = "not known"


def moment(end: Spelled | str) -> str:
    """Return when files end."""
    if end is None:
        return UNSAID
    return spell_moment(end) if isinstance(end, datetime) else end


def name(of: Subject) -> str:
    """Return what a package is called; nothing where nobody said."""
    return visible(of.name or "")


def package_id(of: Subject) -> str:
    """Return the id as a table shows it."""
    return visible(of.id) or ("not recorded" if isinstance(of, Unchecked) else "id not known yet")


def called(of: Subject) -> str:
    """Return its name, or else its id."""
    return name(of) or package_id(of)


def several(row: Row[Any]) -> str:
    """Return how many packages a row is about."""
    return counted(len(row.subjects), "package" if row.first.id else "resource")


def more(row: Row[Any]) -> str:
    """Return how many of its packages a row does not name; nothing where it names all."""
    return f"and {len(row.rest)} more" if row.rest else ""


def resource(row: Row[Any]) -> str:
    """Return the resources that ask for something: the first, and how many more there are."""
    first, *rest = map(visible, row.resources)
    return f"{first} and {len(rest)} more" if rest else first


def files(row: Row[Any]) -> str:
    """Return the number of files, or what is known of it."""
    if row.is_one:
        return UNSAID if row.first.files is None else grouped(row.first.files)
    return row.total.count


def size(row: Row[Any]) -> str:
    """Return the bytes for people, or what is known of them."""
    if row.is_one:
        return UNSAID if row.first.bytes is None else formatting.size(row.first.bytes)
    return row.total.size


def ends(record: Record) -> str:
    """Return when files end after the run."""
    return "at once" if record.loss and record.loss.at_once else _planned_and_ends(record)[1]


def planned(record: Record) -> str:
    """Return when files were to end."""
    return _planned_and_ends(record)[0]


def _planned_and_ends(record: Record) -> tuple[str, str]:
    if record.loss is None:
        return _apart(record.end_before, record.end_after)
    return _apart(record.loss.planned, record.loss.ends)


def why(record: Record) -> str:
    """Return what ends files early, and what ends with them."""
    form = "; a form response ends, too" if record.form else ""
    return f"{_WHY[record.loss.why]}{form}" if record.loss else ""


def action(record: Record) -> str:
    """Return what happens to a package."""
    return _ACTIONS[record.does]


def change(one: Change) -> tuple[str, str, str]:
    """Return what changes: its name, before, after; before is empty where nobody said."""
    before, after = one.before, one.after
    if one.property == "expiry":
        before, after = _apart(_end(before), _end(after))
    elif isinstance(before, str) and isinstance(after, str):
        before, after = told_apart(before, after)
    what = visible(one.property).replace("_", " ")
    shown = "" if one.before is None else _value(one.property, before)
    return what, shown, _value(one.property, after)


def _value(of: str, value: object) -> str:
    """Return one side of a change; a name's first and last blanks are seen."""
    if of == "name" or not isinstance(value, str):
        return visible(spell(value))
    return visible(value)


def _end(value: object) -> Spelled | str:
    """Return a recorded end as a moment, where it is one."""
    try:
        return parse_instant(value) if isinstance(value, str) else spell(value)
    except ValueError:  # never, or what a later version writes there
        return str(value)


def _apart(one: Spelled | str, other: Spelled | str) -> tuple[str, str]:
    """Return two ends, to the second where they are the same to the minute."""
    if one != other and moment(one) == moment(other):
        return spell(one), spell(other)
    return moment(one), moment(other)
