"""Killed wherever a machine can kill it, the work is finished and nothing ends twice."""

from collections.abc import Callable

import pytest

from pulumi_masv.simulator import Simulator
from tests.engine.conftest import Stack
from tests.engine.interruptions.runs import (
    Run,
    declare,
    finish,
    pending,
    slow,
    some,
    until,
    up,
    written,
)


def test_however_often_the_handler_is_killed_another_up_finishes(
    stack: Stack, masv: Simulator
) -> None:
    ids = some(masv, 40)
    declare(stack, ids, "night")
    slow(masv)
    for writes in (1, 20, 45):
        with up(stack) as run:
            written(masv, writes)
            run.kill_handler()
            cut = run.end()
        assert cut.code != 0
        assert set(cut.errors) == {"error reading from server: EOF"}
        assert len(masv.writes) < 2 * len(ids)
        assert pending(stack) == []
    finish(stack, masv, ids, "night")


def test_when_the_engine_dies_in_an_update_cancel_and_up_finish(
    stack: Stack, masv: Simulator
) -> None:
    ids = some(masv, 40)
    declare(stack, ids, "day")
    stack.up()
    declare(stack, ids, "night")
    slow(masv)
    with up(stack) as run:
        written(masv, 5)
        run.kill_engine()
        run.end()
        assert "`pulumi cancel`" in stack.up(expect=1).text
        assert pending(stack) == ["updating"]
        stack.run("cancel", "--yes")
        finish(stack, masv, ids, "night")


def test_when_the_engine_dies_in_an_adoption_a_refresh_clears_its_warning(
    stack: Stack, masv: Simulator
) -> None:
    ids = some(masv, 40)
    declare(stack, ids, "night")
    slow(masv)
    with up(stack) as run:
        written(masv, 5)
        run.kill_engine()
        run.end()
        stack.run("cancel", "--yes")
        masv.faults.clear()
        assert "interrupted while creating" in stack.up().text
        assert pending(stack) == ["creating"]
        stack.refresh("--clear-pending-creates")
        finish(stack, masv, ids, "night")


def test_a_handler_whose_engine_was_killed_destroys_nothing_more(
    stack: Stack, masv: Simulator
) -> None:
    ids, at_once = some(masv, 40), 8  # as many as begin together, and no more by the setting
    flags = ", force_destroy=True"
    declare(stack, ids, "day", more=flags)
    stack.up()
    declare(stack, ids[:1], "day", more=flags)
    slow(masv, "DELETE", 3)
    with up(stack, MASV_CONCURRENCY=str(at_once)) as run:
        written(masv, at_once)
        handler = run.handler
        at_work = handler.num_threads()
        run.kill_engine()
        run.end()
        stack.run("cancel", "--yes")
        masv.faults.clear()
        lost = {write.path.rpartition("/")[2] for write in masv.writes[:at_once]}
        declare(stack, [i for i in ids if i not in lost], "day", more=flags)
        stack.up()
        until(lambda: handler.num_threads() <= at_work - at_once + 4, "its writers end")
    assert {loss.package_id for loss in masv.account.losses} == lost
    stack.up("--expect-no-changes", "--refresh")


@pytest.mark.parametrize(
    ("killed", "ended"),
    [(Run.kill_handler, False), (Run.kill_handler, True), (Run.kill_engine, True)],
)
def test_a_forced_end_happens_once_wherever_it_is_killed(
    stack: Stack, masv: Simulator, killed: Callable[[Run], None], ended: bool
) -> None:
    masv.switch(repeated_transition="refused")
    ids = some(masv, 20)
    flags = ", force_destroy=True, archive_on_destroy=True"
    declare(stack, ids, "day", more=flags)
    stack.up()
    declare(stack, ids[1:], "night", more=flags)
    loss = f'{ids[0]} "day {ids[0]}": LOSS 3 files'
    assert loss in stack.preview().text
    slow(masv, "DELETE" if ended else "PUT")
    with up(stack) as run:
        written(masv, len(ids) if ended else 1)
        killed(run)
        run.end()
        assert len(masv.account.losses) == ended
        if killed is Run.kill_engine:
            stack.run("cancel", "--yes")
        masv.faults.clear()
        assert (loss in stack.up().text) is not ended
    assert [(one.package_id, one.cause) for one in masv.account.losses] == [(ids[0], "delete")]
    assert masv.account.package(ids[0]).state == "archived"
    assert [write.method for write in masv.writes].count("DELETE") == 1
    stack.up("--expect-no-changes", "--refresh")
