"""What a run reads of a team costs at most twice what it must, and no write is overlooked."""

import threading
from typing import Any

import pytest

from pulumi_masv.client import Client
from pulumi_masv.reader import Reader
from pulumi_masv.settings import resolve
from pulumi_masv.simulator import Simulator


class Stopwatch:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def stopwatch() -> Stopwatch:
    return Stopwatch()


@pytest.fixture
def listing(masv: Simulator, stopwatch: Stopwatch) -> Reader:
    given = {"baseUrl": masv.url, "apiKey": masv.api_key, "teamId": masv.team_id}
    client = Client(resolve({f"masv:{key}": value for key, value in given.items()}, {}))
    return Reader(client, stopwatch, 4)


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
    seen, _ = listing.read(ids[9])
    assert seen is not None
    assert seen.package.name == "new"


def test_a_package_is_served_from_a_listing_once(listing: Reader, masv: Simulator) -> None:
    ids = added(masv, 10)
    for package in ids:
        listing.read(package)
    masv.account.rename(ids[9], "new")
    seen, _ = listing.read(ids[9])
    assert seen is not None
    assert seen.package.name == "new"


def test_a_listing_is_used_for_a_minute(
    listing: Reader, masv: Simulator, stopwatch: Stopwatch
) -> None:
    ids = added(masv, 10)
    for package in ids[:5]:
        listing.read(package)
    masv.account.rename(ids[8], "new")
    stopwatch.now = 61.0
    seen, _ = listing.read(ids[8])
    assert seen is not None
    assert seen.package.name == "new"


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
