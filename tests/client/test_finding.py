"""Before a package counts as gone it is looked for in both listings, in few requests."""

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from pulumi_masv.assumptions import (
    FILTERED,
    ID_TELLS_TIME,
    SERVED_SINGLY,
    Contradictions,
)
from pulumi_masv.client import Client, moment_of
from pulumi_masv.errors import CredentialRefused, ListingRefused, PackageRefused, RequestRefused
from pulumi_masv.models import Query
from pulumi_masv.settings import resolve
from pulumi_masv.simulator import Simulator
from tests.client.conftest import connect

DAY = timedelta(days=1)
GONE = "01KJPWD6M0ZZZZZZZZZZZZZZZZ"


def ago(masv: Simulator, days: int, **what: Any) -> str:
    return masv.account.add_package(created_at=masv.account.now - days * DAY, **what)


def paths(masv: Simulator) -> list[str]:
    prefix = f"/v1.1/teams/{masv.team_id}/"
    return [entry.path.removeprefix(prefix) for entry in masv.journal]


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def wary(masv: Simulator, told: list[str]) -> Client:
    given = {"baseUrl": masv.url, "apiKey": masv.api_key, "teamId": masv.team_id}
    settings = resolve({f"masv:{key}": value for key, value in given.items()}, {})
    contradictions = Contradictions(lambda _, line: told.append(line))
    return Client(settings, sleep=lambda _: None, contradictions=contradictions)


def test_an_id_that_is_a_ulid_tells_when_it_was_made() -> None:
    # The example of ULID's own specification.
    made = datetime(2016, 7, 30, 23, 54, 10, 259_000, tzinfo=timezone.utc)
    assert moment_of("01ARZ3NDEKTSV4RRFFQ69G5FAV") == made
    odd = ("01HP", "0" * 26, "E1XG" + "Z" * 22, "01KJPWD6M0B6JKZMW1XB0EZTZI", "Z" * 26, "É" * 26)
    for other in odd:
        assert moment_of(other) is None


@pytest.mark.parametrize("received", [False, True])
def test_a_package_that_is_served_singly_costs_one_request(
    wary: Client, masv: Simulator, told: list[str], received: bool
) -> None:
    package = ago(masv, 3, received=received)
    assert wary.get_package(package) is not None
    assert paths(masv) == [f"packages/{package}"]
    assert told == []


@pytest.mark.parametrize("state", ["expired", "archived"])
@pytest.mark.parametrize("received", [False, True])
@pytest.mark.parametrize("pages", [1, 3])
def test_a_package_that_only_a_listing_shows_is_found(
    wary: Client, masv: Simulator, told: list[str], state: Any, received: bool, pages: int
) -> None:
    masv.switch(ended_read="missing", inbox_read="missing")
    for day in range(50 * (pages - 1)):
        ago(masv, day + 5, received=received)
    package = ago(masv, 1, state=state, received=received)
    found = wary.get_package(package)
    assert found is not None
    assert (found.package.id, found.received) == (package, received)
    assert wary.contradictions.has_met(SERVED_SINGLY)
    assert len(told) == 1
    assert len(masv.journal) <= 4


@pytest.mark.parametrize("pages", [1, 3])
def test_a_package_that_no_listing_shows_is_gone(
    wary: Client, masv: Simulator, told: list[str], pages: int
) -> None:
    for day in range(50 * (pages - 1)):
        ago(masv, day + 5)
        ago(masv, day + 5, received=True)
    assert wary.get_package(GONE) is None
    first = len(masv.journal)
    assert first == (3 if pages == 1 else 7)
    assert wary.get_package("01KJPWD6M0ZZZZZZZZZZZZZZZY") is None
    assert len(masv.journal) - first == (1 if pages == 1 else 3)
    assert told == []


def test_what_is_kept_for_a_minute_never_shows_a_package(wary: Client, masv: Simulator) -> None:
    masv.switch(ended_read="missing")
    package = ago(masv, 1, state="expired")
    assert wary.get_package(GONE) is None
    masv.account.archive(package)
    found = wary.get_package(package)
    assert found is not None
    assert found.package.state == "archived"


def test_ids_that_do_not_tell_the_time_cost_the_whole_listing(
    wary: Client, masv: Simulator, told: list[str]
) -> None:
    masv.switch(ended_read="missing")
    for n in range(120):
        ago(masv, n + 5, id=f"01AAAAAAAA{n:016}")
    package = ago(masv, 1, state="expired", id="01BBBBBBBB0000000000000001")
    assert wary.get_package(package) is not None
    assert wary.contradictions.has_met(ID_TELLS_TIME)


def test_a_stored_creation_narrows_where_an_id_tells_none(wary: Client, masv: Simulator) -> None:
    masv.switch(ended_read="missing")
    for n in range(120):
        ago(masv, n + 5, id=f"P{n}")
    package = ago(masv, 1, state="expired", id="mine")
    assert wary.get_package(package, created_at=masv.account.now - DAY) is not None
    assert len(masv.journal) == 4  # singly, both first pages, one narrowed


@pytest.mark.parametrize("keys", ["all", "bare"])
@pytest.mark.parametrize("how", ["ignored", "refused"])
def test_a_filter_that_does_not_narrow_hides_no_package(
    wary: Client, masv: Simulator, how: str, keys: Any
) -> None:
    masv.switch(ended_read="missing", listed_keys=keys)
    if how == "ignored":
        masv.switch(ignored_filters="created_at_start,created_at_end")
    for day in range(120):
        ago(masv, day + 5)
    package = ago(masv, 1, state="expired")
    if how == "refused":
        handle = masv._dispatcher.handle

        def answer(request: Any) -> Any:
            if "created_at_start" in request.query:
                masv.faults.set("status", status=400, message="created_at_start: no such date")
            return handle(request)

        masv._dispatcher.handle = answer  # type: ignore[method-assign]
    assert wary.get_package(package) is not None
    assert wary.get_package(GONE) is None


def test_a_filter_that_matches_nothing_is_not_believed(
    wary: Client, masv: Simulator, told: list[str]
) -> None:
    masv.switch(ended_read="missing")
    for day in range(120):
        ago(masv, day + 5)
    package = ago(masv, 1, state="expired")
    handle = masv._dispatcher.handle

    def answer(request: Any) -> Any:
        if "created_at_start" in request.query:
            query = request.query.replace("created_at_end=20", "created_at_end=19")
            query = query.replace("created_at_start=20", "created_at_start=19")
            request = type(request)(
                request.method, request.path, query, request.headers, request.body
            )
        return handle(request)

    masv._dispatcher.handle = answer  # type: ignore[method-assign]
    assert wary.get_package(package) is not None
    assert wary.contradictions.has_met(FILTERED)
    before = len(masv.journal)
    assert wary.get_package(GONE) is None
    assert len(masv.journal) == before + 1  # the whole listing is remembered


def test_a_team_whose_sent_packages_are_not_listed_has_lost_none(
    wary: Client, masv: Simulator
) -> None:
    masv.faults.set("status", status=404, route=f"*/teams/{masv.team_id}/packages", times=None)
    with pytest.raises(RequestRefused, match="answered 404"):
        wary.get_package(GONE)


def test_a_listing_that_is_never_whole_ends_no_package(wary: Client, masv: Simulator) -> None:
    masv.switch(total="all")
    for day in range(60):
        ago(masv, day + 5, hidden=day > 20)
    with pytest.raises(ListingRefused, match="announces 60 packages and shows only 21"):
        wary.get_package("not-a-ulid")


@pytest.mark.parametrize("status", [400, 401, 403])
def test_one_package_that_is_refused_says_nothing_of_the_key(
    wary: Client, masv: Simulator, status: Any
) -> None:
    masv.switch(foreign_read=status)
    hidden = ago(masv, 1, hidden=True)
    with pytest.raises(PackageRefused) as caught:
        wary.get_package(hidden)
    assert (caught.value.status, caught.value.package_id) == (status, hidden)
    assert "check the id, and whether the key's user may see it" in str(caught.value)
    assert "the key came from" not in str(caught.value)
    assert len(masv.journal) == 2
    with pytest.raises(PackageRefused):
        wary.get_package(hidden)
    assert len(masv.journal) == 3  # that the team's route answers is known


def test_a_listing_that_was_read_proves_the_key(wary: Client, masv: Simulator) -> None:
    masv.switch(foreign_read=403)
    wary.list_packages(Query())
    with pytest.raises(PackageRefused):
        wary.get_package(ago(masv, 1, hidden=True))
    assert len(masv.journal) == 2


def test_a_team_that_is_refused_as_well_blames_the_key(masv: Simulator) -> None:
    with pytest.raises(CredentialRefused, match="the key came from"):
        connect(masv, apiKey="wrong").get_package(GONE)


@pytest.mark.parametrize("status", [403, 404])
def test_an_inbox_that_has_closed_hides_no_package_served_singly(
    wary: Client, masv: Simulator, status: int
) -> None:
    package = ago(masv, 1, received=True)
    masv.faults.set("status", status=status, route="*/inbox", times=None)
    assert wary.get_package(package, received_at=masv.account.now - DAY) is not None


@pytest.mark.parametrize("status", [401, 500])
def test_an_inbox_that_fails_otherwise_ends_no_package(masv: Simulator, status: int) -> None:
    client = connect(masv, maxRetries="0")
    masv.faults.set("status", status=status, route="*/inbox", times=None)
    for hint in (None, masv.account.now):
        with pytest.raises(RequestRefused, match=str(status)):
            client.get_package(GONE, received_at=hint)


def test_a_first_page_that_tells_no_time_costs_the_whole_listing(
    wary: Client, masv: Simulator
) -> None:
    masv.switch(listed_keys="bare")
    for n in range(120):
        ago(masv, n + 5, id=f"P{n}")
    assert wary.get_package(GONE) is None
    assert len(masv.journal) == 1 + 2 + 1 + 2 * 3  # singly, first pages, narrowed, all twice
