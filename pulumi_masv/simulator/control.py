"""The control API under /_simulator/: what a person or a script does to the simulator from outside.

It asks for no credential, meets no fault and stands in no journal. So it answers no web page but
its own: a page elsewhere may send what a browser lets it, under a name that leads here, but neither
a loopback name as `Host` nor JSON. A wrong request is answered 400 with all that is wrong.
"""

import dataclasses
import inspect
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from pydantic import ValidationError, validate_call

from pulumi_masv.simulator.account import Account
from pulumi_masv.simulator.faults import Faults
from pulumi_masv.simulator.instants import as_instant
from pulumi_masv.simulator.messages import Answer, Request, is_json, json_answer
from pulumi_masv.simulator.problems import STRICT, Mistaken, problems
from pulumi_masv.simulator.refusal import Refused

PREFIX: Final = "/_simulator/"
_LOOPBACK: Final = re.compile(
    r"(localhost|127(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}|\[::1\])(:\d{1,5})?", re.ASCII | re.IGNORECASE
)


@dataclasses.dataclass(frozen=True)
class _Call:
    account: Account
    faults: Faults
    journal: list[Any]
    package_id: str
    body: dict[str, Any]

    def only(self, *keys: str) -> tuple[Any, ...]:
        """Return the values of these keys, which must be the whole body."""
        if set(self.body) != set(keys):
            wanted = " and ".join(keys) or "no key"
            raise ValueError(f"the body must have {wanted} and nothing else")
        return tuple(self.body[key] for key in keys)


def _state(call: _Call) -> Any:
    return {
        "now": call.account.now,
        "teams": list(call.account.teams),
        "switches": call.account.switches.as_json(),
        "faults": call.faults.waiting(),
        "requests": len(call.journal),
        "packages": [_open(package) for package in call.account.packages()],
    }


def _open(package: Any) -> dict[str, Any]:
    shown = dataclasses.asdict(package)
    del shown["password"]
    return shown


def _clock(call: _Call) -> Any:
    if "advance" in call.body:
        (seconds,) = call.only("advance")
        if isinstance(seconds, bool) or not isinstance(seconds, int | float):
            raise ValueError("advance must be a number of seconds")
        call.account.advance(timedelta(seconds=seconds))
    elif "set" in call.body:
        (instant,) = call.only("set")
        call.account.set_now(_instant(instant))
    else:
        raise ValueError('the body must be {"advance": seconds} or {"set": instant}')
    return {"now": call.account.now}


def _instant(value: object) -> datetime:
    if not isinstance(value, str):
        raise ValueError("an instant must be text such as 2027-01-31T00:00:00Z")
    return as_instant(value)


def add_package(account: Account, described: Any) -> str:
    """Add a package that was described in JSON; ValueError says all that is wrong with it."""
    if not isinstance(described, dict):
        raise ValueError(f"a package must be a JSON object, not {described!r:.40}")
    known = inspect.signature(account.add_package).parameters
    named = {str(key): value for key, value in described.items()}
    if named.get("unlimited_storage") is True and named.get("expiry") is not None:
        raise ValueError("unlimited_storage excludes expiry: take one of them out")
    try:
        return validate_call(account.add_package, config=STRICT)(**named)  # type: ignore[call-overload,no-any-return]
    except ValidationError as error:
        raise Mistaken(problems(error, "a package", known)) from None


def _by_hand(verb: str) -> Callable[[_Call], Any]:
    return lambda call: getattr(call.account, verb)(call.package_id, *call.only())


def _rename(call: _Call) -> None:
    (name,) = call.only("name")
    if not isinstance(name, str):
        raise ValueError("name must be text")
    call.account.rename(call.package_id, name)


def _set_expiry(call: _Call) -> None:
    (expiry,) = call.only("expiry")
    call.account.set_expiry(call.package_id, _instant(expiry))


def _switch(call: _Call) -> Any:
    call.account.switches = call.account.switches.with_json(call.body)
    return call.account.switches.as_json()


_BY_HAND: Final = f"{PREFIX}packages/{{id}}"
CALLS: Final[tuple[tuple[str, str, str, Callable[[_Call], Any]], ...]] = (
    ("GET", f"{PREFIX}state", "everything but the secrets", _state),
    ("GET", f"{PREFIX}journal", "the requests so far", lambda call: call.journal),
    ("DELETE", f"{PREFIX}journal", "forget the requests so far", lambda call: call.journal.clear()),
    ("GET", f"{PREFIX}losses", "the files that ended", lambda call: call.account.losses),
    ("POST", f"{PREFIX}clock", 'move the clock: {"advance": seconds} or {"set": instant}', _clock),
    (
        "POST",
        f"{PREFIX}packages",
        "add a package",
        lambda call: {"id": add_package(call.account, call.body)},
    ),
    ("POST", f"{_BY_HAND}/finalize", "complete its upload", _by_hand("finalize")),
    ("POST", f"{_BY_HAND}/rename", 'by hand: {"name": text}', _rename),
    ("POST", f"{_BY_HAND}/set_expiry", 'by hand: {"expiry": instant}', _set_expiry),
    ("POST", f"{_BY_HAND}/set_unlimited", "by hand", _by_hand("set_unlimited")),
    ("POST", f"{_BY_HAND}/delete", "by hand", _by_hand("delete")),
    ("POST", f"{_BY_HAND}/archive", "by hand", _by_hand("archive")),
    ("POST", f"{_BY_HAND}/unarchive", "by hand", _by_hand("unarchive")),
    ("POST", f"{_BY_HAND}/hide", "hide it from the key", _by_hand("hide")),
    ("POST", f"{_BY_HAND}/show", "let the key see it again", _by_hand("show")),
    ("POST", f"{_BY_HAND}/remove", "forget it, as if it had never existed", _by_hand("remove")),
    (
        "POST",
        f"{PREFIX}faults",
        "set a fault",
        lambda call: call.faults.set(**{"kind": None, **call.body}),
    ),
    ("DELETE", f"{PREFIX}faults", "clear all faults", lambda call: call.faults.clear()),
    ("PUT", f"{PREFIX}switches", "change some switches", _switch),
)


def respond(account: Account, faults: Faults, journal: list[Any], request: Request) -> Answer:
    """Carry out one request to the control API."""
    if refusal := _refusal(request):
        return json_answer(*refusal)
    methods = []
    for method, path, _, run in CALLS:
        found = re.fullmatch(path.replace("{id}", "(?P<id>[^/]+)"), request.path)
        if found is None:
            continue
        methods.append(method)
        if method != request.method:
            continue
        try:
            with account.lock:
                body = request.json() if request.body else {}
                package_id = found.groupdict().get("id", "")
                shown = run(_Call(account, faults, journal, package_id, body))
                return json_answer(200, {} if shown is None else shown)
        except (ValueError, OverflowError, Refused) as error:
            return json_answer(400, {"error": str(error).replace("\n", "; ")})
    known = ", ".join(f"{method} {path}" for method, path, _, _ in CALLS)
    line = f"no such call; the calls are: {known}"
    answer = json_answer(405 if methods else 404, {"error": line})
    allow = {"Allow": ", ".join(methods)} if methods else {}
    return dataclasses.replace(answer, headers={**answer.headers, **allow})


def _refusal(request: Request) -> tuple[int, dict[str, str]] | None:
    """Return the answer to what may come from a web page, or is no JSON; None where all is well."""
    host = request.headers.get("host")
    if host is not None and not _LOOPBACK.fullmatch(host):
        line = "answers only to localhost, 127.0.0.1 and [::1]"
        return 403, {
            "error": f"the control API {line}, not to {host[:80]!r}: use the URL it printed"
        }
    origin = request.headers.get("origin")
    if origin is not None and origin.casefold() != f"http://{host}".casefold():
        return 403, {"error": f"the control API does not answer pages from {origin[:80]!r}"}
    kind = request.headers.get("content-type", "")
    if (request.body or kind) and request.method != "GET" and not is_json(kind):
        line = "takes JSON only: send Content-Type: application/json"
        return 415, {"error": f"the control API {line}, not {kind[:80]!r}"}
    return None
