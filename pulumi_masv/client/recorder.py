"""`MASV_RECORD=FOLDER`: every exchange of this process, as JSON lines in a file of its own there.

What is written is `pseudonyms`' allow-list: no header, credential or body of a request.
The key of the pseudonyms stands beside the folder, as `FOLDER.key`: all processes of a run share
it, and whoever hands on the folder keeps it back. Without it, not even somebody who knows an id
finds it again; the shift of the instants hides them from a glance only.
A recording that cannot be written says so once on stderr and disturbs nothing.
"""

import contextlib
import functools
import json
import os
import secrets
import sys
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Final

from pulumi_masv.client.answers import Answer, http_date
from pulumi_masv.client.pseudonyms import Pseudonyms, media_type
from pulumi_masv.sources import RECORD

_KEY_BYTES: Final = 32


Record = Callable[[Answer], None]


def from_environment(environment: Mapping[str, str]) -> Record:
    """Return what takes this process's exchanges: nothing, where no folder is named."""
    folder = environment.get(RECORD)
    if not folder:
        return lambda _: None
    folder = os.path.expanduser(folder)
    with contextlib.suppress(OSError):  # what a relative one lies in may be gone
        folder = os.path.abspath(folder)
    return _recorder(folder)


class Recorder:
    """Writes exchanges of any number of threads into one file.

    Args:
        folder: is made where it is missing.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._file: int | None = None
        self._pseudonyms: Pseudonyms | None = None
        self._failed = False

    def __call__(self, answer: Answer) -> None:
        """Write down what was asked and answered; never raises."""
        with self._lock:
            if self._failed:
                return
            try:
                self._write(answer)
            except Exception as error:  # noqa: BLE001 - a recording never disturbs a run
                self._failed = True
                why = (isinstance(error, OSError) and error.strerror) or type(error).__name__
                sys.stderr.write(
                    f"warning: {RECORD}: nothing more is recorded: {self._folder}: {why}\n"
                )

    def _write(self, answer: Answer) -> None:
        if self._file is None or self._pseudonyms is None:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._pseudonyms = Pseudonyms(_shared_key(self._folder))
            name = f"{os.getpid()}-{secrets.token_hex(4)}.jsonl"
            self._file = _create(self._folder / name)
        line = json.dumps(_recorded(answer, self._pseudonyms))
        os.write(self._file, f"{line}\n".encode())


def _recorded(answer: Answer, pseudonyms: Pseudonyms) -> dict[str, object]:
    request, headers = answer.request, answer.headers
    kind, shape = pseudonyms.body(answer.body)
    date = http_date(headers.get("Date"))
    return {
        "at": pseudonyms.moment(datetime.now(timezone.utc)),
        "date": pseudonyms.moment(date) if date else None,
        "method": request.method,
        "route": pseudonyms.route(request.route),
        "query": pseudonyms.query(request.query or {}),
        "status": answer.status,
        "type": media_type(headers.get("Content-Type")),
        "kind": kind,
        "body": shape,
    }


def _shared_key(folder: Path) -> bytes:
    """Return the key of a folder: whoever comes first makes it."""
    path = folder.with_name(f"{folder.name}.key")
    try:
        file = _create(path)
    except FileExistsError:
        for _ in range(20):
            if len(key := path.read_bytes()) >= _KEY_BYTES:
                return key
            time.sleep(0.01)  # whoever made it has not written it yet
        raise
    with os.fdopen(file, "wb") as made:
        key = secrets.token_bytes(_KEY_BYTES)
        made.write(key)
    return key


def _create(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)


@functools.cache
def _recorder(folder: str) -> Recorder:
    return Recorder(Path(folder))
