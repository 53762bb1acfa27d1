"""The adapters: Pulumi's bags in, the verbs of `lifecycle`, Pulumi's bags out. They decide nothing.

One class per resource; `providers` names them to Pulumi and loads this file only in the process
that serves a run.
"""

import secrets
from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from pulumi import Output
from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    CreateResult,
    DiffResult,
    ReadResult,
    UpdateResult,
)
from pulumi.output import Unknown

from pulumi_masv.errors import MasvError
from pulumi_masv.lifecycle import Fleets, Packages, Run, View, Windows
from pulumi_masv.models import (
    Declared,
    FleetInputs,
    Inputs,
    LifecycleInputs,
    Stored,
    StoredFleet,
    StoredWindow,
    WindowInputs,
)

Kind = TypeVar("Kind", bound=Inputs)


class _Given(Generic[Kind]):
    """What a check is asked: the inputs before and now, and what of them is unknown or wrong.

    Attributes:
        before: the old inputs, as they are.
        unknown: the names whose value a preview does not know yet.
        inputs: None where they are wrong, or a required one is unknown.
        problems: what is wrong with them.
        canonical: what becomes the new inputs.
    """

    def __init__(self, kind: type[Kind], olds: Mapping[str, Any], news: Mapping[str, Any]) -> None:
        self.before, self.bag = _own(olds), _own(news)
        self.unknown = _unknown(self.bag)
        self.inputs, self.problems = kind.parse(self.bag, self.unknown)
        known = self.inputs.wire() if self.inputs else self.bag
        self.canonical = {**known, **{name: self.bag[name] for name in self.unknown}}

    @property
    def changes(self) -> bool:
        """Whether something right is about to change."""
        return not self.problems and self.canonical != self.before

    def result(self) -> CheckResult:
        failures = [CheckFailure(p.property, p.reason) for p in self.problems]
        return CheckResult(self.canonical, failures)


class PackageLifecycleHandler:
    """The verbs of a PackageLifecycle."""

    def __init__(self, view: View) -> None:
        self._run = Run(view, Packages(view))

    def check(self, olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Refuse what can be refused now, and say what the change will do and lose."""
        given = _Given(LifecycleInputs, olds, news)
        before, inputs = given.before, given.inputs
        if given.changes:
            given.problems = self._run.preview(inputs, _old_inputs(before), given.unknown)
        if "packageId" in given.unknown and "packageId" in before:
            self._run.unsettle(before["packageId"])
        if isinstance(given.bag.get("packageId"), str):
            self._run.declare(given.bag["packageId"])
        if inputs and not given.problems:
            given.problems = self._run.disagreements(inputs)
        return given.result()

    def diff(self, id_: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Say only what replaces; the engine finds the changed properties itself."""
        declared = _own(news)
        asked = declared.get("packageId", id_)
        # The engine also asks before any check, with an unknown id, whether to delete this first
        # because it hangs on something that is deleted first. Nothing may end so: it would come
        # before all that the program still declares is known.
        settled = not isinstance(asked, (Unknown, Output)) or self._run.unsettled(id_)
        replaces = ["packageId"] if asked != id_ and settled else []
        try:
            stored = Stored.parse(olds)
        except MasvError:  # written by hand; a diff that raises would break a refresh
            return DiffResult(replaces=replaces, delete_before_replace=True)
        if not replaces:
            self._run.remind(stored)
        same = declared == stored.projection().wire()
        # What will be refused is refused before the new package is touched. What will destroy
        # comes last, when the run has checked all that the program still declares.
        refused_first = not stored.force_destroy
        return DiffResult(False if same else None, replaces, delete_before_replace=refused_first)

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Adopt."""
        inputs = LifecycleInputs.model_validate(_own(props))
        return CreateResult(inputs.package_id, self._run.create(inputs).wire())

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """What is live, projected on what was declared; or a package that is only read."""
        stored = Stored.parse(props)
        live = self._run.get(id_) if stored.state is None else self._run.read(stored, id_)
        if live is None:
            return ReadResult("", {})
        return ReadResult(id_, live.wire(), live.projection().wire())

    def update(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Make it what is declared."""
        inputs = LifecycleInputs.model_validate(_own(news))
        return UpdateResult(self._run.update(inputs, Stored.parse(olds)).wire())

    def delete(self, id_: str, props: dict[str, Any]) -> None:
        """End it with its resource."""
        self._run.delete(id_, Stored.parse(props))


class ArchiveWindowHandler:
    """The verbs of an ArchiveWindow."""

    def __init__(self, view: View) -> None:
        self._windows = Windows(view)

    def check(self, olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Refuse what can be refused now, and say how many packages the change will turn."""
        given = _Given(WindowInputs, olds, news)
        known = None if given.unknown - {"unarchiveOnDestroy"} else given.inputs
        if given.changes and not (known and _same_window(known, given.before)):
            self._windows.preview(known)
        if known and not given.problems:
            given.problems = self._windows.declare(known)
        return given.result()

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Say only whether nothing changes; the engine finds the changed properties itself."""
        try:
            stored = StoredWindow.parse(olds)
        except MasvError:  # written by hand; a diff that raises would break a refresh
            return DiffResult()
        declared = _own(news)
        if declared != stored.projection().wire():
            return DiffResult(None)
        if declared["archived"] is stored.archived:
            return DiffResult(False)
        # The program now says what a refresh wrote into the inputs, so the engine sees no change.
        self._windows.remind(stored.projection(), stored)
        return DiffResult(True)

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Make all of the window as declared."""
        outputs = self._windows.create(WindowInputs.model_validate(_own(props)))
        return CreateResult(f"window-{secrets.token_hex(8)}", outputs.wire())

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """What is live; anything not as declared shows in `archived`."""
        live = self._windows.read(StoredWindow.parse(props))
        return ReadResult(id_, live.wire(), live.projection().wire())

    def update(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Make all of the window as declared now."""
        inputs = WindowInputs.model_validate(_own(news))
        return UpdateResult(self._windows.update(inputs, StoredWindow.parse(olds)).wire())

    def delete(self, _id: str, props: dict[str, Any]) -> None:
        """Leave everything as it is, unless its end was to show it again."""
        self._windows.delete(StoredWindow.parse(props))


class PackageFleetHandler:
    """The verbs of a PackageFleet."""

    def __init__(self, view: View) -> None:
        self._fleets = Fleets(view, Packages(view))

    def check(self, olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Refuse what can be refused now, and say what the change will do and lose."""
        bag = _own(news)
        self._fleets.elsewhere(bag.pop("elsewhere", ()))
        entries = bag.get("packages")
        entries = entries if isinstance(entries, Mapping) else {}
        unknown = {i: names for i, entry in entries.items() if (names := _unknown(entry))}
        if unknown:
            bag["packages"] = {i: _known(entry) for i, entry in entries.items()}
        given = _Given(FleetInputs, olds, bag)
        known = given.inputs or FleetInputs(packages={})
        if given.inputs:
            for i in unknown:
                whole = not isinstance(entries[i], Mapping)
                canonical = given.canonical["packages"]
                canonical[i] = entries[i] if whole else {**entries[i], **canonical[i]}
        self._fleets.declare(known.packages)
        if given.changes:
            before = _old_entries(given.before)
            given.problems = self._fleets.preview(given.inputs, before, unknown, given.unknown)
        else:
            self._fleets.unchanged(known.packages.keys())
        if not given.problems:
            given.problems = self._fleets.disagreements(known)
        return given.result()

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Say only whether nothing changes; the engine finds the changed properties itself."""
        try:
            stored = StoredFleet.parse(olds)
        except MasvError:  # written by hand; a diff that raises would break a refresh
            return DiffResult()
        self._fleets.remind(stored)
        return DiffResult(False if _own(news) == stored.projection().wire() else None)

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Adopt all."""
        outputs = self._fleets.create(FleetInputs.model_validate(_own(props)))
        return CreateResult(f"fleet-{secrets.token_hex(8)}", outputs.wire())

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """What is live, projected on what was declared."""
        live = self._fleets.read(StoredFleet.parse(props))
        return ReadResult(id_, live.wire(), live.projection().wire())

    def update(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Make all what is declared."""
        inputs = FleetInputs.model_validate(_own(news))
        return UpdateResult(self._fleets.update(inputs, StoredFleet.parse(olds)).wire())

    def delete(self, _id: str, props: dict[str, Any]) -> None:
        """End all with their fleet."""
        self._fleets.delete(StoredFleet.parse(props))


def _unknown(bag: Any) -> frozenset[str]:
    """The names whose value a preview does not know yet; of an unknown entry, all."""
    if isinstance(bag, (Unknown, Output)):
        return frozenset(Declared.model_fields)
    if not isinstance(bag, Mapping):
        return frozenset()
    return frozenset(n for n, value in bag.items() if isinstance(value, (Unknown, Output)))


def _known(entry: Any) -> Any:
    """What of an entry a preview knows."""
    if isinstance(entry, (Unknown, Output)):
        return {}
    if not isinstance(entry, Mapping):
        return entry
    return {n: value for n, value in entry.items() if not isinstance(value, (Unknown, Output))}


def _old_entries(bag: dict[str, Any]) -> dict[str, LifecycleInputs]:
    """The entries declared before, with their fleet's flags; those nobody can read left out."""
    flags = {name: bag.get(name, False) for name in ("forceDestroy", "archiveOnDestroy")}
    packages = bag.get("packages")
    entries = packages.items() if isinstance(packages, Mapping) else ()
    old = {
        i: _old_inputs({"packageId": i, **entry, **flags})
        for i, entry in entries
        if isinstance(entry, Mapping)
    }
    return {i: entry for i, entry in old.items() if entry is not None}


def _same_window(inputs: WindowInputs, before: dict[str, Any]) -> bool:
    old, _ = WindowInputs.parse(before)
    return old is not None and inputs.asks_the_same(old)


def _old_inputs(bag: dict[str, Any]) -> LifecycleInputs | None:
    """What was declared before, as tolerantly as the state: a refresh may have written it."""
    try:
        return Stored.parse(bag).projection() if bag else None
    except MasvError:
        return None


def _own(bag: Mapping[str, Any] | None) -> dict[str, Any]:
    """The resource's own part of a bag: without Pulumi's keys and without what is left out."""
    return {
        name: value
        for name, value in (bag or {}).items()
        if not name.startswith("__") and value is not None
    }
