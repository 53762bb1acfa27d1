"""What is wrong with something given, in one line; pydantic finds most of it."""

import json
from pathlib import Path
from typing import Any, Final

from pydantic import ConfigDict, ValidationError

STRICT: Final = ConfigDict(strict=True, extra="forbid", ser_json_timedelta="float")


def problem(error: ValidationError) -> str:
    """Return where the first mistake is, and what is due there."""
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"] if isinstance(part, str) and part.islower())
    due = first["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    return f"{place}: {due}, not {str(first['input'])[:40]!r}"


def read_json(path: str | Path, what: str) -> Any:
    """Return what a JSON file says; ValueError, with `what` it is, where that cannot be read."""
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(f"{what} {path}: {error.strerror or error}") from None
    except (ValueError, RecursionError):
        raise ValueError(f"{what} {path}: it is not JSON") from None
