"""Pulumi's bags as a check is given them: what is in them, what is unknown, what is wrong."""

from collections.abc import Mapping
from typing import Any, Final, Generic, TypeVar

from pulumi import Output
from pulumi.dynamic import CheckFailure, CheckResult
from pulumi.output import Unknown

from pulumi_masv.errors import MasvError
from pulumi_masv.lifecycle.protocol import CheckOutcome, CheckRequest
from pulumi_masv.models import Declared, Inputs, LifecycleInputs, Problem, Stored

Kind = TypeVar("Kind", bound=Inputs)
URN: Final = "resourceUrn"
"""The input by which a constructor tells its check the URN; it is never stored."""


class Given(Generic[Kind]):
    """What a check is given: the inputs before and now, and what of them is unknown or wrong.

    Attributes:
        before: the old inputs, as they are.
        urn: of the resource.
        unknown: the names whose value a preview does not know yet.
        inputs: None where they are wrong, or a required one is unknown.
        problems: what is wrong with them.
        canonical: what becomes the new inputs.
    """

    def __init__(self, kind: type[Kind], olds: Mapping[str, Any], news: Mapping[str, Any]) -> None:
        self.before, self.bag = own(olds), own(news)
        urn = self.bag.pop(URN, "")
        self.urn = urn if isinstance(urn, str) else ""
        self.unknown = unknown_in(self.bag)
        self.inputs, self.problems = kind.parse(self.bag, self.unknown)
        known = self.inputs.wire() if self.inputs else self.bag
        self.canonical = {**known, **{name: self.bag[name] for name in self.unknown}}

    def request(self, before: Any, **more: Any) -> CheckRequest[Kind, Any]:
        return CheckRequest(
            urn=self.urn,
            inputs=self.inputs,
            before=before,
            unknown=self.unknown,
            changed=self.canonical != self.before,
            problems=self.problems,
            **more,
        )

    def result(self, outcome: CheckOutcome, refused: list[Problem]) -> CheckResult:
        failures = [CheckFailure(p.property, p.reason) for p in (*outcome.problems, *refused)]
        return CheckResult(self.canonical, failures)


def unknown_in(bag: Any) -> frozenset[str]:
    """The names whose value a preview does not know yet; of an unknown entry, all."""
    if isinstance(bag, (Unknown, Output)):
        return frozenset(Declared.model_fields)
    if not isinstance(bag, Mapping):
        return frozenset()
    return frozenset(n for n, value in bag.items() if isinstance(value, (Unknown, Output)))


def known_in(entry: Any) -> Any:
    """What of an entry a preview knows."""
    if isinstance(entry, (Unknown, Output)):
        return {}
    if not isinstance(entry, Mapping):
        return entry
    return {n: value for n, value in entry.items() if not isinstance(value, (Unknown, Output))}


def old_entries(bag: dict[str, Any]) -> dict[str, LifecycleInputs]:
    """The entries declared before, with their fleet's flags; those nobody can read left out."""
    flags = {name: bag.get(name, False) for name in ("forceDestroy", "archiveOnDestroy")}
    packages = bag.get("packages")
    entries = packages.items() if isinstance(packages, Mapping) else ()
    old = {
        i: old_inputs({"packageId": i, **entry, **flags})
        for i, entry in entries
        if isinstance(entry, Mapping)
    }
    return {i: entry for i, entry in old.items() if entry is not None}


def old_inputs(bag: dict[str, Any]) -> LifecycleInputs | None:
    """What was declared before, as tolerantly as the state: a refresh may have written it."""
    try:
        return Stored.parse(bag).projection() if bag else None
    except MasvError:
        return None


def own(bag: Mapping[str, Any] | None) -> dict[str, Any]:
    """The resource's own part of a bag: without Pulumi's keys and without what is left out."""
    return {
        name: value
        for name, value in (bag or {}).items()
        if not name.startswith("__") and value is not None
    }
