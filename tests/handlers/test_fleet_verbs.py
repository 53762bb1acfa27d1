"""A fleet is adopted, changed entry by entry, read and moved, in few requests."""

import json
import re
from typing import Any

import pytest

from pulumi_masv.short import entries_of
from pulumi_masv.simulator import Simulator
from tests.handlers.conftest import Engine, Refused
from tests.handlers.programs import DEC, FEB, JAN, added, fleet, fleet_outputs


def test_many_packages_cost_a_listing_a_phase_and_their_writes(
    engine: Engine, masv: Simulator
) -> None:
    ids = added(masv, 120)
    program = fleet({i: {"name": f"Day {n}"} for n, i in enumerate(ids)})
    engine.preview(program)
    assert len(masv.journal) == 3
    masv.reset_journal()
    engine.up(program)
    assert len(masv.writes) == 120
    assert len(masv.journal) == 3 + 3 + 120
    assert sorted(p.name for p in masv.account.packages()) == sorted(f"Day {n}" for n in range(120))


def test_the_outputs_of_a_fleet_are_what_is_live(engine: Engine, masv: Simulator) -> None:
    """With a summary and what was declared."""
    first, second = added(masv, 2, size=5, total_files=2)
    gone = masv.account.add_package(state="expired", expiry=JAN, size=7, total_files=9)
    engine.up(fleet({first: {"name": "x", "archived": True}, second: {}, gone: {}}))
    assert fleet_outputs(engine)["summary"] == {
        "new": 0, "finalized": 2, "expired": 1, "archived": 0, "files": 4, "bytes": 10
    }  # fmt: skip
    assert fleet_outputs(engine)["live"][first] == {
        "name": "x", "expiry": DEC, "pendingArchive": True
    }  # fmt: skip
    sizes = {first: [5, 2], second: [5, 2], gone: [7, 9]}
    assert json.loads(fleet_outputs(engine)["live"]["*"]) == sizes
    assert fleet_outputs(engine)["off"] == [
        "archived",
        "pendingArchive",
        "state",
        "unlimitedStorage",
    ]
    assert fleet_outputs(engine)["declared"] == {first: ["archived", "name"], "*": []}
    assert fleet_outputs(engine)["teamId"] == masv.team_id
    assert engine.state["fleet"]["id"].startswith("fleet-")


def test_an_entry_changes_alone_and_only_what_changed_of_it(
    engine: Engine, masv: Simulator
) -> None:
    first, second = added(masv, 2)
    engine.up(fleet({first: {"name": "a", "expiry": JAN}, second: {"name": "b"}}))
    masv.reset_journal()
    masv.account.rename(second, "by hand")
    masv.account.set_expiry(first, FEB)
    engine.up(fleet({first: {"name": "c", "expiry": JAN}, second: {"name": "b"}}))
    assert [entry.path.split("/")[-1] for entry in masv.writes] == [first]
    live = masv.account.package(first)
    assert (live.name, live.expiry.month) == (
        "c",
        2,
    )  # changed by hand, and no refresh has shown it


def test_drift_of_an_entry_is_reverted_after_a_refresh(engine: Engine, masv: Simulator) -> None:
    first, second = added(masv, 2)
    program = fleet({first: {"name": "a"}, second: {"expiry": DEC}})
    engine.up(program)
    masv.account.rename(first, "by hand")
    masv.account.set_unlimited(second)
    engine.refresh()
    assert engine.state["fleet"]["inputs"]["packages"] == {
        first: {"name": "by hand"}, second: {"unlimitedStorage": True}
    }  # fmt: skip
    assert engine.up(program).changes == {"fleet": "update"}
    assert masv.account.package(first).name == "a"
    assert not masv.account.package(second).unlimited_storage
    assert engine.up(program, refresh=True).changes == {}


def test_long_work_tells_how_far_it_is(engine: Engine, masv: Simulator) -> None:
    ids = added(masv, 4)
    run = engine.process()
    handler, phase = run.handlers["PackageFleet"], run.phase
    inputs = {"packages": {i: {"name": "x"} for i in ids}}
    put = masv.account.rename

    def slowly(package_id: str, *given: Any) -> None:
        engine.stopwatch += 6.0
        put(package_id, *given)

    masv.account.rename = slowly  # type: ignore[method-assign, assignment]
    handler.create(inputs)
    assert re.search(r"\d packages done, \d left, 0 failed, \d+ requests a second", phase.said[-2])
    assert phase.said[-1] == "4 packages, 4 requests, 4 writes, 24.0 s"


def test_an_entry_of_which_the_state_knows_less_is_not_written(
    engine: Engine, masv: Simulator
) -> None:
    first, second = added(masv, 2)
    declared = {first: {"name": "x", "expiry": JAN}, second: {"name": "raw 1"}}
    state = {"live": {i: {"state": "finalized"} for i in declared}, "teamId": masv.team_id}
    engine.state["fleet"] = {
        "type": "PackageFleet", "id": "fleet-1", "inputs": {"packages": declared}, "outputs": state
    }  # fmt: skip
    engine.up(fleet({**declared, second: {"name": "y"}}))
    live = masv.account.package(first)
    assert (live.name, live.expiry.month) == ("raw 0", 12)
    assert masv.account.package(second).name == "y"
    program = fleet({**declared, second: {"name": "y"}})
    assert engine.preview(program, refresh=True).changes == {"fleet": "update"}


@pytest.mark.parametrize("packages", [[], {"01HA": 5}, "x"])
def test_old_inputs_of_any_kind_are_no_crash(
    engine: Engine, masv: Simulator, packages: Any
) -> None:
    [package] = added(masv, 1)
    handlers = engine.process().handlers
    checked = handlers["PackageFleet"].check({"packages": packages}, {"packages": {package: {}}})
    assert checked.failures == []


def test_a_state_without_its_team_drops_no_entry(engine: Engine, masv: Simulator) -> None:
    state = {"live": {"01HGONE": {"state": "finalized"}}}
    engine.state["fleet"] = {
        "type": "PackageFleet", "id": "fleet-1", "inputs": {"packages": {"01HGONE": {}}},
        "outputs": state,
    }  # fmt: skip
    with pytest.raises(Refused, match="MASV has no package 01HGONE in team"):
        engine.refresh()


def test_a_package_moves_into_a_fleet_and_back_without_writes(
    engine: Engine, masv: Simulator
) -> None:
    first, second = added(masv, 2)
    alone = {"day12": {"packageId": first, "name": "raw 0", "forceDestroy": True}}
    engine.up({**alone, **fleet({second: {}}, forceDestroy=True)})
    engine.up(fleet({first: {"name": "raw 0"}, second: {}}, forceDestroy=True))
    assert entries_of(fleet_outputs(engine)["live"]).keys() == {first, second}
    engine.up({**alone, **fleet({second: {}}, forceDestroy=True)})
    assert masv.writes == []
    assert set(engine.state) == {"day12", "fleet"}


def test_received_packages_are_found_in_the_inbox_only_where_something_is_missing(
    engine: Engine, masv: Simulator
) -> None:
    masv.switch(inbox_read="missing")
    sent, received = added(masv, 60), added(masv, 60, received=True)
    engine.up(fleet({i: {} for i in sent}))
    assert not any(entry.path.endswith("/inbox") for entry in masv.journal)
    program = fleet({i: {"name": "x"} for i in (*sent, *received)})
    engine.up(program)
    masv.reset_journal()
    engine.refresh()
    assert len(masv.journal) == 2 + 2
    assert {p.name for p in masv.account.packages()} == {"x"}


def test_a_few_of_many_are_read_singly(engine: Engine, masv: Simulator) -> None:
    ids = added(masv, 400)
    engine.up(fleet({i: {} for i in ids[:3]}))
    masv.reset_journal()
    engine.refresh()
    # One page shows how long the listing is; three reads are fewer than its eight pages.
    assert len(masv.journal) == 1 + 3


def test_a_pending_archive_of_an_entry_is_done_after_a_refresh(
    engine: Engine, masv: Simulator
) -> None:
    """Until then it is reminded of."""
    [package] = added(masv, 1, expiry="2026-04-01T00:00:00Z")
    program = fleet({package: {"archived": True}})
    engine.up(program)
    masv.account.set_now("2026-04-02T00:00:00Z")
    assert engine.up(program).said == [
        f'{package} "raw 0": its expiry has passed: an up with --refresh archives it'
    ]
    engine.up(program, refresh=True)
    assert masv.account.package(package).state == "archived"


@pytest.mark.parametrize("refresh", [False, True])
def test_a_state_that_spells_everything_out_goes_on_without_a_difference(
    engine: Engine, masv: Simulator, refresh: bool
) -> None:
    waits, named, left = added(masv, 3)
    program = fleet({waits: {"archived": True}, named: {"name": "x", "expiry": DEC}, left: {}})
    engine.up(program)
    short = fleet_outputs(engine)
    left_out = {**dict.fromkeys(short["off"], False), "state": "finalized"}
    sizes = {
        i: {"size": size, "totalFiles": files}
        for i, (size, files) in json.loads(short["live"]["*"]).items()
    }
    engine.state["fleet"]["outputs"] = {
        **{name: value for name, value in short.items() if name != "off"},
        "live": {i: {**left_out, **sizes[i], **short["live"][i]} for i in sizes},
        "declared": {waits: ["archived"], named: ["expiry", "name"], left: []},
    }
    phase = engine.up(program, refresh=refresh)
    assert phase.changes == {}
    assert {one.does for one in phase.records} == {"unchanged"}
    if refresh:
        assert {**fleet_outputs(engine), "__provider": None} == {**short, "__provider": None}
    masv.account.rename(named, "by hand")
    assert engine.up(program, refresh=True).changes == {"fleet": "update"}
    masv.account.set_now(DEC)
    engine.up(program, refresh=True)
    assert masv.account.package(waits).state == "archived"
