"""Fleets, through the handlers and the client into the simulator."""

import re
from typing import Any

import pytest
from pulumi.output import Unknown

from pulumi_masv.simulator import Simulator
from tests.handlers.conftest import Engine, Program, Refused

JAN, FEB, DEC = "2027-01-31T00:00:00Z", "2027-02-28T00:00:00Z", "2027-12-01T00:00:00Z"


def fleet(packages: Any, **inputs: Any) -> Program:
    return {"fleet": {"__type": "PackageFleet", "packages": packages, **inputs}}


def refusals(engine: Engine, program: Program) -> tuple[str, ...]:
    with pytest.raises(Refused) as caught:
        engine.up(program)
    return caught.value.lines


def added(masv: Simulator, count: int, **what: Any) -> list[str]:
    given = {"expiry": DEC, **what}
    return [masv.account.add_package(name=f"raw {i}", **given) for i in range(count)]


def outputs(engine: Engine) -> dict[str, Any]:
    found: dict[str, Any] = engine.state["fleet"]["outputs"]
    return found


def test_many_packages_are_adopted_with_a_listing_a_phase_and_their_writes_alone(
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


def test_the_outputs_of_a_fleet_are_what_is_live_their_summary_and_what_was_declared(
    engine: Engine, masv: Simulator
) -> None:
    first, second = added(masv, 2, size=5, total_files=2)
    gone = masv.account.add_package(state="expired", expiry=JAN, size=7, total_files=9)
    engine.up(fleet({first: {"name": "x", "archived": True}, second: {}, gone: {}}))
    assert outputs(engine)["summary"] == {
        "new": 0, "finalized": 2, "expired": 1, "archived": 0, "files": 4, "bytes": 10
    }  # fmt: skip
    assert outputs(engine)["live"][first] == {
        "name": "x", "expiry": DEC, "size": 5, "totalFiles": 2,
        "pendingArchive": True,
    }  # fmt: skip
    assert outputs(engine)["off"] == ["archived", "pendingArchive", "state", "unlimitedStorage"]
    assert outputs(engine)["declared"] == {first: ["archived", "name"], "*": []}
    assert outputs(engine)["teamId"] == masv.team_id
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


def test_drift_of_an_entry_shows_at_a_refresh_and_the_next_up_reverts_it(
    engine: Engine, masv: Simulator
) -> None:
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


def test_an_entry_taken_out_whose_files_exist_is_refused_in_the_preview(
    engine: Engine, masv: Simulator
) -> None:
    first, second = added(masv, 2)
    engine.up(fleet({first: {}, second: {}}))
    [line] = refusals(engine, fleet({first: {}}))
    assert line.startswith(f'fleet: {second} "raw 1" still has 3 files')
    assert "put it back and set force_destroy=True" in line
    assert "retain_removed=True" in line
    [line] = refusals(engine, fleet({first: {}}, forceDestroy=True))  # not stored yet
    assert "still has 3 files" in line
    assert masv.writes == []


def test_an_entry_taken_out_with_the_flag_stored_and_standing_is_destroyed_and_named(
    engine: Engine, masv: Simulator
) -> None:
    first, second = added(masv, 2)
    said = engine.up(fleet({first: {}, second: {}}, forceDestroy=True)).said
    assert said == [
        "fleet: from now on taking an entry out, or removing the fleet, destroys "
        "its files: 2 packages with 6 files (3.0GB, 3000000000 bytes)"
    ]
    program = fleet({first: {}}, forceDestroy=True, archiveOnDestroy=True)
    said = engine.preview(program).said
    assert said[0].startswith(f'{second} "raw 1": LOSS 3 files (1.5GB, 1500000000 bytes) end now')
    assert masv.account.losses == ()
    engine.up(program)
    assert [loss.package_id for loss in masv.account.losses] == [second]
    assert list(outputs(engine)["live"]) == [first]


def test_an_entry_taken_out_is_left_alone_where_that_is_declared(
    engine: Engine, masv: Simulator
) -> None:
    first, second = added(masv, 2)
    engine.up(fleet({first: {}, second: {}}))
    masv.reset_journal()
    engine.up(fleet({first: {}}, retainRemoved=True))
    assert masv.journal == []
    assert list(outputs(engine)["live"]) == [first]
    engine.up({})
    assert masv.journal == []
    assert masv.account.losses == ()


def test_a_tombstone_taken_out_is_let_go(engine: Engine, masv: Simulator) -> None:
    first = masv.account.add_package()
    gone = masv.account.add_package(state="expired")
    engine.up(fleet({first: {}, gone: {}}))
    engine.up(fleet({first: {}}))
    assert masv.writes == []


def test_the_end_of_a_fleet_is_refused_whole_or_destroys_all_by_its_stored_flags(
    engine: Engine, masv: Simulator
) -> None:
    ids = added(masv, 30)
    engine.up(fleet({i: {} for i in ids}))
    with pytest.raises(Refused) as caught:
        engine.destroy()
    [line] = caught.value.lines
    assert line.count("still has 3 files") == 20
    assert line.endswith("and 10 more refusals")
    assert masv.writes == []
    engine.up(fleet({i: {} for i in ids}, forceDestroy=True))
    engine.destroy()
    assert len(masv.account.losses) == 30
    assert engine.state == {}


def test_an_entry_that_is_gone_leaves_the_inputs_and_the_next_preview_refuses_it(
    engine: Engine, masv: Simulator
) -> None:
    first, second = added(masv, 2)
    program = fleet({first: {}, second: {}})
    engine.up(program)
    masv.account.remove(second)
    engine.refresh()
    assert list(engine.state["fleet"]["inputs"]["packages"]) == [first]
    [line] = refusals(engine, program)
    assert line.startswith(f"fleet: MASV has no package {second} in team")
    assert line.endswith("or take it out")
    engine.up(fleet({first: {}}))


def test_lines_of_a_kind_are_twenty_and_the_number_of_the_rest(
    engine: Engine, masv: Simulator
) -> None:
    ids = added(masv, 25)
    said = engine.preview(fleet({i: {"name": "x", "expiry": JAN} for i in ids})).said
    assert sum(": rename to" in line for line in said) == 20
    assert said[0].startswith("fleet: LOSS 25 packages with 75 files")
    assert sum(": LOSS 3 files" in line for line in said) == 20
    assert [line for line in said if ": and 5 more " in line] == [
        "fleet: and 5 more losses: `pulumi-masv report` lists all",
        "fleet: and 5 more changes: `pulumi-masv report` lists all",
    ]
    early = "2026-01-01T00:00:00Z"
    lines = refusals(engine, fleet({i: {"expiry": early} for i in ids}))
    assert len(lines) == 21
    assert lines[-1] == "fleet: and 5 more refusals"


def test_every_refusal_comes_before_the_first_write(engine: Engine, masv: Simulator) -> None:
    first, second = added(masv, 2)
    program = fleet({first: {"name": "x"}, second: {"expiry": "2026-01-01T00:00:00Z"}})
    engine.config = {"masv:maxRetries": "0"}
    masv.faults.set("reset", times=2)  # neither look is answered
    [line] = refusals(engine, program)
    assert "is not in the future" in line
    assert masv.writes == []


def test_one_package_that_fails_stops_no_other_and_the_next_up_does_only_what_is_missing(
    engine: Engine, masv: Simulator
) -> None:
    ids = added(masv, 30)
    program = fleet({i: {"name": f"Day {n}"} for n, i in enumerate(ids)})
    for package in ids[:25]:
        masv.faults.set("status", status=422, route=f"/v1/packages/{package}", times=None)
    [line] = refusals(engine, program)
    assert line.startswith("PartlyDone: 5 of 30 packages are done, 25 failed: ")
    assert line.count("answered 422") == 20
    assert "; and 5 more failures: run again, nothing is done twice" in line
    assert {p.name for p in masv.account.packages() if p.id in ids[25:]} == {
        f"Day {n}" for n in range(25, 30)
    }
    masv.faults.clear()
    masv.reset_journal()
    engine.up(program)
    assert len(masv.writes) == 25


def test_where_the_whole_account_fails_the_rest_is_not_begun(
    engine: Engine, masv: Simulator
) -> None:
    ids = added(masv, 40)
    engine.config = {"masv:maxRetries": "0", "masv:concurrency": "2"}
    masv.faults.set("reset", at=6, method="PUT", times=None)
    [line] = refusals(engine, fleet({i: {"name": "x"} for i in ids}))
    found = re.search(r"(\d+) of 40 packages are done, (\d) failed", line)
    assert found is not None
    assert found[1] == "5"
    assert int(found[2]) in (1, 2)
    assert "not begun, since they would fail alike" in line
    assert len(masv.writes) <= 7


def test_what_masv_keeps_otherwise_is_named_for_each_package_after_all_are_written(
    engine: Engine, masv: Simulator
) -> None:
    ids = added(masv, 3, expiry="2026-03-20T00:00:00Z")
    masv.switch(expiry_cap_days=30)
    [line] = refusals(engine, fleet({ids[0]: {"expiry": FEB}, ids[1]: {"name": "x"}, ids[2]: {}}))
    assert line.startswith("PartlyDone: 2 of 3 packages are done, 1 failed: ")
    assert f"expiry was to be {FEB}, but MASV keeps 2026-04-01T09:00:00Z" in line
    assert masv.account.package(ids[1]).name == "x"


def test_long_work_tells_how_far_it_is_and_at_the_end_what_it_took(
    engine: Engine, masv: Simulator
) -> None:
    ids = added(masv, 4)
    run = engine.process()
    handler, phase = run.handlers["PackageFleet"], run.phase
    inputs = {"packages": {i: {"name": "x"} for i in ids}}
    put = masv.account.rename

    def slowly(package_id: str, *given: Any) -> None:
        engine.stopwatch += 6.0
        put(package_id, *given)

    masv.account.rename = slowly  # type: ignore[method-assign]
    handler.create(inputs)
    assert re.search(r"\d packages done, \d left, 0 failed, \d+ requests a second", phase.said[-2])
    assert phase.said[-1] == "4 packages, 4 requests, 4 writes, 24.0 s"


def test_a_value_that_a_preview_does_not_know_is_named_and_nothing_counts_as_removed(
    engine: Engine, masv: Simulator
) -> None:
    first, second = added(masv, 2)
    engine.up(fleet({first: {}, second: {}}, forceDestroy=True))
    said = engine.preview(
        fleet({first: {"expiry": Unknown(), "name": "x"}, second: Unknown()})
    ).said
    assert f'{first} "raw 0": rename to "x"' in said
    assert sum("may end earlier: its new expiry is not known yet" in line for line in said) == 2
    said = engine.preview(fleet(Unknown(), forceDestroy=True)).said
    may = "3 files (1.5GB, 1500000000 bytes) may end earlier, or be destroyed"
    assert said == [
        "cannot look at a fleet whose packages are not known yet",
        f'{first} "raw 0": {may}: what is declared of it is not known yet',
        f'{second} "raw 1": {may}: what is declared of it is not known yet',
    ]


@pytest.mark.parametrize("flag", ["retainRemoved", "forceDestroy"])
def test_a_flag_that_a_preview_does_not_know_is_a_loss_that_may_be(
    engine: Engine, masv: Simulator, flag: str
) -> None:
    first, second = added(masv, 2)
    engine.up(fleet({first: {}, second: {}}, forceDestroy=True))
    flags = {"forceDestroy": True, flag: Unknown()}
    [line] = engine.preview(fleet({first: {}}, **flags)).warned
    assert line.startswith(f'{second} "raw 1": 3 files')
    assert line.endswith(f"may end now: {flag} is not known yet")


def test_a_flag_of_a_new_fleet_that_is_not_known_is_named(engine: Engine, masv: Simulator) -> None:
    [package] = added(masv, 1)
    [line] = engine.preview(fleet({package: {}}, forceDestroy=Unknown())).said
    assert "may destroy its files: 1 package with 3 files" in line


def test_an_entry_that_moves_to_another_resource_is_let_go_of(
    engine: Engine, masv: Simulator
) -> None:
    first, second = added(masv, 2)
    engine.up(fleet({first: {}, second: {}}, forceDestroy=True))
    masv.reset_journal()
    moved = {**fleet({first: {}}, forceDestroy=True), "day12": {"packageId": second}}
    for program in (moved, dict(reversed(moved.items()))):
        said = engine.preview(program).said
        assert f"{second}: kept, since the program still declares it" in said
        assert not any("LOSS" in line for line in said)
    engine.up(moved)
    assert masv.writes == []


def test_what_a_replaced_fleet_is_to_leave_alone_is_left_alone_though_its_old_flag_says_otherwise(
    engine: Engine, masv: Simulator
) -> None:
    first, second = added(masv, 2)
    engine.up(fleet({first: {}, second: {}}, forceDestroy=True))
    stored = engine.state["fleet"]
    news = {"packages": {first: {}}, "retainRemoved": True}
    handlers = engine.process(fleet({first: {}}, retainRemoved=True)).handlers
    handlers["PackageFleet"].check(stored["inputs"], news)
    handlers["PackageFleet"].delete(stored["id"], stored["outputs"])
    assert masv.writes == []


def test_an_entry_added_to_a_fleet_that_may_destroy_is_named(
    engine: Engine, masv: Simulator
) -> None:
    first, second = added(masv, 2)
    engine.up(fleet({first: {}}, forceDestroy=True))
    [line] = engine.preview(fleet({first: {}, second: {}}, forceDestroy=True)).said
    assert "destroys its files: 1 package with 3 files" in line


def test_two_fleets_that_lose_as_much_are_both_named(engine: Engine, masv: Simulator) -> None:
    first, second = added(masv, 2)
    two = {
        "a": fleet({first: {}}, forceDestroy=True)["fleet"],
        "b": fleet({second: {}}, forceDestroy=True)["fleet"],
    }
    assert len(engine.preview(two).said) == 2


def test_an_unchanged_entry_is_not_written_though_the_state_knows_less_of_it(
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


@pytest.mark.parametrize("status", [403, 404])
def test_an_inbox_that_cannot_be_read_blinds_no_other_check(
    engine: Engine, masv: Simulator, status: int
) -> None:
    ids = added(masv, 4)
    masv.faults.set("status", status=status, route="*/inbox", times=None)
    other = {"day12": {"packageId": ids[3], "expiry": JAN}}
    program = {**fleet({ids[0]: {}, ids[1]: {}, "01HWRONG": {}}), **other}
    if status == 404:
        assert "MASV has no package 01HWRONG" in refusals(engine, program)[0]
        return
    [line] = refusals(engine, {**other, **program})
    assert line.startswith("fleet: 01HWRONG: not among the packages that team")
    assert any("LOSS" in line for line in engine.said)


def test_a_package_that_cannot_be_read_stops_no_other(engine: Engine, masv: Simulator) -> None:
    ids = added(masv, 300)[:3]
    masv.faults.set("status", status=500, route=f"*/packages/{ids[0]}", times=None)
    program = fleet({i: {"name": "x"} for i in ids})
    [line] = refusals(engine, program)
    assert line.startswith("fleet: GET /v1.1/teams/")
    masv.faults.clear()
    masv.faults.set("status", status=500, route=f"*/packages/{ids[0]}", at=3, times=None)
    [line] = refusals(engine, program)
    assert line.startswith("PartlyDone: 2 of 3 packages are done, 1 failed: ")
    assert sum(package.name == "x" for package in masv.account.packages()) == 2


def test_the_error_at_the_end_counts_what_was_due(engine: Engine, masv: Simulator) -> None:
    ids = added(masv, 6)
    engine.up(fleet({i: {} for i in ids}, forceDestroy=True))
    for package in ids[1:4]:
        masv.faults.set("status", status=422, route=f"/v1/packages/{package}", times=None)
    [line] = refusals(engine, fleet({ids[0]: {}}, forceDestroy=True))
    assert line.startswith("PartlyDone: 2 of 5 packages are done, 3 failed: ")


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


def test_every_mistake_in_a_fleet_is_told_at_once_with_its_place(engine: Engine) -> None:
    wrong = {
        "01HA": {"name": " ", "bogus": 1, "unlimitedStorage": True, "expiry": JAN},
        "a/b": {},
        "01HB": {"expiry": "soon"},
        "01HC": 5,
    }
    lines = refusals(engine, fleet(wrong, forceDestroy=True, retainRemoved=True))
    told = "\n".join(lines)
    for place in ("01HA.name", "01HA.bogus", "01HA.unlimitedStorage", "01HB.expiry", "01HC", "a/b"):
        assert f"packages.{place}" in told, told
    assert "fleet.retainRemoved: excludes force_destroy" in told


def test_a_package_moves_from_a_lifecycle_into_a_fleet_and_back_without_a_write(
    engine: Engine, masv: Simulator
) -> None:
    first, second = added(masv, 2)
    alone = {"day12": {"packageId": first, "name": "raw 0", "forceDestroy": True}}
    engine.up({**alone, **fleet({second: {}}, forceDestroy=True)})
    engine.up(fleet({first: {"name": "raw 0"}, second: {}}, forceDestroy=True))
    assert sorted(outputs(engine)["live"]) == sorted([first, second])
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


def test_a_pending_archive_of_an_entry_is_reminded_of_and_done_after_a_refresh(
    engine: Engine, masv: Simulator
) -> None:
    [package] = added(masv, 1, expiry="2026-04-01T00:00:00Z")
    program = fleet({package: {"archived": True}})
    engine.up(program)
    masv.account.set_now("2026-04-02T00:00:00Z")
    assert engine.up(program).said == [
        f'{package} "raw 0": its expiry has passed: an up with --refresh archives it'
    ]
    engine.up(program, refresh=True)
    assert masv.account.package(package).state == "archived"


def test_an_end_that_its_check_could_not_name_is_not_done(engine: Engine, masv: Simulator) -> None:
    first, second = added(masv, 2)
    engine.up(fleet({first: {}, second: {}}, forceDestroy=True))
    masv.faults.set("reset", times=2)
    engine.config = {"masv:maxRetries": "0"}
    [line] = refusals(engine, fleet({first: {}}, forceDestroy=True))
    assert "which no check has shown: run again" in line
    assert masv.account.losses == ()
    engine.up(fleet({first: {}}, forceDestroy=True))
    assert [loss.package_id for loss in masv.account.losses] == [second]


def test_an_entry_that_a_window_contradicts_is_refused(engine: Engine, masv: Simulator) -> None:
    package = masv.account.add_package(state="expired", expiry="2026-02-01T00:00:00Z")
    window = {"expiryStart": "2026-01-01T00:00:00Z", "expiryEnd": "2026-03-01T00:00:00Z"}
    program = {
        "old": {"__type": "ArchiveWindow", **window},
        **fleet({package: {"archived": False}}),
    }
    [line] = refusals(engine, program)
    assert line.startswith(f"fleet: {package} lies in the window")


@pytest.mark.parametrize("refresh", [False, True])
def test_a_state_that_spells_everything_out_goes_on_without_a_difference(
    engine: Engine, masv: Simulator, refresh: bool
) -> None:
    waits, named, left = added(masv, 3)
    program = fleet({waits: {"archived": True}, named: {"name": "x", "expiry": DEC}, left: {}})
    engine.up(program)
    short = outputs(engine)
    left_out = {**dict.fromkeys(short["off"], False), "state": "finalized"}
    engine.state["fleet"]["outputs"] = {
        **{name: value for name, value in short.items() if name != "off"},
        "live": {i: {**left_out, **entry} for i, entry in short["live"].items()},
        "declared": {waits: ["archived"], named: ["expiry", "name"], left: []},
    }
    phase = engine.up(program, refresh=refresh)
    assert phase.changes == {}
    assert {one.does for one in phase.records} == {"unchanged"}
    if refresh:
        assert {**outputs(engine), "__provider": None} == {**short, "__provider": None}
    masv.account.rename(named, "by hand")
    assert engine.up(program, refresh=True).changes == {"fleet": "update"}
    masv.account.set_now(DEC)
    engine.up(program, refresh=True)
    assert masv.account.package(waits).state == "archived"
