"""A listing holds what was asked for, in order, in as few requests as there are pages."""

import threading
from datetime import datetime, timedelta, timezone
from typing import Any, get_args

import pytest
import requests
import responses

from pulumi_masv.client import Client
from pulumi_masv.errors import PackageRefused, RequestRefused, UnexpectedAnswer
from pulumi_masv.models import Query, State
from pulumi_masv.simulator import Simulator, Switches
from tests.client.conftest import connect, every

FEB = datetime(2027, 2, 28, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("received", "count", "pages"), [(False, 0, 1), (False, 50, 1), (False, 101, 3), (True, 51, 2)]
)
def test_a_listing_holds_every_package_in_every_state_once_and_in_order(
    client: Client, masv: Simulator, received: bool, count: int, pages: int
) -> None:
    states = ("new", "finalized", "expired", "archived")
    start = datetime(2026, 1, 1, tzinfo=timezone.utc)
    made = [
        masv.account.add_package(
            state=states[i % 4],  # type: ignore[arg-type]
            received=received,
            created_at=start + timedelta(minutes=i),
        )
        for i in range(count)
    ]
    masv.account.add_package(received=not received)
    assert [one.package.id for one in client.list_packages(every(received=received))] == made
    assert len(masv.journal) == pages


def test_a_listing_whose_total_is_nonsense_ends(masv: Simulator) -> None:
    url = f"https://api.massive.app/v1.1/teams/{masv.team_id}/packages"
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.get(url, json={"metadata": {"total": 10**9}, "records": []})
        with pytest.raises(UnexpectedAnswer, match="announces 1000000000 packages"):
            connect(masv, baseUrl="https://api.massive.app").list_packages(every())
        assert len(mock.calls) == 3


def test_a_listing_that_is_none_is_one_line(masv: Simulator) -> None:
    url = f"https://api.massive.app/v1.1/teams/{masv.team_id}/packages"
    with responses.RequestsMock() as mock:
        mock.get(url, json={"records": []})
        with pytest.raises(UnexpectedAnswer, match="did not answer with a listing"):
            connect(masv, baseUrl="https://api.massive.app").list_packages(every())


def test_a_list_that_is_null_where_there_is_nothing_is_empty(masv: Simulator) -> None:
    url = f"https://api.massive.app/v1.1/teams/{masv.team_id}/packages"
    with responses.RequestsMock() as mock:
        mock.get(url, json={"metadata": {"total": 0}, "records": None})
        assert connect(masv, baseUrl="https://api.massive.app").list_packages(every()) == []


@pytest.mark.parametrize("status", [404, 403])
def test_a_team_without_an_inbox_is_not_taken_for_a_wrong_key(
    client: Client, masv: Simulator, status: int
) -> None:
    masv.faults.set("status", status=status, route="*/inbox", times=None)
    if status == 404:
        assert client.get_package("01HNOWHERE") is None
    else:
        with pytest.raises(RequestRefused, match="its inbox cannot be read") as caught:
            client.get_package("01HNOWHERE")
        assert type(caught.value) is PackageRefused


def test_pages_after_the_first_are_read_side_by_side(masv: Simulator) -> None:
    for _ in range(150):
        masv.account.add_package()
    both = threading.Barrier(2, timeout=60)
    handle = masv._dispatcher.handle

    def answer(request: Any) -> Any:
        if "page=1&" not in f"{request.query}&":
            both.wait()  # breaks, and fails the test, unless two pages are asked for at once
        return handle(request)

    masv._dispatcher.handle = answer  # type: ignore[method-assign]
    with masv.in_process():
        assert len(connect(masv, concurrency=2).list_packages(every())) == 150


def test_lists_are_comma_joined_since_a_repeated_key_would_come_back_unfiltered(
    client: Client, masv: Simulator
) -> None:
    for state in get_args(State):
        masv.account.add_package(state=state)
    asked = Query(status=("new", "archived"))
    listed = client.list_packages(asked)
    assert {observed.package.state for observed in listed} == {"new", "archived"}
    url = f"{masv.url}/v1.1/teams/{masv.team_id}/packages?status=new&status=archived"
    repeated = requests.get(url, headers={"X-API-KEY": masv.api_key}, timeout=5).json()
    assert {one["state"] for one in repeated["records"]} == {"finalized", "expired"}


@pytest.mark.parametrize(
    "filters",
    [
        {"status": ("finalized",)},
        {"status": "finalized"},
        {"name": "12 r"},
        {"sender": "a@b.example"},
        {"tags": ["red", "blue"]},
        {"teamspaces": ["one"]},
        {"created_at_start": FEB - timedelta(days=3)},
        {"created_at_end": FEB - timedelta(days=2), "created_at_start": FEB - timedelta(days=3)},
        {"expiry_start": "2027-03-01T00:00:00+01:00"},
        {"expiry_start": FEB, "expiry_end": FEB + timedelta(days=1)},
        {"extra_storage": True},
        {"received": True, "portal": "rushes"},
    ],
)
def test_every_filter_of_the_listing_selects(
    client: Client, masv: Simulator, filters: dict[str, Any]
) -> None:
    masv.account.set_now(FEB - timedelta(days=2))
    received = filters.get("received", False)
    other = "other@b.example"
    wrong = masv.account.add_package(
        name="Day 13", sender=other, state="expired", received=received, portal="",
        created_at=FEB - timedelta(days=9), expiry=FEB - timedelta(days=8),
    )  # fmt: skip
    right = masv.account.add_package(
        name="Day 12 raw", sender="a@b.example", tags=["blue"], teamspace="one", received=received,
        portal="rushes" if received else "", custom_expiry=True, expiry=FEB + timedelta(days=1),
        created_at=FEB - timedelta(days=2),
    )  # fmt: skip
    listed = [observed.package.id for observed in client.list_packages(Query.parse(**filters))]
    assert listed == [right]
    assert wrong not in listed


@pytest.mark.parametrize("sort", ["name", "-name", "size", "-expiry", "status", "-created_at"])
def test_a_listing_comes_in_the_order_asked_for(client: Client, masv: Simulator, sort: str) -> None:
    day = timedelta(days=1)
    for i in range(3):
        masv.account.add_package(
            name="cab"[i], size=i, expiry=FEB + i * day, created_at=masv.account.now - i * day,
            state=("finalized", "new", "finalized")[i],
        )  # fmt: skip
    field = sort.removeprefix("-").replace("status", "state")
    listed = client.list_packages(every(sort=sort))
    values = [getattr(observed.package, field) for observed in listed]
    assert values == sorted(values, reverse=sort.startswith("-"))


def test_a_received_package_is_looked_for_where_it_was_found(
    client: Client, masv: Simulator
) -> None:
    masv.account.switches = Switches(inbox_read="missing", window_start="exclusive")
    day = timedelta(days=1)
    for i in range(70):
        masv.account.add_package(received=True, created_at=masv.account.now - i * day)
    package = masv.account.add_package(received=True, created_at=masv.account.now - 3 * day)
    found = client.get_package(package)
    assert found is not None
    assert found.received
    assert len(masv.journal) == 1 + 2
    masv.reset_journal()
    again = client.get_package(package, received_at=found.received_at)
    assert again is not None
    assert again.package == found.package
    assert len(masv.journal) == 1


def test_ctrl_c_while_a_thread_starts_leaves_no_thread(
    client: Client, masv: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that is left would wait for work for ever, and the process for it."""
    for _ in range(60):
        masv.account.add_package()
    start, started = threading.Thread.start, list[threading.Thread]()

    def interrupted(thread: threading.Thread) -> None:
        start(thread)
        if thread.name.startswith("masv_"):
            started.append(thread)
            raise KeyboardInterrupt

    monkeypatch.setattr(threading.Thread, "start", interrupted)
    with pytest.raises(KeyboardInterrupt):
        client.list_packages(every())
    [thread] = started
    thread.join(60)
    assert not thread.is_alive()
