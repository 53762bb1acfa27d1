"""What a run reads of a team costs at most twice what it must, and no write is overlooked."""

import threading
from typing import Any

import pytest

from pulumi_masv.errors import CredentialRefused, PackageRefused, RateLimited
from pulumi_masv.reader import Reader
from pulumi_masv.simulator import Simulator
from tests.client.conftest import connect


class Stopwatch:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def stopwatch() -> Stopwatch:
    return Stopwatch()


@pytest.fixture
def listing(masv: Simulator, stopwatch: Stopwatch) -> Reader:
    return Reader(connect(masv), stopwatch, 4)


def added(masv: Simulator, count: int, **what: Any) -> list[str]:
    return [masv.account.add_package(**what) for _ in range(count)]


@pytest.mark.parametrize("listed", [1, 40, 120, 1000])
@pytest.mark.parametrize("read", [1, 2, 3, 7, 40, 100])
def test_packages_read_one_by_one_cost_at_most_twice_the_best(
    listing: Reader, masv: Simulator, read: int, listed: int
) -> None:
    ids = added(masv, listed)[:read]
    for package in ids:
        assert listing.read(package)[0] is not None
    best = min(len(ids), -(-listed // 50))
    assert len(masv.journal) <= 2 * best


def test_one_listing_serves_all_threads(listing: Reader, masv: Simulator) -> None:
    ids = added(masv, 200)
    threads = [
        threading.Thread(target=lambda part: [listing.read(i) for i in part], args=(ids[k::4],))
        for k in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum("/packages/" in entry.path for entry in masv.journal) <= 4 + 3
    assert sum(entry.path.endswith("/packages") for entry in masv.journal) == 4


def test_a_package_that_was_written_to_is_not_served_from_a_listing(
    listing: Reader, masv: Simulator
) -> None:
    ids = added(masv, 10)
    for package in ids[:5]:
        listing.read(package)
    masv.account.rename(ids[9], "new")
    listing.forget(ids[9])
    observed, _ = listing.read(ids[9])
    assert observed is not None
    assert observed.package.name == "new"


def test_a_package_is_served_from_a_listing_once(listing: Reader, masv: Simulator) -> None:
    ids = added(masv, 10)
    for package in ids:
        listing.read(package)
    masv.account.rename(ids[9], "new")
    observed, _ = listing.read(ids[9])
    assert observed is not None
    assert observed.package.name == "new"


def test_a_listing_is_used_for_a_minute(
    listing: Reader, masv: Simulator, stopwatch: Stopwatch
) -> None:
    ids = added(masv, 10)
    for package in ids[:5]:
        listing.read(package)
    masv.account.rename(ids[8], "new")
    stopwatch.now = 61.0
    observed, _ = listing.read(ids[8])
    assert observed is not None
    assert observed.package.name == "new"


@pytest.mark.parametrize(("listed", "read"), [(1000, 1), (1000, 5), (1000, 20), (120, 120)])
def test_packages_read_together_cost_the_least_and_one_page_to_know(
    listing: Reader, masv: Simulator, listed: int, read: int
) -> None:
    ids = set(added(masv, listed)[:read])
    assert set(listing.read_all(ids)[0]) == ids
    assert len(masv.journal) <= min(read + (read > 1), -(-listed // 50))


@pytest.mark.parametrize("served", ["served", "missing"])
@pytest.mark.parametrize(("sent", "received"), [(0, 1), (0, 60), (60, 1), (60, 60), (1, 300)])
def test_what_no_listing_shows_is_read_singly_before_it_is_called_gone(
    listing: Reader, masv: Simulator, sent: int, received: int, served: Any
) -> None:
    masv.switch(inbox_read=served)
    ids = {*added(masv, sent), *added(masv, received, received=True)}
    assert set(listing.read_all({*ids, "01HGONE"})[0]) == ids
    assert any(entry.path.endswith("/packages/01HGONE") for entry in masv.journal)


@pytest.mark.parametrize("status", [400, 404, 500])
def test_a_listing_that_is_refused_leaves_single_reads(
    listing: Reader, masv: Simulator, status: int
) -> None:
    ids = set(added(masv, 5))
    route = f"*/teams/{masv.team_id}/packages"
    masv.faults.set("status", status=status, route=route, times=None)
    found, failed = listing.read_all({*ids, "01HGONE"})
    assert set(found) == ids
    assert set(failed) == {"01HGONE"}
    for package in ids:
        assert listing.read(package)[0] is not None


def test_what_a_refused_listing_did_show_is_used(listing: Reader, masv: Simulator) -> None:
    masv.switch(total="all")
    ids = set(added(masv, 40))
    masv.account.add_package(hidden=True)
    assert set(listing.read_all(ids)[0]) == ids
    assert not any("/packages/" in entry.path for entry in masv.journal)
    [one, two, *_] = ids
    masv.reset_journal()
    assert listing.read(one)[0] is not None
    assert listing.read(two)[0] is not None


@pytest.mark.parametrize("status", [400, 401, 403])
def test_packages_that_are_refused_fail_and_the_others_are_read(
    listing: Reader, masv: Simulator, status: Any
) -> None:
    masv.switch(foreign_read=status)
    ids = set(added(masv, 3))
    hidden = masv.account.add_package(hidden=True)
    found, failed = listing.read_all({*ids, hidden})
    assert set(found) == ids
    assert set(failed) == {hidden}
    assert type(failed[hidden]) is PackageRefused


def test_a_key_that_is_refused_ends_the_reading(listing: Reader, masv: Simulator) -> None:
    ids = set(added(masv, 3))
    masv.faults.set("status", status=403, times=None)
    with pytest.raises(CredentialRefused):
        listing.read_all(ids)


def test_a_closed_inbox_fails_only_what_may_be_in_it(listing: Reader, masv: Simulator) -> None:
    ids = set(added(masv, 3))
    masv.faults.set("status", status=403, route="*/inbox", times=None)
    found, failed = listing.read_all({*ids, "01HGONE"})
    assert set(found) == ids
    assert "its inbox cannot be read (403)" in str(failed["01HGONE"])


@pytest.mark.parametrize("status", [None, 403, 404])
def test_a_key_is_shown_nothing_where_both_first_pages_are_empty(
    listing: Reader, masv: Simulator, stopwatch: Stopwatch, status: int | None
) -> None:
    hidden = masv.account.add_package(hidden=True)
    if status is not None:
        masv.faults.set("status", status=status, route="*/inbox", times=None)
    assert listing.shows_nothing()
    masv.faults.clear()
    masv.account.show(hidden)
    fresh = Reader(connect(masv), stopwatch, 4)
    assert not fresh.shows_nothing()


def test_a_key_that_is_shown_a_received_package_is_shown_something(
    listing: Reader, masv: Simulator
) -> None:
    masv.account.add_package(received=True)
    assert not listing.shows_nothing()


def listed(listing: Reader, ids: list[str]) -> list[Any]:
    found, _ = listing.read_all(set(ids))
    return [found[one] for one in ids]


def test_what_a_listing_leaves_open_of_an_end_the_single_read_tells(
    listing: Reader, masv: Simulator
) -> None:
    masv.switch(listed_keys="sample")
    for observed in listed(listing, added(masv, 2, unlimited_storage=True)):
        masv.reset_journal()
        settled = listing.settle(observed)
        assert settled.package.unlimited_storage is True
        assert settled.token is not None
        assert len(masv.journal) == 1
        assert listing.settle(settled) is settled
        assert len(masv.journal) == 1


def test_a_received_package_stays_received_when_its_end_is_settled(
    listing: Reader, masv: Simulator
) -> None:
    masv.switch(listed_keys="sample", read_tokens="none")
    [observed, *_] = listed(listing, added(masv, 3, received=True))
    settled = listing.settle(observed)
    assert settled.package.unlimited_storage is False
    assert settled.received
    assert settled.token == observed.token


def test_a_single_read_that_says_no_more_is_the_last_one(listing: Reader, masv: Simulator) -> None:
    masv.switch(listed_keys="sample", read_keys="sample")
    several = listed(listing, added(masv, 3))
    masv.reset_journal()
    assert [listing.settle(observed) for observed in several] == several
    assert len(masv.journal) == 1


def test_what_has_ended_or_says_its_end_is_settled(listing: Reader, masv: Simulator) -> None:
    ids = [*added(masv, 1), *added(masv, 1, state="expired")]
    several = listed(listing, ids)
    masv.switch(listed_keys="sample")
    masv.reset_journal()
    assert [listing.settle(observed) for observed in several] == several
    assert masv.journal == []


@pytest.mark.parametrize("status", [400, 403, 404, 500])
def test_an_end_that_may_not_be_read_stays_as_it_was_listed(
    listing: Reader, masv: Simulator, status: int
) -> None:
    masv.switch(listed_keys="sample")
    [observed, _] = listed(listing, added(masv, 2))
    masv.faults.set("status", status=status, route=f"*/{observed.package.id}", times=None)
    assert listing.settle(observed) is observed


def test_a_storm_ends_the_reading_of_single_packages(listing: Reader, masv: Simulator) -> None:
    ids = added(masv, 200)[:3]
    masv.faults.set("rate_limit", times=None, route="*/packages/*")
    with pytest.raises(RateLimited):
        listing.read_all(set(ids))
