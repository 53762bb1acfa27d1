"""What the state holds decides what counts: only what differs from it is written."""

from datetime import datetime
from typing import Any

import pytest

from pulumi_masv import plan
from pulumi_masv.models import Declared, Package
from pulumi_masv.plan import Loss, Plan
from tests.plan.conftest import LAST, LATER, NOW, SOON, package, planned, refusal, steps


def newly_planned(observed: Package, stored: dict[str, Any], **declared: Any) -> Plan:
    """The plan for properties that the state knows and the program did not declare before."""
    before = Declared.model_construct(**stored)
    return plan.converge(observed, Declared(**declared), before, NOW, declared_before=Declared())


@pytest.mark.parametrize(
    ("declared", "by_hand"),
    [
        ({"name": "Day 12"}, {"name": "by hand"}),
        ({"expiry": LATER}, {"expiry": LAST}),
        ({"expiry": LATER}, {"expiry": SOON}),
        ({"expiry": LATER}, {"unlimited_storage": True}),
        ({"unlimited_storage": True}, {"unlimited_storage": False}),
        ({"unlimited_storage": False}, {"unlimited_storage": True}),
        ({"archived": True}, {"state": "expired"}),
        ({"archived": False}, {"state": "archived"}),
    ],
)
def test_a_change_by_hand_stays_until_a_refresh_shows_it(
    declared: dict[str, Any], by_hand: dict[str, Any]
) -> None:
    assert steps(planned(package(**by_hand), declared, **declared)) == ()


@pytest.mark.parametrize(
    ("declared", "kept"),
    [
        ({"name": "Day 12"}, {"name"}),
        ({"expiry": LATER}, {"expiry", "unlimited_storage"}),
        ({"unlimited_storage": True}, {"expiry", "unlimited_storage"}),
        ({"unlimited_storage": False}, {"expiry", "unlimited_storage"}),
        ({"archived": True}, {"archived", "pending_archive"}),
    ],
)
def test_what_is_declared_as_before_keeps_what_is_stored(
    declared: dict[str, Any], kept: set[str]
) -> None:
    assert planned(package(), declared, **declared).kept == kept


@pytest.mark.parametrize("fields", [{"name": None}, {"expiry": None}, {"unlimited_storage": None}])
def test_a_field_absent_from_an_answer_is_no_difference(fields: dict[str, Any]) -> None:
    stored = {"name": "Day 12", "expiry": LATER}
    assert steps(planned(package(**fields), stored, name="Day 12", expiry=LATER)) == ()


def test_a_new_expiry_does_not_shorten_what_was_extended_since() -> None:
    observed = package(expiry=LAST)
    result = newly_planned(observed, {"expiry": SOON}, expiry=LATER)
    assert refusal(result) == plan.EndMoved(observed, SOON)


def test_a_newly_declared_property_is_written_though_it_was_stored_so() -> None:
    stored = {"name": "Day 12", "expiry": LATER, "archived": False}
    by_hand = package(name="by hand", expiry=SOON)
    result = newly_planned(by_hand, stored, name="Day 12", expiry=LATER)
    assert steps(result) == (plan.Rename("Day 12"), plan.SetExpiry(LATER))
    result = newly_planned(package("archived"), stored, archived=False)
    assert steps(result) == (plan.Unarchive(),)


def test_a_new_future_is_refused_for_gone_files_though_stored() -> None:
    observed = package("expired")
    result = newly_planned(observed, {"expiry": LATER}, expiry=LATER)
    assert refusal(result) == plan.FilesGone(observed, "expiry")


@pytest.mark.parametrize("stored", [{"expiry": LATER}, {"unlimited_storage": True}])
@pytest.mark.parametrize("expiry", [None, LATER])
@pytest.mark.parametrize("declared", [SOON, LAST])
def test_what_is_stored_settles_no_end_left_open(
    stored: dict[str, Any], expiry: datetime | None, declared: datetime
) -> None:
    observed = package(expiry=expiry, unlimited_storage=None)
    loss = Loss(ends=declared, planned=None, why="may never end")
    assert planned(observed, stored, expiry=declared).loss == loss


@pytest.mark.parametrize(
    "declared",
    [{}, {"name": "Day 12"}, {"expiry": LATER}, {"unlimited_storage": False}, {"archived": True}],
)
def test_what_is_stored_as_declared_needs_no_request(declared: dict[str, Any]) -> None:
    stored = Declared.model_construct(
        name="Day 12", expiry=LATER, unlimited_storage=False, archived=True
    )
    assert plan.untouched(Declared(**declared), stored)


@pytest.mark.parametrize(
    "declared",
    [{"name": "x"}, {"expiry": LAST}, {"unlimited_storage": True}, {"archived": False}],
)
def test_what_is_not_stored_as_declared_needs_a_request(declared: dict[str, Any]) -> None:
    stored = Declared.model_construct(
        name="Day 12", expiry=LATER, unlimited_storage=False, archived=True
    )
    assert not plan.untouched(Declared(**declared), stored)


def test_a_property_taken_out_is_not_the_same_declared() -> None:
    assert plan.same(Declared(name="Day 12"), Declared(name="Day 12"))
    assert not plan.same(Declared(name="Day 12"), Declared())
