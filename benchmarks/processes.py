"""What a command takes: the processor's time by role, what is written, the handler's memory.

The kernel counts the whole of it once the command has ended: what it took itself, and what those
took that it has started and waited for. How much of that was the program's and the handler's is
looked for while they run.
"""

import contextlib
import os
import subprocess
import time
from collections import Counter
from pathlib import Path
from typing import Final, NamedTuple

import psutil

# By the last part of one of its arguments: what a process is, where it is not the engine's.
ROLES: Final = {
    "pulumi-language-python-exec": "program",
    "pulumi.dynamic": "handler",  # the module that a plugin process runs
}
_PERIOD: Final = 0.02  # seconds between two looks
_LOOKS: Final = 10  # from one search for new processes to the next
_BLOCK: Final = 512  # bytes, in which the kernel counts what is written


class Taken(NamedTuple):
    """What one command took, with all that it started.

    Attributes:
        code: its exit status.
        seconds: from its start to its end.
        cpu: seconds of processor time by role.
        written: bytes that went into files; 0 where these are in memory only.
        handler_bytes: the most resident memory that a handler had at a look; None without one.
    """

    code: int
    seconds: float
    cpu: dict[str, float]
    written: int
    handler_bytes: int | None


def cpu_seconds(process: psutil.Process) -> float:
    """The processor time a process has taken so far."""
    taken = process.cpu_times()
    return taken.user + taken.system


def end(process: "subprocess.Popen[bytes]") -> None:
    """Kill a process that still runs and what it has started, each by its id."""
    if process.poll() is not None:
        return
    first = psutil.Process(process.pid)
    for one in (*reversed(first.children(recursive=True)), first):
        with contextlib.suppress(psutil.NoSuchProcess):
            one.kill()
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
        handler_bytes: the most memory that a handler was seen to have.
    """

    def __init__(self, pid: int) -> None:
        self.handler_bytes: int | None = None
        self._first = psutil.Process(pid)
        self._started: list[psutil.Process] = []
        self._looks = 0
        self._seconds: dict[psutil.Process, float] = {}
        self._roles: dict[psutil.Process, str] = {}

    def look(self) -> None:
        """Look once."""
        if self._looks % _LOOKS == 0:
            with contextlib.suppress(psutil.Error):  # it has ended meanwhile
                self._started = self._first.children(recursive=True)
        self._looks += 1
        for process in (self._first, *self._started):
            with contextlib.suppress(psutil.Error):  # it has ended meanwhile
                self._look_at(process)

    def _look_at(self, process: psutil.Process) -> None:
        self._seconds[process] = cpu_seconds(process)
        parts = (Path(part).name for part in process.cmdline())
        if role := next((ROLES[part] for part in parts if part in ROLES), None):
            self._roles[process] = role
        if role == "handler":
            self.handler_bytes = max(process.memory_info().rss, self.handler_bytes or 0)

    def shared(self, counted: float, rest: str) -> dict[str, float]:
        """All that was taken, by role; `counted` lacks those that nobody waited for."""
        shares = Counter(dict.fromkeys(("engine", *ROLES.values()), 0.0))
        for process, role in self._roles.items():
            shares[role] += self._seconds[process]
        shares[rest] += max(counted, sum(self._seconds.values())) - sum(shares.values())
        return {role: round(seconds, 2) for role, seconds in shares.items()}
