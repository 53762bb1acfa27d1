"""What a merge may end is what its review has shown."""

import html

import pytest

from pulumi_masv.simulator import Simulator
from tests.engine.gitops.github import GitHub
from tests.engine.gitops.gitlab import GitLab
from tests.engine.gitops.jobs import (
    ANYTHING,
    DAILIES,
    MASTER,
    ends,
    only,
    previewed,
    rename_master,
)
from tests.engine.gitops.pipelines import Forge


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
def test_a_merge_shortens_no_life_extended_by_hand_after_the_review(
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
def test_an_old_run_done_again_is_bound_by_mains_review(forge: Forge, masv: Simulator) -> None:
    previewed(forge)
    forge.variables["MAX_LOST_PACKAGES"] = "0"
    only(forge.merge(), "up", red=True)
    del forge.variables["MAX_LOST_PACKAGES"]
    job = only(forge.again(), "up", red=True)
    assert "this run may end no files early" in job.log
    assert masv.writes == []


@pytest.mark.parametrize("forge", [GitHub], indirect=True)
def test_the_run_of_a_fork_binds_nothing_by_the_same_commit(forge: GitHub, masv: Simulator) -> None:
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
