"""`pulumi-masv simulator`: what it says, plays, ends with, and makes of mistakes."""

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests


def start(*arguments: Any) -> Any:
    return subprocess.Popen(
        [sys.executable, "-m", "pulumi_masv.cli", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(*arguments: Any) -> Any:
    process = start(*arguments)
    printed, complained = process.communicate(timeout=60)
    return process.returncode, printed, complained


def test_the_simulator_says_how_to_use_it_runs_and_ends_quietly(tmp_path: Path) -> None:
    seed = tmp_path / "seed.json"
    seed.write_text(json.dumps({"packages": [{"name": "A"}]}))
    process = start("simulator", "--seed", str(seed), "--now", "2027-01-01T00:00:00Z")
    head, *exports = [process.stdout.readline().rstrip("\n") for _ in range(4)]
    environment = dict(line.removeprefix("export ").split("=", 1) for line in exports)
    url = environment["MASV_BASE_URL"]
    assert head == f"# MASV at {url} ({url}/docs); Ctrl-C ends it"
    answer = requests.get(
        f"{url}/v1.1/teams/{environment['MASV_TEAM_ID']}/packages",
        headers={"X-API-KEY": environment["MASV_API_KEY"]},
        timeout=60,
    )
    assert answer.json()["records"][0]["name"] == "A"
    assert answer.headers["Date"].startswith("Fri, 01 Jan 2027 00:00:")
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=60) == ("", "")
    assert process.returncode == 0


@pytest.mark.parametrize("by_name", [False, True])
def test_the_simulator_plays_a_contract(tmp_path: Path, by_name: bool) -> None:
    contract = tmp_path / "contract.json"
    contract.write_text(json.dumps({"contract": 1, "switches": {"listed_keys": "sample"}}))
    process = start("simulator", "--contract", "as documented" if by_name else str(contract))
    exports = [process.stdout.readline().rstrip("\n") for _ in range(4)][1:]
    environment = dict(line.removeprefix("export ").split("=", 1) for line in exports)
    answer = requests.get(
        f"{environment['MASV_BASE_URL']}/v1.1/teams/{environment['MASV_TEAM_ID']}/packages",
        headers={"X-API-KEY": environment["MASV_API_KEY"]},
        timeout=60,
    )
    assert len(answer.json()["records"][0]) == 12
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=60) == ("", "")


def test_help_says_which_contracts_there_are() -> None:
    status, printed, _ = run("simulator", "--help")
    assert (status, "--contract" in printed) == (0, True)
    assert "the nastiest" in " ".join(printed.split())


def test_a_port_in_use_is_one_line_and_status_2() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert run("simulator", "--port", port) == (
            2,
            "",
            f"pulumi-masv: port {port}: Address already in use\n",
        )


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--seed", "/nowhere.json"], "seed /nowhere.json: No such file or directory"),
        (
            ["--contract", "nope"],
            "contract nope: no such file; give one, or one of these names: as documented; "
            "the vendor's client; flags only when true; the nastiest; "
            "the nastiest, with no token listed",
        ),
        (["--packages", "1", "--seed", "x"], "--packages and --seed exclude each other"),
        (
            ["--now", "noon"],
            "--now: 'noon' is not an ISO 8601 instant with a zone, such as 2027-01-31T00:00:00Z",
        ),
    ],
)
def test_a_bad_argument_is_one_line_and_status_2(arguments: Any, line: str) -> None:
    assert run("simulator", *arguments) == (2, "", f"pulumi-masv: {line}\n")


def test_all_mistakes_of_a_seed_are_a_line_each(tmp_path: Path) -> None:
    seed = tmp_path / "seed.yaml"
    seed.write_text("packages:\n- state: finalised\n- expiry: noon\n  nmae: A\n")
    status, printed, complained = run("simulator", "--seed", str(seed))
    assert (status, printed) == (2, "")
    lines = complained.splitlines()
    assert len(lines) == 3
    assert all(line.startswith(f"pulumi-masv: seed {seed}: package ") for line in lines)


def test_nothing_that_it_hands_out_says_canary() -> None:
    process = start("simulator", "--packages", "1")
    exports = [process.stdout.readline() for _ in range(4)]
    environment = dict(line[7:].rstrip("\n").split("=", 1) for line in exports[1:])
    shown = requests.get(
        f"{environment['MASV_BASE_URL']}/v1.1/teams/{environment['MASV_TEAM_ID']}/packages",
        headers={"X-API-KEY": environment["MASV_API_KEY"]},
        timeout=60,
    ).text
    assert "canary" not in ("".join(exports) + shown).lower()
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=60) == ("", "")


def test_version_prints_the_version() -> None:
    status, printed, complained = run("version")
    assert (status, complained) == (0, "")
    assert printed.count(".") == 2


def test_without_typer_one_line_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "typer.py").write_text("raise ModuleNotFoundError('no typer', name='typer')")
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import pulumi_masv.cli as c; c.main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == ('pulumi-masv: the command line needs pip install "pulumi_masv[cli]"\n')
