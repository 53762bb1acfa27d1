"""How the command starts and how Ctrl-C ends it, in processes of their own."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from pulumi_masv import __version__
from pulumi_masv.cli.app import COMMANDS, load
from pulumi_masv.simulator import Simulator
from tests.cli.conftest import Run

HEAVY = ("icalendar", "jinja2", "pulumi", "pydantic", "requests", "rich", "yaml")
LOADED = f"""
import sys
sys.argv = ["pulumi-masv", *sys.argv[1:]]
import pulumi_masv.cli
try:
    pulumi_masv.cli.main()
except SystemExit as ended:
    print("status", ended.code or 0)
print("loaded", [name for name in {HEAVY!r} if name in sys.modules])
"""


def started(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], [], ["lsit"]])
def test_help_and_version_load_nothing_that_a_command_needs(arguments: list[str]) -> None:
    done = started("-c", LOADED, *arguments)
    assert done.stdout.splitlines()[-1] == "loaded []"


def test_completion_of_a_command_loads_none_of_them() -> None:
    asked = {"_PULUMI_MASV_COMPLETE": "complete_bash", "COMP_CWORD": "1"}
    done = started("-c", LOADED, COMP_WORDS="pulumi-masv ", **asked)
    assert done.stdout.split("status")[0].split() == list(COMMANDS)
    assert done.stdout.splitlines()[-1] == "loaded []"


def test_completion_of_an_option_loads_its_command_alone() -> None:
    asked = {"_PULUMI_MASV_COMPLETE": "complete_bash", "COMP_CWORD": "2"}
    done = started("-c", LOADED, COMP_WORDS="pulumi-masv list --stat", **asked)
    assert done.stdout.splitlines()[0] == "--status"
    loaded = done.stdout.splitlines()[-1]
    assert "jinja2" not in loaded
    assert "icalendar" not in loaded


def test_a_program_that_names_nothing_of_ours_loads_nothing() -> None:
    code = f"import sys, pulumi_masv; print([m for m in {HEAVY!r} if m in sys.modules])"
    assert started("-c", code).stdout == "[]\n"


def test_every_public_name_is_there_and_no_other() -> None:
    code = "import pulumi_masv as m; print(*(bool(getattr(m, n)) for n in m.__all__)); m.nothing"
    done = started("-c", code)
    assert set(done.stdout.split()) == {"True"}
    assert "module 'pulumi_masv' has no attribute 'nothing'" in done.stderr


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_loads_and_has_a_help(name: str) -> None:
    command = load(name)
    assert command.name == name
    assert command.help


@pytest.mark.parametrize("module", ["pulumi_masv", "pulumi_masv.cli"])
def test_the_package_runs_as_the_command_does(module: str) -> None:
    done = started("-m", module, "--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{__version__}\n", "")
    assert started("-m", module, "--help").stdout.startswith("Usage: pulumi-masv [OPTIONS]")


def test_version_is_a_command_and_an_option(run: Run) -> None:
    assert run("version").out == run("--version").out == f"{__version__}\n"
    assert json.loads(run("version", "--json").out) == {"version": __version__}


@pytest.mark.parametrize(
    ("arguments", "begins", "command"),
    [
        (["lsit"], "No such command 'lsit'. Did you mean 'list'?", "pulumi-masv"),
        (["--bad"], "No such option: --bad", "pulumi-masv"),
        (["explain"], "Missing argument 'ID'", "pulumi-masv explain"),
        # What is wrong with a value is told in typer's words, which change with its version.
        (["simulator", "--packages", "many"], "--packages: ", "pulumi-masv simulator"),
        (["simulator", "--port", "70000"], "--port: ", "pulumi-masv simulator"),
    ],
)
def test_a_mistake_in_the_arguments_is_one_line(
    run: Run, arguments: list[str], begins: str, command: str
) -> None:
    done = run(*arguments)
    assert (done.code, done.out) == (2, "")
    [line] = done.err.splitlines()
    assert line.startswith(f"pulumi-masv: {begins}")
    assert line.endswith(f" (see `{command} --help`)")


@pytest.fixture
def slow() -> Iterator[tuple[Simulator, threading.Event]]:
    """A MASV whose second answer is late, and what says that it was asked for."""
    with Simulator(packages=200) as masv:
        masv.faults.set("latency", at=2, times=None, seconds=5)
        asked = threading.Event()
        strike = masv.faults.strike

        def noted(method: str, path: str) -> object:
            if len(masv.journal) >= 1:
                asked.set()
            return strike(method, path)

        masv.faults.strike = noted  # type: ignore[method-assign,assignment]
        yield masv, asked


@pytest.mark.parametrize(
    "command",
    [["list"], ["import-file", "--fleet", "f"], ["explain", "01X"], ["doctor"]],
    ids=" ".join,
)
def test_ctrl_c_is_one_line_and_130_and_nothing_is_half_written(
    slow: tuple[Simulator, threading.Event], tmp_path: Path, command: list[str]
) -> None:
    masv, asked = slow
    (tmp_path / "masv.yaml").write_text("rules: []\npackages: {}\n")
    if command[0] == "import-file":
        (tmp_path / "masv.yaml").unlink()
    before = sorted(tmp_path.iterdir())
    child = subprocess.Popen(
        [sys.executable, "-m", "pulumi_masv", *command],
        cwd=tmp_path,
        env={
            **os.environ,
            "MASV_BASE_URL": masv.url,
            "MASV_API_KEY": masv.api_key,
            "MASV_TEAM_ID": masv.team_id,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert asked.wait(60)
    child.send_signal(signal.SIGINT)
    _, complained = child.communicate(timeout=60)
    assert (child.returncode, complained) == (130, "pulumi-masv: interrupted\n")
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.usefixtures("terminal")
@pytest.mark.parametrize(
    ("command", "shown"),
    [
        ("list", "listing 1 package: "),
        ("import-file", "listing 1 package: "),
        ("explain 01X", "listing packages"),
        ("doctor", "checking"),
        ("doctor --probe", "asking MASV"),
    ],
)
def test_a_terminal_shows_what_is_being_done_on_stderr_alone(
    run: Run, masv: Simulator, command: str, shown: str
) -> None:
    masv.account.add_package(id="01X")
    Path("masv.yaml").write_text("rules: []\npackages: {}\n")
    done = run(*command.split())
    assert shown in done.err
    assert shown not in done.out
