"""What has changed since a run's preview, or since its review, ends no file unnamed."""

from pathlib import Path

from pulumi_masv.simulator import Simulator
from tests.engine.conftest import PREAMBLE, Result, Stack
from tests.engine.deletions.programs import (
    EARLY,
    FORCED,
    fleet,
    lifecycle,
    lost,
    package,
    report,
    started,
)


def between_the_phases(stack: Stack, masv: Simulator, program: str, by_hand: str) -> str:
    """A program in whose up, and not in its preview, somebody has just changed something."""
    call = f"""
if not pulumi.runtime.is_dry_run():
    import json, urllib.request
    what, how = {by_hand}
    urllib.request.urlopen(urllib.request.Request(
        {masv.url!r} + "/_simulator/packages/" + what, json.dumps(how).encode(),
        {{"Content-Type": "application/json"}}))
"""
    return call + program


def renamed_after_the_preview(stack: Stack, masv: Simulator, one: str, listed: str) -> Result:
    """Run up with a program that lists by name, and rename one by hand between its phases."""
    stack.program(listed)
    stack.up()
    by_hand = repr((f"{one}/rename", {"name": "kept by hand"}))
    stack.program(between_the_phases(stack, masv, listed, by_hand))
    return stack.run("up", "--yes", expect=1)


def test_an_entry_that_the_up_finds_no_more_is_not_destroyed(stack: Stack, masv: Simulator) -> None:
    one = package(masv)
    package(masv, "Day 13")
    listed = fleet("f", "{p.id: {} for p in masv.get_packages(name='Day')}", FORCED)
    refused = renamed_after_the_preview(stack, masv, one, listed)
    assert "which the preview before this run did not show" in refused.text
    assert lost(masv) == []


def test_where_a_listing_finds_nothing_any_more_nothing_is_destroyed_unnamed(
    stack: Stack, masv: Simulator
) -> None:
    one = package(masv)
    listed = (
        "for found in masv.get_packages(name='Day'):\n"
        "    masv.PackageLifecycle(found.id, package_id=found.id, force_destroy=True)\n"
    )
    refused = renamed_after_the_preview(stack, masv, one, listed)
    assert "which the preview before this run did not show" in refused.text
    assert lost(masv) == []


def test_a_program_that_writes_beside_itself_is_bound_by_its_preview(
    stack: Stack, masv: Simulator
) -> None:
    one = package(masv)
    package(masv, "Day 13")
    (stack.folder / ".#__main__.py").symlink_to("nowhere")  # as an editor locks it
    writes = "import pathlib, time\npathlib.Path('found.yaml').write_text(str(time.time_ns()))\n"
    listed = writes + fleet("f", "{p.id: {} for p in masv.get_packages(name='Day')}", FORCED)
    refused = renamed_after_the_preview(stack, masv, one, listed)
    assert "which the preview before this run did not show" in refused.text
    assert lost(masv) == []


def test_what_is_changed_before_an_up_is_confirmed_ends_nothing_unnamed(
    stack: Stack, masv: Simulator
) -> None:
    one = package(masv)
    declared = PREAMBLE + lifecycle("a", repr(one), FORCED)
    changed = f"""
import atexit, pathlib, pulumi
if pulumi.runtime.is_dry_run():  # once all else of this phase is over
    atexit.register(pathlib.Path("__main__.py").write_text, {PREAMBLE!r})
"""
    program = stack.folder / "__main__.py"
    program.write_text(declared)
    stack.up()
    program.write_text(changed + declared)
    refused = stack.run("up", "--yes", expect=1)
    assert "which the preview before this run did not show" in refused.text
    assert lost(masv) == []


def test_a_destroy_ends_nothing_that_its_preview_has_kept(stack: Stack, masv: Simulator) -> None:
    one, other = package(masv), package(masv, "Day 13")
    stack.program(fleet("f", repr({one: {}, other: {}}), FORCED))
    stack.up()
    moved = fleet("f", repr({other: {}}), FORCED) + (
        "for found in masv.get_packages(name='Day 12'):\n"
        "    masv.PackageLifecycle('a', package_id=found.id)\n"
    )
    by_hand = repr((f"{one}/rename", {"name": "kept by hand"}))
    stack.program(between_the_phases(stack, masv, moved, by_hand))
    refused = stack.run("destroy", "--yes", "--run-program", expect=1)
    assert "which the preview before this run did not show" in refused.text
    assert lost(masv) == []
    stack.run("destroy", "--yes", "--run-program")
    assert sorted(lost(masv)) == sorted([one, other])


def test_an_expiry_that_moves_with_the_clock_shortens_nothing_unnamed(
    stack: Stack, masv: Simulator
) -> None:
    one = package(masv)
    rolling = "from datetime import datetime, timedelta, timezone\n" + lifecycle(
        "a", repr(one), "expiry=datetime.now(timezone.utc) + timedelta(days=30)"
    )
    by_hand = repr((f"{one}/set_expiry", {"expiry": "2098-01-01T00:00:00Z"}))
    stack.program(between_the_phases(stack, masv, rolling, by_hand))
    refused = stack.run("up", "--yes", expect=1)
    assert "which the preview before this run did not show" in refused.text
    assert masv.account.package(one).expiry.year == 2098


def test_a_life_extended_before_a_refresh_is_not_shortened_unnamed(
    stack: Stack, masv: Simulator
) -> None:
    one = package(masv, expiry=EARLY)
    stack.program(lifecycle("a", repr(one), f"expiry={EARLY!r}"))
    stack.up()
    assert "LOSS" not in stack.preview().text
    masv.account.set_expiry(one, "2098-01-01T00:00:00Z")
    stack.refresh("--run-program")
    refused = stack.run("up", "--yes", "--skip-preview", expect=1)
    assert "which the preview before this run did not" in refused.text
    assert masv.account.package(one).expiry.year == 2098
    assert "LOSS" in stack.preview().text
    stack.run("up", "--yes", "--skip-preview")
    assert masv.writes != []


def test_an_adoption_extended_by_hand_after_its_plan_is_refused(
    stack: Stack, masv: Simulator
) -> None:
    one = package(masv, expiry=EARLY)
    stack.environment["PULUMI_EXPERIMENTAL"] = "true"
    stack.program(lifecycle("a", repr(one), f"expiry={EARLY!r}"))
    assert "LOSS" not in stack.run("preview", "--save-plan", "plan.json").text
    masv.account.set_expiry(one, "2027-06-16T00:00:00Z")
    refused = stack.up("--plan", "plan.json", expect=1)
    assert "380 days earlier than planned, which the preview before this run did" in refused.text
    assert masv.writes == []


def test_a_review_binds_an_up_to_what_it_allows(
    stack: Stack, masv: Simulator, tmp_path: Path
) -> None:
    one, two = package(masv), package(masv, "Day 13")
    before = lifecycle("a", repr(one), FORCED) + lifecycle("b", repr(two), FORCED)
    started(stack, before, lifecycle("b", repr(two), FORCED))
    report(stack, tmp_path)
    stack.environment["MASV_REVIEWED"] = str(tmp_path / "report.json")
    stack.program("")
    refused = stack.run("up", "--yes", expect=1)
    assert f'{two} "Day 13": 2 files (5B, 5 bytes) end now' in refused.text
    assert "which the report that MASV_REVIEWED names does not allow" in refused.text
    assert lost(masv) == []
    stack.program(lifecycle("b", repr(two), FORCED))
    stack.run("up", "--yes")
    assert lost(masv) == [one]
