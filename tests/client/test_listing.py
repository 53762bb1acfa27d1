"""A listing whole: in as few requests as there are pages, and as the account was at one moment."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any, get_args

import pytest
import requests
import responses
from hypothesis import given, settings
from hypothesis import strategies as st

from pulumi_masv.client import Client
from pulumi_masv.errors import (
    ListingRefused,
    PackageRefused,
    RequestRefused,
    UnexpectedAnswer,
)
from pulumi_masv.models import Query, State
from pulumi_masv.simulator import Refused, Simulator, Switches
from tests.client.conftest import connect
from tests.generated import at_least, count

FEB = datetime(2027, 2, 28, tzinfo=timezone.utc)


def every(**query: Any) -> Query:
    return Query(status=get_args(State), **query)


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


def test_a_listing_that_changes_while_it_is_read_is_read_again(
    client: Client, masv: Simulator
) -> None:
    made = [masv.account.add_package() for _ in range(60)]
    removed = iter(made[:1])
    answers = 0
    session_send = requests.Session.send

    def send(self: requests.Session, *args: Any, **kwargs: Any) -> requests.Response:
        nonlocal answers
        answers += 1
        response = session_send(self, *args, **kwargs)
        for package in removed if answers == 1 else ():
            masv.account.remove(package)
        return response

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(requests.Session, "send", send)
        listed = client.list_packages(every())
    assert sorted(one.package.id for one in listed) == sorted(made[1:])
    assert answers == 4


def test_a_listing_that_never_agrees_with_its_total_is_an_error_and_no_partial_list(
    masv: Simulator,
) -> None:
    url = f"https://api.massive.app/v1.1/teams/{masv.team_id}/packages"
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.get(url, json={"metadata": {"total": 2}, "records": []})
        client = connect(masv, baseUrl="https://api.massive.app")
        with pytest.raises(ListingRefused) as caught:
            client.list_packages(every())
    assert str(caught.value) == (
        f"the listing of team {masv.team_id} announces 2 packages and shows only 0: "
        "the key may not see them all, and part of a list is not used"
    )


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


def between_pages(masv: Simulator, act: Callable[[], None]) -> None:
    """Let the account change after each page that it has answered."""
    handle = masv._dispatcher.handle

    def answer(request: Any) -> Any:
        with masv.account.lock:
            given = handle(request)
            act()
            return given

    masv._dispatcher.handle = answer  # type: ignore[method-assign]


CHANGES = ("add", "remove", "rename", "delete", "archive", "set_expiry")
changes = st.lists(
    st.lists(st.tuples(st.sampled_from(CHANGES), st.integers(0, 10**6)), max_size=3),
    min_size=1,
    max_size=6,
)
QUERIES = {
    "every state": every(),
    "one state": Query(status=("finalized",)),
    "a part of the name": every(name="raw", sort="-created_at"),
    "by size": Query(status=("finalized", "expired"), sort="size"),
}


@at_least(15, "changed between two pages")
@settings(max_examples=60)
@given(
    number=st.integers(0, 170),
    plan=changes,
    how=st.sampled_from(sorted(QUERIES)),
    keys=st.sampled_from(["all", "bare"]),
)
def test_a_listing_is_what_the_account_held_at_one_moment_whatever_changes_between_two_pages(
    number: int, plan: list[list[tuple[str, int]]], how: str, keys: Any
) -> None:
    masv, query = Simulator(packages=0, switches=Switches(listed_keys=keys)), QUERIES[how]
    start = masv.account.now - timedelta(days=1)
    for i in range(number):
        masv.account.add_package(
            name=f"{'raw' if i % 3 else 'cut'} {i}",
            size=i * 37 % 101,
            state="expired" if i % 7 == 0 else "finalized",
            expiry=FEB if i % 7 else start,
            created_at=start + timedelta(seconds=i),
        )

    def held() -> list[str]:
        packages = [
            package
            for package in masv.account.packages()
            if package.state in (query.status or ()) and (query.name or "") in package.name
        ]
        order = query.sort.removeprefix("-")
        backwards = query.sort.startswith("-")
        packages.sort(key=lambda p: (getattr(p, order), p.id), reverse=backwards)
        return [package.id for package in packages]

    moments = [held()]
    steps = iter(plan)

    def act() -> None:
        for verb, pick in next(steps, []):
            masv.account.advance(timedelta(milliseconds=1))
            ids = sorted(package.id for package in masv.account.packages())
            package = ids[pick % len(ids)] if ids else ""
            try:
                if verb == "add":
                    masv.account.add_package(name=f"raw {pick}", size=pick % 101)
                elif package:
                    more = {"rename": ("cut",), "set_expiry": (masv.account.now + timedelta(1),)}
                    getattr(masv.account, verb)(package, *more.get(verb, ()))
            except Refused:
                pass
            moments.append(held())

    between_pages(masv, act)
    with masv.in_process():
        try:
            listed = connect(masv, concurrency=1).list_packages(query)
        except UnexpectedAnswer as error:
            assert "changed during every reading" in str(error)
            return
    count("changed between two pages", moments[0] != moments[-1])
    assert [seen.package.id for seen in listed] in moments


@pytest.mark.parametrize("keys", ["all", "bare"])
@pytest.mark.parametrize("comes", ["a new package", "a package that was renamed"])
def test_a_package_missed_though_the_totals_agree_is_found_by_another_reading(
    client: Client, masv: Simulator, comes: str, keys: Any
) -> None:
    masv.switch(listed_keys=keys, read_keys=keys)
    day = timedelta(days=1)
    made = [
        masv.account.add_package(name="raw", created_at=masv.account.now - day) for _ in range(100)
    ]
    other = masv.account.add_package(name="cut", created_at=masv.account.now - day / 2)

    def one_goes_and_one_comes() -> None:
        if len(masv.journal) == 1:
            masv.account.advance(timedelta(seconds=1))
            masv.account.remove(sorted(made)[0])
            if comes == "a new package":
                masv.account.add_package(name="raw")
            else:
                masv.account.rename(other, "raw")

    between_pages(masv, one_goes_and_one_comes)
    listed = {seen.package.id for seen in client.list_packages(every(name="raw"))}
    # A third reading; and, where no record tells its name, a proof that the filter is one.
    assert len(masv.journal) == (4 if keys == "all" else 7)
    assert len(listed & set(made)) == 99


def test_a_package_that_comes_while_pages_are_read_needs_no_second_reading(
    client: Client, masv: Simulator
) -> None:
    day = timedelta(days=1)
    made = [masv.account.add_package(created_at=masv.account.now - day) for _ in range(60)]
    masv.account.advance(timedelta(milliseconds=1))
    between_pages(masv, lambda: str(masv.account.add_package()) and None)
    assert {seen.package.id for seen in client.list_packages(every())} == set(made)
    assert len(masv.journal) == 2


def test_a_package_that_changes_while_pages_are_read_leaves_a_list_of_all_states_as_it_was(
    client: Client, masv: Simulator
) -> None:
    day = timedelta(days=1)
    made = [masv.account.add_package(created_at=masv.account.now - day) for _ in range(60)]

    def renamed() -> None:
        masv.account.advance(timedelta(seconds=1))
        masv.account.rename(sorted(made)[-1], "by hand")

    between_pages(masv, renamed)
    assert {seen.package.id for seen in client.list_packages(every())} == set(made)
    assert len(masv.journal) == 2


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


def test_packages_younger_than_a_second_are_listed_by_a_second_reading(
    client: Client, masv: Simulator
) -> None:
    masv.account.advance(timedelta(milliseconds=500))
    made = [masv.account.add_package() for _ in range(60)]
    assert {seen.package.id for seen in client.list_packages(every())} == set(made)
    assert len(masv.journal) == 4


def test_pages_after_the_first_are_read_side_by_side(masv: Simulator) -> None:
    for _ in range(150):
        masv.account.add_package()
    both = threading.Barrier(2, timeout=20)
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
    assert {seen.package.state for seen in client.list_packages(asked)} == {"new", "archived"}
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
    listed = [seen.package.id for seen in client.list_packages(Query.parse(**filters))]
    assert listed == [right]
    assert wrong not in listed


@pytest.mark.parametrize("sort", ["name", "-name", "size", "-expiry", "status", "-created_at"])
def test_a_listing_comes_in_the_order_asked_for(client: Client, masv: Simulator, sort: str) -> None:
    day = timedelta(days=1)
    for i in range(3):
        masv.account.add_package(
            name="cab"[i], size=i, expiry=FEB + i * day, created_at=masv.account.now - i * day,
            state=("finalized", "new", "finalized")[i],  # type: ignore[arg-type]
        )  # fmt: skip
    field = sort.removeprefix("-").replace("status", "state")
    listed = client.list_packages(every(sort=sort))
    values = [getattr(seen.package, field) for seen in listed]
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
