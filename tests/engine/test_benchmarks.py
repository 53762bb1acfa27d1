"""The benchmarks measure what they say, and the table in their README is what they print."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.engine.conftest import ROOT

BENCHMARKS = ROOT / "benchmarks"
PHASES = ("first up", "no-op up", "up, 1 % changed", "refresh")


def benchmark(name: str, *arguments: str, into: Path) -> str:
    command = [sys.executable, str(BENCHMARKS / name), *arguments, "--into", str(into)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def folder(path: Path, *files: str) -> Path:
    for name in ("README.md", *files):
        shutil.copy(BENCHMARKS / name, path)
    return path


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a run of three packages has left its files."""
    into = folder(tmp_path_factory.mktemp("fleet"))
    tiny = ("--packages", "3", "--single", "--repetitions", "1", "--latency", "0")
    benchmark("fleet.py", *tiny, "--variants", "a", "b", "d", "e", into=into)
    return into


def rows(measured: Path) -> dict[str, list[str]]:
    """The table's cells by the key of the variant."""
    found = re.findall(r"^\| 3 \| \((\w)\) (.*) \|$", (measured / "README.md").read_text(), re.M)
    return {key: row.split(" | ") for key, row in found}


def test_each_variant_has_a_row(measured: Path) -> None:
    assert list(rows(measured)) == ["a", "b", "d", "e"]
    for row in rows(measured).values():
        assert len(row) == 1 + len(PHASES) + 4
        assert row[-1] == "1"  # run


@pytest.mark.parametrize(
    ("variant", "asked"),
    [
        # A GET and a PUT to adopt; nothing; the same for the one that changed; a GET each.
        ("a", [(3, 3), (0, 0), (1, 1), (3, 0)]),
        # One GET, then a listing instead of the others; a write's own answer is read.
        ("b", [(2, 3), (0, 0), (1, 1), (2, 0)]),
        # One listing before the writes; a single package is read singly.
        ("d", [(1, 3), (0, 0), (1, 1), (1, 0)]),
        ("e", [(0, 0), (0, 0), (0, 0), (0, 0)]),
    ],
)
def test_each_variant_asks_what_it_needs(
    measured: Path, variant: str, asked: list[tuple[int, int]]
) -> None:
    runs: list[dict[str, Any]] = json.loads((measured / "fleet.json").read_text())["runs"]
    [run] = [run for run in runs if run["variant"] == variant]
    assert [(run["phases"][p]["reads"], run["phases"][p]["writes"]) for p in PHASES] == asked
    assert " / ".join(str(sum(each)) for each in asked) in rows(measured)[variant]


def test_rendering_makes_of_the_figures_what_the_run_wrote(measured: Path) -> None:
    before = [(measured / name).read_text() for name in ("README.md", "fleet.svg")]
    benchmark("fleet.py", "--render", into=measured)
    assert [(measured / name).read_text() for name in ("README.md", "fleet.svg")] == before


def test_the_table_that_is_kept_is_made_of_the_figures_that_are_kept(tmp_path: Path) -> None:
    names = ("README.md", "fleet.svg")
    benchmark("fleet.py", "--render", into=folder(tmp_path, "fleet.json"))
    for name in names:
        assert (tmp_path / name).read_text() == (BENCHMARKS / name).read_text()


def test_the_time_that_is_ours_has_a_row_for_each_step(tmp_path: Path) -> None:
    printed = benchmark(
        "own_time.py", "--packages", "5", "--rounds", "1", into=folder(tmp_path)
    ).rstrip("\n")
    assert all(f"| {what} |" in printed for what in ("parse an answer", "plan an adoption", "diff"))
    assert printed in (tmp_path / "README.md").read_text()


def test_what_takes_too_long_is_ended_and_no_figure(tmp_path: Path) -> None:
    command = [sys.executable, str(BENCHMARKS / "fleet.py"), "--limit", "0.1"]
    command += ["--packages", "1", "--single", "--variants", "e", "--into", str(folder(tmp_path))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "did not end in 0.1 s" in done.stderr
    assert not (tmp_path / "fleet.json").exists()
