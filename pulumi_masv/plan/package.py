"""What has to happen to a package, as values: steps, losses, refusals.

`converge` is asked by the preview and by the run that follows it, so both decide alike. A
property counts only if its declared value differs from the one stored as declared and from the
live one: what somebody changed by hand is reverted only after a refresh has shown it.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Final

from pulumi_masv.models import Declared, Package, Problem
from pulumi_masv.plan.words import amount, quote, span, spell, spell_moment


class Never(Enum):
    """The end of files that have none."""

    NEVER = "never"


NEVER: Final = Never.NEVER
End = datetime | Never | None
"""When files end: an instant, NEVER, or None where nobody said."""


@dataclass(frozen=True)
class Step:
    """One write, and how to tell from a live package that it is done.

    Attributes:
        verb: the client's method that does it.
        does: what a preview says of it.
        field: the property of a live package in which it shows.
        wanted: the value of that property once it is done.
        arguments: what the client's method takes beside the package.
        loss: one line for what ends earlier than now planned, if anything does.
    """

    verb: str
    does: str
    field: str
    wanted: Any
    arguments: tuple[Any, ...] = ()
    loss: str | None = None

    def kept(self, live: Package) -> Any:
        """What the live package has in its place; None where the answer left it out."""
        if self.field == "expiry" and live.unlimited_storage:
            return NEVER
        return getattr(live, self.field)

    def shortfall(self, live: Package) -> str | None:
        """What a live package says against the step being done, None if nothing."""
        kept = self.kept(live)
        if kept is None or kept == self.wanted:
            return None
        return f"{self.field} was to be {spell(self.wanted)}, but MASV keeps {spell(kept)}"


@dataclass(frozen=True)
class Plan:
    """What has to happen to one package.

    Attributes:
        steps: in their order; the archive comes last.
        refusals: why nothing may be done at all, each with the property that asks for it.
        kept: fields of the state that this run leaves as they are stored.
    """

    steps: tuple[Step, ...] = ()
    refusals: tuple[Problem, ...] = ()
    kept: frozenset[str] = frozenset()

    @property
    def losses(self) -> tuple[str, ...]:
        return tuple(step.loss for step in self.steps if step.loss)


def converge(
    live: Package,
    declared: Declared,
    stored: Declared | None,
    now: datetime,
    *,
    declared_before: Declared | None = None,
) -> Plan:
    """What makes the live package what is declared.

    Args:
        live: as MASV has it now.
        declared: what the program says.
        stored: what the state says; None on adoption.
        now: a UTC instant.
        declared_before: the part of `stored` that the program declared; all of it if left out.
    """
    declared_before = declared_before or stored
    plans = [
        _converge_name(live, declared, declared_before),
        _converge_end(live, declared, stored, declared_before, now),
        _converge_archived(live, declared, declared_before),
    ]
    return Plan(
        steps=tuple(step for plan in plans for step in plan.steps),
        refusals=tuple(refusal for plan in plans for refusal in plan.refusals),
        kept=frozenset().union(*(plan.kept for plan in plans)),
    )


def untouched(declared: Declared, stored: Declared) -> bool:
    """Whether nothing declared of the package differs from what is stored: no request is due."""
    return all(
        getattr(declared, name) in (None, getattr(stored, name)) for name in Declared.model_fields
    )


# How to go on where files may not be destroyed, for a package alone and for one of many.
ALONE: Final = (
    "its resource may not destroy them: set force_destroy=True and run an up first to destroy "
    "them; or set retain_on_delete=True and run an up first to keep them; or, once it is out of "
    "the program, run `pulumi state delete`; in a replacement, put the old package_id back, set "
    "one of the two, run an up, then change the id"
)
OF_A_FLEET: Final = (
    "its fleet may not destroy them: put it back and set force_destroy=True and run an up first to "
    "destroy them; or set retain_removed=True to take it out and leave it alone"
)


def same(one: Declared, other: Declared) -> bool:
    """Whether both declare the same of a package."""
    return all(getattr(one, name) == getattr(other, name) for name in Declared.model_fields)


def end(
    live: Package,
    *,
    force_destroy: bool,
    archive_on_destroy: bool,
    now: datetime,
    ways_on: str = ALONE,
) -> Plan:
    """What the end of its resource does to a live package."""
    if live.files_exist and not force_destroy:
        reason = f"{live.id} {quote(live.name)} still has {amount(live)}, and {ways_on}"
        return Plan(refusals=(Problem("forceDestroy", reason),))
    steps = []
    if live.files_exist:
        loss = _loss(live, now, now)
        steps.append(Step("delete_package", "delete", "files_exist", False, loss=loss))
    if archive_on_destroy and live.state != "archived":
        steps.append(_ARCHIVE)
    return Plan(tuple(steps))


def ended_early(unlimited: bool | None, expiry: datetime | None, now: datetime) -> str | None:
    """What to say of files that are gone before the end that was stored; None if in time."""
    if unlimited:
        return "its files are gone, though it was never to expire"
    if expiry is None or expiry <= now:
        return None
    return f"its files are gone, {span(expiry - now)} before its expiry"


def _converge_name(live: Package, declared: Declared, stored: Declared | None) -> Plan:
    if declared.name is None:
        return Plan()
    if stored is not None and declared.name == stored.name:
        return Plan(kept=frozenset({"name"}))
    if declared.name == live.name:
        return Plan()
    does = f"rename to {quote(declared.name)}"
    return Plan((Step("rename_package", does, "name", declared.name, (declared.name,)),))


def _converge_end(
    live: Package,
    declared: Declared,
    stored: Declared | None,
    declared_before: Declared | None,
    now: datetime,
) -> Plan:
    wanted = end_of(declared)
    if wanted is None:
        return _back_to_dated(live, declared, declared_before)
    if declared_before is not None and wanted == end_of(declared_before):
        return Plan(kept=frozenset({"expiry", "unlimited_storage"}))
    live = _with_stored(live, stored)
    live_end = end_of(live)
    named = f"{live.id} {quote(live.name)}"
    if not live.files_exist:
        if wanted is not NEVER and wanted <= now:
            return Plan()
        asked = "unlimitedStorage" if wanted is NEVER else "expiry"
        reason = (
            f"the files of {named} are gone ({live.state}): nothing brings them back; "
            f"take this property out of the program"
        )
        return Plan(refusals=(Problem(asked, reason),))
    if wanted == live_end:
        return Plan()
    if wanted is NEVER:
        does = f"expiry {spell(live_end)} -> never (unlimited storage)"
        return Plan((Step("set_unlimited", does, "unlimited_storage", True),))
    if wanted <= now:
        return Plan(refusals=(Problem("expiry", _instant_end(named, wanted, live_end)),))
    before = end_of(stored) if stored is not None else None
    earlier = _earlier(wanted, live_end)
    if earlier and before is not None and not _earlier(wanted, before):
        reason = (
            f"expiry of {named} is now {spell(live_end)}, not {spell(before)} as previewed: "
            f"run with --refresh"
        )
        return Plan(refusals=(Problem("expiry", reason),))
    does = f"expiry {spell(live_end)} -> {spell(wanted)}"
    loss = _loss(live, wanted, now, live_end) if earlier else None
    return Plan((Step("set_expiry", does, "expiry", wanted, (wanted,), loss),))


def _back_to_dated(live: Package, declared: Declared, stored: Declared | None) -> Plan:
    if declared.unlimited_storage is None:
        return Plan()
    if stored is not None and stored.unlimited_storage is False:
        return Plan(kept=frozenset({"expiry", "unlimited_storage"}))
    if not (live.files_exist and live.unlimited_storage):
        return Plan()
    reason = (
        f"{live.id} {quote(live.name)} never expires now: declare the expiry it is to have instead"
    )
    return Plan(refusals=(Problem("unlimitedStorage", reason),))


def _converge_archived(live: Package, declared: Declared, stored: Declared | None) -> Plan:
    if declared.archived is None:
        return Plan()
    if stored is not None and declared.archived == stored.archived:
        return Plan(kept=frozenset({"archived", "pending_archive"}))
    if declared.archived and live.state == "expired":
        return Plan((_ARCHIVE,))
    if not declared.archived and live.state == "archived":
        return Plan((_UNARCHIVE,))
    return Plan()


_ARCHIVE = Step("archive_package", "archive", "state", "archived")
_UNARCHIVE = Step("unarchive_package", "unarchive", "state", "expired")


def end_of(said: Declared | Package) -> End:
    """When files end, as somebody says."""
    return NEVER if said.unlimited_storage else said.expiry


def _with_stored(live: Package, stored: Declared | None) -> Package:
    """A field absent from an answer is unknown: what was stored stays."""
    fields = ("expiry", "unlimited_storage")
    absent = {f: getattr(stored, f, None) for f in fields if getattr(live, f) is None}
    return live.model_copy(update=absent)


def _earlier(one: datetime, other: End) -> bool:
    """Whether files that end then end earlier than the other; nobody knows is yes."""
    return not isinstance(other, datetime) or one < other


def _loss(live: Package, ends: datetime, now: datetime, planned: End | None = None) -> str:
    planned = planned or end_of(live)
    if planned is None:
        how_much = "earlier than planned, perhaps: MASV does not say when they end now"
    elif isinstance(planned, datetime):
        how_much = f"{span(planned - ends)} earlier than planned"
    else:
        how_much = "until now they never end"
    when = "now" if ends <= now else f"on {spell_moment(ends)}"
    return f"LOSS {amount(live)} end {when}, {how_much}"


def _instant_end(named: str, wanted: datetime, live_end: End) -> str:
    return (
        f"{spell(wanted)} is not in the future: MASV would destroy the files of {named} at once; "
        f"to end it on purpose, set force_destroy=True, run an up and remove the resource; "
        f"it now ends {spell(live_end)}: to keep it so, declare that"
    )
