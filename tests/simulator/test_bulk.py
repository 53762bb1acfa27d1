"""A bulk archive turns what has expired between two instants, and nothing else."""

from typing import Any

import pytest

from tests.simulator.conftest import Asker

BEFORE, FIRST, MIDDLE, LAST, AFTER = (f"2026-06-0{day}T00:00:00Z" for day in range(1, 6))


@pytest.fixture
def dated(ask: Asker) -> Any:
    """Expired packages, one for each day, and the same received."""
    account = ask.masv.account
    ask.sent, ask.received = (
        {
            day: account.add_package(state="expired", expiry=day, received=received)
            for day in (BEFORE, FIRST, MIDDLE, LAST, AFTER)
        }
        for received in (False, True)
    )
    return ask


def states(ask: Asker, ids: Any) -> Any:
    return [ask.masv.account.package(each).state for each in ids.values()]


WITHIN = ["expired", "archived", "archived", "archived", "expired"]


def test_a_window_archives_the_expired_packages_sent_with_both_its_ends(dated: Any) -> None:
    answer = dated.window(FIRST, LAST)
    assert answer.status_code == 200
    assert states(dated, dated.sent) == WITHIN
    assert states(dated, dated.received) == ["expired"] * 5


def test_an_inbox_window_archives_those_received(dated: Any) -> None:
    assert dated.window(FIRST, LAST, "/inbox/archive").status_code == 200
    assert states(dated, dated.received) == WITHIN
    assert states(dated, dated.sent) == ["expired"] * 5


@pytest.mark.parametrize("inbox", ["", "/inbox"])
def test_unarchive_takes_back_what_archive_did(dated: Any, inbox: str) -> None:
    dated.window(BEFORE, AFTER, f"{inbox}/archive")
    assert dated.window(FIRST, LAST, f"{inbox}/unarchive").status_code == 200
    ids = dated.received if inbox else dated.sent
    assert states(dated, ids) == ["archived", "expired", "expired", "expired", "archived"]


def test_a_window_leaves_packages_with_files_alone(ask: Asker) -> None:
    package_id = ask.masv.account.add_package(expiry="2027-06-01T00:00:00Z")
    ask.window("2027-05-01T00:00:00Z", "2027-07-01T00:00:00Z")
    assert ask.masv.account.package(package_id).state == "finalized"


def test_a_window_leaves_other_teams_alone(ask: Asker) -> None:
    ask.masv.account.teams["01TEAM00000000000000000002"] = "other-key"
    other = ask.masv.account.add_package(
        team_id="01TEAM00000000000000000002", state="expired", expiry=MIDDLE
    )
    ask.window(FIRST, LAST)
    assert ask.masv.account.package(other).state == "expired"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"expiry_start": FIRST},
        {"expiry_end": LAST},
        {"expiry_start": FIRST, "expiry_end": "later"},
        {"expiry_start": LAST, "expiry_end": FIRST},
    ],
)
def test_a_window_needs_both_ends_in_order(dated: Any, body: Any) -> None:
    assert dated.team("PUT", "/archive", json=body).status_code == 400
    assert states(dated, dated.sent) == ["expired"] * 5


@pytest.mark.parametrize(
    ("switch", "body"),
    [
        ("null", b"null"),
        ("object", b"{}"),
        ("count", b'{"count": 3}'),
        ("text", b"3 packages"),
        ("empty", b""),
    ],
)
def test_the_body_of_a_bulk_answer_is_a_switch(dated: Any, switch: str, body: bytes) -> None:
    dated.masv.switch(bulk_body=switch)
    answer = dated.window(FIRST, LAST)
    assert (answer.status_code, answer.content) == (200, body)


def test_a_bulk_change_can_come_some_requests_later(dated: Any) -> None:
    dated.masv.switch(bulk_delay=2)
    dated.window(FIRST, LAST)
    counts = [len(dated.ids("status=archived")) for _ in range(3)]
    assert counts == [0, 3, 3]


def test_a_delayed_change_does_not_stumble_over_a_package_that_is_gone(dated: Any) -> None:
    dated.masv.switch(bulk_delay=1)
    dated.window(FIRST, LAST)
    dated.masv.account.remove(dated.sent[MIDDLE])
    assert len(dated.ids("status=archived")) == 2


@pytest.mark.parametrize(
    ("switches", "archived"),
    [
        ({"window_start": "exclusive"}, [MIDDLE, LAST]),
        ({"window_end": "exclusive"}, [FIRST, MIDDLE]),
        ({"window_start": "exclusive", "window_end": "exclusive"}, [MIDDLE]),
    ],
)
def test_either_end_of_a_window_can_be_exclusive(dated: Any, switches: Any, archived: Any) -> None:
    dated.masv.switch(**switches)
    dated.window(FIRST, LAST)
    account = dated.masv.account
    done = [day for day, each in dated.sent.items() if account.package(each).state == "archived"]
    assert done == archived


def test_listings_have_the_same_ends_or_keep_both(dated: Any) -> None:
    query = f"expiry_start={FIRST}&expiry_end={LAST}"
    dated.masv.switch(window_start="exclusive", window_end="exclusive")
    assert len(dated.ids(query)) == 1
    dated.masv.switch(listing_windows="inclusive")
    assert len(dated.ids(query)) == 3
