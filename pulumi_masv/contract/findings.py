"""What was found, as values: one line each, and what a simulator is to play. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pulumi_masv.assumptions import Assumption
from pulumi_masv.client.pseudonyms import safe_key

Outcome = Literal["as expected", "cautious", "breaks", "cannot be told"]
Record = Mapping[str, Any]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        outcome: how it stands.
        subject: an assumption, or what else was looked at.
        seen: in words that name no value of a package.
        cautious: what is done about it, where no assumption says so.
    """

    outcome: Outcome
    subject: Assumption | str
    seen: str
    cautious: str = ""

    @property
    def name(self) -> str:
        """What lines call it."""
        return self.subject.name if isinstance(self.subject, Assumption) else self.subject

    @property
    def done(self) -> str:
        """What is done about it, in words."""
        own = self.subject.cautious if isinstance(self.subject, Assumption) else ""
        return self.cautious or own

    @property
    def says(self) -> str:
        """The whole of it."""
        return f"{self.done}, because {self.seen}" if self.outcome == "cautious" else self.seen


def expected(subject: Assumption | str, seen: str) -> Finding:
    """Return the finding that something is as assumed."""
    return Finding("as expected", subject, seen)


def cautious(subject: Assumption | str, seen: str, done: str = "") -> Finding:
    """Return the finding that something is not as assumed, and what is done instead."""
    return Finding("cautious", subject, seen, done)


def breaks(subject: Assumption | str, seen: str) -> Finding:
    """Return the finding that something does not work with this MASV."""
    return Finding("breaks", subject, seen)


def untold(subject: Assumption | str, seen: str) -> Finding:
    """Return the finding that nobody can tell."""
    return Finding("cannot be told", subject, seen)


@dataclass
class Contract:
    """What a simulator is to play, as far as reads can tell, and the types that were seen."""

    switches: dict[str, Any] = field(default_factory=dict)
    seen: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the contract as its file holds it."""
        ordered = {name: self.switches[name] for name in sorted(self.switches)}
        return {"contract": 1, "switches": ordered, "seen": self.seen}

    def play(self, switch: str, positions: Iterable[object]) -> None:
        """Set a switch, if all that was seen of it is one known position."""
        found = set(positions)
        if len(found) == 1 and (position := found.pop()) is not None:
            self.switches[switch] = position

    @property
    def ignored(self) -> frozenset[str]:
        """The parameters of a listing that were ignored."""
        return frozenset(self.switches.get("ignored_filters", "").split(",")) - {""}

    def ignores(self, parameter: str) -> None:
        """Note that a parameter of a listing is silently ignored."""
        self.switches["ignored_filters"] = ",".join(sorted({*self.ignored, parameter}))


def keys_of(records: Iterable[Record]) -> dict[str, Any]:
    """Return which keys records have, whether always, and of which JSON types."""
    several = list(records)
    kinds: dict[str, list[str]] = {}
    for record in several:
        for key, value in record.items():
            kinds.setdefault(safe_key(key), []).append(_kind(value))
    return {
        key: {
            "types": sorted(set(found)),
            "present": "always" if len(found) >= len(several) else "sometimes",
        }
        for key, found in sorted(kinds.items())
    }


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    types = {bool: "boolean", int: "number", float: "number", str: "string", list: "array"}
    named = types.get(type(value), "object")
    return f"empty {named}" if value in ("", [], {}) else named
