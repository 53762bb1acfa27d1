"""Killed in the middle on the real engine, at every place a person or a machine can kill it.

What a user has to run afterwards is what each test runs: another `pulumi up`; before it, where the
engine itself was killed and left its lock, `pulumi cancel`. Where it was killed in an adoption, its
warning of a pending operation ends with `pulumi refresh --clear-pending-creates`.
"""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from pulumi_masv.simulator import Simulator
from tests.engine.conftest import PROJECT, Result, Stack, as_pulumi_starts_it

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="finds processes in /proc")

MARCH, MAY, DECEMBER = (f"2027-{month}-01T00:00:00Z" for month in ("03", "05", "12"))
BOUND = 60.0  # seconds; no test comes near it


def until(happened: Callable[[], Any], what: str) -> None:
    end = time.monotonic() + BOUND
    while not happened():
        assert time.monotonic() < end, f"never happened: {what}"
        time.sleep(0.005)


@dataclass(frozen=True)
class Process:
    """One process, told from a later one with its id by when it started."""

    pid: int
    parent: int
    started: str
    command: str

    @staticmethod
    def all() -> list["Process"]:
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                state, parent, *rest = (folder / "stat").read_text().rpartition(")")[2].split()
                if state != "Z":
                    command = (folder / "cmdline").read_text(errors="replace")
                    found.append(Process(int(folder.name), int(parent), rest[17], command))
        return found

    @property
    def threads(self) -> int:
        return len(list(Path(f"/proc/{self.pid}").glob("task/*")))

    def send(self, which: signal.Signals) -> None:
        if any(one.pid == self.pid and one.started == self.started for one in Process.all()):
            os.kill(self.pid, which)


@dataclass
class Run:
    """A `pulumi up` that is under way, and every process that hangs on it."""

    engine: subprocess.Popen[bytes]
    log: Path
    family: set[Process] = field(default_factory=set)

    def meet(self) -> set[Process]:
        """All descendants of the engine, whatever became of their parents since."""
        now, known = Process.all(), {self.engine.pid, *(one.pid for one in self.family)}
        while young := {one for one in now if one.parent in known and one.pid not in known}:
            self.family |= young
            known |= {one.pid for one in young}
        return self.family

    @property
    def handler(self) -> Process:
        """The process of the verbs: Python below the shell script that the engine starts."""
        family = self.meet()
        scripts = {one.pid for one in family if "pulumi-resource-pulumi-python" in one.command}
        (handler,) = (one for one in family if one.parent in scripts)
        return handler

    def kill_handler(self) -> None:
        self.handler.send(signal.SIGKILL)

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
            one.send(signal.SIGKILL)


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


def slow(masv: Simulator, method: str = "PUT", seconds: float = 0.3) -> None:
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


def test_after_one_ctrl_c_the_update_ends_and_the_state_is_true(
    stack: Stack, masv: Simulator
) -> None:
    ids = some(masv, 40)
    declare(stack, ids, "day")
    stack.up()
    declare(stack, ids, "night")
    slow(masv)
    with up(stack) as run:
        written(masv, 5)
        run.ctrl_c()
        cut = run.end()
    assert cut.errors == ["update canceled"]
    assert len(masv.writes) == len(ids)
    assert set(stack.state()["fleet"]["outputs"]["live"]) == set(ids)
    masv.reset_journal()
    masv.faults.clear()
    stack.up("--expect-no-changes", "--refresh")
    assert {masv.account.package(i).name for i in ids} == {f"night {i}" for i in ids}
    assert masv.writes == []


def test_after_two_ctrl_c_another_up_finishes(stack: Stack, masv: Simulator) -> None:
    ids = some(masv, 40)
    declare(stack, ids, "day")
    stack.up()
    declare(stack, ids, "night")
    slow(masv, seconds=0.5)
    with up(stack) as run:
        written(masv, 5)
        run.ctrl_c_twice()
        cut = run.end()
    assert "update cancelled" in cut.errors
    assert len(masv.writes) < len(ids)
    assert pending(stack) == ["updating"]
    finish(stack, masv, ids, "night")


def test_however_often_the_handler_is_killed_another_up_finishes(
    stack: Stack, masv: Simulator
) -> None:
    ids = some(masv, 40)
    declare(stack, ids, "night")
    slow(masv)
    for writes in (1, 20, 45):
        with up(stack) as run:
            written(masv, writes)
            run.kill_handler()
            cut = run.end()
        assert cut.code != 0
        assert set(cut.errors) == {"error reading from server: EOF"}
        assert len(masv.writes) < 2 * len(ids)
        assert pending(stack) == []
    finish(stack, masv, ids, "night")


def test_after_the_engine_was_killed_in_an_update_a_cancel_and_another_up_finish(
    stack: Stack, masv: Simulator
) -> None:
    ids = some(masv, 40)
    declare(stack, ids, "day")
    stack.up()
    declare(stack, ids, "night")
    slow(masv, seconds=1)
    with up(stack) as run:
        written(masv, 5)
        run.kill_engine()
        run.end()
        assert "`pulumi cancel`" in stack.up(expect=1).text
        assert pending(stack) == ["updating"]
        stack.run("cancel", "--yes")
        finish(stack, masv, ids, "night")


def test_after_the_engine_was_killed_in_an_adoption_a_refresh_also_clears_its_warning(
    stack: Stack, masv: Simulator
) -> None:
    ids = some(masv, 40)
    declare(stack, ids, "night")
    slow(masv, seconds=1)
    with up(stack) as run:
        written(masv, 5)
        run.kill_engine()
        run.end()
        stack.run("cancel", "--yes")
        masv.faults.clear()
        assert "interrupted while creating" in stack.up().text
        assert pending(stack) == ["creating"]
        stack.refresh("--clear-pending-creates")
        finish(stack, masv, ids, "night")


def test_a_handler_whose_engine_was_killed_destroys_nothing_more(
    stack: Stack, masv: Simulator
) -> None:
    ids, at_once = some(masv, 40), 8  # as many as begin together, and no more by the setting
    flags = ", force_destroy=True"
    declare(stack, ids, "day", more=flags)
    stack.up()
    declare(stack, ids[:1], "day", more=flags)
    slow(masv, "DELETE", 3)
    with up(stack, MASV_CONCURRENCY=str(at_once)) as run:
        written(masv, at_once)
        handler = run.handler
        at_work = handler.threads
        run.kill_engine()
        run.end()
        stack.run("cancel", "--yes")
        masv.faults.clear()
        lost = {write.path.rpartition("/")[2] for write in masv.writes[:at_once]}
        declare(stack, [i for i in ids if i not in lost], "day", more=flags)
        stack.up()
        until(lambda: handler.threads <= at_work - at_once + 4, "its writers end")
    assert {loss.package_id for loss in masv.account.losses} == lost
    stack.up("--expect-no-changes", "--refresh")


@pytest.mark.parametrize(
    ("killed", "ended"),
    [(Run.kill_handler, False), (Run.kill_handler, True), (Run.kill_engine, True)],
)
def test_a_forced_end_of_an_entry_ends_its_files_once_wherever_it_is_killed(
    stack: Stack, masv: Simulator, killed: Callable[[Run], None], ended: bool
) -> None:
    masv.switch(repeated_transition="refused")
    ids = some(masv, 20)
    flags = ", force_destroy=True, archive_on_destroy=True"
    declare(stack, ids, "day", more=flags)
    stack.up()
    declare(stack, ids[1:], "night", more=flags)
    loss = f'{ids[0]} "day {ids[0]}": LOSS 3 files'
    assert loss in stack.preview().text
    slow(masv, "DELETE" if ended else "PUT", 1)
    with up(stack) as run:
        written(masv, len(ids) if ended else 1)
        killed(run)
        run.end()
        assert len(masv.account.losses) == ended
        if killed is Run.kill_engine:
            stack.run("cancel", "--yes")
        masv.faults.clear()
        assert (loss in stack.up().text) is not ended
    assert [(one.package_id, one.cause) for one in masv.account.losses] == [(ids[0], "delete")]
    assert masv.account.package(ids[0]).state == "archived"
    assert [write.method for write in masv.writes].count("DELETE") == 1
    stack.up("--expect-no-changes", "--refresh")


def beside(stack: Stack) -> Stack:
    """Another stack for the same account, in a folder and a backend of its own."""
    root = stack.folder.parent / "beside"
    for name in ("project", "backend"):
        (root / name).mkdir(parents=True)
    (root / "project" / "Pulumi.yaml").write_text(PROJECT.format(virtualenv=sys.prefix))
    own = {"PULUMI_BACKEND_URL": f"file://{root / 'backend'}", "PULUMI_HOME": str(root / "home")}
    other = replace(stack, folder=root / "project", environment={**stack.environment, **own})
    other.run("stack", "init", other.name)
    return other


def test_of_two_runs_at_once_each_tells_the_truth_and_either_converges_afterwards(
    stack: Stack, masv: Simulator
) -> None:
    ids = sorted(some(masv, 15))
    other, ends = beside(stack), {"day": MARCH, "night": MAY}
    declare(stack, ids, "day", ends["day"])
    declare(other, ids, "night", ends["night"])

    def named(name: str) -> list[bool]:
        return [masv.account.package(i).name == f"{name} {i}" for i in ids[:8]]

    slow(masv)
    with up(stack) as one:
        until(lambda: all(named("day")), "one run has begun")
        one.handler.send(signal.SIGSTOP)
        with up(other) as two:
            until(lambda: any(named("night")), "the other has begun")
            one.handler.send(signal.SIGCONT)
            ended = {"day": one.end(), "night": two.end()}
    masv.faults.clear()
    assert ended["day"].code != 0
    for name, result in ended.items():
        rest = {"day": "night", "night": "day"}[name]
        keeps = re.findall(r"but MASV keeps (\S+)", " ".join(result.errors))
        assert (result.code != 0) == bool(keeps), result.text
        assert set(keeps) <= {f'"{rest}', f"{ends[rest]}:"}
    for package in masv.account.packages():
        assert package.name in (f"day {package.id}", f"night {package.id}")
        assert spelled(package.expiry) in ends.values()
    assert masv.account.losses == ()
    for each, name in ((other, "night"), (stack, "day")):
        each.up("--refresh")
        assert {masv.account.package(i).name for i in ids} == {f"{name} {i}" for i in ids}
        assert {spelled(masv.account.package(i).expiry) for i in ids} == {ends[name]}
