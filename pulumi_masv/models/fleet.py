"""What a program declares of many packages in one resource, and what the state holds of them.

The state is written `short`, and read whether it is or not.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import ConfigDict, Field, StrictBool, model_validator
from pydantic.alias_generators import to_camel

from pulumi_masv.models.declared import Change, Declared, Inputs, LifecycleInputs, Problem, Wire
from pulumi_masv.models.instants import Instant, format_instant, parse_instant
from pulumi_masv.models.package import PackageId, State, Text, normal
from pulumi_masv.models.secret import SecretiveFleet
from pulumi_masv.models.stored import Outputs, Stored, projected
from pulumi_masv.short import (
    ALL,
    OFF,
    USUAL,
    each_spelled_out,
    of_each,
    sizes_in_one,
)

_SUMMARY: Final = ("new", "finalized", "expired", "archived", "files", "bytes")
_OWN_FLAGS: Final = ("forceDestroy", "retainRemoved", "archiveOnDestroy")
_WIRE: Final = {name: to_camel(name) for name in Declared.model_fields}
_DECLARED: Final = frozenset(_WIRE.values())


class FleetInputs(SecretiveFleet, Inputs):
    """The inputs of a PackageFleet."""

    packages: Annotated[
        dict[PackageId, Declared],
        Field(description="package id -> what is declared for it: a `PackageArgs` or a dict"),
        Change.UPDATES,
    ]
    force_destroy: Annotated[
        StrictBool,
        Field(description="removing an entry, or the fleet, may destroy files that still exist"),
        Change.UPDATES_STATE,
    ] = False
    retain_removed: Annotated[
        StrictBool,
        Field(description="do not destroy what is removed: its files stay, no longer managed"),
        Change.UPDATES_STATE,
    ] = False
    archive_on_destroy: Annotated[
        StrictBool,
        Field(description="after an entry is removed, also archive the tombstone"),
        Change.UPDATES_STATE,
    ] = False

    @classmethod
    def conflicts(cls, bag: Mapping[str, Any]) -> list[Problem]:
        """Return what is wrong between two inputs, of the fleet or of one entry."""
        problems = []
        packages = bag.get("packages")
        entries = packages.items() if isinstance(packages, Mapping) else ()
        for package_id, entry in entries:
            for problem in LifecycleInputs.conflicts(entry) if isinstance(entry, Mapping) else ():
                name = f"packages.{package_id}.{problem.property}"
                problems.append(Problem(name, problem.reason))
        if bag.get("forceDestroy") is True and bag.get("retainRemoved") is True:
            reason = "excludes force_destroy: what is removed is destroyed or kept; take one out"
            problems.append(Problem("retainRemoved", reason))
        return problems

    def entries(self) -> dict[str, LifecycleInputs]:
        """Return each package as a resource of its own would declare it."""
        return {package_id: self.entry(package_id) for package_id in self.packages}

    def entry(self, package_id: str) -> LifecycleInputs:
        """Return one of them."""
        return LifecycleInputs.made(
            package_id=package_id,
            force_destroy=self.force_destroy,
            archive_on_destroy=self.archive_on_destroy,
            **vars(self.packages[package_id]),
        )


class Live(Wire):
    """What the state holds of one package of a fleet."""

    model_config = ConfigDict(extra="ignore")

    name: Text | None = None
    expiry: Instant | None = None
    unlimited_storage: bool | None = None
    archived: bool | None = None
    state: State | None = None
    size: int | None = None
    total_files: int | None = None
    pending_archive: bool | None = None
    received: bool | None = None


class StoredFleet(SecretiveFleet, Outputs):
    """The outputs of a PackageFleet."""

    live: Annotated[
        dict[str, Live],
        Field(
            default_factory=dict,
            description="package id -> `name`, `expiry`, `unlimited_storage`, `archived`, `state`, "
            "`size`, `total_files`, `pending_archive`",
        ),
    ]
    summary: Annotated[
        dict[str, int],
        Field(default_factory=dict, description="packages by state; existing files and bytes"),
    ]
    team_id: Annotated[str | None, Field(description="the team it was read in")] = None
    force_destroy: Annotated[bool, Field(description="as declared")] = False
    retain_removed: Annotated[bool, Field(description="as declared")] = False
    archive_on_destroy: Annotated[bool, Field(description="as declared")] = False
    declared: Annotated[
        dict[str, tuple[str, ...]],
        Field(
            default_factory=dict,
            description="package id -> sorted names of the inputs that the program gave",
        ),
    ]

    @model_validator(mode="before")
    @classmethod
    def _read(cls, bag: Any) -> Any:
        """Return the bag of a state with all that is written short in it spelled out."""
        if not isinstance(bag, Mapping):
            return bag
        live, declared = bag.get("live"), bag.get("declared")
        if not isinstance(live, Mapping):
            return bag
        live = each_spelled_out(live, bag.get(OFF))
        bag = {**bag, "live": live}
        if isinstance(declared, Mapping):
            bag["declared"] = of_each(declared, live)
        return bag

    def wire(self, before: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return the bag of outputs, without what is unknown, and short."""
        bag = super().wire(before)
        live: dict[str, dict[str, Any]] = bag["live"]
        # Of what MASV says of one package and not of another, false must not look like unknown.
        off = [name for name in USUAL if all(name in entry for entry in live.values())]
        for package_id, entry in live.items():
            secret = self.secrets().get(package_id, ())  # it would be told by being left out
            for name in off:
                if entry[name] == USUAL[name] and name not in secret:
                    del entry[name]
        alike = Counter(self.declared.values()).most_common(1)
        if alike and alike[0][1] > 1 and self.declared.keys() == live.keys():
            names = alike[0][0]
            others = {i: bag["declared"][i] for i, each in self.declared.items() if each != names}
            bag["declared"] = {ALL: list(names), **others}
        return {**bag, OFF: off, "live": sizes_in_one(live)}

    @staticmethod
    def subject(bag: Mapping[str, Any]) -> str:
        """Return what an error calls a fleet."""
        return "a fleet"

    @classmethod
    def record(
        cls, entries: Mapping[str, Stored], flags: "FleetInputs | StoredFleet", team_id: str
    ) -> "StoredFleet":
        """Return what to store of these packages."""
        counts: Counter[str] = Counter(dict.fromkeys(_SUMMARY, 0))
        for entry in entries.values():
            counts[str(entry.state)] += 1
            if entry.state in ("new", "finalized"):
                counts["files"] += entry.total_files or 0
                counts["bytes"] += entry.size or 0
        return cls.model_construct(
            live={
                package_id: Live.made(**{name: vars(entry)[name] for name in Live.model_fields})
                for package_id, entry in entries.items()
            },
            summary=dict(counts),
            team_id=team_id,
            force_destroy=flags.force_destroy,
            retain_removed=flags.retain_removed,
            archive_on_destroy=flags.archive_on_destroy,
            secret_inputs=_secret_of(flags.secret_inputs, entries),
            declared={
                package_id: tuple(name for name in entry.declared or () if name in _DECLARED)
                for package_id, entry in entries.items()
            },
        )

    def entries(self) -> dict[str, Stored]:
        """Return each package as a resource of its own would have stored it."""
        return {package_id: self.entry(package_id) for package_id in self.live}

    def entry(self, package_id: str) -> Stored:
        """Return one of them."""
        return Stored.made(
            package_id=package_id,
            team_id=self.team_id,
            force_destroy=self.force_destroy,
            archive_on_destroy=self.archive_on_destroy,
            declared=self.declared.get(package_id),
            secret_inputs=self.secrets().get(package_id),
            **vars(self.live[package_id]),
        )

    @classmethod
    def plainly_holds(cls, bag: Mapping[str, Any], declared: Mapping[str, Any]) -> bool:
        """Return whether a state, as it is written, holds just what is declared.

        True only where reading it would come to the same: nothing is secret, no archive waits, and
        what is compared is spelled as `wire` spells it.
        """
        live, names, packages = bag.get("live"), bag.get("declared"), declared.get("packages")
        if not (
            isinstance(live, Mapping)
            and isinstance(names, Mapping)
            and isinstance(packages, Mapping)
            and live.keys() - {ALL} == packages.keys()
            and names.keys() <= {ALL, *live}
        ):
            return False
        on = {flag: bag[flag] for flag in _OWN_FLAGS if bag.get(flag, False) is not False}
        if bag.get("secretInputs") is not None or any(flag is not True for flag in on.values()):
            return False
        if {**on, "packages": packages} != declared:
            return False
        alike = names.get(ALL)
        return all(
            _is_plainly(live[package_id], names.get(package_id, alike), entry)
            for package_id, entry in packages.items()
        )

    def projection(self) -> FleetInputs:
        """Return what the state says of that which the program declared, as inputs."""
        return FleetInputs.model_construct(
            packages={
                package_id: Declared.made(**projected(live, self.declared.get(package_id)))
                for package_id, live in self.live.items()
            },
            force_destroy=self.force_destroy,
            retain_removed=self.retain_removed,
            archive_on_destroy=self.archive_on_destroy,
            secret_inputs=self.secret_inputs,
        )


class _Written:
    """An entry of `live` as it is written, of which `projected` tells what was declared."""

    __slots__ = ("archived", "expiry", "name", "pending_archive", "unlimited_storage")

    def __init__(self, entry: Mapping[str, Any]) -> None:
        self.name = entry.get("name")
        self.expiry = entry.get("expiry")
        self.unlimited_storage = entry.get("unlimitedStorage")
        self.archived = entry.get("archived")
        self.pending_archive = entry.get("pendingArchive")


def _is_plainly(entry: Any, names: Any, declared: Any) -> bool:
    """Return whether an entry of `live`, as it is written, holds just what is declared."""
    if not isinstance(entry, Mapping) or not isinstance(names, (list, tuple)):
        return False
    one = _Written(entry)
    flags = (one.unlimited_storage, one.archived, one.pending_archive)
    if one.pending_archive or any(flag not in (None, False, True) for flag in flags):
        return False
    try:
        if one.name is not None and normal(one.name) != one.name:
            return False
        if one.expiry is not None and format_instant(parse_instant(one.expiry)) != one.expiry:
            return False
    except (AttributeError, TypeError, ValueError):  # written by hand
        return False
    values = projected(one, tuple(names))
    held = {_WIRE[n]: value for n, value in values.items() if value is not None}
    return bool(held == declared)


def _secret_of(
    secrets: dict[str, tuple[str, ...]] | None, entries: Mapping[str, Stored]
) -> dict[str, tuple[str, ...]] | None:
    """Return what is secret of the packages that there still are."""
    return {i: names for i, names in (secrets or {}).items() if i in entries} or None
