"""A request and its answer as values, the same behind every door, and the shapes of answers."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final, Literal

from pulumi_masv.simulator.instants import format_instant
from pulumi_masv.simulator.switches import Switches

Credential = Literal["key", "token", "both"]
# The parameter or the key of a body that a refusal opens with.
_FIELD: Final = re.compile(
    r"(created_at|expiry)\w*|(unlimited|extra)_storage|\w+(?=:)|name|description"
)


@dataclass(frozen=True)
class Request:
    """What came in.

    Attributes:
        method: in capitals.
        path: as it was sent, still percent-encoded.
        query: the same.
        headers: names in small letters.
        body: all of it.

    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def credential(self) -> Credential | None:
        """Which secret was sent, never the secret."""
        key, token = "x-api-key" in self.headers, "x-package-token" in self.headers
        return ("both" if token else "key") if key else "token" if token else None

    def json(self) -> dict[str, Any]:
        """Return the body; ValueError if it is not a JSON object, or not declared as JSON."""
        if not is_json(self.headers.get("content-type", "")):
            raise ValueError("Content-Type must be application/json")
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            raise ValueError("the body is not JSON") from None
        if not isinstance(found, dict):
            raise ValueError("the body is not a JSON object")
        return found


def is_json(content_type: str) -> bool:
    """Return whether a `Content-Type` declares JSON."""
    return content_type.partition(";")[0].strip().casefold() == "application/json"


@dataclass(frozen=True)
class Answer:
    """What goes out.

    Attributes:
        status: of the answer.
        body: all of it.
        headers: without Date and Content-Length.
        pause: seconds to wait before it.
        cut: end the connection instead of answering.
        drip: seconds between any two bytes.

    """

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    pause: float = 0.0
    cut: bool = False
    drip: float | None = None

    def raw(self) -> bytes:
        """Return all that a connection carries before it ends."""
        known = self.status in HTTPStatus._value2member_map_
        phrase = HTTPStatus(self.status).phrase if known else ""
        length = {} if self.status in (204, 304) else {"Content-Length": str(len(self.body))}
        headers = {**self.headers, **length, "Connection": "close"}
        lines = [f"HTTP/1.1 {self.status} {phrase}", *(f"{k}: {v}" for k, v in headers.items())]
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + self.body


def json_answer(status: int, shown: object) -> Answer:
    """Return an answer with a value as JSON."""
    body = json.dumps(shown, default=_plain).encode()
    return Answer(status, body, {"Content-Type": "application/json"})


def _plain(value: Any) -> Any:
    """Return a dataclass, or an instant, in JSON's own types."""
    return format_instant(value) if isinstance(value, datetime) else asdict(value)


def text_answer(status: int, text: str, kind: str = "text/plain") -> Answer:
    """Return an answer with a text."""
    body = text.encode("utf-8", "replace")
    return Answer(status, body, {"Content-Type": f"{kind}; charset=utf-8"})


def error_answer(status: int, kind: str, message: str, switches: Switches) -> Answer:
    """Return a refusal, in the shape that the switch asks for."""
    code = 1000 + status
    named = _FIELD.match(message)
    of_field = {"field": named[0]} if named else {}
    errors = [{"code": f"E{code}", "msg": message, "type": kind, **of_field}]
    if switches.errors == "text":
        return text_answer(status, message)
    if switches.errors == "error":
        return json_answer(status, {"error": message})
    if switches.errors == "errors":
        return json_answer(status, {"errors": errors})
    shown = "Validation failed" if switches.errors == "split" else message
    return json_answer(status, {"code": code, "message": shown, "errors": errors})
