"""A listing is what the account held at one moment, whatever changes between its pages."""

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
import requests
import responses
from hypothesis import given, settings
from hypothesis import strategies as st

from pulumi_masv.client import Client
from pulumi_masv.errors import ListingRefused, UnexpectedAnswer
from pulumi_masv.models import Query
from pulumi_masv.simulator import Refused, Simulator, Switches
from tests.client.conftest import connect, every
from tests.generated import at_least, count

FEB = datetime(2027, 2, 28, tzinfo=timezone.utc)


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


def test_a_listing_that_never_agrees_with_its_total_is_refused(
    masv: Simulator,
) -> None:
    """It is never given in part."""
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


def between_pages(masv: Simulator, act: Callable[[], object]) -> None:
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
@settings(max_examples=120)
@given(
    number=st.integers(0, 170),
    plan=changes,
    how=st.sampled_from(sorted(QUERIES)),
    keys=st.sampled_from(["all", "bare"]),
)
def test_a_listing_is_what_the_account_held_at_one_moment(
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
    assert [observed.package.id for observed in listed] in moments


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
    listed = {observed.package.id for observed in client.list_packages(every(name="raw"))}
    # A third reading; and, where no record tells its name, a proof that the filter is one.
    assert len(masv.journal) == (4 if keys == "all" else 7)
    assert len(listed & set(made)) == 99


def test_a_package_that_comes_while_pages_are_read_needs_no_second_reading(
    client: Client, masv: Simulator
) -> None:
    day = timedelta(days=1)
    made = [masv.account.add_package(created_at=masv.account.now - day) for _ in range(60)]
    masv.account.advance(timedelta(milliseconds=1))
    between_pages(masv, masv.account.add_package)
    assert {observed.package.id for observed in client.list_packages(every())} == set(made)
    assert len(masv.journal) == 2


def test_a_change_between_pages_leaves_a_list_of_all_states(
    client: Client, masv: Simulator
) -> None:
    day = timedelta(days=1)
    made = [masv.account.add_package(created_at=masv.account.now - day) for _ in range(60)]

    def renamed() -> None:
        masv.account.advance(timedelta(seconds=1))
        masv.account.rename(sorted(made)[-1], "by hand")

    between_pages(masv, renamed)
    assert {observed.package.id for observed in client.list_packages(every())} == set(made)
    assert len(masv.journal) == 2


def test_packages_younger_than_a_second_are_listed_by_a_second_reading(
    client: Client, masv: Simulator
) -> None:
    masv.account.advance(timedelta(milliseconds=500))
    made = [masv.account.add_package() for _ in range(60)]
    assert {observed.package.id for observed in client.list_packages(every())} == set(made)
    assert len(masv.journal) == 4
