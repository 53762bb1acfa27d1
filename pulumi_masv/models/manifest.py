"""What a manifest declares: packages by their ids, and rules for all the others. Strict.

Its names are those of a program (`unlimited_storage`), its lengths of time `12h`, `14d` or `2w`,
its sizes `10GB` or bytes. One value may stand for a list of one.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ByteSize,
    ConfigDict,
    Discriminator,
    Field,
    PlainSerializer,
    StrictBool,
    StrictStr,
    Tag,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)

from pulumi_masv.models.declared import Declared, Name
from pulumi_masv.models.instants import Instant
from pulumi_masv.models.package import PackageId, State

_LENGTH = r"[1-9]\d{0,4}[hdw]"
_AFTER_CREATION = re.compile(rf"created\s*\+\s*({_LENGTH})")
_HOURS = {"h": 1, "d": 24, "w": 168}
_DAY = timedelta(days=1)
_SIZE: TypeAdapter[ByteSize] = TypeAdapter(ByteSize)


def _length(value: Any) -> timedelta:
    if isinstance(value, timedelta):
        return value
    if not isinstance(value, str) or not re.fullmatch(_LENGTH, value):
        raise ValueError(f"{value!r} is not a length of time: write it like 12h, 14d or 2w")
    return timedelta(hours=int(value[:-1]) * _HOURS[value[-1]])


def _after_creation(value: Any) -> timedelta:
    found = _AFTER_CREATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if isinstance(value, str) and found is None:
        raise ValueError(f"{value!r} is not a time after creation: write it like created + 14d")
    return _length(found[1] if found else value)


def _spelled(length: timedelta) -> str:
    hours = int(length.total_seconds()) // 3600
    return f"{hours}h" if hours % 24 else f"{hours // 24}d"


def _size(value: Any) -> Any:
    try:
        return _SIZE.validate_python(value)
    except ValidationError:
        raise ValueError(f"{value!r} is not a size: write it like 10GB, or in bytes") from None


def _listed(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


def _some(values: tuple[str, ...]) -> tuple[str, ...]:
    if not values or not all(value.strip() for value in values):
        raise ValueError("is empty or blank, so it would match nothing: leave it out")
    return values


def _one_word(value: str) -> str:
    if "," in value:
        raise ValueError(f"{value!r} holds a comma: write a list, such as [one, other]")
    return value


def _of_a_day(grace: timedelta) -> timedelta:
    if grace < _DAY:
        raise ValueError("is too short: files that are due get a day at least, 1d")
    return grace


def _excludes(other: str, reason: str) -> AfterValidator:
    def check(value: Any, info: ValidationInfo) -> Any:
        if value and info.data.get(other) is not None:
            raise ValueError(reason)
        return value

    return AfterValidator(check)


def _schema(pattern: str, example: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": f"^{pattern}$", "examples": [example]})


def _list_schema(**item: Any) -> WithJsonSchema:
    one = {"type": "string", **item}
    return WithJsonSchema({"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]})


Length = Annotated[
    timedelta, BeforeValidator(_length), PlainSerializer(_spelled), _schema(_LENGTH, "14d")
]
AfterCreation = Annotated[
    timedelta,
    BeforeValidator(_after_creation),
    PlainSerializer(lambda length: f"created + {_spelled(length)}"),
    _schema(rf"\s*created\s*\+\s*{_LENGTH}\s*", "created + 14d"),
]
Size = Annotated[
    int,
    BeforeValidator(_size),
    WithJsonSchema({"type": ["string", "integer"], "examples": ["10GB"]}),
]
Words = Annotated[tuple[StrictStr, ...], BeforeValidator(_listed), AfterValidator(_some)]
Ids = Annotated[
    tuple[Annotated[StrictStr, AfterValidator(_one_word)], ...],
    BeforeValidator(_listed),
    AfterValidator(_some),
    _list_schema(),
]


class Strict(BaseModel):
    """A part of a manifest: an unknown name is a typo."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Entry(Strict):
    """What is declared of one package."""

    name: Annotated[Name | None, Field(description="rename the package")] = None
    expiry: Annotated[
        Instant | None,
        Field(description="when MASV destroys the files, such as 2027-01-31T00:00:00Z"),
    ] = None
    unlimited_storage: Annotated[
        StrictBool | None,
        _excludes("expiry", "excludes expiry: what never expires has none; take one of them out"),
        Field(description="true: it never expires"),
    ] = None
    archived: Annotated[
        StrictBool | None,
        Field(description="true: hide the tombstone, once the files are gone; false: show it"),
    ] = None
    hold: Annotated[
        StrictBool, Field(description="true: nothing ends its files earlier than now planned")
    ] = False

    def declared(self) -> Declared:
        """The same, as a fleet declares it."""
        return Declared.model_construct(
            name=self.name,
            expiry=self.expiry,
            unlimited_storage=self.unlimited_storage,
            archived=self.archived,
        )


class Bound(Strict):
    """An end of files that depends on the one they have."""

    at_most: Annotated[
        AfterCreation | None,
        Field(description="no later than so long after creation; later ends move there"),
    ] = None
    at_least: Annotated[
        AfterCreation | None,
        _excludes("at_most", "excludes at_most: take one of them out"),
        Field(description="no earlier than so long after creation; earlier ends move there"),
    ] = None
    grace: Annotated[
        Length,
        AfterValidator(_of_a_day),
        _excludes("at_least", "is for at_most only: nothing ends earlier by at_least"),
        Field(description="what at_most leaves to files that are overdue, to the end of that day"),
    ] = timedelta(days=7)

    @model_validator(mode="after")
    def _says_one(self) -> "Bound":
        if self.at_most is None and self.at_least is None:
            raise ValueError("says nothing: write at_most or at_least")
        return self


def _kind_of_end(value: Any) -> str:
    if isinstance(value, (Mapping, Bound)):
        return "bound"
    return "unlimited" if value == "unlimited" else "instant"


END_KINDS = frozenset({"bound", "unlimited", "instant"})
End = Annotated[
    Annotated[Instant, Tag("instant")]
    | Annotated[Literal["unlimited"], Tag("unlimited")]
    | Annotated[Bound, Tag("bound")],
    Discriminator(_kind_of_end),
]


class Setting(Strict):
    """What a rule, or the defaults, declare of each of their packages."""

    archived: Annotated[
        StrictBool | None,
        Field(description="true: hide the tombstone, once the files are gone; false: show it"),
    ] = None
    expiry: Annotated[
        End | None,
        Field(description="an instant, `unlimited`, or a bound such as {at_most: created + 14d}"),
    ] = None

    @model_validator(mode="after")
    def _sets_something(self) -> "Setting":
        if self.archived is None and self.expiry is None:
            raise ValueError("sets nothing: write archived or expiry")
        return self


class Match(Strict):
    """Which packages a rule is for: those for which all that is given holds."""

    state: Annotated[
        tuple[State, ...] | None,
        BeforeValidator(_listed),
        Field(description="any of new, finalized, expired, archived", min_length=1),
        _list_schema(enum=["new", "finalized", "expired", "archived"]),
    ] = None
    sender: Annotated[
        Words | None,
        Field(description="a pattern with * and ?, or several, in whatever case"),
        _list_schema(),
    ] = None
    name: Annotated[
        Words | None, Field(description="a pattern with * and ?, or several"), _list_schema()
    ] = None
    teamspaces: Annotated[Ids | None, Field(description="ids of teamspaces; any of them")] = None
    tags: Annotated[Ids | None, Field(description="ids of tags; any of them")] = None
    received: Annotated[
        StrictBool | None,
        Field(description="true: received through a portal; false: sent by the team"),
    ] = None
    portal: Annotated[Ids | None, Field(description="ids of portals; any of them")] = None
    older_than: Annotated[Length | None, Field(description="created longer ago")] = None
    size_over: Annotated[Size | None, Field(description="larger, in bytes or such as 10GB")] = None


class Rule(Strict):
    """What to declare of the packages that match, or that nothing ends them earlier."""

    match: Annotated[Match, Field(description="which packages; {} is all of them")]
    set: Annotated[
        Setting | None, Field(description="what to declare of those that no earlier rule takes")
    ] = None
    hold: Annotated[
        Literal[True] | None,
        _excludes("set", "excludes set: a hold is a rule of its own; write two rules"),
        Field(description="true: nothing ends their files earlier, whatever else is declared"),
    ] = None

    @model_validator(mode="after")
    def _does_one(self) -> "Rule":
        if self.set is None and self.hold is None:
            raise ValueError("does nothing: write set, or hold: true")
        return self


def _none_is_empty(value: Any) -> Any:
    return {} if value is None else value


class ManifestModel(Strict):
    """A manifest, wherever it comes from."""

    packages: Annotated[
        dict[PackageId, Entry],
        BeforeValidator(_none_is_empty),
        Field(description="package id -> what is declared of it; beats every rule but a hold"),
    ] = {}
    rules: Annotated[
        tuple[Rule, ...],
        BeforeValidator(lambda value: () if value is None else value),
        Field(description="the first whose match holds decides over a package"),
    ] = ()
    defaults: Annotated[
        Setting | None,
        Field(description="for packages under `packages`, or matched, that do not say it"),
    ] = None

    def named(self, index: int) -> str:
        """What lines call a rule, counted from 0."""
        return f"rule {index + 1}"
