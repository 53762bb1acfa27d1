"""A team's repository, with the commands that its pipelines run and nothing else."""

import html
import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from pulumi_masv.simulator import Simulator
from tests.engine.conftest import BIN, ROOT, Stack
from tests.engine.pipelines import TOKEN, Forge, GitHub, GitLab, Job

EXAMPLE = ROOT / "examples" / "gitops"
DAILIES, MASTER, CLAIM = (
    "01J8ZK3V9DA111ESDAY12A001R",
    "01J8ZK3V9DFEATVREMASTER001",
    "01J8ZK3V9DREE10CA1M0000001",
)


ANYTHING = json.dumps(
    {
        "version": 1,
        "losses": [
            {"id": i, "files": None, "bytes": None, "ends": None, "atOnce": True}
            for i in (DAILIES, MASTER, CLAIM)
        ],
    }
)
"""A report that lets all of them end at once."""


@pytest.fixture(params=[GitHub, GitLab])
def forge(
    request: pytest.FixtureRequest,
    stack: Stack,
    virtualenv: Path,
    masv: Simulator,
    tmp_path: Path,
) -> Forge:
    """The example as a team would keep it, set up as its README says."""
    repository = tmp_path / "repository"
    shutil.copytree(EXAMPLE, repository, ignore=shutil.ignore_patterns("__pycache__"))
    stack.folder = repository
    stack.run("stack", "init", "team")
    elsewhere = (folder for folder in os.get_exec_path() if Path(folder) != BIN)
    masv.account.set_now("2027-01-04T09:00:00Z")
    masv.account.add_package(
        id=DAILIES, name="A001_raw", expiry="2027-03-01T00:00:00Z", total_files=212, size=10**12
    )
    masv.account.add_package(id=MASTER, name="Master", expiry="2027-02-01T00:00:00Z")
    masv.account.add_package(id=CLAIM, name="Reel 10", expiry="2027-06-01T00:00:00Z")
    made: Forge = request.param(
        repository=repository,
        machines=tmp_path / "machines",
        environment={
            "HOME": str(tmp_path),
            "PATH": os.pathsep.join(elsewhere),
            "MASV_BASE_URL": masv.url,
        },
        virtualenv=virtualenv,
        variables={
            "MASV_TEAM_ID": masv.team_id,
            "PULUMI_BACKEND_URL": stack.environment["PULUMI_BACKEND_URL"],
        },
        secrets={"MASV_API_KEY": masv.api_key, "PULUMI_CONFIG_PASSPHRASE": "test"},
    )
    return made


def only(jobs: dict[str, Job], name: str, *, red: bool = False) -> Job:
    assert list(jobs) == [name]
    assert jobs[name].red == red, jobs[name].log
    return jobs[name]


def previewed(forge: Forge, *, red: bool = False) -> Job:
    """The job of a pull request that runs the branch's code; another has told what it found."""
    jobs = forge.pull_request()
    assert list(jobs) == ["preview", forge.TELLER]
    assert not jobs[forge.TELLER].red, jobs[forge.TELLER].log
    assert jobs["preview"].red == red, jobs["preview"].log
    return jobs["preview"]


def ends(masv: Simulator, package: str) -> str:
    live = masv.account.package(package)
    return "never" if live.unlimited_storage else live.expiry.date().isoformat()


def test_a_pull_request_shows_a_merge_does_exactly_that_and_the_night_does_what_time_brings(
    forge: Forge, masv: Simulator
) -> None:
    raw = masv.account.add_package(
        name="B014_raw", expiry="2027-03-01T00:00:00Z", total_files=38, size=5 * 10**10
    )
    sound = masv.account.add_package(name="Mix", sender="sound@mixhouse.example")
    previewed(forge)
    shown = previewed(forge)
    assert masv.writes == []
    [comment] = forge.comments
    for named in (DAILIES, "A001_raw", "212", "2027-01-31", raw, "B014_raw", "38", "2027-01-18"):
        assert named in html.unescape(comment)
    assert sound not in comment
    assert {loss["id"] for loss in forge.reports[-1]["losses"]} == {DAILIES, raw}

    done = only(forge.merge(), "up")
    assert "Bound by the report" in done.log
    assert {each: ends(masv, each) for each in (DAILIES, raw, MASTER, CLAIM, sound)} == {
        DAILIES: "2027-01-31",
        raw: "2027-01-18",
        MASTER: "never",
        CLAIM: "2027-06-01",
        sound: "2027-01-14",
    }
    written = {entry.path.split("/")[3] for entry in masv.writes}
    assert written == {DAILIES, MASTER, raw}

    masv.account.set_now("2027-02-02T03:00:00Z")
    arrived = masv.account.add_package(name="B015_raw", expiry="2027-03-01T00:00:00Z")
    masv.reset_journal()
    night = only(forge.nightly(), "up")
    assert [masv.account.package(each).state for each in (DAILIES, raw)] == ["archived"] * 2
    assert ends(masv, arrived) == "2027-02-16"
    assert {entry.path.split("/")[3] for entry in masv.writes} == {DAILIES, raw, arrived}
    masv.reset_journal()
    assert "B015_raw" in html.unescape(night.left("summary.md") + night.log)
    assert "<html" in night.left("report.html")
    only(forge.nightly(), "up")
    assert masv.writes == []

    for job in (shown, done, night):
        told = [job.log, job.left("report.html"), job.left("summary.md"), *forge.comments]
        assert not any(masv.api_key in text or TOKEN in text for text in told)


@pytest.mark.parametrize("forge", [GitLab], indirect=True)
def test_a_run_that_would_end_more_than_its_limits_stops_before_its_first_write(
    forge: Forge, masv: Simulator
) -> None:
    forge.variables["MAX_LOST_BYTES"] = "1TB"
    previewed(forge)
    forge.variables["MAX_LOST_BYTES"] = "500GB"
    for jobs in (forge.merge(), forge.nightly()):
        assert "more would be lost than the limits allow" in only(jobs, "up", red=True).log
    assert masv.writes == []
    previewed(forge, red=True)
    assert "A001_raw" in html.unescape(forge.comments[0])
    only(forge.merge(), "up", red=True)
    assert masv.writes == []
    forge.variables["MAX_LOST_BYTES"] = "1TB"
    only(forge.merge(), "up", red=True)  # the pull request's own check is still red
    assert masv.writes == []
    previewed(forge)
    only(forge.merge(), "up")
    assert ends(masv, DAILIES) == "2027-01-31"


@pytest.mark.parametrize("forge", [GitHub], indirect=True)
def test_what_a_preview_refuses_is_in_the_comment_and_is_not_written(
    forge: Forge, masv: Simulator
) -> None:
    manifest = forge.repository / "masv.yaml"
    unknown = "01J8ZK3V9DN0B0DYHASTH1S001"
    manifest.write_text(
        manifest.read_text().replace(CLAIM, unknown).replace("hold: true #", "name: x #")
    )
    previewed(forge, red=True)
    [comment] = forge.comments
    assert unknown in comment
    only(forge.merge(), "up", red=True)
    assert masv.writes == []


def test_a_manifest_with_a_mistake_is_told_by_its_line_before_masv_is_asked(
    forge: Forge, masv: Simulator
) -> None:
    manifest = forge.repository / "masv.yaml"
    manifest.write_text(manifest.read_text().replace("expiry: 2027", "expires: 2027"))
    for job in (previewed(forge, red=True), only(forge.merge(), "up", red=True)):
        assert "masv.yaml:8" in job.log
        assert "expiry" in job.log
    assert masv.journal == []


def test_a_fork_gets_no_key_and_stays_red_with_the_way_on(forge: Forge, masv: Simulator) -> None:
    jobs = forge.pull_request(fork=True)
    job = jobs["preview"]
    assert job.red
    assert "gets no keys" in job.log
    assert "yourself" in job.log
    for seen in (seen for job in jobs.values() for seen in job.seen):
        assert masv.api_key not in seen.values()
    assert forge.comments == []
    assert masv.journal == []


@pytest.mark.parametrize("forge", [GitHub], indirect=True)
def test_a_push_without_a_preview_leaves_no_older_report_in_the_comment(forge: Forge) -> None:
    previewed(forge)
    assert "A001_raw" in html.unescape(forge.comments[0])
    manifest = forge.repository / "masv.yaml"
    manifest.write_text(manifest.read_text().replace("expiry: 2027", "expires: 2027"))
    previewed(forge, red=True)
    [comment] = forge.comments
    assert "No preview" in comment
    assert forge.branch in comment
    assert "A001_raw" not in html.unescape(comment)


@pytest.mark.parametrize("forge", [GitLab], indirect=True)
def test_an_old_pipeline_that_is_run_again_writes_nothing(forge: Forge, masv: Simulator) -> None:
    job = only(forge.again(), "up", red=True)
    assert "main has moved on" in job.log
    assert masv.journal == []


@pytest.mark.parametrize("forge", [GitHub], indirect=True)
def test_what_happens_after_the_preview_is_left_for_the_next_run_and_its_report(
    forge: Forge, masv: Simulator
) -> None:
    previewed(forge)
    only(forge.merge(), "up")
    for red, happens in (
        (False, lambda: masv.account.rename(DAILIES, "by hand")),
        (True, lambda: masv.account.add_package(name="B016_raw", expiry="2027-06-01T00:00:00Z")),
        (False, lambda: masv.account.set_now("2027-01-31T00:00:01Z")),
    ):
        masv.reset_journal()
        forge.before_up = happens
        job = only(forge.nightly(), "up", red=red)
        assert ("violates plan" in job.log or "did not show" in job.log) is red
        assert masv.writes == []
        forge.before_up = lambda: None
        only(forge.nightly(), "up")
    assert masv.account.package(DAILIES).state == "archived"


@pytest.mark.parametrize("forge", [GitHub], indirect=True)
def test_a_life_extended_by_hand_after_the_preview_is_not_shortened_unseen(
    forge: Forge, masv: Simulator
) -> None:
    previewed(forge)
    only(forge.merge(), "up")
    rename_master(forge)
    previewed(forge)
    forge.variables["MAX_LOST_PACKAGES"] = "0"
    forge.before_up = lambda: masv.account.set_expiry(DAILIES, "2027-06-30T00:00:00Z")
    only(forge.merge(), "up")
    assert masv.account.package(MASTER).name == "Master 2"
    assert ends(masv, DAILIES) == "2027-06-30"
    forge.before_up = lambda: None
    job = only(forge.nightly(), "up", red=True)
    assert "more would be lost than the limits allow" in job.log
    assert ends(masv, DAILIES) == "2027-06-30"
    forge.variables["MAX_LOST_PACKAGES"] = "1"
    only(forge.nightly(), "up")
    assert ends(masv, DAILIES) == "2027-01-31"


@pytest.mark.parametrize("forge", [GitHub], indirect=True)
def test_an_up_that_failed_half_way_is_finished_by_the_next_run(
    forge: Forge, masv: Simulator
) -> None:
    previewed(forge)
    masv.faults.set("status", status=400, method="PUT", route=f"*{DAILIES}/expiry")
    only(forge.merge(), "up", red=True)
    assert (ends(masv, MASTER), ends(masv, DAILIES)) == ("never", "2027-03-01")
    only(forge.nightly(), "up")
    assert ends(masv, DAILIES) == "2027-01-31"


def rename_master(forge: Forge) -> None:
    """A change that ends nothing."""
    manifest = forge.repository / "masv.yaml"
    manifest.write_text(manifest.read_text().replace("name: Feature master", "name: Master 2"))


@pytest.mark.parametrize("forge", [GitLab], indirect=True)
def test_a_merge_ends_no_package_that_arrived_after_the_review(
    forge: Forge, masv: Simulator
) -> None:
    previewed(forge)
    arrived = masv.account.add_package(name="B017_raw", expiry="2027-06-01T00:00:00Z")
    refused = only(forge.merge(), "up", red=True)
    assert masv.writes == []
    told = html.unescape(refused.log + refused.left("summary.md"))
    assert arrived in told
    assert "MASV_REVIEWED names does not allow" in told
    if isinstance(forge, GitHub):
        only(forge.by_hand(), "up")  # somebody has looked: the limits hold
    else:
        previewed(forge)
        assert arrived in {loss["id"] for loss in forge.reports[-1]["losses"]}
        only(forge.merge(), "up")
    assert (ends(masv, arrived), ends(masv, DAILIES)) == ("2027-01-18", "2027-01-31")


@pytest.mark.parametrize("forge", [GitHub], indirect=True)
def test_a_merge_takes_back_no_life_that_was_extended_by_hand_after_the_review(
    forge: Forge, masv: Simulator
) -> None:
    previewed(forge)
    only(forge.merge(), "up")
    rename_master(forge)
    previewed(forge)
    assert forge.reports[-1]["losses"] == []
    masv.account.set_expiry(DAILIES, "2027-06-30T00:00:00Z")
    masv.reset_journal()
    refused = only(forge.merge(), "up", red=True)
    assert masv.writes == []
    assert DAILIES in html.unescape(refused.log + refused.left("summary.md"))
    only(forge.nightly(), "up")
    assert (masv.account.package(MASTER).name, ends(masv, DAILIES)) == ("Master 2", "2027-01-31")


@pytest.mark.parametrize("forge", [GitLab], indirect=True)
def test_a_push_that_nobody_reviewed_ends_nothing_early_and_does_all_else(
    forge: Forge, masv: Simulator
) -> None:
    refused = only(forge.push(), "up", red=True)
    assert "this run may end no files early" in refused.log
    assert masv.writes == []
    assert DAILIES in html.unescape(refused.log + refused.left("summary.md"))
    previewed(forge)
    only(forge.push(), "up", red=True)  # the report is of a pull request that is not merged
    assert masv.writes == []
    only(forge.merge(), "up")
    rename_master(forge)
    only(forge.push(), "up")
    assert masv.account.package(MASTER).name == "Master 2"


@pytest.mark.parametrize("forge", [GitHub], indirect=True)
def test_an_old_run_that_is_done_again_is_bound_by_the_review_of_what_main_is_now(
    forge: Forge, masv: Simulator
) -> None:
    previewed(forge)
    forge.variables["MAX_LOST_PACKAGES"] = "0"
    only(forge.merge(), "up", red=True)
    del forge.variables["MAX_LOST_PACKAGES"]
    job = only(forge.again(), "up", red=True)
    assert "this run may end no files early" in job.log
    assert masv.writes == []


@pytest.mark.parametrize("forge", [GitHub], indirect=True)
def test_the_run_of_a_fork_binds_nothing_though_it_has_the_same_commit(
    forge: GitHub, masv: Simulator
) -> None:
    jobs = forge.pull_request(fork=True)
    assert list(jobs) == ["preview"]
    forge.runs[-1]["conclusion"] = "success"  # a fork writes its own workflow
    forge.keep("1", f"report-{forge.branch}", {"report.json": ANYTHING})
    assert "this run may end no files early" in only(forge.merge(), "up", red=True).log
    forge.is_fork = False
    assert "this run may end no files early" in only(forge.merge(), "up", red=True).log
    assert masv.writes == []
    forge.runs[0]["head_repository"]["full_name"] = "media/packages"  # had it been ours
    assert "Bound by the report" in only(forge.merge(), "up").log


@pytest.mark.parametrize("forge", [GitLab], indirect=True)
def test_a_branch_makes_the_job_that_holds_the_token_neither_print_it_nor_obey(
    forge: Forge,
) -> None:
    program = forge.repository / "__main__.py"
    kept = program.read_text()
    program.write_text(f"import os\n\nos.symlink('/proc/self/environ', 'report.md')\n{kept}")
    previewed(forge, red=True)
    [note] = forge.comments
    assert TOKEN not in note
    assert "No preview" in note
    (forge.repository / "report.md").write_text("/close\n  /merge\nfine\n")
    (forge.repository / "masv.yaml").write_text("packages: 1")  # so no report is made
    previewed(forge, red=True)
    [note] = forge.comments
    assert "fine" in note
    assert not any(line.lstrip().startswith("/") for line in note.splitlines())


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


def test_a_job_that_runs_the_branchs_code_holds_no_token_that_can_write() -> None:
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


def test_an_up_does_what_main_says_now_also_where_an_old_run_is_done_again() -> None:
    [checkout] = [s for s in JOBS["up"]["steps"] if "checkout" in s.get("uses", "")]
    assert checkout["with"]["ref"] == "main"


def test_a_secret_is_in_the_environment_of_the_step_that_needs_it_and_nowhere_else() -> None:
    steps = [step for job in JOBS.values() for step in job["steps"]]
    holding = [step["name"] for step in steps if "secrets." in str(step.get("env"))]
    assert holding == ["Keys", "Preview", "Preview", "Up"]
    in_env = [value for step in steps for value in step.get("env", {}).values()]
    assert WORKFLOW.count("secrets.") == str(in_env).count("secrets.")
    assert not any("${{" in step.get("run", "") for step in steps)
