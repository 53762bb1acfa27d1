"""A listing is what was asked for: each record is looked at, and where none tells MASV is asked."""

import json
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
import responses

from pulumi_masv.assumptions import FILTERED, PAGES, RECORD_WHOLE
from pulumi_masv.client import Client
from pulumi_masv.errors import ListingRefused, UnexpectedAnswer
from pulumi_masv.models import STATES, Package, Query
from pulumi_masv.simulator import Simulator
from tests.client.conftest import connect

FEB = datetime(2027, 2, 28, tzinfo=timezone.utc)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


def package(**what: Any) -> Package:
    return Package.model_validate({"id": "01HP", "state": "finalized", **what})


@pytest.mark.parametrize(
    ("asked", "shown", "allowed"),
    [
        ({}, {}, True),
        ({"status": "expired"}, {"state": "expired"}, True),
        ({"status": "expired"}, {}, False),
        ({"status": "expired"}, {"state": "frozen"}, None),
        ({"name": "ÉTÉ"}, {"name": "Un e\u0301te\u0301 bleu"}, True),
        ({"name": "12"}, {"name": "Day 13"}, False),
        ({"name": "12"}, {}, None),
        ({"sender": "A@b.example"}, {"sender": "a@B.example"}, True),
        ({"sender": "a@b.example"}, {"sender": "aa@b.example"}, False),
        ({"sender": "a@b.example"}, {}, None),
        ({"tags": "red"}, {"tag": {"id": "red", "name": "Red"}}, True),
        ({"tags": "Red"}, {"tag": {"id": "red", "name": "Red"}}, True),
        ({"tags": "red"}, {"tag": {"id": "blue"}}, False),
        ({"tags": "red"}, {}, None),
        ({"teamspaces": ["one"]}, {"teamspace_id": "one"}, True),
        ({"teamspaces": ["one"]}, {"teamspace_id": ""}, False),
        ({"teamspaces": ["one"]}, {}, None),
        ({"created_at_start": FEB}, {"created_at": FEB}, True),
        ({"created_at_start": FEB}, {"created_at": FEB - SECOND}, True),
        ({"created_at_start": FEB}, {"created_at": FEB - 2 * SECOND}, False),
        ({"created_at_end": FEB}, {"created_at": FEB + 2 * SECOND}, False),
        ({"created_at_end": FEB}, {}, None),
        ({"expiry_end": FEB}, {"expiry": FEB, "unlimited_storage": False}, True),
        ({"expiry_end": FEB}, {"expiry": FEB, "state": "expired"}, True),
        ({"expiry_end": FEB}, {"expiry": FEB}, True),
        ({"expiry_end": FEB}, {"unlimited_storage": True}, None),
        ({"expiry_end": FEB}, {"expiry": FEB + DAY}, False),
        ({"extra_storage": True}, {}, None),
        ({"received": True, "portal": "rushes"}, {}, None),
        ({"portal": "rushes", "received": True, "name": "12"}, {"name": "13"}, False),
    ],
)
def test_a_record_says_whether_it_is_what_was_asked_for(
    asked: dict[str, Any], shown: dict[str, Any], allowed: bool | None
) -> None:
    assert Query.parse(**asked).allows(package(**shown)) is allowed


@pytest.mark.parametrize(
    ("ignored", "asked"),
    [
        ("status", {"status": "finalized"}),
        ("name", {"name": "12 r"}),
        ("sender", {"sender": "a@b.example"}),
        ("created_at_start", {"created_at_start": FEB - 3 * DAY}),
        ("expiry_start", {"expiry_start": FEB}),
    ],
)
def test_a_listing_that_ignores_a_filter_is_mended(
    client: Client, masv: Simulator, ignored: str, asked: dict[str, Any]
) -> None:
    masv.account.set_now(FEB - 2 * DAY)
    masv.account.add_package(
        name="Day 13", sender="o@b.example", state="expired", created_at=FEB - 9 * DAY,
        expiry=FEB - 8 * DAY,
    )  # fmt: skip
    right = masv.account.add_package(
        name="Day 12 raw", sender="a@b.example", created_at=FEB - 2 * DAY, expiry=FEB + DAY
    )
    masv.switch(ignored_filters=ignored)
    assert [one.package.id for one in client.list_packages(Query.parse(**asked))] == [right]
    assert client.contradictions.has_met(FILTERED)


@pytest.mark.parametrize("unknown", ["nothing", "refused", "ignored", "mixed"])
@pytest.mark.parametrize("name", ["tags", "teamspaces", "portal", "extra_storage"])
def test_a_filter_that_no_record_can_answer_is_proved_once(
    client: Client, masv: Simulator, name: str, unknown: Any
) -> None:
    masv.switch(listed_keys="sample", unknown_filter=unknown)
    received = name == "portal"
    value: Any = {"portal": "rushes", "extra_storage": True}.get(name, ["one"])
    told = {"tags": ["one"]} if name == "tags" else {"teamspace": "one"}
    for _ in range(2):
        masv.account.add_package(received=received)
    right = masv.account.add_package(
        received=received, portal="rushes" if received else "", custom_expiry=True, **told
    )
    query = Query.parse(received=received, **{name: value})
    for _ in range(2):
        assert [one.package.id for one in client.list_packages(query)] == [right]
    # One that ignores what it does not know could ignore the next value, too.
    assert len(masv.journal) <= (6 if unknown == "ignored" else 4)
    assert not client.contradictions.has_met(FILTERED)


@pytest.mark.parametrize("name", ["tags", "teamspaces", "portal", "extra_storage"])
def test_a_filter_that_is_ignored_is_refused_by_its_name(
    client: Client, masv: Simulator, name: str
) -> None:
    masv.switch(listed_keys="sample", ignored_filters=name)
    value: Any = {"portal": "rushes", "extra_storage": True}.get(name, ["one"])
    for _ in range(3):
        masv.account.add_package(received=name == "portal")
    query = Query.parse(received=name == "portal", **{name: value})
    with pytest.raises(ListingRefused, match=f"ignores the filter {name}"):
        client.list_packages(query)


def test_a_record_shows_one_tag_and_may_have_more(client: Client, masv: Simulator) -> None:
    package = masv.account.add_package(tags=["first", "second"])
    masv.account.add_package(tags=["third"])
    [listed] = client.list_packages(Query.parse(tags="second"))
    assert (listed.package.id, listed.package.tag.id) == (package, "first")  # type: ignore[union-attr]
    masv.switch(ignored_filters="tags")
    assert connect(masv).list_packages(Query.parse(tags="second")) == []


def test_a_filter_that_matches_nothing_needs_no_proof(client: Client, masv: Simulator) -> None:
    masv.account.add_package()
    assert client.list_packages(Query.parse(tags="none")) == []
    assert len(masv.journal) == 1


def test_a_filter_that_some_records_deny_and_others_cannot_tell_is_refused(
    client: Client, masv: Simulator
) -> None:
    url = f"https://api.massive.app/v1.1/teams/{masv.team_id}/packages"
    records = [
        {"id": "A", "state": "new", "tag": {"id": "red"}},
        {"id": "B", "state": "new", "tag": {"id": "blue"}},
        {"id": "C", "state": "new"},
    ]
    with responses.RequestsMock() as mock:
        mock.get(url, json={"metadata": {"total": 3}, "records": records})
        with pytest.raises(ListingRefused, match="the filter tags") as caught:
            connect(masv, baseUrl="https://api.massive.app").list_packages(Query.parse(tags="red"))
        assert len(mock.calls) == 2  # the other one proves that the filter is ignored
    assert [one.package.id for one in caught.value.found] == ["A", "C"]


@pytest.mark.parametrize(("ignored", "requests"), [("", 1), ("expiry_start", 3)])
def test_packages_are_counted_in_one_request_where_the_filter_works(
    client: Client, masv: Simulator, ignored: str, requests: int
) -> None:
    masv.switch(ignored_filters=ignored)
    for day in range(120):
        masv.account.add_package(state="expired", expiry=masv.account.now - (day + 1) * DAY)
    recent = Query(
        status=("expired",), expiry_start=masv.account.now - 60 * DAY - SECOND * 5, sort="expiry"
    )
    assert client.count_expired(recent) == 60
    assert len(masv.journal) == requests


# Pages, and records that are not whole.


@pytest.mark.parametrize("past_end", ["empty", "refused", "missing", "last"])
@pytest.mark.parametrize(("size", "count", "pages"), [(25, 120, 5), (7, 50, 8), (25, 25, 1)])
def test_shorter_pages_are_read_until_all_is_there(
    client: Client, masv: Simulator, size: int, count: int, pages: int, past_end: Any
) -> None:
    masv.switch(page_size=size, past_end=past_end)
    made = {
        masv.account.add_package(created_at=masv.account.now - (n + 1) * DAY) for n in range(count)
    }
    first = client.get_page(Query(status=STATES))
    assert first.pages == pages
    listed = client.list_packages(Query(status=STATES), first)
    assert {one.package.id for one in listed} == made
    assert len(masv.journal) == pages
    assert client.contradictions.has_met(PAGES) is (pages > 1)


@pytest.mark.parametrize("past_end", ["empty", "refused", "missing", "last"])
def test_a_total_that_is_never_reached_refuses_the_listing(
    client: Client, masv: Simulator, past_end: Any
) -> None:
    masv.switch(total="all", past_end=past_end)
    made = [masv.account.add_package(hidden=n % 2 > 0) for n in range(130)]
    with pytest.raises(ListingRefused) as caught:
        client.list_packages(Query(status=STATES))
    assert str(caught.value) == (
        f"the listing of team {masv.team_id} announces 130 packages and shows only 65: "
        "the key may not see them all, and part of a list is not used"
    )
    assert {one.package.id for one in caught.value.found} == set(made[::2])


@pytest.mark.parametrize("page", [1, 30])
def test_pages_longer_than_asked_are_taken_whole(masv: Simulator, page: int) -> None:
    ids = [f"P{n:03}" for n in range(150)]
    per = 100 if page == 1 else page

    def answer(request: Any) -> tuple[int, dict[str, str], str]:
        start = (int(request.params["page"]) - 1) * per
        records = [{"id": i, "state": "new"} for i in ids[start : start + per]]
        return 200, {}, json.dumps({"metadata": {"total": 150}, "records": records})

    url = f"https://api.massive.app/v1.1/teams/{masv.team_id}/packages"
    with responses.RequestsMock() as mock:
        mock.add_callback(responses.GET, url, callback=answer)
        listed = connect(masv, baseUrl="https://api.massive.app").list_packages(Query())
    assert [one.package.id for one in listed] == ids


@pytest.mark.parametrize(
    ("record", "line"),
    [
        ({"id": "A", "state": "new"}, "listed package A has no token"),
        ({"id": "A", "access_token": "t"}, "listed package A has no state"),
        (
            {"id": "A", "state": "frozen", "access_token": "t"},
            "package A has state 'frozen'",
        ),
        ({"state": "new", "access_token": "t"}, "a listed package cannot be read (id: "),
        ({"id": "a/b", "state": "new", "access_token": "t"}, "a listed package cannot be read"),
        ("A", "a listed package cannot be read"),
        (None, "a listed package cannot be read"),
    ],
)
def test_a_record_that_is_not_whole_spoils_no_other(
    masv: Simulator, record: Any, line: str
) -> None:
    told: list[str] = []
    whole = {"id": "B", "state": "new", "access_token": "t"}
    url = f"https://api.massive.app/v1.1/teams/{masv.team_id}/packages"
    with responses.RequestsMock() as mock:
        mock.get(url, json={"metadata": {"total": 2}, "records": [record, whole]})
        client = connect(masv, baseUrl="https://api.massive.app")
        client.contradictions._tell = lambda _, line: told.append(line)
        page = client.get_page(Query())
        listed = client.list_packages(Query(), page)
    readable = isinstance(record, dict) and record.get("id") == "A"
    assert [one.package.id for one in listed] == (["A", "B"] if readable else ["B"])
    assert page.unreadable == (0 if readable else 1)
    assert client.contradictions.has_met(RECORD_WHOLE)
    assert len(told) == 1
    assert line in told[0]


@pytest.mark.parametrize("records", [{"a": 1}, "text", 5])
def test_records_that_are_no_list_are_no_listing(masv: Simulator, records: Any) -> None:
    url = f"https://api.massive.app/v1.1/teams/{masv.team_id}/packages"
    with responses.RequestsMock() as mock:
        mock.get(url, json={"metadata": {"total": 1}, "records": records})
        with pytest.raises(UnexpectedAnswer, match="did not answer with a listing"):
            connect(masv, baseUrl="https://api.massive.app").list_packages(Query())
