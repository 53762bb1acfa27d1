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


def test_an_output_of_what_failed_is_unknown_and_fails_nothing_more(
    stack: Stack, masv: Simulator
) -> None:
    failing, other = masv.account.add_package(), masv.account.add_package(name="other")
    masv.faults.set("status", status=409, method="PUT", times=None, route=f"*/{failing}")
    stack.program(
        f"day12 = masv.PackageLifecycle('day12', package_id={failing!r}, name='Day 12')\n"
        f"masv.PackageLifecycle('other', package_id={other!r}, name='Other')\n"
        "pulumi.export('state', day12.state)\n"
    )
    refused = stack.up("--continue-on-error", expect=1)
    assert {one.name for one in masv.account.packages()} >= {"Other"}
    assert "getResource" not in refused.text


def test_an_output_of_what_is_not_targeted_is_unknown(stack: Stack, masv: Simulator) -> None:
    first, second = masv.account.add_package(), masv.account.add_package()
    stack.program(
        f"day12 = masv.PackageLifecycle('day12', package_id={first!r})\n"
        f"masv.PackageLifecycle('other', package_id={second!r}, name='Other')\n"
        "day12.state.apply(lambda state: pulumi.log.warn(f'state is {state}'))\n"
    )
    urn = "urn:pulumi:test::life::pulumi-python:dynamic/masv:PackageLifecycle::other"
    assert "state is" not in stack.up("--target", urn).text
    assert {one.name for one in masv.account.packages()} >= {"Other"}
