"""How a record's values are put into words, before a format escapes them."""

from datetime import datetime

from pulumi_masv import formatting
from pulumi_masv.formatting import spell, spell_moment, visible
from pulumi_masv.lifecycle.verdicts import Change, Record, Spelled
from pulumi_masv.models import parse_instant
from pulumi_masv.report.preview import name_of
from pulumi_masv.report.steps import Unchecked


def moment(end: Spelled) -> str:
    """Return when files end."""
    if end is None:
        return "unknown"
    return spell_moment(end) if isinstance(end, datetime) else end


def name(of: Record | Unchecked) -> str:
    """Return what a package is called; nothing where nobody said."""
    return visible(of.name or "")


def package_id(of: Record | Unchecked) -> str:
    return visible(of.id) or "not known yet"


def called(of: Record | Unchecked) -> str:
    """Return its name, or else its id."""
    return name(of) or package_id(of)


def resource(of: Record | Unchecked) -> str:
    return visible(name_of(of.urn))


def files(record: Record) -> str:
    return "unknown" if record.files is None else f"{record.files:,}".replace(",", " ")


def size(record: Record) -> str:
    return "unknown" if record.bytes is None else formatting.size(record.bytes)


def ends(record: Record) -> str:
    """Return when files end after the run."""
    if record.loss is None:
        return moment(record.end_after)
    return "at once" if record.loss.at_once else moment(record.loss.ends)


def planned(record: Record) -> str:
    """Return when files that are lost were to end."""
    return moment(record.loss.planned if record.loss else record.end_before)


def why(record: Record) -> str:
    """Return what ends files early, and what ends with them."""
    form = "; a form response ends, too" if record.form else ""
    return f"{record.loss.why}{form}" if record.loss else ""


def change(one: Change) -> tuple[str, str, str]:
    """Return what changes: its name, before, after."""
    before, after = (_value(one.property, of) for of in (one.before, one.after))
    return visible(one.property).replace("_", " "), before, after


def _value(of: str, value: object) -> str:
    """Return one side of a change."""
    if not isinstance(value, str):
        return visible(spell(value))
    try:
        return spell_moment(parse_instant(value)) if of == "expiry" else visible(value)
    except ValueError:  # never, or what a later version writes there
        return visible(value)
