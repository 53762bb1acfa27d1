"""What a write answers, and what it does beside what was asked, is a switch."""

import pytest

from tests.simulator.conftest import Asker


@pytest.mark.parametrize(
    ("answered", "status", "text"),
    [("204", 204, ""), ("empty", 200, ""), ("text", 200, "OK"), ("object", 200, "{}")],
)
def test_what_has_no_answer_can_have_one(
    door: Asker, answered: str, status: int, text: str
) -> None:
    package_id = door.masv.account.add_package()
    door.masv.switch(done_answer=answered)
    for method, path, state in (
        ("DELETE", "", "expired"),
        ("PUT", "/archive", "archived"),
        ("PUT", "/unarchive", "expired"),
    ):
        answer = door.package(method, package_id, path)
        assert (answer.status_code, answer.text) == (status, text)
        assert door.masv.account.package(package_id).state == state


def test_a_put_can_answer_little_or_nothing(door: Asker) -> None:
    package_id = door.masv.account.add_package()
    body = {"unlimited_storage": True}
    door.masv.switch(put_answer="bare")
    for path, sent in (("", {"name": "x"}), ("/expiry", body)):
        shown = door.package("PUT", package_id, path, json=sent).json()
        assert sorted(shown) == ["access_token", "id", "state"]
    door.masv.switch(put_answer="empty")
    for path, sent in (("", {"name": "y"}), ("/expiry", body)):
        answer = door.package("PUT", package_id, path, json=sent)
        assert (answer.status_code, answer.content) == (200, b"")
    assert door.masv.account.package(package_id).name == "y"


def test_a_rename_keeps_the_description_or_clears_it(ask: Asker) -> None:
    package_id = ask.masv.account.add_package(description="all reels", custom_metadata_id="form-1")
    assert ask.package("PUT", package_id, json={"name": "x"}).json()["description"] == "all reels"
    ask.masv.switch(put_keeps="nothing")
    shown = ask.package("PUT", package_id, json={"name": "x"}).json()
    assert (shown["description"], shown["custom_metadata_id"]) == ("", "form-1")


@pytest.mark.parametrize("keeps", ["the rest", "nothing"])
def test_a_rename_stores_the_description_it_is_sent(ask: Asker, keeps: str) -> None:
    package_id = ask.masv.account.add_package(description="all reels")
    ask.masv.switch(put_keeps=keeps)
    sent = {"name": "x", "description": "two reels"}
    assert ask.package("PUT", package_id, json=sent).json()["description"] == "two reels"
    wrong = {"name": "x", "description": 5}
    assert ask.package("PUT", package_id, json=wrong).status_code == 400


@pytest.mark.parametrize(
    ("alone", "status", "unlimited"),
    [("dates", 200, False), ("unlimited stays", 200, True), ("refused", 400, True)],
)
def test_a_date_alone_ends_unlimited_storage_or_does_not(
    ask: Asker, alone: str, status: int, unlimited: bool
) -> None:
    package_id = ask.masv.account.add_package(unlimited_storage=True)
    ask.masv.switch(date_alone=alone, expiry_while_unlimited="stale")
    assert ask.expiry(package_id, "2027-02-01T00:00:00Z").status_code == status
    shown = ask.read(package_id).json()
    assert shown["unlimited_storage"] is unlimited
    assert (shown["expiry"] == "2027-02-01T00:00:00.000Z") == (status == 200)
    sent = {"unlimited_storage": False, "expiry": "2027-02-01T00:00:00Z"}
    told = ask.package("PUT", package_id, "/expiry", json=sent).json()
    assert told["unlimited_storage"] is False


@pytest.mark.parametrize("alone", ["dates", "unlimited stays", "refused"])
def test_a_date_alone_moves_the_end_of_any_other_package(ask: Asker, alone: str) -> None:
    package_id = ask.masv.account.add_package()
    ask.masv.switch(date_alone=alone)
    answer = ask.expiry(package_id, "2027-02-01T00:00:00Z")
    assert answer.json()["expiry"] == "2027-02-01T00:00:00.000Z"


def test_a_past_date_alone_ends_nothing_where_unlimited_storage_stays(ask: Asker) -> None:
    package_id = ask.masv.account.add_package(unlimited_storage=True)
    ask.masv.switch(date_alone="unlimited stays", past_expiry="expires")
    assert ask.expiry(package_id, "2026-02-01T00:00:00Z").status_code == 200
    assert ask.masv.account.losses == ()


def test_what_failed_can_stand_among_the_errors_only(ask: Asker) -> None:
    package_id = ask.masv.account.add_package()
    ask.masv.switch(errors="split")
    assert ask.expiry(package_id, "2026-01-01T00:00:00Z").json() == {
        "code": 1400,
        "message": "Validation failed",
        "errors": [
            {
                "code": "E1400",
                "msg": "expiry must be in the future",
                "type": "invalid",
                "field": "expiry",
            }
        ],
    }


@pytest.mark.parametrize(
    ("query", "field"),
    [("limit=x", "limit"), ("sort=x", "sort"), ("created_at_end=x", "created_at_end")],
)
def test_an_error_names_the_field_it_is_about(ask: Asker, query: str, field: str) -> None:
    assert ask.listed(query).json()["errors"][0]["field"] == field
