"""What an older version stored goes on with today's code, and nothing in MASV notices."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from pulumi_masv.short import entries_of
from pulumi_masv.simulator import Simulator
from tests.engine.conftest import Stack
from tests.upgrades import make

STATES = sorted(make.HERE.glob("*.json"))
PROGRAM = make.HERE / "program.py"
LATER = "of a later version"
NOTICED = {"without_delete_hook": {"secret": ["__provider", "secretInputs"]}}
"""What the first preview after an upgrade shows, as CHANGELOG.md says it: nothing, if left out."""


@pytest.fixture(params=STATES, ids=lambda path: path.stem)
def upgraded(request: pytest.FixtureRequest, stack: Stack, masv: Simulator) -> Stack:
    """A stack with the state that a version stored, beside the account as it left it."""
    return begun(stack, masv, json.loads(request.param.read_text()))


@pytest.fixture
def later(stack: Stack, masv: Simulator) -> Stack:
    """A stack whose state a later version stored: with outputs that today's does not know."""
    [today] = [path for path in STATES if path.stem[0].isdigit()][-1:]
    state = json.loads(today.read_text())
    for resource in state["deployment"]["resources"]:
        if "masv:" in resource["type"]:
            resource["outputs"]["ofALaterVersion"] = LATER
            for entry in entries_of(resource["outputs"].get("live", {})).values():
                entry["ofALaterVersion"] = LATER
    return begun(stack, masv, state)


def begun(stack: Stack, masv: Simulator, state: dict[str, Any]) -> Stack:
    make.account(masv)
    make.done(masv)
    project = (stack.folder / "Pulumi.yaml").read_text()
    (stack.folder / "Pulumi.yaml").write_text(project.replace("name: life", "name: upgrades"))
    shutil.copy(PROGRAM, stack.folder / "__main__.py")
    stack.environment["PULUMI_CONFIG_PASSPHRASE"] = make.PASSPHRASE
    (stack.folder / "Pulumi.test.yaml").unlink()
    stack.run("stack", "init", "test")
    exported = stack.folder / "state.json"
    exported.write_text(json.dumps(state))
    stack.run("stack", "import", "--file", str(exported))
    return stack


def without(program: Path, start: str) -> str:
    """The program without the resource that begins with a line."""
    before, _, rest = program.read_text().partition(start)
    return before + rest.partition("\n)\n")[2]


def test_a_state_of_an_older_version_goes_on_unchanged(
    upgraded: Stack, masv: Simulator, request: pytest.FixtureRequest
) -> None:
    version = request.node.callspec.params["upgraded"].stem
    assert upgraded.plan().changes == NOTICED.get(version, {})
    assert "PackageLifecycle: (refresh)" not in upgraded.preview("--refresh").text
    upgraded.refresh("--expect-no-changes")
    upgraded.up("--refresh")
    assert upgraded.plan().changes == {}
    assert masv.writes == []
    hooked = {name for name, one in upgraded.state().items() if "resourceHooks" in one}
    assert hooked == {"day12", "secret", "over", "season"}

    program = without(PROGRAM, 'masv.PackageLifecycle(\n    "day12"')
    (upgraded.folder / "__main__.py").write_text(program)
    assert '01HDAY12 "Day 12": LOSS 3 files' in upgraded.preview().text


def test_outputs_that_a_later_version_stored_are_left_alone(later: Stack, masv: Simulator) -> None:
    assert later.plan("--refresh").changes == {}
    later.up("--refresh")
    assert later.plan().changes == {}
    assert masv.writes == []
