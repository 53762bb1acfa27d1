"""Every example is a whole project: `pulumi new` takes it, and it runs as its files say."""

import ast
import json
import re
import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import yaml

from pulumi_masv import __version__
from pulumi_masv.simulator import Simulator
from tests.engine import wheels
from tests.engine.conftest import BIN, ROOT, Initialised, Result, Stack, environment_of
from tests.engine.gitops.jobs import CLAIM, DAILIES, MASTER
from tests.engine.keeper import PROVIDER

EXAMPLES = sorted(path.parent for path in (ROOT / "examples").glob("*/Pulumi.yaml"))


@dataclass
class First:
    """The first project on a machine, and what its commands printed.

    Attributes:
        stack: the quickstart, from `pulumi new` where pip finds nothing, then `pulumi install`.
        refused: what `pulumi new` printed.
        installed: what `pulumi install` printed.
        pip: the variables with which pip finds what it needs.
    """

    stack: Stack
    refused: Result
    installed: Result
    pip: dict[str, str]

    @property
    def environment(self) -> list[str]:
        """The options of `pulumi new` with which a project shares this one's environment."""
        return ["--runtime-options", f"virtualenv={self.stack.folder / '.venv'}"]

    def of(self, masv: Simulator) -> dict[str, str]:
        """The variables with which a project finds its wheels, and this MASV."""
        mine = {"MASV_API_KEY": masv.api_key, "MASV_TEAM_ID": masv.team_id}
        return {**self.pip, **mine, "MASV_BASE_URL": masv.url}


@pytest.fixture(scope="session")
def first(tmp_path_factory: pytest.TempPathFactory) -> First:
    folder, found = (tmp_path_factory.mktemp(name) for name in ("first", "wheels"))
    wheels.build(found)
    wheels.pack(found, "pulumi_masv[cli]")
    stack = begun(folder, Simulator(packages=0), PIP_NO_INDEX="1", PIP_FIND_LINKS="")
    refused = stack.run("new", *template("quickstart"), expect=1)
    # Pulumi's own host upgrades pip first: it needs an index.
    alone = (BIN / "pulumi-language-python").exists()
    pip: dict[str, Any] = {"PIP_NO_INDEX": "1" if alone else "", "PIP_FIND_LINKS": str(found)}
    return First(stack, refused, stack.run("install", **pip), pip)


def begun(folder: Path, masv: Simulator, **environment: str) -> Stack:
    """An empty folder for a project, and an empty backend."""
    for new in ("project", "backend"):
        (folder / new).mkdir()
    return Stack(folder / "project", {**environment_of(folder), **environment}, masv)


def template(name: str) -> list[str]:
    return [str(ROOT / "examples" / name), "--yes", "--stack", "test"]


@pytest.fixture
def example(
    tmp_path: Path,
    masv: Simulator,
    first: First,
    initialised: Initialised,
    request: pytest.FixtureRequest,
) -> Stack:
    """A project that `pulumi new` made of an example; all have the first one's environment."""
    stack = begun(tmp_path, masv, **first.of(masv), **initialised.keeper)
    kept = ["--secrets-provider", PROVIDER]
    told = stack.run("new", *template(request.param), *first.environment, *kept).text
    assert "Your new project is ready to go!" in told
    assert "run `pulumi up`" in told
    return stack


def configure(stack: Stack, **values: str) -> None:
    given = [word for key in values for word in ("--plaintext", f"{key}={values[key]}")]
    stack.run("config", "set-all", *given)


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda folder: folder.name)
def test_an_example_is_whole_and_holds_nothing_of_its_place(folder: Path) -> None:
    paths = [path for path in folder.rglob("*") if not {".venv", "__pycache__"} & {*path.parts}]
    files = [path for path in paths if path.is_file()]
    assert {"__main__.py", "Pulumi.yaml", "requirements.txt", ".gitignore"} <= {
        file.name for file in files if file.parent == folder
    }
    assert not [path for path in paths if path.is_symlink()]
    assert not [file for file in files if "../.." in file.read_text()]
    project = yaml.safe_load((folder / "Pulumi.yaml").read_text())
    options = {"toolchain": "pip", "virtualenv": ".venv"}
    assert project["runtime"] == {"name": "python", "options": options}
    assert project["template"]["description"]
    for key, asked in project["template"].get("config", {}).items():
        assert asked["description"]
        assert asked.get("secret", False) is (key.endswith("Key"))


def test_where_pip_finds_nothing_a_line_says_so_and_the_project_stays(first: First) -> None:
    [error] = first.refused.errors
    assert error.startswith("installing dependencies failed: ")
    assert "Run `pulumi install` to complete the installation." in first.refused.text
    assert "Traceback" not in first.refused.text
    assert {"Pulumi.yaml", "__main__.py", "requirements.txt"} <= {
        path.name for path in first.stack.folder.iterdir()
    }


def test_pulumi_install_completes_it_and_pulumi_knows_what_is_there(first: First) -> None:
    assert "Finished installing dependencies" in first.installed.text
    assert "plugin" not in first.installed.text  # pulumi_masv has none to look for
    about = json.loads(first.stack.run("about", "--json").text)
    assert about["runtime"]["executable"] == str(first.stack.folder / ".venv" / "bin" / "python")
    assert {"name": "pulumi_masv", "version": __version__} in about["dependencies"]
    assert about["currentStack"]["name"] == "test"


def test_the_clone_itself_is_a_project_that_runs_the_quickstart(
    tmp_path: Path, masv: Simulator
) -> None:
    stack = begun(tmp_path, masv, MASV_API_KEY=masv.api_key, MASV_TEAM_ID=masv.team_id)
    stack.environment["MASV_BASE_URL"] = masv.url
    shutil.copy(ROOT / "Pulumi.yaml", stack.folder)
    shutil.copytree(ROOT / "examples" / "quickstart", stack.folder / "examples" / "quickstart")
    stack.run("stack", "init", "test")
    configure(stack, dailies=masv.account.add_package(), keepUntil="2027-01-31T00:00:00Z")
    assert "rename to" in stack.up().text


def test_the_gitops_example_runs_after_the_steps_that_pulumi_new_prints(
    tmp_path: Path, masv: Simulator, first: First
) -> None:
    stack = begun(tmp_path, masv, **first.of(masv))
    told = stack.run("new", *template("gitops"), "--generate-only", *first.environment).text
    assert "README.md says what to set up" in told
    [wheel] = Path(first.pip["PIP_FIND_LINKS"]).glob("pulumi_masv-*")
    (stack.folder / "requirements.txt").write_text(f"pulumi_masv[cli] @ {wheel.as_uri()}\n")
    for package in (DAILIES, MASTER, CLAIM):
        masv.account.add_package(id=package, expiry="2027-06-01T00:00:00Z")
    steps = re.findall(r"\d\. pulumi (.+)", told)
    assert steps == ["install", "stack init"]
    for step in steps:
        stack.run(*step.split(), *(["test"] if "stack" in step else []))
    stack.preview()
    stack.up()
    assert masv.account.package(DAILIES).name == "Day 12 dailies"


@pytest.mark.parametrize("example", ["quickstart"], indirect=True)
def test_the_quickstart_keeps_archives_and_ends(example: Stack, masv: Simulator) -> None:
    dailies = masv.account.add_package(name="raw", expiry="2027-01-01T00:00:00Z")
    rushes = masv.account.add_package(name="rushes")
    configure(
        example,
        dailies=dailies,
        keepUntil="2027-02-01T00:00:00Z",
        rushes=rushes,
        rushesMayEnd="true",
    )
    assert "Day 12 dailies" in example.preview().text
    example.up()
    assert masv.account.package(dailies).name == "Day 12 dailies"
    masv.account.set_unlimited(rushes)
    masv.account.set_now("2027-02-02T00:00:00Z")
    example.run("config", "rm", "rushes")
    example.up()
    assert masv.account.package(dailies).state == "archived"
    assert masv.account.package(rushes).state == "expired"


@pytest.mark.parametrize("example", ["several_accounts"], indirect=True)
def test_several_accounts_each_use_their_own_key(example: Stack, masv: Simulator) -> None:
    for key in ("MASV_API_KEY", "MASV_TEAM_ID"):
        del example.environment[key]
    for team in ("studio", "lab"):
        masv.account.teams[f"01{team}"] = f"{team}-key"
        package = masv.account.add_package(name="raw", team_id=f"01{team}")
        configure(example, **{f"{team}Team": f"01{team}", f"{team}Package": package})
        example.run("config", "set", "--secret", f"{team}Key", f"{team}-key")
    example.up()
    assert {one.name for one in masv.account.packages()} == {
        "Delivery of the studio",
        "Delivery of the lab",
    }


@pytest.mark.parametrize("example", ["archive_window"], indirect=True)
def test_a_rolling_window_moves_by_its_end_alone(example: Stack, masv: Simulator) -> None:
    today = datetime.now(timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0)
    masv.account.set_now(today)
    old, younger, received = (
        masv.account.add_package(
            state="expired", expiry=today - timedelta(days=days), portal=portal
        )
        for days, portal in ((90, ""), (88, ""), (400, "rushes"))
    )
    example.up()
    states = [masv.account.package(each).state for each in (old, younger, received)]
    assert states == ["archived", "expired", "archived"]
    example.run("config", "set", "days", "88")
    assert example.plan().changes == {"sent": ["expiryEnd"], "received": ["expiryEnd"]}
    masv.reset_journal()
    example.up()
    assert len(masv.writes) == 1
    assert masv.account.package(younger).state == "archived"


@pytest.mark.parametrize("example", ["select_and_manage"], indirect=True)
def test_what_a_filter_no_longer_chooses_is_let_go_of(example: Stack, masv: Simulator) -> None:
    ours = [masv.account.add_package(sender="dailies@studio.example") for _ in range(2)]
    other = masv.account.add_package(sender="sound@mixhouse.example")
    long_gone = masv.account.add_package(sender="dailies@studio.example", state="expired")
    until = "2026-05-01T00:00:00Z"
    configure(example, sender="dailies@studio.example", keepUntil=until)
    example.up()
    assert sorted(example.state()) == sorted([*ours, long_gone])
    ends = {package.id: package.expiry.month for package in masv.account.packages()}
    assert ends == {ours[0]: 5, ours[1]: 5, other: 3, long_gone: 3}
    assert masv.account.package(long_gone).state == "archived"
    example.run("config", "set", "name", masv.account.package(ours[0]).name)
    example.up()
    assert list(example.state()) == [ours[0]]
    assert masv.account.losses == ()
    masv.account.set_now("2026-05-02T00:00:00Z")
    example.up()
    assert [masv.account.package(each).state for each in ours] == ["archived", "expired"]


def test_no_example_chooses_what_its_end_destroys() -> None:
    chosen = ROOT / "examples" / "select_and_manage" / "__main__.py"
    calls = [node for node in ast.walk(ast.parse(chosen.read_text())) if isinstance(node, ast.Call)]
    assert "force_destroy" not in {keyword.arg for call in calls for keyword in call.keywords}
