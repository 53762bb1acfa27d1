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
    benchmark("fleet.py", *tiny, "--variants", "a", "f", "b", "d", "e", "g", into=into)
    return into


def rows(measured: Path, key: str) -> list[list[str]]:
    """The cells of each table's line on a variant: seconds, processor time, ratios."""
    found = re.findall(rf"^\| 3 \| \({key}\) (.*) \|$", (measured / "README.md").read_text(), re.M)
    return [row.split(" | ") for row in found]


@pytest.mark.parametrize("key", ["a", "f", "b", "d", "e", "g"])
def test_each_variant_has_a_row_in_each_table(measured: Path, key: str) -> None:
    seconds, processors, ratios = rows(measured, key)
    assert len(seconds) == len(processors) == 1 + len(PHASES) + 3
    assert len(ratios) == 1 + len(PHASES)
    assert seconds[-1] == "1"  # run


def runs(measured: Path) -> dict[str, dict[str, Any]]:
    """What was measured, by the key of the variant."""
    found = json.loads((measured / "fleet.json").read_text())["runs"]
    return {run["variant"]: run for run in found}


def test_engine_program_and_handler_have_each_taken_processor_time(measured: Path) -> None:
    for key in ("a", "f", "b", "d", "e"):
        assert all(runs(measured)[key]["phases"]["first up"]["cpu"].values())
    assert runs(measured)["g"]["phases"]["first up"]["cpu"]["handler"] == 0


def test_a_resource_takes_some_of_the_state(measured: Path) -> None:
    for key in ("a", "f", "b", "d", "e"):
        assert 0 < runs(measured)[key]["resource_bytes"] < runs(measured)[key]["state_bytes"]


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
        # It has no state, so it lists each time.
        ("g", [(1, 3), (1, 0), (1, 1), (1, 0)]),
    ],
)
def test_each_variant_asks_what_it_needs(
    measured: Path, variant: str, asked: list[tuple[int, int]]
) -> None:
    phases = runs(measured)[variant]["phases"]
    assert [(phases[p]["reads"], phases[p]["writes"]) for p in PHASES] == asked
    assert " / ".join(str(sum(each)) for each in asked) in rows(measured, variant)[0]


def test_rendering_makes_of_the_figures_what_the_run_wrote(measured: Path) -> None:
    before = [(measured / name).read_text() for name in ("README.md", "fleet.svg")]
    benchmark("fleet.py", "--render", into=measured)
    assert [(measured / name).read_text() for name in ("README.md", "fleet.svg")] == before


def test_the_table_that_is_kept_shows_the_figures_that_are_kept(tmp_path: Path) -> None:
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
