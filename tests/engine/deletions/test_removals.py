"""A run's own preview names or refuses every file that the run ends."""

from pathlib import Path

import pytest

from pulumi_masv.simulator import Simulator
from tests.engine.conftest import Stack
from tests.engine.deletions.programs import (
    EARLY,
    FORCED,
    LATE,
    OTHER_PROVIDER,
    ends,
    fleet,
    lifecycle,
    lost,
    options,
    package,
    report,
    started,
)


def test_a_forced_removal_is_named(stack: Stack, masv: Simulator, tmp_path: Path) -> None:
    one = package(masv)
    started(stack, lifecycle("a", repr(one), FORCED), "")
    shown = ends(stack, masv, tmp_path, one)
    assert f'{one} "Day 12": LOSS 2 files (5B, 5 bytes) end now' in shown


def test_a_removal_that_is_not_forced_fails_and_does_nothing(
    stack: Stack, masv: Simulator, tmp_path: Path
) -> None:
    one, two = package(masv), package(masv, "Day 13")
    before = lifecycle("a", repr(one)) + lifecycle("b", repr(two))
    started(stack, before, lifecycle("b", repr(two), "name='x'"))
    refused = stack.preview(expect=1)
    assert [one in line for line in refused.errors] == [True], refused.text
    assert f'{one} "Day 12" still has 2 files (5B, 5 bytes)' in refused.errors[0]
    status, told = report(stack, tmp_path)
    assert (status, [row["id"] for row in told["refused"]]) == (2, [one])
    done = stack.run("up", "--yes", expect=1)
    assert "still has 2 files" in done.text
    assert masv.writes == []


def test_what_is_gone_or_expired_is_done_without_a_line(
    stack: Stack, masv: Simulator, tmp_path: Path
) -> None:
    gone, ended = package(masv), package(masv, "Day 13", expiry="2026-04-01T00:00:00Z")
    started(stack, lifecycle("a", repr(gone)) + lifecycle("b", repr(ended)), "")
    masv.account.remove(gone)
    masv.account.set_now("2026-04-02T00:00:00Z")
    masv.reset_journal()
    assert report(stack, tmp_path)[0] == 0
    stack.up()
    assert (masv.writes, stack.state()) == ([], {})


def test_where_it_cannot_look_the_preview_warns_and_the_up_refuses(
    stack: Stack, masv: Simulator, tmp_path: Path
) -> None:
    one = package(masv)
    started(stack, lifecycle("a", repr(one), FORCED), "")
    stack.environment["MASV_API_KEY"] = ""
    assert "warning: " in stack.preview().text
    status, told = report(stack, tmp_path)
    assert (status, [row["id"] for row in told["cannotBeTold"]]) == (3, [one])
    assert "so it is not done" in stack.up(expect=1).text
    stack.environment["MASV_API_KEY"] = masv.api_key
    assert "the preview before this run did not show" in stack.up(expect=1).text
    assert lost(masv) == []
    stack.run("up", "--yes")
    assert lost(masv) == [one]


def test_a_fleet_that_goes_is_named_with_its_total(
    stack: Stack, masv: Simulator, tmp_path: Path
) -> None:
    ids = [package(masv, f"Day {n}") for n in range(3)]
    started(stack, fleet("f", repr({i: {} for i in ids}), FORCED), "")
    shown = ends(stack, masv, tmp_path, *ids)
    assert "f: LOSS 3 packages with 6 files (15B, 15 bytes) in all" in shown


def test_a_managed_package_that_becomes_get_of_another_is_named(
    stack: Stack, masv: Simulator, tmp_path: Path
) -> None:
    one, two = package(masv), package(masv, "Day 13")
    started(
        stack,
        lifecycle("x", repr(one), FORCED),
        f"masv.PackageLifecycle.get('x', {two!r})\n",
    )
    ends(stack, masv, tmp_path, one)


def test_a_package_that_was_only_read_and_is_shortened_is_named(
    stack: Stack, masv: Simulator, tmp_path: Path
) -> None:
    one = package(masv, expiry=LATE)
    started(
        stack,
        f"masv.PackageLifecycle.get('x', {one!r})\n",
        lifecycle("x", repr(one), f"expiry={EARLY!r}"),
    )
    status, told = report(stack, tmp_path)
    assert (status, [loss["id"] for loss in told["losses"]]) == (3, [one])
    assert "LOSS 2 files" in stack.preview().text


def test_what_goes_with_a_resource_that_is_replaced_first_is_named(
    stack: Stack, masv: Simulator, tmp_path: Path
) -> None:
    one, two, three = package(masv), package(masv, "Day 13"), package(masv, "Day 14")
    parent = "parent = " + lifecycle("parent", "{}", FORCED)
    child = lifecycle("child", repr(three), FORCED, options("deleted_with=parent"))
    started(stack, parent.format(repr(one)) + child, parent.format(repr(two)))
    status, told = report(stack, tmp_path)
    named = {loss["id"] for loss in told["losses"]}
    stack.up()
    assert status == 3
    assert set(lost(masv)) <= named
    assert one in lost(masv)


def test_a_deletion_that_an_interrupted_replacement_left_is_named(
    stack: Stack, masv: Simulator, tmp_path: Path
) -> None:
    one, two = package(masv), package(masv, "Day 13")
    create_first = options("delete_before_replace=False")
    started(
        stack,
        lifecycle("a", repr(one), FORCED, create_first),
        lifecycle("a", repr(two), FORCED, create_first),
    )
    masv.faults.set("status", status=500, method="DELETE", times=None)
    stack.environment["MASV_MAX_RETRIES"] = "0"
    stack.up(expect=1)
    masv.faults.clear()
    assert lost(masv) == []
    assert f'{one} "Day 12": LOSS 2 files' in stack.preview().text
    assert report(stack, tmp_path)[0] == 3
    stack.up()
    assert lost(masv) == [one]


def test_only_masvs_clock_counts(stack: Stack, masv: Simulator, tmp_path: Path) -> None:
    one, two = package(masv), package(masv, "Day 13", expiry="2026-03-02T09:04:00Z")
    started(stack, lifecycle("a", repr(one), FORCED) + lifecycle("b", repr(two), FORCED), "")
    ends(stack, masv, tmp_path, one, two)  # this machine's clock is months ahead of MASV's


@pytest.mark.parametrize("name", ["season", "team::season"])
def test_a_resource_of_a_component_is_named_at_its_own_urn(
    stack: Stack, masv: Simulator, tmp_path: Path, name: str
) -> None:
    one, two = package(masv, expiry=LATE), package(masv, "Day 13")
    component = f"parent = pulumi.ComponentResource('studio:index:Season', {name!r})\n"
    child = options("parent=parent")
    before = component + lifecycle("a", repr(one), child) + lifecycle("b", repr(two), FORCED, child)
    after = component + lifecycle("a", repr(one), f"expiry={EARLY!r}", child)
    started(stack, before, after)
    status, told = report(stack, tmp_path)
    assert (status, told["cannotBeTold"]) == (3, [])
    assert sorted(loss["id"] for loss in told["losses"]) == sorted([one, two])
    stack.up()
    assert lost(masv) == [two]
    stack.program(component + lifecycle("a", repr(one), FORCED, child))
    stack.up()
    stack.destroy()
    assert lost(masv) == [two, one]


def test_a_second_accounts_last_package_is_ended_by_its_own_key(
    stack: Stack, masv: Simulator, tmp_path: Path
) -> None:
    masv.account.teams["01OTHERTEAM"] = "other-key"
    one = package(masv)
    stack.environment["MASV_TEAM_ID"], stack.environment["MASV_API_KEY"] = (
        "01OTHERTEAM",
        "other-key",
    )
    other = OTHER_PROVIDER.format(key=masv.api_key, team=masv.team_id, url=masv.url)
    started(stack, other + lifecycle("a", repr(one), FORCED, options("provider=other")), other)
    ends(stack, masv, tmp_path, one)
