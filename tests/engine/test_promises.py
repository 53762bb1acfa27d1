"""What never happens on the real engine: files ended by a rename, a replacement, a wrong turn."""

import json

import pytest

from pulumi_masv.simulator import (
    KEY_CANARY,
    PASSWORD_CANARY,
    TOKEN_CANARY,
    Simulator,
    Switches,
)
from tests.engine.conftest import Stack

ONE = "masv.PackageLifecycle({name!r}, package_id={id!r}, force_destroy={force}{more})\n"


def declare(
    stack: Stack, package: str, *, name: str = "day12", force: bool = True, more: str = ""
) -> None:
    stack.program(ONE.format(name=name, id=package, force=force, more=more))


def adopted(stack: Stack, masv: Simulator, *, force: bool = True, more: str = "") -> str:
    package = masv.account.add_package(name="Day 12", size=5, total_files=2)
    declare(stack, package, force=force, more=more)
    stack.up()
    masv.reset_journal()
    return package


WINDOW = (
    "masv.ArchiveWindow('old', expiry_start='2026-01-01T00:00:00Z',"
    " expiry_end='2026-03-01T00:00:00Z', archived={archived}, unarchive_on_destroy=True)\n"
)


FLEET = "masv.PackageFleet('fleet', packages={{{id!r}: {{'name': {name!r}}}}})\n"


def tombstone(masv: Simulator) -> str:
    return masv.account.add_package(state="expired", expiry="2026-02-01T00:00:00Z")


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


def test_a_preview_writes_nothing_whatever_it_shows(stack: Stack, masv: Simulator) -> None:
    package = adopted(stack, masv)
    other = masv.account.add_package(name="Day 13")
    many = masv.account.add_package(name="Day 14")
    tombstone(masv)
    before = ONE.format(name="day12", id=package, force=True, more="")
    stack.program(before + WINDOW.format(archived=False) + FLEET.format(id=many, name="Day 14"))
    stack.up()
    masv.reset_journal()
    for program in (
        ONE.format(name="day12", id=package, force=True, more=', name="x", unlimited_storage=True'),
        ONE.format(name="day12", id=other, force=True, more="") + WINDOW.format(archived=True),
        before + FLEET.format(id=many, name="Day 15"),
        "masv.get_packages()\n",
        "",
    ):
        stack.program(program)
        stack.preview("--refresh", expect=None)
    assert masv.writes == []


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


def test_a_refused_replacement_leaves_a_clean_state_and_each_way_on_ends_well(
    stack: Stack, masv: Simulator
) -> None:
    old = adopted(stack, masv, force=False)
    new = masv.account.add_package(name="Day 13")
    declare(stack, new, force=False)
    assert "put the old package_id back" in stack.preview(expect=1).errors[0]
    refused = stack.up(expect=1)
    assert len(refused.errors) == 1, refused.text
    assert "put the old package_id back" in refused.errors[0]
    assert masv.account.losses == ()

    keep = ", opts=ResourceOptions(retain_on_delete=True)"
    declare(stack, old, force=False, more=keep)
    stack.up()
    declare(stack, new, force=False, more=keep)
    stack.up()
    assert masv.account.losses == ()
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


def test_a_package_whose_id_comes_from_something_replaced_is_not_destroyed_before_its_check(
    stack: Stack, masv: Simulator
) -> None:
    package = masv.account.add_package(name="Day 12")
    stack.program(FINDER.format(id=package, key=1))
    stack.up()
    stack.program(FINDER.format(id=package, key=2))
    told = "may end now: whether the program still declares it is not known yet"
    assert told in stack.preview().text
    stack.up()
    assert masv.account.losses == ()


def test_a_package_put_back_after_a_replacement_that_was_cut_off_is_not_destroyed(
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


def test_an_offline_preview_without_a_key_says_so_and_goes_on(
    stack: Stack, masv: Simulator
) -> None:
    package = masv.account.add_package(name="Day 12")
    declare(stack, package, force=False, more=', name="Day 13"')
    no_key = {"MASV_API_KEY": ""}
    seen = stack.run("preview", **no_key)
    assert "masv:apiKey (or MASV_API_KEY) is not set" in seen.text
    assert masv.journal == []
    refused = stack.run("up", "--yes", "--skip-preview", expect=1, **no_key)
    assert len(refused.errors) == 1, refused.text
    assert "masv:apiKey (or MASV_API_KEY) is not set" in refused.errors[0]

    no_network = {"MASV_BASE_URL": "http://127.0.0.1:9", "MASV_MAX_RETRIES": "0"}
    seen = stack.run("preview", **no_network)
    assert "cannot look at MASV" in seen.text
    refused = stack.run("up", "--yes", "--skip-preview", expect=1, **no_network)
    assert len(refused.errors) == 1, refused.text
    assert "no answer from http://127.0.0.1:9" in refused.errors[0]


def test_another_team_is_an_error_for_every_verb_and_never_takes_a_package_for_gone(
    stack: Stack, masv: Simulator
) -> None:
    package = adopted(stack, masv)
    masv.account.teams["01OTHERTEAM"] = "other-key"
    other = {"MASV_TEAM_ID": "01OTHERTEAM", "MASV_API_KEY": "other-key"}
    declare(stack, package, more=', name="Day 13"')
    for command in ("refresh", "destroy"):
        refused = stack.run(command, "--yes", "--skip-preview", "--run-program", expect=1, **other)
        assert f"stored in team {masv.team_id}" in refused.text
        assert "01OTHERTEAM" in refused.text
    assert list(stack.state()) == ["day12"]
    assert masv.account.losses == ()


def test_a_wrong_key_is_one_line_that_says_where_it_came_from(
    stack: Stack, masv: Simulator
) -> None:
    declare(stack, masv.account.add_package(name="Day 12"))
    refused = stack.run("up", "--yes", "--skip-preview", expect=1, MASV_API_KEY="wrong")
    assert len(refused.errors) == 1, refused.text
    assert "the key came from the environment (MASV_API_KEY)" in refused.errors[0]


def test_a_rotated_key_in_the_stack_needs_run_program_to_refresh_and_the_error_says_so(
    stack: Stack, masv: Simulator
) -> None:
    del stack.environment["MASV_API_KEY"]
    stack.run("config", "set", "--secret", "masv:apiKey", masv.api_key)
    adopted(stack, masv)
    masv.account.teams[masv.team_id] = "a-new-key"
    stack.run("config", "set", "--secret", "masv:apiKey", "a-new-key")
    settings = stack.folder / "Pulumi.yaml"
    once = settings.read_text()
    settings.write_text(once + "options: {refresh: always}\n")
    for refused in (stack.refresh(expect=1), stack.up(expect=1)):
        assert "use the recorded key unless --run-program" in refused.text
    settings.write_text(once)
    stack.refresh("--run-program")
    stack.up("--expect-no-changes", "--refresh")


def test_a_key_stored_in_clear_and_a_setting_that_does_not_exist_are_told(
    stack: Stack, masv: Simulator
) -> None:
    declare(stack, masv.account.add_package(name="Day 12"))
    stack.run("config", "set", "masv:apikye", "x")
    stack.run("config", "set", "--plaintext", "masv:apiKey", "01CLEAR")
    refused = stack.preview(expect=1)
    assert "masv:apiKey is stored in clear text" in refused.text
    assert "Traceback" not in refused.text
    stack.run("config", "set", "--secret", "masv:apiKey", masv.api_key)
    assert "did you mean masv:apiKey?" in stack.preview().text


@pytest.mark.parametrize("known", ["id", "pulumi.Output.from_input(id)"])
def test_one_package_declared_twice_is_refused_by_both_names(
    stack: Stack, masv: Simulator, known: str
) -> None:
    package = masv.account.add_package(name="Day 12")
    stack.program(
        f"id = {package!r}\n"
        f"masv.PackageLifecycle('one', package_id={known})\n"
        f"masv.PackageLifecycle('two', package_id={known})\n"
    )
    refused = stack.preview(expect=1)
    assert f"package {package} is declared twice, by PackageLifecycle 'one'" in refused.text
    assert "by PackageLifecycle 'two'" in refused.text
    assert "Traceback" not in refused.text


@pytest.mark.parametrize("debug", ["", "1"])
@pytest.mark.parametrize("kind", ["package", "fleet", "window"])
def test_an_error_is_one_line_unless_the_traceback_is_asked_for(
    stack: Stack, masv: Simulator, kind: str, debug: str
) -> None:
    masv.account.switches = Switches(expiry_edits="locked")
    package = masv.account.add_package(name="Day 12", expiry="2027-01-31T00:00:00Z")
    tombstone(masv)
    if kind == "package":
        declare(stack, package, force=False, more=', expiry="2027-06-01T00:00:00Z"')
        said = f"PUT /v1/packages/{package}/expiry answered 403"
    elif kind == "fleet":
        stack.program(FLEET.format(id=package, name="x"))
        said = f"PUT /v1/packages/{package} answered 400"
        masv.faults.set("status", status=400, method="PUT", times=None)
    else:
        stack.program(WINDOW.format(archived=True))
        said = f"PUT /v1/teams/{masv.team_id}/archive answered 400"
        masv.faults.set("status", status=400, method="PUT", times=None)
    refused = stack.run("up", "--yes", "--skip-preview", expect=1, MASV_DEBUG=debug)
    assert len(refused.errors) == 1, refused.text
    assert said in refused.text
    assert ("Traceback" in refused.text) is bool(debug)


def test_no_secret_is_in_the_state_the_output_or_the_files_of_the_stack(
    stack: Stack, masv: Simulator
) -> None:
    del stack.environment["MASV_API_KEY"]
    stack.run("config", "set", "--secret", "masv:apiKey", masv.api_key)
    package = adopted(stack, masv, force=False)
    tombstone(masv)
    stack.program(
        ONE.format(name="day12", id=package, force=False, more="")
        + WINDOW.format(archived=True)
        + FLEET.format(id=masv.account.add_package(name="raw"), name="Day 14")
        + "pulumi.export('all', [repr(p) for p in masv.get_packages()])\n"
        "pulumi.export('later', masv.get_packages_output().apply(lambda found: str(found)))\n"
    )
    printed = [
        stack.up("--refresh").text,
        stack.plan("--refresh").text,
        stack.destroy(expect=1).text,
        stack.run("stack", "export").text,
        stack.files(),
    ]
    assert package in printed[-1]
    for canary in (KEY_CANARY, TOKEN_CANARY, PASSWORD_CANARY):
        assert canary not in "\n".join(printed)


def test_the_state_of_a_resource_is_small_and_pins_its_type_and_handler(
    stack: Stack, masv: Simulator
) -> None:
    package = masv.account.add_package(name="Day 12 dailies, camera A", custom_metadata_id="01META")
    more = ', name="Day 12 dailies, camera A", expiry="2027-01-31T00:00:00Z", archived=True'
    declare(stack, package, more=more)
    stack.up()
    state = stack.state()["day12"]
    assert state["type"] == "pulumi-python:dynamic/masv:PackageLifecycle"
    assert set(state["outputs"]) == {
        "__provider", "archiveOnDestroy", "archived", "createdAt", "declared", "expiry",
        "forceDestroy", "name", "packageId", "pendingArchive", "sender", "size", "state",
        "teamId", "totalFiles", "unlimitedStorage", "updatedAt",
    }  # fmt: skip
    # Where in the program it was declared is the engine's own note, and as long as the path.
    ours = {
        key: value for key, value in state.items() if key not in ("sourcePosition", "stackTrace")
    }
    assert len(json.dumps(ours, separators=(",", ":"))) < 1500
