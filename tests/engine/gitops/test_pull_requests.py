"""A team's repository, with the commands that its pipelines run and nothing else."""

import html

import pytest

from pulumi_masv.simulator import Simulator
from tests.engine.conftest import Stack
from tests.engine.gitops.github import GitHub
from tests.engine.gitops.gitlab import GitLab
from tests.engine.gitops.jobs import (
    CLAIM,
    DAILIES,
    MASTER,
    ends,
    only,
    previewed,
)
from tests.engine.gitops.pipelines import TOKEN, Forge


def test_a_merge_does_what_its_pull_request_shows_and_nights_go_on(
    forge: Forge, stack: Stack, masv: Simulator
) -> None:
    stack.run("stack", "change-secrets-provider", "passphrase", PULUMI_STACK="team")
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
def test_a_run_that_would_pass_its_limits_writes_nothing(forge: Forge, masv: Simulator) -> None:
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


def test_a_mistake_in_the_manifest_is_told_before_masv_is_asked(
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
def test_what_happens_after_the_preview_is_left_for_the_next_run(
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
def test_an_up_that_failed_half_way_is_finished_by_the_next_run(
    forge: Forge, masv: Simulator
) -> None:
    previewed(forge)
    masv.faults.set("status", status=400, method="PUT", route=f"*{DAILIES}/expiry")
    only(forge.merge(), "up", red=True)
    assert (ends(masv, MASTER), ends(masv, DAILIES)) == ("never", "2027-03-01")
    only(forge.nightly(), "up")
    assert ends(masv, DAILIES) == "2027-01-31"


@pytest.mark.parametrize("forge", [GitLab], indirect=True)
def test_the_job_that_holds_the_token_neither_prints_it_nor_obeys(
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
