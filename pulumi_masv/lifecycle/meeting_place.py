"""Where the processes of one run meet: a database in a folder that only this user can read.

The host keeps a second database locked while it lives, so nothing that an earlier run left is ever
joined.
"""

import contextlib
import hashlib
import os
import platform
import shutil
import sqlite3
import stat
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

_STALE: Final = 60.0  # seconds; a folder that is younger may not be locked yet
_BUSY: Final = 30.0  # seconds; another process writes for milliseconds


class NoMeetingPlace(Exception):
    """The processes of this run cannot meet; the message says why, and what to set."""


@contextlib.contextmanager
def explained() -> Iterator[None]:
    """Raise NoMeetingPlace, with what to set, for what the system or SQLite refuses."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        raise NoMeetingPlace(
            f"the processes of this run cannot meet ({error}): set TMPDIR to a folder that this "
            f"user can write to"
        ) from None


def root_folder() -> Path:
    """Return this user's private folder, since whose runs there are is nobody else's business."""
    user = os.getuid() if sys.platform != "win32" else os.environ.get("USERNAME", "")
    root = Path(tempfile.gettempdir()) / f"pulumi_masv-{user}"
    root.mkdir(mode=0o700, exist_ok=True)
    found = root.lstat()
    private = sys.platform == "win32" or (
        found.st_uid == os.getuid() and not stat.S_IMODE(found.st_mode) & 0o077
    )
    if not (stat.S_ISDIR(found.st_mode) and private):
        raise NoMeetingPlace(
            f"{root} is not a folder that only this user can read: remove it, or set TMPDIR"
        )
    return root


def folder_name(address: str) -> str:
    """Return the name of a run's folder, by the engine's address."""
    # Containers may share a folder for temporary files, and then the ports of two are alike.
    return hashlib.sha256(f"{platform.node()} {address}".encode()).hexdigest()[:32]


def sweep(root: Path) -> None:
    """Take away what runs have left that were killed."""
    for alive in root.glob("*/alive.db"):
        with contextlib.suppress(OSError):
            if time.time() - alive.stat().st_mtime > _STALE and not is_held(alive):
                shutil.rmtree(alive.parent, ignore_errors=True)


def private(path: Path) -> Path:
    """Make a file that only this user can read, unless it is there, and return its path."""
    # A file that is there is not opened: to close it drops the locks of this process on it.
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    return path


def open_database(path: Path | None, wait: float = _BUSY) -> sqlite3.Connection:
    """Open a database; None is one in memory. Wait so many seconds where it is locked."""
    return sqlite3.connect(
        path or ":memory:", timeout=wait, isolation_level=None, check_same_thread=False
    )


class Database:
    """One database, for all threads of a process.

    Args:
        path: of its file; None for one that nobody else opens.
        tables: what it is to have, where it does not yet.
    """

    def __init__(self, path: Path | None, tables: str = "") -> None:
        self._lock = threading.Lock()
        self._connection = open_database(path)
        # Nothing of it outlives a crash, so nothing waits for the disk.
        self._connection.executescript(
            f"PRAGMA journal_mode = MEMORY;PRAGMA synchronous = OFF;{tables}"
        )

    def read(self, query: str, *arguments: Any) -> list[Any]:
        """Return the rows that a query finds."""
        with self._lock:
            return self._connection.execute(query, arguments).fetchall()

    def write(self, statement: str, rows: Sequence[Sequence[Any]]) -> int:
        """Do a statement once for each row, all or none, and return how many rows it changed."""
        if not rows:
            return 0
        with self._lock, self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            return self._connection.executemany(statement, rows).rowcount

    def close(self) -> None:
        """Close it."""
        self._connection.close()


def hold(alive: sqlite3.Connection) -> bool:
    """Lock the database that says that its host lives; return whether nobody else has."""
    try:
        alive.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError:
        return False
    return True


def is_held(alive: Path) -> bool:
    """Return whether a process lives that hosts this run."""
    if not alive.is_file():
        return False
    try:
        with contextlib.closing(open_database(alive, wait=0)) as mine:
            mine.execute("SELECT 1 FROM sqlite_master")  # a shared lock: who looks holds it, too
    except sqlite3.OperationalError:
        return alive.is_file()  # or another run has just taken it away
    return False
