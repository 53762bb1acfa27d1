"""What is wrong in a manifest, each thing with its place and with what to write instead.

pydantic and the YAML parser find it; the words are those of somebody who writes a manifest: `true`
rather than `True`, names with values rather than mappings.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from pydantic import BaseModel

from pulumi_masv.arguments import unknown
from pulumi_masv.errors import ManifestError
from pulumi_masv.models import reason_of
from pulumi_masv.policy.model import Bound, Entry, ManifestModel, Match, Rule, Setting
from pulumi_masv.policy.values import told
from pulumi_masv.text import visible

Location = tuple[str | int, ...]
_PARTS: Final[Mapping[str, type[BaseModel]]] = {
    "packages": Entry,
    "rules": Rule,
    "match": Match,
    "set": Setting,
    "defaults": Setting,
    "expiry": Bound,
}
_FLAGS: Final = {
    **dict.fromkeys(("yes", "y", "on", "true", "1"), "true"),
    **dict.fromkeys(("no", "n", "off", "false", "0"), "false"),
}


class Mistake(NamedTuple):
    """One thing wrong in a file; `line` and `column` count from 1, 0 where there is no place."""

    file: str
    line: int
    column: int
    what: str

    def __str__(self) -> str:
        place = f":{self.line}:{self.column}" if self.line else ""
        return visible(f"{self.file}{place}: {self.what}")


def mistaken(mistakes: Iterable[Mistake]) -> ManifestError:
    """Return the error for all mistakes of a file, in the order of their places."""
    return ManifestError(sorted(set(mistakes)))  # an alias repeats what it stands for


def why(detail: Mapping[str, Any]) -> str:
    """Return a failure of the validation in the words of a manifest."""
    value, kind = detail["input"], detail["type"]
    shown = told(value)
    if kind in ("bool_type", "literal_error"):
        only = detail.get("ctx", {}).get("expected") == "True"
        if only and value is False:
            return "is true, or left out: take it out"
        meant = _FLAGS.get(value.strip().casefold()) if isinstance(value, str) else None
        meant = meant if meant and not (only and meant == "false") else None
        write = meant or ("true" if only else "true or false")
        return f"write {write}, without quotes, instead of {shown}"
    if kind in ("dict_type", "model_type", "model_attributes_type"):
        found = re.match(r"(\w+):(\S.*)", value) if isinstance(value, str) else None
        if found:
            return f"a colon needs a space after it: write {found[1]}: {found[2]}"
        return f"needs names with values, each like `name: value`, not {shown}"
    if kind == "tuple_type" and not isinstance(value, (bool, int, float)):
        return f"needs a list, each item on a line that begins with `- `, not {shown}"
    if kind in ("string_type", "tuple_type"):
        quoted = "put it in quotes" if isinstance(value, (bool, int, float)) else "write a text"
        return f"needs a text, not {shown}: {quoted}"
    return "is missing: add it" if kind == "missing" else reason_of(detail)


def near(name: str, around: Location) -> str:
    """Return that a name is unknown, and what may stand there instead."""
    parts = [_PARTS[str(part)] for part in around if part in _PARTS]
    known = list((parts[-1] if parts else ManifestModel).model_fields)
    return f"{shown(name)} is not known here: {unknown(name.casefold(), known)}"


def shown(name: str) -> str:
    """Return a name as a line shows it, however long or odd it is; all known ones are ASCII."""
    plain = name.isascii() and name.isprintable()
    return name if plain and len(name) <= 128 else told(name)
