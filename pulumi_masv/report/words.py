"""How a report puts values into words, before a format escapes them."""

from pulumi_masv import plan
from pulumi_masv.plan import spell_moment, visible
from pulumi_masv.report.fates import Fate, Move


def moment(end: plan.End) -> str:
    """When files end."""
    if end is None:
        return "unknown"
    return "never" if isinstance(end, plan.Never) else spell_moment(end)


def name(fate: Fate) -> str:
    """What a package is called; nothing where nobody said."""
    return visible(fate.name or "")


def package_id(fate: Fate) -> str:
    return fate.package_id or "not known yet"


def files(fate: Fate) -> str:
    number = fate.before.total_files if fate.before else None
    return "unknown" if number is None else f"{number:,}".replace(",", " ")


def size(fate: Fate) -> str:
    held = fate.before.size if fate.before else None
    return "unknown" if held is None else plan.size(held)


def lost_at(fate: Fate) -> str:
    """When files end that are lost."""
    at_once = fate.loss is not None and fate.loss.at_once
    return "at once" if at_once else moment(fate.end_after)


def value(of: object) -> str:
    """One side of a move."""
    return visible(of) if isinstance(of, str) else plan.spell(of)


def move(one: Move) -> tuple[str, str, str]:
    """What changes: its name, before, after."""
    return one.property.replace("_", " "), value(one.before), value(one.after)
