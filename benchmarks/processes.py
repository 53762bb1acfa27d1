"""What a command takes: the processor's time by role, what is written, the handler's memory.

The kernel counts the whole of it once the command has ended: what it took itself, and what those
took that it has started and waited for. How much of that was the program's and the handler's is
read from /proc while they run; where there is none, it is not known (None).
"""

import contextlib
import os
import re
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path
from typing import Final, NamedTuple

PROC: Final = Path("/proc")
# By the last part of one of its arguments: what a process is, where it is not the engine's.
ROLES: Final = {
    b"pulumi-language-python-exec": "program",
    b"pulumi.dynamic": "handler",  # the module that a plugin process runs
}
_PERIOD: Final = 0.02  # seconds between two looks
_LOOKS: Final = 10  # from one search for new processes to the next
_BLOCK: Final = 512  # bytes, in which the kernel counts what is written


class Taken(NamedTuple):
    """What one command took, with all that it started.

    Attributes:
        code: its exit status.
        seconds: from its start to its end.
        cpu: seconds of processor time by role; None where they are not known.
        written: bytes that went into files; 0 where these are in memory only.
        handler_bytes: the most resident memory that the handler had.
    """

    code: int
    seconds: float
    cpu: dict[str, float] | None
    written: int
    handler_bytes: int | None


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


def wait(process: "subprocess.Popen[bytes]", limit: float, rest: str = "engine") -> Taken:
    """Wait for a command that has just been started.

    `rest` is the role of what has no other: of the command itself, and of its small helpers.

    Raises:
        subprocess.TimeoutExpired: it still runs after so many seconds.
    """
    started, watch = time.perf_counter(), _Watch(process.pid)
    while True:
        ended, status, used = os.wait4(process.pid, os.WNOHANG)
        seconds = time.perf_counter() - started
        if ended:
            break
        if seconds > limit:
            raise subprocess.TimeoutExpired(process.args, limit)
        watch.look()
        time.sleep(_PERIOD)
    process.returncode = os.waitstatus_to_exitcode(status)
    cpu = watch.shared(used.ru_utime + used.ru_stime, rest)
    written = used.ru_oublock * _BLOCK
    return Taken(process.returncode, seconds, cpu, written, watch.handler_bytes)


class _Watch:
    """What was last seen of a process and of each that it has started.

    Attributes:
        handler_bytes: the most memory that a handler had, which the kernel keeps as it lives.
    """

    def __init__(self, pid: int) -> None:
        self.handler_bytes: int | None = None
        self._pids = [pid]
        self._looks = 0
        self._seconds: dict[int, float] = {}
        self._roles: dict[int, str] = {}

    def look(self) -> None:
        """Look once."""
        if self._looks % _LOOKS == 0:
            self._pids = [self._pids[0], *descendants(self._pids[0])]
        self._looks += 1
        for pid in self._pids:
            if (seconds := cpu_seconds(pid)) is not None:
                self._seconds[pid] = seconds
            if role := _role(pid):
                self._roles[pid] = role
            if role == "handler" and (peak := _peak_memory(pid)) is not None:
                self.handler_bytes = max(peak, self.handler_bytes or 0)

    def shared(self, counted: float, rest: str) -> dict[str, float] | None:
        """All that was taken, by role; `counted` lacks those that nobody waited for."""
        if not self._seconds:
            return None
        shares = Counter(dict.fromkeys(("engine", *ROLES.values()), 0.0))
        for pid, role in self._roles.items():
            shares[role] += self._seconds.get(pid, 0.0)
        shares[rest] += max(counted, sum(self._seconds.values())) - sum(shares.values())
        return {role: round(seconds, 2) for role, seconds in shares.items()}


def _role(pid: int) -> str | None:
    try:
        given = (PROC / str(pid) / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return None
    parts = (part.rpartition(b"/")[2] for part in given)
    return next((ROLES[part] for part in parts if part in ROLES), None)


def _peak_memory(pid: int) -> int | None:
    try:
        found = re.search(r"VmHWM:\s*(\d+) kB", (PROC / str(pid) / "status").read_text())
    except OSError:
        return None
    return int(found[1]) * 1024 if found else None
