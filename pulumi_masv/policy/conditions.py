"""What the match of a rule asks for, thing by thing, each with what a package says to it."""

import fnmatch
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, Final, NamedTuple

from pulumi_masv.formatting import spell
from pulumi_masv.models import Package, normal, shifted
from pulumi_masv.policy.model import ManifestModel, Setting

NOTHING: Final = Setting.model_construct(archived=None, expiry=None)
SILENT: Final = "MASV does not say"


class Condition(NamedTuple):
    """One thing that a match asks for.

    Attributes:
        asks: its name in the manifest.
        wanted: what it asks for, in words.
        value: what a package says to it; None where MASV does not say.
        holds: whether such a value is as asked.
    """

    asks: str
    wanted: str
    value: Callable[[Package], Any]
    holds: Callable[[Any], bool]

    def against(self, package: Package) -> str | None:
        """Return what a package says against it, None if nothing."""
        value = self.value(package)
        if value is None:
            return f"{SILENT} its {self.asks}"
        if self.holds(value):
            return None
        shown = ", ".join(value) or "none of those" if isinstance(value, tuple) else spell(value)
        return f"{self.asks} is {shown}, not {self.wanted}"


def conditions(manifest: ManifestModel, index: int, now: datetime) -> list[Condition]:
    """Return what the match of the rule at an index asks for; all of it is to hold."""
    match = manifest.rules[index].match
    found = []

    def ask(asks: str, wanted: Any, value: str, holds: Callable[[Any], bool]) -> None:
        found.append(Condition(asks, wanted, attrgetter(value), holds))

    if match.received is not None:
        ask("received", spell(match.received), "received", match.received.__eq__)
    if match.state is not None:
        among = _states(manifest, index).__contains__
        found.append(Condition("state", _any(match.state), _state, among))
    if match.older_than is not None:
        before = shifted(now, -match.older_than)
        ask("creation", f"before {spell(before)}", "created_at", before.__gt__)
    if match.size_over is not None:
        ask("size", f"over {match.size_over}", "size", match.size_over.__lt__)
    if match.sender is not None:
        ask("sender", _like(match.sender), "sender", _glob(match.sender, re.IGNORECASE))
    if match.name is not None:
        ask("name", _like(match.name), "name", _glob(match.name))
    if match.teamspaces is not None:
        in_one = frozenset(match.teamspaces).__contains__
        ask("teamspaces", _any(match.teamspaces), "teamspace_id", in_one)
    if match.tags is not None:
        # What shields matches widely, what may end files narrowly.
        alike = str.casefold if manifest.rules[index].hold else str
        none_of = frozenset(alike(normal(tag)) for tag in match.tags).isdisjoint
        ask("tags", _any(match.tags), "tags", lambda tags: not none_of(map(alike, tags)))
    if match.portal is not None:
        came_through = frozenset(match.portal).__contains__
        found.append(Condition("portal", _any(match.portal), _portal, came_through))
    return found


def _states(manifest: ManifestModel, index: int) -> frozenset[str]:
    """Return the states that a rule is for, with the one that it brings about itself."""
    states = frozenset(manifest.rules[index].match.state or ())
    archived = settings(manifest, index).archived
    if archived is True and "expired" in states:
        return states | {"archived"}
    return states | {"expired"} if archived is False and "archived" in states else states


def settings(manifest: ManifestModel, index: int) -> Setting:
    """Return what the rule at an index sets, and the defaults behind it."""
    own, defaults = manifest.rules[index].set, manifest.defaults or NOTHING
    if own is None:
        return NOTHING
    return Setting.model_construct(
        archived=defaults.archived if own.archived is None else own.archived,
        expiry=defaults.expiry if own.expiry is None else own.expiry,
    )


def _state(package: Package) -> str | None:
    return package.state if package.is_known else None


def _portal(package: Package) -> str | None:
    return "" if package.received is False else package.portal


def _glob(patterns: Sequence[str], flags: int = 0) -> Callable[[str], bool]:
    # Only * and ? are special: a name may well hold a bracket.
    translated = [fnmatch.translate(normal(one).replace("[", "[[]")) for one in patterns]
    match = re.compile("|".join(translated), flags).match
    return lambda text: match(text) is not None


def _like(patterns: Sequence[str]) -> str:
    return f"like {_any(patterns)}"


def _any(words: Sequence[str]) -> str:
    return " or ".join(words)
