"""What a process takes, read from /proc; where there is none, it is not known (None)."""

import contextlib
import os
import re
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

PROC: Final = Path("/proc")
HANDLER: Final = b"pulumi.dynamic"  # the module that a plugin process runs
_PERIOD: Final = 0.05  # seconds between two looks


def descendants(pid: int) -> list[int]:
    """The ids of the processes that a process has started, and theirs."""
    children: dict[int, list[int]] = {}
    for entry in PROC.glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it ended meanwhile
            parent = int(entry.read_text().rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(entry.parent.name))
    found, waiting = [], [pid]
    while waiting:
        of_one = children.get(waiting.pop(), [])
        found += of_one
        waiting += of_one
    return found


def cpu_seconds(pid: int) -> float | None:
    """The processor time a process has taken so far."""
    try:
        fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def end(process: "subprocess.Popen[bytes]") -> None:
    """Kill a process that still runs and what it has started, each by its id."""
    if process.poll() is not None:
        return
    for pid in (*reversed(descendants(process.pid)), process.pid):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.wait()


class HandlerMemory:
    """The memory of the process under the engine that runs the handler.

    Attributes:
        peak: the most resident memory it had, in bytes; None as long as there was none.
    """

    def __init__(self, engine: int) -> None:
        self.peak: int | None = None
        self._engine = engine
        self._handlers: set[int] = set()

    def look(self) -> None:
        """Look once; the kernel keeps the peak, as long as the process lives."""
        if not self._handlers:
            self._handlers = {p for p in descendants(self._engine) if _runs_handler(p)}
        found = [self.peak, *map(_peak_memory, self._handlers)]
        self.peak = max((peak for peak in found if peak is not None), default=None)


@contextmanager
def handler_memory(engine: int) -> Iterator[HandlerMemory]:
    """Look again and again, as long as this is open."""
    memory, done = HandlerMemory(engine), threading.Event()

    def watch() -> None:
        while not done.wait(_PERIOD):
            memory.look()

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield memory
    finally:
        done.set()
        thread.join()


def _runs_handler(pid: int) -> bool:
    try:
        return HANDLER in (PROC / str(pid) / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return False


def _peak_memory(pid: int) -> int | None:
    try:
        found = re.search(r"VmHWM:\s*(\d+) kB", (PROC / str(pid) / "status").read_text())
    except OSError:
        return None
    return int(found[1]) * 1024 if found else None
