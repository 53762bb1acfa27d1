"""An archive window archives what has expired in it by one request, and counts what it did."""

from typing import Any

import pytest
from pulumi.output import Unknown

from pulumi_masv.simulator import Simulator, Switches
from tests.handlers.conftest import Engine, Refused
from tests.handlers.programs import (
    AFTER,
    BEFORE,
    END,
    MIDDLE,
    START,
    refused,
    states,
    tombstones,
    window,
)

pytestmark = pytest.mark.usefixtures("in_june")

MS_BEFORE, MS_AFTER = "2026-02-14T23:59:59.999Z", "2026-04-15T00:00:00.001Z"


WITHIN = ["expired", "archived", "archived", "archived", "expired"]


@pytest.mark.parametrize("received", [False, True])
def test_all_that_has_expired_is_archived_by_one_request(
    engine: Engine, masv: Simulator, received: bool
) -> None:
    """Both ends of the window belong to it."""
    other = tombstones(masv, MIDDLE, received=not received)
    live = masv.account.add_package(expiry="2027-01-01T00:00:00Z", received=received)
    packages = tombstones(masv, BEFORE, START, MIDDLE, END, AFTER, received=received)
    program = window(received=received)
    box = "received" if received else "sent"
    said = [f"window {START} to {END} ({box}): archive 3 packages"]
    assert engine.preview(program).said == said
    assert masv.writes == []
    assert engine.up(program).said == said
    assert len(masv.writes) == 1
    assert states(masv, packages) == WITHIN
    assert states(masv, [*other, live]) == ["expired", "finalized"]
    outputs = engine.state["old"]["outputs"]
    assert (outputs["archivedCount"], outputs["expiredCount"]) == (3, 0)
    assert outputs["teamId"] == masv.team_id


def test_a_window_that_is_not_archived_is_unarchived(engine: Engine, masv: Simulator) -> None:
    packages = tombstones(masv, START, MIDDLE)
    engine.up(window())
    said = engine.up(window(archived=False)).said
    assert said == [f"window {START} to {END} (sent): unarchive 2 packages"]
    assert states(masv, packages) == ["expired", "expired"]


def test_a_window_with_nothing_to_do_sends_no_write(engine: Engine, masv: Simulator) -> None:
    tombstones(masv, BEFORE, AFTER)
    assert engine.up(window()).said == [f"window {START} to {END} (sent): nothing to archive"]
    assert masv.writes == []


def test_only_a_refresh_of_an_unchanged_window_costs_requests(
    engine: Engine, masv: Simulator
) -> None:
    """Two in each phase."""
    tombstones(masv, *[MIDDLE] * 60)
    engine.up(window())
    masv.reset_journal()
    assert engine.up(window()).changes == {}
    assert masv.journal == []
    assert engine.up(window(), refresh=True).changes == {}
    assert [entry.method for entry in masv.journal] == ["GET"] * 4


def test_a_window_of_many_packages_is_counted_and_not_listed(
    engine: Engine, masv: Simulator
) -> None:
    tombstones(masv, *[MIDDLE] * 170)
    said = engine.preview(window()).said
    assert said == [f"window {START} to {END} (sent): archive 170 packages"]
    assert len(masv.journal) == 3


@pytest.mark.parametrize("at", [MS_BEFORE, MS_AFTER])
def test_what_lies_a_moment_outside_is_not_counted(
    engine: Engine, masv: Simulator, at: str
) -> None:
    """However much it is."""
    tombstones(masv, *[at] * 130, MIDDLE)
    assert engine.up(window()).said == [f"window {START} to {END} (sent): archive 1 package"]
    assert engine.up(window(), refresh=True).changes == {}


@pytest.mark.parametrize("delay", [1, 5])
def test_an_archive_that_comes_a_little_later_is_waited_for(
    engine: Engine, masv: Simulator, delay: int
) -> None:
    masv.switch(bulk_delay=delay)
    tombstones(masv, MIDDLE)
    phase = engine.up(window())
    assert phase.pauses == [0.5, 1.0][: (delay - 1) // 2]
    assert engine.state["old"]["outputs"]["archivedCount"] == 1


def test_an_archive_that_does_not_come_says_what_is_left(engine: Engine, masv: Simulator) -> None:
    masv.switch(bulk_delay=10**6)
    packages = tombstones(masv, MIDDLE, MIDDLE)
    assert refused(engine, window()) == (
        f"NotAsDeclared: window {START} to {END} (sent): 2 still not archived 66 s after MASV "
        "accepted it: run again; if the same number stays, they expired at the very start or end "
        "of the window: move that outward by a second"
    )
    assert engine.state == {}
    masv.switch(bulk_delay=0)
    engine.up(window())
    assert states(masv, packages) == ["archived"] * 2


@pytest.mark.parametrize("listing", ["alike", "inclusive"])
@pytest.mark.parametrize("end", ["window_start", "window_end"])
def test_where_an_end_is_exclusive_an_error_says_what_is_left(
    engine: Engine, masv: Simulator, end: str, listing: str
) -> None:
    masv.switch(**{end: "exclusive", "listing_windows": listing})
    packages = tombstones(masv, START, MIDDLE, END)
    assert ": 1 still not archived " in refused(engine, window())
    engine.up(window(expiryStart="2026-02-14T00:00:00Z", expiryEnd="2026-04-16T00:00:00Z"))
    assert states(masv, packages) == ["archived"] * 3


@pytest.mark.parametrize("body", ["null", "object", "count", "text", "empty"])
@pytest.mark.parametrize("keys", ["all", "bare"])
def test_whatever_a_bulk_answer_holds_the_effect_is_read_from_the_listing(
    engine: Engine, masv: Simulator, body: Any, keys: Any
) -> None:
    masv.account.switches = Switches(bulk_body=body, listed_keys=keys, read_keys=keys)
    tombstones(masv, MIDDLE)
    engine.up(window())
    assert engine.up(window(), refresh=True).changes == {}
    assert len(masv.writes) == 1


@pytest.mark.parametrize("archived", [True, False])
def test_what_is_not_as_declared_is_drift_until_reverted(
    engine: Engine, masv: Simulator, archived: bool
) -> None:
    packages = tombstones(masv, START, MIDDLE, END)
    program = window(archived=archived)
    engine.up(program)
    by_hand = masv.account.unarchive if archived else masv.account.archive
    by_hand(packages[1])
    for _ in range(2):
        engine.refresh()
        assert engine.state["old"]["inputs"]["archived"] is not archived
    assert engine.up(program).changes == {"old": "update"}
    assert states(masv, packages) == ["archived" if archived else "expired"] * 3
    assert engine.up(program, refresh=True).changes == {}


def test_an_empty_window_is_no_drift_whatever_is_declared(engine: Engine, masv: Simulator) -> None:
    for archived in (True, False):
        engine.up(window(archived=archived))
        assert engine.up(window(archived=archived), refresh=True).changes == {}
    assert masv.writes == []


def test_what_expires_into_the_window_is_archived_after_a_refresh(
    engine: Engine, masv: Simulator
) -> None:
    package = masv.account.add_package(expiry="2026-07-01T00:00:00Z")
    program = window(expiryEnd="2026-12-31T00:00:00Z")
    engine.up(program)
    masv.account.set_now("2026-07-02T00:00:00Z")
    engine.up(program)
    assert states(masv, [package]) == ["expired"]
    engine.up(program, refresh=True)
    assert states(masv, [package]) == ["archived"]


def test_what_happens_at_the_end_is_changed_without_a_request(
    engine: Engine, masv: Simulator
) -> None:
    [package] = tombstones(masv, MIDDLE)
    engine.up(window())
    masv.account.unarchive(package)
    masv.reset_journal()
    assert engine.up(window(unarchiveOnDestroy=True)).said == []
    assert masv.journal == []
    assert engine.state["old"]["outputs"]["unarchiveOnDestroy"] is True


def test_the_end_of_a_window_leaves_everything_as_it_is_unless_asked(
    engine: Engine, masv: Simulator
) -> None:
    packages = tombstones(masv, START, MIDDLE)
    engine.up(window())
    masv.reset_journal()
    engine.up({})
    assert masv.journal == []
    engine.up(window(unarchiveOnDestroy=True))
    engine.up({})
    assert states(masv, packages) == ["expired", "expired"]
    engine.up(window(unarchiveOnDestroy=True))
    engine.destroy()
    assert states(masv, packages) == ["expired", "expired"]


def test_a_renamed_window_shows_only_again_what_it_no_longer_holds(
    engine: Engine, masv: Simulator
) -> None:
    packages = tombstones(masv, START, MIDDLE, END)
    program = window(unarchiveOnDestroy=True)
    engine.up(program)
    engine.up({"renamed": {**program["old"], "expiryEnd": MIDDLE}})
    assert states(masv, packages) == ["archived", "archived", "expired"]
    assert list(engine.state) == ["renamed"]


def test_the_end_of_a_window_leaves_what_the_program_still_declares_archived(
    engine: Engine, masv: Simulator
) -> None:
    packages = tombstones(masv, BEFORE, START, MIDDLE, END, AFTER)
    whole = window(expiryStart=BEFORE, expiryEnd=AFTER, unarchiveOnDestroy=True)["old"]
    kept = {"day12": {"packageId": packages[1], "archived": True}}
    later = {"later": window(expiryStart=END, expiryEnd=AFTER)["old"]}
    engine.up({"old": whole, **kept, **later})
    engine.up({**kept, **later})
    assert states(masv, packages) == ["expired", "archived", "expired", "archived", "archived"]


def test_a_window_declared_as_a_refresh_showed_it_turns_the_rest(
    engine: Engine, masv: Simulator
) -> None:
    for archived in (True, False):
        packages = tombstones(masv, MIDDLE, MIDDLE)
        engine.state.clear()
        engine.up(window(archived=archived))
        (masv.account.unarchive if archived else masv.account.archive)(packages[0])
        engine.refresh()
        said = engine.up(window(archived=not archived)).said
        assert said == [
            f"window {START} to {END} (sent): {'unarchive' if archived else 'archive'} "
            f"{len(masv.account.packages()) - 1} package{'s' * (len(masv.account.packages()) > 2)}"
        ]
        assert set(states(masv, packages)) == {"expired" if archived else "archived"}
        assert engine.up(window(archived=not archived), refresh=True).changes == {}


@pytest.mark.parametrize(
    ("start", "end"), [("0001-01-01T00:00:00Z", END), (START, "9999-12-31T23:59:59.999Z")]
)
def test_a_window_may_reach_to_the_ends_of_the_calendar(
    engine: Engine, masv: Simulator, start: str, end: str
) -> None:
    packages = tombstones(masv, MIDDLE)
    engine.up(window(expiryStart=start, expiryEnd=end))
    assert states(masv, packages) == ["archived"]


def test_every_mistake_in_a_window_is_told_at_once(engine: Engine, masv: Simulator) -> None:
    wrong = window(expiryStart="2026-02-15", expiryEnd=5, received="x", archived=1, bogus=True)
    with pytest.raises(Refused) as caught:
        engine.preview(wrong)
    named = {line.split(":")[0] for line in caught.value.lines}
    assert named == {
        f"old.{n}" for n in ("expiryStart", "expiryEnd", "received", "archived", "bogus")
    }
    with pytest.raises(Refused) as caught:
        engine.preview(window(expiryStart=END, expiryEnd=START))
    assert caught.value.lines == (
        f"old.expiryEnd: {START} lies before the start, {END}: swap the two",
    )
    assert masv.journal == []


def test_a_window_that_a_preview_does_not_know_says_so(engine: Engine) -> None:
    said = engine.preview(window(expiryEnd=Unknown())).said
    assert said == ["cannot look at an archive window that is not known yet"]
