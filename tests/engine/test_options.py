"""Pulumi's own options and commands on the real engine: get, import, providers, protect, ignore."""

import json
import subprocess
import sys

from pulumi_masv.simulator import Simulator
from tests.engine.conftest import Stack


def test_get_reads_a_package_without_managing_it(stack: Stack, masv: Simulator) -> None:
    package = masv.account.add_package(name="Day 12", size=5)
    stack.program(
        f'day12 = masv.PackageLifecycle.get("day12", {package!r})\n'
        'pulumi.export("name", day12.name)\npulumi.export("size", day12.size)\n'
        'pulumi.export("state", day12.state)\n'
    )
    stack.up()
    outputs = json.loads(stack.run("stack", "output", "--json").text)
    assert outputs == {"name": "Day 12", "size": 5, "state": "finalized"}
    masv.account.rename(package, "by hand")
    stack.up("--refresh")
    stack.destroy()
    assert masv.writes == []


def test_get_of_a_missing_package_is_an_error(stack: Stack) -> None:
    stack.program('masv.PackageLifecycle.get("day12", "01HNOWHERE")\n')
    refused = stack.preview(expect=1)
    assert "MASV has no package 01HNOWHERE" in refused.text


def test_the_outputs_can_be_read_in_the_program(stack: Stack, masv: Simulator) -> None:
    package = masv.account.add_package(name="Day 12", size=5, total_files=2, sender="a@b.example")
    stack.program(
        f'd = masv.PackageLifecycle("day12", package_id={package!r}, archived=True)\n'
        "for name in ('name', 'expiry', 'unlimited_storage', 'archived', 'state', 'size',\n"
        "             'total_files', 'sender', 'created_at', 'updated_at', 'team_id',\n"
        "             'pending_archive', 'force_destroy', 'archive_on_destroy', 'declared',\n"
        "             'package_id'):\n"
        "    pulumi.export(name, getattr(d, name))\n"
    )
    stack.up()
    assert json.loads(stack.run("stack", "output", "--json").text) == {
        "archive_on_destroy": False,
        "archived": False,
        "created_at": "2026-03-02T09:00:00Z",
        "declared": ["archived", "packageId"],
        "expiry": "2026-03-12T09:00:00Z",
        "force_destroy": False,
        "name": "Day 12",
        "package_id": package,
        "pending_archive": True,
        "sender": "a@b.example",
        "size": 5,
        "state": "finalized",
        "team_id": masv.team_id,
        "total_files": 2,
        "unlimited_storage": False,
        "updated_at": "2026-03-02T09:00:00Z",
    }


def test_a_datetime_is_an_expiry_too_equal_by_instant(stack: Stack, masv: Simulator) -> None:
    package = masv.account.add_package(name="Day 12", expiry="2027-01-31T00:00:00Z")
    program = (
        "from datetime import datetime, timedelta, timezone\n"
        "masv.PackageLifecycle('day12', package_id={id!r}, expiry={expiry})\n"
    )
    stack.program(program.format(id=package, expiry="'2027-01-31T00:00:00Z'"))
    stack.up()
    zone = "tzinfo=timezone(timedelta(hours=1))"
    same = f"pulumi.Output.from_input(datetime(2027, 1, 31, 1, {zone}))"
    stack.program(program.format(id=package, expiry=same))
    stack.up("--expect-no-changes")
    stack.program(program.format(id=package, expiry="datetime(2027, 1, 31)"))
    assert "has no time zone" in stack.preview(expect=1).text


def test_ignored_changes_stay_as_they_are(stack: Stack, masv: Simulator) -> None:
    package = masv.account.add_package(name="Day 12")
    program = (
        "masv.PackageLifecycle('day12', ResourceOptions(ignore_changes=['name']),"
        " package_id={id!r}, name={name!r})\n"
    )
    stack.program(program.format(id=package, name="Day 12"))
    stack.up()
    stack.program(program.format(id=package, name="Day 13"))
    stack.up("--expect-no-changes")
    assert masv.writes == []


def test_a_protected_package_is_not_ended(stack: Stack, masv: Simulator) -> None:
    package = masv.account.add_package(name="Day 12")
    stack.program(
        "masv.PackageLifecycle('day12', ResourceOptions(protect=True),"
        f" package_id={package!r}, force_destroy=True)\n"
    )
    stack.up()
    stack.program("")
    stack.up(expect=1)
    assert masv.account.losses == ()


def test_a_retained_package_outlives_its_resource(stack: Stack, masv: Simulator) -> None:
    package = masv.account.add_package(name="Day 12")
    stack.program(
        "masv.PackageLifecycle('day12', ResourceOptions(retain_on_delete=True),"
        f" package_id={package!r}, force_destroy=True)\n"
    )
    stack.up()
    stack.program("")
    stack.up()
    assert stack.state() == {}
    assert masv.writes == []


def test_an_imported_state_needs_no_read_and_its_next_up_is_clean(
    stack: Stack, masv: Simulator
) -> None:
    package = masv.account.add_package(name="Day 12", expiry="2027-01-31T00:00:00Z")
    declare = "masv.PackageLifecycle({name!r}, package_id={id!r}, name='Day 12')\n"
    stack.program(declare.format(name="seed", id=masv.account.add_package(name="Day 12")))
    stack.up()
    handler = stack.state()["seed"]["inputs"]["__provider"]
    masv.reset_journal()
    given = {"packageId": package, "name": "Day 12", "__provider": handler}
    entry = {
        "type": "pulumi-python:dynamic/masv:PackageLifecycle",
        "name": "day12",
        "id": package,
        "inputs": given,
        "outputs": {**given, "state": "finalized", "declared": ["name", "packageId"]},
    }
    file = stack.folder.parent / "import.json"
    file.write_text(json.dumps({"resources": [entry]}))
    stack.run(
        "import", "--file", str(file), "--generate-code=false", "--protect=false", "--yes",
        "--skip-preview",
    )  # fmt: skip
    stack.program(
        declare.format(name="seed", id=stack.state()["seed"]["id"])
        + declare.format(name="day12", id=package)
    )
    stack.up("--expect-no-changes")
    assert masv.journal == []
    stack.up("--expect-no-changes", "--refresh")


AUTOMATION = """
import pulumi.automation, pulumi_masv
def program():
    pulumi_masv.PackageLifecycle("day12", package_id={id!r}, name="Day 12")
stack = pulumi.automation.select_stack("test", project_name="life", program=program,
    opts=pulumi.automation.LocalWorkspaceOptions(work_dir="."))
stack.preview()
stack.up()
import pathlib, tempfile
assert not [*pathlib.Path(tempfile.gettempdir()).glob("pulumi_masv-*/*/")]
"""


def test_one_process_may_run_its_program_again_and_leaves_each_run(
    stack: Stack, masv: Simulator
) -> None:
    package = masv.account.add_package(name="raw")
    stack.environment["TMPDIR"] = str(stack.folder.parent)
    done = subprocess.run(
        [sys.executable, "-c", AUTOMATION.format(id=package)],
        cwd=stack.folder,
        env=stack.environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert masv.account.package(package).name == "Day 12"


def test_a_second_account_has_its_own_key_and_the_stacks_address(
    stack: Stack, masv: Simulator
) -> None:
    del stack.environment["MASV_BASE_URL"]
    stack.run("config", "set", "masv:baseUrl", masv.url)
    stack.run("config", "set", "key", "the-labs-key"[::-1])
    masv.account.teams["01LAB"] = "the-labs-key"
    ours = masv.account.add_package(name="ours")
    theirs = masv.account.add_package(name="theirs", team_id="01LAB")
    stack.program(
        "lab = masv.Provider('lab', api_key=pulumi.Config().require('key')[::-1],"
        " team_id='01LAB', max_retries=2)\n"
        f"masv.PackageLifecycle('ours', package_id={ours!r}, name='Ours')\n"
        "masv.PackageLifecycle('theirs', ResourceOptions(provider=lab),"
        f" package_id={theirs!r}, name='Theirs')\n"
    )
    stack.up()
    assert masv.account.package(ours).name == "Ours"
    assert masv.account.package(theirs).name == "Theirs"
    stack.up("--expect-no-changes", "--refresh")
    assert "the-labs-key" not in stack.files()


def test_the_state_names_the_line_that_makes_a_resource_and_no_other(
    stack: Stack, masv: Simulator
) -> None:
    one, other = (masv.account.add_package(name="raw") for _ in range(2))
    stack.program(
        f"masv.PackageLifecycle('a', package_id={one!r})\n"
        f"masv.PackageFleet('b', packages={{{other!r}: {{}}}})\n"
        "masv.ArchiveWindow('c', expiry_start='2020-01-01T00:00:00Z',\n"
        "    expiry_end='2020-02-01T00:00:00Z')\n"
    )
    stack.up()
    places = {name: one["sourcePosition"] for name, one in stack.state().items()}
    assert places == {name: f"project:///__main__.py#{n}" for n, name in enumerate("abc", 5)}
    traces = [one["stackTrace"] for one in stack.state().values()]
    assert [len(trace) for trace in traces] == [1, 1, 1]
