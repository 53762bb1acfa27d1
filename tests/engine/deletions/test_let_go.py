"""What the program still declares, wherever it has moved, is let go of and not ended."""

from pathlib import Path

import pytest

from pulumi_masv.simulator import Simulator
from tests.engine.conftest import Stack
from tests.engine.deletions.programs import (
    FORCED,
    OTHER_PROVIDER,
    ends,
    fleet,
    lifecycle,
    lost,
    options,
    package,
    started,
)


def test_an_entry_moved_to_an_id_that_is_an_output_is_kept(
    stack: Stack, masv: Simulator, tmp_path: Path
) -> None:
    one, two = package(masv), package(masv, "Day 13")
    moved = fleet("f", repr({two: {}}), FORCED) + lifecycle(
        "x", f"pulumi.Output.from_input({one!r}).apply(lambda i: i)", FORCED
    )
    started(stack, fleet("f", repr({one: {}, two: {}}), FORCED), moved)
    ends(stack, masv, tmp_path)


def test_an_entry_moved_to_an_id_asked_for_later_is_kept(
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


def test_a_resource_moved_to_a_provider_of_its_account_is_kept(
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


def test_a_retained_resource_is_let_go_of_without_a_look(
    stack: Stack, masv: Simulator, tmp_path: Path
) -> None:
    one = package(masv)
    kept = lifecycle("a", repr(one), FORCED, options("retain_on_delete=True"))
    started(stack, kept, "")
    assert "resourceHooks" not in stack.state()["a"]
    ends(stack, masv, tmp_path)


@pytest.mark.parametrize("how", [(), ("replace_on_changes=['packages']",)])
def test_a_fleet_that_is_replaced_leaves_what_it_retains_by_now(
    stack: Stack, masv: Simulator, how: tuple[str, ...]
) -> None:
    one, two = package(masv), package(masv, "Day 13")
    retained = fleet("f", repr({two: {}}), "retain_removed=True", options(*how))
    started(stack, fleet("f", repr({one: {}, two: {}}), FORCED), retained)
    token = "urn:pulumi:test::life::pulumi-python:dynamic/masv:PackageFleet::f"
    by_command = () if how else ("--replace", token)
    assert "LOSS" not in stack.preview(*by_command).text
    stack.up(*by_command)
    assert lost(masv) == []
    assert list(stack.state()["f"]["inputs"]["packages"]) == [two]


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
