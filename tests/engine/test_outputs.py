"""What a program reads of a PackageLifecycle: asked of the engine, and only where it is read."""

import json

from pulumi_masv.simulator import Simulator
from tests.engine.conftest import Stack

READS = """\
made = []
pulumi.runtime.register_stack_transformation(lambda args: made.append(args.name))
day12 = masv.PackageLifecycle(
    "day12",
    package_id={first!r},
    name=pulumi.Output.secret("Day 12"),
    opts=ResourceOptions(additional_secret_outputs=["size"]),
)
masv.PackageLifecycle("next", package_id={second!r}, name=day12.state)
day12.state.apply(lambda state: pulumi.log.warn(f"state is {{state}}"))
for name in ("state", "size", "name", "total_files"):
    pulumi.export(name, getattr(day12, name))
day12.total_files.apply(lambda files: list(range(files)))  # fails unless it is an int
pulumi.export("made", day12.state.apply(lambda _: made))
"""


def test_an_output_is_known_where_the_package_is_stored(stack: Stack, masv: Simulator) -> None:
    first, second = masv.account.add_package(size=5), masv.account.add_package()
    stack.program(READS.format(first=first, second=second))
    assert "state is" not in stack.preview().text
    assert "state is finalized" in stack.up().text
    assert "state is finalized" in stack.preview("--expect-no-changes").text
    stack.refresh("--run-program")
    shown = json.loads(stack.run("stack", "output", "--json").text)
    assert shown == {
        "made": ["day12", "next"],
        "name": "[secret]",
        "size": "[secret]",
        "state": "finalized",
        "total_files": 3,
    }
    state = stack.state()
    assert state["next"]["dependencies"] == [state["day12"]["urn"]]
    assert all("still has" in line for line in stack.destroy(expect=1).errors)


def test_an_output_of_what_failed_is_unknown_and_what_needs_it_stays(
    stack: Stack, masv: Simulator
) -> None:
    failing, needing, free = (masv.account.add_package(name=name) for name in "abc")
    program = (
        f"day12 = masv.PackageLifecycle('day12', package_id={failing!r}, name='Day %s')\n"
        f"masv.PackageLifecycle('needing', package_id={needing!r}, expiry=day12.expiry)\n"
        f"masv.PackageLifecycle('free', package_id={free!r}, name='Free %s')\n"
        "day12.state.apply(lambda state: pulumi.log.warn(f'state is {state}'))\n"
        "pulumi.export('state', day12.state)\n"
    )
    stack.program(program % (1, 1))
    assert "state is finalized" in stack.up().text
    before = stack.state()["needing"]["inputs"]
    masv.faults.set("status", status=409, method="PUT", times=None, route=f"*/{failing}")
    stack.program(program % (2, 2))
    refused = stack.up("--continue-on-error", expect=1).text
    assert masv.account.package(free).name == "Free 2"
    assert stack.state()["needing"]["inputs"] == before
    assert "state is" not in refused
    assert "getResource" not in refused


def test_an_output_of_what_is_not_targeted_is_unknown(stack: Stack, masv: Simulator) -> None:
    first, second = masv.account.add_package(), masv.account.add_package()
    stack.program(
        f"day12 = masv.PackageLifecycle('day12', package_id={first!r})\n"
        f"masv.PackageLifecycle('other', package_id={second!r}, name='Other')\n"
        "day12.state.apply(lambda state: pulumi.log.warn(f'state is {state}'))\n"
    )
    urn = "urn:pulumi:test::life::pulumi-python:dynamic/masv:PackageLifecycle::other"
    assert "state is" not in stack.up("--target", urn).text
    assert masv.account.package(second).name == "Other"
