"""A process that is forked is as one that is started, but for its libraries."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

BEGUN = (
    "pulumi_masv",
    *(f"pulumi_masv.{room}" for room in ("program", "handlers", "client", "cli")),
)
SCRIPT = f"""\
import json, os, sys, tempfile, threading
threading.Timer(0.1, lambda: print("at last")).start()
print(json.dumps({{
    "arguments": sys.argv, "folder": os.getcwd(), "variables": dict(os.environ),
    "temporary": tempfile.gettempdir(), "main": __name__, "input": sys.stdin.read(),
    "begun": [name for name in {BEGUN} if name in sys.modules],
}}))
print("said", file=sys.stderr)
raise SystemExit(7)
"""
KILLED = """\
import socket, sys
with socket.socket(socket.AF_UNIX) as client:
    client.connect(sys.argv[1])
    told = sys.argv[2].encode()
    if told:
        socket.send_fds(client, [(40).to_bytes(4, "big")], [0, 1, 2])
        client.sendall(told)
"""


@pytest.fixture
def started(virtualenv: Path, tmp_path: Path) -> "subprocess.Popen[str]":
    """A process of the environment's Python, with everything of its own."""
    script = tmp_path / "pulumi-language-python-exec"
    script.write_text(SCRIPT)
    kept = {n: v for n, v in os.environ.items() if n.startswith("PYTHON")}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    return subprocess.Popen(
        [virtualenv / "bin" / "python", "-u", script, "one", "two words"],
        cwd=tmp_path,
        env={**kept, "PATH": os.environ["PATH"], "TMPDIR": str(tmp_path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_forked_python_has_arguments_streams_and_surroundings_of_its_own(
    started: "subprocess.Popen[str]", tmp_path: Path
) -> None:
    printed, said = started.communicate("typed")
    first, last = printed.splitlines()
    found = json.loads(first)
    assert found.pop("variables")["TMPDIR"] == str(tmp_path) != tempfile.gettempdir()
    assert found == {
        "arguments": [str(tmp_path / "pulumi-language-python-exec"), "one", "two words"],
        "folder": str(tmp_path),
        "temporary": str(tmp_path),
        "main": "__main__",
        "input": "typed",
        "begun": [],
    }
    assert (last, said, started.returncode) == ("at last", "said\n", 7)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it is not forked")
@pytest.mark.parametrize("which", [signal.SIGTERM, signal.SIGKILL])
def test_a_forked_python_ends_with_the_process_that_stands_for_it(
    started: "subprocess.Popen[str]", which: signal.Signals
) -> None:
    with started:
        assert started.stdout is not None
        started.send_signal(which)
        # It holds the same end of the pipe, which is closed only when both have ended.
        assert started.stdout.read() == ""
        assert started.wait() == -which


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it is not forked")
@pytest.mark.parametrize("told", ["", "[['-c', ", f"{[['-c', 'import os'], {}, '/']!r:40}"])
def test_one_that_is_killed_before_it_has_begun_harms_no_other(virtualenv: Path, told: str) -> None:
    subprocess.run([sys.executable, "-c", KILLED, virtualenv / "python", told], check=True)
    kept = {n: v for n, v in os.environ.items() if n.startswith("PYTHON")}
    next_one = subprocess.run(
        [virtualenv / "bin" / "python", "-c", "print('still there')"],
        env={**kept, "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (next_one.stdout, next_one.stderr) == ("still there\n", "")
