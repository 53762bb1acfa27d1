"""On the real engine, a preview against a MASV that differs says so, and ends nothing unnamed."""

from typing import Any

import pytest

from pulumi_masv.simulator import Simulator
from tests.engine.conftest import Stack
from tests.engine.deletions.programs import fleet, lifecycle, lost, package

LATE, LAST = "2026-12-01T00:00:00Z", "2027-12-01T00:00:00Z"
MAY_NEVER_END = "LOSS 2 files (5B, 5 bytes) end on 2027-12-01 00:00 UTC, and may never end now"


def both(one: str, other: str, declared: str) -> list[str]:
    """The same declared of two packages, each in a resource of its own, and in a fleet."""
    entry = "dict(" + declared + ")"
    return [
        lifecycle("a", repr(one), declared) + lifecycle("b", repr(other), declared),
        fleet("all", f"{{{one!r}: {entry}, {other!r}: {entry}}}"),
    ]


def held(stack: Stack) -> dict[str, Any]:
    return {name: one["outputs"] for name, one in stack.state().items()}


@pytest.mark.parametrize("way", [0, 1])
def test_a_date_that_may_end_what_never_ends_is_named(
    stack: Stack, masv: Simulator, way: int
) -> None:
    masv.switch(listed_keys="sample", read_keys="sample", expiry_while_unlimited="stale")
    one, other = package(masv, expiry=LATE), package(masv, "Day 13", expiry=LATE)
    masv.account.set_unlimited(one)
    stack.program(both(one, other, f"expiry={LAST!r}")[way])
    shown = stack.preview().text
    assert f'{one} "Day 12": {MAY_NEVER_END}' in shown
    assert shown.count("MASV is not as assumed (unlimited storage is shown)") == 1
    stack.up()
    masv.reset_journal()
    stack.up()
    assert (masv.writes, lost(masv)) == ([], [])


@pytest.mark.parametrize("way", [0, 1])
@pytest.mark.parametrize("status", [401, 403])
def test_a_package_that_may_not_be_read_fails_the_preview(
    stack: Stack, masv: Simulator, way: int, status: Any
) -> None:
    masv.switch(foreign_read=status)
    one, other = package(masv, expiry=LATE), package(masv, "Day 13", expiry=LATE)
    masv.account.hide(other)
    stack.program(both(one, other, "expiry='2026-11-01T00:00:00Z'")[way])
    shown = stack.preview(expect=1)
    assert [other in line for line in shown.errors] == [True], shown.text
    if way:  # the engine may not come to a resource beside one that is refused
        assert f'{one} "Day 12": LOSS 2 files' in shown.text
    assert "check that it is a key of team" not in shown.text


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ({"kind": "status", "status": 401}, "the key came from the environment (MASV_API_KEY)"),
        ({"kind": "html", "status": 403}, "a firewall or proxy answered"),
    ],
)
def test_the_first_preview_fails_in_one_line_where_masv_refuses_it(
    stack: Stack, masv: Simulator, fault: dict[str, Any], says: str
) -> None:
    one = package(masv, expiry=LATE)
    stack.program(lifecycle("a", repr(one), "name='x'"))
    masv.faults.set(times=None, **fault)
    shown = stack.preview(expect=1)
    assert len(shown.errors) == 1, shown.text
    assert says in shown.errors[0]
    assert "Traceback" not in shown.text


def test_a_key_that_is_shown_nothing_drops_nothing_from_the_state(
    stack: Stack, masv: Simulator
) -> None:
    several = [package(masv, f"Day {n}", expiry=LATE) for n in range(5)]
    stack.program("".join(lifecycle(f"p{n}", repr(i)) for n, i in enumerate(several)))
    stack.up()
    kept = held(stack)
    masv.switch(key_sees="nothing")
    refused = stack.refresh(expect=1)
    assert "MASV_ACCEPT_GONE=1" in refused.errors[0]
    assert "Traceback" not in refused.text
    assert held(stack) == kept
    accepted = stack.run("refresh", "--yes", "--skip-preview", MASV_ACCEPT_GONE="1")
    assert accepted.text.count("MASV no longer shows it, so it is dropped from the state") >= 5
    assert stack.state() == {}


def test_half_a_stack_that_is_not_shown_any_more_stays_stored(
    stack: Stack, masv: Simulator
) -> None:
    several = [package(masv, f"Day {n}", expiry=LATE) for n in range(6)]
    stack.program("".join(lifecycle(f"p{n}", repr(i)) for n, i in enumerate(several)))
    stack.up()
    for hidden in several[::2]:
        masv.account.hide(hidden)
    assert "the key may see less than it did" in stack.refresh(expect=1).text
    assert len(stack.state()) == 6


def test_what_is_only_listed_stays_in_the_state(stack: Stack, masv: Simulator) -> None:
    masv.switch(ended_read="missing", inbox_read="missing")
    one, received = package(masv, expiry=LATE), package(masv, "Day 13", received=True, expiry=LATE)
    program = lifecycle("a", repr(one)) + fleet("rest", f"{{{received!r}: {{}}}}")
    stack.program(program)
    stack.up()
    masv.account.set_now("2026-12-02T00:00:00Z")
    stack.refresh()
    assert stack.state()["a"]["outputs"]["state"] == "expired"
    assert stack.state()["rest"]["outputs"]["live"][received]["state"] == "expired"


def test_a_hold_that_never_held_anything_fails_the_preview(stack: Stack, masv: Simulator) -> None:
    package(masv, expiry=LATE, tags=["01TAG"])
    rules = "[{'match': {'tags': ['legal']}, 'hold': True}]"
    stack.program(f"masv.manage('all', masv.Manifest.model_validate({{'rules': {rules}}}))")
    shown = stack.preview(expect=1)
    assert "rule 1 holds none of 1 package, so what it should protect may end" in shown.text
    assert "Traceback" not in shown.text


def test_a_state_that_nobody_knows_fails_the_preview_of_its_own_package(
    stack: Stack, masv: Simulator
) -> None:
    one = package(masv, expiry=LATE)
    odd = package(masv, "odd", expiry=LATE, shown_state="frozen")
    stack.program(both(one, odd, "name='x'")[0])
    shown = stack.preview(expect=1)
    assert [f'{odd} "odd" has the state "frozen"' in line for line in shown.errors] == [True]


@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_an_output_that_is_not_utf_8_ends_no_preview(
    stack: Stack, masv: Simulator, encoding: str
) -> None:
    one = package(masv, "日本語のラッシュ", expiry=LATE)
    stack.program(lifecycle("a", repr(one), "expiry='2026-11-01T00:00:00Z'"))
    shown = stack.run("preview", PYTHONIOENCODING=encoding, PYTHONUTF8="0")
    assert f"{one}" in shown.text
    assert "LOSS" in shown.text
