"""The rows of the tables, through the handlers and the client into the simulator."""

from dataclasses import replace
from typing import Any

import pytest
from pulumi.output import Unknown
from pydantic.alias_generators import to_camel

from pulumi_masv.short import FLAGS
from pulumi_masv.simulator import Simulator
from pulumi_masv.simulator.refusal import Refused as NotThere
from pulumi_masv.simulator.switches import Switches
from tests.handlers.conftest import Engine, Program, Refused

JAN, FEB, DEC = "2027-01-31T00:00:00Z", "2027-02-28T00:00:00Z", "2027-12-01T00:00:00Z"


def one(package: str, **inputs: Any) -> Program:
    return {"day12": {"packageId": package, **inputs}}


def refused(engine: Engine, program: Program, **how: Any) -> str:
    with pytest.raises(Refused) as caught:
        engine.up(program, **how)
    [line] = caught.value.lines
    return line


def test_adopting_a_package_costs_one_read_a_phase_and_its_writes(
    engine: Engine, masv: Simulator
) -> None:
    package = masv.account.add_package(name="raw", expiry=DEC)
    engine.preview(one(package, name="Day 12", expiry=JAN))
    assert [entry.method for entry in masv.journal] == ["GET"]
    masv.reset_journal()
    engine.up(one(package, name="Day 12", expiry=JAN))
    assert [entry.method for entry in masv.journal] == ["GET", "GET", "PUT", "PUT"]


def test_adopting_what_is_so_already_reads_once_a_phase_and_writes_nothing(
    engine: Engine, masv: Simulator
) -> None:
    package = masv.account.add_package(name="Day 12", expiry=JAN)
    engine.up(one(package, name="Day 12", expiry=JAN))
    assert [entry.method for entry in masv.journal] == ["GET", "GET"]


def test_an_up_without_a_change_asks_nothing_and_with_a_refresh_reads_once_a_phase(
    engine: Engine, masv: Simulator
) -> None:
    program = one(masv.account.add_package(name="raw"), name="Day 12", archived=True)
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
    engine.up(one(package, name="Day 12", archived=True))
    masv.reset_journal()
    engine.up(one(package, forceDestroy=True))
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
    program: Program = {"day12": {"packageId": package}}
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
    assert refused(engine, one("01HNOWHERE")) == (
        f"day12.packageId: MASV has no package 01HNOWHERE in team {masv.team_id}: "
        "check the id and the team"
    )


def test_a_package_that_vanishes_between_preview_and_up_is_an_error(
    engine: Engine, masv: Simulator
) -> None:
    package = masv.account.add_package(name="Day 12")
    engine.up(one(package, name="Day 12"))
    masv.account.remove(package)
    engine.config["masv:apiKey"] = None
    engine.preview(one(package, name="Day 13"))
    engine.config.clear()
    assert "MASV has no package" in refused(engine, one(package, name="Day 13"))


def test_a_removed_package_leaves_the_state_only_on_a_404_of_its_own_team(
    engine: Engine, masv: Simulator
) -> None:
    package = masv.account.add_package(name="Day 12")
    engine.up(one(package))
    masv.account.teams["01OTHER"] = "other-key"
    engine.config = {"masv:teamId": "01OTHER", "masv:apiKey": "other-key"}
    for verb in (engine.refresh, engine.destroy, lambda: engine.up(one(package, name="x"))):
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
    engine.up(one(package, forceDestroy=True))
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
    engine.up(one(package, archiveOnDestroy=True))
    assert "still has 3 files" in refused(engine, {})
    assert masv.writes == []
    assert "day12" in engine.state


@pytest.mark.parametrize(("state", "writes"), [("expired", 1), ("archived", 0)])
def test_a_tombstone_is_only_archived_if_asked(
    engine: Engine, masv: Simulator, state: str, writes: int
) -> None:
    package = masv.account.add_package(name="Day 12", state=state)
    engine.up(one(package, archiveOnDestroy=True))
    engine.up({})
    assert len(masv.writes) == writes
    assert masv.account.package(package).state == "archived"


def test_deleting_what_is_gone_is_done(engine: Engine, masv: Simulator) -> None:
    package, _ = masv.account.add_package(name="Day 12"), masv.account.add_package()
    engine.up(one(package, forceDestroy=True))
    masv.account.remove(package)
    told = f'{package} "Day 12": MASV no longer shows it, so it is dropped from the state'
    assert engine.up({}).warned == [told]
    assert engine.state == {}
    assert masv.writes == []


def test_a_pending_archive_is_reminded_of_once_the_stored_expiry_has_passed(
    engine: Engine, masv: Simulator
) -> None:
    past = "2026-04-01T00:00:00Z"
    package = masv.account.add_package(name="Day 12", expiry=past)
    program = one(package, archived=True)
    engine.up(program)
    masv.account.set_now("2026-04-02T00:00:00Z")
    said = engine.up(program).said
    assert said == [f'{package} "Day 12": its expiry has passed: an up with --refresh archives it']
    engine.up(program, refresh=True)
    assert masv.account.package(package).state == "archived"


def test_an_expired_archive_is_not_done_by_a_change_of_something_else_before_a_refresh(
    engine: Engine, masv: Simulator
) -> None:
    package = masv.account.add_package(name="Day 12", expiry=JAN)
    engine.up(one(package, archived=True))
    masv.account.set_now(FEB)
    for name in ("Day 13", "Day 14"):
        engine.up(one(package, archived=True, name=name))
        assert masv.account.package(package).state == "expired"
    engine.up(one(package, archived=True, name="Day 14"), refresh=True)
    assert masv.account.package(package).state == "archived"


def test_what_was_changed_by_hand_stays_until_a_refresh_whatever_else_changes(
    engine: Engine, masv: Simulator
) -> None:
    package = masv.account.add_package(name="Day 12", expiry=JAN)
    engine.up(one(package, name="Day 12", expiry=JAN))
    masv.account.rename(package, "by hand")
    masv.account.set_expiry(package, DEC)
    for flags in ({"archived": True}, {"forceDestroy": True}, {"archived": False}):
        engine.up(one(package, name="Day 12", expiry=JAN, **flags))
    live = masv.account.package(package)
    assert (live.name, live.expiry.year, live.expiry.month) == ("by hand", 2027, 12)
    engine.up(one(package, name="Day 12", expiry=JAN), refresh=True)
    live = masv.account.package(package)
    assert (live.name, live.expiry.month) == ("Day 12", 1)


def test_a_name_that_masv_holds_and_no_program_may_declare_is_drift_like_any_other(
    engine: Engine, masv: Simulator
) -> None:
    package = masv.account.add_package(name="Day 12", expiry=JAN)
    engine.up(one(package, name="Day 12", expiry=JAN))
    masv.account.set_expiry(package, DEC)
    masv.account._change(masv.account.package(package), name=" ")
    engine.refresh()
    assert engine.state["day12"]["inputs"]["name"] == " "
    said = engine.up(one(package, name="Day 12", expiry=FEB)).said
    assert said[0] == f'{package} " ": rename to "Day 12"; expiry {DEC} -> {FEB}'
    assert engine.up(one(package, name="Day 12", expiry=FEB), refresh=True).changes == {}


def test_every_loss_of_an_up_was_named_by_its_preview(engine: Engine, masv: Simulator) -> None:
    package = masv.account.add_package(name="Day 12", expiry=DEC, custom_metadata_id="01META")
    named = engine.preview(one(package, expiry=JAN)).said
    assert named[1] == (
        f'{package} "Day 12": LOSS 3 files (1.5GB, 1500000000 bytes) and a form response end on '
        "2027-01-31 00:00 UTC, 304 days earlier than planned"
    )
    assert engine.up(one(package, expiry=JAN)).said == named


def test_what_an_up_says_is_said_once_though_a_replacement_checks_twice(
    engine: Engine, masv: Simulator
) -> None:
    old = masv.account.add_package(name="Day 12")
    new = masv.account.add_package(name="Day 13", expiry=DEC)
    engine.up(one(old, forceDestroy=True))
    said = engine.preview(one(new, expiry=JAN)).said
    assert len(said) == len(set(said)) == 4
    assert said[2:] == [
        f'{old} "Day 12": delete',
        f'{old} "Day 12": LOSS 3 files (1.5GB, 1500000000 bytes) end now, 10 days earlier than '
        "planned",
    ]


def test_an_expiry_that_a_preview_does_not_know_is_named_as_a_possible_loss(
    engine: Engine, masv: Simulator
) -> None:
    package = masv.account.add_package(name="Day 12")
    said = engine.preview(one(package, expiry=Unknown())).said
    assert said == [
        f'{package} "Day 12": 3 files (1.5GB, 1500000000 bytes) may end earlier: '
        "its new expiry is not known yet"
    ]
    said = engine.preview(one(Unknown())).said  # type: ignore[arg-type]
    assert said == ["cannot look at a package whose package_id is not known yet"]


def blind(engine: Engine, masv: Simulator) -> None:
    """The looks of the preview and of the up fail; what the up reads after them does not."""
    engine.config = {"masv:maxRetries": "0"}
    masv.faults.set("reset", times=2)


@pytest.mark.parametrize(
    ("state", "inputs", "error"),
    [
        ("finalized", {"expiry": "2026-01-01T00:00:00Z"}, "is not in the future"),
        ("finalized", {"unlimitedStorage": False}, "never expires now"),
        ("expired", {"expiry": JAN}, "nothing brings them back"),
    ],
)
def test_what_a_preview_could_not_look_at_is_refused_by_the_up(
    engine: Engine, masv: Simulator, state: Any, inputs: dict[str, Any], error: str
) -> None:
    package = masv.account.add_package(state=state, unlimited_storage="unlimitedStorage" in inputs)
    blind(engine, masv)
    assert error in refused(engine, one(package, **inputs))
    assert masv.writes == []
    masv.faults.clear()
    engine.config = {}
    with pytest.raises(Refused, match=error):
        engine.preview(one(package, **inputs))


def test_a_life_extended_by_hand_between_preview_and_up_is_not_shortened_by_a_new_expiry(
    engine: Engine, masv: Simulator
) -> None:
    package = masv.account.add_package(name="Day 12", expiry=JAN)
    engine.up(one(package))
    assert engine.preview(one(package, expiry=FEB)).said[0].endswith(f"{JAN} -> {FEB}")
    masv.account.set_expiry(package, DEC)
    with pytest.raises(Refused, match="run with --refresh"):
        engine._phase(one(package, expiry=FEB), refresh=False, dry=False)
    assert masv.writes == []


def test_an_update_writes_nothing_that_its_check_did_not_say(
    engine: Engine, masv: Simulator
) -> None:
    package = masv.account.add_package(name="Day 12", expiry=DEC)
    given = {"packageId": package, "name": "Day 12", "expiry": JAN}
    outputs = {"packageId": package, "name": "Day 12", "state": "finalized"}
    engine.state["day12"] = {
        "type": "PackageLifecycle",
        "id": package,
        "inputs": given,
        "outputs": outputs,
    }
    said = engine.up(one(package, name="Day 13", expiry=JAN)).said
    assert said == [f'{package} "Day 12": rename to "Day 13"']
    assert masv.account.losses == ()
    assert masv.account.package(package).expiry.month == 12


def test_ids_that_move_along_a_list_of_forced_resources_destroy_only_what_left_it(
    engine: Engine, masv: Simulator
) -> None:
    ids = [masv.account.add_package(name=f"Day {i}") for i in range(4)]

    def listed(*chosen: str) -> Program:
        forced = {"forceDestroy": True}
        return {f"p{i}": {"packageId": one, **forced} for i, one in enumerate(chosen)}

    engine.up(listed(*ids[:3]))
    engine.up(listed(ids[3], *ids[:3]))
    assert masv.account.losses == ()
    named = engine.preview(listed(*ids[:3])).said
    assert any(ids[3] in line and "LOSS" in line for line in named)
    engine.up(listed(*ids[:3]))
    assert [loss.package_id for loss in masv.account.losses] == [ids[3]]


def test_a_replacement_that_a_preview_cannot_know_names_what_it_may_destroy(
    engine: Engine, masv: Simulator
) -> None:
    package = masv.account.add_package(name="Day 12")
    engine.up(one(package, forceDestroy=True))
    phase = engine.preview(one(Unknown(), forceDestroy=True))  # type: ignore[arg-type]
    assert phase.changes == {"day12": "replace"}
    [line] = phase.warned
    assert line.startswith(f'{package} "Day 12": 3 files')
    assert "may end now: whether the program still declares it is not known yet" in line


def test_a_flag_that_a_preview_does_not_know_is_named_as_what_it_may_mean(
    engine: Engine, masv: Simulator
) -> None:
    package = masv.account.add_package(name="Day 12")
    [line] = engine.preview(one(package, forceDestroy=Unknown())).said
    assert "from now on removing this resource may destroy 3 files" in line
    [line] = engine.up(one(package, forceDestroy=True)).said
    assert "from now on removing this resource destroys 3 files" in line
    assert engine.up(one(package, forceDestroy=True, name="Day 12")).said == []


def test_an_unlimited_package_may_get_an_expiry_that_a_preview_does_not_know(
    engine: Engine, masv: Simulator
) -> None:
    package = masv.account.add_package(unlimited_storage=True)
    engine.preview(one(package, unlimitedStorage=False, expiry=Unknown()))


def test_trouble_with_one_package_hides_no_loss_of_another(engine: Engine, masv: Simulator) -> None:
    first = masv.account.add_package(name="first")
    second = masv.account.add_package(name="second", expiry=DEC)
    masv.faults.set("status", status=500, times=None, route=f"*{first}")
    for _ in range(100):  # so that none is found in a listing
        masv.account.add_package()
    program = {"b": {"packageId": second, "expiry": JAN}, "a": {"packageId": first}}
    with pytest.raises(Refused, match=f"packages/{first} answered 500") as caught:
        engine.preview(program)
    assert len(caught.value.lines) == 1
    assert any(line.startswith(second) and "LOSS" in line for line in engine.said)


def test_files_that_ended_early_are_told_at_the_refresh_that_finds_them_and_only_there(
    engine: Engine, masv: Simulator
) -> None:
    early = masv.account.add_package(name="early", expiry=JAN)
    on_time = masv.account.add_package(name="on time", expiry="2026-03-20T00:00:00Z")
    engine.up({"a": {"packageId": early}, "b": {"packageId": on_time}})
    masv.account.set_now("2027-01-01T00:00:00Z")
    masv.account.delete(early)
    assert engine.refresh().said == [
        f'{early} "early": its files are gone, 30 days before its expiry'
    ]
    assert engine.refresh().said == []


def test_files_that_ended_early_are_told_by_an_update_that_comes_before_the_refresh(
    engine: Engine, masv: Simulator
) -> None:
    package = masv.account.add_package(name="Day 12", expiry=JAN)
    engine.up(one(package))
    masv.account.delete(package)
    said = engine.up(one(package, name="Day 13")).said
    assert any("its files are gone, 334 days before its expiry" in line for line in said)


def test_a_life_shortened_by_hand_is_saved_by_declaring_the_expiry_it_had(
    engine: Engine, masv: Simulator
) -> None:
    package = masv.account.add_package(name="Day 12", expiry=DEC)
    engine.up(one(package))
    masv.account.set_expiry(package, JAN)
    named = engine.preview(one(package, expiry=DEC)).said
    assert engine.up(one(package, expiry=DEC)).said == named
    assert masv.account.package(package).expiry.month == 12


def test_what_hangs_on_something_deleted_first_is_not_deleted_before_its_check(
    engine: Engine, masv: Simulator
) -> None:
    package = masv.account.add_package(name="Day 12")
    engine.up(one(package, forceDestroy=True))
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


def test_a_package_that_expires_during_its_adoption_is_archived_by_a_refresh_and_not_before(
    engine: Engine, masv: Simulator
) -> None:
    package = masv.account.add_package(name="raw", expiry=JAN)
    handler = engine.process().handlers["PackageLifecycle"]
    inputs = handler.check({}, {"packageId": package, "archived": True, "name": "x"}).inputs
    renamed = masv.account.rename

    def rename_and_expire(package_id: str, *given: Any) -> None:
        renamed(package_id, *given)
        masv.account.set_now(FEB)

    masv.account.rename = rename_and_expire  # type: ignore[method-assign]
    outputs = handler.create(inputs).outs
    engine.state["day12"] = {
        "type": "PackageLifecycle",
        "id": package,
        "inputs": inputs,
        "outputs": outputs,
    }
    masv.account.rename = renamed  # type: ignore[method-assign]
    engine.up(one(package, archived=True, name="y"))
    assert masv.account.package(package).state == "expired"
    engine.up(one(package, archived=True, name="y"), refresh=True)
    assert masv.account.package(package).state == "archived"


def test_an_imported_state_is_not_taken_for_gone_before_its_team_is_known(
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
    engine.up(one(package, forceDestroy=True))

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


def test_a_received_package_is_found_once_and_from_then_on_where_it_was_found(
    engine: Engine, masv: Simulator
) -> None:
    masv.account.switches = Switches(inbox_read="missing", token_uses=1)
    for _ in range(120):
        masv.account.add_package(received=True, created_at="2026-01-01T00:00:00Z")
    package = masv.account.add_package(name="raw", received=True, created_at="2026-02-01T00:00:00Z")
    program = one(package, name="Day 12", expiry=DEC)
    engine.preview(program)
    single = f"/v1.1/teams/{masv.team_id}/packages/{package}"
    assert [entry.path == single for entry in masv.journal] == [True, False, False]
    engine.up(program)
    masv.reset_journal()
    assert engine.up(program, refresh=True).changes == {}
    assert len(masv.journal) == 2  # one for each phase
    assert engine.state["day12"]["outputs"]["received"] is True
    masv.reset_journal()
    engine.up(one(package, name="Day 13", expiry=DEC), refresh=True)
    assert single not in [entry.path for entry in masv.journal]
    masv.account.remove(package)
    engine.refresh()
    assert engine.state == {}


def test_a_received_package_that_the_single_read_serves_costs_one_request_as_any_other(
    engine: Engine, masv: Simulator
) -> None:
    program = one(masv.account.add_package(received=True), name="Day 12")
    engine.up(program)
    masv.reset_journal()
    engine.up(program, refresh=True)
    assert len(masv.journal) == 2
    assert "received" not in engine.state["day12"]["outputs"]


# Each switch of the unknown list that a verb can meet.

ANSWERS: dict[str, Switches] = {
    "errors as a list": Switches(errors="errors"),
    "errors as a word": Switches(errors="error"),
    "errors as text": Switches(errors="text"),
    "few keys": Switches(listed_keys="bare", read_keys="bare"),
    "unlimited without expiry": Switches(expiry_while_unlimited="absent"),
    "unlimited with a stale expiry": Switches(expiry_while_unlimited="stale"),
    "expiry of a deleted package is that moment": Switches(expiry_after_delete="moment"),
    "no single read of received packages": Switches(inbox_read="missing"),
    "tokens good for one request": Switches(token_uses=1),
    "a repeated transition is refused": Switches(repeated_transition="refused"),
    "a past expiry ends files": Switches(past_expiry="expires"),
    **{f"a refused transition is {status}": Switches(refused_transition=status)  # type: ignore[arg-type]
       for status in (400, 403, 409, 422)},
}  # fmt: skip


@pytest.mark.parametrize("received", [False, True])
@pytest.mark.parametrize("answers", ANSWERS)
def test_a_whole_life_ends_the_same_whatever_masv_answers(
    engine: Engine, masv: Simulator, answers: str, received: bool
) -> None:
    masv.account.switches = ANSWERS[answers]
    package = masv.account.add_package(name="raw", expiry=DEC, received=received)
    for program in (
        one(package, name="Day 12", expiry=JAN, archived=True),
        one(package, name="Day 12", unlimitedStorage=True),
        one(package, name="Day 13", expiry=FEB, forceDestroy=True, archiveOnDestroy=True),
    ):
        engine.up(program)
        assert engine.up(program, refresh=True).changes == {}
        masv.reset_journal()
        assert engine.up(program).changes == {}
        assert masv.journal == []
    live = masv.account.package(package)
    assert (live.name, live.unlimited_storage, live.state) == ("Day 13", False, "finalized")
    engine.up({})
    assert masv.account.package(package).state == "archived"
    assert [loss.cause for loss in masv.account.losses] == ["delete"]


@pytest.mark.parametrize(
    ("switches", "inputs", "error"),
    [
        (
            Switches(expiry_edits="locked"),
            {"expiry": FEB},
            "answered 403: storage duration is locked for this team",
        ),
        (
            Switches(unlimited_plan="missing"),
            {"unlimitedStorage": True},
            "answered 403: the plan of this team has no unlimited storage",
        ),
        (
            Switches(expiry_cap_days=30),
            {"expiry": FEB},
            "expiry was to be 2027-02-28T00:00:00Z, but MASV keeps 2026-04-01T09:00:00Z: "
            "declare a value that MASV keeps",
        ),
        (
            Switches(expiry_rounding="second"),
            {"expiry": "2027-02-28T00:00:00.175Z"},
            "expiry was to be 2027-02-28T00:00:00.175Z, but MASV keeps 2027-02-28T00:00:00Z",
        ),
    ],
)
def test_what_masv_does_not_do_as_asked_is_one_error_that_says_it(
    engine: Engine, masv: Simulator, switches: Switches, inputs: dict[str, Any], error: str
) -> None:
    package = masv.account.add_package(name="Day 12", expiry="2026-03-20T00:00:00Z")
    masv.account.switches = switches
    assert error in refused(engine, one(package, **inputs))
    assert engine.state == {}


@pytest.mark.parametrize("state", ["expired", "archived"])
def test_a_rename_that_masv_refuses_after_the_end_is_its_error(
    engine: Engine, masv: Simulator, state: str
) -> None:
    package = masv.account.add_package(name="raw", state=state)
    masv.account.switches = Switches(rename_after_end="refused")
    line = refused(engine, one(package, name="Day 12"))
    assert f"PUT /v1/packages/{package} answered 409: a package that is {state} keeps" in line
    masv.account.switches = replace(masv.account.switches, rename_after_end="accepted")
    engine.up(one(package, name="Day 12"))
    assert masv.account.package(package).name == "Day 12"
