"""What goes wrong between a client and MASV, and at which request.

A fault takes the place of the answer. With `effect` the request is carried out first and only
its answer suffers; without, MASV never saw it. Requests are counted from 1 since the fault was
set, and only those that its method and route match. A request meets one fault at most: the one
set first.
"""

import threading
from dataclasses import dataclass, fields
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any, Final, Literal, get_args

Kind = Literal[
    "status", "latency", "reset", "rate_limit", "html", "oversized", "redirect", "invalid_json"
]
_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "kind": (str,),
    "at": (int,),
    "times": (int, type(None)),
    "method": (str, type(None)),
    "route": (str, type(None)),
    "effect": (bool,),
    "status": (int,),
    "message": (str,),
    "seconds": (int, float),
    "retry_after": (int, str, datetime, type(None)),
    "location": (str,),
}


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing that goes wrong.

    Attributes:
        kind: `status` answers `status` with `message`; `latency` answers properly, but
            `seconds` later; `reset` ends the connection without an answer; `rate_limit` answers
            429; `html` is a proxy's page with status 200; `oversized` is 33 MiB of JSON;
            `redirect` is a 302 to `location`; `invalid_json` is half an answer with status 200.
        at: the first request it strikes.
        times: how many in a row; None for ever.
        method: strikes only these requests.
        route: strikes only paths that match, `*` standing for anything.
        effect: the request is carried out all the same.
        status: for `status`.
        message: for `status` and `rate_limit`.
        seconds: for `latency`.
        retry_after: for `rate_limit`: seconds, the text of the header, an instant, or None.
        location: for `redirect`.

    """

    kind: Kind
    at: int = 1
    times: int | None = 1
    method: str | None = None
    route: str | None = None
    effect: bool = False
    status: int = 500
    message: str = "something went wrong"
    seconds: float = 1.0
    retry_after: int | str | datetime | None = None
    location: str = "https://elsewhere.example/"

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            allowed = _TYPES[field.name]
            if not isinstance(value, allowed) or isinstance(value, bool) != (allowed == (bool,)):
                raise ValueError(f"fault: {field.name} cannot be {value!r}")
        if self.kind not in get_args(Kind):
            raise ValueError(f"fault: kind is one of {', '.join(get_args(Kind))}")
        if self.at < 1 or (self.times is not None and self.times < 1):
            raise ValueError("fault: at and times count from 1")
        if not 200 <= self.status <= 599:
            raise ValueError("fault: status is from 200 to 599")
        if not 0 <= self.seconds <= 3600:
            raise ValueError("fault: seconds are from 0 to 3600")
        for text in (self.location, str(self.retry_after)):
            if not text.isprintable() or not text.isascii():
                raise ValueError("fault: a header's text is printable ASCII")

    def matches(self, method: str, path: str) -> bool:
        return self.method in (None, method) and fnmatchcase(path, self.route or "*")


class Faults:
    """The faults that are set and not yet used up."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[tuple[Fault, list[int]]] = []  # with the matching requests so far

    def set(self, kind: Kind, **fields: Any) -> Fault:
        """Set one more; its arguments are the attributes of `Fault`."""
        try:
            fault = Fault(kind=kind, **fields)
        except TypeError:
            raise ValueError(f"fault: one of {', '.join(sorted(fields))} is no argument") from None
        with self._lock:
            self._waiting.append((fault, [0]))
        return fault

    def clear(self) -> None:
        with self._lock:
            self._waiting.clear()

    def waiting(self) -> list[Fault]:
        with self._lock:
            return [fault for fault, _ in self._waiting]

    def strike(self, method: str, path: str) -> Fault | None:
        """The fault this request meets, if any; counts the request."""
        struck = None
        with self._lock:
            for fault, seen in self._waiting:
                if fault.matches(method, path):
                    seen[0] += 1
                    if struck is None and seen[0] >= fault.at:
                        struck = fault
            self._waiting = [
                (fault, seen)
                for fault, seen in self._waiting
                if fault.times is None or seen[0] < fault.at + fault.times - 1
            ]
        return struck
