"""What a key sees, and how soon."""

from typing import Any

import pytest

from tests.simulator.conftest import Asker

OTHER = "01TEAM00000000000000000002"


# Teams


def test_the_teams_are_those_the_key_opens(door: Asker) -> None:
    door.masv.account.teams[OTHER] = "other-key"
    key = {"X-API-KEY": door.masv.api_key}
    answer = door("GET", "/v1/teams", headers=key)
    assert answer.status_code == 200
    assert answer.json() == [{"id": "01TEAM00000000000000000001", "name": "Team 1"}]
    door.masv.account.teams[OTHER] = door.masv.api_key
    assert [team["id"] for team in door("GET", "/v1/teams", headers=key).json()] == [
        "01TEAM00000000000000000001",
        OTHER,
    ]


def test_the_teams_are_not_for_strangers(ask: Asker) -> None:
    assert ask("GET", "/v1/teams").status_code == 401
    assert ask("GET", "/v1/teams", headers={"X-API-KEY": "x"}).status_code == 401


# What is not seen


@pytest.mark.parametrize("status", [404, 403, 401, 400])
@pytest.mark.parametrize("why", ["another team's", "hidden", "unknown", "malformed"])
def test_a_read_of_what_the_key_does_not_see_is_refused(ask: Asker, status: int, why: str) -> None:
    ask.masv.account.teams[OTHER] = "other-key"
    package_id = {
        "another team's": ask.masv.account.add_package(team_id=OTHER),
        "hidden": ask.masv.account.add_package(hidden=True),
        "unknown": "01JGQ4X0000000000000000000",
        "malformed": "no%20id",
    }[why]
    ask.masv.switch(foreign_read=status)
    answer = ask.read(package_id)
    assert answer.status_code == status
    assert answer.json()["message"].startswith("package ")


@pytest.mark.parametrize("state", ["expired", "archived"])
def test_a_read_of_an_ended_package_is_served_or_missing(ask: Asker, state: Any) -> None:
    package_id = ask.masv.account.add_package(state=state)
    live = ask.masv.account.add_package()
    assert ask.read(package_id).status_code == 200
    ask.masv.switch(ended_read="missing", foreign_read=403)
    assert ask.read(package_id).status_code == 404
    assert ask.ids(f"status={state}") == [package_id]
    assert ask.read(live).status_code == 200


def test_a_hidden_package_is_neither_listed_nor_counted_until_shown(ask: Asker) -> None:
    package_id = ask.masv.account.add_package()
    assert ask("POST", f"/_simulator/packages/{package_id}/hide").json() == {}
    assert ask.listed().json() == {"metadata": {"total": 0}, "records": []}
    assert ask.read(package_id).status_code == 404
    assert ask("POST", f"/_simulator/packages/{package_id}/show").json() == {}
    assert ask.ids() == [package_id]
    assert ask.read(package_id).status_code == 200


def test_a_hidden_package_can_be_counted(ask: Asker) -> None:
    shown = ask.masv.account.add_package()
    ask.masv.account.hide(ask.masv.account.add_package())
    ask.masv.switch(total="all")
    answer = ask.listed().json()
    assert answer["metadata"] == {"total": 2}
    assert [record["id"] for record in answer["records"]] == [shown]


def test_hiding_a_package_changes_nothing_else(ask: Asker) -> None:
    package_id = ask.masv.account.add_package()
    before = ask.masv.account.package(package_id)
    ask.masv.account.hide(package_id)
    ask.masv.account.show(package_id)
    assert ask.masv.account.package(package_id) == before


@pytest.mark.parametrize("total", ["shown", "all"])
def test_a_key_can_see_nothing_from_now_on(ask: Asker, total: str) -> None:
    package_id = ask.masv.account.add_package()
    sent = {"X-Package-Token": ask.read(package_id).json()["access_token"]}
    ask.masv.switch(key_sees="nothing", foreign_read=403, total=total)
    assert ask.listed().json() == {"metadata": {"total": 0}, "records": []}
    assert ask.listed(box="inbox").json()["metadata"] == {"total": 0}
    assert ask.read(package_id).status_code == 403
    assert ask("DELETE", f"/v1/packages/{package_id}", headers=sent).status_code == 204


# What is seen late


def test_reads_can_show_a_package_as_it_was_for_some_requests(ask: Asker) -> None:
    package_id = ask.masv.account.add_package(name="before")
    ask.masv.switch(write_delay=2)
    assert ask.package("PUT", package_id, json={"name": "after"}).json()["name"] == "after"
    assert ask.masv.account.package(package_id).name == "after"
    assert ask.read(package_id).json()["name"] == "before"
    assert ask.names() == ["before"]
    assert ask.read(package_id).json()["name"] == "after"
    assert ask.names() == ["after"]


def test_each_of_two_changes_is_seen_late(ask: Asker) -> None:
    package_id = ask.masv.account.add_package(name="first")
    ask.masv.switch(write_delay=2)
    sent = {"X-Package-Token": ask.read(package_id).json()["access_token"]}
    for name in ("second", "third"):
        ask("PUT", f"/v1/packages/{package_id}", headers=sent, json={"name": name})
    names = [ask.read(package_id).json()["name"] for _ in range(3)]
    assert names == ["first", "second", "third"]


def test_an_end_can_be_seen_late_though_the_files_are_gone(ask: Asker) -> None:
    package_id = ask.masv.account.add_package()
    ask.masv.switch(write_delay=1)
    ask.package("DELETE", package_id)
    assert len(ask.masv.account.losses) == 1
    assert ask.read(package_id).json()["state"] == "finalized"
    assert ask.read(package_id).json()["state"] == "expired"


def test_a_package_that_is_hidden_or_removed_is_so_at_once(ask: Asker) -> None:
    package_id = ask.masv.account.add_package()
    ask.masv.switch(write_delay=9)
    ask.package("PUT", package_id, json={"name": "after"})
    ask.masv.account.hide(package_id)
    assert ask.ids() == []
    ask.masv.account.remove(package_id)
    assert ask.read(package_id).status_code == 404


def test_a_refused_change_leaves_nothing_to_be_seen_late(ask: Asker) -> None:
    package_id = ask.masv.account.add_package(name="before")
    ask.masv.switch(write_delay=9)
    assert ask.package("PUT", package_id, "/archive").status_code == 409
    ask.masv.account.rename(package_id, "by hand")
    assert ask.names() == ["by hand"]
