"""What a program declares of a package, and on each field what changing it costs.

Strict: an unknown name is a typo, a number is no string. A property left out (`None`) is not
managed: never written, never drift.
"""

from collections.abc import Mapping
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictStr,
    ValidationError,
)
from pydantic.alias_generators import to_camel

from pulumi_masv.models.end import Ending
from pulumi_masv.models.instants import Instant
from pulumi_masv.models.package import PackageId, normal

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
    try:
        return normal(value)
    except UnicodeEncodeError:
        raise ValueError("holds half a character, which nothing can store: write it anew") from None


Name = Annotated[StrictStr, AfterValidator(_not_blank)]


class Wire(BaseModel):
    """A value that travels to Pulumi and back: camelCase there, snake_case here."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)


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
        Field(description="when MASV destroys the files; earlier is a loss, and named as one"),
        Change.UPDATES,
    ] = None
    unlimited_storage: Annotated[
        StrictBool | None,
        Field(description="never expires; excludes `expiry`; back to False needs one"),
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
        """What is wrong between two properties of a bag, whether or not each is right."""
        return []

    @classmethod
    def parse(
        cls, bag: Mapping[str, Any], unknown: frozenset[str] = frozenset()
    ) -> tuple["Self | None", list[Problem]]:
        """The inputs of a bag, or all that is wrong with it at once.

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
        """The canonical bag: nothing that was left out, no flag that is off."""
        fields = type(self).model_fields
        off = {n for n, f in fields.items() if f.default is False and not getattr(self, n)}
        return self.model_dump(by_alias=True, exclude_none=True, exclude=off)


class LifecycleInputs(Declared, Inputs):
    """The inputs of a PackageLifecycle."""

    package_id: Annotated[
        PackageId,
        Field(strict=True, description="MASV's id of a package that exists; required"),
        Change.REPLACES,
    ]
    force_destroy: Annotated[
        StrictBool,
        Field(description="let the end of the resource destroy files that still exist"),
        Change.UPDATES_STATE,
    ] = False
    archive_on_destroy: Annotated[
        StrictBool,
        Field(description="after the end of the resource, also archive the tombstone"),
        Change.UPDATES_STATE,
    ] = False

    @classmethod
    def conflicts(cls, bag: Mapping[str, Any]) -> list[Problem]:
        if bag.get("unlimitedStorage") is not True or "expiry" not in bag:
            return []
        reason = "excludes expiry: a package that never expires has none; take one of them out"
        return [Problem("unlimitedStorage", reason)]


_MAPPING = "names and their values are due, not {input!r}"
_REASONS = {
    "dict_type": _MAPPING,
    "model_type": _MAPPING,
    "model_attributes_type": _MAPPING,
    "tuple_type": "a list is due, not {input!r}",
    "missing": "is required",
    "string_type": "a string is due, not {input!r}",
    "bool_type": "True or False is due, not {input!r}",
    "literal_error": "{expected} is due, not {input!r}",
}


def problems_of(error: ValidationError) -> list[Problem]:
    """Each failure of a validation as one clear line, with its property."""
    return [
        Problem(".".join(str(part) for part in detail["loc"]), reason_of(detail))
        for detail in error.errors(include_url=False)
    ]


def reason_of(detail: Mapping[str, Any]) -> str:
    """One failure of a validation, as pydantic tells it, in one clear line."""
    if detail["type"] == "value_error":
        return str(detail["ctx"]["error"])
    if detail["type"] == "extra_forbidden":
        return "is not an input of this resource"
    template = _REASONS.get(detail["type"], detail["msg"].replace("{", "{{"))
    reason: str = template.format(input=_Shortened(detail["input"]), **detail.get("ctx", {}))
    return reason


class _Shortened:
    """A value whose repr stays on a line, however much somebody wrote there."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def __repr__(self) -> str:
        shown = repr(self._value)
        return shown if len(shown) <= 80 else f"{shown[:80]}…"
