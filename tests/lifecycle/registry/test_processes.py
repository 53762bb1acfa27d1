"""The processes of one run know the same; those of another run take no part in it."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pulumi_masv.lifecycle.meeting_place import NoMeetingPlace, sweep
from pulumi_masv.lifecycle.previews import Named
from pulumi_masv.lifecycle.registry import Registry
from tests.lifecycle.registry.conftest import ACCOUNT, ADDRESS, WINDOW, declared, hosted

NO_PART = r"^the program takes no part in this run$"
HANDLER = """
import json, sys
from pulumi_masv.lifecycle.registry import Registry
registry = Registry.join(sys.argv[1])
registry.check()
registry.permit(sys.argv[2], {"P3": True})
print(json.dumps([
    sorted(registry.declared(sys.argv[2], {"P1", "P2", "P3"})),
    registry.permits(sys.argv[2]),
    registry.windows(sys.argv[2]),
]))
"""
PROGRAM = """
import sys, time
from pulumi_masv.lifecycle.registry import Declaration, Registry
registry = Registry.host(sys.argv[1], stack="s", is_preview=False)
registry.declare([Declaration("P1", sys.argv[2], 1)])
registry.permit(sys.argv[2], {"P1": True})
print("hosted", flush=True)
time.sleep(60)
"""


def process(program: str, folder: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", program, ADDRESS, ACCOUNT],
        env={**os.environ, "TMPDIR": str(folder)},
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        text=True,
    )


def killed(folder: Path) -> None:
    """Leave what the host of a run leaves that is killed."""
    with process(PROGRAM, folder) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "hosted\n"
        program.send_signal(signal.SIGKILL)


def runs(folder: Path) -> list[Path]:
    """The folders of runs."""
    return [path for path in folder.glob("pulumi_masv-*/*") if path.is_dir()]


def test_two_processes_share_declarations_permits_and_windows(host: Registry, folder: Path) -> None:
    host.declare([declared("P1")])
    host.permit(ACCOUNT, {"P2": False})
    host.declare_window(ACCOUNT, WINDOW)
    with process(HANDLER, folder) as handler:
        assert handler.stdout is not None
        told = json.loads(handler.stdout.read())
    assert told == [["P1"], {"P2": False, "P3": True}, [WINDOW]]
    assert host.permits(ACCOUNT) == {"P2": False, "P3": True}
    assert host.has_checks()


def test_a_run_whose_program_lives_in_another_process_is_joined(folder: Path) -> None:
    with process(PROGRAM, folder) as program:
        assert program.stdout is not None
        program.stdout.readline()
        assert Registry.join(ADDRESS).permits(ACCOUNT) == {"P1": True}
        program.kill()


def test_a_run_whose_host_was_killed_is_not_joined(folder: Path) -> None:
    killed(folder)
    assert len(runs(folder)) == 1
    with pytest.raises(NoMeetingPlace, match=NO_PART):
        Registry.join(ADDRESS)


def test_a_run_whose_host_has_left_is_not_joined(host: Registry) -> None:
    host.close()
    with pytest.raises(NoMeetingPlace, match=NO_PART):
        Registry.join(ADDRESS)


def test_a_run_that_nobody_hosts_is_not_joined() -> None:
    with pytest.raises(NoMeetingPlace, match=NO_PART):
        Registry.join(ADDRESS)


def test_those_who_look_for_a_host_never_take_each_other_for_one(folder: Path) -> None:
    killed(folder)
    joined = []

    def look() -> None:
        for _ in range(100):
            try:
                joined.append(Registry.join(ADDRESS))
            except NoMeetingPlace:
                continue

    handlers = [threading.Thread(target=look) for _ in range(2)]
    for handler in handlers:
        handler.start()
    for handler in handlers:
        handler.join()
    assert joined == []


def test_a_host_is_not_kept_off_by_those_who_look_for_one(folder: Path) -> None:
    killed(folder)
    ended = threading.Event()

    def look() -> None:
        while not ended.is_set():
            try:
                Registry.join(ADDRESS).close()
            except NoMeetingPlace:
                continue

    handler = threading.Thread(target=look)
    handler.start()
    try:
        for _ in range(20):
            program = hosted()
            program.permit(ACCOUNT, {"P1": True})
            program.close()
    finally:
        ended.set()
        handler.join()


def test_a_second_program_of_a_run_takes_part_in_it(host: Registry, folder: Path) -> None:
    second = (
        "from pulumi_masv.lifecycle.registry import Declaration, Registry\n"
        f"second = Registry.host({ADDRESS!r}, stack='other', is_preview=False)\n"
        f"second.declare([Declaration('P2', {ACCOUNT!r}, holder=2)])\n"
        "second.close()"
    )
    host.declare([declared("P1")])
    with process(second, folder):
        pass
    assert host.declared(ACCOUNT, {"P1", "P2"}) == {"P1", "P2"}
    assert Registry.join(ADDRESS).declared(ACCOUNT, {"P1", "P2"}) == {"P1", "P2"}


def test_an_address_given_out_again_is_a_run_of_its_own(host: Registry) -> None:
    host.declare([declared("P1")])
    host.permit(ACCOUNT, {"P1": True})
    again = hosted()
    assert again.permits(ACCOUNT) == {}
    assert Registry.join(ADDRESS).declared(ACCOUNT, {"P1"}) == set()
    again.close()


def test_two_addresses_do_not_meet(host: Registry) -> None:
    other = hosted("127.0.0.1:40002")
    host.declare([declared("P1")])
    host.permit(ACCOUNT, {"P1": True})
    assert other.declared(ACCOUNT, {"P1"}) == set()
    assert other.permits(ACCOUNT) == {}
    other.close()
    assert Registry.join(ADDRESS).permits(ACCOUNT) == {"P1": True}


def test_two_machines_with_one_folder_do_not_meet(
    host: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platform.node", lambda: "another")
    with pytest.raises(NoMeetingPlace):
        Registry.join(ADDRESS)


def test_a_folder_left_by_a_killed_host_is_reused_empty(folder: Path) -> None:
    killed(folder)
    [left] = runs(folder)
    (left / "run.db-journal").write_bytes(b"of the run that was killed")
    host = hosted()
    assert not (left / "run.db-journal").exists()
    assert runs(folder) == [left]
    assert host.permits(ACCOUNT) == {}
    assert host.declared(ACCOUNT, {"P1"}) == set()
    host.close()


@pytest.mark.parametrize(("age", "swept"), [(3600, True), (5, False)])
def test_a_folder_left_by_a_killed_host_is_swept_once_old(
    folder: Path, age: int, swept: bool
) -> None:
    killed(folder)
    [left] = runs(folder)
    os.utime(left / "alive.db", (time.time() - age,) * 2)
    host = hosted("127.0.0.1:40002")
    assert left.exists() is not swept
    host.close()


def test_runs_that_begin_together_sweep_together(folder: Path) -> None:
    killed(folder)
    [left] = runs(folder)
    names = [left, *(left.with_name(f"left{number}") for number in range(300))]
    for name in names[1:]:
        shutil.copytree(left, name)
    for name in names:
        os.utime(name / "alive.db", (0, 0))
    with ThreadPoolExecutor(6) as several:
        for swept in [several.submit(sweep, left.parent) for _ in range(6)]:
            swept.result()
    assert runs(folder) == []


def test_the_folder_of_a_host_that_lives_is_not_swept(host: Registry, folder: Path) -> None:
    [run] = runs(folder)
    os.utime(run / "alive.db", (0, 0))
    other = hosted("127.0.0.1:40002")
    other.close()
    assert runs(folder) == [run]
    host.declare([declared("P1")])
    assert Registry.join(ADDRESS).declared(ACCOUNT, {"P1"}) == {"P1"}


def test_the_host_takes_the_folder_of_its_run_away(host: Registry, folder: Path) -> None:
    handler = Registry.join(ADDRESS)
    handler.close()
    assert len(runs(folder)) == 1
    host.close()
    assert runs(folder) == []


def test_alone_a_registry_needs_no_folder(folder: Path) -> None:
    alone = Registry(why_alone="there is no engine")
    alone.declare([declared("P1")])
    assert alone.declared(ACCOUNT, {"P1"}) == {"P1"}
    assert (alone.is_hosted, alone.why_alone) == (False, "there is no engine")
    alone.name(ACCOUNT, [Named("P1", "urn:a")])
    assert alone.named(ACCOUNT, "P1", "urn:a") is None
    alone.close()
    assert list(folder.iterdir()) == []
