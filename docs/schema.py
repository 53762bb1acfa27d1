"""The JSON Schema of a manifest, for editors: what they complete and check as one types."""

import json
from pathlib import Path
from typing import Any

from pulumi_masv.policy import ManifestModel

SCHEMA = Path(__file__).parents[1] / "schema" / "masv.schema.json"


def schema() -> str:
    """Return the schema, without what only pydantic needs."""
    made = _trimmed(ManifestModel.model_json_schema())
    made["$defs"]["Bound"]["properties"]["grace"]["default"] = "7d"
    made = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "masv.yaml",
        **made,
    }
    return json.dumps(made, indent=2) + "\n"


def _trimmed(part: Any) -> Any:
    """Drop titles and null: a name without a value is a mistake in a manifest."""
    if isinstance(part, list):
        return [_trimmed(one) for one in part]
    if not isinstance(part, dict):
        return part
    kept = {
        # `unlimited` is no instant, but only whoever checks formats can tell.
        "anyOf" if key == "oneOf" else key: _trimmed(value)
        for key, value in part.items()
        if not (key == "title" and isinstance(value, str)) and (key, value) != ("default", None)
    }
    choices = [one for one in kept.get("anyOf", ()) if one != {"type": "null"}]
    if len(choices) == 1:
        del kept["anyOf"]
        return {**choices[0], **kept}
    return {**kept, "anyOf": choices} if choices else kept
