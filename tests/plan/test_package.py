"""What has to happen to a package: every cell of the table of steps, as pure values."""

from datetime import datetime
from typing import Any

import pytest

from pulumi_masv import plan
from pulumi_masv.models import NEVER
from pulumi_masv.plan import Loss, Plan
from tests.plan.conftest import (
    EVERY_STATE,
    FILES,
    GONE,
    LAST,
    LATER,
    NOW,
    PAST,
    SOON,
    package,
    planned,
    refusal,
    steps,
)


@pytest.mark.parametrize("state", EVERY_STATE)
def test_a_name_that_differs_is_renamed_in_every_state(state: str) -> None:
    assert steps(planned(package(state), name="Day 13")) == (plan.Rename("Day 13"),)


@pytest.mark.parametrize("state", EVERY_STATE)
def test_a_name_that_it_has_already_needs_no_step(state: str) -> None:
    assert steps(planned(package(state), name="Day 12")) == ()


@pytest.mark.parametrize("state", FILES)
@pytest.mark.parametrize("expiry", [SOON, LAST])
def test_a_differing_future_expiry_is_set_while_files_exist(state: str, expiry: datetime) -> None:
    assert steps(planned(package(state), expiry=expiry)) == (plan.SetExpiry(expiry),)


@pytest.mark.parametrize("state", FILES)
def test_ending_files_earlier_is_a_loss(state: str) -> None:
    loss = planned(package(state), expiry=SOON).loss
    assert loss == Loss(ends=SOON, planned=LATER, why="expiry earlier")
    assert not loss.at_once


@pytest.mark.parametrize("expiry", [None, LATER])
def test_a_loss_says_when_files_had_no_end(expiry: datetime | None) -> None:
    loss = planned(package(unlimited_storage=True, expiry=expiry), expiry=SOON).loss
    assert loss == Loss(ends=SOON, planned=NEVER, why="unlimited ended")
    assert not loss.at_once


@pytest.mark.parametrize("expiry", [None, SOON, LATER, LAST])
def test_any_date_is_a_loss_where_the_files_may_never_end(expiry: datetime | None) -> None:
    loss = planned(package(expiry=expiry, unlimited_storage=None), expiry=LAST).loss
    assert loss == Loss(ends=LAST, planned=None, why="may never end")
    assert not loss.at_once


def test_unlimited_storage_is_set_where_nobody_knows_whether_it_is() -> None:
    result = planned(package(unlimited_storage=None), unlimited_storage=True)
    assert steps(result) == (plan.SetUnlimited(),)


@pytest.mark.parametrize("state", ["frozen", None])
def test_a_state_that_nobody_knows_is_not_managed(state: Any) -> None:
    observed = package(state)
    assert refusal(planned(observed)) == plan.UnknownState(observed)
    assert refusal(planned(observed, {"name": "a"}, name="b")) == plan.UnknownState(observed)
    assert planned(observed, {"name": "a"}, name="a").refusals == ()


def test_extending_an_expiry_loses_nothing() -> None:
    assert planned(package(), expiry=LAST).loss is None


def test_an_extension_that_would_end_files_earlier_is_refused() -> None:
    observed = package(expiry=LAST)
    result = planned(observed, {"expiry": SOON}, expiry=LATER)
    assert refusal(result) == plan.EndMoved(observed, SOON)
    assert result.loss is None


def test_a_package_made_unlimited_by_hand_is_not_shortened_by_an_extension() -> None:
    observed = package(unlimited_storage=True)
    result = planned(observed, {"expiry": SOON}, expiry=LATER)
    assert refusal(result) == plan.EndMoved(observed, SOON)
    assert result.loss is None


def test_a_previewed_shortening_of_an_extended_package_is_done_and_named() -> None:
    result = planned(package(expiry=LAST), {"expiry": LATER}, expiry=SOON)
    assert steps(result) == (plan.SetExpiry(SOON),)
    assert result.loss == Loss(ends=SOON, planned=LAST, why="expiry earlier")


@pytest.mark.parametrize("state", GONE)
def test_a_newly_declared_future_is_refused_once_files_are_gone(state: str) -> None:
    observed = package(state)
    result = planned(observed, {"expiry": SOON}, expiry=LAST)
    assert refusal(result) == plan.FilesGone(observed, "expiry")


@pytest.mark.parametrize("state", GONE)
def test_adopting_a_tombstone_with_its_own_future_expiry_is_refused(state: str) -> None:
    observed = package(state, expiry=LATER)
    assert refusal(planned(observed, expiry=LATER)) == plan.FilesGone(observed, "expiry")


@pytest.mark.parametrize("state", GONE)
def test_a_stored_future_is_left_alone_once_files_are_gone(state: str) -> None:
    assert steps(planned(package(state, expiry=PAST), {"expiry": LATER}, expiry=LATER)) == ()


@pytest.mark.parametrize("state", FILES)
@pytest.mark.parametrize("expiry", [PAST, NOW])
def test_an_expiry_not_in_the_future_is_refused_while_files_exist(
    state: str, expiry: datetime
) -> None:
    observed = package(state)
    result = planned(observed, expiry=expiry)
    assert refusal(result) == plan.NotInFuture(observed, expiry)
    assert result.loss is None


@pytest.mark.parametrize("state", GONE)
@pytest.mark.parametrize("expiry", [PAST, NOW])
def test_an_expiry_whose_time_came_needs_nothing(state: str, expiry: datetime) -> None:
    assert steps(planned(package(state), expiry=expiry)) == ()


@pytest.mark.parametrize("state", FILES)
def test_unlimited_storage_is_set_while_files_exist(state: str) -> None:
    result = planned(package(state), unlimited_storage=True)
    assert steps(result) == (plan.SetUnlimited(),)
    assert result.loss is None


@pytest.mark.parametrize("state", GONE)
def test_new_unlimited_storage_is_refused_once_files_are_gone(state: str) -> None:
    observed = package(state)
    result = planned(observed, unlimited_storage=True)
    assert refusal(result) == plan.FilesGone(observed, "unlimitedStorage")


@pytest.mark.parametrize("state", FILES)
@pytest.mark.parametrize("stored", [None, {"unlimited_storage": True}])
def test_taking_unlimited_storage_back_without_an_expiry_is_refused(
    state: str, stored: dict[str, Any] | None
) -> None:
    observed = package(state, unlimited_storage=True)
    result = planned(observed, stored, unlimited_storage=False)
    assert refusal(result) == plan.NeedsExpiry(observed)


@pytest.mark.parametrize("state", GONE)
def test_unlimited_storage_of_files_that_are_gone_is_taken_back_silently(state: str) -> None:
    assert steps(planned(package(state, unlimited_storage=True), unlimited_storage=False)) == ()


def test_no_unlimited_storage_where_there_is_none_needs_nothing() -> None:
    assert steps(planned(package(), unlimited_storage=False)) == ()


def test_unlimited_storage_taken_back_with_an_expiry_is_one_step() -> None:
    observed = package(unlimited_storage=True)
    result = planned(observed, {"unlimited_storage": True}, unlimited_storage=False, expiry=LAST)
    assert steps(result) == (plan.SetExpiry(LAST),)


def test_an_unlimited_package_differs_even_from_its_stale_date() -> None:
    observed = package(unlimited_storage=True, expiry=LATER)
    result = planned(observed, {"unlimited_storage": True}, expiry=LATER)
    assert steps(result) == (plan.SetExpiry(LATER),)


@pytest.mark.parametrize("state", FILES)
def test_archived_waits_while_files_exist(state: str) -> None:
    assert steps(planned(package(state), archived=True)) == ()


def test_archived_archives_an_expired_package() -> None:
    assert steps(planned(package("expired"), archived=True)) == (plan.Archive(),)


def test_archived_needs_nothing_on_an_archived_package() -> None:
    assert steps(planned(package("archived"), archived=True)) == ()


@pytest.mark.parametrize("state", ["new", "finalized", "expired"])
def test_not_archived_needs_nothing_on_a_package_that_is_not(state: str) -> None:
    assert steps(planned(package(state), archived=False)) == ()


def test_not_archived_unarchives_an_archived_package() -> None:
    assert steps(planned(package("archived"), archived=False)) == (plan.Unarchive(),)


def test_the_archive_comes_last() -> None:
    result = planned(package("expired"), name="Day 13", archived=True)
    assert steps(result) == (plan.Rename("Day 13"), plan.Archive())


def test_a_declared_expiry_that_it_has_already_is_no_loss() -> None:
    assert planned(package(), expiry=LATER) == Plan(package())


def test_nothing_declared_is_nothing_to_do() -> None:
    assert planned(package()) == Plan(package())


def test_a_refusal_does_not_hide_what_else_would_be_done() -> None:
    observed = package("expired", unlimited_storage=True)
    both = planned(observed, None, expiry=LAST, name="Day 13", archived=True)
    assert refusal(both) == plan.FilesGone(observed, "expiry")
    assert both.steps == (plan.Rename("Day 13"), plan.Archive())
