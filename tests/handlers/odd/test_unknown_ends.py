"""Where MASV does not say when files end, a date counts as a loss."""

from typing import Any

import pytest

from pulumi_masv.simulator import Simulator
from tests.handlers.conftest import Engine, Refused
from tests.handlers.odd.conftest import LAST, LATE, SOON
from tests.handlers.programs import contradicted, each_way, fleet, one


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
    assert said[0].endswith("until now they were never to end")


def test_unlimited_storage_that_is_declared_false_is_refused_by_whatever_look(
    masv: Simulator, engine: Engine
) -> None:
    """A listing without the flag, and a single read that says never: as with a single resource."""
    masv.account.set_unlimited("01HB")
    masv.switch(listed_keys="sample")
    with pytest.raises(Refused, match="declare the expiry"):
        engine.preview(one("01HB", unlimitedStorage=False))
    with pytest.raises(Refused, match="declare the expiry"):
        engine.preview(fleet({i: {"unlimitedStorage": False} for i in ("01HA", "01HB")}))
