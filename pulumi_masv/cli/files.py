"""Files that a command writes: where it can, and all of them, each whole, or none."""

import os
import secrets
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path


def write(texts: Mapping[Path, str]) -> None:
    """Write files: each is whole under another name before the first gets its own.

    Raises:
        OSError: one of them cannot be written, and none is.
    """
    mark = secrets.token_hex(4)
    aside = {path: path.with_name(f".{path.name}.{mark}") for path in texts}
    try:
        for path, text in texts.items():
            aside[path].write_text(text, encoding="utf-8")
        with uninterrupted():
            for path in texts:
                os.replace(aside[path], path)
    finally:
        for path in aside.values():
            path.unlink(missing_ok=True)


def not_writable(output: Path | None) -> str:
    """Return why a file cannot be written there, before anything is done for it."""
    if output is None:
        return ""
    if output.is_dir():
        return f"{output} is a folder: name a file in it"
    if not output.parent.is_dir():
        return f"{output.parent}: there is no such folder: make it first"
    return ""


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Let Ctrl-C wait for the moment that something takes which would be half done."""
    came = []
    before = signal.signal(signal.SIGINT, lambda *_: came.append(True))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if came:
        raise KeyboardInterrupt
