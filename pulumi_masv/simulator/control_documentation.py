"""The control API in OpenAPI's words; each answer shown is the one its example really gets."""

import json
from typing import Any, Final

from pydantic import TypeAdapter

from pulumi_masv.simulator.account import API_KEY, TEAM_ID, Account
from pulumi_masv.simulator.brain import Brain
from pulumi_masv.simulator.control import CALLS, PREFIX
from pulumi_masv.simulator.faults import Fault
from pulumi_masv.simulator.messages import Request
from pulumi_masv.simulator.switches import Switches

_INSTANT: Final = {"type": "string", "format": "date-time"}
_WHY_NOT: Final = {
    "schema": {
        "type": "object",
        "required": ["error"],
        "properties": {"error": {"type": "string"}},
    },
    "example": {"error": "advance is a number of seconds"},
}


def paths() -> dict[str, dict[str, Any]]:
    """What the control API adds to `paths`."""
    brain = Brain(Account())
    package_id = brain.account.add_package(name="Day 12 raw dailies", state="new")
    brain.account.delete(brain.account.add_package(name="Day 11 raw dailies"))
    listing = f"/v1.1/teams/{TEAM_ID}/packages"
    brain.handle(Request("GET", listing, "", {"x-api-key": API_KEY}, b""))
    bodies = _bodies()
    found: dict[str, dict[str, Any]] = {}
    for method, path, summary, _ in CALLS:
        operation: dict[str, Any] = {"tags": ["the simulator itself"], "summary": summary}
        if "{id}" in path:
            operation["parameters"] = [
                {
                    "name": "id",
                    "in": "path",
                    "required": True,
                    "schema": {"type": "string"},
                    "example": package_id,
                }
            ]
        sent = b""
        if (method, path) in bodies:
            body = bodies[method, path]
            operation["requestBody"] = {"required": True, "content": {"application/json": body}}
            sent = json.dumps(body["example"]).encode()
        request = Request(
            method, path.replace("{id}", package_id), "", {"content-type": "application/json"}, sent
        )
        shown = {"schema": {}, "example": json.loads(brain.handle(request).body)}
        operation["responses"] = {
            "200": {"description": "Done", "content": {"application/json": shown}},
            "400": {"description": "Why not", "content": {"application/json": _WHY_NOT}},
        }
        found.setdefault(path, {})[method.lower()] = operation
    return found


def _bodies() -> dict[tuple[str, str], dict[str, Any]]:
    """The bodies of the calls that take one."""
    by_hand = f"{PREFIX}packages/{{id}}"
    switches = TypeAdapter(Switches).json_schema()
    lifetime = {"anyOf": [{"type": "number"}, {"type": "null"}], "description": "seconds"}
    switches["properties"]["token_lifetime"] = lifetime
    return {
        ("POST", f"{PREFIX}clock"): {
            "schema": {
                "oneOf": [
                    _exactly("advance", {"type": "number", "description": "seconds"}),
                    _exactly("set", _INSTANT),
                ]
            },
            "example": {"advance": 86400},
        },
        ("POST", f"{PREFIX}packages"): {
            # pydantic describes a function by its arguments, which its types do not say
            "schema": TypeAdapter(Account().add_package).json_schema(),  # type: ignore[arg-type]
            "example": {"name": "Day 13 raw dailies", "portal": "incoming-rushes"},
        },
        ("POST", f"{by_hand}/rename"): {
            "schema": _exactly("name", {"type": "string"}),
            "example": {"name": "Day 12 dailies"},
        },
        ("POST", f"{by_hand}/set_expiry"): {
            "schema": _exactly("expiry", _INSTANT),
            "example": {"expiry": "2027-01-31T00:00:00.000Z"},
        },
        ("POST", f"{PREFIX}faults"): {
            "schema": TypeAdapter(Fault).json_schema(),
            "example": {"kind": "rate_limit", "retry_after": 3, "times": 2},
        },
        ("PUT", f"{PREFIX}switches"): {
            "schema": switches,
            "example": {"past_expiry": "expires", "token_lifetime": 300},
        },
    }


def _exactly(key: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {key: schema},
        "required": [key],
        "additionalProperties": False,
    }
