"""Which packages a listing is asked for: MASV's own parameters, checked before a request is made.

What MASV would take for no filter at all (an empty list, a blank text, a comma within an id) is
refused: it would come back as everything.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Literal, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictStr,
    ValidationError,
    ValidationInfo,
)

from pulumi_masv.arguments import unknown
from pulumi_masv.errors import FilterError
from pulumi_masv.models.declared import problems_of
from pulumi_masv.models.instants import Instant, shifted
from pulumi_masv.models.package import STATES, Package, State, storable
from pulumi_masv.models.window import not_before

Sort = Literal[
    "name", "-name", "created_at", "-created_at", "size", "-size", "usage_total_bytes",
    "-usage_total_bytes", "expiry", "-expiry", "sender", "-sender", "status", "-status",
    "teamspace_id", "-teamspace_id",
]  # fmt: skip


_CUT: Final = timedelta(seconds=1)  # nobody knows whether MASV's windows keep milliseconds


# What people call a state: MASV's web page does, and other services.
_CALLED: Final = {
    **dict.fromkeys(("uploading", "pending", "draft", "in progress"), "new"),
    **dict.fromkeys(("active", "available", "complete", "completed", "delivered"), "finalized"),
    **dict.fromkeys(("finished", "live", "ready", "sent", "uploaded"), "finalized"),
    **dict.fromkeys(("deleted", "destroyed", "ended", "gone", "removed"), "expired"),
    "hidden": "archived",
}


def one_of(
    what: str, words: tuple[str, ...], called: Mapping[str, str] | None = None
) -> BeforeValidator:
    """Refuse a text that is none of some words, and say which one may be meant.

    Args:
        what: what such a word is, with its article.
        words: those that are allowed.
        called: other word -> the one that it stands for.
    """

    def check(value: Any) -> Any:
        if not isinstance(value, str) or value in words:
            return value
        folded = value.strip().casefold()
        meant = (called or {}).get(folded, folded)
        raise ValueError(f"{value!a} is not {what}: {unknown(meant, words)}")

    return BeforeValidator(check)


def _some(value: Any) -> Any:
    if isinstance(value, (str, list, tuple)) and not (value and str(value).strip()):
        raise ValueError("is empty, so it would not filter: leave it out")
    return value


def _listed(value: Any) -> Any:
    """Return one word, or a list of them, as MASV joins them."""
    words = (value,) if isinstance(value, str) else value
    if isinstance(words, (list, tuple)):
        for word in words:
            if isinstance(word, str) and ("," in word or not word.strip()):
                what = "is blank or contains a comma: list each value by itself"
                raise ValueError(f"{word!r} {what}")
            if isinstance(word, str) and word != word.strip():
                raise ValueError(f"{word!r} begins or ends with a space: take it out")
    return _some(words)


def _only_of_the_inbox(value: str | None, info: ValidationInfo) -> str | None:
    if value is not None and not info.data.get("received"):
        raise ValueError("only received packages have one: ask for them with received")
    return value


StateWord = Annotated[State, one_of("a state", STATES, _CALLED)]
Text = Annotated[StrictStr, BeforeValidator(_some), AfterValidator(storable)]
Words = Annotated[
    tuple[Annotated[StrictStr, AfterValidator(storable)], ...], BeforeValidator(_listed)
]


class Query(BaseModel):
    """The parameters of a listing, in MASV's words; `None` is left out.

    Attributes:
        status: the states asked for; MASV takes finalized and expired where none is.
        name: a part of the name.
        sender: who sent it.
        tags: ids of tags.
        teamspaces: ids of teamspaces.
        created_at_start: the first instant of creation, as a UTC instant.
        created_at_end: the last.
        expiry_start: the first instant of expiry.
        expiry_end: the last.
        extra_storage: whether it takes extra storage.
        sort: a field, with `-` in front to turn it round.
        received: list the packages received instead of those sent.
        portal: the name of the portal that a received package came through.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    status: Annotated[tuple[StateWord, ...], BeforeValidator(_listed)] | None = None
    name: Text | None = None
    sender: Text | None = None
    tags: Words | None = None
    teamspaces: Words | None = None
    created_at_start: Instant | None = None
    created_at_end: Annotated[Instant | None, not_before("created_at_start")] = None
    expiry_start: Instant | None = None
    expiry_end: Annotated[Instant | None, not_before("expiry_start")] = None
    extra_storage: StrictBool | None = None
    sort: Annotated[Sort, one_of("a field to sort by", get_args(Sort))] = "created_at"
    received: StrictBool = False
    portal: Annotated[Text | None, AfterValidator(_only_of_the_inbox), Field()] = None

    @classmethod
    def parse(cls, spelling: Callable[[str], str] = str, /, **given: Any) -> "Query":
        """Return the query.

        Args:
            spelling: of a filter's name, where it is asked for by another one.
            given: the filters, by name; None is left out.

        Raises:
            FilterError: one line for all that is wrong.
        """
        try:
            return cls.model_validate({k: v for k, v in given.items() if v is not None})
        except ValidationError as error:
            # A reason shows the word that is wrong, and not its place among others.
            wrong = "; ".join(
                f"{spelling(p.property.partition('.')[0])}: {p.reason}" for p in problems_of(error)
            )
            raise FilterError(f"cannot list packages like this: {wrong}") from None

    @property
    def fixed(self) -> bool:
        """Whether what is listed once stays listed, whatever becomes of it."""
        lasting = {"status", "sender", "created_at_start", "created_at_end", "sort", "received"}
        asked = set(self.model_dump(exclude_none=True))
        return set(self.status or ()) == set(STATES) and asked <= {*lasting, "portal"}

    def asked(self) -> "Query":
        """Return what MASV is asked for: a name by its longest part with one normal form only."""
        if self.name is None or self.name.isascii():
            return self
        parts = re.findall(r"[ -~]+", self.name)
        return self.model_copy(update={"name": max(parts, key=len, default="").strip() or None})

    def verdicts(self, package: Package) -> dict[str, bool | None]:
        """Return whether a package is what each filter asks for, by what MASV says of it.

        None where that does not tell; a filter that is not asked for is left out.
        """
        told: dict[str, bool | None] = {}
        if self.status is not None:
            told["status"] = package.state in self.status if package.is_known else None
        if self.name is not None:
            told["name"] = _holds(package.name, self.name)
        if self.sender is not None:
            who = package.sender
            told["sender"] = None if who is None else who.casefold() == self.sender.casefold()
        if self.tags is not None:
            tag = package.tag
            told["tags"] = None if tag is None else not {tag.id, tag.name}.isdisjoint(self.tags)
        if self.teamspaces is not None:
            place = package.teamspace_id
            told["teamspaces"] = None if place is None else place in self.teamspaces
        if self.created_at_start or self.created_at_end:
            told["created_at"] = _lies_in(
                package.created_at, self.created_at_start, self.created_at_end
            )
        if self.expiry_start or self.expiry_end:
            told["expiry"] = _lies_in(package.expiry, self.expiry_start, self.expiry_end)
        if self.extra_storage is not None:
            told["extra_storage"] = None
        if self.portal is not None:
            told["portal"] = None
        return told

    def allows(self, package: Package) -> bool | None:
        """Return whether a package is what all filters ask for; None where MASV says too little."""
        told = self.verdicts(package).values()
        return False if False in told else None if None in told else True

    def parameters(self) -> dict[str, str]:
        """Return them as the address has them: comma-joined, since MASV ignores a repeated key."""
        spelled = {}
        for name, value in self.model_dump(exclude={"received"}, exclude_none=True).items():
            if isinstance(value, bool):
                spelled[name] = str(value).lower()
            else:
                spelled[name] = ",".join(value) if isinstance(value, tuple) else value
        return spelled


def _holds(text: str | None, part: str) -> bool | None:
    return None if text is None else part.casefold() in text.casefold()


def _lies_in(moment: datetime | None, start: datetime | None, end: datetime | None) -> bool | None:
    if moment is None:
        return None
    after = start is None or shifted(start, -_CUT) <= moment
    return after and (end is None or moment <= shifted(end, _CUT))
