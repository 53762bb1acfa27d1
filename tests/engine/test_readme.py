"""What the README shows is what the real engine does: its snippets, in order, and its picture."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from docs import generate
from pulumi_masv.simulator import Simulator
from pulumi_masv.simulator.seed import sow
from tests.engine.conftest import Stack
from tests.test_readme import Snippet, snippets

DAILIES = "01J8ZK3V9DA111ESDAY12A001R"


def write(snippet: Snippet, folder: Path) -> None:
    """Do what a reader does with a file: write it, or add to it."""
    file = folder / snippet.what
    before = file.read_text() if snippet.verb == "append" else ""
    file.write_text(before + snippet.text)


def run(snippet: Snippet, folder: Path, environment: dict[str, str]) -> str:
    """Type the snippet into a shell; what it exports stays exported. What it printed."""
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
    assert done.returncode == 0, f"{snippet.text}\n{done.stdout}"
    exported = (entry.split("=", 1) for entry in kept.read_text().split("\0") if entry)
    environment.update(dict(exported))
    return done.stdout


def test_the_readme_can_be_followed_from_its_first_program_to_its_last(
    masv: Simulator, tmp_path: Path
) -> None:
    foreign = ("MASV_", "PULUMI_")
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(foreign)},
        "PATH": f"{Path(sys.prefix) / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "PULUMI_HOME": str(tmp_path / "home"),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "MASV_BASE_URL": masv.url,
        "MASV_API_KEY": masv.api_key,
        "MASV_TEAM_ID": masv.team_id,
        "NEW_KEY": masv.api_key,
    }
    (tmp_path / ".venv").symlink_to(sys.prefix)
    masv.account.set_now("2027-01-04T09:00:00Z")
    printed = []
    for snippet in snippets():
        if snippet.verb in ("file", "append"):
            write(snippet, tmp_path)
        if snippet.what == "seed.json":
            sow(masv.account, tmp_path / "seed.json")
        if snippet.verb == "run" and snippet.what in ("quickstart", "story"):
            printed.append(run(snippet, tmp_path, environment))
    told = "\n".join(printed)
    assert "LOSS 212 files (1.8TB, 1840000000000 bytes) end on 2027-01-31 00:00 UTC" in told
    assert '"by hand" => "Day 12 dailies"' in told
    live = masv.account.package(DAILIES)
    assert (live.name, live.state) == ("Day 12 dailies", "archived")
    assert {loss.cause for loss in masv.account.losses} == {"expiry"}


def test_the_other_programs_of_the_readme_run_as_one(stack: Stack, masv: Simulator) -> None:
    program = "".join(one.text for one in snippets() if one[:2] == ("program", "together"))
    masv.account.teams["01LABTEAM"] = "the-labs-key"
    for package in re.findall(r'"(01J8\w+)"', program):
        team = "01LABTEAM" if "1AB" in package else None
        masv.account.add_package(name="raw", id=package, team_id=team)
    masv.account.add_package(name="Final delivery")
    stack.run("config", "set", "--secret", "labKey", "the-labs-key")
    stack.run("config", "set", "masv:baseUrl", masv.url)
    stack.program(program)
    assert "from now on removing this resource destroys" in stack.up().text
    resources = {"old-cut", "handed-over", "lab-delivery", "grade", "last-year", "season"}
    assert resources == set(stack.state())
    assert [p.name for p in masv.account.packages() if p.team_id == "01LABTEAM"] == [
        "Delivery of the lab"
    ]


def test_the_manifest_of_the_readme_is_managed_as_it_says(stack: Stack, masv: Simulator) -> None:
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
    picture = generate.PICTURE.read_text(encoding="utf-8")
    drawn = sorted(generate.drawn(picture))
    printed = sorted(re.sub(r"\x1b\[[\d;]*m", "", generate.preview()).splitlines())
    engine = generate.ENGINE.search(picture)
    assert engine is not None
    if engine[1] != generate.engine_version():
        # Another engine may lay its own lines out otherwise; ours are the same on each.
        ours = re.compile(r"^01M|LOSS|^ +[~+] (expiry|forceDestroy)")
        drawn, printed = ([x for x in each if ours.search(x)] for each in (drawn, printed))
    assert printed == drawn, "run python docs/generate.py --picture"
