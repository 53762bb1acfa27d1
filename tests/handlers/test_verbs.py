"""The verbs of a package: adopted, read, changed, let go or ended, through handlers and client."""

import traceback
from typing import Any

import pytest
from pulumi.output import Unknown
from pydantic.alias_generators import to_camel

from pulumi_masv.errors import SettingsError
from pulumi_masv.models import OF_SECRETS, SIGNATURE
from pulumi_masv.short import FLAGS
from pulumi_masv.simulator import Simulator
from pulumi_masv.simulator.refusal import Refused as NotThere
from tests.handlers.conftest import Engine, Refused
from tests.handlers.programs import DEC, FEB, JAN, day12, refused
from tests.handlers.wire import wire


def test_adopting_a_package_costs_one_read_a_phase_and_its_writes(
    engine: Engine, masv: Simulator
) -> None:
    package = masv.account.add_package(name="raw", expiry=DEC)
    engine.preview(day12(package, name="Day 12", expiry=JAN))
    assert [entry.method for entry in masv.journal] == ["GET"]
    masv.reset_journal()
    engine.up(day12(package, name="Day 12", expiry=JAN))
    assert [entry.method for entry in masv.journal] == ["GET", "GET", "PUT", "PUT"]


def test_adopting_what_is_so_already_reads_once_a_phase_and_writes_nothing(
    engine: Engine, masv: Simulator
) -> None:
    package = masv.account.add_package(name="Day 12", expiry=JAN)
    engine.up(day12(package, name="Day 12", expiry=JAN))
    assert [entry.method for entry in masv.journal] == ["GET", "GET"]


def test_an_up_without_a_change_asks_nothing(engine: Engine, masv: Simulator) -> None:
    """With a refresh it reads once a phase."""
    program = day12(masv.account.add_package(name="raw"), name="Day 12", archived=True)
    engine.up(program)
    masv.reset_journal()
    assert engine.up(program).changes == {}
    assert masv.journal == []
    assert engine.up(program, refresh=True).changes == {}
    assert [entry.method for entry in masv.journal] == ["GET", "GET"]


def test_flags_and_inputs_taken_out_change_the_state_and_not_masv(
    engine: Engine, masv: Simulator
) -> None:
    package = masv.account.add_package(name="raw", expiry=DEC)
    engine.up(day12(package, name="Day 12", archived=True))
    masv.reset_journal()
    engine.up(day12(package, forceDestroy=True))
    assert masv.writes == []
    outputs = engine.state["day12"]["outputs"]
    assert (outputs["forceDestroy"], outputs["pendingArchive"]) == (True, False)
    assert outputs["declared"] == ["forceDestroy", "packageId"]
    assert masv.account.package(package).name == "Day 12"


@pytest.mark.parametrize("name", sorted(FLAGS))
def test_a_false_flag_that_a_state_spells_stays_and_no_other_comes(
    engine: Engine, masv: Simulator, name: str
) -> None:
    package = masv.account.add_package(name="raw")
    program = day12(package)
    engine.up(program)

    def false() -> set[str]:
        return {n for n, value in engine.state["day12"]["outputs"].items() if value is False}

    assert false() == {"unlimitedStorage"}
    engine.state["day12"]["outputs"][to_camel(name)] = False
    assert engine.up(program, refresh=True).changes == {}
    assert false() == {"unlimitedStorage", to_camel(name)}
    program["day12"]["name"] = "Day 12"
    assert engine.up(program).changes == {"day12": "update"}
    assert false() == {"unlimitedStorage", to_camel(name)}
    with pytest.raises(Refused, match="still has"):
        engine.up({})


def test_a_package_that_is_not_there_is_refused_with_id_and_team(
    engine: Engine, masv: Simulator
) -> None:
    assert refused(engine, day12("01HNOWHERE")) == (
        f"day12.packageId: MASV has no package 01HNOWHERE in team {masv.team_id}: "
        "check the id and the team"
    )


def test_a_package_that_vanishes_between_preview_and_up_is_an_error(
    engine: Engine, masv: Simulator
) -> None:
    package = masv.account.add_package(name="Day 12")
    engine.up(day12(package, name="Day 12"))
    masv.account.remove(package)
    engine.config["masv:apiKey"] = None
    engine.preview(day12(package, name="Day 13"))
    engine.config.clear()
    assert "MASV has no package" in refused(engine, day12(package, name="Day 13"))


def test_only_a_404_of_its_own_team_ends_a_resource(engine: Engine, masv: Simulator) -> None:
    package = masv.account.add_package(name="Day 12")
    engine.up(day12(package))
    masv.account.teams["01OTHER"] = "other-key"
    engine.config = {"masv:teamId": "01OTHER", "masv:apiKey": "other-key"}
    for verb in (engine.refresh, engine.destroy, lambda: engine.up(day12(package, name="x"))):
        with pytest.raises(Refused) as caught:
            verb()
    assert f"MASV has no package {package} in team 01OTHER" in str(caught.value)
    assert "day12" in engine.state
    engine.config = {}
    masv.account.add_package(name="Day 13")
    masv.account.remove(package)
    engine.refresh()
    assert engine.state == {}


def test_what_is_still_declared_is_let_go_without_a_request(
    engine: Engine, masv: Simulator
) -> None:
    package = masv.account.add_package(name="Day 12")
    engine.up(day12(package, forceDestroy=True))
    masv.reset_journal()
    engine.up({"renamed": {"packageId": package, "forceDestroy": True}})
    assert list(engine.state) == ["renamed"]
    assert masv.writes == []


def test_resources_renamed_onto_each_others_packages_destroy_nothing(
    engine: Engine, masv: Simulator
) -> None:
    first, second = (masv.account.add_package() for _ in range(2))
    forced = {"forceDestroy": True}
    engine.up({"a": {"packageId": first, **forced}, "b": {"packageId": second, **forced}})
    engine.up({"c": {"packageId": second, **forced}, "d": {"packageId": first, **forced}})
    assert masv.writes == []


def test_files_that_exist_are_not_ended_unless_forced(engine: Engine, masv: Simulator) -> None:
    package = masv.account.add_package(name="Day 12")
    engine.up(day12(package, archiveOnDestroy=True))
    assert "still has 3 files" in refused(engine, {})
    assert masv.writes == []
    assert "day12" in engine.state


@pytest.mark.parametrize(("state", "writes"), [("expired", 1), ("archived", 0)])
def test_a_tombstone_is_only_archived_if_asked(
    engine: Engine, masv: Simulator, state: Any, writes: int
) -> None:
    package = masv.account.add_package(name="Day 12", state=state)
    engine.up(day12(package, archiveOnDestroy=True))
    engine.up({})
    assert len(masv.writes) == writes
    assert masv.account.package(package).state == "archived"


def test_deleting_what_is_gone_is_done(engine: Engine, masv: Simulator) -> None:
    package, _ = masv.account.add_package(name="Day 12"), masv.account.add_package()
    engine.up(day12(package, forceDestroy=True))
    masv.account.remove(package)
    told = f'{package} "Day 12": MASV no longer shows it, so it is dropped from the state'
    assert engine.up({}).warned == [told]
    assert engine.state == {}
    assert masv.writes == []


def test_what_hangs_on_something_deleted_first_is_not_deleted_before_its_check(
    engine: Engine, masv: Simulator
) -> None:
    package = masv.account.add_package(name="Day 12")
    engine.up(day12(package, forceDestroy=True))
    stored = engine.state["day12"]
    unknown = {"packageId": Unknown(), "forceDestroy": True}
    handler = engine.process().handlers["PackageLifecycle"]
    before = handler.diff(package, stored["outputs"], unknown)
    assert before.replaces == []
    handler.check(stored["inputs"], unknown)
    assert handler.diff(package, stored["outputs"], unknown).replaces == ["packageId"]


def test_a_look_older_than_a_minute_is_not_acted_on(engine: Engine, masv: Simulator) -> None:
    package = masv.account.add_package(name="raw", expiry=JAN)
    handler = engine.process().handlers["PackageLifecycle"]
    inputs = handler.check({}, {"packageId": package, "expiry": FEB}).inputs
    masv.account.set_expiry(package, FEB)
    engine.stopwatch = 61.0
    handler.create(inputs)
    assert masv.writes == []


def test_an_imported_package_is_not_gone_before_its_team_is_known(
    engine: Engine, masv: Simulator
) -> None:
    outputs = {"packageId": "01HP", "name": "Day 12", "state": "finalized"}
    engine.state["day12"] = {
        "type": "PackageLifecycle",
        "id": "01HP",
        "inputs": outputs,
        "outputs": outputs,
    }
    with pytest.raises(Refused, match="MASV has no package 01HP"):
        engine.refresh()
    package = masv.account.add_package(id="01HP", name="Day 12")
    engine.refresh()
    assert engine.state["day12"]["inputs"] == {"packageId": package, "name": "Day 12"}


def test_a_package_that_vanishes_under_its_delete_is_done(engine: Engine, masv: Simulator) -> None:
    package = masv.account.add_package(name="Day 12")
    engine.up(day12(package, forceDestroy=True))

    def vanish(package_id: str) -> None:
        masv.account.remove(package_id)
        raise NotThere("missing", "gone")

    masv.account.delete = vanish  # type: ignore[method-assign]
    engine.destroy()
    assert engine.state == {}


def test_get_reads_what_is_there_and_raises_where_nothing_is(
    engine: Engine, masv: Simulator
) -> None:
    package = masv.account.add_package(name="Day 12")
    handler = engine.process().handlers["PackageLifecycle"]
    result = handler.read(package, {"packageId": package, "__provider": "x"})
    assert result.outs["name"] == "Day 12"
    assert result.inputs == {"packageId": package}
    with pytest.raises(Exception, match="MASV has no package 01HNOWHERE"):
        handler.read("01HNOWHERE", {"packageId": "01HNOWHERE", "__provider": "x"})


def test_a_package_only_read_keeps_what_is_secret_at_a_refresh(
    engine: Engine, masv: Simulator
) -> None:
    package = masv.account.add_package(name="Day 12")
    handler = engine.process().handlers["PackageLifecycle"]
    given = {"packageId": package, "secretInputs": ["archived"]}
    read = handler.read(package, given)
    assert read.inputs == given
    again = handler.read(package, wire(read.outs))
    assert (again.inputs, again.outs) == (read.inputs, read.outs)
    assert again.outs["archived"] == {SIGNATURE: OF_SECRETS, "value": False}


def test_a_read_without_a_key_says_its_line_once(engine: Engine, masv: Simulator) -> None:
    """Pulumi prints what an error came from, too."""
    package = masv.account.add_package()
    engine.up(day12(package))
    engine.config = {"masv:apiKey": None}
    handler = engine.process().handlers["PackageLifecycle"]
    with pytest.raises(SettingsError) as caught:
        handler.read(package, wire(engine.state["day12"]["outputs"]))
    assert "".join(traceback.format_exception(caught.value)).count("SettingsError: ") == 1
