"""The account's clock moves only as it is told to, and files end at their very instant."""

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from pulumi_masv.simulator import Account, Refused, Simulator


def account_at_new_year(**more: Any) -> Any:
    return Account(now="2027-01-01T00:00:00Z", **more)


def test_the_clock_stands_still_until_it_is_moved() -> None:
    account = account_at_new_year()
    assert account.now == account.now == datetime(2027, 1, 1, tzinfo=timezone.utc)
    account.advance(timedelta(days=1))
    assert account.now.isoformat() == "2027-01-02T00:00:00+00:00"
    account.set_now("2026-01-01T00:00:00+01:00")
    assert account.now.isoformat() == "2025-12-31T23:00:00+00:00"


def test_the_clock_can_run_and_runs_on_from_where_it_is_set() -> None:
    seconds = [100.0]
    account = account_at_new_year(elapsed=lambda: seconds[0])
    seconds[0] += 1.5
    assert account.now.isoformat() == "2027-01-01T00:00:01.500000+00:00"
    account.set_now("2028-01-01T00:00:00Z")
    seconds[0] += 2
    assert account.now.isoformat() == "2028-01-01T00:00:02+00:00"


def test_files_end_at_their_very_instant_however_far_the_clock_jumps() -> None:
    account = account_at_new_year()
    late = account.add_package(expiry="2027-01-20T00:00:00Z", size=7, total_files=2)
    early = account.add_package(expiry="2027-01-10T00:00:00Z", size=5, total_files=1)
    account.advance(timedelta(days=365))
    losses = [
        (loss.package_id, loss.instant.isoformat(), loss.cause, loss.files, loss.bytes)
        for loss in account.losses
    ]
    assert losses == [
        (early, "2027-01-10T00:00:00+00:00", "expiry", 1, 5),
        (late, "2027-01-20T00:00:00+00:00", "expiry", 2, 7),
    ]
    assert account.package(late).updated_at.isoformat() == "2027-01-20T00:00:00+00:00"


@pytest.mark.parametrize("state", ["new", "finalized"])
def test_a_package_lives_until_just_before_its_expiry(state: str) -> None:
    account = account_at_new_year()
    package_id = account.add_package(expiry="2027-01-02T00:00:00Z", state=state)
    account.set_now("2027-01-01T23:59:59.999Z")
    assert account.package(package_id).state == state
    account.set_now("2027-01-02T00:00:00Z")
    assert account.package(package_id).state == "expired"


def test_a_running_clock_ends_files_without_being_asked() -> None:
    seconds = [0.0]
    account = account_at_new_year(elapsed=lambda: seconds[0])
    package_id = account.add_package(expiry="2027-01-01T00:00:10Z")
    seconds[0] = 10.0
    assert account.package(package_id).state == "expired"


def test_files_that_ended_do_not_come_back_with_the_clock() -> None:
    account = account_at_new_year()
    package_id = account.add_package(expiry="2027-01-02T00:00:00Z")
    account.set_now("2027-01-03T00:00:00Z")
    account.set_now("2027-01-01T00:00:00Z")
    assert account.package(package_id).state == "expired"
    assert len(account.losses) == 1


def test_only_the_last_expiry_counts() -> None:
    account = account_at_new_year()
    package_id = account.add_package(expiry="2027-01-02T00:00:00Z")
    account.set_expiry(package_id, "2027-01-05T00:00:00Z")
    account.set_now("2027-01-04T00:00:00Z")
    assert account.losses == ()
    account.set_expiry(package_id, "2027-01-04T12:00:00Z")
    account.set_now("2027-01-06T00:00:00Z")
    assert [loss.instant.isoformat() for loss in account.losses] == ["2027-01-04T12:00:00+00:00"]


def test_a_deletion_and_an_expiry_are_one_loss_only() -> None:
    account = account_at_new_year()
    package_id = account.add_package()
    account.delete(package_id)
    account.delete(package_id)
    account.advance(timedelta(days=99))
    assert [loss.cause for loss in account.losses] == ["delete"]


def test_a_removed_package_leaves_no_trace() -> None:
    account = account_at_new_year()
    package_id = account.add_package()
    account.remove(package_id)
    account.advance(timedelta(days=99))
    with pytest.raises(Refused) as refused:
        account.package(package_id)
    assert refused.value.kind == "missing"
    assert account.losses == ()


def test_a_change_leaves_an_earlier_snapshot_as_it_was() -> None:
    account = account_at_new_year()
    package_id = account.add_package(name="before")
    snapshot = account.package(package_id)
    account.rename(package_id, "after")
    assert (snapshot.name, account.package(package_id).name) == ("before", "after")


@pytest.mark.parametrize(
    "wrong",
    [
        {"expiry": "2026-12-31T00:00:00Z"},
        {"expiry": datetime(2027, 2, 1)},  # noqa: DTZ001 (naive on purpose)
        {"team_id": "01NOBODY"},
        {"expiry": "soon"},
    ],
)
def test_a_package_that_cannot_be_is_not_added(wrong: Any) -> None:
    account = account_at_new_year()
    with pytest.raises(ValueError):
        account.add_package(**wrong)
    assert account.packages() == []


def test_an_id_is_there_once() -> None:
    account = account_at_new_year()
    account.add_package(id="01SAME")
    with pytest.raises(ValueError, match="there already is a package 01SAME"):
        account.add_package(id="01SAME")


def test_a_dozen_packages_show_every_kind_and_are_the_same_every_time() -> None:
    dozen, again = Simulator().account.packages(), Simulator().account.packages()
    assert dozen == again
    assert len({package.id for package in dozen}) == len({package.name for package in dozen}) == 12
    assert {package.state for package in dozen} == {"new", "finalized", "expired", "archived"}
    assert sum(package.unlimited_storage for package in dozen) == 1
    assert sum(bool(package.custom_metadata_id) for package in dozen) == 1
    assert {package.received for package in dozen} == {True, False}
    assert all(len(package.id) == 26 for package in dozen)
    assert Simulator().account.losses == ()
