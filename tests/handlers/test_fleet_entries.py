"""An entry that leaves a fleet: refused, ended, left alone or moved, and named before."""

import pytest
from pulumi.output import Unknown

from pulumi_masv.short import entries_of
from pulumi_masv.simulator import Simulator
from tests.handlers.conftest import Engine, Refused
from tests.handlers.programs import added, fleet, fleet_outputs, refusals


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


def test_an_entry_taken_out_is_destroyed_if_the_flag_stands(
    engine: Engine, masv: Simulator
) -> None:
    """It is stored and still declared; the preview names what ends."""
    first, second = added(masv, 2)
    said = engine.up(fleet({first: {}, second: {}}, forceDestroy=True)).said
    assert said == [
        "fleet: from now on taking an entry out, or removing the fleet, destroys "
        "its files: 2 packages with 6 files (3.0GB, 3000000000 bytes)"
    ]
    program = fleet({first: {}}, forceDestroy=True, archiveOnDestroy=True)
    said = engine.preview(program).said
    assert said[0].startswith(f'{second} "raw 1": LOSS 3 files (1.5GB, 1500000000 bytes) end now')
    assert not masv.account.losses
    engine.up(program)
    assert [loss.package_id for loss in masv.account.losses] == [second]
    assert list(entries_of(fleet_outputs(engine)["live"])) == [first]


def test_an_entry_taken_out_is_left_alone_where_that_is_declared(
    engine: Engine, masv: Simulator
) -> None:
    first, second = added(masv, 2)
    engine.up(fleet({first: {}, second: {}}))
    masv.reset_journal()
    engine.up(fleet({first: {}}, retainRemoved=True))
    assert masv.journal == []
    assert list(entries_of(fleet_outputs(engine)["live"])) == [first]
    engine.up({})
    assert masv.journal == []
    assert not masv.account.losses


def test_a_tombstone_taken_out_is_let_go(engine: Engine, masv: Simulator) -> None:
    first = masv.account.add_package()
    gone = masv.account.add_package(state="expired")
    engine.up(fleet({first: {}, gone: {}}))
    engine.up(fleet({first: {}}))
    assert masv.writes == []


def test_the_end_of_a_fleet_follows_its_stored_flags(engine: Engine, masv: Simulator) -> None:
    """It is refused whole, or destroys all."""
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


def test_an_entry_that_is_gone_is_refused_after_a_refresh(engine: Engine, masv: Simulator) -> None:
    """The refresh takes it out of the inputs."""
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


def test_an_unknown_fleet_is_named_and_nothing_counts_as_removed(
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
def test_an_unknown_flag_of_a_fleet_may_be_a_loss(
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


def test_a_replaced_fleet_leaves_alone_what_is_declared_so_now(
    engine: Engine, masv: Simulator
) -> None:
    """Whatever its old flag says."""
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
