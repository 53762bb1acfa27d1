"""What all resources share: MASV's words in Python's spelling, the wire's in between."""

import re
from datetime import datetime
from typing import Any

import pulumi
from pulumi.dynamic import Resource


class MasvResource(Resource):
    """A dynamic resource whose inputs and outputs are camelCase on the wire."""

    def translate_input_property(self, prop: str) -> str:
        """The wire's name of an argument."""
        return prop if prop.startswith("_") else _camel(prop)

    def translate_output_property(self, prop: str) -> str:
        """The Python name of an output."""
        return prop if prop.startswith("_") else _snake(prop)


def _camel(name: str) -> str:
    return re.sub("_([a-z])", lambda found: found[1].upper(), name)


def _snake(name: str) -> str:
    return re.sub("([A-Z])", lambda found: f"_{found[1].lower()}", name)


def spelled(expiry: pulumi.Input[str | datetime] | None) -> pulumi.Input[str] | None:
    """A datetime as the wire has it; one without a zone stays so, for `check` to refuse."""

    def spell(value: Any) -> Any:
        return value.isoformat() if isinstance(value, datetime) else value

    if isinstance(expiry, pulumi.Output):
        return expiry.apply(spell)
    spelled: pulumi.Input[str] | None = spell(expiry)
    return spelled
