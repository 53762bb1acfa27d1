"""What the pages for contributors say of the repository is so."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / name for name in ("CONTRIBUTING.md", "SECURITY.md", "docs/reference/stability.md")]
PAGES += sorted((ROOT / "docs" / "contributing").rglob("*.md"))
ARCHITECTURE = (ROOT / "docs" / "contributing" / "architecture.md").read_text()
FILE = r"`((?:[a-z_]+/)*[a-z_]+(?:/|\.py|\.toml|\.md))`"


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_a_file_that_a_page_names_exists(page: Path) -> None:
    for name in re.findall(FILE, page.read_text()):
        found = [ROOT / name, ROOT / "pulumi_masv" / name]
        assert any(one.exists() for one in found), name


def test_the_architecture_has_the_rooms_of_the_ladder_in_its_order() -> None:
    [ladder] = re.findall(
        r"^layers = \[\n(.+?)^\]", (ROOT / "pyproject.toml").read_text(), re.M | re.S
    )
    rungs = [line.split(" | ") for line in re.findall(r'"(.+)"', ladder)]
    order = [room for rung in rungs for room in rung if room != "_version"]
    told = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \| ", ARCHITECTURE, re.M)
    rows = [re.findall(r"\w+", row) for row in told]
    assert {room for row in rows for room in row} == {*order, "simulator"}
    place = {room: number for number, rung in enumerate(rungs) for room in rung}
    places = [[place[room] for room in row] for row in rows if row != ["simulator"]]
    assert all(max(one) < min(below) for one, below in pairwise(places))


def test_each_decision_says_why_what_else_and_what_it_costs() -> None:
    decisions = sorted((ROOT / "docs" / "contributing" / "decisions").glob("*.md"))
    assert len(decisions) > 5
    for page in decisions:
        if page.name != "index.md":
            text = page.read_text()
            for part in ("Decided", "Why", "Other ways", "What it costs"):
                assert f"**{part}.**" in text, (page.name, part)


def test_each_target_that_contributors_are_told_of_exists() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = re.findall(r"`?make ([a-z-]+)", (ROOT / "CONTRIBUTING.md").read_text())
    assert targets
    for target in targets:
        assert re.search(rf"^{target}:", makefile, re.M), target


def test_two_files_ask_for_the_address_and_name_each_other() -> None:
    assert "SECURITY.md" in (ROOT / "pyproject.toml").read_text()
    assert "[project.urls]" in (ROOT / "SECURITY.md").read_text()
