"""What is aimed at: met, not met, or not measured."""

from typing import Any

import fleet
import pytest
import targets
from measure import Size

from tests.benchmarks.runs import measured, run


def met(*runs: dict[str, Any]) -> dict[str, str]:
    """What is met, by the figure."""
    return {row[0]: row[3] or row[2] for row in targets.rows(measured(*runs))}


def needed(*other: dict[str, Any]) -> list[dict[str, Any]]:
    """A run for each need, some of them others: all that a target compares is alike."""
    found = {(key, size): run(key, *size) for key, size in targets.needs()}
    found["d", Size(50_000, 50_000)] = run("d", 50_000, cpu={"engine": 5.0})
    found |= {(each["variant"], Size(each["packages"], each["account"])): each for each in other}
    return list(found.values())


def test_a_figure_at_its_bound_is_met() -> None:
    fast = run("d", 1_000, seconds=0.05)
    assert set(met(*needed(fast)).values()) == {"yes"}


@pytest.mark.parametrize(
    ("worse", "figure"),
    [
        (run("c", 1_000, cpu={"engine": 1.01}), "CPU, first up of 1,000, no checkpoints"),
        (run("c", 1_000, cpu={"engine": 1.11}), "CPU, no-op up of 1,000"),
        (run("b", 300, cpu={"engine": 1.01}), "CPU, first up of 300"),
        (run("b", 300, written_bytes=2), "bytes written, first up of 300"),
        (run("c", 1_000, writes=1_041), "requests, first up of 1,000"),
        (run("b", 1_000, writes=1_041), "requests, first up of 1,000"),
        (run("c", 1_000, resource_bytes=1_400), "bytes of a resource"),
        (run("d", 5_000, seconds=2.01), "first up of 5,000"),
        (run("d", 10_000, cpu={"engine": 1.21}), "CPU, no-op up of 10,000"),
        (run("d", 10_000, cpu={"engine": 1.51}), "CPU, refresh of 10,000"),
        (run("d", 20_000, handler_bytes=300_000_000), "memory in MB"),
        (run("d", 1_000, 10_000, reads=201, writes=1_010), "requests beyond N"),
        (run("d", 20_000, reads=411, writes=20_000), "requests beyond N"),
        (run("d", 1_000, seconds=0.051), "first up of 1,000"),
        (run("d", 50_000, cpu={"engine": 6.01}), "CPU for a package of 50,000"),
    ],
)
def test_a_figure_beyond_its_bound_is_not_met(worse: dict[str, Any], figure: str) -> None:
    [found] = [value for what, value in met(*needed(worse)).items() if what.startswith(figure)]
    assert found == "no"


def test_a_figure_says_what_is_wanted_and_what_was_measured() -> None:
    rows = targets.rows(measured(run("d", 5_000, seconds=3.0), run("h", 5_000, seconds=2.0)))
    assert ["first up of 5,000: (d) over (h)", "at most 2", "1.50", "yes"] in rows
    rows = targets.rows(measured(run("b", 1_000), run("c", 1_000, reads=40, writes=1_001)))
    assert [
        "requests, first up of 1,000: the more of (b) and (c)",
        "at most 1,040",
        "1,041",
        "no",
    ] in rows


def test_what_was_not_run_is_not_measured() -> None:
    assert set(met().values()) == {"not measured"}


@pytest.mark.parametrize("key", ["a", "b", "c", "d", "e", "f", "h"])
def test_a_figure_that_lacks_one_of_its_runs_is_not_measured(key: str) -> None:
    kept = [each for each in needed() if each["variant"] != key]
    found = met(*kept)
    for target in targets.TARGETS:
        if key in {needs for needs, _ in target.needs}:
            assert found[target.what] == "not measured"
        else:
            assert found[target.what] != "not measured"


def due(*given: str) -> list[tuple[str, Size, int]]:
    return [(task.variant.key, *task[1:]) for task in fleet.due(fleet.arguments(given))]


def test_the_whole_measurement_runs_all_that_targets_need() -> None:
    assert set(targets.needs()) <= {(key, size) for key, size, _ in due()}


def test_what_targets_need_can_be_run_alone_and_once() -> None:
    assert due("--targets") == [(*need, 0) for need in targets.needs()]
    assert len(due("--targets", "--repetitions", "2")) == 2 * len(due("--targets"))
    assert {key for key, _, _ in due("--targets", "--variants", "d", "e")} == {"d", "e"}


def test_a_size_names_its_account_and_its_repetitions() -> None:
    assert due("--packages", "5/20:2", "--single", "--variants", "b") == [
        ("b", Size(5, 20), 0),
        ("b", Size(5, 20), 1),
    ]
    assert due("--packages", "--single", "7:1", "--variants", "b", "h") == [("h", Size(7, 7), 0)]
