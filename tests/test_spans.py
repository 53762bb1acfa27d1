"""What is read together costs little more than one listing, however its creation was spread."""

from datetime import timedelta
from itertools import accumulate

from hypothesis import given, settings
from hypothesis import strategies as st

from pulumi_masv.reader import Reader
from pulumi_masv.simulator import Simulator
from tests.test_reader import connected

PAGE = 4  # so that few packages make many pages
gaps = st.lists(st.sampled_from([0, 1, 60, 3600, 86400, 90 * 86400]), min_size=1, max_size=150)


@settings(max_examples=40, deadline=None)
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
        found, failed = Reader(connected(masv), lambda: 0.0, 4).read_all(wanted)
        assert (set(found), failed) == (wanted, {})
        assert len(masv.journal) <= min(-(-len(ids) // PAGE) + 4, 2 * len(wanted))
