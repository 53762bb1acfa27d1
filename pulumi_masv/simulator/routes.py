"""The endpoints: who may ask what, and what MASV answers.

The API key opens the team routes and no other, a package's token the routes of that package and
no other; a request that shows the wrong one is refused even where it shows the right one too.
"""

import functools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from urllib.parse import unquote

from pulumi_masv.simulator.account import Account
from pulumi_masv.simulator.instants import parse_instant
from pulumi_masv.simulator.listing import Listing
from pulumi_masv.simulator.messages import Answer, Request, json_answer, text_answer
from pulumi_masv.simulator.records import package_bare, package_listed, package_shown
from pulumi_masv.simulator.refusal import Refused

Run = Callable[[Account, Mapping[str, str], Request], Answer]


@dataclass(frozen=True)
class Endpoint:
    """One call.

    Attributes:
        name: unique, for the documentation.
        method: in capitals.
        path: with `{team}`, with `{id}`, with both or without.
        credential: the one that opens it.
        run: carries it out.

    """

    name: str
    method: str
    path: str
    credential: Literal["key", "token"]
    run: Run

    def match(self, path: str) -> dict[str, str] | None:
        """Return the parts of a path that the endpoint names; None where it is another's."""
        found = _pattern(self.path).fullmatch(path)
        return {key: unquote(value) for key, value in found.groupdict().items()} if found else None


@functools.cache
def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path))


def respond(account: Account, request: Request) -> Answer:
    """Carry out one request.

    Raises:
        Refused: MASV says no.

    """
    account.request_made()
    found = [(each, each.match(request.path)) for each in ENDPOINTS]
    matching = [(each, params) for each, params in found if params is not None]
    if not matching:
        raise Refused("missing", "no such route")
    for endpoint, params in matching:
        if endpoint.method == request.method:
            _authorise(account, endpoint, params, request)
            run = functools.partial(endpoint.run, account, params, request)
            return account.change(params["id"], run) if endpoint.credential == "token" else run()
    known = ", ".join(endpoint.method for endpoint, _ in matching)
    raise Refused("method", f"this route has no {request.method}", Allow=known)


def _authorise(
    account: Account, endpoint: Endpoint, params: Mapping[str, str], request: Request
) -> None:
    sent = request.credential
    if endpoint.credential == "key":
        if sent != "key":
            raise Refused("credential", "this route takes X-API-KEY and nothing else")
        key = request.headers["x-api-key"]
        if key not in account.teams.values():
            raise Refused("credential", "invalid API key")
        if "team" in params and account.teams.get(params["team"]) != key:
            raise Refused("forbidden", "the API key is not for this team")
    else:
        if sent != "token":
            raise Refused("credential", "this route takes X-Package-Token and nothing else")
        account.accept_token(request.headers["x-package-token"], params["id"])


def _teams(account: Account, _params: Mapping[str, str], request: Request) -> Answer:
    key = request.headers["x-api-key"]
    named = [{"id": team, "name": f"Team {n}"} for n, team in enumerate(account.teams, 1)]
    return json_answer(200, [team for team in named if account.teams[team["id"]] == key])


def _listing(received: bool) -> Run:
    def run(account: Account, params: Mapping[str, str], request: Request) -> Answer:
        team_id = params["team"]
        listing = Listing.read(
            request.query,
            account.switches,
            lambda: account.known(team_id),
            team_id=team_id,
            received=received,
        )
        total, page = listing.of(account.found(listing.wanted, listing.sort))
        records = [package_listed(account, package) for package in page]
        return json_answer(200, {"metadata": {"total": total}, "records": records})

    return run


def _read(account: Account, params: Mapping[str, str], _request: Request) -> Answer:
    return json_answer(200, package_shown(account, account.read(params["team"], params["id"])))


def _rename(account: Account, params: Mapping[str, str], request: Request) -> Answer:
    asked = request.json()
    name = asked.get("name")
    description = asked.get("description", "" if account.switches.put_keeps == "nothing" else None)
    if not isinstance(name, str):
        raise ValueError("name must be a string")
    if not isinstance(description, str | None):
        raise ValueError("description must be a string")
    account.rename(params["id"], name, description)
    return _put(account, params["id"])


def _expiry(account: Account, params: Mapping[str, str], request: Request) -> Answer:
    asked = request.json()
    unlimited = asked.get("unlimited_storage", False)
    if not isinstance(unlimited, bool):
        raise ValueError("unlimited_storage must be true or false")
    if unlimited:
        if "expiry" in asked:
            raise ValueError("unlimited_storage and expiry exclude each other")
        account.set_unlimited(params["id"])
    else:
        alone = "unlimited_storage" not in asked
        account.set_expiry(params["id"], _field(asked, "expiry"), date_alone=alone)
    return _put(account, params["id"])


def _put(account: Account, package_id: str) -> Answer:
    if account.switches.put_answer == "empty":
        return Answer(200)
    shown = package_bare if account.switches.put_answer == "bare" else package_shown
    return json_answer(200, shown(account, account.package(package_id)))


def _verb(verb: Callable[[Account, str], None]) -> Run:
    def run(account: Account, params: Mapping[str, str], _request: Request) -> Answer:
        verb(account, params["id"])
        match account.switches.done_answer:
            case "text":
                return text_answer(200, "OK")
            case "object":
                return json_answer(200, {})
            case body:
                return Answer(204 if body == "204" else 200)

    return run


def _bulk(received: bool, archived: bool) -> Run:
    def run(account: Account, params: Mapping[str, str], request: Request) -> Answer:
        asked = request.json()
        start, end = _field(asked, "expiry_start"), _field(asked, "expiry_end")
        if start > end:
            raise ValueError("expiry_start is after expiry_end")
        count = account.turn_window(
            params["team"], start, end, received=received, archived=archived
        )
        body = account.switches.bulk_body
        if body in ("text", "empty"):
            return text_answer(200, f"{count} packages" if body == "text" else "")
        return json_answer(200, {"null": None, "object": {}, "count": {"count": count}}[body])

    return run


def _field(asked: Mapping[str, Any], key: str) -> datetime:
    if key not in asked:
        raise ValueError(f"{key} is required")
    try:
        return parse_instant(asked[key])
    except ValueError as error:
        raise ValueError(f"{key}: {error}") from None


_TEAM: Final = "/v1/teams/{team}"
_TEAM_READS: Final = "/v1.1/teams/{team}"
_PACKAGE: Final = "/v1/packages/{id}"
ENDPOINTS: Final = (
    Endpoint("teams", "GET", "/v1/teams", "key", _teams),
    Endpoint("list_sent", "GET", f"{_TEAM_READS}/packages", "key", _listing(False)),
    Endpoint("list_received", "GET", f"{_TEAM_READS}/inbox", "key", _listing(True)),
    Endpoint("read", "GET", f"{_TEAM_READS}/packages/{{id}}", "key", _read),
    Endpoint("rename", "PUT", _PACKAGE, "token", _rename),
    Endpoint("set_expiry", "PUT", f"{_PACKAGE}/expiry", "token", _expiry),
    Endpoint("delete", "DELETE", _PACKAGE, "token", _verb(Account.delete)),
    Endpoint("archive", "PUT", f"{_PACKAGE}/archive", "token", _verb(Account.archive)),
    Endpoint("unarchive", "PUT", f"{_PACKAGE}/unarchive", "token", _verb(Account.unarchive)),
    Endpoint("archive_sent", "PUT", f"{_TEAM}/archive", "key", _bulk(False, True)),
    Endpoint("unarchive_sent", "PUT", f"{_TEAM}/unarchive", "key", _bulk(False, False)),
    Endpoint("archive_received", "PUT", f"{_TEAM}/inbox/archive", "key", _bulk(True, True)),
    Endpoint("unarchive_received", "PUT", f"{_TEAM}/inbox/unarchive", "key", _bulk(True, False)),
)
