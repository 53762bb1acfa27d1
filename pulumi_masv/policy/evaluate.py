"""What a manifest declares of the packages there are: which rule decides, and what it comes to.

Nothing is decided by what is not known: a package of which MASV does not say what a rule asks for
is left alone by it and all later ones, and held by a hold.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from pulumi_masv.errors import ManifestError
from pulumi_masv.formatting import counted, quote, spell
from pulumi_masv.models import Declared, Package
from pulumi_masv.policy.conditions import NOTHING, SILENT, conditions, settings
from pulumi_masv.policy.expiry import ending, resolve
from pulumi_masv.policy.model import Expiry, ManifestModel

_KNOWN_TO_MASV: Final = {"portal": "names", "tags": "ids", "teamspaces": "ids"}
"""What nobody but MASV can read, and by what it goes: else it matches nothing, and says nothing."""


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


def evaluate(manifest: ManifestModel, packages: Sequence[Package], now: datetime) -> Decision:
    """Return what a manifest declares of these packages.

    Args:
        manifest: what is declared, and the rules.
        packages: as observed, each once.
        now: a UTC instant.

    Raises:
        ValueError: `now` has no zone.
        ManifestError: a rule asks for tags or a portal, and the packages were listed without; or a
            hold by ids holds nothing, so what it should protect would end.
    """
    if now.tzinfo is None:
        raise ValueError("now has no time zone: write datetime.now(timezone.utc)")
    decision = Decision()
    columns: dict[str, list[Any]] = {}
    held: set[int] = set()
    odd = {i for i, package in enumerate(packages) if not package.is_known}
    if odd:
        decision.warnings.append(
            f"{counted(len(odd), 'package')}, such as {packages[min(odd)].id}, are in a state that "
            f"this version does not know: no rule decides over them"
        )
    left = {i for i, package in enumerate(packages) if package.id not in manifest.packages} - odd
    taken: dict[int, int] = {}
    empty: list[str] = []
    for index, rule in enumerate(manifest.rules):
        matched, unknown = _match(manifest, index, packages, columns, now)
        decision.warnings += _odd(manifest, index, matched, unknown, packages, left)
        if rule.hold:
            asked = _KNOWN_TO_MASV.keys() & rule.match.model_dump(exclude_none=True).keys()
            if packages and asked:
                known = _match(manifest, index, packages, columns, now, only=asked)
                if not any(known):
                    empty.append(_held_nothing(manifest, index, asked, len(packages)))
            for i in (matched | unknown) - held:
                decision.holding[packages[i].id] = index
            held |= matched | unknown
        else:
            taken |= dict.fromkeys(matched & left, index)
            decision.undecided |= {packages[i].id: index for i in unknown & left}
            left -= matched | unknown
    if empty:
        raise ManifestError(empty)
    _declare_entries(manifest, packages, now, decision)
    _declare_matched(manifest, [(packages[i], taken[i]) for i in sorted(taken)], now, decision)
    return decision


def reasons(
    manifest: ManifestModel, decision: Decision, package: Package, now: datetime
) -> list[str]:
    """Return why a manifest comes to what it does for one package, one line for each thing said."""
    lines = []
    entry = manifest.packages.get(package.id)
    if entry is not None:
        lines.append("packages: it has an entry, which beats all rules but a hold")
        if entry.hold:
            lines.append("packages: held by its entry: nothing ends it earlier")
    deciding = -1 if entry else decision.deciding.get(package.id)
    blocking = None if entry else decision.undecided.get(package.id)
    for index, rule in enumerate(manifest.rules):
        asked = conditions(manifest, index, now)
        against = [said for c in asked if (said := c.against(package))]
        silent = bool(against) and all(said.startswith(SILENT) for said in against)
        if against and not silent:
            says = f"does not match: {'; '.join(against)}"
        elif rule.hold:
            says = "holds it: nothing ends it earlier"
            if widely := [said for c in asked if (said := c.widely(package))]:
                says += (
                    f" (a hold compares without case and takes look-alikes: {'; '.join(widely)})"
                )
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
    *,
    only: AbstractSet[str] | None = None,
) -> tuple[set[int], set[int]]:
    """Return which packages a rule matches, by all its conditions or some, and which are unsure."""
    matching: Sequence[int] = range(len(packages))
    unknown: set[int] = set()
    for condition in conditions(manifest, index, now):
        if only is not None and condition.asks not in only:
            continue
        column = columns.get(condition.asks)
        if column is None:
            column = columns[condition.asks] = [condition.value(one) for one in packages]
        holds = condition.holds
        silent = {i for i in matching if column[i] is None}
        if silent and condition.asks in ("tags", "portal"):
            line = (
                f"{manifest.named(index)} asks for {condition.asks}, which these packages were not "
                f"listed with: let masv.manage list them"
            )
            raise ManifestError([line])
        unknown |= silent
        matching = [i for i in matching if column[i] is None or holds(column[i])]
    unknown.intersection_update(matching)
    return set(matching) - unknown, unknown


def _held_nothing(manifest: ManifestModel, index: int, asked: AbstractSet[str], number: int) -> str:
    expected = " and ".join(f"{name} ({_KNOWN_TO_MASV[name]})" for name in sorted(asked))
    return (
        f"{manifest.named(index)} holds none of {counted(number, 'package')}, so what it should "
        f"protect may end: correct its {expected}"
    )


def _odd(
    manifest: ManifestModel,
    index: int,
    matched: set[int],
    unknown: set[int],
    packages: Sequence[Package],
    left: set[int],
) -> list[str]:
    """Return what somebody should look at, whatever the rule comes to."""
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
    """Declare what stands under `packages`, but for a hold and with what the defaults add."""
    known = {package.id: package for package in packages if package.id in manifest.packages}
    defaults = manifest.defaults or NOTHING
    any_hold = any(rule.hold for rule in manifest.rules)
    for package_id, entry in manifest.packages.items():
        observed = known.get(package_id)
        held = entry.hold or package_id in decision.holding or (observed is None and any_hold)
        own: Expiry | None = "unlimited" if entry.unlimited_storage else entry.expiry
        declared = entry.declared()
        if own is None and entry.unlimited_storage is None and defaults.expiry is not None:
            declared = ending(declared, resolve(defaults.expiry, observed, now, held=held)[0])
        elif own is not None and observed is not None and not observed.files_exist:
            # Whether it is held may end with its files; the end that came does not.
            came = resolve(own, observed, now, held=False)[0]
            declared = ending(declared, came or declared.end)
        elif own is not None and held:
            end = resolve(own, observed, now, held=True)[0]
            declared = ending(declared, end)
            if observed is None:
                decision.warnings.append(
                    f"{package_id} may be held, and is not listed: no end is declared of it"
                )
            elif end != entry.declared().end:
                decision.warnings.append(
                    f"{package_id} {quote(observed.name)} is held: its end stays "
                    f"{spell(observed.end)}, not {spell(own)} as `packages` says"
                )
        if (
            observed is not None
            and not entry.hold
            and _loses_hold(manifest, observed, entry.name, now)
        ):
            declared = declared.model_copy(update={"name": None})
            decision.warnings.append(
                f"{package_id} {quote(observed.name)} is held by its name: it is not renamed to "
                f"{quote(entry.name)} before `hold: true` stands on its entry"
            )
        if declared.archived is None:
            declared = declared.model_copy(update={"archived": defaults.archived})
        decision.declared[package_id] = declared


def _loses_hold(
    manifest: ManifestModel, observed: Package, name: str | None, now: datetime
) -> bool:
    """Return whether a rule holds a package, and none would once it has its new name."""
    if name is None or name == observed.name or not observed.files_exist:
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

    return is_held(observed) and not is_held(observed.model_copy(update={"name": name}))


def _declare_matched(
    manifest: ManifestModel,
    matched: Sequence[tuple[Package, int]],
    now: datetime,
    decision: Decision,
) -> None:
    """Declare what the rules that decide, and the defaults behind them, come to."""
    all_settings = [settings(manifest, index) for index in range(len(manifest.rules))]
    kept: dict[tuple[int, str], list[str]] = {}
    for observed, index in matched:
        held = observed.id in decision.holding
        end, why = resolve(all_settings[index].expiry, observed, now, held=held)
        if why:
            kept.setdefault((index, why), []).append(observed.id)
        declared = Declared.model_construct(name=None, archived=all_settings[index].archived)
        decision.declared[observed.id] = ending(declared, end)
        decision.deciding[observed.id] = index
    for (index, why), package_ids in sorted(kept.items()):
        decision.warnings.append(
            f"{manifest.named(index)} leaves the end of {counted(len(package_ids), 'package')} as "
            f"it is, such as {package_ids[0]}: {why}"
        )
