"""The API in OpenAPI's words, from the table of endpoints, with the answers MASV documents."""

from typing import Any, Final

from pulumi_masv.simulator.control import CALLS
from pulumi_masv.simulator.listing import MAX_LIMIT, SORTS
from pulumi_masv.simulator.routes import ENDPOINTS, ESSENTIAL, Endpoint

PACKAGE: Final[dict[str, Any]] = {
    "access_limit": 0,
    "access_token": "eyJ…",
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
WINDOW: Final = {
    "expiry_start": "2026-01-01T00:00:00.000Z",
    "expiry_end": "2026-12-31T00:00:00.000Z",
}
ERROR: Final = {
    "code": 1409,
    "message": "a package that is archived has no files to keep",
    "errors": [{"code": 1409, "msg": "a package that is archived has no files to keep"}],
}
_INSTANT: Final = {"type": "string", "format": "date-time"}
_STATES: Final = ["new", "finalized", "expired", "archived"]
_BOOLEANS: Final = ("contains_virus", "custom_expiry", "unlimited_storage")
_INTEGERS: Final = ("access_limit", "chunk_size", "size", "total_files")
_INSTANTS: Final = ("created_at", "expiry", "updated_at")
# Per endpoint: what it does, its body, the schema of its body.
_DOES: Final[dict[str, tuple[str, dict[str, Any] | None, dict[str, Any] | None]]] = {
    "list_sent": ("Packages the team sent", None, None),
    "list_received": ("Packages the team received through its portals", None, None),
    "read": ("One package", None, None),
    "rename": ("Rename", {"name": "Day 12 dailies"}, {"name": {"type": "string"}}),
    "set_expiry": (
        "Move the end of the files, or (unlimited_storage without expiry) do away with it",
        {"expiry": "2027-01-31T00:00:00.000Z"},
        {"expiry": _INSTANT, "unlimited_storage": {"type": "boolean"}},
    ),
    "delete": ("Destroy the files; the record stays, expired", None, None),
    "archive": ("Hide an expired package from default lists", None, None),
    "unarchive": ("Show it again", None, None),
    **{
        f"{verb}_{kind}": (
            f"{verb.capitalize()} all {kind} packages whose expiry lies in the window",
            WINDOW,
            {"expiry_start": _INSTANT, "expiry_end": _INSTANT},
        )
        for verb in ("archive", "unarchive")
        for kind in ("sent", "received")
    },
}


def openapi() -> dict[str, Any]:
    """The whole description."""
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in ENDPOINTS:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint)
    for method, path, summary, _ in CALLS:
        operation: dict[str, Any] = {
            "tags": ["the simulator itself"],
            "summary": summary,
            "parameters": _in_path(path),
            "responses": {"200": {"description": "done"}, "400": {"description": "why not"}},
        }
        if method in ("POST", "PUT"):
            operation["requestBody"] = {"content": {"application/json": {"schema": {}}}}
        paths.setdefault(path, {})[method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "MASV packages, simulated",
            "version": "1",
            "description": "See https://developer.massive.io for MASV's own documentation.",
        },
        "paths": paths,
        "components": {
            "securitySchemes": {
                "key": {"type": "apiKey", "in": "header", "name": "X-API-KEY"},
                "token": {"type": "apiKey", "in": "header", "name": "X-Package-Token"},
            },
            "schemas": {"Package": _package_schema()},
        },
    }


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    summary, body, properties = _DOES[endpoint.name]
    operation: dict[str, Any] = {
        "tags": ["packages" if endpoint.credential == "token" else "teams"],
        "operationId": endpoint.name,
        "summary": summary,
        "security": [{endpoint.credential: []}],
        "parameters": _in_path(endpoint.path),
        "responses": {**_success(endpoint), "4XX": _json("MASV says no", {}, ERROR)},
    }
    if endpoint.name.startswith("list_"):
        operation["parameters"] += _in_query(received=endpoint.name == "list_received")
    if body is not None:
        required = [] if endpoint.name == "set_expiry" else list(body)
        schema = {"type": "object", "properties": properties, "required": required}
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": schema, "example": body}},
        }
    return operation


def _success(endpoint: Endpoint) -> dict[str, Any]:
    package = {"$ref": "#/components/schemas/Package"}
    if endpoint.name.startswith("list_"):
        schema = {
            "type": "object",
            "required": ["metadata", "records"],
            "properties": {
                "metadata": {"type": "object", "properties": {"total": {"type": "integer"}}},
                "records": {"type": "array", "items": package},
            },
        }
        example = {"metadata": {"total": 34}, "records": [PACKAGE]}
        return {"200": _json("One page", schema, example)}
    if endpoint.name in ("read", "rename", "set_expiry"):
        return {"200": _json("The package", package, PACKAGE)}
    if endpoint.credential == "token":
        return {"204": {"description": "Done"}}
    return {"200": {"description": "Done; what the body says is not documented"}}


def _json(description: str, schema: dict[str, Any], example: Any) -> dict[str, Any]:
    content = {"application/json": {"schema": schema, "example": example}}
    return {"description": description, "content": content}


def _in_path(path: str) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in ("team", "id")
        if f"{{{name}}}" in path
    ]


def _in_query(*, received: bool) -> list[dict[str, Any]]:
    sorts = [f"{sign}{field}" for field in SORTS for sign in ("", "-")]
    schemas: dict[str, dict[str, Any]] = {
        "page": {"type": "integer", "minimum": 1, "default": 1},
        "limit": {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": MAX_LIMIT},
        "sort": {"type": "string", "enum": sorts},
        "status": {"type": "array", "items": {"type": "string", "enum": _STATES}},
        "name": {"type": "string"},
        "sender": {"type": "string"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "teamspaces": {"type": "array", "items": {"type": "string"}},
        "created_at_start": _INSTANT,
        "created_at_end": _INSTANT,
        "expiry_start": _INSTANT,
        "expiry_end": _INSTANT,
        "extra_storage": {"type": "boolean"},
    }
    if received:
        schemas["portal"] = {"type": "string"}
    # Arrays are comma-joined; a repeated key does not filter at all.
    joined = {"style": "form", "explode": False}
    return [
        {"name": name, "in": "query", "schema": schema}
        | (joined if schema.get("type") == "array" else {})
        for name, schema in schemas.items()
    ]


def _package_schema() -> dict[str, Any]:
    properties: dict[str, Any] = {key: {"type": "string"} for key in PACKAGE}
    properties |= {key: {"type": "boolean"} for key in _BOOLEANS}
    properties |= {key: {"type": "integer"} for key in _INTEGERS}
    properties |= dict.fromkeys(_INSTANTS, _INSTANT)
    properties["state"] = {"type": "string", "enum": _STATES}
    properties["recipients"] = {"type": "array", "items": {"type": "string"}}
    properties["teamspace"] = {"type": "object"}
    return {"type": "object", "required": list(ESSENTIAL), "properties": properties}
