"""One request to one answer, whichever door it came through: fault, route, refusal, journal.

The answer also says how it is to be given (late, or not at all); the doors only do as told.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import format_datetime
from typing import Final

from pulumi_masv.simulator import control, routes
from pulumi_masv.simulator.account import Account
from pulumi_masv.simulator.faults import Fault, Faults
from pulumi_masv.simulator.messages import (
    Answer,
    Credential,
    Request,
    error_answer,
    text_answer,
)
from pulumi_masv.simulator.refusal import Refused
from pulumi_masv.simulator.switches import Switches

_STATUS: Final = {
    "invalid": 400,
    "credential": 401,
    "forbidden": 403,
    "missing": 404,
    "method": 405,
}
_PAGE: Final = "<!doctype html><title>Proxy</title><p>Please sign in to the network.</p>"


@dataclass(frozen=True)
class Entry:
    """One line of the journal.

    Attributes:
        method: in capitals.
        path: as it was sent.
        query: the same.
        status: what was answered; None where the connection was cut.
        fault: the kind of the fault it met.
        credential: which secret was shown, never the secret.

    """

    method: str
    path: str
    query: str
    status: int | None
    fault: str | None
    credential: Credential | None


class Dispatcher:
    """An account, its faults, and the journal of what was asked."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.faults = Faults()
        self.journal: list[Entry] = []

    def handle(self, request: Request) -> Answer:
        """Answer one request; `Date` is the account's clock."""
        if request.path.startswith(control.PREFIX):
            return control.respond(self.account, self.faults, self.journal, request)
        with self.account.lock:
            fault = self.faults.strike(request.method, request.path)
            if fault is None:
                answer = self._respond(request)
            elif fault.kind == "latency":
                answer = replace(self._respond(request), pause=fault.seconds)
            elif fault.kind == "drip":
                answer = replace(self._respond(request), drip=fault.seconds)
            else:
                if fault.effect:
                    self._respond(request)
                answer = _struck(fault, self.account.switches)
            self.journal.append(
                Entry(
                    method=request.method,
                    path=request.path,
                    query=request.query,
                    status=None if answer.cut else answer.status,
                    fault=fault.kind if fault else None,
                    credential=request.credential,
                )
            )
            date = format_datetime(self.account.now, usegmt=True)
        return replace(answer, headers={"Date": date, **answer.headers})

    def _respond(self, request: Request) -> Answer:
        switches = self.account.switches
        try:
            return routes.respond(self.account, request)
        except Refused as refused:
            status = _STATUS.get(refused.kind, switches.refused_transition)
            answer = error_answer(status, refused.kind, refused.message, switches)
            return replace(answer, headers={**answer.headers, **refused.headers})
        except (ValueError, OverflowError) as error:
            return error_answer(400, "invalid", str(error), switches)


def _struck(fault: Fault, switches: Switches) -> Answer:
    if fault.kind == "reset":
        return Answer(0, cut=True)
    if fault.kind == "redirect":
        return Answer(302, headers={"Location": fault.location})
    if fault.kind == "oversized":
        body = b'"' + b" " * (33 << 20) + b'"'
        return Answer(200, body, {"Content-Type": "application/json"})
    if fault.kind == "invalid_json":
        return Answer(200, b'{"id": "01', {"Content-Type": "application/json"})
    if fault.kind == "rate_limit":
        answer = error_answer(429, "rate_limit", fault.message, switches)
        after = fault.retry_after
        if after is None:
            return answer
        asked = format_datetime(after, usegmt=True) if isinstance(after, datetime) else str(after)
        return replace(answer, headers={**answer.headers, "Retry-After": asked})
    if fault.answered in (204, 304):  # these have no body
        return Answer(fault.answered)
    if fault.kind == "html":
        return text_answer(fault.answered, _PAGE, "text/html")
    return error_answer(fault.answered, "fault", fault.message, switches)
