"""After Ctrl-C, once or twice, the state is true and another up finishes."""

from pulumi_masv.short import entries_of
from pulumi_masv.simulator import Simulator
from tests.engine.conftest import Stack
from tests.engine.interruptions.runs import declare, finish, pending, slow, some, up, written


def test_after_one_ctrl_c_the_update_ends_and_the_state_is_true(
    stack: Stack, masv: Simulator
) -> None:
    ids = some(masv, 40)
    declare(stack, ids, "day")
    stack.up()
    declare(stack, ids, "night")
    slow(masv)
    with up(stack) as run:
        written(masv, 5)
        run.ctrl_c()
        cut = run.end()
    assert cut.errors == ["update canceled"]
    assert len(masv.writes) == len(ids)
    assert entries_of(stack.state()["fleet"]["outputs"]["live"]).keys() == set(ids)
    masv.reset_journal()
    masv.faults.clear()
    stack.up("--expect-no-changes", "--refresh")
    assert {masv.account.package(i).name for i in ids} == {f"night {i}" for i in ids}
    assert masv.writes == []


def test_after_two_ctrl_c_another_up_finishes(stack: Stack, masv: Simulator) -> None:
    ids = some(masv, 40)
    declare(stack, ids, "day")
    stack.up()
    declare(stack, ids, "night")
    slow(masv, seconds=3)
    with up(stack) as run:
        written(masv, 5)
        run.ctrl_c_twice()
        cut = run.end()
    assert "update cancelled" in cut.errors
    assert len(masv.writes) < len(ids)
    assert pending(stack) == ["updating"]
    finish(stack, masv, ids, "night")
