"""What a preview asks of each package: adopt it, change it, keep it, end it, leave it alone.

Mirrors which packages the verbs of `lifecycle` hand to the plan, and with what; what the plan
makes of it is for `fates`. A resource is refused or done as a whole, so what is asked of its
packages stays together, as one `Turn`.
"""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, Literal

from pulumi_masv import plan
from pulumi_masv.models import FleetInputs, LifecycleInputs, Stored, StoredFleet
from pulumi_masv.report import bags
from pulumi_masv.report.preview import (
    CREATES,
    DELETES,
    FLEET,
    LIFECYCLE,
    PENDING,
    Preview,
    State,
    Step,
    known,
)

Cause = Literal["deleted", "removed from a fleet", "replaced"]
_STALE: Final = frozenset({"refresh", PENDING})  # shown as they were before the refresh
_FLAGS: Final = frozenset({"forceDestroy", "retainRemoved"})
_LATER: Final = "the run refuses it if the package it leaves is not declared elsewhere by then"
_UNKNOWN_ID: Final = "its package_id is not known yet"
_UNKNOWN_FLEET: Final = "what its fleet declares is not known yet"


@dataclass(frozen=True)
class Adopt:
    """Make it as declared, whatever it is now.

    Attributes:
        package_id: empty where the preview does not know it yet.
        declared: as far as it is known.
        hidden: names of what else is declared.
        fresh: as this preview has read it, in the resource that it leaves.
        doubt: why it may not come to it.
    """

    package_id: str
    declared: LifecycleInputs
    hidden: frozenset[str]
    fresh: Stored | None = None
    doubt: str = ""

    @property
    def can_shorten(self) -> bool:
        return self.declared.expiry is not None or bool(self.hidden & {"expiry", "packageId"})


@dataclass(frozen=True)
class Change:
    """Make it as declared now; `before` is what was declared of it."""

    stored: Stored
    declared: LifecycleInputs
    hidden: frozenset[str]
    before: LifecycleInputs | None


@dataclass(frozen=True)
class End:
    """Its resource, or its entry, goes; `doubt` says why it may not."""

    stored: Stored
    force_destroy: bool
    archive_on_destroy: bool
    cause: Cause
    ways_on: str = plan.ALONE
    doubt: str = ""


@dataclass(frozen=True)
class Keep:
    """Nothing is done to it; `managed` says whether it still is."""

    stored: Stored
    managed: bool = True
    doubt: str = ""


Want = Adopt | Change | End | Keep


@dataclass(frozen=True)
class Turn:
    """What is asked of the packages of one resource.

    Attributes:
        resource: its name.
        explicit_provider: whether it has one of its own.
        is_fresh: whether this preview has read it, so that what its state says is so.
        wants: what is asked.
    """

    resource: str
    explicit_provider: bool
    is_fresh: bool
    wants: tuple[Want, ...]


def turns(preview: Preview) -> list[Turn]:
    """What is asked, by resource, in the preview's order."""
    ours = [
        step
        for step in preview.settled()
        if step.type in (LIFECYCLE, FLEET) and not _only_read(step)
    ]
    return _Run(ours, preview).turns()


class _Run:
    """What only all steps together tell: what is declared where, and what has been read."""

    def __init__(self, steps: list[Step], preview: Preview) -> None:
        self._steps = steps
        self._going = {step.urn for step in preview.steps if step.op in DELETES | {"replace"}}
        self._declared: dict[tuple[str, str], int] = {}
        self._refreshed = preview.refreshed
        for place, step in enumerate(steps):
            for package_id in _declared_by(step):
                self._declared.setdefault((_provider(step), package_id), place)
        self._read = [
            (step.type, step.old_state)
            for step in steps
            if step.urn in self._refreshed and step.op not in _STALE and step.old_state
        ]

    @cached_property
    def _fresh(self) -> dict[str, Stored]:
        """The packages that this preview has read."""
        return {
            i: one for kind, state in self._read for i, one in bags.entries(kind, state).items()
        }

    def turns(self) -> list[Turn]:
        found = []
        for place, step in enumerate(self._steps):
            wants = tuple((self._fleet if step.type == FLEET else self._lifecycle)(step, place))
            explicit = not _provider(step).rsplit("::", 1)[-1].startswith("default")
            is_fresh = step.urn in self._refreshed and step.op not in _STALE
            found.append(Turn(step.name, explicit, is_fresh, wants))
        return found

    def _lifecycle(self, step: Step, place: int) -> Iterator[Want]:
        old = bags.stored(step.old_state) if step.old_state else None
        if step.op in DELETES and old and step.old_state:
            yield from self._end_alone(step.old_state, old, _cause(step))
        elif step.op == "replace" and old and step.old_state and step.new_state:
            adopted = self._adopt_alone(step.new_state)
            if adopted.package_id:
                yield from self._end_alone(step.old_state, old, "replaced")
            elif old.force_destroy:  # where it is not, nothing ends, and no refusal is certain
                yield from self._end_alone(step.old_state, old, "replaced", _UNKNOWN_ID)
            key = (_provider_of(step.old_state), old.package_id or "")
            let_go_later = self._declared.get(key, place) > place and not old.force_destroy
            yield replace(adopted, doubt=_LATER) if let_go_later else adopted
        elif step.op in CREATES and step.new_state:
            yield self._adopt_alone(step.new_state)
        elif step.op == "update" and old and step.old_state and step.new_state:
            declared, hidden = bags.alone(step.new_state)
            yield Change(old, declared, hidden, bags.declared_before(step.old_state.inputs))
        elif old:
            yield Keep(old)

    def _fleet(self, step: Step, place: int) -> Iterator[Want]:
        old, doubt = bags.stored_fleet(step.old_state) if step.old_state else (StoredFleet(), "")
        if doubt == bags.HIDDEN_LIVE and step.op not in ("same", "refresh"):
            yield _unnamed()
        if step.op in DELETES and step.old_state:
            yield from self._end_fleet(step.old_state, old, _cause(step), doubt)
        elif step.op == "replace" and step.old_state and step.new_state:
            yield from self._end_fleet(step.old_state, old, "replaced", doubt)
            yield from self._converge(step.new_state, StoredFleet(), {})
        elif step.op in CREATES and step.new_state:
            yield from self._converge(step.new_state, StoredFleet(), {})
        elif step.op == "update" and step.old_state and step.new_state:
            before = bags.entries_before(step.old_state.inputs)
            yield from self._converge(step.new_state, old, before, doubt)
        else:
            yield from map(Keep, old.entries().values())

    def _end_alone(
        self, state: State, old: Stored, cause: Cause, doubt: str = ""
    ) -> Iterator[Want]:
        if self._let_go(state, old.package_id):
            return
        if self._stays(state):
            yield Keep(old, managed=False)
            return
        if "forceDestroy" in known(state.outputs)[1]:
            old, doubt = old.model_copy(update={"force_destroy": True}), bags.HIDDEN_FLAG
        yield End(old, old.force_destroy, old.archive_on_destroy, cause, doubt=doubt)

    def _end_fleet(
        self, state: State, old: StoredFleet, cause: Cause, doubt: str
    ) -> Iterator[Want]:
        for package_id, entry in old.entries().items():
            if self._let_go(state, package_id):
                continue
            if old.retain_removed or self._stays(state):
                yield Keep(entry, managed=False)
            else:
                flags = (old.force_destroy, old.archive_on_destroy)
                yield End(entry, *flags, cause, plan.OF_A_FLEET, doubt)

    def _adopt_alone(self, state: State) -> Adopt:
        declared, hidden = bags.alone(state)
        return Adopt(declared.package_id, declared, hidden, self._fresh.get(declared.package_id))

    def _converge(
        self,
        state: State,
        old: StoredFleet,
        before: Mapping[str, LifecycleInputs],
        doubt: str = "",
    ) -> Iterator[Want]:
        bag, hidden = known(state.inputs)
        stored = old.entries()
        if "packages" in hidden:
            for entry in stored.values():
                yield Keep(entry, doubt=_UNKNOWN_FLEET)
            yield _unnamed()
            return
        entries, unknown = bags.entries_declared(bag)
        inputs = bags.valid(FleetInputs, {**bag, "packages": entries})
        for package_id, declared in inputs.entries().items():
            names = unknown.get(package_id, frozenset())
            last = before.get(package_id)
            if package_id not in stored:
                yield Adopt(package_id, declared, names, self._fresh.get(package_id))
            elif names or last is None or not plan.same(declared, last):
                yield Change(stored[package_id], declared, names, last)
            else:
                yield Keep(stored[package_id])
        for package_id in stored.keys() - inputs.packages.keys():
            entry = stored[package_id]
            if self._let_go(state, package_id):
                continue
            if inputs.retain_removed:
                yield Keep(entry, managed=False)
                continue
            maybe = sorted(hidden & _FLAGS)
            if "retainRemoved" in maybe and not entry.force_destroy:
                yield Keep(entry, managed=False)  # or refused: nobody knows, and nothing is lost
                continue
            yield End(
                entry,
                entry.force_destroy and bool(inputs.force_destroy or maybe),
                entry.archive_on_destroy and inputs.archive_on_destroy,
                "removed from a fleet",
                plan.OF_A_FLEET,
                f"{' and '.join(maybe)} is not known yet" if maybe else doubt,
            )

    def _let_go(self, state: State, package_id: str | None) -> bool:
        return (_provider_of(state), package_id or "") in self._declared

    def _stays(self, state: State) -> bool:
        """Whether Pulumi forgets the resource without asking its provider to end it."""
        return state.retain_on_delete or state.deleted_with in self._going


def _only_read(step: Step) -> bool:
    return any(state and state.external for state in (step.old_state, step.new_state))


def _provider_of(state: State) -> str:
    """Which process serves it: its provider, whose id a first preview does not know."""
    return state.provider.rpartition("::")[0]


def _provider(step: Step) -> str:
    state = step.new_state or step.old_state
    return _provider_of(state) if state else ""


def _declared_by(step: Step) -> AbstractSet[str]:
    """The packages that the program still declares in this resource."""
    if step.op in DELETES:
        return frozenset()
    state = step.new_state or step.old_state
    inputs = state.inputs if state else {}
    if step.type == LIFECYCLE:
        return {inputs["packageId"]} if isinstance(inputs.get("packageId"), str) else frozenset()
    packages = inputs.get("packages")
    declared = set(packages) if isinstance(packages, Mapping) else set()
    if inputs.get("retainRemoved") is True and step.old_state:
        declared |= bags.stored_fleet(step.old_state)[0].live.keys()
    return declared


def _unnamed() -> Adopt:
    """Something happens to packages that the preview does not name."""
    return Adopt("", LifecycleInputs(package_id="-"), frozenset({"packageId"}))


def _cause(step: Step) -> Cause:
    return "replaced" if step.op == PENDING else "deleted"
