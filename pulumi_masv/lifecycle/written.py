"""What MASV made of a write: whether its answer tells all, and what it kept, cut or forgot."""

from datetime import datetime, timedelta
from typing import Final

from pulumi_masv import assumptions, plan
from pulumi_masv.formatting import between, named, spell, spelled_apart
from pulumi_masv.lifecycle.session import Session
from pulumi_masv.models import Observed, Package
from pulumi_masv.plan import Step

_ROUNDED: Final = timedelta(seconds=1)
_TOLD: Final = (
    "state", "name", "unlimited_storage", "description", "size", "total_files",
)  # fmt: skip


def is_whole(shown: Package, observed: Package, steps: tuple[Step, ...]) -> bool:
    """Return whether an answer says what was done, and whatever was said of a package before."""
    told = [field for field in _TOLD if getattr(observed, field) is not None]
    says_end = shown.expiry is not None or shown.unlimited_storage or observed.expiry is None
    says_done = all(plan.found(step, shown) is not None for step in steps)
    return bool(says_end) and says_done and all(getattr(shown, f) is not None for f in told)


def shortfalls(steps: tuple[Step, ...], observed: Observed) -> list[str]:
    """Return what a package says against steps being done."""
    lines = []
    for step in steps:
        kept = plan.found(step, observed.package)
        if kept is None or kept == step.wanted:
            continue
        if isinstance(step, plan.Destroy):
            lines.append("its files were to be destroyed, but MASV keeps them")
        else:
            wanted, shown = spelled_apart(step.wanted, kept)
            lines.append(f"{step.field} was to be {wanted}, but MASV keeps {shown}")
    return lines


def tell_of_cut(
    session: Session, observed: Observed, steps: tuple[Step, ...], shown: Observed
) -> None:
    """Tell of files that MASV ends earlier than they were to, and than it was asked to."""
    ends, was = shown.package.end, observed.package.end
    for step in steps:
        if not isinstance(step, plan.SetExpiry) or not isinstance(ends, datetime):
            continue
        due = min(step.wanted, was) if isinstance(was, datetime) else step.wanted
        if due - ends > _ROUNDED:
            line = (
                f"{named(observed.package)}: asked for "
                f"{spell(step.wanted)}, MASV ends its files {spell(ends)}, "
                f"{between(ends, due)} earlier than they were to end"
            )
            session.announcer.note(line, is_warning=True)
            session.contradictions.meet(assumptions.DATE_KEPT, line)


def tell_of_forgotten(
    session: Session, observed: Observed, steps: tuple[Step, ...], shown: Observed, *, is_old: bool
) -> bool:
    """Tell what a write has made MASV forget; return whether it may have been a hand as well.

    Args:
        session: of this process.
        observed: the package as it was seen before the write.
        steps: what was done.
        shown: the package as it is seen after it.
        is_old: whether `observed` is old enough for a hand to have changed it since.
    """
    forgotten = plan.forgotten(observed.package, steps, shown.package)
    for field in forgotten:
        changed = f"{named(observed.package)}: its {field} was changed"
        if is_old:
            line = f"{changed} since this run looked, by hand or by a write that left it out"
        else:
            line = f"{changed} by a write that left it out"
            session.contradictions.meet(assumptions.REST_KEPT, line)
        session.announcer.note(line, is_warning=True)
    return is_old and bool(forgotten)
