"""What is read together costs little more than one listing, however its creation was spread."""

from datetime import timedelta
from itertools import accumulate
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulumi_masv.reader import Reader
from pulumi_masv.simulator import Simulator
from tests.client.conftest import connect
from tests.generated import at_least, count

PAGE = 4  # so that few packages make many pages
gaps = st.lists(st.sampled_from([0, 1, 60, 3600, 86400, 90 * 86400]), min_size=1, max_size=150)


@at_least(10, "several pages", "read together")
@settings(max_examples=40)
@given(gaps=gaps, every=st.integers(1, 7))
def test_reading_together_costs_at_most_a_listing_and_four(gaps: list[int], every: int) -> None:
    masv = Simulator(packages=0)
    masv.switch(page_size=PAGE)
    with masv.in_process():
        start = masv.account.now - timedelta(days=365 * 50)
        ids = [
            masv.account.add_package(created_at=start + timedelta(seconds=after))
            for after in accumulate(gaps)
        ]
        wanted = set(ids[::every])
        count("several pages", len(ids) > PAGE)
        count("read together", len(wanted) > 1)
        found, failed = Reader(connect(masv), lambda: 0.0, 4).read_all(wanted)
        assert (set(found), failed) == (wanted, {})
        assert len(masv.journal) <= min(-(-len(ids) // PAGE) + 4, 2 * len(wanted))


@pytest.fixture
def listing(masv: Simulator) -> Reader:
    return Reader(connect(masv), lambda: 0.0, 4)


def spread(masv: Simulator, count: int, apart: timedelta, **what: Any) -> list[str]:
    """So many packages, each so much older than the one before it."""
    start = masv.account.now - timedelta(days=1)
    return [masv.account.add_package(created_at=start - n * apart, **what) for n in range(count)]


def spans(masv: Simulator) -> int:
    return sum(entry.path.endswith(("/packages", "/inbox")) for entry in masv.journal)


def test_packages_of_a_large_team_are_listed_by_when_they_were_created(
    listing: Reader, masv: Simulator
) -> None:
    everything = spread(masv, 2000, timedelta(hours=1))
    ids = set(everything[400:480])
    found, failed = listing.read_all(ids)
    assert (set(found), failed) == (ids, {})
    assert len(masv.journal) == 2


def test_a_gap_between_packages_is_not_listed(listing: Reader, masv: Simulator) -> None:
    everything = spread(masv, 2000, timedelta(hours=1))
    ids = {*everything[:60], *everything[1000:1060], everything[1990]}
    found, failed = listing.read_all(ids)
    assert (set(found), failed) == (ids, {})
    assert len(masv.journal) == 1 + 2 + 2 + 1


def test_packages_far_apart_are_read_singly(listing: Reader, masv: Simulator) -> None:
    everything = spread(masv, 2000, timedelta(hours=1))
    ids = set(everything[::200])
    assert set(listing.read_all(ids)[0]) == ids
    assert spans(masv) == 1
    assert len(masv.journal) == 1 + 10


def test_a_stored_creation_narrows_where_ids_tell_none(listing: Reader, masv: Simulator) -> None:
    spread(masv, 1000, timedelta(hours=1))
    now = masv.account.now
    made = {f"P{n}": now - timedelta(hours=n) for n in range(40)}
    for package, moment in made.items():
        masv.account.add_package(id=package, created_at=moment)
    assert set(listing.read_all(set(made), made)[0]) == set(made)
    assert len(masv.journal) <= 2


@pytest.mark.parametrize("served", ["served", "missing"])
def test_sent_and_received_packages_are_found_by_spans(
    listing: Reader, masv: Simulator, served: Any
) -> None:
    masv.switch(inbox_read=served, ended_read=served)
    sent = spread(masv, 1000, timedelta(hours=1))
    received = spread(masv, 1000, timedelta(hours=1), received=True)
    ids = {*sent[100:160], *received[100:160], received[700], sent[900]}
    found, failed = listing.read_all(ids)
    assert (set(found), failed) == (ids, {})
    assert len(masv.journal) <= 25


@pytest.mark.parametrize("ignored", ["created_at_start,created_at_end", "created_at_end"])
def test_a_span_that_masv_ignores_loses_no_package(
    listing: Reader, masv: Simulator, ignored: str
) -> None:
    masv.switch(ignored_filters=ignored)
    everything = spread(masv, 300, timedelta(hours=1))
    ids = {*everything[100:140], everything[299]}
    assert set(listing.read_all(ids)[0]) == ids


def test_many_ids_that_tell_no_time_cost_one_listing(listing: Reader, masv: Simulator) -> None:
    spread(masv, 100, timedelta(hours=1))
    ids = {masv.account.add_package(id=f"P{n}") for n in range(20)}
    assert set(listing.read_all(ids)[0]) == ids
    assert len(masv.journal) == 3
