"""What `pulumi-masv import-file` writes, on the real engine: no read, no change, no drift."""

import subprocess
from pathlib import Path

import pytest
import yaml

from pulumi_masv.short import entries_of
from pulumi_masv.simulator import Simulator
from pulumi_masv.simulator.seed import fill
from tests.engine.conftest import Stack

EVERY = ("--status", "new,finalized,expired,archived")
DECLARED = ("--declare", "name,expiry,archived")


def write(stack: Stack, *arguments: str) -> list[str]:
    """Run `import-file` in the project's folder: the lines it printed."""
    done = subprocess.run(
        ["pulumi-masv", "import-file", *arguments],
        cwd=stack.folder,
        env=stack.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (
        0,
        "pulumi-masv: settings from the environment, because stack test of project life has none\n",
    )
    return done.stdout.splitlines()


def take(stack: Stack, masv: Simulator, printed: list[str]) -> None:
    """Type what it says, and find that MASV was asked nothing and that nothing drifts."""
    masv.reset_journal()
    *_, importing, up = printed
    assert importing.startswith("pulumi import --file import.json ")
    assert up == "pulumi up --expect-no-changes"
    for command in (importing, up):
        stack.run(*command.split()[1:], "--yes", "--skip-preview")
    stack.run("preview", "--expect-no-changes")
    assert masv.journal == []
    stack.refresh("--expect-no-changes")
    stack.up("--expect-no-changes", "--refresh")
    assert masv.writes == []


def test_a_thousand_packages_are_imported_as_a_fleet_without_a_read(
    stack: Stack, masv: Simulator
) -> None:
    fill(masv.account, 1333)  # and a quarter of them received
    printed = write(stack, "--fleet", "season 1", *EVERY, *DECLARED)
    assert len(masv.journal) == 20
    stack.program(Path(stack.folder / "imported.py").read_text())
    take(stack, masv, printed)
    [fleet] = stack.state().values()
    assert len(entries_of(fleet["outputs"]["live"])) == 1000
    assert fleet["id"].startswith("fleet-")
    assert fleet["inputs"]["retainRemoved"] is fleet["outputs"]["retainRemoved"] is True


@pytest.mark.parametrize(("count", "filters"), [(100, EVERY), (33, (*EVERY, "--received"))])
def test_a_hundred_packages_are_imported_as_lifecycles_without_a_read(
    stack: Stack, masv: Simulator, count: int, filters: tuple[str, ...]
) -> None:
    fill(masv.account, 133)
    printed = write(stack, *filters)
    stack.program("import imported\n")
    take(stack, masv, printed)
    assert len(stack.state()) == count
    assert all(one["outputs"]["declared"] == ["packageId"] for one in stack.state().values())


def test_what_is_declared_is_watched_from_then_on(stack: Stack, masv: Simulator) -> None:
    package = masv.account.add_package(name="Día 12 \u202e\x1b[31m\"'\\")
    unlimited = masv.account.add_package(name="A", unlimited_storage=True)
    printed = write(stack, *EVERY, *DECLARED)
    stack.program(Path(stack.folder / "imported.py").read_text())
    take(stack, masv, printed)
    masv.account.rename(package, "by hand")
    stack.refresh()
    assert stack.plan().changes == {package: ["name"]}
    stack.up()
    assert masv.account.package(package).name == "Día 12 \u202e\x1b[31m\"'\\"
    assert stack.state()[unlimited]["inputs"]["unlimitedStorage"] is True


def test_a_manifest_says_what_its_fleet_was_imported_with(stack: Stack, masv: Simulator) -> None:
    package = masv.account.add_package(name="Day 12", expiry="2027-01-31T00:00:00Z")
    write(stack, "--fleet", "season", "--declare", "expiry")
    manifest = yaml.safe_load((stack.folder / "masv.yaml").read_text())
    assert manifest == {"packages": {package: {"expiry": "2027-01-31T00:00:00Z"}}}
    assert (stack.folder / "imported.py").read_text() == (
        'import pulumi_masv as masv\n\nmasv.manage("season", "masv.yaml")\n'
    )
