"""What has to happen to a package, as values. No I/O, no clock, no words of a front end.

`converge` is asked by the check and by the verb that follows it, so both decide alike. A property
counts only if its declared value differs from the one stored as declared and from the observed
one: what somebody changed by hand is reverted only after a refresh has shown it.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from pulumi_masv.formatting import between
from pulumi_masv.models import NEVER, Declared, Package, earlier
from pulumi_masv.plan.steps import (
    Archive,
    Destroy,
    Rename,
    SetExpiry,
    SetUnlimited,
    Step,
    Unarchive,
)
from pulumi_masv.plan.values import (
    EndMoved,
    Ends,
    FilesExist,
    FilesGone,
    Loss,
    NeedsExpiry,
    NotInFuture,
    Refusal,
    UnknownState,
    Unnamed,
)

Cause = Literal["deleted", "removed from a fleet", "replaced"]


@dataclass(frozen=True)
class Plan:
    """What has to happen to one package.

    Attributes:
        observed: the package it is made for, as it was observed.
        steps: in their order; the archive comes last.
        loss: what ends earlier by it, if anything does.
        refusals: why nothing may be done at all.
        kept: fields of the state that this run leaves as they are stored.
    """

    observed: Package
    steps: tuple[Step, ...] = ()
    loss: Loss | None = None
    refusals: tuple[Refusal, ...] = ()
    kept: frozenset[str] = frozenset()

    def within(self, promised: "Plan | None") -> "Plan":
        """Return what of this plan was promised.

        A step that was not promised is dropped, and a loss that was not is refused, unless the one
        who promised saw the same end and left it alone. Where nothing could be promised, all goes
        on but what is lost.

        Args:
            promised: what a check of this run said; None where it could not look.
        """
        if promised is None:
            return self if self.loss is None else self._refused(Unnamed(self.observed, self.loss))
        kept = tuple(step for step in self.steps if step in promised.steps)
        if self.loss is None:
            return replace(self, steps=kept)
        if any(isinstance(step, (SetExpiry, Destroy)) for step in kept):
            if promised.loss and _covers(promised.loss, self.loss):
                return replace(self, steps=kept)
        elif promised.observed.end == self.observed.end:
            return replace(self, steps=kept, loss=None)
        if promised.observed.end != self.observed.end:
            return self._refused(EndMoved(self.observed, promised.observed.end))
        return self._refused(Unnamed(self.observed, self.loss))

    def _refused(self, refusal: Refusal) -> "Plan":
        return Plan(self.observed, refusals=(refusal,))


def converge(
    observed: Package,
    declared: Declared,
    stored: Declared | None,
    now: datetime,
    *,
    declared_before: Declared | None = None,
) -> Plan:
    """Return what makes the observed package what is declared.

    Args:
        observed: as MASV has it now.
        declared: what the program says.
        stored: what the state says; None on adoption.
        now: a UTC instant.
        declared_before: the part of `stored` that the program declared; all of it if left out.
    """
    declared_before = declared_before or stored
    if stored is None and not observed.is_known:
        return Plan(observed, refusals=(UnknownState(observed),))
    plans = [
        _converge_name(observed, declared, declared_before),
        _converge_end(observed, declared, stored, declared_before, now),
        _converge_archived(observed, declared, declared_before),
    ]
    steps = tuple(step for plan in plans for step in plan.steps)
    if steps and not observed.is_known:
        return Plan(observed, refusals=(UnknownState(observed),))
    return Plan(
        observed,
        steps=steps,
        loss=plans[1].loss,
        refusals=tuple(refusal for plan in plans for refusal in plan.refusals),
        kept=frozenset().union(*(plan.kept for plan in plans)),
    )


def untouched(declared: Declared, stored: Declared) -> bool:
    """Return whether nothing declared differs from what is stored, so that no request is needed."""
    return all(
        getattr(declared, name) in (None, getattr(stored, name)) for name in Declared.model_fields
    )


def is_about_end(declared: Declared) -> bool:
    """Return whether what is declared may end files, so that their end is to be known."""
    return declared.expiry is not None or declared.unlimited_storage is False


def same(one: Declared, other: Declared) -> bool:
    """Return whether both declare the same of a package."""
    return all(getattr(one, name) == getattr(other, name) for name in Declared.model_fields)


def end(
    observed: Package,
    *,
    force_destroy: bool,
    archive_on_destroy: bool,
    now: datetime,
    cause: Cause = "deleted",
    in_fleet: bool = False,
) -> Plan:
    """Return what the end of its resource, or of its entry, does to a package."""
    if not observed.is_known:
        ends: Ends = "entry" if in_fleet else "resource"
        return Plan(observed, refusals=(UnknownState(observed, ends),))
    if observed.files_exist and not force_destroy:
        return Plan(observed, refusals=(FilesExist(observed, in_fleet),))
    archive = (Archive(),) if archive_on_destroy and observed.state != "archived" else ()
    if not observed.files_exist:
        return Plan(observed, archive)
    return Plan(observed, (Destroy(), *archive), Loss(now, observed.end, cause))


def ended_early(stored: Declared, now: datetime) -> str | None:
    """Return what to say of files that are gone before their stored end; None if in time."""
    if stored.end is NEVER:
        return "its files are gone, though it was never to expire"
    if not isinstance(stored.end, datetime) or stored.end <= now:
        return None
    return f"its files are gone, {between(now, stored.end)} before its expiry"


def _covers(promised: Loss, loss: Loss) -> bool:
    """Return whether a loss that was named says as much as that of the same step now."""
    if promised.at_once:
        return True
    return not (isinstance(promised.planned, datetime) and earlier(promised.planned, loss.planned))


def _converge_name(observed: Package, declared: Declared, stored: Declared | None) -> Plan:
    if declared.name is None:
        return Plan(observed)
    if stored is not None and declared.name == stored.name:
        return Plan(observed, kept=frozenset({"name"}))
    return (
        Plan(observed)
        if declared.name == observed.name
        else Plan(observed, (Rename(declared.name),))
    )


def _converge_end(
    observed: Package,
    declared: Declared,
    stored: Declared | None,
    declared_before: Declared | None,
    now: datetime,
) -> Plan:
    wanted = declared.end
    if wanted is None:
        return _back_to_dated(observed, declared, declared_before)
    if declared_before is not None and wanted == declared_before.end:
        return Plan(observed, kept=frozenset({"expiry", "unlimited_storage"}))
    if not observed.files_exist:
        if wanted is not NEVER and wanted <= now:
            return Plan(observed)
        asked: Literal["expiry", "unlimitedStorage"] = (
            "unlimitedStorage" if wanted is NEVER else "expiry"
        )
        return Plan(observed, refusals=(FilesGone(observed, asked),))
    if wanted == observed.end:
        return Plan(observed)
    if wanted is NEVER:
        return Plan(observed, (SetUnlimited(),))
    if wanted <= now:
        return Plan(observed, refusals=(NotInFuture(observed, wanted),))
    if observed.end is None:
        return Plan(observed, (SetExpiry(wanted),), Loss(wanted, None, "may never end"))
    if not earlier(wanted, observed.end):
        return Plan(observed, (SetExpiry(wanted),))
    stored_end = stored.end if stored is not None else None
    if stored_end is not None and not earlier(wanted, stored_end):
        return Plan(observed, refusals=(EndMoved(observed, stored_end),))
    why: Literal["unlimited ended", "expiry earlier"] = (
        "unlimited ended" if observed.end is NEVER else "expiry earlier"
    )
    return Plan(observed, (SetExpiry(wanted),), Loss(wanted, observed.end, why))


def _back_to_dated(observed: Package, declared: Declared, stored: Declared | None) -> Plan:
    if declared.unlimited_storage is None:
        return Plan(observed)
    if stored is not None and stored.unlimited_storage is False:
        return Plan(observed, kept=frozenset({"expiry", "unlimited_storage"}))
    if not (observed.files_exist and observed.unlimited_storage):
        return Plan(observed)
    return Plan(observed, refusals=(NeedsExpiry(observed),))


def _converge_archived(observed: Package, declared: Declared, stored: Declared | None) -> Plan:
    if declared.archived is None:
        return Plan(observed)
    if stored is not None and declared.archived == stored.archived:
        return Plan(observed, kept=frozenset({"archived", "pending_archive"}))
    if declared.archived and observed.state == "expired":
        return Plan(observed, (Archive(),))
    if not declared.archived and observed.state == "archived":
        return Plan(observed, (Unarchive(),))
    return Plan(observed)
