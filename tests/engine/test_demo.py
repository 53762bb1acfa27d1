"""`make demo` tells its story in order, cleans up, and is what its recording shows."""

import html
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from tests.engine.conftest import ROOT

STORY = (  # what is told, in this order
    r"^  masv\.PackageLifecycle\($",
    r"^\$ pulumi preview$",
    r"^ \+ .* dailies create$",
    r"LOSS 212 files .* 29 days earlier than planned",
    r"^\$ pulumi up --yes$",
    r"^ \+ .* dailies created$",
    r"^Day 12 dailies .* 2027-01-31 .*212 files",
    r'"renamed by hand": rename to "Day 12 dailies"',
    r'^    - match: \{ sender: "\*@studio\.example" \}',
    r"^\$ pulumi-masv preview --max-lost-packages 2$",
    r"^Files that end early: 4 packages",
    r"LOSS .*Reel 2 conform master",
    r"more would be lost than the limits allow",
    r"^exit status 4",
    r"^\+   - match: \{ sender: dailies@studio\.example \}",
    r"^Files that end early: 2 packages",
    r"LOSS .*Day 14 dailies",
    r"^exit status 3",
    r"--format html --output",
    r"^\$ pulumi up --yes$",
    r"^ \+ .* packages created$",
    r"^Day 14 dailies .* archived .* files gone",
    r'^- masv\.PackageLifecycle\("rushes"',
    r"^\$ pulumi preview$",
    r"error: .* still has 38 files .* may not destroy them",
    r"^\+ .*force_destroy=True",
    r"^- .*force_destroy=True",
    r"^\$ pulumi preview$",
    r"LOSS 38 files .* end now, 28 days earlier than planned",
    r"^\$ pulumi up --yes$",
    r"^ - .* rushes deleted$",
    r"^rushes, unsorted .* files gone",
)


@contextmanager
def started(folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """Start the demo in a folder; its temporary files are in another one beside it."""
    for name in ("here", "tmp"):
        (folder / name).mkdir()
    with subprocess.Popen(
        [sys.executable, str(ROOT / "examples" / "demo.py")],
        cwd=folder / "here",
        env={**os.environ, "TMPDIR": str(folder / "tmp"), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as demo:
        yield demo


def left(folder: Path) -> list[str]:
    """Return the files and the processes that a demo has left."""
    found = [str(path) for name in ("here", "tmp") for path in (folder / name).iterdir()]
    for process in psutil.process_iter(["cmdline", "environ"]):
        if str(folder / "tmp") in (process.info["environ"] or {}).values():  # None: another user's
            found.append(" ".join(process.info["cmdline"]))
    return found


@pytest.mark.timeout(600)
def test_the_demo_tells_its_story_as_recorded_and_leaves_one_page(tmp_path: Path) -> None:
    with started(tmp_path) as demo:
        told, errors = demo.communicate()
    assert (demo.returncode, errors) == (0, "")
    at = 0
    for number, said in enumerate(STORY):
        found = re.compile(said, re.MULTILINE).search(told, at)
        assert found, f"{number}: {said} is not in what comes next:\n{told[at:]}"
        at = found.end()
    assert "\x1b" not in told
    assert "skip-preview" not in told
    rows = [line for line in told.splitlines() if "dynamic/masv:" in line]
    assert [row for row in rows if not re.match(r" [+~-] .* (creat|updat|delet)ed?\b", row)] == []
    page = Path(told.rpartition("The report's page, to open in a browser: ")[2].splitlines()[0])
    assert "Day 14 dailies" in html.unescape(page.read_text(encoding="utf-8"))
    assert left(tmp_path) == [str(page)]

    picture = (ROOT / "docs" / "demo.svg").read_text(encoding="utf-8")
    shown = "".join(html.unescape("".join(re.findall(r"<text[^>]*>(.*?)</text>", picture))).split())
    assert shown in "".join(told.split()), "run make recording"


@pytest.mark.parametrize("interrupt", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("told", ["The real Pulumi engine", "$ pulumi preview", "$ pulumi up"])
def test_an_interrupted_demo_leaves_nothing(
    told: str, interrupt: signal.Signals, tmp_path: Path
) -> None:
    with started(tmp_path) as demo:
        assert demo.stdout
        while told not in demo.stdout.readline():
            assert demo.poll() is None
        demo.send_signal(interrupt)
        _, errors = demo.communicate()
    assert (demo.returncode, errors) == (130, "")
    assert left(tmp_path) == []
