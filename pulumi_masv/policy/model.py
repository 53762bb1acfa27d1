"""What a manifest declares: packages by their ids, and rules for all the others. Strict.

Its names are those of a program (`unlimited_storage`); `values` says how its lengths of time, sizes
and lists are written.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Final, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    StrictBool,
    Tag,
    ValidationInfo,
    model_validator,
)

from pulumi_masv.models.declared import Declared, Name
from pulumi_masv.models.instants import Instant
from pulumi_masv.models.package import STATES, PackageId
from pulumi_masv.models.query import StateWord
from pulumi_masv.policy.values import (
    AfterCreation,
    Ids,
    Length,
    Size,
    Text,
    Words,
    instant_or,
    list_schema,
    listed,
    one_word,
    some,
)

_BETWEEN_STATES: Final = rf"[,;|/+&]|\s+(?:and|or)\s+|\s+(?={'|'.join(STATES)})"
_DAY: Final = timedelta(days=1)


def _of_a_day(grace: timedelta) -> timedelta:
    if grace < _DAY:
        raise ValueError("is too short: overdue files keep at least a day, 1d")
    return grace


def _excludes(other: str, reason: str) -> AfterValidator:
    def check(value: Any, info: ValidationInfo) -> Any:
        if value and info.data.get(other) is not None:
            raise ValueError(reason)
        return value

    return AfterValidator(check)


class Strict(BaseModel):
    """A part of a manifest: an unknown name is a typo."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Entry(Strict):
    """What is declared of one package."""

    name: Annotated[Name | None, Field(description="rename the package")] = None
    expiry: Annotated[
        Instant | None,
        instant_or(
            "unlimited_storage: true",
            "an entry takes a date and time; a rule or the defaults take {{at_most: created + {}}}",
        ),
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
        """Return what a fleet declares by it."""
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


def _kind_of_expiry(value: Any) -> str:
    if isinstance(value, (Mapping, Bound)):
        return "bound"
    return "unlimited" if value == "unlimited" else "instant"


EXPIRY_KINDS: Final = frozenset({"bound", "unlimited", "instant"})
Expiry = Annotated[
    Annotated[
        Instant,
        instant_or("unlimited", "write {{at_most: created + {0}}} or {{at_least: created + {0}}}"),
        Tag("instant"),
    ]
    | Annotated[Literal["unlimited"], Tag("unlimited")]
    | Annotated[Bound, Tag("bound")],
    Discriminator(_kind_of_expiry),
]


class Setting(Strict):
    """What a rule, or the defaults, declare of each of their packages."""

    archived: Annotated[
        StrictBool | None,
        Field(description="true: hide the tombstone, once the files are gone; false: show it"),
    ] = None
    expiry: Annotated[
        Expiry | None,
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
        Annotated[
            tuple[Annotated[StateWord, one_word(_BETWEEN_STATES)], ...],
            AfterValidator(some),
        ]
        | None,
        BeforeValidator(listed),
        Field(description="any of new, finalized, expired, archived"),
        list_schema(enum=[*STATES]),
    ] = None
    sender: Annotated[
        Annotated[
            tuple[
                Annotated[Text, one_word(r",|(?:\s*[;|]\s*|\s+(?:(?:and|or)\s+)?)(?=\S*@)")], ...
            ],
            BeforeValidator(listed),
            AfterValidator(some),
        ]
        | None,
        Field(description="a pattern with * and ?, or several, in upper or lower case"),
        list_schema(),
    ] = None
    name: Annotated[
        Words | None,
        Field(description="a pattern with * and ?, or several; a hold ignores case"),
        list_schema(),
    ] = None
    teamspaces: Annotated[Ids | None, Field(description="ids of teamspaces; any of them")] = None
    tags: Annotated[Ids | None, Field(description="ids or names of tags; any of them")] = None
    received: Annotated[
        StrictBool | None,
        Field(description="true: received through a portal; false: sent by the team"),
    ] = None
    portal: Annotated[Ids | None, Field(description="names of portals; any of them")] = None
    older_than: Annotated[Length | None, Field(description="created longer ago")] = None
    size_over: Annotated[
        Size | None, Field(description="larger than so much: bytes, or such as 10GB or 1.5TiB")
    ] = None


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
        Field(description="the first rule that matches a package decides what happens to it"),
    ] = ()
    defaults: Annotated[
        Setting | None,
        Field(description="for packages under `packages`, or matched, that do not say it"),
    ] = None

    def named(self, index: int) -> str:
        """Return what lines call the rule at an index, which counts from 0."""
        return f"rule {index + 1}"
