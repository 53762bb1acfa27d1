"""What becomes of each package in a run: before, after, what is lost, refused, or cannot be told.

Every word of it is the plan's: the stored outputs stand in for the live package, as a run
without changes by hand would find it; of a package that is adopted, what MASV says.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Literal

from pulumi_masv import plan
from pulumi_masv.models import Declared, Package, Stored
from pulumi_masv.plan import Plan
from pulumi_masv.report.asked import Adopt, Cause, Change, End, Keep, Turn, Want

Does = Literal["adopted", "changed", "ended", "left alone", "refused", "unchanged"]
_IF_STALE: Final = "the run refuses it only if all is as the state says: add --refresh"
_PASSED: Final = "its stored expiry has passed, but may have been moved by hand: add --refresh"
_NO_STATE: Final = "its state says nothing of it: add --refresh to the preview"


@dataclass(frozen=True)
class Loss:
    """Files that end earlier than planned.

    Attributes:
        instant: when.
        why: in a few words.
        at_once: whether the run itself ends them.
    """

    instant: datetime
    why: Cause | Literal["expiry earlier", "unlimited ended"]
    at_once: bool


@dataclass(frozen=True)
class Move:
    """One property, and its value before and after."""

    property: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Fate:
    """What becomes of one package.

    Attributes:
        package_id: empty where the preview does not know it yet.
        resource: the name of the resource that asks for it.
        does: what happens to its management.
        before: the package now; None where nobody has looked.
        after: the package after the run, as far as that is known.
        moves: what changes of it.
        loss: the files that end earlier, if any do.
        doubt: why nobody can tell whether any do.
        refusals: why the run will do nothing.
    """

    package_id: str
    resource: str
    does: Does
    before: Package | None = None
    after: Package | None = None
    moves: tuple[Move, ...] = ()
    loss: Loss | None = None
    doubt: str = ""
    refusals: tuple[str, ...] = ()

    @property
    def name(self) -> str | None:
        return self.before.name if self.before else None

    @property
    def end_before(self) -> plan.End:
        return plan.end_of(self.before) if self.before else None

    @property
    def end_after(self) -> plan.End:
        if self.loss:
            return self.loss.instant
        return plan.end_of(self.after) if self.after and not self.doubt else None


def to_look_at(asked: Iterable[Turn]) -> set[str]:
    """The packages whose fate hangs on what only MASV knows."""
    return {
        want.package_id
        for turn in asked
        for want in turn.wants
        if isinstance(want, Adopt) and want.package_id and not want.fresh and want.can_shorten
    }


def foretell(
    asked: Iterable[Turn], seen: Mapping[str, Package], unseen: str, now: datetime
) -> list[Fate]:
    """What becomes of every package that a preview shows.

    Args:
        asked: by the program.
        seen: what MASV says of packages to be adopted.
        unseen: why it says nothing of the others.
        now: a UTC instant.
    """
    fates: dict[str, Fate] = {}
    nameless = []
    for turn in asked:
        for fate in _of_turn(turn, seen, unseen, now):
            other = fates.get(fate.package_id)
            if not fate.package_id:
                nameless.append(fate)
            elif other is None or _weight(fate) > _weight(other):
                fates[fate.package_id] = fate
    return [*fates.values(), *nameless]


def live(stored: Stored, now: datetime) -> Package | None:
    """The package that a state stands for, now; None where the state does not say."""
    if stored.state is None or not stored.package_id:
        return None
    package = Package.model_construct(
        id=stored.package_id,
        state=stored.state,
        name=stored.name,
        expiry=stored.expiry,
        unlimited_storage=stored.unlimited_storage,
        size=stored.size,
        total_files=stored.total_files,
        sender=stored.sender,
    )
    ends = plan.end_of(package)
    if package.files_exist and isinstance(ends, datetime) and ends <= now:
        return package.model_copy(update={"state": "expired"})
    return package


def _weight(fate: Fate) -> tuple[bool, bool, bool]:
    return (fate.loss is not None, bool(fate.doubt), bool(fate.refusals))


def _of_turn(turn: Turn, seen: Mapping[str, Package], unseen: str, now: datetime) -> Iterator[Fate]:
    planned = [_plan(want, seen, now) for want in turn.wants]
    refused = any(result.refusals for _, result in planned)
    for want, (before, result) in zip(turn.wants, planned, strict=True):
        does = Plan(refusals=result.refusals) if refused else result
        fate = _fate(turn.resource, want, before, does, now)
        if refused:
            guessed = "" if turn.is_fresh else _IF_STALE
            may_end = result.losses or (before is None and _unknown(want, guessed))
            doubt = (guessed if may_end else "") or fate.doubt
            fate = replace(fate, does="refused", doubt=doubt)
        elif not turn.is_fresh and _may_have_been_extended(want, before):
            fate = replace(fate, doubt=_PASSED)
        elif fate.before is None:
            fate = replace(fate, doubt=_unknown(want, unseen), moves=_hoped(want))
        yield fate


def _may_have_been_extended(want: Want, before: Package | None) -> bool:
    """Whether files are only taken for gone whose end would destroy them."""
    if not isinstance(want, End) or not want.force_destroy or before is None:
        return False
    return want.stored.state in ("new", "finalized") and not before.files_exist


def _plan(want: Want, seen: Mapping[str, Package], now: datetime) -> tuple[Package | None, Plan]:
    """The package, and what is done to it."""
    if isinstance(want, Adopt):
        before = live(want.fresh, now) if want.fresh else seen.get(want.package_id)
        if before is None:
            return None, Plan()
        return before, plan.converge(before, _declared(want), None, now)
    before = live(want.stored, now)
    if before is None or isinstance(want, Keep):
        return before, Plan()
    if isinstance(want, End):
        return before, plan.end(
            before,
            force_destroy=want.force_destroy,
            archive_on_destroy=want.archive_on_destroy,
            now=now,
            ways_on=want.ways_on,
        )
    declared = _declared(want)
    said = want.stored.projection()
    due = plan.converge(before, declared, want.stored.managed(), now, declared_before=said)
    if want.before is not None and plan.same(want.before, said):
        return before, due
    announced = {step.verb for step in plan.converge(before, declared, want.before, now).steps}
    return before, replace(due, steps=tuple(s for s in due.steps if s.verb in announced))


def _declared(want: Adopt | Change) -> Any:
    if "expiry" in want.hidden:  # it may be the one that unlimited_storage=False needs
        return want.declared.model_copy(update={"unlimited_storage": None})
    return want.declared


def _fate(resource: str, want: Want, before: Package | None, planned: Plan, now: datetime) -> Fate:
    does: Does = "unchanged"
    if isinstance(want, Adopt):
        package_id, does = want.package_id, "adopted"
    else:
        package_id = want.stored.package_id or ""
        if isinstance(want, Keep) and not want.managed:
            does = "left alone"
        elif isinstance(want, (Change, End)):
            does = "changed" if isinstance(want, Change) else "ended"
    if before is None:
        return Fate(package_id, resource, does)
    loss = _loss(want, before, planned, now)
    doubt = "" if planned.refusals else _doubt(want, before, loss)
    values: dict[str, Any] = {}
    for step in planned.steps:
        is_end = step.field == "files_exist"
        values |= {"state": "expired"} if is_end else {step.field: step.wanted}
        if step.field == "expiry":
            values["unlimited_storage"] = False
    return Fate(
        package_id,
        resource,
        does,
        before,
        before.model_copy(update=values) if values else before,
        (*_moves(before, planned), *_waiting(want, before, planned)),
        None if doubt else loss,
        doubt,
        tuple(problem.reason for problem in planned.refusals),
    )


def _moves(before: Package, planned: Plan) -> Iterator[Move]:
    for step in planned.steps:
        if step.field == "files_exist":
            yield Move("files", "kept", "destroyed")
        elif step.verb == "set_unlimited":
            yield Move("expiry", plan.end_of(before), plan.NEVER)
        else:
            yield Move(step.field, step.kept(before), step.wanted)


def _hoped(want: Want) -> tuple[Move, ...]:
    """What is declared of a package of which nothing is known."""
    if not isinstance(want, Adopt):
        return ()
    declared = {name: getattr(want.declared, name) for name in Declared.model_fields}
    return tuple(Move(name, None, value) for name, value in declared.items() if value is not None)


def _waiting(want: Want, before: Package, planned: Plan) -> Iterator[Move]:
    """An archive that is declared now and comes once the files have ended."""
    if not isinstance(want, (Adopt, Change)) or planned.refusals or not before.files_exist:
        return
    waits = isinstance(want, Change) and want.stored.pending_archive
    if want.declared.archived and not waits:
        yield Move("archived", False, "once the files have ended")


def _loss(want: Want, before: Package, planned: Plan, now: datetime) -> Loss | None:
    for step in planned.steps:
        if not step.loss:
            continue
        if isinstance(want, End):
            return Loss(now, want.cause, at_once=True)
        why: Any = "unlimited ended" if before.unlimited_storage else "expiry earlier"
        return Loss(step.wanted, why, at_once=False)
    return None


def _doubt(want: Want, before: Package, loss: Loss | None) -> str:
    if isinstance(want, Keep):
        return want.doubt if before.files_exist else ""
    if isinstance(want, (Adopt, Change)) and "expiry" in want.hidden and before.files_exist:
        return "its new expiry is not known yet"
    return want.doubt if loss and isinstance(want, (Adopt, End)) else ""


def _unknown(want: Want, unseen: str) -> str:
    """Why nobody can tell what becomes of a package of which nothing is known."""
    if isinstance(want, Adopt):
        if not want.can_shorten:
            return ""
        return unseen if want.package_id else "it is not known yet which package it is"
    if isinstance(want, Keep):
        return want.doubt
    risky = want.force_destroy if isinstance(want, End) else want.declared.expiry is not None
    return _NO_STATE if risky else ""
