"""The tables and the picture of a measurement."""

import html
import re
from typing import Any

import plot
import pytest
import tables
from measure import resource_bytes
from variants import VARIANTS

from tests.benchmarks.runs import measured, run


def rows(*runs: dict[str, Any]) -> list[list[str]]:
    """The cells of each line on what was run, after the packages and the way."""
    found = re.findall(
        r"^\| [\d,]+(?: of [\d,]+)? \| \(\w\) .*$", tables.render(measured(*runs)), re.M
    )
    return [line.strip("| ").split(" | ")[2:] for line in found]


def test_processor_time_is_shown_as_a_sum_and_its_parts() -> None:
    cpu = {"engine": 8.04, "program": 3.9, "handler": 2.5}
    _, processors, _ = rows(run("a", 10, cpu=cpu, written_bytes=383e6, resource_bytes=2071))
    assert processors == [*["14.4: 8.0 + 3.9 + 2.5"] * 4, "383.0 MB", "0 kB", "2,071 B"]


def test_what_is_not_known_is_a_dash() -> None:
    _, _, ratios = rows(run("g", 10, written_bytes=None, state_bytes=None, resource_bytes=None))
    assert set(ratios) == {"–"}


def test_memory_that_is_not_known_is_a_dash() -> None:
    seconds, _, _ = rows(run("g", 10, handler_bytes=None))
    assert seconds[-2:] == ["–", "1"]


def test_figures_stand_as_ratios_to_the_guide_and_the_floor() -> None:
    found = rows(
        run("a", 10, seconds=3.0),
        run("d", 10, seconds=6.0, cpu={"engine": 1.5, "program": 0, "handler": 0}),
        run("g", 10, seconds=2.0),
        run("h", 10, seconds=1.0),
    )
    ratios = found[8:]
    assert ratios[0][0] == "1.50 (g), 3.00 (h)"
    assert ratios[1][0] == "2.00 (a), 3.00 (g), 6.00 (h), 1.50 CPU (a)"


def test_no_checkpoints_are_measured_by_the_guide_without_them() -> None:
    found = rows(run("a", 10, seconds=9.0), run("f", 10, seconds=3.0), run("c", 10, seconds=6.0))
    assert found[-1][0] == "2.00 (f), 1.00 CPU (f)"


def test_sizes_are_compared_with_the_same_account_only() -> None:
    found = rows(run("d", 10, 40, seconds=3.0), run("h", 10, seconds=1.0))
    assert {*found[-1]} == {"–"}


def test_a_row_says_how_many_the_account_holds() -> None:
    assert "| 10 of 1,000 | (d) PackageFleet |" in tables.render(measured(run("d", 10, 1000)))


def test_a_resource_is_measured_compact_and_without_the_stack() -> None:
    package = {"type": "pulumi-python:dynamic:Resource", "id": "é"}
    others = [{"type": "pulumi:pulumi:Stack"}, {"type": "pulumi:providers:pulumi-python"}]
    compact = '{"type":"pulumi-python:dynamic:Resource","id":"é"}'
    assert resource_bytes([*others, package, package]) == len(compact.encode())


@pytest.mark.parametrize("accounts", [(10, 1000), (10, 10), (40, 40)])
def test_the_picture_has_a_mark_for_every_way(accounts: tuple[int, int]) -> None:
    drawn = html.unescape(plot.draw(measured(*(run(each.key, *accounts) for each in VARIANTS))))
    for each in VARIANTS:
        assert drawn.count(f'class="mark {each.key}"') == 5  # a panel each, and the legend
        assert f"({each.key}) {each.title}" in drawn


def test_the_picture_shows_whole_accounts_only() -> None:
    drawn = plot.draw(measured(run("d", 10), run("d", 20, 1000), run("d", 40)))
    assert drawn.count('class="mark d"') == 2 * 4 + 1
