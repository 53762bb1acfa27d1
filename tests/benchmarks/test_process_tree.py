"""What real processes take, by their role."""

import subprocess
import sys
from pathlib import Path

import pytest
from measure import Conditions, Size, measure
from processes import Taken, end, wait
from variants import BY_KEY

BURN = "import time\nwhile time.process_time() < {seconds}: pass\n"
# It starts two, of which it waits for what it is told.
ENGINE = """\
import subprocess, sys
program, waits = sys.argv[1:]
burn = {burn!r}
started = [
    subprocess.Popen([sys.executable, program]),
    subprocess.Popen([sys.executable, "-c", burn, "pulumi.dynamic"], stdout=subprocess.PIPE),
]
started[0].wait()
started[1].stdout.read()  # until it ends
if waits == "both":
    started[1].wait()
sys.stdout.flush()
import os
os._exit(3)
"""


def taken(*command: str, limit: float = 120, rest: str = "engine") -> Taken:
    process = subprocess.Popen([sys.executable, *command])
    try:
        return wait(process, limit, rest)
    finally:
        end(process)


@pytest.mark.parametrize("waits", ["both", "one"])
def test_processor_time_is_shared_by_role_and_none_lost(tmp_path: Path, waits: str) -> None:
    engine, program = tmp_path / "engine.py", tmp_path / "pulumi-language-python-exec"
    engine.write_text(ENGINE.format(burn=BURN.format(seconds=1.2)))
    program.write_text(BURN.format(seconds=0.8))
    found = taken(str(engine), str(program), waits)
    assert found.code == 3
    assert found.cpu["program"] == pytest.approx(0.8, abs=0.3)
    assert found.cpu["handler"] == pytest.approx(1.2, abs=0.3)
    assert sum(found.cpu.values()) > 1.9
    assert 0 <= found.cpu["engine"] < 1
    assert found.handler_bytes is not None
    assert found.handler_bytes > 1_000_000


def test_all_that_a_script_takes_is_the_programs() -> None:
    found = taken("-c", BURN.format(seconds=0.3), rest="program")
    assert found.cpu["program"] >= 0.3
    assert (found.cpu["engine"], found.cpu["handler"]) == (0, 0)
    assert found.handler_bytes is None


def test_what_is_written_is_counted_with_that_of_others(tmp_path: Path) -> None:
    writes = f"open({str(tmp_path / 'file')!r}, 'wb').write(bytes(4_000_000))"
    other = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {writes!r}])"
    assert taken("-c", other).written >= 4_000_000 or taken("-c", other).written == 0


def test_what_takes_too_long_is_not_waited_for() -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        taken("-c", "import time; time.sleep(100)", limit=0.1)


def test_the_script_lists_and_writes_what_differs() -> None:
    found = measure(BY_KEY["g"], Size(3, 60), Conditions(latency=0, limit=60))
    asked = [(phase["reads"], phase["writes"]) for phase in found["phases"].values()]
    assert asked == [(2, 3), (2, 0), (2, 1), (2, 0)]
    assert found["resource_bytes"] is None
