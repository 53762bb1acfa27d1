"""What MASV says of a package, as far as it says it.

Only `id` and `state` may be relied on; every other field can be absent, which means unknown.
The package token and the password are secrets and are therefore not fields: a token travels
beside its package, in `Observed`, and a password is never read.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final, Literal, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)

from pulumi_masv.models.end import End, Ending
from pulumi_masv.models.instants import MasvInstant

State = Literal["new", "finalized", "expired", "archived"]
STATES: Final = get_args(State)

# An id becomes part of a path, so nothing that a path gives a meaning to may be in it.
ID_PATTERN = re.compile(r"[A-Za-z0-9_-]{1,128}")


def _one_path_segment(value: str) -> str:
    if not ID_PATTERN.fullmatch(value):
        raise ValueError(
            f"{value!a} is not a MASV package id: 1 to 128 letters, digits, '-' and '_'"
        )
    return value


PackageId = Annotated[str, AfterValidator(_one_path_segment)]


def _if_readable(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    """Read a field that MASV is not known to send; what is unreadable is unknown."""
    try:
        return handler(value)
    except ValidationError:
        return None


_IF_READABLE = WrapValidator(_if_readable)


def normal(text: str) -> str:
    """Return a text in NFC; two that look alike are alike then.

    Raises:
        ValueError: it holds half a character, which nothing can store.
    """
    if not text.isascii():
        text.encode()
    return unicodedata.normalize("NFC", text)


def storable(text: str) -> str:
    """Return in NFC a text that somebody typed, or refuse it in words that they understand.

    Raises:
        ValueError: it holds half a character.
    """
    try:
        return normal(text)
    except UnicodeEncodeError:
        what = "contains half a character, which cannot be stored: type it again"
        raise ValueError(what) from None


Text = Annotated[str, AfterValidator(normal)]
# Pulumi keeps numbers as floats, which tell larger ones no longer apart.
Count = Annotated[int, Field(ge=0, le=2**53)]


class Tag(BaseModel):
    """The one tag that a package has."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: Text
    name: Annotated[Text | None, _IF_READABLE] = None


class Package(Ending, BaseModel):
    """One package as MASV answers it; `None` is what the answer left out, or says is not set.

    Attributes:
        id: MASV's id.
        state: new (uploading), finalized, expired (its files are gone) or archived; anything else
            is a state that nobody knows.
        name: its name.
        expiry: the UTC instant at which MASV destroys the files.
        unlimited_storage: whether it never expires; look here before looking at `expiry`.
        custom_expiry: whether somebody set the expiry.
        size: bytes.
        total_files: number of files.
        chunk_size: bytes.
        sender: who sent it.
        recipients: whom it was sent to.
        description: what the sender wrote.
        teamspace_id: the teamspace it lies in.
        access_limit: how often it may be downloaded.
        contains_virus: whether MASV found one.
        created_at: UTC instant.
        updated_at: UTC instant.
        tag: the one that it has, where MASV says so.
        custom_metadata_id: set where a form response hangs on the package; it ends with the files.
        received: whether it was listed among those received, or among those sent.
        tags: of the tags that were asked for, the ids of those that it has.
        portal: of the portals that were asked for, the name of the one it came through; or "".
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: PackageId
    state: Annotated[Text | None, _IF_READABLE] = None
    name: Annotated[Text | None, _IF_READABLE] = None
    expiry: Annotated[MasvInstant, _IF_READABLE] = None
    unlimited_storage: Annotated[bool | None, _IF_READABLE] = None
    custom_expiry: Annotated[bool | None, _IF_READABLE] = None
    size: Annotated[Count | None, _IF_READABLE] = None
    total_files: Annotated[Count | None, _IF_READABLE] = None
    chunk_size: Annotated[Count | None, _IF_READABLE] = None
    sender: Annotated[Text | None, _IF_READABLE] = None
    recipients: Annotated[tuple[Text, ...] | None, _IF_READABLE] = None
    description: Annotated[Text | None, _IF_READABLE] = None
    teamspace_id: Annotated[Text | None, _IF_READABLE] = None
    access_limit: Annotated[int | None, _IF_READABLE] = None
    contains_virus: Annotated[bool | None, _IF_READABLE] = None
    created_at: Annotated[MasvInstant, _IF_READABLE] = None
    updated_at: Annotated[MasvInstant, _IF_READABLE] = None
    tag: Annotated[Tag | None, _IF_READABLE] = None
    custom_metadata_id: Annotated[Text | None, _IF_READABLE] = None
    # Told by the listing that it was found in, never by an answer's own field of that name.
    received: Annotated[bool | None, _IF_READABLE] = None
    tags: Annotated[tuple[str, ...] | None, _IF_READABLE] = None
    portal: Annotated[Text | None, _IF_READABLE] = None

    @model_validator(mode="before")
    @classmethod
    def _with_teamspace(cls, record: Any) -> Any:
        """Read the teamspace from an object, or from its id, or from both, one of them empty."""
        space = record.get("teamspace") if isinstance(record, dict) else None
        if not isinstance(space, dict) or record.get("teamspace_id"):
            return record
        return {**record, "teamspace_id": space.get("id", record.get("teamspace_id"))}

    @property
    def is_known(self) -> bool:
        """Whether its state is one of those that are documented; no other is managed."""
        return self.state in STATES

    @property
    def files_exist(self) -> bool:
        """Whether it may hold files: it does in a state that nobody knows."""
        return self.state not in ("expired", "archived")

    @property
    def end(self) -> End:
        """When its files end; unknown where they exist and MASV does not say whether they do."""
        if self.files_exist and self.unlimited_storage is None:
            return None
        return super().end


@dataclass(frozen=True)
class Observed:
    """One look at a package: what MASV said, the token that came with it, and when.

    Attributes:
        package: the package.
        token: the package token, good for this package's writes for a short while; None where
            the answer has none.
        now: the `Date` of the answer, a UTC instant.
        received: whether it was found in the inbox, which the single read may not serve.
    """

    package: Package
    token: SecretStr | None
    now: datetime
    received: bool = False

    @property
    def received_at(self) -> datetime | None:
        """When a package of the inbox was created: where in the inbox to look for it again."""
        return self.package.created_at if self.received else None
