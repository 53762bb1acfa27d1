"""Both APIs in OpenAPI's words; each answer shown is the one that its example really gets.

What there is comes from the tables of endpoints and calls.
"""

import json
from collections.abc import Iterable
from typing import Any, Final, get_args

from pydantic import TypeAdapter

from pulumi_masv.simulator.account import API_KEY, TEAM_ID, Account
from pulumi_masv.simulator.control import CALLS, PREFIX
from pulumi_masv.simulator.dispatch import Dispatcher
from pulumi_masv.simulator.faults import Fault
from pulumi_masv.simulator.found import SORTS
from pulumi_masv.simulator.listing import MAX_LIMIT
from pulumi_masv.simulator.messages import Request, error_answer
from pulumi_masv.simulator.package import State
from pulumi_masv.simulator.records import ESSENTIAL, package_shown
from pulumi_masv.simulator.routes import ENDPOINTS
from pulumi_masv.simulator.switches import Switches

TITLE: Final = "MASV packages, simulated"
_Schema = dict[str, Any]
_TYPES: Final = {str: "string", bool: "boolean", int: "integer", list: "array", dict: "object"}
_INSTANT: Final = {"type": "string", "format": "date-time"}
_TEXT: Final = {"type": "string"}
_TEXTS: Final = {"type": "array", "items": _TEXT}
_STATES: Final = list(get_args(State))
_PACKAGE: Final = {"$ref": "#/components/schemas/Package"}


def _object(required: Iterable[str], properties: _Schema, **more: Any) -> _Schema:
    return {"type": "object", "required": [*required], "properties": properties, **more}


def _only(**properties: _Schema) -> _Schema:
    return _object(properties, properties, additionalProperties=False)


_ERROR: Final = _object(
    ("code", "message", "errors"),
    {
        "code": {"type": "integer"},
        "message": _TEXT,
        "errors": {
            "type": "array",
            "items": _object((), dict.fromkeys(("code", "field", "msg", "type"), _TEXT)),
        },
    },
)
_PAGE: Final = _object(
    ("metadata", "records"),
    {
        "metadata": _object((), {"total": {"type": "integer"}}),
        "records": {"type": "array", "items": _PACKAGE},
    },
)
_WINDOW: Final = (
    _object(("expiry_start", "expiry_end"), {"expiry_start": _INSTANT, "expiry_end": _INSTANT}),
    {"expiry_start": "2026-01-01T00:00:00.000Z", "expiry_end": "2026-12-31T00:00:00.000Z"},
)
_BULK: Final = "{} all {} packages whose expiry lies in the window; what is answered is unknown"
# Per endpoint: what it does, its body with an example, the schema of its answer, its refusals.
_ENDPOINTS: Final[dict[str, tuple[str, tuple[_Schema, Any] | None, _Schema, tuple[int, ...]]]] = {
    "teams": (
        "The teams that this key can read",
        None,
        {"type": "array", "items": _object(("id", "name"), {})},
        (401, 429),
    ),
    "list_sent": ("Packages that the team sent", None, _PAGE, (400, 401, 403, 429)),
    "list_received": (
        "Packages that the team received through its portals",
        None,
        _PAGE,
        (400, 401, 403, 429),
    ),
    "read": ("One package", None, _PACKAGE, (401, 403, 404, 429)),
    "rename": (
        "Rename",
        (_object(("name",), {"name": _TEXT, "description": _TEXT}), {"name": "Day 12 dailies"}),
        _PACKAGE,
        (400, 401, 403, 404, 409, 429),
    ),
    "set_expiry": (
        "Change when the files end, or let them never expire",
        (
            _object((), {"expiry": _INSTANT, "unlimited_storage": {"type": "boolean"}}),
            {"expiry": "2027-01-31T00:00:00.000Z"},
        ),
        _PACKAGE,
        (400, 401, 403, 404, 409, 429),
    ),
    "delete": ("Destroy the files; the record remains", None, {}, (401, 403, 404, 409, 429)),
    "archive": ("Hide an expired package", None, {}, (401, 403, 404, 409, 429)),
    "unarchive": ("Show it again", None, {}, (401, 403, 404, 409, 429)),
    **{
        f"{verb}_{kind}": (_BULK.format(verb.title(), kind), _WINDOW, {}, (400, 401, 403, 429))
        for verb in ("archive", "unarchive")
        for kind in ("sent", "received")
    },
}
# Per status: what it means, and an example.
_REFUSALS: Final = {
    400: ("The request makes no sense", "invalid", "expiry must be in the future"),
    401: ("The credential is missing or wrong", "credential", "invalid package token"),
    403: ("Not allowed", "forbidden", "storage duration is locked for this team"),
    404: ("Not found", "missing", "package 01JGQ4X0000000000000000000 not found"),
    409: (
        "Its state forbids it (MASV may answer 400, 403 or 422 instead)",
        "transition",
        "a package that is archived has no files to keep",
    ),
    429: ("Too many requests; Retry-After may be left out", "rate_limit", "slow down"),
}
_RETRY_AFTER: Final = {"description": "Seconds, or a date", "schema": _TEXT, "example": "3"}
# Per query parameter: what it does, its schema, an example.
_QUERY: Final[dict[str, tuple[str, _Schema, Any]]] = {
    "page": ("The page, counted from 1", {"type": "integer", "minimum": 1, "default": 1}, 1),
    "limit": (
        "Packages per page",
        {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": MAX_LIMIT},
        25,
    ),
    "sort": (
        "The field to sort by, with - in front for descending order",
        {"type": "string", "enum": [f"{sign}{field}" for field in SORTS for sign in ("", "-")]},
        "-created_at",
    ),
    "status": (
        "Only packages in one of these states; by default, finalized and expired",
        {"type": "array", "items": {"type": "string", "enum": _STATES}},
        ["expired", "archived"],
    ),
    "name": ("Only packages whose name contains this", _TEXT, "dailies"),
    "sender": ("Only packages from this sender", _TEXT, "dailies@studio.example"),
    "tags": ("Only packages with one of these tags", _TEXTS, ["01TAG1", "01TAG2"]),
    "teamspaces": ("Only packages in one of these teamspaces", _TEXTS, ["01SPACE1", "01SPACE2"]),
    "created_at_start": ("Created then or later", _INSTANT, "2026-01-01T00:00:00Z"),
    "created_at_end": ("Created then or earlier", _INSTANT, "2026-12-31T00:00:00Z"),
    "expiry_start": ("Its files end then or later", _INSTANT, "2027-01-01T00:00:00Z"),
    "expiry_end": ("Its files end then or earlier", _INSTANT, "2027-01-31T00:00:00Z"),
    "extra_storage": (
        "Only packages that are kept longer than the team's default, or only the others",
        {"type": "boolean"},
        True,
    ),
    "portal": ("Only packages that came through this portal", _TEXT, "incoming-rushes"),
}
_BY_HAND: Final = f"{PREFIX}packages/{{id}}"
_SECONDS: Final = {"type": "number", "description": "seconds"}
_SWITCHES: Final = TypeAdapter(Switches).json_schema()
_SWITCHES["properties"]["token_lifetime"] = {"anyOf": [_SECONDS, {"type": "null"}]}
# Per call of the control API that takes a body: its schema and an example.
_BODIES: Final[dict[str, tuple[_Schema, Any]]] = {
    f"POST {PREFIX}clock": (
        {"oneOf": [_only(advance=_SECONDS), _only(set=_INSTANT)]},
        {"advance": 86400},
    ),
    f"POST {PREFIX}packages": (
        # pydantic describes a function by its arguments, which its types do not say
        TypeAdapter(Account().add_package).json_schema(),  # type: ignore[arg-type]
        {"name": "Day 13 raw dailies", "portal": "incoming-rushes"},
    ),
    f"POST {_BY_HAND}/rename": (_only(name=_TEXT), {"name": "Day 12 dailies"}),
    f"POST {_BY_HAND}/set_expiry": (_only(expiry=_INSTANT), {"expiry": "2027-01-31T00:00:00.000Z"}),
    f"POST {PREFIX}faults": (
        TypeAdapter(Fault).json_schema(),
        {"kind": "rate_limit", "retry_after": 3, "times": 2},
    ),
    f"PUT {PREFIX}switches": (
        TypeAdapter(Switches).json_schema(),
        {"past_expiry": "expires", "token_lifetime": 300},
    ),
}


def openapi() -> _Schema:
    """Return the whole description."""
    paths: dict[str, _Schema] = {}
    for endpoint in ENDPOINTS:
        summary, body, schema, refusals = _ENDPOINTS[endpoint.name]
        operation = _operation(endpoint.method, endpoint.path, summary, body, schema)
        operation |= {"operationId": endpoint.name, "security": [{endpoint.credential: []}]}
        operation["tags"] = ["teams" if endpoint.credential == "key" else "packages"]
        operation["responses"] |= {str(status): _refusal(status) for status in refusals}
        if endpoint.name.startswith("list_"):
            operation["parameters"] += _in_query(received=endpoint.name == "list_received")
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = operation
    for method, path, summary, _ in CALLS:
        operation = _operation(method, path, summary, _BODIES.get(f"{method} {path}"), {})
        why_not = (_object(("error",), {"error": _TEXT}), {"error": "name must be text"})
        operation |= {"tags": ["the simulator itself"]}
        for status in ("400", "403", "415"):
            operation["responses"][status] = {"description": "Why not", "content": _json(*why_not)}
        paths.setdefault(path, {})[method.lower()] = operation
    headers = {"key": "X-API-KEY", "token": "X-Package-Token"}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": TITLE,
            "version": "1",
            "description": "See https://developer.massive.io for MASV's own documentation.",
        },
        "paths": paths,
        "components": {
            "securitySchemes": {
                name: {"type": "apiKey", "in": "header", "name": header}
                for name, header in headers.items()
            },
            "schemas": {"Package": _package_schema(), "Error": _ERROR},
        },
    }


def _operation(
    method: str, path: str, summary: str, body: tuple[_Schema, Any] | None, schema: _Schema
) -> _Schema:
    """Return what is sent and what is answered to it, by asking an account of its own."""
    dispatcher = Dispatcher(Account())
    account, verb = dispatcher.account, path.rpartition("/")[2]
    states: dict[str, State] = {"finalize": "new", "archive": "expired", "unarchive": "archived"}
    state = states.get(verb, "finalized")
    package_id = account.add_package(state=state, tags=["01TAG1"], password="")
    account.delete(account.add_package(name="Day 11 raw dailies"))
    key, token = {"x-api-key": API_KEY}, {"x-package-token": account.issue_token(package_id)}
    dispatcher.handle(Request("GET", f"/v1.1/teams/{TEAM_ID}/packages", "", key, b""))
    examples = {"team": TEAM_ID, "id": package_id}
    spelled = path.format_map(examples)
    credential = token if path.startswith("/v1/packages/") else key
    sent = json.dumps(body[1]).encode() if body else b""
    headers = {**credential, "content-type": "application/json"}
    answer = dispatcher.handle(Request(method, spelled, "", headers, sent))
    shown = {"content": _json(schema, json.loads(answer.body))} if answer.body else {}
    return {
        "summary": summary,
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": _TEXT, "example": example}
            for name, example in examples.items()
            if f"{{{name}}}" in path
        ],
        **({"requestBody": {"required": True, "content": _json(*body)}} if body else {}),
        "responses": {str(answer.status): {"description": "Done", **shown}},
    }


def _json(schema: _Schema, example: Any) -> _Schema:
    return {"application/json": {"schema": schema, "example": example}}


def _refusal(status: int) -> _Schema:
    description, kind, message = _REFUSALS[status]
    example = json.loads(error_answer(status, kind, message, Switches()).body)
    shown = _json({"$ref": "#/components/schemas/Error"}, example)
    headers = {"headers": {"Retry-After": _RETRY_AFTER}} if status == 429 else {}
    return {"description": description, "content": shown, **headers}


def _in_query(*, received: bool) -> list[_Schema]:
    # Arrays are comma-joined; a repeated key does not filter at all.
    joined = {"style": "form", "explode": False}
    return [
        {"name": name, "in": "query", "description": does, "schema": schema, "example": example}
        | (joined if schema["type"] == "array" else {})
        for name, (does, schema, example) in _QUERY.items()
        if received or name != "portal"
    ]


def _package_schema() -> _Schema:
    account = Account()
    shown = package_shown(account, account.package(account.add_package(tags=["01TAG1"])))
    properties: _Schema = {key: {"type": _TYPES[type(value)]} for key, value in shown.items()}
    properties |= dict.fromkeys(("created_at", "expiry", "updated_at"), _INSTANT)
    properties |= {"state": {"type": "string", "enum": _STATES}, "recipients": _TEXTS}
    return _object(ESSENTIAL, properties)
