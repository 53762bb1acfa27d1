"""What nobody outside MASV can tell, one switch each.

Every default is one plausible answer; a client is right only if it copes with all of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any, Final, Literal, get_args, get_type_hints

_MOST: Final = 999_999_999  # a timedelta has no more days


@dataclass(frozen=True)
class Switches:
    """How this MASV behaves where its documentation is silent.

    Attributes:
        errors: the shape of a refusal's body.
        instants: whether a package's times are in UTC or have another offset.
        optional_keys: whether a package carries more than id, state and access_token.
        refused_transition: the status where a package's state forbids a change.
        repeated_transition: a second DELETE, archive or unarchive.
        rename_after_end: a rename of an expired or archived package.
        past_expiry: an expiry that is not in the future.
        expiry_edits: the team may have locked the storage duration.
        unlimited_plan: the plan may not allow unlimited storage.
        expiry_cap_days: the plan stores no expiry later than that many days from now.
        expiry_rounding: a stored expiry may lose its milliseconds.
        expiry_while_unlimited: the field `expiry` while `unlimited_storage` is true.
        expiry_after_delete: kept, or the moment of the DELETE.
        inbox_read: whether the read of one package serves received ones.
        token_lifetime: a package token is refused when older than this on the account's clock.
        token_uses: a package token is refused after that many requests.
        bulk_body: what a bulk request answers.
        bulk_delay: a bulk change takes effect after that many further requests.
        window_start: whether a window contains its start.
        window_end: whether a window contains its end.
        listing_windows: a listing's windows have the same ends, or contain both in any case.

    """

    errors: Literal["full", "errors", "error", "text"] = "full"
    instants: Literal["utc", "offset"] = "utc"
    optional_keys: Literal["present", "absent"] = "present"
    refused_transition: Literal[400, 403, 409, 422] = 409
    repeated_transition: Literal["accepted", "refused"] = "accepted"
    rename_after_end: Literal["accepted", "refused"] = "accepted"
    past_expiry: Literal["refused", "expires"] = "refused"
    expiry_edits: Literal["allowed", "locked"] = "allowed"
    unlimited_plan: Literal["included", "missing"] = "included"
    expiry_cap_days: int | None = None
    expiry_rounding: Literal["none", "second"] = "none"
    expiry_while_unlimited: Literal["zero", "absent", "stale"] = "zero"
    expiry_after_delete: Literal["kept", "moment"] = "kept"
    inbox_read: Literal["served", "missing"] = "served"
    token_lifetime: timedelta | None = None
    token_uses: int | None = None
    bulk_body: Literal["null", "object", "count", "text", "empty"] = "null"
    bulk_delay: int = 0
    window_start: Literal["inclusive", "exclusive"] = "inclusive"
    window_end: Literal["inclusive", "exclusive"] = "inclusive"
    listing_windows: Literal["alike", "inclusive"] = "alike"

    def __post_init__(self) -> None:
        hints = get_type_hints(type(self))
        for field in fields(self):
            value = getattr(self, field.name)
            choices = get_args(hints[field.name]) or (hints[field.name],)
            if isinstance(choices[0], type):
                fits = type(value) in choices
                wanted = " or ".join("null" if c is type(None) else c.__name__ for c in choices)
            else:
                fits = value in choices and not isinstance(value, bool)
                wanted = " or ".join(map(str, choices))
            if fits and type(value) is int:
                fits, wanted = 0 <= value <= _MOST, f"a number from 0 to {_MOST}"
            if not fits:
                raise ValueError(f"switch {field.name}: {wanted}, not {value!r}")

    def in_window(self, instant: datetime, start: datetime | None, end: datetime | None) -> bool:
        if start is not None and instant == start:
            return self.window_start == "inclusive"
        if end is not None and instant == end:
            return self.window_end == "inclusive"
        return (start is None or start < instant) and (end is None or instant < end)

    def with_json(self, changes: Mapping[str, Any]) -> "Switches":
        """These switches with some changed; `token_lifetime` is in seconds."""
        unknown = sorted(set(changes) - {field.name for field in fields(self)})
        if unknown:
            raise ValueError(f"no switch is called {unknown[0]!r}")
        seconds = changes.get("token_lifetime")
        if isinstance(seconds, int | float) and not isinstance(seconds, bool):
            changes = {**changes, "token_lifetime": timedelta(seconds=seconds)}
        return replace(self, **changes)

    def as_json(self) -> dict[str, Any]:
        shown = {field.name: getattr(self, field.name) for field in fields(self)}
        if self.token_lifetime is not None:
            shown["token_lifetime"] = self.token_lifetime.total_seconds()
        return shown
