"""What is wrong with something given, a line for each mistake; pydantic finds most of them."""

import difflib
import json
import re
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any, Final

from pydantic import ConfigDict, ValidationError

STRICT: Final = ConfigDict(strict=True, extra="forbid", ser_json_timedelta="float")
_UNKNOWN: Final = ("unexpected_keyword_argument", "extra_forbidden")

_HINTS: Final = {
    **dict.fromkeys(("int_type", "int_parsing"), ": write it in digits, such as 1500000000"),
    "bool_type": ": write true or false, without quotes",
    "string_type": ": write a text, in quotes",
}


class Mistaken(ValueError):
    """Several mistakes, a line for each.

    Attributes:
        lines: the mistakes.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        self.lines = tuple(lines)
        super().__init__("\n".join(self.lines))


def problems(error: ValidationError, what: str, known: Collection[str]) -> list[str]:
    """Return the mistakes: where, what has to be there, and what is there.

    Args:
        error: what pydantic found.
        what: what was described.
        known: the keys that it has.
    """
    found: dict[str, str] = {}
    for one in error.errors():
        place = ".".join(str(part) for part in one["loc"][:2] if _is_ours(part))
        kind, given = one["type"], str(one["input"])
        shown = repr(given[:40])
        said = re.sub("^(Input should be |Value error, )", "", one["msg"])
        if kind in _UNKNOWN:
            name = str(one["loc"][0])
            hint = nearest(name, known) or f"; it has {', '.join(sorted(known))}"
            found[name] = f"{what} has no {name!r}{hint}"
            continue
        if kind == "value_error" and said.startswith("not "):
            said = f"{shown} is {said}"
        elif kind == "sequence_str":
            said = f"a list of strings, not {shown}"
        elif "missing" not in kind:
            said = f"{said.replace('String should', 'a string that must')}, not {shown}"
            said += _HINTS.get(kind, "")
        if kind == "literal_error":
            said += nearest(given, re.findall(r"'([^']*)'", one["msg"]))
        found.setdefault(place, f"{place}: {said}")  # one refusal of a union says enough
    return list(found.values())


def nearest(given: str, known: Iterable[str]) -> str:
    """Return a hint at the word that may have been meant; "" where none is near."""
    near = difflib.get_close_matches(given, list(known), n=1)
    return f" (did you mean {near[0]!r}?)" if near else ""


def _is_ours(part: object) -> bool:
    """Return whether a part of a place is a key or a number, and not pydantic's name for a type."""
    return isinstance(part, int) or (isinstance(part, str) and part.isidentifier())


def read_file(path: str | Path, what: str, missing: str = "") -> Any:
    """Return what a file says, as YAML where its name ends so, and else as JSON.

    Args:
        path: of the file.
        what: it is.
        missing: what to say where there is none, instead of what the system says.

    Raises:
        ValueError: one line that opens with `what` it is, where it cannot be read.
    """
    form = "YAML" if Path(path).suffix.lower() in (".yaml", ".yml") else "JSON"
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
        return _yaml(text) if form == "YAML" else json.loads(text, object_pairs_hook=_once)
    except FileNotFoundError as error:
        raise ValueError(f"{what} {path}: {missing or error.strerror}") from None
    except OSError as error:
        raise ValueError(f"{what} {path}: {error.strerror or error}") from None
    except json.JSONDecodeError as error:
        why = f"line {error.lineno}, column {error.colno}: {error.msg}"
    except UnicodeError:
        why = "save it as UTF-8"
    except RecursionError:
        why = "it is nested too deeply"
    except ValueError as error:
        why = str(error)
    raise ValueError(f"{what} {path}: it is not {form}: {why}")


def _once(pairs: Iterable[tuple[Any, Any]]) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"{key!r} is there twice in one object; keep one of them")
        found[key] = value
    return found


def _yaml(text: str) -> Any:
    import yaml

    class Loader(yaml.SafeLoader):
        """Refuses a key that is there twice, where PyYAML takes the last."""

        def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
            _once((self.construct_object(key, deep=True), None) for key, _ in node.value)
            return super().construct_mapping(node, deep)

    try:
        return yaml.load(text, Loader)  # noqa: S506 # it is a SafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise ValueError(f"{where}{error.problem}") from None
    except yaml.YAMLError as error:
        raise ValueError(str(error).splitlines()[0]) from None
