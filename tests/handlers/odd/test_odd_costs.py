"""An odd MASV costs no more requests than another."""

from pulumi_masv.simulator import Simulator
from tests.handlers.conftest import Engine
from tests.handlers.odd.conftest import LAST, LATE
from tests.handlers.programs import fleet


def test_a_fleet_lists_what_its_own_ids_tell(masv: Simulator) -> None:
    account = masv.account
    days = [
        f"{year}-{month:02}-01T00:00:00Z" for year in range(2007, 2027) for month in range(1, 13)
    ]
    mine = []
    for day in days:
        for _ in range(5):
            created = account.add_package(created_at=day, expiry=LATE)
            if day.startswith("2020-"):
                mine.append(created)
    engine = Engine(masv)
    masv.reset_journal()
    engine.preview(fleet({i: {"expiry": LAST} for i in mine}))
    assert len(masv.journal) <= 4


def test_a_fleet_of_received_packages_costs_no_more_than_it_did(masv: Simulator) -> None:
    account = masv.account
    for k in range(1000):
        account.add_package(
            created_at=f"2025-{k % 12 + 1:02}-{k % 28 + 1:02}T00:{k % 60:02}:{k % 59:02}Z",
            expiry=LATE, received=k % 3 == 0,
        )  # fmt: skip
    mine = [
        account.add_package(
            expiry=LATE, received=True, created_at=f"2025-{k + 1:02}-{k * 7 + 1:02}T01:{k:02}:00Z"
        )
        for k in range(2)
    ]
    engine = Engine(masv)
    engine.up(fleet({i: {"name": "x"} for i in mine}))
    masv.reset_journal()
    engine.refresh()
    assert len(masv.journal) <= 3, [(e.path[-30:], e.query) for e in masv.journal]
