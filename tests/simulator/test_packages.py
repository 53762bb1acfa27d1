"""One package: what it answers, what is done to it, and what its end leaves."""

from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from tests.simulator.conftest import Asker

DOCUMENTED_KEYS = {
    "access_limit": int,
    "access_token": str,
    "contains_virus": bool,
    "created_at": str,
    "custom_expiry": bool,
    "custom_metadata_id": str,
    "description": str,
    "expiry": str,
    "id": str,
    "name": str,
    "password": str,
    "recipients": list,
    "sender": str,
    "size": int,
    "state": str,
    "teamspace": dict,
    "teamspace_id": str,
    "total_files": int,
    "unlimited_storage": bool,
    "updated_at": str,
    "chunk_size": int,
}


def test_a_read_answers_the_bare_package_with_every_documented_key(door: Asker) -> None:
    answer = door.read(door.masv.account.add_package())
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert {key: type(value) for key, value in answer.json().items()} == DOCUMENTED_KEYS


def test_a_read_shows_what_was_uploaded(ask: Asker) -> None:
    package_id = ask.masv.account.add_package(
        name="Day 12 raw dailies",
        expiry="2027-01-31T02:00:00.175+02:00",
        size=5,
        total_files=2,
        sender="a@studio.example",
        custom_metadata_id="form-1",
        description="all reels",
        recipients=["b@studio.example"],
        teamspace="01SPACE",
    )
    shown = ask.read(package_id).json()
    assert shown["id"] == package_id
    assert shown["name"] == "Day 12 raw dailies"
    assert shown["expiry"] == "2027-01-31T00:00:00.175Z"
    assert (shown["size"], shown["total_files"]) == (5, 2)
    assert (shown["sender"], shown["recipients"]) == ("a@studio.example", ["b@studio.example"])
    assert (shown["custom_metadata_id"], shown["description"]) == ("form-1", "all reels")
    assert shown["teamspace"] == {"id": "01SPACE"}
    assert (shown["state"], shown["unlimited_storage"]) == ("finalized", False)
    assert shown["created_at"] == shown["updated_at"] == "2027-01-01T00:00:00.000Z"


def test_a_package_that_is_not_there_is_404(door: Asker) -> None:
    answer = door.read("01NOTTHERE")
    assert answer.status_code == 404
    assert answer.json()["message"] == "package 01NOTTHERE not found"


def test_a_refusal_has_a_code_a_message_and_errors(ask: Asker) -> None:
    assert ask.read("01NOTTHERE").json() == {
        "code": 1404,
        "message": "package 01NOTTHERE not found",
        "errors": [{"code": "E1404", "msg": "package 01NOTTHERE not found", "type": "missing"}],
    }


def test_a_rename_answers_the_updated_package(door: Asker) -> None:
    package_id = door.masv.account.add_package(name="Day 1")
    door.masv.account.advance(timedelta(hours=1))
    answer = door.package("PUT", package_id, json={"name": "Day 2"})
    assert (answer.status_code, answer.json()["name"]) == (200, "Day 2")
    assert answer.json()["updated_at"] == "2027-01-01T01:00:00.000Z"
    assert door.read(package_id).json()["name"] == "Day 2"


@pytest.mark.parametrize("body", [{}, {"name": None}, {"name": 5}, {"name": " "}])
def test_a_rename_without_a_name_is_refused(ask: Asker, body: Any) -> None:
    package_id = ask.masv.account.add_package(name="Day 1")
    assert ask.package("PUT", package_id, json=body).status_code == 400
    assert ask.masv.account.package(package_id).name == "Day 1"


def test_a_new_expiry_answers_the_updated_package(door: Asker) -> None:
    package_id = door.masv.account.add_package()
    answer = door.expiry(package_id, "2027-02-01T01:00:00.5+01:00")
    assert (answer.status_code, answer.json()["expiry"]) == (200, "2027-02-01T00:00:00.500Z")
    assert answer.json()["custom_expiry"] is True
    assert door.read(package_id).json()["expiry"] == "2027-02-01T00:00:00.500Z"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"expiry": None},
        {"expiry": 5},
        {"expiry": "soon"},
        {"expiry": "2027-02-01T00:00:00"},
        {"expiry": "2027-02-30T00:00:00Z"},
        {"expiry": "0001-01-01T00:00:00+10:00"},
        {"unlimited_storage": False},
        {"unlimited_storage": "yes"},
        {"unlimited_storage": True, "expiry": "2027-02-01T00:00:00Z"},
    ],
)
def test_an_expiry_body_that_says_nothing_possible_is_refused(ask: Asker, body: Any) -> None:
    package_id = ask.masv.account.add_package(expiry="2027-01-31T00:00:00Z")
    assert ask.package("PUT", package_id, "/expiry", json=body).status_code == 400
    assert ask.read(package_id).json()["expiry"] == "2027-01-31T00:00:00.000Z"


def test_unlimited_storage_lets_a_package_live_for_ever(ask: Asker) -> None:
    package_id = ask.masv.account.add_package()
    answer = ask.package("PUT", package_id, "/expiry", json={"unlimited_storage": True})
    assert (answer.status_code, answer.json()["unlimited_storage"]) == (200, True)
    ask.masv.account.advance(timedelta(days=3650))
    assert ask.read(package_id).json()["state"] == "finalized"


def test_an_expiry_ends_unlimited_storage(ask: Asker) -> None:
    package_id = ask.masv.account.add_package(unlimited_storage=True)
    body = {"unlimited_storage": False, "expiry": "2027-02-01T00:00:00Z"}
    answer = ask.package("PUT", package_id, "/expiry", json=body)
    assert answer.json()["unlimited_storage"] is False
    assert answer.json()["expiry"] == "2027-02-01T00:00:00.000Z"


@pytest.mark.parametrize("state", ["expired", "archived"])
def test_a_package_whose_files_are_gone_cannot_be_revived(ask: Asker, state: Any) -> None:
    package_id = ask.masv.account.add_package(state=state)
    assert ask.expiry(package_id, "2028-01-01T00:00:00Z").status_code == 409
    unlimited = ask.package("PUT", package_id, "/expiry", json={"unlimited_storage": True})
    assert unlimited.status_code == 409
    assert ask.read(package_id).json()["state"] == state


def test_a_delete_destroys_the_files_and_leaves_a_tombstone(door: Asker) -> None:
    package_id = door.masv.account.add_package(size=7, total_files=2)
    answer = door.package("DELETE", package_id)
    assert (answer.status_code, answer.content) == (204, b"")
    assert door.read(package_id).json()["state"] == "expired"
    (loss,) = door.masv.account.losses
    assert (loss.package_id, loss.cause, loss.files, loss.bytes) == (package_id, "delete", 2, 7)
    assert loss.instant.isoformat() == "2027-01-01T00:00:00+00:00"


def test_archive_hides_a_tombstone_and_unarchive_shows_it_again(door: Asker) -> None:
    package_id = door.masv.account.add_package(state="expired")
    archived = door.package("PUT", package_id, "/archive")
    assert (archived.status_code, archived.content) == (204, b"")
    assert door.read(package_id).json()["state"] == "archived"
    assert door.ids() == []
    unarchived = door.package("PUT", package_id, "/unarchive")
    assert (unarchived.status_code, unarchived.content) == (204, b"")
    assert door.ids() == [package_id]


@pytest.mark.parametrize("state", ["new", "finalized"])
@pytest.mark.parametrize("verb", ["/archive", "/unarchive"])
def test_only_a_package_whose_files_are_gone_can_be_archived_or_unarchived(
    ask: Asker, state: Any, verb: str
) -> None:
    package_id = ask.masv.account.add_package(state=state)
    assert ask.package("PUT", package_id, verb).status_code == 409
    assert ask.masv.account.package(package_id).state == state


def test_an_expired_package_is_read_with_a_token_too(ask: Asker) -> None:
    shown = ask.read(ask.masv.account.add_package(state="expired")).json()
    assert shown["access_token"].startswith("eyJ")


def test_every_answer_carries_the_account_s_clock_as_its_date(door: Asker) -> None:
    door.masv.account.set_now("2031-05-06T07:08:09.500Z")
    answers = [door.listed(), door.read("01NOTTHERE"), door("GET", "/nowhere")]
    dates = [parsedate_to_datetime(answer.headers["Date"]).isoformat() for answer in answers]
    assert dates == ["2031-05-06T07:08:09+00:00"] * 3


@pytest.mark.parametrize("sent", [b"", b"{", b"[]", b"null", b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_json_object_is_refused(ask: Asker, sent: Any) -> None:
    package_id = ask.masv.account.add_package()
    assert ask.package("PUT", package_id, data=sent).status_code == 400


def test_a_body_that_is_not_declared_as_json_is_refused(ask: Asker) -> None:
    package_id = ask.masv.account.add_package()
    token = ask.read(package_id).json()["access_token"]
    headers = {"X-Package-Token": token, "Content-Type": "text/plain"}
    answer = ask("PUT", f"/v1/packages/{package_id}", headers=headers, data=b'{"name": "x"}')
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "path", ["/", "/v2/teams", "/v1.1/teams/line%0Abreak/packages/", "/docs/1"]
)
def test_a_route_that_does_not_exist_is_404(door: Asker, path: str) -> None:
    answer = door("GET", path)
    assert (answer.status_code, answer.json()["message"]) == (404, "no such route")
    assert [entry.path for entry in door.masv.journal] == [path]


def test_a_wrong_method_is_405_and_the_right_ones_are_named(door: Asker) -> None:
    listing = door.team("POST", "/packages", "v1.1")
    assert (listing.status_code, listing.headers["Allow"]) == (405, "GET")
    package = door("GET", "/v1/packages/1")
    assert (package.status_code, package.headers["Allow"]) == (405, "PUT, DELETE")
