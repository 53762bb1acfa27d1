"""Runs of the real engine that can be killed, and how the work is finished afterwards.

What a user has to run then is what each test runs: another `pulumi up`; before it, where the
engine itself was killed and left its lock, `pulumi cancel`. Where it was killed in an adoption, its
warning of a pending operation ends with `pulumi refresh --clear-pending-creates`.
"""

import json
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import psutil

from pulumi_masv.simulator import Simulator
from tests.engine.conftest import Result, Stack, as_pulumi_starts_it

MARCH, MAY, DECEMBER = (f"2027-{month}-01T00:00:00Z" for month in ("03", "05", "12"))


BOUND = 60.0  # seconds; no test comes near it


def until(happened: Callable[[], Any], what: str) -> None:
    end = time.monotonic() + BOUND
    while not happened():
        assert time.monotonic() < end, f"never happened: {what}"
        time.sleep(0.005)


@dataclass
class Run:
    """A `pulumi up` that is under way, and every process that hangs on it."""

    engine: subprocess.Popen[bytes]
    log: Path
    family: set[psutil.Process] = field(default_factory=set)

    def meet(self) -> set[psutil.Process]:
        """All descendants of the engine, whatever became of their parents since."""
        for one in (psutil.Process(self.engine.pid), *self.family):
            with suppress(psutil.NoSuchProcess):
                self.family |= set(one.children(recursive=True))
        return self.family

    @property
    def handler(self) -> psutil.Process:
        """The process of the verbs."""
        family, all_now = self.meet(), psutil.process_iter(["cmdline"])
        (handler,) = (
            p for p in all_now if p in family and "pulumi.dynamic" in (p.info["cmdline"] or ())
        )
        return handler

    def kill_handler(self) -> None:
        self.handler.kill()

    def kill_engine(self) -> None:
        self.meet()
        self.engine.kill()

    def ctrl_c(self) -> None:
        self.engine.send_signal(signal.SIGINT)
        until(lambda: "^C received; cancelling" in self.text, "the engine heard Ctrl-C")

    def ctrl_c_twice(self) -> None:
        self.meet()
        self.ctrl_c()
        self.engine.send_signal(signal.SIGINT)

    @property
    def text(self) -> str:
        return self.log.read_text()

    def end(self) -> Result:
        return Result(self.engine.wait(BOUND), self.text)

    def stop(self) -> None:
        """End what is left of it, each by its id."""
        if self.engine.poll() is None:
            self.engine.send_signal(signal.SIGSTOP)
            self.meet()
            self.engine.kill()
            self.engine.wait(BOUND)
        for one in self.family:
            with suppress(psutil.NoSuchProcess):
                one.kill()


@contextmanager
def up(stack: Stack, **extra: str) -> Iterator[Run]:
    """A run whose processes can be found, since Pulumi starts them."""
    with as_pulumi_starts_it(stack):
        yield from _up(stack, **extra)


def _up(stack: Stack, **extra: str) -> Iterator[Run]:
    log = stack.folder.parent / "up.log"
    with log.open("wb") as output:
        engine = subprocess.Popen(
            ["pulumi", "up", "--yes", "--skip-preview", "--non-interactive"],
            cwd=stack.folder,
            env={**stack.environment, **extra},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    run = Run(engine, log)
    try:
        yield run
    finally:
        run.stop()


def declare(
    stack: Stack, ids: Sequence[str], name: str, expiry: str = MARCH, more: str = ""
) -> None:
    packages = {i: {"name": f"{name} {i}", "expiry": expiry} for i in ids}
    stack.program(f"masv.PackageFleet('fleet', packages={packages!r}{more})\n")


def some(masv: Simulator, many: int) -> list[str]:
    return [masv.account.add_package(name="raw", expiry=DECEMBER) for _ in range(many)]


def slow(masv: Simulator, method: str = "PUT", seconds: float = 1) -> None:
    """Let each answer take so long that a run is met in it, however busy the machine is."""
    masv.faults.set("latency", seconds=seconds, method=method, times=None)
    masv.reset_journal()


def written(masv: Simulator, many: int) -> None:
    until(lambda: len(masv.writes) >= many, f"{many} writes")


def spelled(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


def pending(stack: Stack) -> list[str]:
    """What the engine was at when its state was last written."""
    (state,) = (stack.folder.parent / "backend" / ".pulumi" / "stacks").rglob("test.json")
    latest = json.loads(state.read_text())["checkpoint"]["latest"]
    return [one["type"] for one in latest.get("pending_operations") or []]


def finish(stack: Stack, masv: Simulator, ids: Sequence[str], name: str) -> None:
    """One more up ends the work: all is as declared, in truth and in the state, and once."""
    masv.faults.clear()
    stack.up()
    assert {masv.account.package(i).name for i in ids} == {f"{name} {i}" for i in ids}
    paths = [write.path for write in masv.writes]
    assert len(set(paths)) == len(paths), "something was written twice"
    assert {spelled(masv.account.package(i).expiry) for i in ids} == {MARCH}
    assert masv.account.losses == ()
    masv.reset_journal()
    stack.up("--expect-no-changes", "--refresh")
    assert masv.writes == []
    assert pending(stack) == []
