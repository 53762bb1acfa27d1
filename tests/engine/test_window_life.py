"""Archive windows on the real engine: one write for each change, and drift in one property."""

import json

from pulumi_masv.simulator import Simulator
from tests.engine.conftest import Stack

START, MIDDLE, END = (f"2026-0{month}-01T00:00:00Z" for month in (1, 2, 3))
WINDOW = "masv.ArchiveWindow('old', expiry_start={start!r}, expiry_end={end!r}{more})\n"


def declare(stack: Stack, *, end: str = END, more: str = "", before: str = "") -> None:
    stack.program(before + WINDOW.format(start=START, end=end, more=more))


def test_a_window_lives_from_its_preview_to_its_end(stack: Stack, masv: Simulator) -> None:
    first, last = (masv.account.add_package(state="expired", expiry=day) for day in (START, END))
    declare(stack, end=MIDDLE)
    assert f"window {START} to {MIDDLE} (sent): archive 1 package" in stack.preview().text
    stack.up()
    assert [entry.path for entry in masv.writes] == [f"/v1/teams/{masv.team_id}/archive"]
    masv.reset_journal()
    stack.up("--expect-no-changes")
    assert masv.journal == []
    stack.up("--expect-no-changes", "--refresh")
    assert [entry.method for entry in masv.journal] == ["GET", "GET"]

    declare(stack)
    assert stack.plan().changes == {"old": ["expiryEnd"]}
    masv.reset_journal()
    stack.up()
    assert len(masv.writes) == 1
    assert masv.account.package(last).state == "archived"

    masv.account.unarchive(first)
    masv.reset_journal()
    shown = stack.preview("--refresh").text
    assert "~ archived: false => true" in shown
    assert stack.plan("--refresh").changes == {"old": ["archived"]}
    assert masv.writes == []
    stack.up("--refresh")
    stack.up("--expect-no-changes", "--refresh")

    declare(stack, more=", unarchive_on_destroy=True")
    stack.up()
    masv.reset_journal()
    stack.destroy()
    assert [entry.path for entry in masv.writes] == [f"/v1/teams/{masv.team_id}/unarchive"]
    assert {package.state for package in masv.account.packages()} == {"expired"}


def test_a_program_reads_the_outputs_of_a_window_by_pinned_names(
    stack: Stack, masv: Simulator
) -> None:
    masv.account.add_package(state="expired", expiry=MIDDLE, received=True)
    names = ("expiry_start", "expiry_end", "received", "archived", "unarchive_on_destroy",
             "archived_count", "expired_count", "team_id")  # fmt: skip
    more = f", received=True)\nfor name in {names!r}:\n    pulumi.export(name, getattr(old, name)"
    declare(stack, before="old = ", more=more)
    stack.up()
    assert json.loads(stack.run("stack", "output", "--json").text) == {
        "archived": True,
        "archived_count": 1,
        "expired_count": 0,
        "expiry_end": END,
        "expiry_start": START,
        "received": True,
        "team_id": masv.team_id,
        "unarchive_on_destroy": False,
    }
    state = stack.state()["old"]
    assert state["type"] == "pulumi-python:dynamic/masv:ArchiveWindow"
    assert state["id"].startswith("window-")


def test_a_package_that_a_window_contradicts_is_refused_in_the_preview(
    stack: Stack, masv: Simulator
) -> None:
    package = masv.account.add_package(state="expired", expiry=MIDDLE)
    shown = f"masv.PackageLifecycle('day12', package_id={package!r}, archived=False)\n"
    declare(stack, before=shown)
    refused = stack.preview(expect=1)
    assert "property archived " in refused.text
    assert "declare both alike, or move the window" in refused.text


def test_a_window_replaced_by_command_shows_nothing_again(stack: Stack, masv: Simulator) -> None:
    masv.account.add_package(state="expired", expiry=MIDDLE)
    declare(stack, more=", unarchive_on_destroy=True")
    stack.up()
    masv.reset_journal()
    stack.up("--replace", stack.state()["old"]["urn"])
    assert masv.writes == []
