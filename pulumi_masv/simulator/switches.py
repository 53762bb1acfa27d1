"""What nobody outside MASV can tell, one switch each.

Every default is one plausible answer; a client is right only if it copes with all of them.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Annotated, Any, Final, Literal

from pydantic import Field, TypeAdapter, ValidationError, field_validator
from pydantic.dataclasses import dataclass

from pulumi_masv.simulator.problems import STRICT, Mistaken, nearest, problems

_MOST: Final = 999_999_999  # a timedelta has no more days
FILTERS: Final = frozenset(
    (
        *("status", "name", "sender", "tags", "teamspaces", "extra_storage", "portal", "sort"),
        *("created_at_start", "created_at_end", "expiry_start", "expiry_end"),
    )
)


Keys = Literal["all", "sample", "flags", "bare"]
Handed = Literal["full", "download", "blank", "none"]


@dataclass(frozen=True, config=STRICT)
class Switches:
    """How this MASV behaves where its documentation is silent.

    Attributes:
        errors: the shape of a refusal's body; in "split" its message says only that something
            failed, and what failed stands among its errors.
        instants: whether a package's times are in UTC or have another offset.
        listed_keys: the keys of a listed record: all, the twelve of the documented v1.1 sample,
            all but flags that are false, or no more than id, state and access_token.
        read_keys: the same for a single read and for what a PUT answers.
        listed_tokens: the token of a listed record: a full one, one that allows no write, a blank
            text, or no such key.
        read_tokens: the same for a single read and for what a PUT answers.
        key_sees: a key may see no package at all from now on; package tokens still open theirs.
        foreign_read: the status of a single read of what the key does not see.
        ended_read: whether the read of one package serves expired and archived ones.
        inbox_read: whether the read of one package serves received ones.
        page_size: a page has no more packages than that, whatever limit asks; page k starts
            after k - 1 such pages.
        over_limit: a limit from 51 to 1000 is refused, taken for 50, or served.
        past_end: a page after the last one is empty, refused (400), missing (404), or the last.
        total: whether a listing's total counts the packages that the key does not see.
        ignored_filters: comma-joined parameters of a listing that are silently ignored.
        unknown_filter: a tag or teamspace that no package has, and an instant that cannot be
            read: nothing matches, or 400, or as if it were not there; "mixed": nothing matches
            the former, the latter is refused.
        zoneless: a listing's instant without a zone is in UTC, or has an offset of -05:00, or
            is one that cannot be read.
        portal_match: a listing's portal is all of the portal's name or a part of it.
        names: the Unicode form in which names are kept and shown.
        refused_transition: the status where a package's state forbids a change.
        repeated_transition: a second DELETE, archive or unarchive.
        rename_after_end: a rename of an expired or archived package.
        put_keeps: a rename without a description keeps the one there is, or clears it.
        put_answer: the body after a rename or a new expiry; "bare" is id, state, access_token.
        done_answer: a DELETE, archive or unarchive answers 204, or 200 with an empty body, with
            the text OK, or with an empty JSON object.
        write_delay: reads show a package as it was before a request changed it for that many
            further requests; the change's own answer shows the new one.
        past_expiry: an expiry that is not in the future.
        expiry_edits: the team may have locked the storage duration.
        unlimited_plan: the plan may not allow unlimited storage.
        date_alone: an expiry sent without unlimited_storage to a package that has it: the date
            counts, unlimited storage stays, or 400.
        expiry_cap_days: the plan stores no expiry later than that many days from now.
        expiry_rounding: a stored expiry may lose its milliseconds.
        expiry_while_unlimited: the field `expiry` while `unlimited_storage` is true.
        expiry_after_delete: kept, or the moment of the DELETE.
        token_lifetime: a package token is refused when older than this on the account's clock; a
            timedelta, which is a number of seconds in JSON.
        token_uses: a package token is refused after that many requests.
        bulk_body: what a bulk request answers.
        bulk_delay: a bulk change takes effect after that many further requests.
        window_start: whether a window contains its start.
        window_end: whether a window contains its end.
        listing_windows: a listing's windows have the same ends, or contain both in any case.

    """

    errors: Literal["full", "split", "errors", "error", "text"] = "full"
    instants: Literal["utc", "offset"] = "utc"
    listed_keys: Keys = "all"
    read_keys: Keys = "all"
    listed_tokens: Handed = "full"
    read_tokens: Handed = "full"
    key_sees: Literal["all", "nothing"] = "all"
    foreign_read: Literal[400, 401, 403, 404] = 404
    ended_read: Literal["served", "missing"] = "served"
    inbox_read: Literal["served", "missing"] = "served"
    page_size: Annotated[int, Field(ge=1)] | None = None
    over_limit: Literal["refused", "cut", "served"] = "refused"
    past_end: Literal["empty", "refused", "missing", "last"] = "empty"
    total: Literal["shown", "all"] = "shown"
    ignored_filters: str = ""
    unknown_filter: Literal["mixed", "nothing", "refused", "ignored"] = "mixed"
    zoneless: Literal["utc", "offset", "refused"] = "utc"
    portal_match: Literal["equal", "substring"] = "equal"
    names: Literal["as given", "NFC", "NFD"] = "as given"
    refused_transition: Literal[400, 403, 409, 422] = 409
    repeated_transition: Literal["accepted", "refused"] = "accepted"
    rename_after_end: Literal["accepted", "refused"] = "accepted"
    put_keeps: Literal["the rest", "nothing"] = "the rest"
    put_answer: Literal["package", "bare", "empty"] = "package"
    done_answer: Literal["204", "empty", "text", "object"] = "204"
    write_delay: Annotated[int, Field(ge=0)] = 0
    past_expiry: Literal["refused", "expires"] = "refused"
    expiry_edits: Literal["allowed", "locked"] = "allowed"
    unlimited_plan: Literal["included", "missing"] = "included"
    date_alone: Literal["dates", "unlimited stays", "refused"] = "dates"
    expiry_cap_days: Annotated[int, Field(ge=0, le=_MOST)] | None = None
    expiry_rounding: Literal["none", "second"] = "none"
    expiry_while_unlimited: Literal["zero", "absent", "stale"] = "zero"
    expiry_after_delete: Literal["kept", "moment"] = "kept"
    token_lifetime: timedelta | None = None
    token_uses: Annotated[int, Field(ge=0)] | None = None
    bulk_body: Literal["null", "object", "count", "text", "empty"] = "null"
    bulk_delay: Annotated[int, Field(ge=0)] = 0
    window_start: Literal["inclusive", "exclusive"] = "inclusive"
    window_end: Literal["inclusive", "exclusive"] = "inclusive"
    listing_windows: Literal["alike", "inclusive"] = "alike"

    @field_validator("ignored_filters")
    @classmethod
    def _known(cls, names: str) -> str:
        if unknown := sorted(set(names.split(",")) - FILTERS - {""}):
            raise ValueError(f"some of {','.join(sorted(FILTERS))}, not {unknown[0]!r}")
        return names

    @cached_property
    def ignored(self) -> frozenset[str]:
        """The names in `ignored_filters`."""
        return frozenset(word for word in self.ignored_filters.split(",") if word)

    def spell(self, name: str) -> str:
        """Return a name in the form in which this MASV keeps it."""
        return name if self.names == "as given" else unicodedata.normalize(self.names, name)

    def in_window(self, instant: datetime, start: datetime | None, end: datetime | None) -> bool:
        """Return whether an instant lies in a window, by how its ends are taken."""
        if start is not None and (
            instant < start or (instant == start and self.window_start == "exclusive")
        ):
            return False
        return end is None or (instant < end or (instant == end and self.window_end == "inclusive"))

    def with_json(self, changes: Mapping[str, Any]) -> "Switches":
        """Return these switches with some changed; ValueError says all that cannot be so.

        Args:
            changes: by name, in JSON's types or Python's; as a number `token_lifetime` is seconds.
        """
        known = [field.name for field in fields(self)]
        wrong = [
            f"no switch is called {name!r}{nearest(name, known)}"
            for name in sorted(changes.keys() - set(known))
        ]
        changes = {name: value for name, value in changes.items() if name in known}
        seconds = changes.get("token_lifetime")
        try:
            if isinstance(seconds, int | float) and not isinstance(seconds, bool):
                changes = {**changes, "token_lifetime": timedelta(seconds=seconds)}
            changed = replace(self, **changes)
        except OverflowError:
            wrong.append("switch token_lifetime: too many seconds")
        except ValidationError as error:
            wrong += [f"switch {one}" for one in problems(error, "MASV", known)]
        if wrong:
            raise Mistaken(wrong)
        return changed

    def as_json(self) -> dict[str, Any]:
        """Return all switches in JSON's types."""
        shown: dict[str, Any] = TypeAdapter(Switches).dump_python(self, mode="json")
        return shown
