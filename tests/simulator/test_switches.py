"""What a team may not do, and what a refusal looks like, is a switch."""

from datetime import timedelta
from typing import Any

import pytest

from pulumi_masv.simulator import Simulator, Switches
from tests.simulator.conftest import Asker


@pytest.mark.parametrize("status", [400, 403, 409, 422])
def test_the_status_of_a_refused_transition_is_a_switch(ask: Asker, status: int) -> None:
    package_id = ask.masv.account.add_package()
    ask.masv.switch(refused_transition=status)
    assert ask.package("PUT", package_id, "/archive").status_code == status


def test_a_past_expiry_is_refused(ask: Asker) -> None:
    package_id = ask.masv.account.add_package()
    assert ask.expiry(package_id, "2027-01-01T00:00:00Z").status_code == 400
    assert ask.masv.account.losses == ()


def test_or_a_past_expiry_ends_the_files_at_once(ask: Asker) -> None:
    package_id = ask.masv.account.add_package()
    ask.masv.switch(past_expiry="expires")
    answer = ask.expiry(package_id, "2026-12-01T00:00:00Z")
    assert (answer.status_code, answer.json()["state"]) == (200, "expired")
    (loss,) = ask.masv.account.losses
    assert (loss.cause, loss.instant.isoformat()) == ("expiry", "2027-01-01T00:00:00+00:00")


def test_a_team_can_lock_its_storage_duration(ask: Asker) -> None:
    package_id = ask.masv.account.add_package()
    ask.masv.switch(expiry_edits="locked")
    answer = ask.expiry(package_id, "2028-01-01T00:00:00Z")
    assert answer.status_code == 403
    assert answer.json()["message"] == "storage duration is locked for this team"
    unlimited = ask.package("PUT", package_id, "/expiry", json={"unlimited_storage": True})
    assert unlimited.status_code == 403
    assert ask.package("PUT", package_id, json={"name": "x"}).status_code == 200


def test_a_plan_can_be_without_unlimited_storage(ask: Asker) -> None:
    package_id = ask.masv.account.add_package()
    ask.masv.switch(unlimited_plan="missing")
    answer = ask.package("PUT", package_id, "/expiry", json={"unlimited_storage": True})
    assert answer.status_code == 403
    assert ask.expiry(package_id, "2028-01-01T00:00:00Z").status_code == 200


def test_a_plan_can_cap_the_expiry(ask: Asker) -> None:
    package_id = ask.masv.account.add_package()
    ask.masv.switch(expiry_cap_days=30)
    assert ask.expiry(package_id, "2028-01-01T00:00:00Z").json()["expiry"] == (
        "2027-01-31T00:00:00.000Z"
    )
    assert ask.expiry(package_id, "2027-01-05T00:00:00Z").json()["expiry"] == (
        "2027-01-05T00:00:00.000Z"
    )
    ask.masv.switch(expiry_cap_days=999_999_999)
    assert ask.expiry(package_id, "9999-12-31T00:00:00Z").json()["expiry"] == (
        "9999-12-31T00:00:00.000Z"
    )


def test_an_expiry_can_lose_its_milliseconds(ask: Asker) -> None:
    package_id = ask.masv.account.add_package()
    ask.masv.switch(expiry_rounding="second")
    assert ask.expiry(package_id, "2027-02-01T00:00:00.999Z").json()["expiry"] == (
        "2027-02-01T00:00:00.000Z"
    )


def test_the_expiry_of_an_unlimited_package_is_zero_absent_or_stale(ask: Asker) -> None:
    package_id = ask.masv.account.add_package(unlimited_storage=True, expiry="2027-06-01T00:00:00Z")
    assert ask.read(package_id).json()["expiry"] == "0001-01-01T00:00:00.000Z"
    ask.masv.switch(expiry_while_unlimited="absent")
    assert "expiry" not in ask.read(package_id).json()
    ask.masv.switch(expiry_while_unlimited="stale")
    assert ask.read(package_id).json()["expiry"] == "2027-06-01T00:00:00.000Z"


def test_a_delete_keeps_the_expiry_or_moves_it_to_its_moment(ask: Asker) -> None:
    kept = ask.masv.account.add_package(expiry="2027-06-01T00:00:00Z")
    ask.package("DELETE", kept)
    assert ask.read(kept).json()["expiry"] == "2027-06-01T00:00:00.000Z"
    ask.masv.switch(expiry_after_delete="moment")
    moved = ask.masv.account.add_package(unlimited_storage=True)
    ask.package("DELETE", moved)
    assert ask.read(moved).json()["expiry"] == "2027-01-01T00:00:00.000Z"


@pytest.mark.parametrize("state", ["expired", "archived"])
def test_a_tombstone_can_be_renamed_or_not(ask: Asker, state: Any) -> None:
    package_id = ask.masv.account.add_package(state=state)
    assert ask.package("PUT", package_id, json={"name": "x"}).json()["name"] == "x"
    ask.masv.switch(rename_after_end="refused")
    assert ask.package("PUT", package_id, json={"name": "y"}).status_code == 409


def test_a_received_package_is_read_singly_or_not(ask: Asker) -> None:
    package_id = ask.masv.account.add_package(received=True)
    assert ask.read(package_id).status_code == 200
    ask.masv.switch(inbox_read="missing")
    assert ask.read(package_id).status_code == 404
    assert ask.ids(box="inbox") == [package_id]


@pytest.mark.parametrize(
    ("state", "method", "path"),
    [
        ("expired", "DELETE", ""),
        ("archived", "DELETE", ""),
        ("archived", "PUT", "/archive"),
        ("expired", "PUT", "/unarchive"),
    ],
)
def test_doing_it_twice_is_accepted_or_refused(
    ask: Asker, state: Any, method: str, path: str
) -> None:
    package_id = ask.masv.account.add_package(state=state)
    assert ask.package(method, package_id, path).status_code == 204
    assert ask.masv.account.package(package_id).state == state
    ask.masv.switch(repeated_transition="refused")
    assert ask.package(method, package_id, path).status_code == 409


def test_a_package_can_be_as_bare_as_may_be_relied_on(ask: Asker) -> None:
    package_id = ask.masv.account.add_package()
    ask.masv.switch(listed_keys="bare", read_keys="bare")
    assert sorted(ask.read(package_id).json()) == ["access_token", "id", "state"]
    assert sorted(ask.listed().json()["records"][0]) == ["access_token", "id", "state"]


@pytest.mark.parametrize(
    ("shape", "text"),
    [
        ("errors", '{"errors": [{"code": "E1404", "msg": "no such route", "type": "missing"}]}'),
        ("error", '{"error": "no such route"}'),
        ("text", "no such route"),
    ],
)
def test_the_shape_of_a_refusal_is_a_switch(door: Asker, shape: str, text: str) -> None:
    door.masv.switch(errors=shape)
    answer = door("GET", "/nowhere")
    assert (answer.status_code, answer.text) == (404, text)


@pytest.mark.parametrize(
    "wrong",
    [
        {"past_expiry": "maybe"},
        {"refused_transition": 500},
        {"token_lifetime": 5},
        {"token_uses": "two"},
        {"bulk_delay": None},
        {"bulk_delay": -1},
        {"expiry_cap_days": 1_000_000_000},
    ],
)
def test_a_switch_has_no_position_it_does_not_have(wrong: Any) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Switches(**wrong)


def test_switches_can_be_given_at_the_start() -> None:
    masv = Simulator(packages=0, switches=Switches(token_lifetime=timedelta(seconds=9)))
    assert masv.account.switches.token_lifetime == timedelta(seconds=9)


def test_each_switch_that_a_program_gets_wrong_is_one_line() -> None:
    masv = Simulator(packages=0)
    with pytest.raises(ValueError) as refused:
        masv.switch(page_sise=25, bulk_body="xml", names="NFC")
    assert str(refused.value).splitlines() == [
        "no switch is called 'page_sise' (did you mean 'page_size'?)",
        "switch bulk_body: 'null', 'object', 'count', 'text' or 'empty', not 'xml'",
    ]
    assert masv.account.switches == Switches()
