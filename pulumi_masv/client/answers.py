"""What was asked, what came back, and how a refusal reads: one line, without a secret."""

import html
import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import quote

from pydantic import SecretStr

from pulumi_masv.client.gate import LONGEST_PAUSE
from pulumi_masv.errors import MasvError, UnexpectedAnswer

_TOKEN: Final = re.compile(r"eyJ[\w-]+(\.[\w-]*)*")
_PAGE: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype|html)", re.IGNORECASE)
CHECK_URL: Final = "check the network and masv:baseUrl (or MASV_BASE_URL)"


class Again(Exception):
    """An attempt that may be repeated, with the error to end on and the pause asked for."""

    def __init__(self, error: MasvError, pause: float | None = None) -> None:
        self.error = error
        self.pause = pause


@dataclass(frozen=True)
class Request:
    """One request; its credential never becomes part of a message.

    Attributes:
        within: seconds after which it is not sent any more: what it ends was seen long ago.
    """

    method: str
    route: str
    credential: Mapping[str, SecretStr]
    query: Mapping[str, str] | None = None
    body: Mapping[str, Any] | None = None
    within: float = math.inf

    def __str__(self) -> str:
        return f"{self.method} {self.route}"


@dataclass(frozen=True)
class Answer:
    """An answer: its body in bytes, and the UTC instant of its `Date`."""

    request: Request
    status: int
    headers: Mapping[str, str]
    body: bytes
    now: datetime

    @property
    def is_page(self) -> bool:
        """Whether it is a web page, so that something other than MASV answered."""
        if _PAGE.match(self.body):
            return True
        kind = self.headers.get("Content-Type", "").strip().lower()
        body = self.body.strip()
        # Frameworks say text/html of JSON that nobody labelled, and of any text after a success.
        is_done = self.status < 300 and not body.startswith(b"<")
        mislabelled = is_done or body.startswith((b"{", b"["))
        return kind.startswith("text/html") and not mislabelled

    def json(self) -> Any:
        """Return the body as JSON.

        Raises:
            UnexpectedAnswer: it is none, so something other than MASV answered.
        """
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise UnexpectedAnswer(
                f"{self.request} answered {self.status} without JSON: something other than MASV "
                f"answered: {CHECK_URL}"
            ) from None

    def reason(self, secrets: Iterable[SecretStr]) -> str:
        """Return why MASV refused, in its own words, without the secrets they may repeat."""
        if self.is_page:
            return "a web page, so a firewall or proxy answered, not MASV"
        text = self.body.decode("utf-8", "replace")
        try:
            said = json.loads(text)
        except (ValueError, RecursionError):
            said = None
        if isinstance(said, dict):
            # Any other key may hold anything, a password too.
            errors = said.get("errors")
            listed = errors if isinstance(errors, list) else []
            messages = [said.get("message"), *(e.get("msg") for e in listed if isinstance(e, dict))]
            words = [one for one in messages if isinstance(one, str) and one.strip()]
            other = said.get("error")
            text = "; ".join(dict.fromkeys(words)) or (other if isinstance(other, str) else "")
        for secret in secrets:
            plain = secret.get_secret_value()
            for spelled in (plain, json.dumps(plain)[1:-1], html.escape(plain), quote(plain)):
                text = text.replace(spelled, "…")
        return clean(text) or "no reason given"

    def retry_after(self) -> float | None:
        """Return the seconds to wait, from either form of the header; None if it makes no sense."""
        asked = self.headers.get("Retry-After", "").strip()
        if asked.isdecimal():
            return min(float(asked[:9]), LONGEST_PAUSE)
        until = http_date(asked)
        if until is None:
            return None
        return min(max((until - self.now).total_seconds(), 0.0), LONGEST_PAUSE)


def clean(text: str) -> str:
    """Return somebody else's words as one short line, without anything that looks like a token."""
    shown = "".join(c if c.isprintable() else " " for c in _TOKEN.sub("…", text))
    return " ".join(shown.split())[:300]


def http_date(value: str | None) -> datetime | None:
    """Return the UTC instant that a header names; None if it names none."""
    try:
        moment = parsedate_to_datetime(value) if value else None
        if moment is not None and moment.tzinfo is not None:
            return moment.astimezone(timezone.utc)
    except (ValueError, OverflowError):
        return None
    return moment and moment.replace(tzinfo=timezone.utc)
