"""A seed of the simulator, as the code has it: a table for its page, a JSON Schema for editors."""

import inspect
import json
import re
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from pulumi_masv.simulator import Account

PAGE = Path(__file__).parent / "reference" / "simulator.md"
SCHEMA = Path(__file__).parents[1] / "schema" / "seed.schema.json"


def rows() -> list[list[str]]:
    """Return key, type, default and meaning of each key of a package."""
    described, meanings = _package(), _meanings()
    return [
        [f"`{key}`", kind(one), _default(one.get("default")), meanings[key]]
        for key, one in described["properties"].items()
    ]


def schema() -> str:
    """Return the schema of a seed."""
    package, meanings = _package(), _meanings()
    for key, one in package["properties"].items():
        one["description"] = meanings[key]
        one.pop("title", None)
    made = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A seed of the MASV simulator",
        "type": "object",
        "required": ["packages"],
        "additionalProperties": False,
        "properties": {"packages": {"type": "array", "items": package}},
    }
    return json.dumps(made, indent=2) + "\n"


def _package() -> dict[str, Any]:
    # pydantic describes a function by its arguments, which its types do not say
    return TypeAdapter(Account().add_package).json_schema()  # type: ignore[arg-type]


def _meanings() -> dict[str, str]:
    return described(Account.add_package, "Args:")


def described(documented: object, section: str) -> dict[str, str]:
    """Return name -> what a section of a docstring says of it, in one line without its dot."""
    _, _, lines = (inspect.getdoc(documented) or "").partition(f"{section}\n")
    found = re.findall(r"^ {4}(\w+): (.+(?:\n {8}.+)*)", lines, re.MULTILINE)
    return {name: re.sub(r"\s+", " ", text).removesuffix(".") for name, text in found}


def kind(one: dict[str, Any]) -> str:
    """Return what a value may be, by its schema: the words to choose from, or else its type."""
    choices = [each for each in one.get("anyOf", [one]) if each.get("type") != "null"]
    if any(each.get("format") == "date-time" for each in choices):
        return "instant"
    if "enum" in choices[0]:
        return ", ".join(f"`{each}`" for each in choices[0]["enum"] if each)
    return {"array": "list of strings"}.get(choices[0]["type"], choices[0]["type"])


def _default(value: Any) -> str:
    return "" if value in (None, "", []) else f"`{json.dumps(value)}`"
