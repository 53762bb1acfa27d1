"""No file is destroyed by a rename, a replacement, a wrong turn."""

from pulumi_masv.simulator import (
    Simulator,
)
from tests.engine.adopted import adopted, declare
from tests.engine.conftest import Stack


def test_renaming_a_forced_resource_destroys_nothing(stack: Stack, masv: Simulator) -> None:
    package = adopted(stack, masv)
    declare(stack, package, name="renamed")
    stack.up()
    assert list(stack.state()) == ["renamed"]
    assert masv.writes == []
    assert masv.account.losses == ()


def test_replacing_a_forced_resource_by_command_destroys_nothing(
    stack: Stack, masv: Simulator
) -> None:
    adopted(stack, masv)
    urn = stack.state()["day12"]["urn"]
    stack.up("--replace", urn)
    assert masv.account.losses == ()
    stack.run("state", "taint", urn, "--yes")
    stack.up()
    assert masv.writes == []
    assert masv.account.losses == ()
    assert list(stack.state()) == ["day12"]


def test_replace_on_changes_destroys_nothing(stack: Stack, masv: Simulator) -> None:
    package = adopted(stack, masv)
    more = ', name="Day 13", opts=ResourceOptions(replace_on_changes=["name"])'
    declare(stack, package, more=more)
    stack.up()
    assert masv.account.losses == ()
    assert masv.account.package(package).name == "Day 13"


def test_the_preview_of_a_replacement_names_the_files_it_will_destroy(
    stack: Stack, masv: Simulator
) -> None:
    old = adopted(stack, masv)
    new = masv.account.add_package(name="Day 13")
    declare(stack, new)
    seen = stack.preview()
    assert f'{old} "Day 12": LOSS 2 files (5B, 5 bytes) end now' in seen.text
    stack.up()
    assert [loss.package_id for loss in masv.account.losses] == [old]


def test_each_way_on_from_a_refused_replacement_ends_well(stack: Stack, masv: Simulator) -> None:
    old = adopted(stack, masv, force=False)
    new = masv.account.add_package(name="Day 13")
    declare(stack, new, force=False)
    assert "with the resource and this id in the program" in stack.preview(expect=1).errors[0]
    refused = stack.up(expect=1)
    assert len(refused.errors) == 1, refused.text
    assert "with the resource and this id in the program" in refused.errors[0]
    assert list(masv.account.losses) == []

    keep = ", opts=ResourceOptions(retain_on_delete=True)"
    declare(stack, old, force=False, more=keep)
    stack.up()
    declare(stack, new, force=False, more=keep)
    stack.up()
    assert list(masv.account.losses) == []
    assert stack.state()["day12"]["id"] == new

    declare(stack, new, force=True)
    stack.up()
    declare(stack, old, force=True)
    stack.up()
    assert [loss.package_id for loss in masv.account.losses] == [new]
    assert stack.state()["day12"]["id"] == old


def test_ids_that_move_along_a_list_of_forced_resources_destroy_nothing(
    stack: Stack, masv: Simulator
) -> None:
    ids = [masv.account.add_package(name=f"Day {i}") for i in range(3)]
    program = (
        "for i, id in enumerate({ids!r}):\n"
        "    masv.PackageLifecycle(f'p{{i}}', package_id=id, force_destroy=True)\n"
    )
    stack.program(program.format(ids=ids[:2]))
    stack.up()
    stack.program(program.format(ids=[ids[2], *ids[:2]]))
    stack.up("--parallel", "1")
    assert masv.writes == []
    assert {one["id"] for one in stack.state().values()} == set(ids)


FINDER = """
from pulumi.dynamic import CreateResult, DiffResult, Resource, ResourceProvider
class Handler(ResourceProvider):
    def create(self, props): return CreateResult("x", {{**props, "found": {id!r}}})
    def diff(self, id, olds, news):
        changed = olds["key"] != news["key"]
        return DiffResult(changed, ["key"] if changed else [], delete_before_replace=True)
class Finder(Resource):
    found: pulumi.Output[str]
masv.PackageLifecycle("day12", force_destroy=True,
    package_id=Finder(Handler(), "finder", {{"key": {key}, "found": None}}).found)
"""


def test_a_package_whose_id_is_made_anew_is_not_destroyed(stack: Stack, masv: Simulator) -> None:
    package = masv.account.add_package(name="Day 12")
    stack.program(FINDER.format(id=package, key=1))
    stack.up()
    stack.program(FINDER.format(id=package, key=2))
    told = "may end now: whether the program still declares it is not known yet"
    assert told in stack.preview().text
    stack.up()
    assert masv.account.losses == ()


def test_a_package_put_back_after_a_cut_off_replacement_is_kept(
    stack: Stack, masv: Simulator
) -> None:
    package = adopted(stack, masv)
    declare(stack, masv.account.add_package(name="Day 13"))
    masv.faults.set("status", status=403, times=None, method="DELETE")
    stack.up(expect=1)
    masv.faults.clear()
    declare(stack, package)
    stack.up()
    assert package not in [loss.package_id for loss in masv.account.losses]


def test_an_unknown_package_id_is_a_replacement_in_the_preview(
    stack: Stack, masv: Simulator
) -> None:
    package = masv.account.add_package(name="Day 12")
    other = masv.account.add_package(name="Day 13")
    adopt = 'masv.PackageLifecycle("day12", package_id=id)\n'
    stack.program(f"id = {package!r}\n" + adopt)
    stack.up()
    unknown = (
        "from pulumi.dynamic import CreateResult, Resource, ResourceProvider\n"
        "class Handler(ResourceProvider):\n"
        f"    def create(self, props): return CreateResult('x', {{'found': {other!r}}})\n"
        "class Finder(Resource):\n"
        "    found: pulumi.Output[str]\n"
        'id = Finder(Handler(), "finder", {"found": None}).found\n'
    )
    stack.program(unknown + adopt)
    seen = stack.plan()
    assert seen.plan["day12"]["op"] in ("replace", "create-replacement", "delete-replaced")
    assert "not known yet" in seen.text
