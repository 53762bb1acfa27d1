"""What a program reads of a PackageLifecycle: asked of the engine, and only where it is read."""

import json
import re

from pulumi_masv.short import FLAGS
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


READS_FLAGS = """\
day12 = masv.PackageLifecycle(
    "day12",
    package_id={first!r},
    archived={given},
    force_destroy=pulumi.Output.from_input({given}),
    opts=ResourceOptions(ignore_changes={ignored}),
)
raw = masv.PackageLifecycle.get("raw", {second!r})
for one in (day12, raw):
    for flag in {flags}:
        of = f"read {{one._name}} {{flag}}"
        getattr(one, flag).apply(lambda value, of=of: pulumi.log.warn(f"{{of}} {{value}}"))
pulumi.export("forced", day12.force_destroy)
pulumi.export("archived", raw.archived)
"""


def test_a_program_reads_a_flag_alike_whether_its_state_spells_it(
    stack: Stack, masv: Simulator
) -> None:
    """Also where the program gives a flag, and Pulumi would take it for what the state holds."""
    first, second = masv.account.add_package(), masv.account.add_package()

    def declare(given: bool | None, *ignored: str) -> None:
        made = {"first": first, "second": second, "flags": sorted(FLAGS)}
        stack.program(READS_FLAGS.format(given=given, ignored=list(ignored), **made))

    def read(text: str, name: str) -> dict[str, str]:
        return dict(re.findall(rf"read {name} (\w+) (\w+)", text))

    off = dict.fromkeys(FLAGS, "False")
    declare(None)
    previewed = stack.preview().text
    assert read(previewed, "day12") == {}
    assert read(previewed, "raw") == off
    first_up = stack.up().text
    assert read(first_up, "day12") == read(first_up, "raw") == off
    outputs = stack.state()["day12"]["outputs"]
    assert [name for name, value in outputs.items() if value is False] == ["unlimitedStorage"]
    for given, ignored in (
        (None, ()),
        (False, ("archived",)),
        (True, ("archived", "forceDestroy")),
    ):
        declare(given, *ignored)
        assert read(stack.preview("--expect-no-changes").text, "day12") == off
        for again in (stack.up, stack.refresh):
            run = again("--expect-no-changes", *(("--run-program",) * (again == stack.refresh)))
            assert read(run.text, "day12") == read(run.text, "raw") == off

    declare(True)
    declared = {"archived": "True", "force_destroy": "True"}  # pending_archive is not known yet
    assert read(stack.preview().text, "day12") == declared
    on = {"force_destroy": "True", "pending_archive": "True"}
    assert read(stack.up().text, "day12") == {**off, **on}
    declare(False)
    assert stack.plan().changes["day12"] == ["archived", "forceDestroy"]
    assert read(stack.up().text, "day12") == off
    shown = json.loads(stack.run("stack", "output", "--json").text)
    assert shown == {"archived": False, "forced": False}
    stack.program("")
    assert all("still has" in line for line in stack.preview(expect=1).errors)


def test_a_flag_that_is_secret_is_not_told_by_its_absence(stack: Stack, masv: Simulator) -> None:
    first, second = masv.account.add_package(), masv.account.add_package()
    stack.program(
        "hidden = ResourceOptions(additional_secret_outputs=['archived', 'pending_archive'])\n"
        f"day12 = masv.PackageLifecycle('day12', package_id={first!r}, opts=hidden)\n"
        f"raw = masv.PackageLifecycle.get('raw', {second!r}, hidden)\n"
        "for one in (day12, raw):\n"
        "    for flag in ('archived', 'pending_archive'):\n"
        "        pulumi.export(f'{one._name} {flag}', getattr(one, flag))\n"
    )
    stack.up()
    stack.refresh("--expect-no-changes")
    stack.up("--expect-no-changes")
    for one in stack.state().values():
        assert one["outputs"].keys() >= {"archived", "pendingArchive"}
        assert all("ciphertext" in one["outputs"][flag] for flag in ("archived", "pendingArchive"))
        assert "forceDestroy" not in one["outputs"]
    shown = json.loads(stack.run("stack", "output", "--json").text)
    assert set(shown.values()) == {"[secret]"}
    assert len(shown) == 4
