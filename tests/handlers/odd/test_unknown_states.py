"""A package in a state that nobody knows stays as it is stored, and stops no other."""

from dataclasses import replace
from typing import Any

import pytest

from pulumi_masv.simulator import Simulator
from tests.handlers.conftest import Engine, Refused
from tests.handlers.odd.conftest import LATE, LOST, SOON
from tests.handlers.programs import each_way, fleet, one, outputs


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
def test_what_gets_an_unknown_state_stays_as_it_is_stored(
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


@pytest.mark.parametrize("inputs", [{}, {"name": "odd"}, {"forceDestroy": True}])
@pytest.mark.parametrize("way", [0, 1])
def test_what_is_adopted_in_an_unknown_state_does_not_stop_the_stack(
    masv: Simulator, engine: Engine, way: int, inputs: Any
) -> None:
    masv.account.add_package(id="01HX", name="odd", shown_state="frozen", expiry=LATE)
    flags = {k: v for k, v in inputs.items() if k == "forceDestroy"}
    entry = {k: v for k, v in inputs.items() if k == "name"}
    program = [one("01HX", **inputs), fleet({"01HX": entry}, **flags)][way] | one("01HA", name="x")
    try:
        engine.up(program)
    except Refused as refused:
        assert len(refused.lines) == 1
        return
    engine.refresh()
    masv.account._keep(replace(masv.account.package("01HX"), shown_state=""))
    engine.refresh()
    masv.reset_journal()
    engine.up(program)
    assert masv.writes == []
    held = next(v for k, v in engine.state.items() if k != "01HA")
    assert bool(held["outputs"].get("forceDestroy")) == bool(flags)
