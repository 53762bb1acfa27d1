"""The adapters: Pulumi's bags in, the verbs of `lifecycle`, Pulumi's bags out. They decide nothing.

One class per resource; `providers` names them to Pulumi and loads this file only in the process
that serves a run.
"""

from collections.abc import Mapping
from typing import Any

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
from pulumi_masv.lifecycle import Run
from pulumi_masv.models import LifecycleInputs, Stored


class PackageLifecycleHandler:
    """The verbs of a PackageLifecycle."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def check(self, olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Refuse what can be refused now, and say what the change will do and lose."""
        before, bag = _own(olds), _own(news)
        unknown = frozenset(n for n, value in bag.items() if isinstance(value, (Unknown, Output)))
        inputs, problems = LifecycleInputs.parse(bag, unknown)
        canonical = {**inputs.wire(), **{name: bag[name] for name in unknown}} if inputs else bag
        if not problems and canonical != before:
            problems = self._run.preview(inputs, _old_inputs(before), unknown)
        if "packageId" in unknown and "packageId" in before:
            self._run.unsettle(before["packageId"])
        if isinstance(bag.get("packageId"), str):
            self._run.declare(bag["packageId"])
        return CheckResult(canonical, [CheckFailure(p.property, p.reason) for p in problems])

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
