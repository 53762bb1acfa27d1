"""What nobody knows of a listing is a switch, and each side of it can be played."""

from typing import Any

import pytest

from pulumi_masv.simulator import Switches
from tests.simulator.conftest import Asker

UP = "sort=size"


@pytest.fixture
def sixty(ask: Asker) -> Any:
    """Sixty packages, named by their place in the order of their sizes."""
    for place in range(60):
        ask.masv.account.add_package(name=str(place), size=place)
    return ask


# Pages


def test_a_page_can_hold_fewer_than_were_asked_for(sixty: Any) -> None:
    sixty.masv.switch(page_size=25)
    pages = [sixty.names(f"{UP}&limit=50&page={page}") for page in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [25, 25, 10, 0]
    assert [name for page in pages for name in page] == [str(place) for place in range(60)]
    assert sixty.listed().json()["metadata"] == {"total": 60}
    assert len(sixty.names("limit=7")) == 7


def test_a_limit_above_fifty_is_refused_cut_or_served(sixty: Any) -> None:
    assert sixty.listed("limit=51").status_code == 400
    sixty.masv.switch(over_limit="cut")
    assert len(sixty.names("limit=51")) == 50
    sixty.masv.switch(over_limit="served")
    assert len(sixty.names("limit=51")) == 51
    assert len(sixty.names("limit=1000")) == 60
    assert sixty.listed("limit=1001").status_code == 400
    sixty.masv.switch(page_size=50)
    assert len(sixty.names("limit=1000")) == 50


@pytest.mark.parametrize(("past", "status"), [("empty", 200), ("refused", 400), ("missing", 404)])
def test_a_page_past_the_end_is_empty_refused_or_missing(
    sixty: Any, past: str, status: int
) -> None:
    sixty.masv.switch(past_end=past)
    assert [sixty.listed(f"page={page}").status_code for page in (2, 3)] == [200, status]


def test_a_page_past_the_end_can_repeat_the_last_one(sixty: Any) -> None:
    sixty.masv.switch(past_end="last")
    assert sixty.names(f"{UP}&page=9") == sixty.names(f"{UP}&page=2") != []


@pytest.mark.parametrize("past", ["empty", "refused", "missing", "last"])
def test_the_first_page_is_never_past_the_end(ask: Asker, past: str) -> None:
    ask.masv.switch(past_end=past)
    assert ask.listed("page=1").json()["records"] == []


# Filters


@pytest.mark.parametrize(
    "query",
    [
        "status=new",
        "name=x",
        "sender=x",
        "tags=x",
        "teamspaces=x",
        "extra_storage=true",
        "portal=x",
        "created_at_start=2030-01-01T00:00:00Z",
        "created_at_end=2020-01-01T00:00:00Z",
        "expiry_start=2030-01-01T00:00:00Z",
        "expiry_end=2020-01-01T00:00:00Z",
        "sort=colour",
    ],
)
def test_each_filter_can_be_ignored(ask: Asker, query: str) -> None:
    package_id = ask.masv.account.add_package(portal="p")
    assert ask.listed(query, "inbox").json().get("records", []) == []
    ask.masv.switch(ignored_filters=query.partition("=")[0])
    assert ask.ids(query, "inbox") == [package_id]


def test_some_filters_can_be_ignored_and_the_others_not(ask: Asker) -> None:
    package_id = ask.masv.account.add_package(name="Day 1")
    ask.masv.account.add_package(name="Day 2")
    ask.masv.switch(ignored_filters="sender,tags")
    assert ask.ids("name=1&sender=x&tags=y") == [package_id]


def test_what_is_no_filter_cannot_be_ignored() -> None:
    with pytest.raises(ValueError, match=r"some of .*, not 'page'"):
        Switches(ignored_filters="sender,page")


@pytest.mark.parametrize("query", ["tags=t,nowhere", "teamspaces=s,nowhere"])
def test_an_unknown_id_matches_nothing_or_is_refused_or_ignored(ask: Asker, query: str) -> None:
    known = ask.masv.account.add_package(tags=["t"], teamspace="s")
    other = ask.masv.account.add_package(tags=["t2"], teamspace="s2")
    alone = query.replace("=t,", "=").replace("=s,", "=")
    for position in ("mixed", "nothing"):
        ask.masv.switch(unknown_filter=position)
        assert (ask.ids(query), ask.ids(alone)) == ([known], [])
    ask.masv.switch(unknown_filter="refused")
    assert (ask.listed(query).status_code, ask.listed(alone).status_code) == (400, 400)
    assert "there is no nowhere" in ask.listed(query).json()["message"]
    ask.masv.switch(unknown_filter="ignored")
    assert ask.ids(query) == [known]
    assert sorted(ask.ids(alone)) == sorted([known, other])


@pytest.mark.parametrize("key", ["created_at_start", "expiry_end"])
def test_an_unreadable_instant_is_refused_or_matches_nothing_or_is_ignored(
    ask: Asker, key: str
) -> None:
    package_id = ask.masv.account.add_package()
    for position in ("mixed", "refused"):
        ask.masv.switch(unknown_filter=position)
        assert ask.listed(f"{key}=soon").status_code == 400
    ask.masv.switch(unknown_filter="nothing")
    assert ask.listed(f"{key}=soon").json()["metadata"] == {"total": 0}
    ask.masv.switch(unknown_filter="ignored")
    assert ask.ids(f"{key}=soon") == [package_id]


def test_an_instant_without_zone_is_in_utc_or_elsewhere_or_refused(ask: Asker) -> None:
    package_id = ask.masv.account.add_package(created_at="2026-01-31T00:00:00Z")
    query = "created_at_end=2026-01-31T00:00:00&created_at_start="
    assert ask.ids(f"{query}2026-01-31T00:00:00") == [package_id]
    assert ask.ids(f"{query}2026-01-31T00:00:01") == []
    ask.masv.switch(zoneless="offset")
    assert ask.ids("created_at_start=2026-01-31T00:00:00") == []
    assert ask.ids("created_at_start=2026-01-30T19:00:00") == [package_id]
    assert ask.ids("created_at_start=2026-01-31T00:00:00Z") == [package_id]
    ask.masv.switch(zoneless="refused")
    assert ask.listed("created_at_start=2026-01-31T00:00:00").status_code == 400


def test_a_portal_is_met_by_its_name_or_by_a_part(ask: Asker) -> None:
    one = ask.masv.account.add_package(portal="rushes")
    two = ask.masv.account.add_package(portal="more rushes")
    assert ask.ids("portal=rushes", "inbox") == [one]
    ask.masv.switch(portal_match="substring")
    assert sorted(ask.ids("portal=rushes", "inbox")) == sorted([one, two])


def test_a_tag_is_known_as_long_as_a_package_has_it(ask: Asker) -> None:
    ask.masv.switch(unknown_filter="refused")
    assert ask.listed("tags=t").status_code == 400
    one, two = (ask.masv.account.add_package(tags=["t"]) for _ in range(2))
    ask.masv.account.remove(one)
    assert ask.ids("tags=t") == [two]
    ask.masv.account.remove(two)
    assert ask.listed("tags=t").status_code == 400


def test_a_change_that_shows_late_shows_when_nothing_else_happens(ask: Asker) -> None:
    package_id = ask.masv.account.add_package(name="old")
    assert ask.names() == ["old"]
    ask.masv.switch(write_delay=2)
    ask.package("PUT", package_id, json={"name": "new"})
    assert [ask.names() for _ in range(4)] == [["old"], ["old"], ["new"], ["new"]]


def test_hiding_shows_at_once_where_changes_show_late(ask: Asker) -> None:
    package_id = ask.masv.account.add_package(name="old")
    ask.masv.switch(write_delay=9)
    ask.package("PUT", package_id, json={"name": "new"})
    ask.masv.account.hide(package_id)
    assert ask.names() == []
    ask.masv.account.show(package_id)
    assert ask.names() == ["old"]


def test_a_key_that_sees_nothing_has_one_page_only(sixty: Any) -> None:
    sixty.masv.switch(past_end="missing", key_sees="nothing")
    assert [sixty.listed(f"page={page}").status_code for page in (1, 2)] == [200, 404]
