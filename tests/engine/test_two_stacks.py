"""A package that goes from one stack to another, and one that two stacks declare."""

from dataclasses import replace
from pathlib import Path

import pytest

from pulumi_masv.simulator import Simulator
from tests.engine.conftest import Stack
from tests.engine.keeper import PROVIDER

WHOLE = "masv.PackageLifecycle('day12', package_id={!r}, name='Day 12', force_destroy=True)\n"
FLEET = "masv.PackageFleet('day12', packages={{{!r}: {{'name': 'Day 12'}}}}, force_destroy=True)\n"
EMPTY = "import pulumi_masv\n"


@pytest.fixture
def other(stack: Stack, tmp_path: Path) -> Stack:
    """A second stack of the same project, in a folder of its own and the same backend."""
    folder = tmp_path / "other"
    folder.mkdir()
    for file in stack.folder.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    environment = {**stack.environment, "PULUMI_STACK": "other"}
    second = replace(stack, folder=folder, environment=environment, name="other")
    second.run("stack", "init", "other", "--secrets-provider", PROVIDER)
    return second


@pytest.mark.parametrize("declared", [WHOLE, FLEET])
def test_a_resource_moved_to_another_stack_ends_nothing_on_its_way(
    stack: Stack, other: Stack, masv: Simulator, declared: str
) -> None:
    package = masv.account.add_package(name="raw")
    stack.program(declared.format(package))
    stack.up()
    urn = stack.state()["day12"]["urn"]
    stack.program(EMPTY)
    masv.reset_journal()
    stack.run("state", "move", "--yes", "--source", "test", "--dest", "other", urn)
    other.program(declared.format(package))
    for each in (stack, other):
        each.up("--expect-no-changes", "--refresh")
    assert masv.writes == []


def test_a_package_that_another_stack_declares_ends_as_the_preview_names(
    stack: Stack, other: Stack, masv: Simulator
) -> None:
    package = masv.account.add_package(name="raw")
    for each in (stack, other):
        each.program(WHOLE.format(package))
        each.up()
    stack.program(EMPTY)
    assert f'{package} "Day 12": LOSS 3 files' in stack.preview().text
    stack.up()
    assert [loss.package_id for loss in masv.account.losses] == [package]
    gone = f'{package} "Day 12": its files are gone, 10 days before its expiry'
    assert gone in other.preview("--refresh").text
