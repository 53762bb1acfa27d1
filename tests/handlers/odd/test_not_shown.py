"""What MASV no longer shows is gone only where that is sure; a state keeps the rest."""

from typing import Any

import pytest

from pulumi_masv.errors import MasvError
from pulumi_masv.short import entries_of
from pulumi_masv.simulator import Simulator
from pulumi_masv.simulator.instants import parse_instant
from tests.handlers.conftest import Engine, Program, Refused
from tests.handlers.odd.conftest import LATE, listed_as, singly_as
from tests.handlers.programs import each_way, fleet, one, outputs, stored_names


@pytest.mark.parametrize("way", [0, 1])
def test_what_is_listed_is_kept_whatever_the_single_read_says(
    engine: Engine, masv: Simulator, way: int
) -> None:
    masv.switch(ended_read="missing", inbox_read="missing")
    masv.account.add_package(id="01HR", received=True, name="01HR", expiry=LATE)
    engine.up(each_way("01HA", "01HB", "01HR", archived=True)[way])
    masv.account.delete("01HA")
    masv.account.delete("01HR")
    engine.refresh()
    held = engine.state["fleet"]["outputs"]["live"] if way else engine.state
    assert sorted(entries_of(held)) == ["01HA", "01HB", "01HR"]
    engine.up(each_way("01HA", "01HB", "01HR", archived=True)[way])
    assert masv.account.package("01HA").state == "archived"


@pytest.mark.parametrize("way", [0, 1])
@pytest.mark.parametrize("status", [404, 403])
def test_a_key_that_is_shown_nothing_drops_nothing(
    engine: Engine, masv: Simulator, way: int, status: Any
) -> None:
    engine.up(each_way("01HA", "01HB", "01HC", name="x")[way])
    kept = outputs(engine)
    masv.switch(key_sees="nothing", foreign_read=status)
    if status == 404:
        with pytest.raises(Refused, match="MASV_ACCEPT_GONE=1") as refused:
            engine.refresh()
        assert len(refused.value.lines) == 1
    else:
        engine.refresh()
    assert outputs(engine) == kept


@pytest.mark.parametrize("way", [0, 1])
def test_several_that_are_gone_leave_the_state_only_where_that_is_accepted(
    engine: Engine, masv: Simulator, way: int
) -> None:
    engine.up(each_way("01HA", "01HB", "01HC", name="x")[way])
    masv.account.hide("01HA")
    masv.account.hide("01HB")
    with pytest.raises(Refused, match="the key may see less than it did"):
        engine.refresh()
    engine.environment["MASV_ACCEPT_GONE"] = "1"
    phase = engine.refresh()
    gone = "MASV no longer shows it, so it is dropped from the state"
    assert [line for line in phase.warned if gone in line][-1].startswith("01HB")
    held = engine.state["fleet"]["outputs"]["live"] if way else engine.state
    assert sorted(entries_of(held)) == ["01HC"]


@pytest.mark.parametrize("way", [0, 1])
@pytest.mark.parametrize("program", [None, {}])
def test_a_destroy_that_is_shown_nothing_drops_nothing(
    engine: Engine, masv: Simulator, way: int, program: Program | None
) -> None:
    engine.up(each_way("01HA", "01HB", name="x", **({} if way else {"forceDestroy": True}))[way])
    kept = outputs(engine)
    masv.switch(key_sees="nothing")
    with pytest.raises(Refused, match="MASV_ACCEPT_GONE=1"):
        engine.up({}) if program is not None else engine.destroy(program)
    assert outputs(engine) == kept


def test_entries_that_are_taken_out_and_not_shown_are_refused_together(
    engine: Engine, masv: Simulator
) -> None:
    engine.up(fleet({i: {"name": "x"} for i in ("01HA", "01HB", "01HC")}, forceDestroy=True))
    kept = outputs(engine)
    masv.account.hide("01HA")
    masv.account.hide("01HB")
    with pytest.raises(Refused, match="MASV_ACCEPT_GONE=1") as refused:
        engine.up(fleet({"01HC": {"name": "x"}}, forceDestroy=True))
    assert len(refused.value.lines) == 1
    assert outputs(engine) == kept
    phase = engine.preview(fleet({i: {"name": "x"} for i in ("01HB", "01HC")}, forceDestroy=True))
    assert phase.warned == ['01HA "x": MASV no longer shows it, so it is dropped from the state']


def test_an_entry_to_be_destroyed_that_is_not_shown_stays(engine: Engine, masv: Simulator) -> None:
    before = fleet({"01HA": {}, "01HB": {}}, forceDestroy=True)
    engine.up(before)
    stored, after = engine.state["fleet"], fleet({"01HB": {}}, forceDestroy=True)
    run = engine.process(after)
    handler = run.handlers["PackageFleet"]
    inputs = engine._check(handler, "fleet", stored["inputs"], after["fleet"])
    masv.account.hide("01HA")
    engine.stopwatch = 61.0
    with pytest.raises(MasvError, match="MASV no longer shows what was to be destroyed"):
        handler.update(stored["id"], stored["outputs"], inputs)
    assert masv.account.package("01HA").has_files


@pytest.mark.parametrize("way", [0, 1])
def test_a_single_one_that_is_gone_leaves_the_state_with_a_line(
    engine: Engine, masv: Simulator, way: int
) -> None:
    engine.up(each_way("01HA", "01HB", name="x")[way])
    masv.account.remove("01HA")
    phase = engine.refresh()
    assert phase.warned == ['01HA "x": MASV no longer shows it, so it is dropped from the state']


def test_an_unreadable_record_may_be_the_one_that_is_missed(
    masv: Simulator, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.up(one("01HA", archived=True) | one("01HB", archived=True))
    masv.account.delete("01HA")
    masv.switch(ended_read="missing")
    listed_as(monkeypatch, lambda r: {**r, "id": None} if r["state"] == "expired" else r)
    try:
        engine.refresh()
    except Refused as refused:
        assert len(refused.lines) == 1
    assert "01HA" in engine.state


@pytest.mark.parametrize("what", ["single reads show whole seconds", "windows are cut to seconds"])
def test_a_second_is_no_reason_to_drop_a_package(
    masv: Simulator, engine: Engine, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    for k in range(60):
        masv.account.add_package(expiry=LATE, created_at=f"2025-01-{k % 28 + 1:02}T00:00:{k:02}Z")
    odd = masv.account.add_package(name="odd", expiry=LATE, created_at="2025-06-01T00:00:07.675Z")
    if what.startswith("single"):
        singly_as(monkeypatch, lambda r: {**r, "created_at": r["created_at"][:19] + "Z"})
    else:
        from pulumi_masv.simulator import listing

        def whole_seconds(*given: Any) -> Any:
            return parse_instant(*given).replace(microsecond=0)

        monkeypatch.setattr(listing, "parse_instant", whole_seconds)
    engine.up(one(odd, archived=True))
    masv.account.delete(odd)
    masv.switch(ended_read="missing")
    engine.refresh()
    assert odd in engine.state


@pytest.mark.parametrize("status", [402, 409, 422, 451])
@pytest.mark.parametrize("way", [0, 1])
def test_one_package_that_cannot_be_read_does_not_stop_a_refresh(
    masv: Simulator, engine: Engine, status: int, way: int
) -> None:
    engine.up(each_way("01HA", "01HB", name="x")[way])
    masv.account.hide("01HA")
    masv.account.rename("01HB", "by hand")
    masv.faults.set("status", status=status, route="*/packages/01HA", times=None, message="no")
    engine.refresh()
    assert stored_names(engine) == {"01HA": "x", "01HB": "by hand"}


@pytest.mark.parametrize(("way", "status"), [(0, 403), (0, 404), (1, 404)])
def test_what_has_ended_and_is_hidden_can_leave_the_program(
    masv: Simulator, engine: Engine, status: Any, way: int
) -> None:
    engine.up(each_way("01HA", "01HB", archived=True)[way])
    masv.account.delete("01HA")
    engine.refresh()
    masv.switch(foreign_read=status)
    masv.account.hide("01HA")
    if way:
        engine.up(fleet({"01HB": {"archived": True}}))
    else:
        engine.up(one("01HB", archived=True))
    assert stored_names(engine).keys() == {"01HB"}


def test_several_that_are_hidden_do_not_leave_the_state(masv: Simulator, engine: Engine) -> None:
    engine.up(each_way("01HA", "01HB", "01HC", name="x", forceDestroy=True)[0])
    masv.switch(key_sees="nothing")
    with pytest.raises(Refused):
        engine.up({})
    assert len(engine.state) == 3


@pytest.mark.parametrize("way", [0, 1])
def test_what_is_not_shown_when_it_is_to_be_destroyed_is_said(
    masv: Simulator, engine: Engine, way: int
) -> None:
    """The hook has seen its files and said LOSS; the verb is not shown it any more."""
    name = ["01HA", "fleet"][way]
    kind = ["PackageLifecycle", "PackageFleet"][way]
    engine.up([one(forceDestroy=True), fleet({"01HA": {}}, forceDestroy=True)][way])
    run = engine.process({})
    run.before_delete(name, kind, engine.state[name])
    masv.account.hide("01HA")
    before = len(run.phase.said)
    try:
        run.handlers[kind].delete(engine.state[name]["id"], engine.state[name]["outputs"])
    except MasvError:
        return
    assert masv.account.package("01HA").has_files
    assert [line for line in run.phase.said[before:] if "01HA" in line]
