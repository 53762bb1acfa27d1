"""On the real engine, a run's own preview names, refuses or lets go of every file it ends."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from pulumi_masv.simulator import Simulator
from tests.engine.conftest import Stack

FORCED = "force_destroy=True"
LATE, EARLY = "2026-12-01T00:00:00Z", "2026-06-01T00:00:00Z"
OTHER_PROVIDER = """
other = masv.Provider("other", api_key={key!r}, team_id={team!r}, base_url={url!r})
"""


def lifecycle(name: str, package_id: str, *rest: str) -> str:
    return f"masv.PackageLifecycle({', '.join([repr(name), f'package_id={package_id}', *rest])})\n"


def fleet(name: str, packages: str, *rest: str) -> str:
    return f"masv.PackageFleet({', '.join([repr(name), f'packages={packages}', *rest])})\n"


def options(*given: str) -> str:
    return f"opts=ResourceOptions({', '.join(given)})"


def package(masv: Simulator, name: str = "Day 12", **more: Any) -> str:
    return masv.account.add_package(name=name, size=5, total_files=2, **more)


def lost(masv: Simulator) -> list[str]:
    return [loss.package_id for loss in masv.account.losses]


def report(stack: Stack, folder: Path, *arguments: str) -> tuple[int, dict[str, Any]]:
    """What `pulumi-masv preview` answers: its exit status, and its report as JSON."""
    told = folder / "report.json"
    done = subprocess.run(
        ["pulumi-masv", "preview", "--format", "json", "--output", str(told), "--", *arguments],
        cwd=stack.folder,
        env=stack.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.exists(), done.stdout + done.stderr
    return done.returncode, json.loads(told.read_text())


def started(stack: Stack, before: str, after: str) -> None:
    """A stack that has the first program, and is given the second."""
    stack.program(before)
    stack.up()
    stack.program(after)


def ends(stack: Stack, masv: Simulator, folder: Path, *gone: str, arguments: Any = ()) -> None:
    """The preview and the report name these packages, and the up ends these and no others."""
    shown = stack.preview(*arguments).text
    status, told = report(stack, folder, *arguments)
    assert (status, sorted(one["id"] for one in told["losses"])) == (3 if gone else 0, sorted(gone))
    assert sorted(i for i in (*gone, "LOSS") if i in shown) == sorted(
        [*gone, "LOSS"] if gone else []
    )
    assert lost(masv) == []
    stack.up(*arguments)
    assert sorted(lost(masv)) == sorted(gone)


def test_a_forced_removal_is_named(stack: Stack, masv: Simulator, tmp_path: Path) -> None:
    one = package(masv)
    started(stack, lifecycle("a", repr(one), FORCED), "")
    assert f'{one} "Day 12": LOSS 2 files (5B, 5 bytes) end now' in stack.preview().text
    ends(stack, masv, tmp_path, one)


def test_a_removal_that_is_not_forced_fails_the_preview_and_the_up_does_nothing(
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
    assert lost(masv) == []


def test_a_fleet_that_goes_is_named_with_its_total(
    stack: Stack, masv: Simulator, tmp_path: Path
) -> None:
    ids = [package(masv, f"Day {n}") for n in range(3)]
    started(stack, fleet("f", repr({i: {} for i in ids}), FORCED), "")
    assert "f: LOSS 3 packages with 6 files (15B, 15 bytes) in all" in stack.preview().text
    ends(stack, masv, tmp_path, *ids)


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


def test_an_entry_that_moves_to_an_id_that_is_an_output_is_let_go_of(
    stack: Stack, masv: Simulator, tmp_path: Path
) -> None:
    one, two = package(masv), package(masv, "Day 13")
    moved = fleet("f", repr({two: {}}), FORCED) + lifecycle(
        "x", f"pulumi.Output.from_input({one!r}).apply(lambda i: i)", FORCED
    )
    started(stack, fleet("f", repr({one: {}, two: {}}), FORCED), moved)
    ends(stack, masv, tmp_path)


def test_an_entry_that_moves_to_an_id_asked_for_later_is_let_go_of(
    stack: Stack, masv: Simulator, tmp_path: Path
) -> None:
    one, two = package(masv), package(masv, "Day 13")
    found = "masv.get_package_output(name='Day 12').apply(lambda found: found.id)"
    moved = lifecycle("x", found, FORCED) + fleet("f", repr({two: {}}), FORCED)
    started(stack, fleet("f", repr({one: {}, two: {}}), FORCED), moved)
    ends(stack, masv, tmp_path)


@pytest.mark.parametrize("second", [("--target", "old"), ("--exclude", "new")])
def test_a_renamed_resource_is_let_go_of_target_by_target(
    stack: Stack, masv: Simulator, second: tuple[str, str]
) -> None:
    one = package(masv)
    token = "urn:pulumi:test::life::pulumi-python:dynamic/masv:PackageLifecycle::"
    started(stack, lifecycle("old", repr(one), FORCED), lifecycle("new", repr(one), FORCED))
    stack.up("--target", token + "new")
    assert "LOSS" not in stack.preview(second[0], token + second[1]).text
    stack.up(second[0], token + second[1])
    assert lost(masv) == []
    assert list(stack.state()) == ["new"]


def test_swapped_ids_where_one_depends_on_the_other_destroy_nothing(
    stack: Stack, masv: Simulator
) -> None:
    one, two = package(masv), package(masv, "Day 13")

    def program(first: str, second: str) -> str:
        first_made = lifecycle("b", repr(second), FORCED, options("delete_before_replace=True"))
        depends = options("delete_before_replace=True", "depends_on=[b]")
        return f"b = {first_made}" + lifecycle("a", repr(first), FORCED, depends)

    started(stack, program(one, two), program(two, one))
    assert "LOSS" not in stack.preview().text
    stack.up()
    assert lost(masv) == []
    assert {name: one["id"] for name, one in stack.state().items()} == {"a": two, "b": one}


def test_a_resource_renamed_and_moved_to_a_provider_of_the_same_account_is_let_go_of(
    stack: Stack, masv: Simulator, tmp_path: Path
) -> None:
    one = package(masv)
    provider = OTHER_PROVIDER.format(
        key=masv.api_key, team=masv.team_id, url=masv.url.replace("127.0.0.1", "localhost")
    )
    started(
        stack,
        lifecycle("a", repr(one), FORCED),
        provider + lifecycle("b", repr(one), FORCED, options("provider=other")),
    )
    ends(stack, masv, tmp_path)


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


def test_an_adoption_extended_by_hand_after_its_preview_is_refused_by_up_with_its_plan(
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


def test_a_stack_is_destroyed_only_with_its_program_and_by_the_same_rules(
    stack: Stack, masv: Simulator
) -> None:
    one, two = package(masv), package(masv, "Day 13")
    stack.program(lifecycle("a", repr(one), FORCED) + lifecycle("b", repr(two), FORCED))
    stack.up()
    refused = stack.run("destroy", "--yes", "--skip-preview", expect=1)
    assert "--run-program" in refused.text
    assert lost(masv) == []
    shown = stack.run("destroy", "--preview-only", "--run-program").text
    assert shown.count("LOSS 2 files") >= 2
    assert lost(masv) == []
    stack.destroy()
    assert sorted(lost(masv)) == sorted([one, two])


def test_a_state_without_hooks_destroys_nothing_before_an_up_has_stored_them(
    stack: Stack, masv: Simulator
) -> None:
    one = package(masv)
    program = lifecycle("a", repr(one), FORCED)
    stack.program(program)
    stack.up()
    exported = json.loads(stack.run("stack", "export").text)
    for resource in exported["deployment"]["resources"]:
        resource.pop("resourceHooks", None)
    old = stack.folder / "old.json"
    old.write_text(json.dumps(exported))
    stack.run("stack", "import", "--file", str(old))
    refused = stack.run("destroy", "--yes", "--skip-preview", expect=1)
    assert "the program was not asked whether they may be destroyed" in refused.text
    assert lost(masv) == []
    assert "expect no changes" not in stack.up("--expect-no-changes").text
    stack.program("")
    stack.up()
    assert lost(masv) == [one]


def test_a_retained_resource_is_let_go_of_without_a_look(
    stack: Stack, masv: Simulator, tmp_path: Path
) -> None:
    one = package(masv)
    kept = lifecycle("a", repr(one), FORCED, options("retain_on_delete=True"))
    started(stack, kept, "")
    assert "resourceHooks" not in stack.state()["a"]
    ends(stack, masv, tmp_path)


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


def test_without_a_place_to_meet_nothing_is_destroyed_and_a_line_says_what_to_set(
    stack: Stack, masv: Simulator, tmp_path: Path
) -> None:
    one = package(masv)
    started(stack, lifecycle("a", repr(one), FORCED), "")
    closed = tmp_path / "closed"
    closed.write_text("a file, not a folder")
    stack.environment |= {"TMPDIR": str(closed), "TMP": str(closed), "TEMP": str(closed)}
    others = tmp_path / "tmp"
    others.mkdir()
    (others / "pulumi_masv-0").symlink_to(tmp_path)
    stack.environment["TMPDIR"] = str(others)
    refused = stack.preview(expect=1)
    assert "set TMPDIR" in refused.text
    stack.up(expect=1)
    assert lost(masv) == []


def test_a_resource_of_a_component_is_named_at_its_own_urn(
    stack: Stack, masv: Simulator, tmp_path: Path
) -> None:
    one, two = package(masv, expiry=LATE), package(masv, "Day 13")
    component = "parent = pulumi.ComponentResource('studio:index:Season', 'season')\n"
    child = options("parent=parent")
    before = component + lifecycle("a", repr(one), child) + lifecycle("b", repr(two), FORCED, child)
    after = component + lifecycle("a", repr(one), f"expiry={EARLY!r}", child)
    started(stack, before, after)
    status, told = report(stack, tmp_path)
    assert (status, told["cannotBeTold"]) == (3, [])
    assert sorted(loss["id"] for loss in told["losses"]) == sorted([one, two])
    stack.up()
    assert lost(masv) == [two]


# What an adversary tried: each ends no file that the run's own preview has not named.

CHANGES = """
from pulumi.dynamic import CreateResult, DiffResult, Resource, ResourceProvider
class Handler(ResourceProvider):
    def create(self, props): return CreateResult("k", props)
    def diff(self, id, olds, news):
        changed = olds["v"] != news["v"]
        return DiffResult(changed, ["v"] if changed else [], delete_before_replace=True)
class Key(Resource):
    v: pulumi.Output[str]
k = Key(Handler(), "k", {"v": %r})
"""


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


def test_an_entry_that_a_listing_no_longer_finds_in_the_up_is_not_destroyed(
    stack: Stack, masv: Simulator
) -> None:
    one = package(masv)
    package(masv, "Day 13")
    listed = fleet("f", "{p.id: {} for p in masv.get_packages(name='Day')}", FORCED)
    stack.program(listed)
    stack.up()
    by_hand = repr((f"{one}/rename", {"name": "kept by hand"}))
    stack.program(between_the_phases(stack, masv, listed, by_hand))
    refused = stack.run("up", "--yes", expect=1)
    assert "which the preview before this run did not show" in refused.text
    assert lost(masv) == []


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


def test_what_goes_before_its_first_check_is_kept_while_it_is_declared(
    stack: Stack, masv: Simulator
) -> None:
    one = package(masv)
    program = CHANGES + lifecycle(
        "x", repr(one), "name=k.v", FORCED, options("replace_on_changes=['name']")
    )
    started(stack, program % "v1", program % "v2")
    assert "LOSS" not in stack.preview().text
    stack.run("up", "--yes")
    assert lost(masv) == []
    assert masv.account.package(one).name == "v2"


def test_the_last_package_of_a_second_account_is_ended_by_its_own_key(
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


def test_a_package_that_a_transform_declares_is_let_go_of(stack: Stack, masv: Simulator) -> None:
    one, two = package(masv), package(masv, "Day 13")
    swap = f"""
def swap(args):
    args.props["packageId"] = {one!r}
    return pulumi.ResourceTransformResult(args.props, args.opts)
"""
    moved = swap + lifecycle("new", repr(two), FORCED, options("transforms=[swap]"))
    started(stack, lifecycle("old", repr(one), FORCED), moved)
    assert "LOSS" not in stack.preview().text
    stack.run("up", "--yes")
    assert lost(masv) == []


def test_an_old_half_without_a_hook_could_not_be_checked(
    stack: Stack, masv: Simulator, tmp_path: Path
) -> None:
    one, two = package(masv), package(masv, "Day 13")
    stack.program(lifecycle("a", repr(one), FORCED))
    stack.up()
    exported = json.loads(stack.run("stack", "export").text)
    for resource in exported["deployment"]["resources"]:
        resource.pop("resourceHooks", None)
    old = tmp_path / "old.json"
    old.write_text(json.dumps(exported))
    stack.run("stack", "import", "--file", str(old))
    stack.program(lifecycle("a", repr(two), FORCED))
    status, told = report(stack, tmp_path)
    assert (status, len(told["cannotBeTold"])) == (3, 1)
    assert "put it back and run an up first" in stack.up(expect=1).text
    assert lost(masv) == []


def test_where_a_listing_finds_nothing_any_more_nothing_is_destroyed_unnamed(
    stack: Stack, masv: Simulator
) -> None:
    one = package(masv)
    listed = (
        "for found in masv.get_packages(name='Day'):\n"
        "    masv.PackageLifecycle(found.id, package_id=found.id, force_destroy=True)\n"
    )
    stack.program(listed)
    stack.up()
    by_hand = repr((f"{one}/rename", {"name": "kept by hand"}))
    stack.program(between_the_phases(stack, masv, listed, by_hand))
    refused = stack.run("up", "--yes", expect=1)
    assert "which the preview before this run did not show" in refused.text
    assert lost(masv) == []
