"""What the match of a rule asks for, thing by thing, each with what a package says to it.

What shields files matches widely, what may end them narrowly: a hold takes whatever looks alike, in
either case and with any blanks, and any other rule compares exactly, in NFC.
"""

import fnmatch
import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, Final, NamedTuple

from pulumi_masv.formatting import spell
from pulumi_masv.models import Package, normal, shifted
from pulumi_masv.policy.model import ManifestModel, Setting
from pulumi_masv.text import INVISIBLE, look, visible

NOTHING: Final = Setting.model_construct(archived=None, expiry=None)
SILENT: Final = "MASV does not say"
_UNSEEN: Final = re.compile(rf"{INVISIBLE}|[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")
_BLANK: Final = re.compile(r"[\s\u2800]")
_BLANKS: Final = re.compile(" {9,}")  # so many that no pattern tells them apart, only slowly


class Condition(NamedTuple):
    """One thing that a match asks for.

    Attributes:
        asks: its name in the manifest.
        wanted: what it asks for, in words.
        value: what a package says to it; None where MASV does not say.
        holds: whether such a value is as asked.
        exactly: whether it is to any other rule than a hold; None where that is the same.
    """

    asks: str
    wanted: str
    value: Callable[[Package], Any]
    holds: Callable[[Any], bool]
    exactly: Callable[[Any], bool] | None = None

    def against(self, package: Package) -> str | None:
        """Return what a package says against it, None if nothing."""
        value = self.value(package)
        if value is None:
            return f"{SILENT} its {self.asks}"
        if self.holds(value):
            return None
        return f"{self.asks} is {_shown(value)}, not {self.wanted}"

    def widely(self, package: Package) -> str | None:
        """Return what holds for a hold only, None if it would for any other rule too."""
        value = self.value(package)
        if self.exactly is None or value is None or self.exactly(value):
            return None
        return f"{_shown(value)} matches {self.wanted.removeprefix('like ')}"


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
    rule_holds = manifest.rules[index].hold
    for asks, patterns, flags in (
        ("sender", match.sender, re.IGNORECASE | re.ASCII),
        ("name", match.name, 0),
    ):
        if patterns is not None:
            exactly = _glob(patterns, flags)
            holds = _wide_glob(patterns) if rule_holds else exactly
            found.append(
                Condition(asks, f"like {_any(patterns)}", attrgetter(asks), holds, exactly)
            )
    for asks, words, value in (
        ("teamspaces", match.teamspaces, _teamspace),
        ("tags", match.tags, attrgetter("tags")),
        ("portal", match.portal, _portal),
    ):
        if words is not None:
            exactly = _one_of(words)
            holds = _wide_one_of(words) if rule_holds else exactly
            found.append(Condition(asks, _any(words), value, holds, exactly))
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


def _teamspace(package: Package) -> str | None:
    return package.teamspace_id


def _portal(package: Package) -> str | None:
    return "" if package.received is False else package.portal


def _folds(text: str) -> tuple[str, str]:
    """Return a text in the two ways a hold compares it: its small letters as seen, or as capitals.

    One alone is too little: a capital may have a twin that its small letter has not.
    """
    folded = _fold(text)
    if text.isascii():
        return folded, folded
    return _fold(look(text)), _fold(look(folded.upper()))


def _fold(text: str) -> str:
    text = _BLANKS.sub(" " * 8, _BLANK.sub(" ", _UNSEEN.sub("", text)))
    for _ in range(2):  # what one makes of a character, the other may change again
        text = unicodedata.normalize("NFKC", text.casefold())
    return text.replace("i\u0307", "i").replace("ı", "i").casefold()  # Turkish


def _glob(patterns: Sequence[str], flags: int) -> Callable[[str], bool]:
    # Only * and ? are special: a name may well hold a bracket.
    translated = [fnmatch.translate(normal(one).replace("[", "[[]")) for one in patterns]
    match = re.compile("|".join(translated), flags).match
    return lambda text: match(text) is not None


def _wide_glob(patterns: Sequence[str]) -> Callable[[str], bool]:
    as_written = _glob(patterns, re.IGNORECASE)  # a ? is one character, however that folds
    in_folds = [_spaced_glob(folded) for folded in zip(*map(_folds, patterns), strict=True)]

    def holds(text: str) -> bool:
        return as_written(text) or any(
            match(folded) or match(" ".join(folded.split()))
            for match, folded in zip(in_folds, _folds(text), strict=True)
        )

    return holds


def _spaced_glob(patterns: Sequence[str]) -> Callable[[str], Any]:
    """Return what matches any of some patterns, blanks for a blank and around the whole."""
    translated = [
        # As few as will do: fnmatch never gives back what stands between two stars.
        re.sub(r"\\ ", " +?", fnmatch.translate(" ".join(one.split()).replace("[", "[[]")))
        for one in patterns
    ]
    return re.compile("|".join(f" *(?:{one[:-2]} *{one[-2:]})" for one in translated)).match


def _wide_one_of(words: Sequence[str]) -> Callable[[Any], bool]:
    def keys(text: str) -> set[tuple[int, str]]:
        return {(way, " ".join(folded.split())) for way, folded in enumerate(_folds(text))}

    none_of = frozenset().union(*map(keys, words)).isdisjoint
    return lambda told: (
        not all(none_of(keys(one)) for one in ((told,) if isinstance(told, str) else told))
    )


def _one_of(words: Sequence[str]) -> Callable[[Any], bool]:
    none_of = frozenset(map(normal, words)).isdisjoint
    return lambda told: not none_of(map(normal, (told,) if isinstance(told, str) else told))


def _shown(value: Any) -> str:
    return ", ".join(value) or "none of those" if isinstance(value, tuple) else spell(value)


def _any(words: Sequence[str]) -> str:
    return " or ".join(map(visible, words))
