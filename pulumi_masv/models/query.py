"""Which packages a listing is asked for: MASV's own parameters, checked before a request is made.

What MASV would take for no filter at all (an empty list, a blank text, a comma within an id) is
refused: it would come back as everything.
"""

from typing import Annotated, Any, Literal, get_args

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

from pulumi_masv.errors import FilterError
from pulumi_masv.models.declared import problems_of
from pulumi_masv.models.instants import Instant
from pulumi_masv.models.package import State
from pulumi_masv.models.window import not_before

Sort = Literal[
    "name", "-name", "created_at", "-created_at", "size", "-size", "usage_total_bytes",
    "-usage_total_bytes", "expiry", "-expiry", "sender", "-sender", "status", "-status",
    "teamspace_id", "-teamspace_id",
]  # fmt: skip


def _some(value: Any) -> Any:
    if isinstance(value, (str, list, tuple)) and not (value and str(value).strip()):
        raise ValueError("is empty, so it would not filter: leave it out")
    return value


def _listed(value: Any) -> Any:
    """One word, or a list of them, as MASV joins them."""
    words = (value,) if isinstance(value, str) else value
    if isinstance(words, (list, tuple)):
        for word in words:
            if isinstance(word, str) and ("," in word or not word.strip()):
                raise ValueError(f"{word!r} is blank or holds a comma: give each its own place")
    return _some(words)


def _only_of_the_inbox(value: str | None, info: ValidationInfo) -> str | None:
    if value is not None and not info.data.get("received"):
        raise ValueError("only received packages have one: add received=True")
    return value


Text = Annotated[StrictStr, BeforeValidator(_some)]
Words = Annotated[tuple[StrictStr, ...], BeforeValidator(_listed)]


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
        portal: the portal a received package came through.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    status: Annotated[tuple[State, ...], BeforeValidator(_listed)] | None = None
    name: Text | None = None
    sender: Text | None = None
    tags: Words | None = None
    teamspaces: Words | None = None
    created_at_start: Instant | None = None
    created_at_end: Annotated[Instant | None, not_before("created_at_start")] = None
    expiry_start: Instant | None = None
    expiry_end: Annotated[Instant | None, not_before("expiry_start")] = None
    extra_storage: StrictBool | None = None
    sort: Sort = "created_at"
    received: StrictBool = False
    portal: Annotated[Text | None, AfterValidator(_only_of_the_inbox), Field()] = None

    @classmethod
    def parse(cls, **given: Any) -> "Query":
        """The query.

        Raises:
            FilterError: one line for all that is wrong.
        """
        try:
            return cls.model_validate({k: v for k, v in given.items() if v is not None})
        except ValidationError as error:
            wrong = "; ".join(f"{p.property}: {p.reason}" for p in problems_of(error))
            raise FilterError(f"packages cannot be listed so: {wrong}") from None

    @property
    def fixed(self) -> bool:
        """Whether what is listed once stays listed, whatever becomes of it."""
        lasting = {"status", "sender", "created_at_start", "created_at_end", "sort", "received"}
        asked = set(self.model_dump(exclude_none=True))
        return set(self.status or ()) == set(get_args(State)) and asked <= {*lasting, "portal"}

    def parameters(self) -> dict[str, str]:
        """As they stand in the address: lists comma-joined, since MASV ignores a repeated key."""
        spelled = {}
        for name, value in self.model_dump(exclude={"received"}, exclude_none=True).items():
            if isinstance(value, bool):
                spelled[name] = str(value).lower()
            else:
                spelled[name] = ",".join(value) if isinstance(value, tuple) else value
        return spelled
