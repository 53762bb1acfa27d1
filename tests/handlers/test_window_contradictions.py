"""A window and what else a program declares may not contradict each other."""

import pytest

from pulumi_masv.simulator import Simulator
from tests.handlers.conftest import Engine
from tests.handlers.programs import AFTER, END, MIDDLE, START, refused, states, tombstones, window

pytestmark = pytest.mark.usefixtures("in_june")


@pytest.mark.parametrize("first", ["the window", "the package"])
def test_a_package_that_a_window_of_the_same_program_contradicts_is_refused(
    engine: Engine, masv: Simulator, first: str
) -> None:
    [package] = tombstones(masv, MIDDLE)
    shown = {"day12": {"packageId": package, "archived": False}}
    program = {**window(), **shown} if first == "the window" else {**shown, **window()}
    line = refused(engine, program)
    assert line.endswith(
        f"archived: {package} lies in the window {START} to {END} (sent), which an ArchiveWindow "
        "of this program declares archived: declare both alike, or move the window"
    )
    assert masv.writes == []


def test_a_declared_expiry_is_known_though_nothing_changes_of_its_package(
    engine: Engine, masv: Simulator
) -> None:
    [package] = tombstones(masv, MIDDLE)
    shown = {"day12": {"packageId": package, "archived": False, "expiry": MIDDLE}}
    engine.up(shown)
    assert "declare both alike" in refused(engine, {**shown, **window()})


def test_a_package_in_the_other_box_or_outside_or_alike_contradicts_nothing(
    engine: Engine, masv: Simulator
) -> None:
    [received] = tombstones(masv, MIDDLE, received=True)
    [outside] = tombstones(masv, AFTER)
    [alike] = tombstones(masv, MIDDLE)
    engine.up(
        {
            **window(),
            "a": {"packageId": received, "archived": False},
            "b": {"packageId": outside, "archived": False},
            "c": {"packageId": alike, "archived": True},
        }
    )
    assert states(masv, [received, outside, alike]) == ["expired", "expired", "archived"]


def test_two_windows_that_contradict_each_other_are_refused(
    engine: Engine, masv: Simulator
) -> None:
    other = {"new": window(expiryStart=END, expiryEnd=AFTER, archived=False)["old"]}
    assert "overlaps the window" in refused(engine, {**window(), **other})
    apart = {"new": {**other["new"], "received": True}}
    engine.up({**window(), **apart})


def test_a_window_does_not_end_where_a_declared_tombstone_cannot_be_read(
    engine: Engine, masv: Simulator
) -> None:
    [package, other] = tombstones(masv, START, MIDDLE)
    kept = {"day12": {"packageId": package, "archived": True}}
    engine.up({**window(unarchiveOnDestroy=True), **kept})
    masv.reset_journal()
    masv.faults.set("status", times=None, status=403, route=f"*/packages/{package}")
    assert f"package {package} cannot be read" in refused(engine, kept)
    assert masv.writes == []
    masv.faults.clear()
    engine.up(kept)
    assert states(masv, [package, other]) == ["archived", "expired"]
