"""What the pages show is what the real engine does: their blocks, in order, and the picture."""

import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from docs import picture
from pulumi_masv.simulator import Simulator
from pulumi_masv.simulator.seed import sow
from tests.engine.conftest import BIN, Stack
from tests.pages import STORIES, Snippet, snippets

DAILIES = "01J8ZK3V9DA111ESDAY12A001R"


def write(snippet: Snippet, folder: Path) -> None:
    """Do what a reader does with a file: write it, or add to it."""
    file = folder / snippet.what
    before = file.read_text() if snippet.verb == "append" else ""
    file.write_text(before + snippet.text)


def run(snippet: Snippet, folder: Path, environment: dict[str, str]) -> str:
    """Type a block into a shell, where what it exports stays exported; return what it prints."""
    kept = folder / ".exported"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", f"{snippet.text}\nenv -0 > {shlex.quote(str(kept))}"],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=240,
        check=False,
    )
    assert (done.returncode == 0) == (snippet.verb == "run"), f"{snippet.text}\n{done.stdout}"
    if done.returncode != 0:
        return done.stdout
    exported = (entry.split("=", 1) for entry in kept.read_text().split("\0") if entry)
    environment.update(dict(exported))
    return done.stdout


@contextmanager
def simulator(command: str, folder: Path, environment: dict[str, str]) -> Iterator[dict[str, str]]:
    """Run the simulator of the second terminal; yield what its three lines export."""
    shell = ["bash", "-c", f"exec {command}"]
    with subprocess.Popen(
        shell, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True
    ) as running:
        try:
            assert running.stdout is not None
            exported: dict[str, str] = {}
            while len(exported) < 3:
                line = running.stdout.readline()
                assert line, "the simulator ended"
                if line.startswith("export "):
                    name, value = line.removeprefix("export ").strip().split("=", 1)
                    exported[name] = value
            yield exported
        finally:
            running.terminate()


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
def test_the_pages_can_be_followed_one_after_the_other(
    masv: Simulator, tmp_path: Path, virtualenv: Path, story: tuple[str, ...]
) -> None:
    foreign = ("MASV_", "PULUMI_")
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(foreign)},
        "PATH": os.pathsep.join([str(virtualenv / "bin"), str(BIN), os.environ["PATH"]]),
        "PULUMI_HOME": str(tmp_path / "home"),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "MASV_BASE_URL": masv.url,
        "MASV_API_KEY": masv.api_key,
        "MASV_TEAM_ID": masv.team_id,
        "NEW_KEY": masv.api_key,
    }
    (tmp_path / ".venv").symlink_to(virtualenv)
    masv.account.set_now("2027-01-04T09:00:00Z")
    printed = dict.fromkeys(story, "")
    blocks = [(page, snippet) for page in story for snippet in snippets(page)]
    for page, snippet in blocks:
        match snippet.verb, snippet.what:
            case "file" | "append", _:
                write(snippet, tmp_path)
                if snippet.what == "seed.json":
                    sow(masv.account, tmp_path / "seed.json")
            case "run" | "fails", "quickstart" | "story" | "last":
                printed[page] += run(snippet, tmp_path, environment)
            case "run", "contract":
                with simulator(snippet.text, tmp_path, environment) as exported:
                    assert "MASV_BASE_URL" in exported
    # Only now: the README shows what comes of its commands before it tells them.
    for page, snippet in blocks:
        if snippet.verb == "prints":
            for line in snippet.text.splitlines():
                told = printed.get(snippet.what, printed[page])
                assert line.lstrip("- ") in told, f"{page} shows: {line}"
    assert masv.account.package(DAILIES).name == "Day 12 dailies"
    assert {loss.cause for loss in masv.account.losses} <= {"expiry"}


def test_the_other_programs_of_the_pages_run_as_one(stack: Stack, masv: Simulator) -> None:
    program = "".join(one.text for one in snippets() if one[:2] == ("program", "together"))
    masv.account.teams["01LABTEAM"] = "the-labs-key"
    for package in re.findall(r'"(01J8\w+)"', program):
        team = "01LABTEAM" if "1AB" in package else None
        masv.account.add_package(name="raw", id=package, team_id=team)
    masv.account.add_package(name="Final delivery")
    masv.account.add_package(name="Season 1 rushes, day 1", expiry="2028-06-01T00:00:00Z")
    stack.run("config", "set", "--secret", "labKey", "the-labs-key")
    stack.run("config", "set", "masv:baseUrl", masv.url)
    stack.program(program)
    assert "from now on removing this resource destroys" in stack.up().text
    resources = {
        *("old-cut", "handed-over", "lab-delivery", "grade", "trailer"),
        *("last-year", "season", "season-1"),
    }
    assert resources == set(stack.state())
    assert [p.name for p in masv.account.packages() if p.team_id == "01LABTEAM"] == [
        "Delivery of the lab"
    ]


def test_the_manifest_of_its_page_is_managed_as_it_says(stack: Stack, masv: Simulator) -> None:
    [manifest] = [one.text for one in snippets() if one.what == "masv.yaml"]
    [program] = [one.text for one in snippets() if one.what == "managed"]
    masv.account.set_now("2027-01-04T09:00:00Z")
    add = masv.account.add_package
    created, ends = "2027-01-01T00:00:00Z", "2027-03-01T00:00:00Z"
    held = add(id="01J8ZK3V9DRVSHES0000000001", created_at=created, expiry=ends)
    dailies = add(name="A001", created_at=created, expiry=ends)
    final = add(name="A_final", created_at=created, expiry=ends)
    legal = add(name="A002", created_at=created, expiry=ends, tags=["01J8ZK3V9DTAG0F1EGA1000001"])
    (stack.folder / "masv.yaml").write_text(manifest)
    stack.program(program)
    stack.up()
    live = {one.id: one for one in masv.account.packages()}
    assert {i: one.expiry.isoformat()[:10] for i, one in live.items()} == {
        held: "2027-03-01",
        dailies: "2027-01-15",
        final: "2027-04-01",
        legal: "2027-03-01",
    }
    assert live[held].name == "Rushes"


def test_the_picture_is_what_the_engine_prints() -> None:
    shown = picture.PICTURE.read_text(encoding="utf-8")
    drawn = sorted(picture.drawn(shown))
    printed = sorted(re.sub(r"\x1b\[[\d;]*m", "", picture.preview()).splitlines())
    engine = picture.ENGINE.search(shown)
    assert engine is not None
    if engine[1] != picture.engine_version():
        # Another engine may lay its own lines out otherwise; ours are the same on each.
        ours = re.compile(r"^01M|LOSS|^ +[~+] (expiry|forceDestroy)")
        drawn, printed = ([x for x in each if ours.search(x)] for each in (drawn, printed))
    assert printed == drawn, "run python docs/picture.py"
