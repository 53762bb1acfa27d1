"""A key, a team, a package or an inbox that is refused: who is blamed, and what goes on."""

from typing import Any

import pytest

from pulumi_masv.simulator import Simulator
from tests.handlers.conftest import Engine, Program, Refused
from tests.handlers.odd.conftest import LATE, LOST, SOON
from tests.handlers.programs import each_way, one


@pytest.mark.parametrize("status", [400, 401, 403])
@pytest.mark.parametrize("way", [0, 1])
def test_one_package_that_is_refused_stops_no_other(
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


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("program", [*each_way("01HA", name="x"), {"old": {
    "__type": "ArchiveWindow", "expiryStart": SOON, "expiryEnd": LATE}}])  # fmt: skip
def test_a_key_that_is_refused_fails_the_first_preview_in_one_line(
    engine: Engine, masv: Simulator, status: int, program: Program
) -> None:
    masv.faults.set("status", status=status, times=None, message="no")
    with pytest.raises(
        Refused, match="the key came from the stack configuration or a Provider"
    ) as refused:
        engine.preview(program)
    assert len(refused.value.lines) == 1


@pytest.mark.parametrize("status", [401, 403, 404, 503])
def test_a_web_page_blames_neither_key_nor_package(
    engine: Engine, masv: Simulator, status: int
) -> None:
    """It comes from a firewall."""
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
    assert any("nothing is checked there" in line for line in engine.preview(one(name="y")).warned)


@pytest.mark.parametrize("status", [402, 403, 422, 500])
def test_an_inbox_that_is_closed_hides_nothing_that_was_sent(
    masv: Simulator, engine: Engine, status: int
) -> None:
    engine.up(one("01HA", archived=True) | one("01HB", archived=True))
    masv.account.delete("01HA")
    masv.switch(ended_read="missing")
    masv.faults.set("status", status=status, route="*/inbox", times=None, message="no")
    engine.refresh()
    assert engine.state["01HA"]["outputs"]["state"] == "expired"


def test_a_closed_inbox_does_not_stop_a_refresh_for_ever(masv: Simulator, engine: Engine) -> None:
    program = each_way("01HA", "01HB", name="x")[0]
    engine.up(program)
    masv.faults.set("status", status=403, route="*/inbox", times=None, message="no")
    masv.account.remove("01HA")
    masv.account.rename("01HB", "by hand")
    engine.refresh()
    assert engine.state["01HB"]["inputs"]["name"] == "by hand"
