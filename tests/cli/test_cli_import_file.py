"""`pulumi-masv import-file`: what it writes, what it costs, and that it overwrites nothing."""

import json
import os
from pathlib import Path

import pytest
import yaml

from pulumi_masv.simulator import Simulator
from pulumi_masv.simulator.seed import fill
from tests.cli.conftest import Run

FILES = ["import.json", "imported.py", "masv.yaml"]


def test_packages_are_written_as_an_import_and_its_program(run: Run, masv: Simulator) -> None:
    package = masv.account.add_package(name='The "end"', expiry="2027-01-31T00:00:00Z")
    done = run("import-file", "--declare", "name,expiry")
    assert (done.code, done.err) == (0, "")
    assert done.lines == [
        "# 1 package in import.json, imported.py",
        "# Use imported.py as the program, or `import imported` in it. Then run:",
        "pulumi import --file import.json --generate-code=false --protect=false",
        "pulumi up --expect-no-changes",
    ]
    assert sorted(os.listdir()) == FILES[:2]
    assert Path("imported.py").read_text() == (
        "import pulumi_masv as masv\n\n"
        "masv.PackageLifecycle(\n"
        f'    "{package}",\n'
        f'    package_id="{package}",\n'
        "    name='The \"end\"',\n"
        '    expiry="2027-01-31T00:00:00Z",\n'
        ")\n"
    )
    [entry] = json.loads(Path("import.json").read_text())["resources"]
    assert entry["type"] == "pulumi-python:dynamic/masv:PackageLifecycle"
    assert entry["name"] == entry["id"] == package
    provider = entry["inputs"].pop("__provider")
    assert entry["outputs"]["__provider"] == provider
    assert entry["inputs"] == {
        "packageId": package, "name": 'The "end"', "expiry": "2027-01-31T00:00:00Z",
    }  # fmt: skip
    assert entry["outputs"]["declared"] == ["expiry", "name", "packageId"]


def test_a_fleet_is_an_entry_a_manifest_and_three_lines(run: Run, masv: Simulator) -> None:
    named = masv.account.add_package(name="Größe", expiry="2027-01-31T00:00:00Z")
    forever = masv.account.add_package(name=" ", unlimited_storage=True)
    gone = masv.account.add_package(name="C", state="archived")
    done = run(
        "import-file", "--fleet", "season", "--declare", "name, expiry,archived", "--json",
        "--status", "finalized,archived", "--sort=-name",
    )  # fmt: skip
    assert json.loads(done.out)["files"] == FILES
    assert json.loads(done.out)["packages"] == 3
    assert Path("imported.py").read_text() == (
        'import pulumi_masv as masv\n\nmasv.manage("season", "masv.yaml")\n'
    )
    assert Path("masv.yaml").read_text() == (
        "packages:\n"
        f"  {named}:\n"
        "    name: Größe\n"
        "    expiry: '2027-01-31T00:00:00Z'\n"
        "    archived: false\n"
        f"  {gone}:\n"
        "    name: C\n"
        "    archived: true\n"
        f"  {forever}:\n"
        "    unlimited_storage: true\n"
        "    archived: false\n"
    )
    [entry] = json.loads(Path("import.json").read_text())["resources"]
    assert (entry["name"], entry["id"][:6]) == ("season", "fleet-")
    assert entry["inputs"]["retainRemoved"] is entry["outputs"]["retainRemoved"] is True


def test_five_thousand_packages_cost_a_hundred_requests(run: Run, masv: Simulator) -> None:
    for _ in range(5000):
        masv.account.add_package()
    assert run("import-file", "--fleet", "all").code == 0
    assert len(masv.journal) == 100
    packages = yaml.load(Path("masv.yaml").read_bytes(), yaml.CSafeLoader)["packages"]
    assert len(packages) == 5000
    assert set(map(str, packages.values())) == {"{}"}


def test_a_file_that_exists_is_overwritten_only_when_forced(run: Run, masv: Simulator) -> None:
    masv.account.add_package()
    Path("imported.py").write_text("mine")
    refused = run("import-file")
    assert (refused.code, refused.out) == (2, "")
    assert refused.err == (
        "pulumi-masv: imported.py exists: add --force to overwrite it, or name another place with "
        "--output\n"
    )
    assert masv.journal == []
    assert os.listdir() == ["imported.py"]
    assert run("import-file", "--force").code == 0
    assert Path("imported.py").read_text() != "mine"


def test_files_stand_beside_the_output_and_commands_can_be_typed(run: Run, masv: Simulator) -> None:
    masv.account.add_package()
    Path("my files").mkdir()
    done = run("import-file", "--fleet", "f", "--output", "my files/all.json")
    assert done.lines[2].startswith("pulumi import --file 'my files/all.json' ")
    assert sorted(os.listdir("my files")) == ["all.json", *FILES[1:]]
    assert 'manage("f", "my files/masv.yaml")' in Path("my files/imported.py").read_text()


def test_files_are_written_all_or_none(
    run: Run, masv: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    masv.account.add_package()
    whole = Path.write_text

    def full(path: Path, text: str, **how: str) -> int:
        if "resources" in text:
            whole(path, text[:10])
            raise OSError(28, "No space left on device", str(path))
        return whole(path, text, **how)

    monkeypatch.setattr(Path, "write_text", full)
    done = run("import-file", "--fleet", "f")
    assert (done.code, done.out) == (2, "")
    assert "No space left on device" in done.err
    assert os.listdir() == []


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (("--declare", "name,size"), "--declare: 'size' is not one of name, expiry, archived"),
        (("--fleet", " "), "--fleet: give the fleet a name"),
        (("--fleet", "a\x1b"), "--fleet: give the fleet a name"),
        (("--output", "imported.py"), "--output: imported.py is the name of a file that goes"),
        (("--output", "/nowhere/import.json"), "/nowhere: there is no such folder: make it first"),
        (("--output", "/", "--force"), "/ is a folder: name a file in it"),
        (("--output", "."), ". is a folder: name a file in it"),
    ],
)
def test_a_wrong_option_is_one_line_and_status_2_and_writes_nothing(
    run: Run, masv: Simulator, options: tuple[str, str], line: str
) -> None:
    masv.account.add_package()
    done = run("import-file", *options)
    assert (done.code, done.out) == (2, "")
    assert len(done.err.splitlines()) == 1
    assert line in done.err
    assert os.listdir() == []


def test_nothing_found_is_status_1_and_writes_nothing(run: Run, masv: Simulator) -> None:
    masv.account.add_package(name="A", state="archived")
    done = run("import-file", "--name", "A")
    assert (done.code, done.out) == (1, "")
    assert done.err == (
        f"pulumi-masv: team {masv.team_id} has no package that matches, so nothing was written; "
        "without --status, only finalized and expired ones match\n"
    )
    assert os.listdir() == []


def test_no_file_holds_a_token_a_password_or_what_a_terminal_obeys(
    run: Run, masv: Simulator
) -> None:
    fill(masv.account, 12)
    masv.account.add_package(name="\x1b]0;owned\x07\u202egpj.exe\u2028b\x85c")
    run("import-file", "--fleet", "f", "--declare", "name")
    run("import-file", "--declare", "name", "--output", "b/import.json")
    text = "".join(path.read_text() for path in Path().rglob("*.*") if path.is_file())
    for sign in ("canary", "eyJ", "\x1b", "\x07", "\u202e", "\u2028", "\x85"):
        assert sign not in text
    assert "gpj.exe" in text
