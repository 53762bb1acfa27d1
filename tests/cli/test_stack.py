"""Where settings come from in a project's folder: its stack, by a stand-in for `pulumi`."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pulumi_masv.cli import stack
from pulumi_masv.simulator import Simulator
from tests.cli.conftest import Run

LEAK = "canary-in-an-error"
NOT_READ = "pulumi-masv: settings from the environment, because "


class Pulumi:
    """A stand-in on the PATH, which notes how it was asked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked = folder / "asked"

    def says(self, script: str) -> None:
        """Answer by a shell script; `$1` is the verb."""
        program = self.folder / "pulumi"
        program.write_text(
            f'#!/bin/sh\necho "$@" >> {self.asked}\n/bin/cat >> {self.asked}\n{script}\n'
        )
        program.chmod(0o755)

    def has(self, config: dict[str, str], plain: tuple[str, ...] = ()) -> None:
        """Have a selected stack `dev` with this configuration, all secret but `plain`."""
        shown = {key: {"value": v, "secret": key not in plain} for key, v in config.items()}
        file = self.folder / "config.json"
        file.write_text(json.dumps(shown))
        self.says(f'case "$1" in config) /bin/cat {file};; stack) echo dev;; esac')

    def fails(self, line: str, status: int = 255) -> None:
        self.says(f"echo '{line}' >&2; exit {status}")


@pytest.fixture
def pulumi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run) -> Pulumi:
    """A project `life`, in a folder of which the commands run, and nothing but the stand-in."""
    programs = tmp_path / "programs"
    inside = tmp_path / "project" / "inside"
    programs.mkdir()
    inside.mkdir(parents=True)
    (tmp_path / "project" / "Pulumi.yaml").write_text("name: life\nruntime: python\n")
    monkeypatch.chdir(inside)
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.delenv("PULUMI_STACK", raising=False)
    return Pulumi(programs)


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, pulumi: Pulumi) -> None:
    """Let the environment have no setting of ours."""
    for name in ("API_KEY", "TEAM_ID", "BASE_URL", "MAX_RETRIES"):
        monkeypatch.delenv(f"MASV_{name}")


def account(masv: Simulator) -> dict[str, str]:
    return {"masv:apiKey": masv.api_key, "masv:teamId": masv.team_id, "masv:baseUrl": masv.url}


COMMANDS = (
    ("list",),
    ("import-file", "--status", "finalized"),
    ("explain", "01X"),
    ("doctor",),
    ("doctor", "--probe"),
)


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_that_asks_masv_asks_as_the_stack_says(
    run: Run, masv: Simulator, pulumi: Pulumi, command: tuple[str, ...]
) -> None:
    masv.account.add_package(id="01X")
    Path("masv.yaml").write_text("rules: []\npackages: {}\n")
    pulumi.has(account(masv))
    done = run(*command)
    assert "pulumi-masv: settings from stack dev of project life\n" in done.err
    assert {entry.credential for entry in masv.journal} == {"key"}
    assert 401 not in {entry.status for entry in masv.journal}
    assert pulumi.asked.read_text().splitlines()[:2] == [
        "config --json --show-secrets --non-interactive",
        "stack --show-name --non-interactive",
    ]


def test_the_stack_wins_and_the_line_names_what_else_is_used(
    run: Run, masv: Simulator, pulumi: Pulumi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MASV_API_KEY", "wrong")
    monkeypatch.setenv("PULUMI_STACK", "org/life/prod")
    pulumi.has({"masv:apiKey": masv.api_key})
    done = run("list")
    assert (done.code, done.err) == (
        0,
        "pulumi-masv: settings from stack org/life/prod of project life; "
        "MASV_TEAM_ID, MASV_BASE_URL, MASV_MAX_RETRIES from the environment\n",
    )


def test_a_stack_with_none_of_our_settings_leaves_the_environment(run: Run, pulumi: Pulumi) -> None:
    pulumi.has({"life:other": "x"})
    done = run("list")
    assert (done.code, done.err) == (0, NOT_READ + "stack dev of project life has none\n")


FAILURES = (
    ("error: no stack selected; please use `pulumi stack select`", "run `pulumi stack select`"),
    ("error: no stack named 'x' found", "run `pulumi stack select`"),
    ("error: passphrase must be set with PULUMI_CONFIG_PASSPHRASE", "set PULUMI_CONFIG_PASSPHRASE"),
    ("error: incorrect passphrase", "set PULUMI_CONFIG_PASSPHRASE"),
    ("error: PULUMI_ACCESS_TOKEN must be set for login", "run `pulumi login`"),
    ("error: getting user: [401] Unauthorized", "run `pulumi login`"),
    ("Logging in using access token\nerror: dial tcp: lookup x: no such host", "the network"),
    ("error: something else", "`pulumi config` failed with exit status 255; run it to see why"),
)


@pytest.mark.parametrize(("error", "cure"), FAILURES)
def test_a_stack_that_cannot_be_read_leaves_the_environment_and_says_why(
    run: Run, pulumi: Pulumi, error: str, cure: str
) -> None:
    pulumi.fails(f"{error} {LEAK}")
    done = run("list")
    [line] = done.err.splitlines()
    assert done.code == 0
    assert line.startswith(f"{NOT_READ}the selected stack of project life could not be read: ")
    assert cure in line
    assert LEAK not in done.err + done.out


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize(("error", "cure"), FAILURES)
def test_where_nothing_is_there_one_line_names_both_ways(
    run: Run, pulumi: Pulumi, error: str, cure: str
) -> None:
    pulumi.fails(f"{error} {LEAK}")
    done = run("list")
    [line] = done.err.splitlines()
    assert (done.code, done.out) == (2, "")
    assert "masv:apiKey (or MASV_API_KEY) is not set" in line
    assert cure in line
    assert LEAK not in line


@pytest.mark.parametrize(
    ("script", "cure"),
    [
        ("exec /bin/sleep 60", "gave no answer in 1 seconds"),
        ("echo pulumi 1.0", "printed no configuration"),
        ("echo '[]'", "printed no configuration"),
        ("""echo '{"masv:apiKey": 5}'""", "printed no configuration"),
        (f"""echo '{{"masv:apiKey": {{"value": "{LEAK}"'""", "printed no configuration"),
    ],
)
def test_a_pulumi_that_does_not_answer_as_it_should_is_no_end(
    run: Run, pulumi: Pulumi, monkeypatch: pytest.MonkeyPatch, script: str, cure: str
) -> None:
    monkeypatch.setattr(stack, "_PATIENCE", 1.0)
    pulumi.says(script)
    done = run("list")
    [line] = done.err.splitlines()
    assert done.code == 0
    assert cure in line
    assert LEAK not in line


@pytest.mark.usefixtures("pulumi")
def test_without_pulumi_the_environment_counts(run: Run, tmp_path: Path) -> None:
    assert "`pulumi` is not on the PATH" in run("list").err
    (tmp_path / "programs" / "pulumi").write_text("no program")
    (tmp_path / "programs" / "pulumi").chmod(0o755)
    assert "does not start; install Pulumi again" in run("list").err


def test_pulumi_is_asked_without_a_terminal_and_without_input(
    run: Run, masv: Simulator, pulumi: Pulumi
) -> None:
    pulumi.says("read answer </dev/tty && echo $answer; exit 3")
    assert "exit status 3" in run("list").err


def test_outside_of_a_project_nothing_is_run(
    run: Run, pulumi: Pulumi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pulumi.has({})
    monkeypatch.setenv("PULUMI_STACK", "dev")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Pulumi.dev.yaml").write_text("config: {}\n")
    done = run("list")
    assert (done.code, done.err) == (0, "")
    assert not pulumi.asked.exists()


def test_a_key_in_clear_is_refused_as_in_the_program(
    run: Run, masv: Simulator, pulumi: Pulumi
) -> None:
    pulumi.has(account(masv), plain=("masv:apiKey",))
    done = run("list")
    [line] = done.err.splitlines()
    assert done.code == 2
    assert "masv:apiKey is stored in clear text" in line
    assert "`pulumi config set --secret masv:apiKey`" in line
    assert masv.journal == []
    assert "MASV_API_KEY: masv:apiKey is stored in clear text" in run("doctor").out


def test_an_unknown_name_is_a_warning_as_in_the_program(
    run: Run, masv: Simulator, pulumi: Pulumi, monkeypatch: pytest.MonkeyPatch
) -> None:
    pulumi.has({**account(masv), "masv:api\x1bkey": LEAK})
    monkeypatch.setenv("MASV_REVIEW", LEAK)
    done = run("list")
    unknown, misspelt, used = done.err.splitlines()
    assert done.code == 0
    assert r"masv:api\x1bkey is not a setting of pulumi_masv: did you mean masv:apiKey?" in unknown
    assert "MASV_REVIEW is not an environment variable of pulumi_masv: did you mean" in misspelt
    assert "settings from stack dev" in used
    assert LEAK not in done.err


def test_doctor_says_of_each_setting_where_it_comes_from(
    run: Run, masv: Simulator, pulumi: Pulumi
) -> None:
    pulumi.has({"masv:apiKey": masv.api_key})
    said = run("doctor").out
    assert "MASV_API_KEY: set, from stack dev of project life" in said
    assert f"MASV_TEAM_ID: {masv.team_id}, from the environment" in said
    assert "MASV_TIMEOUT: 30, the default" in said
    pulumi.fails("error: incorrect passphrase")
    assert "warning         stack: the selected stack of project life" in run("doctor").out


@pytest.mark.parametrize("text", ["", "[", "name: [a]", 'name: "\\e[31mred"', "- a"])
def test_a_project_without_a_plain_name_is_no_error(
    run: Run, masv: Simulator, pulumi: Pulumi, tmp_path: Path, text: str
) -> None:
    (tmp_path / "project" / "Pulumi.yaml").write_text(text)
    pulumi.has(account(masv))
    done = run("list")
    assert done.code == 0
    assert "settings from stack dev of project " in done.err
    assert "\x1b" not in done.err


def test_ctrl_c_while_pulumi_is_asked_is_one_line_and_130(pulumi: Pulumi) -> None:
    asked = pulumi.folder / "is-asked"
    os.mkfifo(asked)
    pulumi.says(f"echo yes > {asked}; exec /bin/sleep 60")
    child = subprocess.Popen(
        [sys.executable, "-m", "pulumi_masv", "list"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert asked.read_text() == "yes\n"
    child.send_signal(signal.SIGINT)
    assert child.communicate(timeout=60) == ("", "pulumi-masv: interrupted\n")
    assert child.returncode == 130


@pytest.mark.usefixtures("bare")
def test_doctor_shows_no_setting_that_the_stack_keeps_secret(
    masv: Simulator, run: Run, pulumi: Pulumi
) -> None:
    pulumi.has({**account(masv), "masv:timeout": "7"}, plain=("masv:timeout",))
    done = run("doctor")
    assert "MASV_TEAM_ID: set, from stack dev of project life" in done.out
    assert "MASV_TIMEOUT: 7.0, from stack dev of project life" in done.out
