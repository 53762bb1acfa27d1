"""What the pipelines' files grant: the least, to the step that needs it."""

import re
from typing import Any

import yaml

from tests.engine.gitops.jobs import EXAMPLE

WORKFLOW = (EXAMPLE / ".github/workflows/packages.yml").read_text()


JOBS: dict[str, dict[str, Any]] = yaml.load(WORKFLOW, yaml.BaseLoader)["jobs"]


def test_every_action_is_pinned_by_its_hash_and_names_its_version() -> None:
    used = re.findall(r"uses: (.*)", WORKFLOW)
    assert used
    for one in used:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", one)
    image = yaml.safe_load((EXAMPLE / ".gitlab-ci.yml").read_text())["default"]["image"]
    assert re.fullmatch(r"[\w.:-]+@sha256:[0-9a-f]{64}", image)


def test_a_job_may_do_the_least_and_ends_by_itself() -> None:
    assert "pull_request_target" not in WORKFLOW
    assert yaml.load(WORKFLOW, yaml.BaseLoader)["permissions"] == {}
    assert {name: job.get("permissions") for name, job in JOBS.items()} == {
        "preview": {"contents": "read"},
        "comment": {"actions": "read", "pull-requests": "write"},
        "up": {"contents": "read", "actions": "read", "pull-requests": "read"},
    }
    assert all(int(job["timeout-minutes"]) <= 60 for job in JOBS.values())
    assert JOBS["up"]["concurrency"] == {"group": "up", "cancel-in-progress": "false"}
    checkouts = [
        s for job in JOBS.values() for s in job["steps"] if "checkout" in s.get("uses", "")
    ]
    assert [step["with"]["persist-credentials"] for step in checkouts] == ["false", "false"]


def test_a_job_that_runs_the_branchs_code_cannot_write() -> None:
    for job in JOBS.values():
        runs_code = any("checkout" in step.get("uses", "") for step in job["steps"])
        assert not (runs_code and "write" in job["permissions"].values())
    preview = JOBS["preview"]["steps"]
    assert "github.token" not in str(preview)
    assert preview[1]["with"]["persist-credentials"] == "false"
    assert "environment" not in JOBS["preview"]  # an environment's secrets are not for it
    for step in JOBS["comment"]["steps"]:
        assert "uses" not in step
        assert not re.search(r"python|pulumi|pip|bash|\bsh\b", step["run"])

    file = yaml.load((EXAMPLE / ".gitlab-ci.yml").read_text(), yaml.BaseLoader)
    assert {name for name, job in file.items() if "NOTES_TOKEN" in str(job.get("script"))} == {
        "note"
    }
    assert "environment" not in file["preview"]  # the scope of NOTES_TOKEN
    assert file["note"]["environment"] == {"name": "notes", "action": "access"}
    assert file["note"]["variables"] == {"GIT_STRATEGY": "empty"}
    assert not {"extends", "before_script"} & file["note"].keys()
    assert "before_script" not in file["default"]


def test_an_up_does_what_main_says_now() -> None:
    [checkout] = [s for s in JOBS["up"]["steps"] if "checkout" in s.get("uses", "")]
    assert checkout["with"]["ref"] == "main"


def test_a_secret_is_only_with_the_step_that_needs_it() -> None:
    steps = [step for job in JOBS.values() for step in job["steps"]]
    holding = [step["name"] for step in steps if "secrets." in str(step.get("env"))]
    assert holding == ["Keys", "Preview", "Preview", "Up"]
    in_env = [value for step in steps for value in step.get("env", {}).values()]
    assert WORKFLOW.count("secrets.") == str(in_env).count("secrets.")
    assert not any("${{" in step.get("run", "") for step in steps)
