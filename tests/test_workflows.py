"""What the project's workflows may do, and which actions of others they run."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
FOLDERS = [ROOT / ".github", *(ROOT / "examples").glob("*/.github")]
WORKFLOWS = sorted(path for folder in FOLDERS for path in folder.glob("workflows/*.yml"))


def read(path: Path) -> dict[str, Any]:
    text: dict[str, Any] = yaml.safe_load(path.read_text())
    return text


@pytest.fixture(params=WORKFLOWS, ids=lambda path: str(path.relative_to(ROOT)))
def path(request: pytest.FixtureRequest) -> Path:
    found: Path = request.param
    return found


def test_a_workflow_may_do_nothing_and_each_job_says_what(path: Path) -> None:
    workflow = read(path)
    assert workflow["permissions"] == {}
    for name, job in workflow["jobs"].items():
        assert "permissions" in job, name
        assert "timeout-minutes" in job, name


def test_each_action_is_pinned_by_its_commit_and_named_by_version(path: Path) -> None:
    used = re.findall(r"uses: (.+)", path.read_text())
    assert used
    for one in used:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", one), one


def test_an_action_is_the_same_commit_everywhere() -> None:
    pins: dict[str, set[str]] = {}
    for path in WORKFLOWS:
        for name, pin in re.findall(r"uses: (\S+)@(.+)", path.read_text()):
            pins.setdefault(name, set()).add(pin)
    assert {name: pin for name, pin in pins.items() if len(pin) > 1} == {}


def test_each_python_of_the_makefile_is_tested() -> None:
    [versions] = re.findall(r"^VERSIONS := (.+)$", (ROOT / "Makefile").read_text(), re.M)
    job = read(ROOT / ".github" / "workflows" / "test.yml")["jobs"]["unit"]
    assert job["strategy"]["matrix"]["python"] == versions.split()


def test_only_what_publishes_has_an_identity_and_runs_no_code() -> None:
    jobs = read(ROOT / ".github" / "workflows" / "release.yml")["jobs"]
    assert {name for name, job in jobs.items() if "id-token" in job["permissions"]} == {"publish"}
    assert not [step for step in jobs["publish"]["steps"] if "run" in step]
    assert jobs["publish"]["environment"] == "release"
