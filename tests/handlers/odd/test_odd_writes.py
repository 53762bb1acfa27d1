"""A write that is shown late, in part or otherwise is waited for, or told."""

import json
from typing import Any

import pytest

from pulumi_masv.simulator import Simulator, routes
from pulumi_masv.simulator.messages import json_answer
from tests.handlers.conftest import Engine, Refused
from tests.handlers.odd.conftest import LAST, LATE, SOON, singly_as
from tests.handlers.programs import contradicted, each_way, fleet, one, stored_names


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
    flags: dict[str, Any] = {"forceDestroy": True, "archiveOnDestroy": True}
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


def test_what_a_rename_makes_masv_forget_stops_all_renames(
    masv: Simulator,
) -> None:
    """It is told once."""
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


def test_settling_does_not_depend_on_which_package_comes_first(
    masv: Simulator, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    masv.account.add_package(id="01HN", name="new", state="new", expiry=LATE)
    masv.switch(listed_keys="sample")
    left_out = {"unlimited_storage"}
    singly_as(monkeypatch, lambda r: {k: v for k, v in r.items()
                                      if r["state"] != "new" or k not in left_out})  # fmt: skip
    said = [engine.preview({**one(a, expiry=LAST), **one(b, expiry=LAST), **one(c, expiry=LAST)})
            for a, b, c in (("01HN", "01HA", "01HB"), ("01HA", "01HB", "01HN"))]  # fmt: skip
    assert sorted(said[0].warned) == sorted(said[1].warned)


@pytest.mark.parametrize("way", [0, 1])
def test_an_answer_of_a_put_that_is_late_itself_is_read_again(
    masv: Simulator, engine: Engine, monkeypatch: pytest.MonkeyPatch, way: int
) -> None:
    before = {p.id: p.name for p in masv.account.packages()}
    put = routes._put

    def late(account: Any, package_id: str) -> Any:
        answer = put(account, package_id)
        record = json.loads(answer.body)
        return json_answer(200, {**record, "name": before[package_id]})

    monkeypatch.setattr(routes, "_put", late)
    engine.up(each_way("01HA", "01HB", name="x")[way])
    assert stored_names(engine) == {"01HA": "x", "01HB": "x"}
    assert contradicted(engine) == []


@pytest.mark.parametrize("empty", [{"recipients": []}, {"description": ""}, {"sender": ""}])
@pytest.mark.parametrize("way", [0, 1])
def test_a_put_that_answers_less_is_not_called_forgetful(
    masv: Simulator, engine: Engine, monkeypatch: pytest.MonkeyPatch, way: int, empty: Any
) -> None:
    for package_id in ("01HX", "01HY"):
        masv.account.add_package(id=package_id, name="raw", description="take 4", expiry=LATE)
    put = routes._put

    def less(account: Any, package_id: str) -> Any:
        return json_answer(200, {**json.loads(put(account, package_id).body), **empty})

    monkeypatch.setattr(routes, "_put", less)
    engine.config["masv:concurrency"] = "1"  # one after the other, so that it always fails
    engine.up(each_way("01HX", "01HY", name="x")[way])
    assert {masv.account.package(i).name for i in ("01HX", "01HY")} == {"x"}


def test_what_somebody_changes_between_look_and_rename_is_not_called_forgotten(
    masv: Simulator, engine: Engine
) -> None:
    run = engine.process(one("01HA", name="x") | one("01HB", name="x"))
    inputs = {n: engine._check(run.handlers["PackageLifecycle"], n, {}, b)
              for n, b in (one("01HA", name="x") | one("01HB", name="x")).items()}  # fmt: skip
    masv.account.set_expiry("01HA", LAST)
    for n, bag in inputs.items():
        engine._create(run.handlers["PackageLifecycle"], "PackageLifecycle", n, bag)
    assert masv.account.package("01HB").name == "x"


def test_a_put_that_answers_an_older_package_is_not_called_forgetful(
    masv: Simulator, engine: Engine
) -> None:
    """The look is up to a minute old; so what differs may be somebody's own change."""
    program = fleet({i: {"name": "x"} for i in ("01HA", "01HB")})
    engine.config["masv:concurrency"] = "1"
    run = engine.process(program)
    handler = run.handlers["PackageFleet"]
    inputs = engine._check(handler, "fleet", {}, program["fleet"])
    masv.account.set_expiry("01HA", LAST)
    engine._create(handler, "PackageFleet", "fleet", inputs)
    assert {masv.account.package(i).name for i in ("01HA", "01HB")} == {"x"}


@pytest.mark.parametrize("way", [0, 1])
def test_a_name_that_masv_shows_late_in_its_listing_is_no_drift(
    masv: Simulator, engine: Engine, way: int
) -> None:
    """A PUT's own answer is whole; the refresh behind it still shows the old name."""
    program = each_way("01HA", "01HB", name="x")[way]
    engine.up(program)
    masv.switch(write_delay=8)
    program = each_way("01HA", "01HB", name="y")[way]
    engine.up(program)
    engine.refresh()
    masv.reset_journal()
    engine.preview(program)
    phase = engine.up(program)
    for _ in range(20):
        masv.account.request_made()
    engine.refresh()
    assert engine.up(program).changes == {}
    assert phase is not None
