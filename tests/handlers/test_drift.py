"""What people and time change between two runs: it stays, is told, or is reverted, as declared."""

from typing import Any

from pulumi_masv.simulator import Simulator
from tests.handlers.conftest import Engine
from tests.handlers.programs import DEC, FEB, JAN, day12, fleet


def test_a_pending_archive_is_reminded_of_once_the_stored_expiry_has_passed(
    engine: Engine, masv: Simulator
) -> None:
    past = "2026-04-01T00:00:00Z"
    package = masv.account.add_package(name="Day 12", expiry=past)
    program = day12(package, archived=True)
    engine.up(program)
    masv.account.set_now("2026-04-02T00:00:00Z")
    said = engine.up(program).said
    assert said == [f'{package} "Day 12": its expiry has passed: an up with --refresh archives it']
    engine.up(program, refresh=True)
    assert masv.account.package(package).state == "archived"


def test_a_change_of_something_else_does_no_pending_archive(
    engine: Engine, masv: Simulator
) -> None:
    """Only what a refresh has shown to be expired is archived."""
    package = masv.account.add_package(name="Day 12", expiry=JAN)
    engine.up(day12(package, archived=True))
    masv.account.set_now(FEB)
    for name in ("Day 13", "Day 14"):
        engine.up(day12(package, archived=True, name=name))
        assert masv.account.package(package).state == "expired"
    engine.up(day12(package, archived=True, name="Day 14"), refresh=True)
    assert masv.account.package(package).state == "archived"


def test_what_was_changed_by_hand_stays_until_a_refresh_whatever_else_changes(
    engine: Engine, masv: Simulator
) -> None:
    package = masv.account.add_package(name="Day 12", expiry=JAN)
    engine.up(day12(package, name="Day 12", expiry=JAN))
    masv.account.rename(package, "by hand")
    masv.account.set_expiry(package, DEC)
    for flags in ({"archived": True}, {"forceDestroy": True}, {"archived": False}):
        engine.up(day12(package, name="Day 12", expiry=JAN, **flags))
    live = masv.account.package(package)
    assert (live.name, live.expiry.year, live.expiry.month) == ("by hand", 2027, 12)
    engine.up(day12(package, name="Day 12", expiry=JAN), refresh=True)
    live = masv.account.package(package)
    assert (live.name, live.expiry.month) == ("Day 12", 1)


def test_a_name_that_no_program_may_declare_is_drift_too(engine: Engine, masv: Simulator) -> None:
    package = masv.account.add_package(name="Day 12", expiry=JAN)
    engine.up(day12(package, name="Day 12", expiry=JAN))
    masv.account.set_expiry(package, DEC)
    masv.account._change(masv.account.package(package), name=" ")
    engine.refresh()
    assert engine.state["day12"]["inputs"]["name"] == " "
    said = engine.up(day12(package, name="Day 12", expiry=FEB)).said
    assert said[0] == f'{package} " ": rename to "Day 12"; expiry {DEC} -> {FEB}'
    assert engine.up(day12(package, name="Day 12", expiry=FEB), refresh=True).changes == {}


def test_files_that_ended_early_are_told_once_by_a_refresh(engine: Engine, masv: Simulator) -> None:
    early = masv.account.add_package(name="early", expiry=JAN)
    on_time = masv.account.add_package(name="on time", expiry="2026-03-20T00:00:00Z")
    engine.up({"a": {"packageId": early}, "b": {"packageId": on_time}})
    masv.account.set_now("2027-01-01T00:00:00Z")
    masv.account.delete(early)
    told = engine.refresh()
    assert told.said == [f'{early} "early": its files are gone, 30 days before its expiry']
    assert told.warned == told.said
    assert engine.refresh().said == []


def test_an_entry_whose_files_ended_early_is_a_warning(engine: Engine, masv: Simulator) -> None:
    early = masv.account.add_package(name="early", expiry=JAN)
    engine.up(fleet({early: {}}))
    masv.account.delete(early)
    assert any("its files are gone" in line for line in engine.refresh().warned)


def test_files_that_ended_early_are_told_by_an_update_too(engine: Engine, masv: Simulator) -> None:
    package = masv.account.add_package(name="Day 12", expiry=JAN)
    engine.up(day12(package))
    masv.account.delete(package)
    warned = engine.up(day12(package, name="Day 13")).warned
    assert any("its files are gone, 334 days before its expiry" in line for line in warned)


def test_a_life_shortened_by_hand_is_saved_by_declaring_it(engine: Engine, masv: Simulator) -> None:
    package = masv.account.add_package(name="Day 12", expiry=DEC)
    engine.up(day12(package))
    masv.account.set_expiry(package, JAN)
    named = engine.preview(day12(package, expiry=DEC)).said
    assert engine.up(day12(package, expiry=DEC)).said == named
    assert masv.account.package(package).expiry.month == 12


def test_what_expires_during_its_adoption_is_archived_after_a_refresh(
    engine: Engine, masv: Simulator
) -> None:
    """And not before."""
    package = masv.account.add_package(name="raw", expiry=JAN)
    handler = engine.process().handlers["PackageLifecycle"]
    inputs = handler.check({}, {"packageId": package, "archived": True, "name": "x"}).inputs
    renamed = masv.account.rename

    def rename_and_expire(package_id: str, *given: Any) -> None:
        renamed(package_id, *given)
        masv.account.set_now(FEB)

    masv.account.rename = rename_and_expire  # type: ignore[method-assign, assignment]
    outputs = handler.create(inputs).outs
    engine.state["day12"] = {
        "type": "PackageLifecycle",
        "id": package,
        "inputs": inputs,
        "outputs": outputs,
    }
    masv.account.rename = renamed  # type: ignore[method-assign]
    engine.up(day12(package, archived=True, name="y"))
    assert masv.account.package(package).state == "expired"
    engine.up(day12(package, archived=True, name="y"), refresh=True)
    assert masv.account.package(package).state == "archived"
