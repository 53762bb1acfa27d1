"""The demo without an engine, and the picture of it that stands in the README."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PICTURE = (ROOT / "docs" / "demo.svg").read_text(encoding="utf-8")
WITHOUT = "import runpy, sys; sys.prefix = '/nowhere'; sys.path.insert(0, 'examples'); {}"
START = "runpy.run_path('examples/demo.py', run_name='__main__')"
TAKEN = (
    "import pulumi_masv.simulator.http_server as door, errno, os\n"
    "def taken(*_): raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))\n"
    "door.socket.create_server = taken\n"
)


@pytest.mark.parametrize(
    ("before", "line"),
    [
        ("", "demo: pulumi is not on the PATH: run `make setup` first"),
        (TAKEN, "demo: the simulator's port: Address already in use"),
    ],
)
def test_a_demo_that_cannot_start_says_why_in_one_line(
    before: str, line: str, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", before + WITHOUT.format(START)],
        cwd=ROOT,
        env={"PATH": "/nowhere", "TMPDIR": str(tmp_path), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, f"{line}\n")
    assert list(tmp_path.iterdir()) == []


def test_the_recording_needs_nothing_from_elsewhere() -> None:
    assert re.findall(r"https?://[^\"\s]+", PICTURE) == ["http://www.w3.org/2000/svg"]
    assert "@font-face" not in PICTURE
    assert "url(" not in PICTURE.replace("url(#window)", "")
    assert len(PICTURE.encode()) < 150_000


def test_the_recording_names_nothing_of_the_machine_it_was_made_on() -> None:
    for local in ("/tmp", "/home", "/work", "127.0.0.1", "masv-demo-"):
        assert local not in PICTURE


def test_a_loss_is_red_in_every_picture() -> None:
    """In light and dark, and on the page that stands still."""
    first, *_ = re.findall(r'<text class="([^"]+)"[^>]*y="([\d.]+)"[^>]*>LOSS</text>', PICTURE)
    colours = re.findall(rf"\.{first[0]} {{ fill: #(..)(..)(..)", PICTURE)
    assert len(colours) == 2
    for red, green, blue in colours:
        assert int(red, 16) > 1.5 * max(int(green, 16), int(blue, 16))
    [height] = re.findall(r'<svg [^>]*height="(\d+)"', PICTURE)
    assert float(first[1]) < int(height)


def test_each_line_of_the_recording_is_on_a_page_that_comes() -> None:
    [window] = re.findall(r'<rect x="0" y="\d+" width="\d+" height="(\d+)"', PICTURE)
    assert re.search(r"animation: film \d+s step-end infinite", PICTURE)
    pages = [int(top) for top in re.findall(r"% { transform: translateY\(-(\d+)px\) }", PICTURE)]
    lines = [float(y) for y in re.findall(r'<text [^>]* y="([\d.]+)"', PICTURE)]
    assert {next(top for top in pages if 0 < y - top < int(window)) for y in lines} == set(pages)
