"""What a stack stores is little, under names that are pinned, and nothing secret."""

import json

from pulumi_masv.simulator import (
    KEY_CANARY,
    PASSWORD_CANARY,
    TOKEN_CANARY,
    Simulator,
)
from tests.engine.adopted import FLEET, ONE, WINDOW, adopted, declare, tombstone
from tests.engine.conftest import Stack


def test_no_secret_is_in_the_state_output_or_files_of_a_stack(
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


def test_the_state_of_a_resource_is_small_and_its_names_are_pinned(
    stack: Stack, masv: Simulator
) -> None:
    package = masv.account.add_package(name="Day 12 dailies, camera A", custom_metadata_id="01META")
    more = ', name="Day 12 dailies, camera A", expiry="2027-01-31T00:00:00Z", archived=True'
    declare(stack, package, more=more)
    stack.up()
    state = stack.state()["day12"]
    assert state["type"] == "pulumi-python:dynamic/masv:PackageLifecycle"
    assert set(state["outputs"]) == {
        "__provider", "archived", "createdAt", "declared", "expiry",
        "forceDestroy", "name", "packageId", "pendingArchive", "sender", "size", "state",
        "teamId", "totalFiles", "unlimitedStorage", "updatedAt",
    }  # fmt: skip
    # Where in the program it was declared is the engine's own note, and as long as the path.
    ours = {
        key: value for key, value in state.items() if key not in ("sourcePosition", "stackTrace")
    }
    assert len(json.dumps(ours, separators=(",", ":"))) < 1500
