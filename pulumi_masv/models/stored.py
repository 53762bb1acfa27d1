"""What the state holds of a package, and what of it the program declared.

`Stored.record` is the one mapper from an observed package to the outputs, for create, update
and read; `Stored.projection` is the one way back from outputs to inputs, for diff and read.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Protocol

from pydantic import ConfigDict, Field, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from pulumi_masv.errors import StateUnreadable
from pulumi_masv.models.declared import Declared, LifecycleInputs, Wire, problems_of
from pulumi_masv.models.end import Ending
from pulumi_masv.models.instants import Instant
from pulumi_masv.models.package import Package, State, Text
from pulumi_masv.models.secret import Secretive, veiled
from pulumi_masv.short import FLAGS, spelled_out

if TYPE_CHECKING:
    from typing_extensions import Self

_MANAGED = tuple(Declared.model_fields)
_FLAGS = frozenset(map(to_camel, FLAGS))
_AS_ANSWERED = ("size", "total_files", "sender", "created_at", "updated_at")


class Holds(Protocol):
    """What a state holds of a package that can be declared of it."""

    @property
    def name(self) -> str | None:
        """As MASV has it."""

    @property
    def expiry(self) -> datetime | None:
        """A UTC instant."""

    @property
    def unlimited_storage(self) -> bool | None:
        """Whether it never expires."""

    @property
    def archived(self) -> bool | None:
        """Whether its tombstone is hidden."""

    @property
    def pending_archive(self) -> bool | None:
        """Whether it is to be, once its files have ended."""


class Outputs(Wire):
    """What the state holds of a resource; Pulumi hands whole numbers over as floats."""

    model_config = ConfigDict(extra="ignore")

    @staticmethod
    def subject(bag: Mapping[str, Any]) -> str:
        """Return whose state a bag is, for an error."""
        raise NotImplementedError

    @classmethod
    def parse(cls, bag: Mapping[str, Any]) -> "Self":
        """Return the outputs of a bag.

        Raises:
            StateUnreadable: somebody wrote a state that cannot be read.
        """
        try:
            return cls.model_validate(dict(bag))
        except ValidationError as error:
            wrong = "; ".join(f"{p.property}: {p.reason}" for p in problems_of(error))
            raise StateUnreadable(
                f"the state of {cls.subject(bag)} cannot be read ({wrong})"
            ) from None

    def wire(self, _before: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return the bag of outputs, without what is unknown.

        Args:
            _before: the bag in the state that it replaces.
        """
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


class Stored(Secretive, Ending, Outputs):
    """The outputs of a PackageLifecycle: live while the files exist."""

    package_id: Annotated[str | None, Field(description="MASV's id")] = None
    name: Annotated[Text | None, Field(description="the name")] = None
    expiry: Annotated[
        Instant | None,
        Field(description="when the files end; once they are gone, the last stored value"),
    ] = None
    unlimited_storage: Annotated[
        bool | None,
        Field(description="it never expires; once the files are gone, the last stored value"),
    ] = None
    archived: Annotated[bool | None, Field(description="the tombstone is hidden")] = None
    state: Annotated[
        State | None, Field(description="`new`, `finalized`, `expired` or `archived`")
    ] = None
    size: Annotated[int | None, Field(description="bytes")] = None
    total_files: Annotated[int | None, Field(description="number of files")] = None
    sender: Annotated[str | None, Field(description="who sent it")] = None
    created_at: Annotated[Instant | None, Field(description="when it was created")] = None
    updated_at: Annotated[Instant | None, Field(description="when it last changed")] = None
    team_id: Annotated[str | None, Field(description="the team it was read in")] = None
    received: Annotated[
        bool | None,
        Field(description="true if only the inbox serves it; otherwise left out"),
    ] = None
    pending_archive: Annotated[
        bool | None,
        Field(description="`archived` is declared, and waits for the files to end"),
    ] = None
    force_destroy: Annotated[bool, Field(description="as declared")] = False
    archive_on_destroy: Annotated[bool, Field(description="as declared")] = False
    declared: Annotated[
        tuple[str, ...] | None,
        Field(description="sorted names of the inputs that the program gave"),
    ] = None

    @model_validator(mode="before")
    @classmethod
    def _read(cls, bag: Any) -> Any:
        """Return the bag of a state spelled out; inputs leave out what is not declared."""
        is_state = isinstance(bag, Mapping) and bag.get("declared") is not None
        return spelled_out(bag, dict.fromkeys(FLAGS, False)) if is_state else bag

    def wire(self, before: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return the bag of outputs, without what is unknown, and short.

        A flag that the state before spells stays spelled, since Pulumi shows one that goes as a
        change; one that is declared, since Pulumi takes what is left out to be as declared; and
        one that is secret, since it would be told by being left out.
        """
        bag, before = super().wire(), before or {}
        spelled = {*before, *(self.declared or ())}
        spelled |= {*before.get("secretInputs", ()), *bag.get("secretInputs", ())}
        return {n: v for n, v in bag.items() if v is not False or n not in _FLAGS or n in spelled}

    @staticmethod
    def subject(bag: Mapping[str, Any]) -> str:
        """Return what an error calls the package."""
        return f"package {bag.get('packageId')}"

    def projection(self) -> LifecycleInputs:
        """Return what the state says of that which the program declared, as inputs.

        An expiry that has become unlimited projects as `unlimited_storage`; `archived` counts
        as true while it is pending.
        """
        return LifecycleInputs.made(
            package_id=self.package_id or "",
            force_destroy=self.force_destroy,
            archive_on_destroy=self.archive_on_destroy,
            secret_inputs=self.secret_inputs,
            **projected(self, self.declared),
        )

    def package(self) -> Package | None:
        """Return the package that a state stands for; None where it does not say its state."""
        if self.state is None or not self.package_id:
            return None
        names = ("name", "expiry", "unlimited_storage", *_AS_ANSWERED)
        values = {name: getattr(self, name) for name in names}
        return Package.model_construct(id=self.package_id, state=self.state, **values)

    def managed(self) -> Declared:
        """Return all that can be declared, as the state has it, whether it was declared or not."""
        return Declared.made(
            name=self.name,
            expiry=self.expiry,
            unlimited_storage=self.unlimited_storage,
            archived=bool(self.archived or self.pending_archive),
        )

    def redeclared(self, inputs: LifecycleInputs) -> "Stored":
        """Return the same package with other inputs, which ask nothing of MASV."""
        return self.model_copy(
            update={
                "force_destroy": inputs.force_destroy,
                "archive_on_destroy": inputs.archive_on_destroy,
                "pending_archive": bool(self.pending_archive and inputs.archived),
                "secret_inputs": inputs.secret_inputs,
                "declared": inputs.names(),
            }
        )

    @classmethod
    def record(
        cls,
        package: Package,
        *,
        team_id: str,
        received: bool = False,
        inputs: LifecycleInputs | None = None,
        stored: "Stored | None" = None,
        kept: AbstractSet[str] = frozenset(),
    ) -> "Stored":
        """Return what to store of a package.

        Args:
            package: as just read.
            team_id: the team it was read in.
            received: whether it was read in the inbox.
            inputs: what the program declares; None in a refresh.
            stored: what the state held, if anything.
            kept: declared properties that this run did not touch; their stored value stays, so
                that a change by hand shows at the next refresh and is not reverted before.
        """
        stored = stored or cls()
        declared = inputs or stored.projection()
        expiry, unlimited = _end(package, inputs, stored)
        state = package.state if package.is_known else stored.state
        # A package that expires between two requests of one run waits for the next refresh.
        waits = (
            stored.pending_archive and package.files_exist
            if inputs is None
            else inputs.archived and state != "archived"
        )
        values: dict[str, Any] = {
            "name": _first(package.name, declared.name, stored.name),
            "expiry": expiry,
            "unlimited_storage": unlimited,
            "archived": state == "archived",
            "pending_archive": bool(waits),
        }
        values |= {field: getattr(stored, field) for field in kept}
        if inputs is not None:
            names: tuple[str, ...] | None = inputs.names()
        else:
            names = stored.declared or tuple(sorted({"packageId", *declared.names()}))
        record = cls.made(
            package_id=package.id,
            state=state,
            team_id=team_id,
            received=received or None,
            force_destroy=declared.force_destroy,
            archive_on_destroy=declared.archive_on_destroy,
            secret_inputs=declared.secret_inputs,
            declared=names,
            **{f: _first(getattr(package, f), getattr(stored, f)) for f in _AS_ANSWERED},
            **values,
        )
        return veiled(record, declared.secret_inputs) if declared.secret_inputs else record


def archive_is_due(stored: Holds, now: datetime) -> bool:
    """Return whether an archive waits, and the files have ended by now."""
    return bool(stored.pending_archive and stored.expiry and stored.expiry <= now)


def projected(stored: Holds, names: tuple[str, ...] | None) -> dict[str, Any]:
    """Return what the state says of that which the program declared, by the fields of `Declared`.

    Not validated: MASV may hold a name that a program may not declare.

    Args:
        stored: what the state holds of a package.
        names: of the inputs that the program gave; None for all that the state knows.
    """
    if names is None:
        names = tuple(to_camel(name) for name in _MANAGED if getattr(stored, name) is not None)
    values: dict[str, Any] = {}
    if "name" in names:
        values["name"] = stored.name
    if "expiry" in names and not stored.unlimited_storage:
        values["expiry"] = stored.expiry
    if "unlimitedStorage" in names or ("expiry" in names and stored.unlimited_storage):
        values["unlimited_storage"] = bool(stored.unlimited_storage)
    if "archived" in names:
        values["archived"] = bool(stored.archived or stored.pending_archive)
    return values


def _end(package: Package, inputs: LifecycleInputs | None, stored: Stored) -> tuple[Any, Any]:
    """Return when the files end, or were last said to once they are gone: (expiry, unlimited).

    A field absent from an answer is unknown: what was declared or stored stays.
    """
    observed = (package.expiry, package.unlimited_storage)
    last = (stored.expiry, stored.unlimited_storage)
    declared: tuple[Any, Any] = (None, None)
    if inputs is not None and inputs.expiry is not None:
        declared = (inputs.expiry, False)
    elif inputs is not None:
        declared = (None, inputs.unlimited_storage)
    exist = package.files_exist
    order = (observed, declared, last) if exist else (declared, last, observed)
    unlimited = _first(*(flag for _, flag in order))
    return (None if unlimited else _first(*(expiry for expiry, _ in order))), unlimited


def _first(*values: Any) -> Any:
    return next((value for value in values if value is not None), None)
