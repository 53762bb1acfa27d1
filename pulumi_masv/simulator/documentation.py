"""The API in OpenAPI's words, from the table of endpoints, with the answers MASV documents."""

import json
from typing import Any, Final

from pulumi_masv.simulator import control_documentation
from pulumi_masv.simulator.listing import MAX_LIMIT, SORTS
from pulumi_masv.simulator.messages import error_answer
from pulumi_masv.simulator.routes import ENDPOINTS, ESSENTIAL, Endpoint
from pulumi_masv.simulator.switches import Switches

TITLE: Final = "MASV packages, simulated"
PACKAGE: Final[dict[str, Any]] = {
    "access_limit": 0,
    "access_token": "eyJhbGciOiJIUzI1NiJ9…",
    "chunk_size": 104857600,
    "contains_virus": False,
    "created_at": "2027-01-04T09:30:00.000Z",
    "custom_expiry": False,
    "custom_metadata_id": "",
    "description": "",
    "expiry": "2027-01-31T00:00:00.000Z",
    "id": "01JGQ4X0000000000000000000",
    "name": "Day 12 raw dailies",
    "password": "",
    "recipients": ["editor@studio.example"],
    "sender": "dailies@studio.example",
    "size": 1500000000,
    "state": "finalized",
    "teamspace": {},
    "total_files": 3,
    "unlimited_storage": False,
    "updated_at": "2027-01-04T09:30:00.000Z",
}
_INSTANT: Final = {"type": "string", "format": "date-time"}
_TEXT: Final = {"type": "string"}
_TEXTS: Final = {"type": "array", "items": _TEXT}
_STATES: Final = ["new", "finalized", "expired", "archived"]
_BOOLEANS: Final = ("contains_virus", "custom_expiry", "unlimited_storage")
_INTEGERS: Final = ("access_limit", "chunk_size", "size", "total_files")
_INSTANTS: Final = ("created_at", "expiry", "updated_at")
_SUMMARIES: Final = {
    "list_sent": "Packages the team sent",
    "list_received": "Packages the team received through its portals",
    "read": "One package",
    "rename": "Rename",
    "set_expiry": "Move the end of the files, or do away with it",
    "delete": "Destroy the files; the record stays, expired",
    "archive": "Hide an expired package from default lists",
    "unarchive": "Show it again",
    **{
        f"{verb}_{kind}": f"{verb.capitalize()} all {kind} packages whose expiry lies in the window"
        for verb in ("archive", "unarchive")
        for kind in ("sent", "received")
    },
}
_RENAME: Final = {
    "schema": {"type": "object", "properties": {"name": _TEXT}, "required": ["name"]},
    "example": {"name": "Day 12 dailies"},
}
_SET_EXPIRY: Final = {
    "schema": {
        "type": "object",
        "properties": {"expiry": _INSTANT, "unlimited_storage": {"type": "boolean"}},
    },
    "examples": {
        "an end": {"value": {"expiry": "2027-01-31T00:00:00.000Z"}},
        "no end": {"value": {"unlimited_storage": True}},
    },
}
_WINDOW: Final = {
    "schema": {
        "type": "object",
        "properties": {"expiry_start": _INSTANT, "expiry_end": _INSTANT},
        "required": ["expiry_start", "expiry_end"],
    },
    "example": {
        "expiry_start": "2026-01-01T00:00:00.000Z",
        "expiry_end": "2026-12-31T00:00:00.000Z",
    },
}
_PACKAGE: Final = {"$ref": "#/components/schemas/Package"}
_ERROR: Final = {
    "type": "object",
    "required": ["code", "message", "errors"],
    "properties": {
        "code": {"type": "integer"},
        "message": _TEXT,
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"code": {"type": "integer"}, "msg": _TEXT, "type": _TEXT},
            },
        },
    },
}
_BULK: Final = {
    "description": "Done, or begun; what the body says is not documented",
    "content": {
        "application/json": {
            "schema": {},
            "examples": {
                "null": {"value": None},
                "an object": {"value": {}},
                "a count": {"value": {"count": 3}},
            },
        },
        "text/plain": {
            "schema": _TEXT,
            "examples": {"a text": {"value": "3 packages"}, "nothing": {"value": ""}},
        },
    },
}
# Per status: what it means, and an example.
_REFUSALS: Final = {
    400: ("The request makes no sense", "invalid", "expiry must be in the future"),
    401: ("The credential is missing or wrong", "credential", "invalid package token"),
    403: ("Not allowed", "forbidden", "storage duration is locked for this team"),
    404: ("There is none", "missing", "package 01JGQ4X0000000000000000000 not found"),
    409: (
        "Its state forbids it (MASV may answer 400, 403 or 422 instead)",
        "transition",
        "a package that is archived has no files to keep",
    ),
    429: ("Too many requests", "rate_limit", "slow down"),
}
_RETRY_AFTER: Final = {
    "description": "Seconds, or a moment; may be left out",
    "schema": _TEXT,
    "example": "3",
}
# Per query parameter: what it does, its schema, an example.
_QUERY: Final[dict[str, tuple[str, dict[str, Any], Any]]] = {
    "page": ("From 1", {"type": "integer", "minimum": 1, "default": 1}, 1),
    "limit": (
        "Packages on a page",
        {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": MAX_LIMIT},
        25,
    ),
    "sort": (
        "A field, with - in front from the last to the first",
        {"type": "string", "enum": [f"{sign}{field}" for field in SORTS for sign in ("", "-")]},
        "-created_at",
    ),
    "status": (
        "Only packages in one of these states",
        {
            "type": "array",
            "items": {"type": "string", "enum": _STATES},
            "default": ["finalized", "expired"],
        },
        ["expired", "archived"],
    ),
    "name": ("Only packages whose name contains this", _TEXT, "dailies"),
    "sender": ("Only packages of this sender", _TEXT, "dailies@studio.example"),
    "tags": ("Only packages with one of these tags", _TEXTS, ["01TAG1", "01TAG2"]),
    "teamspaces": ("Only packages in one of these", _TEXTS, ["01SPACE1", "01SPACE2"]),
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


def openapi() -> dict[str, Any]:
    """The whole description."""
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in ENDPOINTS:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": TITLE,
            "version": "1",
            "description": "See https://developer.massive.io for MASV's own documentation.",
        },
        "paths": paths | control_documentation.paths(),
        "components": {
            "securitySchemes": {
                "key": {"type": "apiKey", "in": "header", "name": "X-API-KEY"},
                "token": {"type": "apiKey", "in": "header", "name": "X-Package-Token"},
            },
            "schemas": {"Package": _package_schema(), "Error": _ERROR},
        },
    }


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    of_team = endpoint.credential == "key"
    operation: dict[str, Any] = {
        "tags": ["teams" if of_team else "packages"],
        "operationId": endpoint.name,
        "summary": _SUMMARIES[endpoint.name],
        "security": [{endpoint.credential: []}],
        "parameters": _in_path(endpoint.path),
    }
    refusals = [400, 401, 403, 429]
    if endpoint.name.startswith("list_"):
        operation["parameters"] += _in_query(received=endpoint.name == "list_received")
        page = {
            "type": "object",
            "required": ["metadata", "records"],
            "properties": {
                "metadata": {"type": "object", "properties": {"total": {"type": "integer"}}},
                "records": {"type": "array", "items": _PACKAGE},
            },
        }
        shown = {"metadata": {"total": 34}, "records": [PACKAGE]}
        success = {"200": _json("One page", {"schema": page, "example": shown})}
    elif endpoint.name in ("read", "rename", "set_expiry"):
        success = {"200": _json("The package", {"schema": _PACKAGE, "example": PACKAGE})}
        refusals = [401, 403, 404, 429] if of_team else list(_REFUSALS)
    elif of_team:
        success = {"200": _BULK}
    else:
        success = {"204": {"description": "Done; there is no body"}}
        refusals = [401, 403, 404, 409, 429]
    operation["responses"] = {**success, **{str(status): _refusal(status) for status in refusals}}
    body = {"rename": _RENAME, "set_expiry": _SET_EXPIRY}.get(endpoint.name)
    if of_team and endpoint.method == "PUT":
        body = _WINDOW
    if body is not None:
        operation["requestBody"] = {"required": True, "content": {"application/json": body}}
    return operation


def _json(description: str, shown: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": shown}}


def _refusal(status: int) -> dict[str, Any]:
    description, kind, message = _REFUSALS[status]
    example = json.loads(error_answer(status, kind, message, Switches()).body)
    schema = {"$ref": "#/components/schemas/Error"}
    shown = _json(description, {"schema": schema, "example": example})
    return shown | ({"headers": {"Retry-After": _RETRY_AFTER}} if status == 429 else {})


def _in_path(path: str) -> list[dict[str, Any]]:
    examples = {"team": "01TEAM00000000000000000001", "id": PACKAGE["id"]}
    return [
        {"name": name, "in": "path", "required": True, "schema": _TEXT, "example": example}
        for name, example in examples.items()
        if f"{{{name}}}" in path
    ]


def _in_query(*, received: bool) -> list[dict[str, Any]]:
    # Arrays are comma-joined; a repeated key does not filter at all.
    joined = {"style": "form", "explode": False}
    return [
        {"name": name, "in": "query", "description": does, "schema": schema, "example": example}
        | (joined if schema["type"] == "array" else {})
        for name, (does, schema, example) in _QUERY.items()
        if received or name != "portal"
    ]


def _package_schema() -> dict[str, Any]:
    properties: dict[str, Any] = dict.fromkeys(PACKAGE, _TEXT)
    properties |= {key: {"type": "boolean"} for key in _BOOLEANS}
    properties |= {key: {"type": "integer"} for key in _INTEGERS}
    properties |= dict.fromkeys(_INSTANTS, _INSTANT)
    properties["state"] = {"type": "string", "enum": _STATES}
    properties["recipients"] = _TEXTS
    properties["teamspace"] = {"type": "object"}
    return {"type": "object", "required": list(ESSENTIAL), "properties": properties}
