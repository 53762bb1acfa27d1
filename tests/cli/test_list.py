"""`pulumi-masv list`: every filter, three forms, and nothing that a terminal obeys."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pulumi_masv.simulator import Simulator
from pulumi_masv.simulator.seed import fill
from tests.cli.conftest import Run

DEC = "2027-12-01T00:00:00Z"


def test_a_pipe_has_a_whole_line_for_each_package(run: Run, masv: Simulator) -> None:
    masv.account.set_now("2027-01-01T00:00:00Z")
    name = "Day 12 " + "x" * 300
    first = masv.account.add_package(name=name, expiry="2027-01-13T00:00:00Z")
    masv.account.add_package(name="B", unlimited_storage=True, sender="b@studio.example")
    masv.account.add_package(name="C", state="expired", expiry="2026-12-30T00:00:00Z")
    done = run("list", "--sort=-name")
    head, *lines, total = done.lines
    assert (done.code, done.err) == (0, "")
    assert head.split() == ["id", "name", "state", "size", "files", "expiry", "sender"]
    assert lines[0].split("  ")[0] == first
    assert name in lines[0]
    assert "1.5GB" in lines[0]
    assert "2027-01-13 00:00 UTC (in 12 days)" in lines[0]
    assert lines[0].rstrip().endswith("dailies@studio.example")
    assert "2026-12-30 00:00 UTC (2 days ago)" in lines[1]
    assert "never" in lines[2]
    assert total == (
        "3 packages listed; files exist: 2 packages with 6 files (3.0GB, 3000000000 bytes)"
    )
    assert "\x1b" not in done.out


@pytest.mark.usefixtures("terminal")
def test_a_terminal_has_colours_and_a_sign_of_progress_on_stderr(run: Run, masv: Simulator) -> None:
    masv.account.add_package(name="[red]Day :smile: 12[/red]")
    done = run("list")
    assert "[red]Day :smile: 12[/red]" in done.out
    assert "\x1b[32mfinalized" in done.out
    assert "listing 1 package: 1 of about 1 request" in done.err
    assert "listing 1 package" not in done.out


@pytest.mark.usefixtures("terminal")
def test_a_narrow_terminal_breaks_no_id_and_cuts_no_name(
    run: Run, masv: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    package = masv.account.add_package(name="Day 12 raw dailies of the second unit")
    done = run("list")
    assert package in done.out
    for word in ("Day", "12", "raw", "dailies", "second", "unit"):
        assert word in done.out
    assert "…" not in done.out


def test_json_is_the_packages_as_a_program_has_them(run: Run, masv: Simulator) -> None:
    fill(masv.account, 60)
    done = run("list", "--json", "--sort", "-size", "--status", "finalized")
    packages = json.loads(done.out)
    sizes = [package["size"] for package in packages]
    assert sizes == sorted(sizes, reverse=True)
    assert len(packages) == 30
    assert {"id", "state", "created_at"} <= packages[0].keys()


def test_files_that_ended_early_do_not_end_in_the_future(run: Run, masv: Simulator) -> None:
    masv.account.set_now("2027-01-01T00:00:00Z")
    masv.account.add_package(state="expired", expiry="2027-01-13T00:00:00Z")
    _, line, _ = run("list").lines
    assert "2027-01-13 00:00 UTC (ended before)" in line


@pytest.mark.usefixtures("masv")
def test_an_empty_list_says_which_states_were_asked_for(run: Run) -> None:
    assert run("list").lines[1:] == ["without --status, only finalized and expired ones match"]
    assert len(run("list", "--status", "new").lines) == 1


def test_every_filter_reaches_masv_in_its_own_words(run: Run, masv: Simulator) -> None:
    done = run(
        "list", "--status", "new", "--status=expired,archived", "--name", "n", "--sender", "s",
        "--tag", "t", "--tag", "u", "--teamspace", "v", "--created-at-start", DEC,
        "--created-at-end", DEC, "--expiry-start", DEC, "--expiry-end", DEC,
        "--no-extra-storage", "--sort=-size", "--received", "--portal", "p",
    )  # fmt: skip
    assert done.lines == ["0 packages listed; files exist: 0 packages with 0 files (0B, 0 bytes)"]
    [asked] = masv.journal
    assert asked.path == f"/v1.1/teams/{masv.team_id}/inbox"
    moment = DEC.replace(":", "%3A")
    assert set(asked.query.split("&")) == {
        "status=new%2Cexpired%2Carchived", "name=n", "sender=s", "tags=t%2Cu", "teamspaces=v",
        f"created_at_start={moment}", f"created_at_end={moment}", f"expiry_start={moment}",
        f"expiry_end={moment}", "extra_storage=false", "sort=-size", "limit=50", "page=1",
        "portal=p",
    }  # fmt: skip


@pytest.mark.parametrize("command", ["list", "import-file"])
@pytest.mark.parametrize(
    ("option", "wrong"),
    [
        (
            ("--status", "done"),
            "--status: 'done' is not a state: write one of new, finalized,",
        ),
        (("--status=new,done",), "--status: 'done' is not a state: "),
        (("--name", ""), "--name: is empty, so it would not filter: leave it out"),
        (("--sender", ""), "--sender: is empty, so it would not filter: leave it out"),
        (("--tag", "a,,b"), "--tag: '' is blank or contains a comma"),
        (("--teamspace", "a", "--teamspace", ""), "--teamspace: '' is blank or contains a comma"),
        (("--created-at-start", "noon"), "--created-at-start: 'noon' is not a date and time"),
        (("--created-at-end", "noon"), "--created-at-end: 'noon' is not a date and time"),
        (("--expiry-start", "2027-01-31"), "--expiry-start: '2027-01-31' is not a date and time"),
        (("--expiry-end", "2027-01-31"), "--expiry-end: '2027-01-31' is not a date and time"),
        (
            ("--expiry-start", DEC, "--expiry-end", "2027-01-31T00:00:00Z"),
            "--expiry-end: 2027-01-31T00:00:00Z lies before the start",
        ),
        (("--sort", "age"), "--sort: 'age' is not a field to sort by: "),
        (("--portal", "rushes"), "--portal: only received packages have one"),
        (("--name", "", "--sort", "age"), "; --sort: 'age' is not a field to sort by: "),
    ],
)
def test_a_wrong_filter_is_one_line_that_calls_it_as_typed(
    run: Run, masv: Simulator, command: str, option: tuple[str, ...], wrong: str
) -> None:
    done = run(command, *option)
    assert (done.code, done.out) == (2, "")
    [line] = done.err.splitlines()
    assert line.startswith("pulumi-masv: cannot list packages like this: --")
    assert wrong in line
    assert masv.journal == []


@pytest.mark.parametrize("command", ["list", "import-file"])
@pytest.mark.parametrize(
    ("changes", "code", "line"),
    [
        ({"MASV_API_KEY": ""}, 2, "masv:apiKey (or MASV_API_KEY) is not set"),
        ({"MASV_TIMEOUT": "soon"}, 2, "masv:timeout (or MASV_TIMEOUT): "),
        ({"MASV_API_KEY": "wrong"}, 1, "the key came from the environment (MASV_API_KEY)"),
        ({"MASV_BASE_URL": "http://127.0.0.1:9"}, 1, "check the network and masv:baseUrl"),
    ],
)
def test_no_key_a_wrong_key_and_no_network_are_one_line(
    run: Run, monkeypatch: pytest.MonkeyPatch, command: str, changes: dict[str, str],
    code: int, line: str,
) -> None:  # fmt: skip
    for name, value in changes.items():
        monkeypatch.setenv(name, value)
    done = run(command)
    assert (done.code, done.out) == (code, "")
    [said] = done.err.splitlines()
    assert said.startswith("pulumi-masv: ")
    assert line in said


def test_a_refusal_of_masv_is_one_line(run: Run, masv: Simulator) -> None:
    masv.faults.set("status", status=400, route="*/packages")
    done = run("list")
    assert (done.code, done.out) == (1, "")
    assert len(done.err.splitlines()) == 1
    assert "answered 400" in done.err


@pytest.mark.parametrize("form", ["plain", "terminal", "json"])
def test_what_a_stranger_wrote_is_shown_and_never_obeyed(
    run: Run, masv: Simulator, form: str, request: pytest.FixtureRequest
) -> None:
    if form == "terminal":
        request.getfixturevalue("terminal")
    for hostile in ("\x1b]0;owned\x07\x1b[2J", "a\r\nb", "\u202egpj.exe", "\x9b31m"):
        masv.account.add_package(name=hostile, sender=hostile)
    done = run("list", *(("--json",) if form == "json" else ()))
    assert done.code == 0
    for sign in ("\x1b]", "\x1b[2J", "\r", "\x07", "\u202e", "\x9b"):
        assert sign not in done.out
    assert "gpj.exe" in done.out


def test_a_name_that_the_encoding_lacks_is_no_error(masv: Simulator, tmp_path: Path) -> None:
    with masv:
        masv.account.add_package(name="Tag 12 Größe")
        done = subprocess.run(
            [sys.executable, "-m", "pulumi_masv.cli", "list"],
            cwd=tmp_path,
            env={
                **os.environ,
                "MASV_BASE_URL": masv.url,
                "MASV_API_KEY": masv.api_key,
                "MASV_TEAM_ID": masv.team_id,
                "PYTHONIOENCODING": "ascii",
            },
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert (done.returncode, done.stderr) == (0, "")
    assert "Tag 12 Gr\\xf6\\xdfe" in done.stdout
