"""`pulumi-masv doctor`: each check in one line, what to do where it failed, and no secret."""

import json
import re
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import responses

from pulumi_masv.simulator import KEY_CANARY, Simulator
from pulumi_masv.simulator.contracts import load
from pulumi_masv.simulator.seed import fill
from tests.cli.conftest import Run

ROOT = Path(__file__).parents[2]
PROGRAMS = {
    "pulumi": "#!/bin/sh\necho v3.259.0\n",
    "pulumi-language-python": "#!/bin/sh\n",
}


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run) -> Path:
    """A PATH that holds an engine and its language host, and nothing else."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name, text in PROGRAMS.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    return folder


def checks(run: Run, code: int) -> dict[str, tuple[str, str]]:
    """Check -> its outcome and its line."""
    done = run("doctor", "--json")
    assert (done.code, done.err) == (code, "")
    return {c["check"]: (c["outcome"], c["says"]) for c in json.loads(done.out)}


@pytest.mark.usefixtures("programs")
def test_all_is_well(run: Run, masv: Simulator) -> None:
    masv.account.set_now(datetime.now(timezone.utc))
    masv.account.add_package()
    found = checks(run, 0)
    assert found["MASV_API_KEY"] == ("ok", "set, from the environment")
    assert found["MASV_BASE_URL"] == ("ok", f"{masv.url}, from the environment")
    assert found["MASV_CONCURRENCY"] == ("ok", "32, the default")
    assert found["packages"] == ("ok", "key and team are accepted; 1 finalized or expired")
    assert found["inbox"] == ("ok", "may be read; 0 finalized or expired")
    assert found["team"] == ("ok", "they belong together")
    assert found["clock"][0] == "ok"
    assert found["Pulumi engine"] == ("ok", "v3.259.0")
    assert {outcome for outcome, _ in found.values()} == {"ok", "cannot be told"}
    assert found["team's rules"][0] == "cannot be told"
    assert len(masv.journal) == 3
    assert masv.writes == []


@pytest.mark.usefixtures("programs")
def test_a_person_reads_a_line_for_each_check(run: Run, masv: Simulator) -> None:
    done = run("doctor")
    assert "ok              MASV_API_KEY: set, from the environment" in done.lines
    assert "\x1b" not in done.out
    assert len(done.lines) == 17
    assert done.lines[-1].startswith("first contact: run `pulumi-masv doctor --probe`")


@pytest.mark.usefixtures("programs", "terminal")
def test_a_terminal_has_colours(run: Run) -> None:
    assert "\x1b[32mok" in run("doctor").out


@pytest.mark.usefixtures("programs")
@pytest.mark.parametrize(
    ("days", "says"), [(1, "behind MASV's: set"), (-1, "ahead of MASV's: set this machine's")]
)
def test_a_clock_that_is_wrong_is_a_warning(
    run: Run, masv: Simulator, days: int, says: str
) -> None:
    masv.account.set_now(datetime.now(timezone.utc) + timedelta(days=days))
    outcome, said = checks(run, 0)["clock"]
    assert outcome == "warning"
    assert says in said
    assert said.endswith("unless you set the simulator's")


@pytest.mark.usefixtures("programs")
def test_an_answer_without_a_date_tells_nothing_of_the_clock(run: Run, masv: Simulator) -> None:
    with responses.RequestsMock() as proxy:
        proxy.get(f"{masv.url}/v1/teams", status=404)
        for box in ("packages", "inbox"):
            address = f"{masv.url}/v1.1/teams/{masv.team_id}/{box}"
            proxy.get(address, json={"metadata": {"total": 0}, "records": []})
        assert checks(run, 0)["clock"] == ("cannot be told", "MASV's answer has no Date")


@pytest.mark.usefixtures("programs")
@pytest.mark.parametrize(
    ("changes", "failed", "says"),
    [
        ({"MASV_API_KEY": ""}, "MASV_API_KEY", "is not set: export MASV_API_KEY=…, or `pulumi"),
        ({"MASV_TIMEOUT": "soon"}, "MASV_TIMEOUT", "masv:timeout (or MASV_TIMEOUT): "),
        ({"MASV_BASE_URL": "http://u:pw@h"}, "MASV_BASE_URL", "contains more than scheme, host"),
        ({"MASV_API_KEY": f"bad-{KEY_CANARY}"}, "packages", "check that it is a key of team"),
        ({"MASV_API_KEY": f"{KEY_CANARY} x"}, "MASV_API_KEY", "was it copied completely?"),
        ({"MASV_BASE_URL": "http://127.0.0.1:9"}, "packages", "check the network and"),
    ],
)
def test_what_failed_says_what_to_do_and_stops_no_check(
    run: Run, monkeypatch: pytest.MonkeyPatch, changes: dict[str, str], failed: str, says: str
) -> None:
    for name, value in changes.items():
        monkeypatch.setenv(name, value)
    found = checks(run, 1)
    assert [name for name, (outcome, _) in found.items() if outcome == "failed"] == [failed]
    assert says in found[failed][1]
    assert "pw" not in str(found)
    assert found["inbox"][0] == found["clock"][0] == "cannot be told"
    assert found["Pulumi engine"][0] == "ok"


@pytest.mark.usefixtures("programs")
def test_nothing_is_sent_twice(run: Run, masv: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MASV_MAX_RETRIES", "20")
    masv.faults.set("status", status=503, times=99)
    assert checks(run, 1)["packages"][0] == "failed"
    assert len(masv.journal) == 1


@pytest.mark.usefixtures("programs")
@pytest.mark.parametrize(
    ("status", "outcome", "says"),
    [
        (403, "failed", "manage only packages the team sent"),
        (400, "failed", "check MASV_TEAM_ID"),
        (503, "failed", "run again later"),
        (404, "ok", "the team has none"),
    ],
)
def test_an_inbox_that_may_not_be_read_is_told(
    run: Run, masv: Simulator, status: int, outcome: str, says: str
) -> None:
    masv.faults.set("status", status=status, route="*/inbox")
    found = checks(run, 1 if outcome == "failed" else 0)["inbox"]
    assert found[0] == outcome
    assert says in found[1]


@pytest.mark.parametrize(
    ("name", "text", "check", "outcome", "says"),
    [
        ("pulumi", None, "Pulumi engine", "failed", "no `pulumi` on the PATH: install Pulumi"),
        ("pulumi", "#!/nowhere\n", "Pulumi engine", "failed", "does not start: install"),
        ("pulumi", "#!/bin/sh\necho v3.99.0\n", "Pulumi engine", "failed", "older than 3.216"),
        ("pulumi", "#!/bin/sh\necho dev\n", "Pulumi engine", "cannot be told", "'dev' is no"),
        ("pulumi-language-python", None, "pulumi-language-python", "failed", "not on the PATH"),
    ],
)
def test_a_program_that_is_missing_or_old_is_told(
    run: Run, programs: Path, name: str, text: str | None, check: str, outcome: str, says: str
) -> None:
    if text is None:
        (programs / name).unlink()
    else:
        (programs / name).write_text(text)
    found = checks(run, 1 if outcome == "failed" else 0)
    assert found[check][0] == outcome
    assert says in found[check][1]


@pytest.mark.parametrize(("below", "outcome"), [(0, "ok"), (1, "failed")])
def test_the_oldest_engine_is_the_pulumi_that_the_package_requires(
    run: Run, programs: Path, below: int, outcome: str
) -> None:
    required = re.search(r'"pulumi>=(\d+)\.(\d+)"', (ROOT / "pyproject.toml").read_text())
    assert required is not None
    version = f"v{required[1]}.{int(required[2]) - below}.0"
    (programs / "pulumi").write_text(f"#!/bin/sh\necho {version}\n")
    assert checks(run, below)["Pulumi engine"][0] == outcome


@pytest.mark.usefixtures("programs")
@pytest.mark.parametrize(
    ("teams", "outcome", "says"),
    [
        ({"status": 404}, "cannot be told", "known from one example only, is answered 404"),
        ({"status": 403, "body": "<p>"}, "cannot be told", "is answered 403"),
        ({"json": {"teams": []}}, "cannot be told", "answered 200 in another form"),
        ({"json": [{"id": "other"}]}, "warning", "check the team id, because this key's user"),
    ],
)
def test_a_route_known_from_an_example_fails_nothing(
    run: Run, masv: Simulator, teams: dict[str, Any], outcome: str, says: str
) -> None:
    with responses.RequestsMock() as proxy:
        proxy.get(f"{masv.url}/v1/teams", **teams)
        for box in ("packages", "inbox"):
            address = f"{masv.url}/v1.1/teams/{masv.team_id}/{box}"
            proxy.get(address, json={"metadata": {"total": 0}, "records": []})
        found = checks(run, 0)["team"]
    assert found[0] == outcome
    assert says in found[1]


def test_a_probe_says_line_by_line_what_masv_is_like(run: Run, masv: Simulator) -> None:
    fill(masv.account, 12)
    masv.switch(foreign_read=403, ignored_filters="sender")
    done = run("doctor", "--probe")
    [line] = [line for line in done.lines if line.endswith("because sender is ignored")]
    assert line.startswith("cautious: filters filter: each record is checked against the filters")
    assert (done.code, done.err) == (0, "")
    assert done.lines[0] == "as expected: key and team: they belong together"
    assert (
        "cautious: one package is one answer: that package is refused, and the others continue, "
        "because the read of an id that nobody has is answered 403"
    ) in done.lines
    assert (
        "cautious: one package is one answer: as above, because the read of a malformed id is "
        "answered 403"
    ) in done.lines
    assert "\x1b" not in done.out
    assert masv.writes == []


@pytest.mark.usefixtures("terminal")
def test_a_probe_has_colours_on_a_terminal(run: Run) -> None:
    assert "\x1b[32mas expected: " in run("doctor", "--probe").out


def test_a_probe_as_json_names_the_assumption(run: Run, masv: Simulator) -> None:
    masv.account.add_package(id="E1XGQ")
    done = run("doctor", "--probe", "--json")
    [found] = [one for one in json.loads(done.out) if one["check"] == "ids tell the time"]
    assert found == {
        "check": "ids tell the time",
        "outcome": "cautious",
        "says": "the whole listing is read, not part of it, because the id does not tell it in "
        "1 of 1",
        "assumption": "ids tell the time",
    }


def test_a_probe_that_finds_something_broken_is_status_1(run: Run, masv: Simulator) -> None:
    masv.faults.set("html", times=None, route="*/packages")
    done = run("doctor", "--probe", "--output", "contract.json")
    assert done.code == 1
    assert "breaks: MASV speaks: the sent listing is answered 200 with a page" in done.lines
    assert json.loads(Path("contract.json").read_text())["switches"] == {}


def test_what_a_probe_writes_a_simulator_plays(run: Run, masv: Simulator) -> None:
    fill(masv.account, 12)
    masv.switch(instants="offset", foreign_read=400)
    assert run("doctor", "--probe", "--output", "contract.json").code == 0
    played = load("contract.json")
    assert (played.instants, played.foreign_read) == ("offset", 400)


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--probe", "--output", "no/where"], "no: there is no such folder: make it first"),
        (["--probe", "--output", "."], ". is a folder: name a file in it"),
        (["--output", "contract.json"], "--output needs --probe"),
    ],
)
def test_an_output_that_cannot_be_is_one_line_and_no_request(
    run: Run, masv: Simulator, arguments: list[str], line: str
) -> None:
    assert run("doctor", *arguments) == (2, "", f"pulumi-masv: {line}\n")
    assert masv.journal == []


@pytest.mark.parametrize("name", ["MASV_API_KEY", "MASV_TEAM_ID"])
def test_a_probe_without_key_or_team_is_one_line(
    run: Run, masv: Simulator, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.delenv(name)
    done = run("doctor", "--probe")
    assert (done.code, done.out) == (2, "")
    assert f"{name}) is not set" in done.err
    assert masv.journal == []
