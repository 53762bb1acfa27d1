"""A fleet on the real engine: an exact preview, moves without a write, names that are pinned."""

import json

import pytest

from pulumi_masv.simulator import Simulator
from tests.engine.conftest import Stack

DEC = "2027-12-01T00:00:00Z"


def declare(stack: Stack, packages: object, more: str = "", before: str = "") -> None:
    stack.program(f"{before}fleet = masv.PackageFleet('fleet', packages={packages!r}{more})\n")


def test_a_preview_of_a_fleet_shows_each_changed_property_of_each_package(
    stack: Stack, masv: Simulator
) -> None:
    ids = [masv.account.add_package(name=f"raw {i}", expiry=DEC) for i in range(60)]
    declare(stack, {i: {"name": f"Day {n}", "expiry": DEC} for n, i in enumerate(ids)})
    stack.up()
    assert len(masv.writes) == 60
    masv.reset_journal()
    stack.up("--expect-no-changes")
    assert masv.journal == []
    stack.up("--expect-no-changes", "--refresh")
    assert len(masv.journal) == 2

    sooner = "2027-01-31T00:00:00Z"
    changed = {i: {"name": f"Day {n}", "expiry": DEC} for n, i in enumerate(ids)}
    changed[ids[7]] = {"name": "Day 7", "expiry": sooner}
    declare(stack, changed)
    assert stack.plan().changes == {"fleet": [f"packages.{ids[7]}.expiry"]}
    shown = stack.preview().text
    assert f'{ids[7]} "Day 7": LOSS 3 files (1.5GB, 1500000000 bytes) end on 2027-01-31' in shown
    masv.reset_journal()
    stack.up()
    assert len(masv.writes) == 1

    masv.account.rename(ids[3], "by hand")
    stack.refresh()
    assert stack.plan().changes == {"fleet": [f"packages.{ids[3]}.name"]}
    stack.up()
    assert masv.account.package(ids[3]).name == "Day 3"


def test_a_package_moves_into_a_fleet_and_back_and_nothing_is_written(
    stack: Stack, masv: Simulator
) -> None:
    first, second, third = (masv.account.add_package(name="raw") for _ in range(3))
    alone = f"masv.PackageLifecycle('day12', package_id={first!r}, force_destroy=True)\n"
    fleets = (
        "for name, ids in {{'a': {0!r}, 'b': {1!r}}}.items():\n"
        "    packages = {{id: {{}} for id in ids}}\n"
        "    masv.PackageFleet(name, packages=packages, force_destroy=True)\n"
    )
    for program in (
        alone + fleets.format([second], [third]),
        fleets.format([first, second], [third]),
        fleets.format([first], [second, third]),
        fleets.format([second], [third]) + alone,
    ):
        stack.program(program)
        assert "LOSS" not in stack.preview().text
        stack.up()
    assert sorted(stack.state()) == ["a", "b", "day12"]
    assert "elsewhere" not in stack.state()["a"]["inputs"]
    assert masv.writes == []
    assert masv.account.losses == ()


def test_the_end_of_a_fleet_is_refused_or_destroys_all(stack: Stack, masv: Simulator) -> None:
    ids = [masv.account.add_package(name="Day 12") for _ in range(3)]
    declare(stack, {i: {} for i in ids})
    stack.up()
    refused = stack.destroy(expect=1)
    assert len(refused.errors) == 1, refused.text
    assert refused.errors[0].count("still has 3 files") == 3
    assert "Traceback" not in refused.text
    declare(stack, {i: {} for i in ids}, ", force_destroy=True")
    shown = stack.preview().text
    assert "destroys its files: 3 packages with 9 files" in shown
    stack.up()
    stack.up("--replace", stack.state()["fleet"]["urn"])
    assert masv.account.losses == ()
    stack.destroy()
    assert len(masv.account.losses) == 3


def test_a_program_reads_the_outputs_of_a_fleet_by_pinned_names(
    stack: Stack, masv: Simulator
) -> None:
    package = masv.account.add_package(id="01H_a_b", name="raw", expiry=DEC, size=5, total_files=2)
    names = ("live", "summary", "declared", "team_id", "force_destroy", "retain_removed",
             "archive_on_destroy")  # fmt: skip
    declare(stack, {package: {"unlimited_storage": True}})
    text = (stack.folder / "__main__.py").read_text()
    exports = f"for name in {names!r}:\n    pulumi.export(name, getattr(fleet, name))\n"
    (stack.folder / "__main__.py").write_text(text + exports)
    stack.up()
    assert json.loads(stack.run("stack", "output", "--json").text) == {
        "archive_on_destroy": False,
        "declared": {package: ["unlimitedStorage"]},
        "force_destroy": False,
        "live": {
            package: {
                "archived": False,
                "name": "raw",
                "pending_archive": False,
                "size": 5,
                "state": "finalized",
                "total_files": 2,
                "unlimited_storage": True,
            }
        },
        "retain_removed": False,
        "summary": {
            "archived": 0, "bytes": 5, "expired": 0, "files": 2, "finalized": 1, "new": 0
        },
        "team_id": masv.team_id,
    }  # fmt: skip
    state = stack.state()["fleet"]
    assert state["type"] == "pulumi-python:dynamic/masv:PackageFleet"
    assert state["id"].startswith("fleet-")
    assert state["inputs"]["packages"] == {package: {"unlimitedStorage": True}}


@pytest.mark.parametrize(
    "second",
    [
        "masv.PackageLifecycle('day12', package_id=id)",
        "masv.PackageFleet('other', packages={id: {}})",
        "masv.PackageFleet('other', packages=pulumi.Output.from_input({id: {}}))",
        "masv.PackageFleet('other', packages={id: pulumi.Output.from_input({})})",
    ],
)
def test_one_package_declared_twice_is_refused_whatever_declares_it(
    stack: Stack, masv: Simulator, second: str
) -> None:
    package = masv.account.add_package()
    stack.program(
        f"id = {package!r}\nmasv.PackageFleet('fleet', packages={{id: {{}}}})\n{second}\n"
    )
    refused = stack.preview(expect=1)
    assert f"package {package} is declared twice, by PackageFleet 'fleet'" in refused.text
    assert "Traceback" not in refused.text


def test_entries_may_be_arguments_or_dicts_and_hold_outputs_and_datetimes(
    stack: Stack, masv: Simulator
) -> None:
    first, second, third = (masv.account.add_package(name="raw", expiry=DEC) for _ in range(3))
    stack.program(
        "from datetime import datetime, timezone\n"
        "until = datetime(2027, 1, 31, tzinfo=timezone.utc)\n"
        "masv.PackageFleet('fleet', packages={\n"
        f"    {first!r}: masv.PackageArgs(expiry=until),\n"
        f"    {second!r}: {{'name': pulumi.Output.from_input('Day 13'), 'archived': None}},\n"
        f"    {third!r}: pulumi.Output.from_input({{'expiry': '2027-01-31T01:00:00+01:00'}}),\n"
        "})\n"
    )
    stack.up()
    ends = {package.id: package.expiry.month for package in masv.account.packages()}
    assert ends == {first: 1, second: 12, third: 1}
    assert masv.account.package(second).name == "Day 13"
    stack.up("--expect-no-changes", "--refresh")


@pytest.mark.parametrize(
    ("packages", "said"),
    [
        ("{1: {}}", "a package id is a str, not int"),
        ("{pulumi.Output.from_input('01HA'): {}}", "make the map of it by `apply`"),
        ("{'01HA': None}", "01HA is None: write {} to manage it"),
    ],
)
def test_a_map_that_is_none_is_one_line(stack: Stack, packages: str, said: str) -> None:
    stack.program(f"masv.PackageFleet('fleet', packages={packages})\n")
    refused = stack.preview(expect=1)
    assert said in refused.text
    assert "Traceback" not in refused.text


def test_every_mistake_in_a_fleet_is_one_line_of_the_preview(stack: Stack) -> None:
    declare(stack, {"a/b": {}, "01HA": {"name": " ", "expire": DEC}})
    refused = stack.preview(expect=1)
    for place in ("packages.a/b", "packages.01HA.name", "packages.01HA.expire"):
        assert place in refused.text, refused.text
    assert "Traceback" not in refused.text
