"""What a program declares of a package, and on each field what changing it costs.

Strict: an unknown name is a typo, a number is no string. A property left out (`None`) is not
managed: never written, never drift.
"""

import re
from collections.abc import Mapping
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Final, NamedTuple

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictStr,
    ValidationError,
)
from pydantic.alias_generators import to_camel, to_snake

from pulumi_masv.arguments import Wrong, nearest
from pulumi_masv.models.end import Ending
from pulumi_masv.models.instants import Instant
from pulumi_masv.models.package import PackageId, storable
from pulumi_masv.models.secret import Secretive, secrets_of

if TYPE_CHECKING:
    from typing_extensions import Self


class Change(Enum):
    """What it costs to change a declared property."""

    REPLACES = "replaces, delete before create"
    UPDATES = "updates"
    UPDATES_STATE = "updates, no request"


class Problem(NamedTuple):
    """One thing wrong with one property, in the wire's spelling."""

    property: str
    reason: str


def _not_blank(value: str) -> str:
    if not value.strip():
        raise ValueError("is blank: give a name, or leave it out to leave MASV's name alone")
    return storable(value)


Name = Annotated[StrictStr, AfterValidator(_not_blank)]


_NONE_TOLD: Final[set[str]] = set()
"""Which fields of a model were set: nobody asks, and a set of its own is a third of its bytes."""


class Wire(BaseModel):
    """A value that travels to Pulumi and back: camelCase there, snake_case here."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)

    @classmethod
    def made(cls, **values: Any) -> "Self":
        """Return one of values that are right as they are; what is left out is as by default.

        `model_construct` does the same, and looks up each field's aliases and default every time.
        """
        one = cls.__new__(cls)
        keep = object.__setattr__  # it is frozen
        keep(one, "__dict__", {**_defaults(cls), **values})
        keep(one, "__pydantic_fields_set__", _NONE_TOLD)
        keep(one, "__pydantic_extra__", None)
        keep(one, "__pydantic_private__", None)
        return one

    def secrets(self) -> Mapping[str, tuple[str, ...]]:
        """Return what the program keeps secret: package id -> the names of its inputs."""
        named, package_id = (getattr(self, n, None) for n in ("secret_inputs", "package_id"))
        return secrets_of(named, package_id)


@cache
def _defaults(model: type[Wire]) -> dict[str, Any]:
    return vars(model.model_construct())


class Declared(Ending, Wire):
    """What can be declared of any package, alone or as one of many.

    Attributes:
        name: the name it is to have.
        expiry: the UTC instant at which MASV is to destroy its files.
        unlimited_storage: True: it never expires. False needs an `expiry`.
        archived: True: its tombstone is hidden, as soon as there is one. False: it is shown.
    """

    model_config = ConfigDict(extra="forbid")

    name: Annotated[
        Name | None,
        Field(description="rename the package"),
        Change.UPDATES,
    ] = None
    expiry: Annotated[
        Instant | None,
        Field(description="when MASV destroys the files; an earlier date is shown as a loss"),
        Change.UPDATES,
    ] = None
    unlimited_storage: Annotated[
        StrictBool | None,
        Field(
            description="it never expires; excludes `expiry`; to turn it off, declare an `expiry`"
        ),
        Change.UPDATES,
    ] = None
    archived: Annotated[
        StrictBool | None,
        Field(description="hide the tombstone of an expired package, or show it again"),
        Change.UPDATES,
    ] = None


class Inputs(Wire):
    """What a program gives a resource: strict, and all that is wrong with it told at once."""

    model_config = ConfigDict(extra="forbid")

    @classmethod
    def conflicts(cls, bag: Mapping[str, Any]) -> list[Problem]:
        """Return what is wrong between two properties of a bag, whether or not each is right."""
        return []

    @classmethod
    def parse(
        cls, bag: Mapping[str, Any], unknown: frozenset[str] = frozenset()
    ) -> tuple["Self | None", list[Problem]]:
        """Return the inputs of a bag, or all that is wrong with it at once.

        Args:
            bag: the wire's names and values, without Pulumi's own.
            unknown: names whose value a preview does not know yet; they are left out.

        Returns:
            the inputs, None where they are wrong or a required one is unknown, and the problems.
        """
        problems = cls.conflicts(bag)
        try:
            inputs = cls.model_validate({k: v for k, v in bag.items() if k not in unknown})
        except ValidationError as error:
            found = problems_of(error)
            return None, problems + [p for p in found if p.property not in unknown]
        return (None if problems else inputs), problems

    def wire(self) -> dict[str, Any]:
        """Return the canonical bag: nothing that was left out, no flag that is off."""
        fields = type(self).model_fields
        off = {n for n, f in fields.items() if f.default is False and not getattr(self, n)}
        return self.model_dump(mode="json", by_alias=True, exclude_none=True, exclude=off)


class LifecycleInputs(Secretive, Declared, Inputs):
    """The inputs of a PackageLifecycle."""

    package_id: Annotated[
        PackageId,
        Field(strict=True, description="MASV's id of an existing package; required"),
        Change.REPLACES,
    ]
    force_destroy: Annotated[
        StrictBool,
        Field(description="removing the resource may destroy files that still exist"),
        Change.UPDATES_STATE,
    ] = False
    archive_on_destroy: Annotated[
        StrictBool,
        Field(description="after the resource is removed, also archive the tombstone"),
        Change.UPDATES_STATE,
    ] = False

    @classmethod
    def conflicts(cls, bag: Mapping[str, Any]) -> list[Problem]:
        """Return what is wrong between two of the inputs."""
        problems = []
        if bag.get("unlimitedStorage") is True and "expiry" in bag:
            reason = "excludes expiry: a package that never expires has none; take one of them out"
            problems.append(Problem("unlimitedStorage", reason))
        if "packageId" in (bag.get("secretInputs") or ()):
            reason = (
                "is secret, but Pulumi keeps a resource's id in clear text: if "
                "it is not secret, write pulumi.Output.unsecret(…)"
            )
            problems.append(Problem("packageId", reason))
        return problems

    def names(self) -> tuple[str, ...]:
        """Return the sorted names of what the program gave."""
        return tuple(sorted(self.wire().keys() - {"secretInputs"}))


_MAPPING = "expected names and their values, not {input!r}"
_REASONS = {
    "dict_type": _MAPPING,
    "model_type": _MAPPING,
    "model_attributes_type": _MAPPING,
    "tuple_type": "expected a list, not {input!r}",
    "missing": "is required",
    "string_type": "expected a string, not {input!r}",
    "bool_type": "expected True or False, not {input!r}",
    "literal_error": "expected {expected}, not {input!r}",
}
_SHOULD_BE: Final = re.compile("Input should be (.*?)(?:, unable to parse .*|, got a number .*)?")


def problems_of(error: ValidationError, *, is_shown: bool = True) -> list[Problem]:
    """Return each failure of a validation as one clear line, with its property.

    Args:
        error: what pydantic found.
        is_shown: whether a line may hold the value; not where it may be a secret.
    """
    return [
        Problem(".".join(str(part) for part in detail["loc"]), reason_of(detail))
        for detail in error.errors(include_url=False, include_input=is_shown)
    ]


def reason_of(detail: Mapping[str, Any]) -> str:
    """Return one failure of a validation, as pydantic tells it, in one clear line."""
    given = detail.get("input")
    if isinstance(given, Wrong):
        return given.reason
    if detail["type"] == "value_error":
        return str(detail["ctx"]["error"])
    if detail["type"] == "extra_forbidden":
        near = nearest(to_snake(str(detail["loc"][-1])), Declared.model_fields)
        return "is not an input of this resource" + (f": did you mean {near}?" if near else "")
    told = detail["msg"].replace("{", "{{")
    should = _SHOULD_BE.fullmatch(told)
    instead = ", not {input!r}" if "input" in detail else ""
    told = f"must be {should[1]}{instead}" if should else told
    template = _REASONS.get(detail["type"], told)
    reason: str = template.format(input=_Shortened(given), **detail.get("ctx", {}))
    return reason


class _Shortened:
    """A value whose repr stays on a line, however much somebody wrote there."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def __repr__(self) -> str:
        shown = ascii(self._value)  # what is expected there is ASCII
        return shown if len(shown) <= 80 else f"{shown[:80]}…"
