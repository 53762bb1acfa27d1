"""What goes wrong between a client and MASV, and at which request.

A fault takes the place of the answer. With `effect` the request is carried out first and only
its answer suffers; without, MASV never saw it. Requests are counted from 1 since the fault was
set, and only those that its method and route match. A request meets one fault at most: the one
set first.
"""

import threading
from dataclasses import fields
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Annotated, Any, Final, Literal

from pydantic import Field, ValidationError
from pydantic.dataclasses import dataclass

from pulumi_masv.simulator.problems import STRICT, Mistaken, problems

Kind = Literal[
    "status",
    "latency",
    "drip",
    "reset",
    "rate_limit",
    "html",
    "oversized",
    "redirect",
    "invalid_json",
]
Header = Annotated[str, Field(pattern=r"^[ -~]*$")]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Fault:
    """One thing that goes wrong.

    Attributes:
        kind: `status` answers `status` with `message`; `latency` answers properly, but
            `seconds` later; `drip` answers properly, but byte by byte, status line and headers
            too, with `seconds` between any two (in process, where nothing is sent, the answer is
            as late as its last byte would be); `reset` ends the connection without an answer;
            `rate_limit` answers 429; `html` is a proxy's page, with `status`; `oversized` is
            33 MiB of JSON; `redirect` is a 302 to `location`; `invalid_json` is half an answer
            with status 200.
        at: the first request it strikes.
        times: how many in a row; None for ever.
        method: strikes only these requests.
        route: strikes only paths that match, `*` standing for anything.
        effect: the request is carried out all the same.
        status: for `status` (500 if it is left out) and `html` (200).
        message: for `status` and `rate_limit`.
        seconds: for `latency` and `drip`.
        retry_after: for `rate_limit`: seconds, the text of the header, an instant, or None.
        location: for `redirect`.

    """

    kind: Kind
    at: Annotated[int, Field(ge=1)] = 1
    times: Annotated[int, Field(ge=1)] | None = 1
    method: str | None = None
    route: str | None = None
    effect: bool = False
    status: Annotated[int, Field(ge=200, le=599)] | None = None
    message: str = "something went wrong"
    seconds: Annotated[float, Field(ge=0, le=3600)] = 1.0
    retry_after: int | Header | datetime | None = None
    location: Header = "https://elsewhere.example/"

    @property
    def answered(self) -> int:
        """The status that `status` or `html` answers."""
        return self.status or (200 if self.kind == "html" else 500)

    def matches(self, method: str, path: str) -> bool:
        """Return whether a request is one that it strikes."""
        return self.method in (None, method) and fnmatchcase(path, self.route or "*")


_KNOWN: Final = tuple(one.name for one in fields(Fault))


class Faults:
    """The faults that are set and not yet used up."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[tuple[Fault, list[int]]] = []  # with the matching requests so far

    def set(self, kind: Kind, **how: Any) -> Fault:
        """Set one more, and return it; its arguments are the attributes of `Fault`.

        Raises:
            ValueError: a line for each argument that is wrong.

        """
        try:
            fault = Fault(kind=kind, **how)
        except ValidationError as error:
            raise Mistaken(f"fault: {one}" for one in problems(error, "a fault", _KNOWN)) from None
        with self._lock:
            self._waiting.append((fault, [0]))
        return fault

    def clear(self) -> None:
        """Drop all faults that are waiting."""
        with self._lock:
            self._waiting.clear()

    def waiting(self) -> list[Fault]:
        """Return the faults that have not struck as often as they are to."""
        with self._lock:
            return [fault for fault, _ in self._waiting]

    def strike(self, method: str, path: str) -> Fault | None:
        """Count a request, and return the fault it meets, if any."""
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
