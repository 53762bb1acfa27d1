"""The sentences of masv-api.md that no other test here proves; each name is one of them."""

from datetime import timedelta
from typing import Any

import pytest

from pulumi_masv.simulator.package import State
from tests.simulator.conftest import Asker

BOXES = pytest.mark.parametrize("box", ["packages", "inbox"])
EVERY_STATE = "status=new,finalized,expired,archived"
TEAM = "01TEAM00000000000000000001"


THREE: list[tuple[str, State, int, str, str, str, str]] = [
    ("alpha", "finalized", 10, "m@s.example", "01SPACE3", "2026-05-03", "2027-06-02"),
    ("beta", "expired", 30, "n@s.example", "01SPACE2", "2026-05-01", "2026-06-01"),
    ("gamma", "new", 20, "l@s.example", "01SPACE1", "2026-05-02", "2027-06-03"),
]


@pytest.fixture
def three(ask: Asker) -> Any:
    """Three packages sent and the same three received, in another order by each field."""
    for portal in ("", "01PORTAL"):
        for name, state, size, sender, teamspace, created, expiry in THREE:
            ask.masv.account.add_package(
                name=name,
                state=state,
                size=size,
                sender=sender,
                teamspace=teamspace,
                tags=[f"tag-{name}"],
                created_at=f"{created}T00:00:00Z",
                expiry=f"{expiry}T00:00:00Z",
                custom_expiry=name == "gamma",
                portal=portal,
            )
    return ask


# The endpoints


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"/v1/teams/{TEAM}/packages"),
        ("GET", f"/v1/teams/{TEAM}/inbox"),
        ("GET", f"/v1/teams/{TEAM}/packages/{{id}}"),
        ("PUT", "/v1.1/packages/{id}"),
        ("PUT", "/v1.1/packages/{id}/expiry"),
        ("DELETE", "/v1.1/packages/{id}"),
        ("PUT", f"/v1.1/teams/{TEAM}/archive"),
        ("PUT", f"/v1.1/teams/{TEAM}/inbox/unarchive"),
    ],
)
def test_reads_are_v1_1_and_writes_are_v1(door: Asker, method: str, path: str) -> None:
    package_id = door.masv.account.add_package()
    assert door(method, path.format(id=package_id), json={}).status_code == 404


@pytest.mark.parametrize("path", ["/archive", "/unarchive", "/inbox/archive", "/inbox/unarchive"])
def test_a_bulk_call_answers_200(door: Asker, path: str) -> None:
    answer = door.window("2026-01-01T00:00:00Z", "2026-12-31T00:00:00Z", path)
    assert answer.status_code == 200


# The list parameters


@pytest.mark.parametrize(
    ("field", "names"),
    [
        ("name", ["alpha", "beta", "gamma"]),
        ("created_at", ["beta", "gamma", "alpha"]),
        ("size", ["alpha", "gamma", "beta"]),
        ("usage_total_bytes", ["beta", "alpha", "gamma"]),
        ("expiry", ["beta", "alpha", "gamma"]),
        ("sender", ["gamma", "alpha", "beta"]),
        ("status", ["beta", "alpha", "gamma"]),
        ("teamspace_id", ["gamma", "beta", "alpha"]),
    ],
)
@BOXES
def test_sort_is_a_field_or_with_a_dash_the_field_downwards(
    three: Any, box: str, field: str, names: Any
) -> None:
    assert three.names(f"{EVERY_STATE}&sort={field}", box) == names
    assert three.names(f"{EVERY_STATE}&sort=-{field}", box) == names[::-1]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("page=2&limit=2", ["gamma"]),
        ("limit=1", ["alpha"]),
        ("name=lph", ["alpha"]),
        ("sender=n@s.example", ["beta"]),
        ("tags=tag-alpha,tag-gamma", ["alpha", "gamma"]),
        ("teamspaces=01SPACE1,01SPACE2", ["beta", "gamma"]),
        ("created_at_start=2026-05-02T00:00:00Z", ["alpha", "gamma"]),
        ("created_at_end=2026-05-02T00:00:00Z", ["beta", "gamma"]),
        ("expiry_start=2027-06-02T00:00:00Z", ["alpha", "gamma"]),
        ("expiry_end=2027-06-02T00:00:00Z", ["alpha", "beta"]),
        ("extra_storage=true", ["gamma"]),
        ("extra_storage=false", ["alpha", "beta"]),
    ],
)
@BOXES
def test_the_inbox_takes_the_same_parameters(three: Any, box: str, query: str, names: Any) -> None:
    assert three.names(f"{EVERY_STATE}&sort=name&{query}", box) == names


@BOXES
def test_status_is_finalized_and_expired_by_default(three: Any, box: str) -> None:
    three.masv.account.add_package(name="delta", state="archived", received=box == "inbox")
    assert three.names("sort=name", box) == ["alpha", "beta"]


@pytest.mark.parametrize(
    "repeated",
    [
        "name=alpha&name=beta",
        "sender=m@s.example&sender=m@s.example",
        "tags=tag-alpha&tags=tag-beta",
        "teamspaces=01SPACE1&teamspaces=01SPACE2",
        "created_at_end=2020-01-01T00:00:00Z&created_at_end=2020-01-01T00:00:00Z",
        "expiry_start=2030-01-01T00:00:00Z&expiry_start=2030-01-01T00:00:00Z",
        "extra_storage=true&extra_storage=true",
        "page=2&page=2",
    ],
)
@BOXES
def test_a_repeated_key_is_silently_ignored_and_the_list_comes_back_unfiltered(
    three: Any, box: str, repeated: str
) -> None:
    assert three.names(f"{EVERY_STATE}&sort=name&{repeated}", box) == ["alpha", "beta", "gamma"]


def test_a_package_that_appears_while_paging_shifts_the_rest(three: Any) -> None:
    query = f"{EVERY_STATE}&sort=-created_at&limit=2"
    assert three.names(query) == ["alpha", "gamma"]
    three.masv.account.add_package(name="delta")
    assert three.names(f"{query}&page=2") == ["gamma", "beta"]
    assert three.listed(query).json()["metadata"]["total"] == 4


# The package object


def test_times_are_rfc_3339_with_milliseconds_and_offsets_are_possible(door: Asker) -> None:
    package_id = door.masv.account.add_package(expiry="2027-01-31T00:00:00.175Z")
    assert door.read(package_id).json()["expiry"] == "2027-01-31T00:00:00.175Z"
    door.masv.switch(instants="offset")
    shown = door.read(package_id).json()
    assert shown["expiry"] == "2027-01-30T19:00:00.175-05:00"
    assert shown["created_at"] == shown["updated_at"] == "2026-12-31T19:00:00.000-05:00"


def test_the_password_is_empty_if_there_is_none(ask: Asker) -> None:
    assert ask.read(ask.masv.account.add_package(password="")).json()["password"] == ""


def test_the_access_token_of_a_listing_opens_the_package_it_stands_with(door: Asker) -> None:
    ids = [door.masv.account.add_package(), door.masv.account.add_package(state="expired")]
    for record in door.listed().json()["records"]:
        headers = {"X-Package-Token": record["access_token"]}
        answer = door("PUT", f"/v1/packages/{record['id']}", headers=headers, json={"name": "x"})
        assert (answer.status_code, answer.json()["id"]) == (200, record["id"])
        ids.remove(record["id"])
    assert ids == []


def test_a_refused_token_is_replaced_by_another_read(door: Asker) -> None:
    package_id = door.masv.account.add_package()
    door.masv.switch(token_lifetime=timedelta(minutes=1))
    stale = {"X-Package-Token": door.read(package_id).json()["access_token"]}
    door.masv.account.advance(timedelta(minutes=2))
    assert door("DELETE", f"/v1/packages/{package_id}", headers=stale).status_code == 401
    fresh = {"X-Package-Token": door.read(package_id).json()["access_token"]}
    assert door("DELETE", f"/v1/packages/{package_id}", headers=fresh).status_code == 204


# The life of a package


def test_finalize_makes_a_new_package_finalized(ask: Asker) -> None:
    package_id = ask.masv.account.add_package(state="new")
    assert ask.ids() == []
    assert ask("POST", f"/_simulator/packages/{package_id}/finalize").status_code == 200
    assert ask.ids() == [package_id]
    assert ask("POST", f"/_simulator/packages/{package_id}/finalize").status_code == 400


def test_tombstones_stay_listable_for_ever(door: Asker) -> None:
    ended = door.masv.account.add_package()
    deleted = door.masv.account.add_package()
    door.package("DELETE", deleted)
    door.masv.account.advance(timedelta(days=36_500))
    assert sorted(door.ids("status=expired")) == sorted([ended, deleted])


def test_moving_expiry_earlier_destroys_the_files_earlier(ask: Asker) -> None:
    package_id = ask.masv.account.add_package(expiry="2027-03-01T00:00:00Z")
    ask.expiry(package_id, "2027-02-01T00:00:00Z")
    ask.masv.account.set_now("2027-02-02T00:00:00Z")
    assert ask.read(package_id).json()["state"] == "expired"
    (loss,) = ask.masv.account.losses
    assert loss.instant.isoformat() == "2027-02-01T00:00:00+00:00"


def test_unlimited_storage_back_to_false_needs_an_expiry(door: Asker) -> None:
    package_id = door.masv.account.add_package(unlimited_storage=True)
    answer = door.package("PUT", package_id, "/expiry", json={"unlimited_storage": False})
    assert answer.status_code == 400
    assert door.read(package_id).json()["unlimited_storage"] is True


def test_a_second_delete_is_204_or_refused_and_changes_nothing(ask: Asker) -> None:
    package_id = ask.masv.account.add_package(expiry="2027-06-01T00:00:00Z")
    assert ask.package("DELETE", package_id).status_code == 204
    before = ask.masv.account.package(package_id)
    assert ask.package("DELETE", package_id).status_code == 204
    ask.masv.switch(repeated_transition="refused")
    assert ask.package("DELETE", package_id).status_code == 409
    assert ask.masv.account.package(package_id) == before
    assert len(ask.masv.account.losses) == 1
