"""Pulumi's bags as a check is given them: what is in them, what is unknown, what is wrong."""

from collections.abc import Collection, Mapping
from typing import Any, Final, Generic, TypeVar

from pulumi import Output
from pulumi.dynamic import CheckFailure, CheckResult
from pulumi.output import Unknown

from pulumi_masv.errors import MasvError
from pulumi_masv.lifecycle.protocol import CheckOutcome, CheckRequest
from pulumi_masv.models import (
    OF_SECRETS,
    SIGNATURE,
    Declared,
    Inputs,
    LifecycleInputs,
    Problem,
    Stored,
    is_secret,
    secret,
    secrets_of,
)
from pulumi_masv.text import visible

Kind = TypeVar("Kind", bound=Inputs)
URN: Final = "resourceUrn"
"""The input by which a constructor tells its check the URN; it is never stored."""
SECRETS: Final = "secretInputs"
"""The input by which it tells what the program keeps secret; it is stored."""


class Bags(Generic[Kind]):
    """What a check is given: the inputs before and now, and what of them is unknown or wrong.

    Attributes:
        declared_before: the old inputs, as they are.
        bag: the new inputs, with what is secret in them made so.
        urn: of the resource.
        unknown: the names whose value a preview does not know yet.
        inputs: None where they are wrong, or a required one is unknown.
        problems: what is wrong with them.
        canonical: what becomes the new inputs.
    """

    def __init__(self, kind: type[Kind], olds: Mapping[str, Any], news: Mapping[str, Any]) -> None:
        self.declared_before, self.bag = own(olds), own(news)
        urn = self.bag.pop(URN, "")
        self.urn = urn if isinstance(urn, str) else ""
        _veil(self.declared_before, self.bag)
        self.unknown = unknown_in(self.bag)
        self.inputs, self.problems = kind.parse(self.bag, self.unknown)
        known = self.inputs.wire() if self.inputs else self.bag
        self.canonical = {**known, **{name: self.bag[name] for name in self.unknown}}

    @property
    def changed(self) -> bool:
        """Whether anything differs from what was declared before."""
        return self.canonical != self.declared_before

    def secrets(self) -> dict[str, set[str]]:
        """Return what the program keeps secret, or did: package id -> the names of its inputs."""
        old, new = secrets_in(self.declared_before), secrets_in(self.bag)
        return {i: old.get(i, set()) | new.get(i, set()) for i in old.keys() | new.keys()}

    def request(self, declared_before: Any, **more: Any) -> CheckRequest[Kind, Any]:
        """Return what is asked of a check."""
        return CheckRequest(
            urn=self.urn,
            inputs=self.inputs,
            declared_before=declared_before,
            unknown=self.unknown,
            changed=self.changed,
            problems=self.problems,
            **more,
        )

    def result(self, outcome: CheckOutcome, refused: list[Problem]) -> CheckResult:
        """Return what Pulumi is told of a check: the new inputs, and each failure."""
        failures = [self._failure(one) for one in (*outcome.problems, *refused)]
        return CheckResult(self.canonical, failures)

    def _failure(self, problem: Problem) -> CheckFailure:
        """Return a problem as Pulumi shows it: with the value, where there is a plain one."""
        name, value = problem.property, self.bag.get(problem.property)
        reason = visible(problem.reason)
        is_plain = isinstance(value, (str, bool, int, float)) and not is_secret(value)
        if is_plain and visible(str(value)) == str(value):
            return CheckFailure(name, reason)
        return CheckFailure("", f"{visible(name)}: {reason}" if name else reason)


def secrets_in(bag: Mapping[str, Any]) -> dict[str, set[str]]:
    """Return what a bag says is secret: package id -> the names of its inputs.

    Somebody may have written the bag by hand; a state that is read is checked for that.
    """
    given = bag.get(SECRETS)
    readable = given if isinstance(given, (Mapping, list, tuple)) else None
    return {
        package_id: {name for name in names if isinstance(name, str)}
        for package_id, names in secrets_of(readable, bag.get("packageId")).items()
        if isinstance(names, (list, tuple))
    }


def _veil(declared_before: Mapping[str, Any], bag: dict[str, Any]) -> None:
    """Make secret in new inputs what they say is, and keep so what was and is not given any more.

    MASV still has that, and a refresh would store it in clear text.
    """
    old, new = secrets_in(declared_before), secrets_in(bag)
    if not (old or new):
        return
    entries = bag.get("packages", {str(bag.get("packageId", "")): bag})
    if not isinstance(entries, Mapping):
        bag["packages"] = secret(entries)
        return
    made, named = {}, {}
    for i, entry in entries.items():
        given = entry if isinstance(entry, Mapping) else {}
        names = new.get(i, set()) | (old.get(i, set()) - given.keys())
        whole = secret(entry) if names and not given else entry
        made[i] = {n: secret(v) if n in names else v for n, v in given.items()} if given else whole
        named[i] = sorted(names)
    if "packages" in bag:
        bag |= {"packages": made, SECRETS: {i: n for i, n in named.items() if n} or None}
    else:
        bag |= {**made.popitem()[1], SECRETS: named.popitem()[1] or None}


def sealed(bag: dict[str, Any]) -> dict[str, Any]:
    """Return the bag of a state, with what is secret in it such as Pulumi encrypts it."""
    secrets = secrets_in(bag)
    if not secrets:
        return bag

    for part in ("packages", "live"):
        if part in bag:
            entries = bag[part]
            hidden = {i: _sealed(entries[i], n) for i, n in secrets.items() if i in entries}
            bag = {**bag, part: {**entries, **hidden}}
    return bag if isinstance(bag[SECRETS], Mapping) else _sealed(bag, bag[SECRETS])


def _sealed(entry: dict[str, Any], names: Collection[str]) -> dict[str, Any]:
    return {n: {SIGNATURE: OF_SECRETS, "value": v} if n in names else v for n, v in entry.items()}


def unknown_in(bag: Any) -> frozenset[str]:
    """Return the names whose value a preview does not know yet; of an unknown entry, all."""
    if isinstance(bag, (Unknown, Output)):
        return frozenset(Declared.model_fields)
    if not isinstance(bag, Mapping):
        return frozenset()
    return frozenset(n for n, value in bag.items() if isinstance(value, (Unknown, Output)))


def known_in(entry: Any) -> Any:
    """Return what of an entry a preview knows."""
    if isinstance(entry, (Unknown, Output)):
        return {}
    if not isinstance(entry, Mapping):
        return entry
    return {n: value for n, value in entry.items() if not isinstance(value, (Unknown, Output))}


def old_entries(bag: dict[str, Any]) -> dict[str, LifecycleInputs]:
    """Return the entries declared before, with their fleet's flags; skip what is unreadable."""
    flags = {name: bag.get(name, False) for name in ("forceDestroy", "archiveOnDestroy")}
    secrets, packages = secrets_in(bag), bag.get("packages")
    entries = packages.items() if isinstance(packages, Mapping) else ()
    old = {
        i: old_inputs({"packageId": i, **entry, **flags, SECRETS: secrets.get(i)})
        for i, entry in entries
        if isinstance(entry, Mapping)
    }
    return {i: entry for i, entry in old.items() if entry is not None}


def old_inputs(bag: dict[str, Any]) -> LifecycleInputs | None:
    """Return what was declared before, read like a state, since a refresh may have written it."""
    try:
        return Stored.parse(bag).projection() if bag else None
    except MasvError:
        return None


def own(bag: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the resource's own part of a bag, without Pulumi's keys and what is left out."""
    return {
        name: value
        for name, value in (bag or {}).items()
        if not name.startswith("__") and value is not None
    }
