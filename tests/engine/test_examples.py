"""Every example is a whole project, and runs as its files say."""

import shutil
import subprocess
import sys

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
