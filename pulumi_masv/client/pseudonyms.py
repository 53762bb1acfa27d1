"""What a recording keeps of an exchange, by an allow-list: a known state, a flag, a total, a shape.

Ids become other ids that keep their time, instants move by one number of whole days, numbers keep
their power of ten, and every other leaf is its type. One key gives the same pseudonyms in every
process. Pure: no file, no clock, no environment.
"""

import hashlib
import hmac
import json
import math
import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from typing import Any, Final, get_args

from pulumi_masv.client.ulids import letters, moment_of, ulid
from pulumi_masv.models import STATES
from pulumi_masv.models.query import Sort

_INSTANT: Final = re.compile(
    r"(\d{4}-\d\d-\d\d)([Tt ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:[Zz]|[+-]\d\d:?\d\d)?)?", re.ASCII
)
_ROUTE: Final = frozenset(
    ("", "v1", "v1.1", "teams", "packages", "inbox", "expiry", "archive", "unarchive")
)
_KEY: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")  # a data's key is a word of MASV's
_OPEN: Final = frozenset(("records", "errors", "error", "tag", "teamspace", "links"))
_IDS: Final = frozenset(("tags", "teamspaces", "package_id"))
_KINDS: Final = ("application/json", "application/problem+json", "text/html", "text/plain")


class Pseudonyms:
    """What stands for what, in all recordings of one key.

    Args:
        key: random bytes that only who records has.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._days = -400 - int.from_bytes(self._digest("days")[:2], "big") % 3000

    def route(self, route: str) -> str:
        """Return a route with a pseudonym for each of its ids, the team's too."""
        return "/".join(w if w in _ROUTE else self.identity(w) for w in route.split("/"))

    def query(self, query: Mapping[str, str]) -> dict[str, str]:
        """Return the names of a query, with those of its values that say nothing of anybody."""
        return {safe_key(name): self._parameter(name, value) for name, value in query.items()}

    def body(self, body: bytes) -> tuple[str, Any]:
        """Return the kind of a body (json, html, text, empty) and, of JSON, its shape."""
        try:
            return "json", self._shape(json.loads(body), opened=True)
        except (ValueError, RecursionError):
            text = body.lstrip()
            return ("html" if text.startswith(b"<") else "text" if text else "empty"), None

    def identity(self, text: str) -> str:
        """Return an id for an id; it tells another time, as far from the real one as all do."""
        digest, told = self._digest(text), moment_of(text)
        moved = ulid(told + timedelta(days=self._days), digest) if told else None
        return moved or (f"Z{letters(digest, 25)}" if text else "")  # no ULID begins so

    def instant(self, text: str) -> str:
        """Return an instant moved, spelled as it was; `text` for what is none."""
        found = _INSTANT.fullmatch(text)
        if found is None:
            return _text(text)
        if found[1] == "0001-01-01":  # "not set"
            return text
        try:
            return f"{date.fromisoformat(found[1]) + timedelta(days=self._days)}{found[2] or ''}"
        except (ValueError, OverflowError):
            return "text"

    def moment(self, moment: datetime) -> str:
        """Return a moment moved alike, as RFC 3339 in UTC."""
        moved = moment.astimezone(timezone.utc) + timedelta(days=self._days)
        return moved.isoformat(timespec="microseconds").replace("+00:00", "Z")

    def _digest(self, text: str) -> bytes:
        return hmac.digest(self._key, text.encode("utf-8", "replace"), hashlib.sha256)

    def _parameter(self, name: str, value: str) -> str:
        words = value.split(",")
        if name in _IDS:
            return ",".join(map(self.identity, words))
        if name.endswith(("_start", "_end")):
            return self.instant(value)
        said = (
            value in ("true", "false", "")
            or (name in ("page", "limit") and re.fullmatch(r"[0-9]{1,6}", value))
            or (name == "sort" and value in get_args(Sort))
            or (name == "status" and set(words) <= set(STATES))
        )
        return value if said else "text"

    def _shape(self, value: Any, key: str = "", *, opened: bool) -> Any:
        if isinstance(value, dict):
            # The keys of any other object may be somebody's own words.
            inner = {k: self._shape(v, k, opened=k in _OPEN) for k, v in value.items() if opened}
            shape = {safe_key(k): v for k, v in inner.items()}
            if "records" in shape and isinstance(found := value.get("metadata"), dict):
                total = found.get("total")
                shape["metadata"] = {"total": total} if type(total) is int else {}
            return shape
        if isinstance(value, list):
            every = opened and key in ("", "records", "errors")
            return [self._shape(v, key, opened=opened) for v in (value if every else value[:1])]
        return self._leaf(key, value)

    def _leaf(self, key: str, value: Any) -> Any:
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, (int, float)):
            return _magnitude(value)
        if key == "state" and value in STATES:
            return value
        if key == "id" or key.endswith("_id"):
            return self.identity(value)
        if key == "expiry" or key.endswith("_at"):
            return self.instant(value)
        return _text(value)


def media_type(header: str | None) -> str:
    """Return what a `Content-Type` names, where it is one of those that are known."""
    named = (header or "").partition(";")[0].strip().lower()
    return named if named in _KINDS else "other" if named else ""


def _text(value: str) -> str:
    return "text" if value else ""


def safe_key(name: str) -> str:
    """Return the key of a JSON object, or `key` for what may be somebody's own word."""
    return name if _KEY.fullmatch(name) else "key"


def _magnitude(number: float) -> int:
    whole = int(abs(number)) if isinstance(number, int) or math.isfinite(number) else 0
    power = 10 ** (len(str(whole)) - 1) if whole else 0
    return -power if number < 0 else power
