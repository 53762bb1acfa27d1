"""Cut off on the real engine and run again: the same end, and nothing that matters done twice."""

from typing import Any

import pytest

from pulumi_masv.simulator import Simulator
from tests.engine.conftest import Stack

ADOPT = (
    "masv.PackageLifecycle('day12', package_id={id!r}, name='Day 12',"
    " expiry='2027-01-31T00:00:00Z', force_destroy={force}, archive_on_destroy={force})\n"
)


def cut_off(stack: Stack, masv: Simulator, at: int, fault: dict[str, Any]) -> None:
    """One up that meets the fault and says so in one line, and one that finishes the work."""
    masv.faults.set(at=at, **fault)
    failed = stack.run("up", "--yes", "--skip-preview", expect=1, MASV_MAX_RETRIES="0")
    assert len(failed.errors) == 1, failed.text
    assert "Traceback" not in failed.text
    masv.faults.clear()
    stack.up()


@pytest.mark.parametrize(
    ("at", "fault"),
    [
        (2, {"kind": "reset"}),
        (2, {"kind": "reset", "effect": True}),
        (3, {"kind": "reset", "effect": True}),
        (3, {"kind": "rate_limit"}),
    ],
)
def test_an_adoption_cut_off_is_finished_by_the_next_up(
    stack: Stack, masv: Simulator, at: int, fault: dict[str, Any]
) -> None:
    package = masv.account.add_package(name="raw", expiry="2027-12-01T00:00:00Z")
    stack.program(ADOPT.format(id=package, force=False))
    cut_off(stack, masv, at, fault)
    live = masv.account.package(package)
    assert (live.name, live.expiry.isoformat()) == ("Day 12", "2027-01-31T00:00:00+00:00")
    stack.up("--expect-no-changes", "--refresh")


@pytest.mark.parametrize(
    ("at", "fault"),
    [
        (2, {"kind": "reset"}),
        (2, {"kind": "reset", "effect": True}),
        (3, {"kind": "reset", "effect": True}),
    ],
)
def test_a_forced_end_cut_off_is_finished_by_the_next_up(
    stack: Stack, masv: Simulator, at: int, fault: dict[str, Any]
) -> None:
    masv.switch(repeated_transition="refused")
    package = masv.account.add_package(name="raw", expiry="2027-12-01T00:00:00Z")
    stack.program(ADOPT.format(id=package, force=True))
    stack.up()
    stack.program("")
    cut_off(stack, masv, at, fault)
    assert masv.account.package(package).state == "archived"
    assert [(loss.package_id, loss.cause) for loss in masv.account.losses] == [(package, "delete")]
    assert stack.state() == {}


@pytest.mark.parametrize(
    ("at", "fault"),
    [
        (3, {"kind": "reset"}),
        (3, {"kind": "reset", "effect": True}),
        (3, {"kind": "rate_limit"}),
        (4, {"kind": "reset"}),
    ],
)
def test_a_window_cut_off_is_finished_by_the_next_up(
    stack: Stack, masv: Simulator, at: int, fault: dict[str, Any]
) -> None:
    package = masv.account.add_package(state="expired", expiry="2026-02-01T00:00:00Z")
    stack.program(
        "masv.ArchiveWindow('old', expiry_start='2026-01-01T00:00:00Z',"
        " expiry_end='2026-03-01T00:00:00Z')\n"
    )
    cut_off(stack, masv, at, fault)
    assert masv.account.package(package).state == "archived"
    stack.up("--expect-no-changes", "--refresh")
