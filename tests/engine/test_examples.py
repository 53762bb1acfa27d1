"""Every example is a whole project, and runs as its files say."""

import ast
import shutil
import subprocess
import sys
from datetime import datetime, timedelta, timezone

import pytest

from pulumi_masv.simulator import Simulator
from tests.engine.conftest import ROOT, Stack


@pytest.fixture
def example(stack: Stack, request: pytest.FixtureRequest) -> Stack:
    """The example of that name, copied into the stack's folder with its own Pulumi.yaml."""
    source = ROOT / "examples" / request.param
    for file in source.iterdir():
        if file.is_file():
            shutil.copy(file, stack.folder)
    project = stack.folder / "Pulumi.yaml"
    text = project.read_text()
    assert "virtualenv: ../../.venv" in text
    project.write_text(text.replace("../../.venv", sys.prefix))
    stack.run("stack", "init", stack.name)
    return stack


@pytest.mark.parametrize("example", ["quickstart"], indirect=True)
def test_the_quickstart_keeps_archives_and_ends(example: Stack, masv: Simulator) -> None:
    dailies = masv.account.add_package(name="raw", expiry="2027-01-01T00:00:00Z")
    rushes = masv.account.add_package(name="rushes")
    for key, value in {
        "dailies": dailies,
        "keepUntil": "2027-02-01T00:00:00Z",
        "rushes": rushes,
        "rushesMayEnd": "true",
    }.items():
        example.run("config", "set", key, value)
    example.up()
    assert masv.account.package(dailies).name == "Day 12 dailies"
    masv.account.set_unlimited(rushes)
    masv.account.set_now("2027-02-02T00:00:00Z")
    example.run("config", "rm", "rushes")
    example.up()
    assert masv.account.package(dailies).state == "archived"
    assert masv.account.package(rushes).state == "expired"


@pytest.mark.parametrize("example", ["several_accounts"], indirect=True)
def test_several_accounts_each_use_their_own_key(example: Stack, masv: Simulator) -> None:
    for key in ("MASV_API_KEY", "MASV_TEAM_ID"):
        del example.environment[key]
    for team in ("studio", "lab"):
        masv.account.teams[f"01{team}"] = f"{team}-key"
        package = masv.account.add_package(name="raw", team_id=f"01{team}")
        example.run("config", "set", "--secret", f"{team}Key", f"{team}-key")
        example.run("config", "set", f"{team}Team", f"01{team}")
        example.run("config", "set", f"{team}Package", package)
    example.up()
    assert {one.name for one in masv.account.packages()} == {
        "Delivery of the studio",
        "Delivery of the lab",
    }


@pytest.mark.parametrize("example", ["archive_window"], indirect=True)
def test_a_rolling_window_archives_what_is_old_enough_and_moves_by_its_end_alone(
    example: Stack, masv: Simulator
) -> None:
    today = datetime.now(timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0)
    masv.account.set_now(today)
    old, younger, received = (
        masv.account.add_package(
            state="expired", expiry=today - timedelta(days=days), portal=portal
        )
        for days, portal in ((90, ""), (88, ""), (400, "rushes"))
    )
    example.up()
    states = [masv.account.package(each).state for each in (old, younger, received)]
    assert states == ["archived", "expired", "archived"]
    example.run("config", "set", "days", "88")
    assert example.plan().changes == {"sent": ["expiryEnd"], "received": ["expiryEnd"]}
    masv.reset_journal()
    example.up()
    assert len(masv.writes) == 1
    assert masv.account.package(younger).state == "archived"


@pytest.mark.parametrize("example", ["select_and_manage"], indirect=True)
def test_what_a_filter_chooses_is_managed_and_what_it_no_longer_chooses_is_let_go(
    example: Stack, masv: Simulator
) -> None:
    ours = [masv.account.add_package(sender="dailies@studio.example") for _ in range(2)]
    other = masv.account.add_package(sender="sound@mixhouse.example")
    long_gone = masv.account.add_package(sender="dailies@studio.example", state="expired")
    until = "2026-05-01T00:00:00Z"
    for key, value in {"sender": "dailies@studio.example", "keepUntil": until}.items():
        example.run("config", "set", key, value)
    example.up()
    assert sorted(example.state()) == sorted([*ours, long_gone])
    ends = {package.id: package.expiry.month for package in masv.account.packages()}
    assert ends == {ours[0]: 5, ours[1]: 5, other: 3, long_gone: 3}
    assert masv.account.package(long_gone).state == "archived"
    example.run("config", "set", "name", masv.account.package(ours[0]).name)
    example.up()
    assert list(example.state()) == [ours[0]]
    assert masv.account.losses == ()
    masv.account.set_now("2026-05-02T00:00:00Z")
    example.up()
    assert [masv.account.package(each).state for each in ours] == ["archived", "expired"]


def test_no_example_chooses_what_its_end_destroys() -> None:
    chosen = ROOT / "examples" / "select_and_manage" / "__main__.py"
    calls = [node for node in ast.walk(ast.parse(chosen.read_text())) if isinstance(node, ast.Call)]
    assert "force_destroy" not in {keyword.arg for call in calls for keyword in call.keywords}


def test_the_demo_tells_its_story_and_leaves_nothing_behind() -> None:
    done = subprocess.run(
        [sys.executable, "examples/demo.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for told in ("LOSS", "by hand", "still has", "archived", "MASV_API_KEY"):
        assert told in done.stdout
    assert not (ROOT / "Pulumi.demo.yaml").exists()
