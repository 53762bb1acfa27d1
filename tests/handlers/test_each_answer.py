"""Each answer that the documentation leaves open: a whole life of a package ends the same."""

from dataclasses import replace
from typing import Any

import pytest

from pulumi_masv.simulator import Simulator
from pulumi_masv.simulator.switches import Switches
from tests.handlers.conftest import Engine
from tests.handlers.programs import DEC, FEB, JAN, day12, refused


def test_a_received_package_is_found_once(engine: Engine, masv: Simulator) -> None:
    """From then on it is read where it was found."""
    masv.account.switches = Switches(inbox_read="missing", token_uses=1)
    for _ in range(120):
        masv.account.add_package(received=True, created_at="2026-01-01T00:00:00Z")
    package = masv.account.add_package(name="raw", received=True, created_at="2026-02-01T00:00:00Z")
    program = day12(package, name="Day 12", expiry=DEC)
    engine.preview(program)
    single = f"/v1.1/teams/{masv.team_id}/packages/{package}"
    assert [entry.path == single for entry in masv.journal] == [True, False, False]
    engine.up(program)
    masv.reset_journal()
    assert engine.up(program, refresh=True).changes == {}
    assert len(masv.journal) == 2  # one for each phase
    assert engine.state["day12"]["outputs"]["received"] is True
    masv.reset_journal()
    engine.up(day12(package, name="Day 13", expiry=DEC), refresh=True)
    assert single not in [entry.path for entry in masv.journal]
    masv.account.remove(package)
    engine.refresh()
    assert engine.state == {}


def test_a_received_package_served_singly_costs_one_request(
    engine: Engine, masv: Simulator
) -> None:
    program = day12(masv.account.add_package(received=True), name="Day 12")
    engine.up(program)
    masv.reset_journal()
    engine.up(program, refresh=True)
    assert len(masv.journal) == 2
    assert "received" not in engine.state["day12"]["outputs"]


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
    **{f"a refused transition is {status}": Switches(refused_transition=status)
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
        day12(package, name="Day 12", expiry=JAN, archived=True),
        day12(package, name="Day 12", unlimitedStorage=True),
        day12(package, name="Day 13", expiry=FEB, forceDestroy=True, archiveOnDestroy=True),
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
def test_what_masv_does_not_do_as_asked_is_one_error(
    engine: Engine, masv: Simulator, switches: Switches, inputs: dict[str, Any], error: str
) -> None:
    package = masv.account.add_package(name="Day 12", expiry="2026-03-20T00:00:00Z")
    masv.account.switches = switches
    assert error in refused(engine, day12(package, **inputs))
    assert engine.state == {}


@pytest.mark.parametrize("state", ["expired", "archived"])
def test_a_rename_that_masv_refuses_after_the_end_is_its_error(
    engine: Engine, masv: Simulator, state: Any
) -> None:
    package = masv.account.add_package(name="raw", state=state)
    masv.account.switches = Switches(rename_after_end="refused")
    line = refused(engine, day12(package, name="Day 12"))
    assert f"PUT /v1/packages/{package} answered 409: a package that is {state} keeps" in line
    masv.account.switches = replace(masv.account.switches, rename_after_end="accepted")
    engine.up(day12(package, name="Day 12"))
    assert masv.account.package(package).name == "Day 12"
