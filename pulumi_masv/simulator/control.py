"""The control API under /_simulator/: what a person or a script does to the simulator from outside.

It asks for no credential, meets no fault and stands in no journal. A wrong request is answered
400 with one line that says what is wrong.
"""

import dataclasses
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from pulumi_masv.simulator.account import Account
from pulumi_masv.simulator.faults import Faults
from pulumi_masv.simulator.instants import as_instant, format_instant
from pulumi_masv.simulator.messages import Answer, Request, json_answer
from pulumi_masv.simulator.refusal import Refused

PREFIX: Final = "/_simulator/"


@dataclasses.dataclass(frozen=True)
class _Call:
    account: Account
    faults: Faults
    journal: list[Any]
    package_id: str
    body: dict[str, Any]

    def only(self, *keys: str) -> tuple[Any, ...]:
        """The values of these keys, which must be all of the body."""
        if set(self.body) != set(keys):
            raise ValueError(f"the body has {' and '.join(keys) or 'no key'} and nothing else")
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
            raise ValueError("advance is a number of seconds")
        call.account.advance(timedelta(seconds=seconds))
    elif "set" in call.body:
        (instant,) = call.only("set")
        call.account.set_now(_instant(instant))
    else:
        raise ValueError('the body is {"advance": seconds} or {"set": instant}')
    return {"now": call.account.now}


def _instant(value: object) -> datetime:
    if not isinstance(value, str):
        raise ValueError("an instant is a text such as 2027-01-31T00:00:00Z")
    return as_instant(value)


def _add(call: _Call) -> Any:
    return {"id": add_package(call.account, call.body)}


def add_package(account: Account, described: Any) -> str:
    """Add a package that was described in JSON; ValueError says what is wrong with it."""
    if not isinstance(described, dict):
        raise ValueError("a package is a JSON object")
    hints = {
        key: hint for key, hint in Account.add_package.__annotations__.items() if key != "return"
    }
    for key, value in described.items():
        if key not in hints:
            raise ValueError(f"a package has no {key!r}; it has {', '.join(sorted(hints))}")
        if key == "state" and value not in ("new", "finalized", "expired", "archived"):
            raise ValueError("state is new, finalized, expired or archived")
        if key in ("recipients", "tags"):
            fits = isinstance(value, list) and all(isinstance(each, str) for each in value)
        elif hints[key] in (bool, int):
            fits = type(value) is hints[key] and value >= 0
        else:
            fits = isinstance(value, str)
        if not fits:
            raise ValueError(f"{key} cannot be {str(value)[:40]!r}")
    return account.add_package(**described)


def _by_hand(verb: str) -> Callable[[_Call], Any]:
    def run(call: _Call) -> Any:
        getattr(call.account, verb)(call.package_id, *call.only())
        return {}

    return run


def _rename(call: _Call) -> Any:
    (name,) = call.only("name")
    if not isinstance(name, str):
        raise ValueError("name is a text")
    call.account.rename(call.package_id, name)
    return {}


def _set_expiry(call: _Call) -> Any:
    (expiry,) = call.only("expiry")
    call.account.set_expiry(call.package_id, _instant(expiry))
    return {}


def _set_fault(call: _Call) -> Any:
    return call.faults.set(**{"kind": None, **call.body})


def _clear_faults(call: _Call) -> Any:
    call.faults.clear()
    return {}


def _switch(call: _Call) -> Any:
    call.account.switches = call.account.switches.with_json(call.body)
    return call.account.switches.as_json()


def _reset_journal(call: _Call) -> Any:
    call.journal.clear()
    return {}


_BY_HAND: Final = f"{PREFIX}packages/{{id}}"
CALLS: Final[tuple[tuple[str, str, str, Callable[[_Call], Any]], ...]] = (
    ("GET", f"{PREFIX}state", "everything but the secrets", _state),
    ("GET", f"{PREFIX}journal", "the requests so far", lambda call: call.journal),
    ("DELETE", f"{PREFIX}journal", "forget the requests so far", _reset_journal),
    ("GET", f"{PREFIX}losses", "the files that ended", lambda call: call.account.losses),
    ("POST", f"{PREFIX}clock", 'move the clock: {"advance": seconds} or {"set": instant}', _clock),
    ("POST", f"{PREFIX}packages", "add a package", _add),
    ("POST", f"{_BY_HAND}/finalize", "its upload is complete", _by_hand("finalize")),
    ("POST", f"{_BY_HAND}/rename", 'by hand: {"name": text}', _rename),
    ("POST", f"{_BY_HAND}/set_expiry", 'by hand: {"expiry": instant}', _set_expiry),
    ("POST", f"{_BY_HAND}/set_unlimited", "by hand", _by_hand("set_unlimited")),
    ("POST", f"{_BY_HAND}/delete", "by hand", _by_hand("delete")),
    ("POST", f"{_BY_HAND}/archive", "by hand", _by_hand("archive")),
    ("POST", f"{_BY_HAND}/unarchive", "by hand", _by_hand("unarchive")),
    ("POST", f"{_BY_HAND}/remove", "as if it had never been", _by_hand("remove")),
    ("POST", f"{PREFIX}faults", "set a fault", _set_fault),
    ("DELETE", f"{PREFIX}faults", "clear all faults", _clear_faults),
    ("PUT", f"{PREFIX}switches", "change some switches", _switch),
)


def respond(account: Account, faults: Faults, journal: list[Any], request: Request) -> Answer:
    """Carry out one request to the control API."""
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
                return json_answer(200, _plain(shown))
        except (ValueError, OverflowError, Refused) as error:
            return json_answer(400, {"error": str(error)})
    known = ", ".join(f"{method} {path}" for method, path, _, _ in CALLS)
    answer = json_answer(405 if methods else 404, {"error": f"no such call; there are: {known}"})
    allow = {"Allow": ", ".join(methods)} if methods else {}
    return dataclasses.replace(answer, headers={**answer.headers, **allow})


def _plain(shown: Any) -> Any:
    """The same in JSON's own types."""
    if dataclasses.is_dataclass(shown) and not isinstance(shown, type):
        return _plain(dataclasses.asdict(shown))
    if isinstance(shown, dict):
        return {key: _plain(value) for key, value in shown.items()}
    if isinstance(shown, list | tuple):
        return [_plain(value) for value in shown]
    return format_instant(shown) if isinstance(shown, datetime) else shown
