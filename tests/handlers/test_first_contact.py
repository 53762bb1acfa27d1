"""Through every verb that it can meet, a MASV that differs costs nobody a file."""

from dataclasses import replace
from typing import Any

import pytest

from pulumi_masv.errors import MasvError
from pulumi_masv.simulator import Simulator
from tests.handlers.conftest import Engine, Program, Refused

SOON, LATE, LAST = "2027-02-01T00:00:00Z", "2027-12-01T00:00:00Z", "2028-12-01T00:00:00Z"
LOST = "LOSS 3 files (1.5GB, 1500000000 bytes)"


def one(package_id: str = "01HA", **inputs: Any) -> Program:
    return {package_id: {"packageId": package_id, **inputs}}


def fleet(packages: dict[str, Any], **inputs: Any) -> Program:
    return {"fleet": {"__type": "PackageFleet", "packages": packages, **inputs}}


def each_way(*package_ids: str, **entry: Any) -> list[Program]:
    """The same declared of packages, each in a resource of its own, and all in a fleet."""
    alone: Program = {}
    for package_id in package_ids:
        alone |= one(package_id, **entry)
    return [alone, fleet(dict.fromkeys(package_ids, entry))]


def contradicted(engine: Engine) -> list[str]:
    return [line for line in engine.said if line.startswith("MASV is not as assumed")]


def outputs(engine: Engine) -> dict[str, Any]:
    """What the state holds, without what Pulumi adds on the way."""
    return {
        name: {key: value for key, value in one["outputs"].items() if key != "__provider"}
        for name, one in engine.state.items()
    }


@pytest.fixture
def masv(masv: Simulator) -> Simulator:
    for package_id in ("01HA", "01HB", "01HC"):
        masv.account.add_package(id=package_id, name=package_id, expiry=LATE)
    return masv


# MASV leaves `unlimited_storage` out.


@pytest.mark.parametrize("keys", ["sample", "bare", "flags"])
@pytest.mark.parametrize("way", [0, 1])
@pytest.mark.parametrize("date", [SOON, LATE, LAST])
def test_a_date_is_a_loss_where_the_files_may_never_end(
    engine: Engine, masv: Simulator, keys: Any, way: int, date: str
) -> None:
    masv.switch(listed_keys=keys, read_keys=keys, expiry_while_unlimited="stale")
    masv.account.set_unlimited("01HA")
    if keys == "flags":  # it does say so where it is true, and only there
        masv.account.set_expiry("01HA", LATE)
    program = each_way("01HA", "01HB", expiry=date)[way]
    said = engine.preview(program).warned
    named = [line for line in said if line.startswith("01HA") and "LOSS" in line]
    assert [line.endswith("and may never end now: MASV does not say whether they do")
            for line in named] == [True]  # fmt: skip
    engine.up(program)
    assert len([line for line in contradicted(engine) if "unlimited storage is shown" in line]) == 3
    masv.reset_journal()
    engine.up(program)
    assert masv.writes == []


def test_the_single_read_may_tell_what_a_listing_leaves_out(
    engine: Engine, masv: Simulator
) -> None:
    masv.switch(listed_keys="sample", read_keys="all")
    masv.account.set_unlimited("01HB")
    said = engine.preview(fleet({i: {"expiry": LAST} for i in ("01HA", "01HB", "01HC")})).warned
    assert [line[:4] for line in said] == ["01HB"]
    assert said[0].endswith("until now they never end")


# MASV answers 401 or 403 for one package.


@pytest.mark.parametrize("status", [400, 401, 403])
@pytest.mark.parametrize("way", [0, 1])
def test_one_package_that_is_refused_is_refused_and_the_others_are_looked_at(
    engine: Engine, masv: Simulator, status: Any, way: int
) -> None:
    masv.switch(foreign_read=status)
    masv.account.hide("01HA")
    program = each_way("01HB", "01HA", expiry=SOON)[way]
    with pytest.raises(Refused) as refused:
        engine.preview(program)
    assert len(refused.value.lines) == 1
    assert "01HA" in refused.value.lines[0]
    assert "check that it is a key of team" not in refused.value.lines[0]
    assert any(line.startswith("01HB") and LOST in line for line in engine.said)


@pytest.mark.parametrize("way", [0, 1])
def test_a_refresh_keeps_a_package_that_is_refused_as_it_is_stored(
    engine: Engine, masv: Simulator, way: int
) -> None:
    masv.switch(foreign_read=403)
    engine.up(each_way("01HA", "01HB", name="x")[way])
    before = {name: dict(one["outputs"]) for name, one in engine.state.items()}
    masv.account.hide("01HA")
    masv.account.rename("01HB", "by hand")
    phase = engine.refresh()
    assert [line.split(":")[0] for line in phase.warned] == ["01HA stays as it is stored"]
    if way:
        assert engine.state["fleet"]["outputs"]["live"]["01HA"] == before["fleet"]["live"]["01HA"]
        assert engine.state["fleet"]["inputs"]["packages"]["01HB"]["name"] == "by hand"
    else:
        assert engine.state["01HB"]["inputs"]["name"] == "by hand"


# MASV answers 401 or 403 on the team's own routes.


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("program", [*each_way("01HA", name="x"), {"old": {
    "__type": "ArchiveWindow", "expiryStart": SOON, "expiryEnd": LATE}}])  # fmt: skip
def test_a_key_that_is_refused_fails_the_first_preview_in_one_line(
    engine: Engine, masv: Simulator, status: int, program: Program
) -> None:
    masv.faults.set("status", status=status, times=None, message="no")
    with pytest.raises(Refused, match="the key came from the stack configuration") as refused:
        engine.preview(program)
    assert len(refused.value.lines) == 1


@pytest.mark.parametrize("status", [401, 403, 404, 503])
def test_a_web_page_is_a_firewall_and_neither_the_key_nor_the_package_is_blamed(
    engine: Engine, masv: Simulator, status: int
) -> None:
    engine.up(one(name="x"))
    masv.faults.set("html", status=status, times=None)
    with pytest.raises(Refused, match="web page") as refused:
        engine.preview(one(name="y"))
    assert len(refused.value.lines) == 1
    assert "is a key of" not in refused.value.lines[0]
    with pytest.raises(Refused, match="web page"):
        engine.refresh()
    assert set(engine.state) == {"01HA"}


@pytest.mark.parametrize("config", [{"masv:apiKey": None}, {"masv:maxRetries": "0"}])
def test_only_a_missing_key_and_no_network_let_a_preview_go_on(
    masv: Simulator, config: dict[str, Any]
) -> None:
    engine = Engine(masv, config=config)
    masv.faults.set("reset", times=None)
    assert any("nothing is checked there" in line for line in engine.preview(one(name="y")).said)


# MASV does not serve ended, or received, packages singly.


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
    assert sorted(held) == ["01HA", "01HB", "01HR"]
    engine.up(each_way("01HA", "01HB", "01HR", archived=True)[way])
    assert masv.account.package("01HA").state == "archived"


# MASV no longer shows many of a stack's packages at once.


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
    assert sorted(held) == ["01HC"]


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


def test_an_entry_that_was_to_be_destroyed_and_is_not_shown_any_more_stays(
    engine: Engine, masv: Simulator
) -> None:
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


# MASV lists a record without token, or in a state nobody knows.


def test_a_record_without_token_is_managed_with_one_that_is_fetched_singly(
    engine: Engine, masv: Simulator
) -> None:
    masv.switch(listed_tokens="none")
    engine.up(fleet({i: {"name": "x"} for i in ("01HA", "01HB", "01HC")}))
    assert {one.name for one in masv.account.packages()} == {"x"}


@pytest.mark.parametrize("way", [0, 1])
def test_a_state_that_nobody_knows_is_refused_and_the_others_go_on(
    engine: Engine, masv: Simulator, way: int
) -> None:
    masv.account.add_package(id="01HX", name="odd", shown_state="frozen")
    with pytest.raises(Refused, match='01HX "odd" has the state "frozen", which this') as refused:
        engine.preview(each_way("01HA", "01HX", expiry=SOON)[way])
    assert len(refused.value.lines) == 1
    assert any(line.startswith("01HA") and LOST in line for line in engine.said)
    engine.up(each_way("01HA", "01HB", name="x")[way])


@pytest.mark.parametrize("way", [0, 1])
def test_what_comes_into_a_state_that_nobody_knows_stays_as_it_is_stored(
    engine: Engine, masv: Simulator, way: int
) -> None:
    masv.account.add_package(id="01HX", name="x", shown_state="finalized")
    program = each_way("01HA", "01HX", name="x")[way]
    engine.up(program)
    before = outputs(engine)
    masv.account._keep(replace(masv.account.package("01HX"), shown_state="frozen"))
    engine.refresh()
    assert outputs(engine) == before
    masv.reset_journal()
    engine.up(program)
    assert masv.writes == []


# Writes.


@pytest.mark.parametrize("alone", ["unlimited stays", "refused"])
def test_the_flag_is_sent_with_each_date(engine: Engine, masv: Simulator, alone: Any) -> None:
    masv.switch(date_alone=alone)
    masv.account.set_unlimited("01HA")
    engine.up(one(expiry=SOON))
    assert not masv.account.package("01HA").unlimited_storage


@pytest.mark.parametrize("answer", ["empty", "text", "object"])
@pytest.mark.parametrize("way", [0, 1])
def test_a_deletion_and_an_archive_that_answer_a_body_are_done(
    engine: Engine, masv: Simulator, answer: Any, way: int
) -> None:
    masv.switch(done_answer=answer)
    flags = {"forceDestroy": True, "archiveOnDestroy": True}
    engine.up([one(**flags), fleet({"01HA": {}}, **flags)][way])
    engine.up({})
    assert masv.account.package("01HA").state == "archived"
    told = [line for line in contradicted(engine) if "without a body" in line]
    assert len(told) == (answer != "empty")


@pytest.mark.parametrize("put", ["package", "bare", "empty"])
@pytest.mark.parametrize("delay", [1, 2, 3])
@pytest.mark.parametrize("way", [0, 1])
def test_a_write_that_is_shown_late_is_waited_for(
    engine: Engine, masv: Simulator, put: Any, delay: int, way: int
) -> None:
    masv.switch(put_answer=put, write_delay=delay)
    program = each_way("01HA", "01HB", name="x", expiry=LAST)[way]
    engine.up(program)
    assert {masv.account.package(i).name for i in ("01HA", "01HB")} == {"x"}
    masv.reset_journal()
    engine.up(program)
    assert masv.writes == []


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("name", ["Zu\u0308rich", "Z\u00fcrich", "\u1100\u1161"])
def test_two_names_that_look_alike_are_alike(
    engine: Engine, masv: Simulator, form: Any, name: str
) -> None:
    masv.switch(names=form)
    engine.up(one(name=name))
    engine.refresh()
    masv.reset_journal()
    assert engine.up(one(name=name)).changes == {}
    assert masv.writes == []


def test_what_a_rename_makes_masv_forget_is_told_and_no_other_package_is_renamed(
    masv: Simulator,
) -> None:
    masv.switch(put_keeps="nothing")
    for package_id in ("01HX", "01HY"):
        masv.account.add_package(id=package_id, name="raw", description="take 4", expiry=LATE)
    engine = Engine(masv)
    with pytest.raises(Refused, match='01HY "raw" is not renamed'):
        engine.up({**one("01HX", name="a"), **one("01HY", name="b")})
    forgot = '01HX "raw": its description was changed by a write that left it out'
    assert forgot in engine.said
    assert len(contradicted(engine)) == 1
    assert masv.account.package("01HY").description == "take 4"


# What MASV sends.


@pytest.mark.parametrize("odd", [{"name": "\ud83c"}, {"size": 10**400}, {"total_files": 10**400}])
@pytest.mark.parametrize("way", [0, 1])
def test_what_nothing_can_store_is_unknown(
    engine: Engine, masv: Simulator, odd: dict[str, Any], way: int
) -> None:
    masv.account.add_package(id="01HX", expiry=LATE, **odd)
    program = each_way("01HX", archived=True)[way]
    engine.up(program)
    engine.refresh()
    masv.reset_journal()
    engine.up(program)
    assert masv.writes == []


@pytest.mark.parametrize("refuse", ["full", "errors", "error", "text", "split"])
def test_a_refusal_is_one_line_with_its_reason(
    engine: Engine, masv: Simulator, refuse: Any
) -> None:
    masv.switch(errors=refuse, expiry_edits="locked")
    with pytest.raises(Refused, match="storage duration is locked for this team") as refused:
        engine.up(one(expiry=LAST))
    assert len(refused.value.lines) == 1


# A team of many packages.


def test_a_fleet_lists_what_its_own_ids_tell(masv: Simulator) -> None:
    account = masv.account
    days = [
        f"{year}-{month:02}-01T00:00:00Z" for year in range(2007, 2027) for month in range(1, 13)
    ]
    mine = []
    for day in days:
        for _ in range(5):
            created = account.add_package(created_at=day, expiry=LATE)
            if day.startswith("2020-"):
                mine.append(created)
    engine = Engine(masv)
    masv.reset_journal()
    engine.preview(fleet({i: {"expiry": LAST} for i in mine}))
    assert len(masv.journal) <= 4
