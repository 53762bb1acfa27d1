"""What a manifest declares of the packages there are: which rule decides, and what it comes to.

Nothing is decided by what is not known: a package of which MASV does not say what a rule asks for
is left alone by it and all later ones, and held by a hold.
"""

import fnmatch
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from operator import attrgetter
from typing import Any, Final, Literal, NamedTuple

from pulumi_masv.errors import ManifestError
from pulumi_masv.models import Bound, Declared, ManifestModel, Package, Setting, shifted
from pulumi_masv.plan.package import NEVER, End, end_of
from pulumi_masv.plan.words import counted, quote, spell

Wanted = datetime | Literal["unlimited"] | Bound | None
_NOTHING: Final = Setting.model_construct(archived=None, expiry=None)
_SILENT: Final = "MASV does not say"
_SECOND: Final = timedelta(seconds=1)
_DAY: Final = timedelta(days=1)
_FIRST: Final = datetime.min.replace(tzinfo=timezone.utc)


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
        """What a package says against it, None if nothing."""
        value = self.value(package)
        if value is None:
            return f"{_SILENT} its {self.asks}"
        if self.holds(value):
            return None
        shown = ", ".join(value) or "none of those" if isinstance(value, tuple) else spell(value)
        return f"{self.asks} is {shown}, not {self.wanted}"


@dataclass
class Decision:
    """What a manifest comes to.

    Attributes:
        declared: package id -> what to declare of it; packages that nothing decides are left out.
        deciding: package id -> the index of the rule that decides over it.
        holding: package id -> the index of the first rule that holds it.
        undecided: package id -> the index of the rule that cannot be decided for it.
        warnings: what somebody should look at, one line each.
    """

    declared: dict[str, Declared] = field(default_factory=dict)
    deciding: dict[str, int] = field(default_factory=dict)
    holding: dict[str, int] = field(default_factory=dict)
    undecided: dict[str, int] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


def conditions(manifest: ManifestModel, index: int, now: datetime) -> list[Condition]:
    """What the match of a rule asks for; all of it is to hold."""
    match = manifest.rules[index].match
    found = []

    def ask(asks: str, wanted: Any, value: str, holds: Callable[[Any], bool]) -> None:
        found.append(Condition(asks, wanted, attrgetter(value), holds))

    if match.received is not None:
        ask("received", spell(match.received), "received", match.received.__eq__)
    if match.state is not None:
        ask("state", _any(match.state), "state", _states(manifest, index).__contains__)
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
        among = frozenset(match.teamspaces).__contains__
        ask("teamspaces", _any(match.teamspaces), "teamspace_id", among)
    if match.tags is not None:
        none_of = frozenset(match.tags).isdisjoint
        ask("tags", _any(match.tags), "tags", lambda tags: not none_of(tags))
    if match.portal is not None:
        came_through = frozenset(match.portal).__contains__
        found.append(Condition("portal", _any(match.portal), _portal, came_through))
    return found


def evaluate(manifest: ManifestModel, packages: Sequence[Package], now: datetime) -> Decision:
    """What a manifest declares of these packages.

    Args:
        manifest: what is declared, and the rules.
        packages: as MASV has them, each once.
        now: a UTC instant.

    Raises:
        ValueError: `now` has no zone.
        ManifestError: a rule asks for tags or a portal, and the packages were listed without.
    """
    if now.tzinfo is None:
        raise ValueError("now has no time zone")
    decision = Decision()
    columns: dict[str, list[Any]] = {}
    held: set[int] = set()
    left = {i for i, package in enumerate(packages) if package.id not in manifest.packages}
    taken: dict[int, int] = {}
    for index, rule in enumerate(manifest.rules):
        matched, unknown = _match(manifest, index, packages, columns, now)
        decision.warnings += _odd(manifest, index, matched, unknown, packages, left)
        if rule.hold:
            for i in (matched | unknown) - held:
                decision.holding[packages[i].id] = index
            held |= matched | unknown
        else:
            taken |= dict.fromkeys(matched & left, index)
            decision.undecided |= {packages[i].id: index for i in unknown & left}
            left -= matched | unknown
    _declare_entries(manifest, packages, now, decision)
    _declare_matched(manifest, [(packages[i], taken[i]) for i in sorted(taken)], now, decision)
    return decision


def reasons(
    manifest: ManifestModel, decision: Decision, package: Package, now: datetime
) -> list[str]:
    """Why a manifest comes to what it does for one package: one line for each thing it says."""
    lines = []
    entry = manifest.packages.get(package.id)
    if entry is not None:
        lines.append("packages: it has an entry, which beats all rules but a hold")
        if entry.hold:
            lines.append("packages: held by its entry: nothing ends it earlier")
    deciding = -1 if entry else decision.deciding.get(package.id)
    blocking = None if entry else decision.undecided.get(package.id)
    for index, rule in enumerate(manifest.rules):
        against = [said for c in conditions(manifest, index, now) if (said := c.against(package))]
        silent = bool(against) and all(said.startswith(_SILENT) for said in against)
        if against and not silent:
            says = f"does not match: {'; '.join(against)}"
        elif rule.hold:
            says = "holds it: nothing ends it earlier"
        elif index == deciding:
            says = "decides"
        elif index == blocking:
            says = f"cannot be decided ({'; '.join(against)}): it is left alone"
        else:
            says = "comes too late: what stands before it decides"
        lines.append(f"{manifest.named(index)} {says}")
    return lines


def _match(
    manifest: ManifestModel,
    index: int,
    packages: Sequence[Package],
    columns: dict[str, list[Any]],
    now: datetime,
) -> tuple[set[int], set[int]]:
    """Which packages a rule matches, and of which it cannot be told."""
    matching: Sequence[int] = range(len(packages))
    unknown: set[int] = set()
    for condition in conditions(manifest, index, now):
        column = columns.get(condition.asks)
        if column is None:
            column = columns[condition.asks] = [condition.value(one) for one in packages]
        holds = condition.holds
        silent = {i for i in matching if column[i] is None}
        if silent and condition.asks in ("tags", "portal"):
            raise ManifestError(
                f"{manifest.named(index)} asks for {condition.asks}, which these packages were not "
                f"listed with: let masv.manage list them"
            )
        unknown |= silent
        matching = [i for i in matching if column[i] is None or holds(column[i])]
    unknown.intersection_update(matching)
    return set(matching) - unknown, unknown


def _states(manifest: ManifestModel, index: int) -> frozenset[str]:
    """The states that a rule is for, with the one that it brings about itself."""
    states = frozenset(manifest.rules[index].match.state or ())
    archived = _settings(manifest, index).archived
    if archived is True and "expired" in states:
        return states | {"archived"}
    return states | {"expired"} if archived is False and "archived" in states else states


def _settings(manifest: ManifestModel, index: int) -> Setting:
    """What a rule sets, and the defaults behind it."""
    own, defaults = manifest.rules[index].set, manifest.defaults or _NOTHING
    if own is None:
        return _NOTHING
    return Setting.model_construct(
        archived=defaults.archived if own.archived is None else own.archived,
        expiry=defaults.expiry if own.expiry is None else own.expiry,
    )


def _odd(
    manifest: ManifestModel,
    index: int,
    matched: set[int],
    unknown: set[int],
    packages: Sequence[Package],
    left: set[int],
) -> list[str]:
    """What somebody should look at, whatever the rule comes to."""
    name, rule = manifest.named(index), manifest.rules[index]
    if not packages:
        return []
    lines = []
    if not matched:
        lines.append(f"{name} matches none of {counted(len(packages), 'package')}")
    elif len(matched) == len(packages):
        lines.append(f"{name} matches all of {counted(len(packages), 'package')}")
    elif rule.set and not matched & left:
        lines.append(f"{name} decides nothing: what it matches is decided before it")
    if unknown:
        does = "held" if rule.hold else "left alone"
        lines.append(
            f"{name} cannot be decided for {counted(len(unknown), 'package')}, such as "
            f"{packages[min(unknown)].id}: MASV does not say what it asks for: {does}"
        )
    return lines


def _declare_entries(
    manifest: ManifestModel, packages: Sequence[Package], now: datetime, decision: Decision
) -> None:
    """What stands under `packages`: as it stands, but for a hold and what the defaults add."""
    known = {package.id: package for package in packages if package.id in manifest.packages}
    defaults = manifest.defaults or _NOTHING
    any_hold = any(rule.hold for rule in manifest.rules)
    for package_id, entry in manifest.packages.items():
        live = known.get(package_id)
        held = entry.hold or package_id in decision.holding or (live is None and any_hold)
        own: Wanted = "unlimited" if entry.unlimited_storage else entry.expiry
        declared = entry.declared()
        if own is None and entry.unlimited_storage is None and defaults.expiry is not None:
            declared = _ending(declared, _resolve(defaults.expiry, live, now, held=held)[0])
        elif own is not None and held:
            end = _resolve(own, live, now, held=True)[0]
            declared = _ending(declared, end)
            if live is None:
                decision.warnings.append(
                    f"{package_id} may be held, and is not listed: no end is declared of it"
                )
            elif live.files_exist and end != end_of(entry.declared()):
                decision.warnings.append(
                    f"{package_id} {quote(live.name)} is held: its end stays "
                    f"{spell(end_of(live))}, not {spell(own)} as `packages` says"
                )
        if live is not None and not entry.hold and _loses_hold(manifest, live, entry.name, now):
            declared = declared.model_copy(update={"name": None})
            decision.warnings.append(
                f"{package_id} {quote(live.name)} is held by its name: it is not renamed to "
                f"{quote(entry.name)} before `hold: true` stands on its entry"
            )
        if declared.archived is None:
            declared = declared.model_copy(update={"archived": defaults.archived})
        decision.declared[package_id] = declared


def _loses_hold(manifest: ManifestModel, live: Package, name: str | None, now: datetime) -> bool:
    """Whether a rule holds a package, and none would once it has its new name."""
    if name is None or name == live.name:
        return False

    def is_held(package: Package) -> bool:
        return any(
            rule.hold
            and all(
                value is None or condition.holds(value)
                for condition in conditions(manifest, index, now)
                for value in [condition.value(package)]
            )
            for index, rule in enumerate(manifest.rules)
        )

    return is_held(live) and not is_held(live.model_copy(update={"name": name}))


def _declare_matched(
    manifest: ManifestModel,
    matched: Sequence[tuple[Package, int]],
    now: datetime,
    decision: Decision,
) -> None:
    """What the rules that decide, and the defaults behind them, come to."""
    settings = [_settings(manifest, index) for index in range(len(manifest.rules))]
    kept: dict[tuple[int, str], list[str]] = {}
    for live, index in matched:
        held = live.id in decision.holding
        end, why = _resolve(settings[index].expiry, live, now, held=held)
        if why:
            kept.setdefault((index, why), []).append(live.id)
        declared = Declared.model_construct(name=None, archived=settings[index].archived)
        decision.declared[live.id] = _ending(declared, end)
        decision.deciding[live.id] = index
    for (index, why), package_ids in sorted(kept.items()):
        decision.warnings.append(
            f"{manifest.named(index)} leaves the end of {counted(len(package_ids), 'package')} as "
            f"it is, such as {package_ids[0]}: {why}"
        )


def _resolve(
    wanted: Wanted, live: Package | None, now: datetime, *, held: bool
) -> tuple[End, str | None]:
    """The end to declare, None for none; and why it is not the one that is wanted, if so."""
    if wanted is None:
        return None, None
    if live is None:
        return None, "MASV does not list it"
    ends = end_of(live)
    if not live.files_exist:
        # As it came: to leave it out would show as a change on the day that it comes.
        return (ends if isinstance(ends, datetime) and ends <= now else None), None
    if wanted == "unlimited":
        return NEVER, None
    if isinstance(wanted, Bound):
        end, why = _bounded(wanted, live, now)
    elif wanted <= now:
        end, why = ends, f"{spell(wanted)} has passed"
    else:
        end, why = wanted, None
    if held:
        end = None if end is None or ends is None else _later(end, ends)
    return end, why


def _bounded(bound: Bound, live: Package, now: datetime) -> tuple[End, str | None]:
    ends = end_of(live)
    if ends is None:
        return None, "MASV does not say when they end"
    if live.created_at is None:
        return ends, "MASV does not say when they were created"
    if bound.at_most is None:
        return _later(ends, _up(shifted(live.created_at, bound.at_least or _SECOND), _SECOND)), None
    # Whole days, so that a preview and its up, each with a now of its own, come to the same.
    overdue = _up(shifted(now, bound.grace), _DAY)
    cap = max(_up(shifted(live.created_at, bound.at_most), _SECOND), overdue)
    return (cap if ends is NEVER or ends > cap else ends), None


def _ending(declared: Declared, end: End) -> Declared:
    never = end is NEVER
    return declared.model_copy(
        update={
            "expiry": None if never else end,
            "unlimited_storage": True if never else None,
        }
    )


def _later(one: End, other: End) -> End:
    if one is NEVER or other is NEVER:
        return NEVER
    return max(moment for moment in (one, other) if isinstance(moment, datetime))


def _up(moment: datetime, unit: timedelta) -> datetime:
    """The next instant that is a whole number of units; MASV may keep no fractions of a second."""
    over = (moment - _FIRST) % unit
    return shifted(moment, unit - over) if over else moment


def _portal(package: Package) -> str | None:
    return "" if package.received is False else package.portal


def _glob(patterns: Sequence[str], flags: int = 0) -> Callable[[str], bool]:
    # Only * and ? are special: a name may well hold a bracket.
    translated = [fnmatch.translate(pattern.replace("[", "[[]")) for pattern in patterns]
    match = re.compile("|".join(translated), flags).match
    return lambda text: match(text) is not None


def _like(patterns: Sequence[str]) -> str:
    return f"like {_any(patterns)}"


def _any(words: Sequence[str]) -> str:
    return " or ".join(words)
