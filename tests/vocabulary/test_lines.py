"""What Pulumi's users read of steps and losses at a resource, and in which order."""

from collections.abc import Sequence
from typing import Any

import pytest

from pulumi_masv import plan, vocabulary
from pulumi_masv.lifecycle.verdicts import Verdict
from pulumi_masv.models import NEVER, Package
from pulumi_masv.plan import Loss
from pulumi_masv.vocabulary import Line
from tests.vocabulary.conftest import AT_ONCE, EARLIER, HELD, NOW, SOON, package

ALONE = "urn:pulumi:test::life::pulumi-python:dynamic/masv:PackageLifecycle::day12"
FLEET = "urn:pulumi:test::life::my:Group$pulumi-python:dynamic/masv:PackageFleet::dailies"


def verdict(observed: Package | None = None, **values: Any) -> Verdict:
    known: dict[str, Any] = {"urn": ALONE, "does": "changed", "now": NOW, "package_id": "01HP"}
    if observed is not None:
        known |= {"package_id": observed.id, "observed": observed}
    return Verdict(**known | values)


def told(several: Sequence[Verdict], urn: str = ALONE) -> list[str]:
    return [line.text for line in vocabulary.lines(several, urn)]


@pytest.mark.parametrize(
    ("observed", "loss", "line"),
    [
        (
            package(),
            EARLIER,
            "LOSS 12 files (41.2GB, 41200000000 bytes) end on 2026-07-01 00:00 UTC, "
            "153 days earlier than planned",
        ),
        (
            package(custom_metadata_id="01META"),
            EARLIER,
            "LOSS 12 files (41.2GB, 41200000000 bytes) and a form response end on "
            "2026-07-01 00:00 UTC, 153 days earlier than planned",
        ),
        (
            package(unlimited_storage=True),
            Loss(ends=SOON, planned=NEVER, why="unlimited ended"),
            "LOSS 12 files (41.2GB, 41200000000 bytes) end on 2026-07-01 00:00 UTC, "
            "until now they were never to end",
        ),
        (
            package(expiry=None, unlimited_storage=None),
            Loss(ends=SOON, planned=None, why="expiry earlier"),
            "LOSS 12 files (41.2GB, 41200000000 bytes) end on 2026-07-01 00:00 UTC, "
            "and may never end now: MASV does not say whether they do",
        ),
        (
            package(total_files=1, size=5),
            EARLIER,
            "LOSS 1 file (5B, 5 bytes) end on 2026-07-01 00:00 UTC, 153 days earlier than planned",
        ),
        (
            package(total_files=None, size=None),
            EARLIER,
            "LOSS an unknown number of files (unknown size) end on 2026-07-01 00:00 UTC, "
            "153 days earlier than planned",
        ),
        (
            package(),
            AT_ONCE,
            "LOSS 12 files (41.2GB, 41200000000 bytes) end now, 183 days earlier than planned",
        ),
        (
            package(unlimited_storage=True),
            Loss(ends=NOW, planned=NEVER, why="removed from a fleet"),
            "LOSS 12 files (41.2GB, 41200000000 bytes) end now, until now they were never to end",
        ),
    ],
)
def test_a_loss_says_what_ends_when_and_how_much_earlier(
    observed: Package, loss: Loss, line: str
) -> None:
    [found] = vocabulary.lines([verdict(observed, loss=loss)], ALONE)
    assert found == Line(f'01HP "Day 12": {line}', is_warning=True, loss="LOSS")


@pytest.mark.parametrize(
    ("steps", "line"),
    [
        ((plan.Rename("Day 13"),), 'rename to "Day 13"'),
        ((plan.Rename("<{%fg 1%}>\u202e"),), 'rename to "<\\x7b%fg 1%}>\\u202e"'),
        ((plan.SetExpiry(SOON),), "expiry 2026-12-01T00:00:00Z -> 2026-07-01T00:00:00Z"),
        ((plan.SetUnlimited(),), "expiry 2026-12-01T00:00:00Z -> never (unlimited storage)"),
        ((plan.Destroy(),), "delete"),
        ((plan.Archive(),), "archive"),
        ((plan.Unarchive(),), "unarchive"),
        (
            (plan.Rename("D\u0430y 12"),),
            'rename from "Day 12" to "D\\u0430y 12"',
        ),
        ((plan.Rename("x"), plan.Archive()), 'rename to "x"; archive'),
    ],
)
def test_steps_are_told_in_one_line_of_a_package(steps: tuple[plan.Step, ...], line: str) -> None:
    assert list(vocabulary.lines([verdict(package(), steps=steps)], ALONE)) == [
        Line(f'01HP "Day 12": {line}')
    ]


@pytest.mark.parametrize(
    ("fields", "before"),
    [
        ({"unlimited_storage": True}, "never"),
        ({"unlimited_storage": None, "expiry": None}, "unknown"),
    ],
)
def test_a_step_says_which_end_it_replaces(fields: dict[str, Any], before: str) -> None:
    assert told([verdict(package(**fields), steps=(plan.SetExpiry(SOON),))]) == [
        f'01HP "Day 12": expiry {before} -> 2026-07-01T00:00:00Z'
    ]


@pytest.mark.parametrize(
    ("observed", "name"), [(package(), '01HP "Day 12"'), (None, "01HP")], ids=["seen", "unseen"]
)
def test_what_the_program_still_declares_is_told_as_kept(
    observed: Package | None, name: str
) -> None:
    several = [verdict(observed, does="let go")]
    assert list(vocabulary.lines(several, ALONE)) == [
        Line(f"{name}: kept, since the program still declares it")
    ]


def test_a_doubt_is_a_warning_that_names_no_loss() -> None:
    several = [verdict(package(), does="unknown", doubt="it may end earlier")]
    assert list(vocabulary.lines(several, ALONE)) == [
        Line('01HP "Day 12": it may end earlier', is_warning=True)
    ]


@pytest.mark.parametrize("does", ["unchanged", "refused", "left alone", "ended"])
@pytest.mark.parametrize("urn", [ALONE, FLEET])
def test_a_package_to_which_nothing_is_done_gets_no_line(does: Any, urn: str) -> None:
    assert told([verdict(package(), does=does)], urn) == []


def test_of_one_package_the_change_comes_before_its_loss() -> None:
    one = verdict(package(), steps=(plan.Destroy(), plan.Archive()), loss=AT_ONCE)
    assert told([one]) == [
        '01HP "Day 12": delete; archive',
        f'01HP "Day 12": LOSS {HELD} end now, 183 days earlier than planned',
    ]


def shortened(package_id: str, **fields: Any) -> Verdict:
    """An entry of a fleet that ends earlier."""
    return verdict(package(package_id, **fields), steps=(plan.SetExpiry(SOON),), loss=EARLIER)


def renamed(number: int) -> Verdict:
    return verdict(package(f"P{number}"), steps=(plan.Rename("x"),))


def test_a_fleet_tells_the_total_then_the_largest_loss_first() -> None:
    several = [
        renamed(1),
        shortened("P2", total_files=1, size=10),
        shortened("P3", total_files=3, size=30),
        shortened("P4", total_files=2, size=20),
    ]
    end = "end on 2026-07-01 00:00 UTC, 153 days earlier than planned"
    moved = "expiry 2026-12-01T00:00:00Z -> 2026-07-01T00:00:00Z"
    assert told(several, FLEET) == [
        "dailies: LOSS 3 packages with 6 files (60B, 60 bytes) in all",
        f'P3 "Day 12": LOSS 3 files (30B, 30 bytes) {end}',
        f'P4 "Day 12": LOSS 2 files (20B, 20 bytes) {end}',
        f'P2 "Day 12": LOSS 1 file (10B, 10 bytes) {end}',
        'P1 "Day 12": rename to "x"',
        f'P2 "Day 12": {moved}',
        f'P3 "Day 12": {moved}',
        f'P4 "Day 12": {moved}',
    ]


def test_the_total_of_a_fleet_is_a_loss_of_its_own() -> None:
    first, *_ = vocabulary.lines([shortened("P1"), shortened("P2")], FLEET)
    assert first == Line(
        "dailies: LOSS 2 packages with 24 files (82.4GB, 82400000000 bytes) in all",
        is_warning=True,
        loss="LOSS",
    )


def test_one_loss_of_a_fleet_needs_no_total() -> None:
    first, *_ = told([shortened("P1"), renamed(2)], FLEET)
    assert first.startswith('P1 "Day 12": LOSS')


def test_a_fleet_shows_twenty_losses_and_how_many_more() -> None:
    several = [shortened(f"P{size}", size=size) for size in range(25)]
    lines = [line for line in vocabulary.lines(several, FLEET) if line.is_warning]
    assert [line.text.split()[0] for line in lines[1:21]] == [f"P{n}" for n in range(24, 4, -1)]
    assert lines[21:] == [
        Line("dailies: and 5 more losses: `pulumi-masv preview` lists all", is_warning=True)
    ]


def test_a_fleet_shows_twenty_changes_and_how_many_more() -> None:
    lines = list(vocabulary.lines([renamed(number) for number in range(21)], FLEET))
    assert [line.text.split()[0] for line in lines[:20]] == [f"P{n}" for n in range(20)]
    assert lines[20:] == [Line("dailies: and 1 more changes: `pulumi-masv preview` lists all")]


def test_a_fleet_shows_all_of_twenty_changes() -> None:
    assert len(told([renamed(number) for number in range(20)], FLEET)) == 20


def test_a_fleet_shows_twenty_doubts_and_how_many_more() -> None:
    several = [
        verdict(package(f"P{size}", size=size), does="unknown", doubt="it may end earlier")
        for size in range(22)
    ]
    lines = list(vocabulary.lines(several, FLEET))
    assert lines[0] == Line('P21 "Day 12": it may end earlier', is_warning=True)
    assert lines[20:] == [
        Line(
            "dailies: and 2 more that may end earlier: `pulumi-masv preview` lists all",
            is_warning=True,
        )
    ]


@pytest.mark.parametrize(
    ("name", "shown"),
    [("dailies", "dailies"), ("a::b", "a::b"), ("<{%fg 1%}>\x1b", "<\\x7b%fg 1%}>\\x1b")],
)
def test_a_fleet_is_called_by_its_resource_name(name: str, shown: str) -> None:
    urn = f"urn:pulumi:test::life::pulumi-python:dynamic/masv:PackageFleet::{name}"
    first, *_ = told([shortened("P1"), shortened("P2")], urn)
    assert first.startswith(f"{shown}: LOSS 2 packages")


def test_a_package_below_a_fleet_is_not_told_as_one() -> None:
    urn = ALONE.replace("dynamic/masv:", "dynamic/masv:PackageFleet$pulumi-python:dynamic/masv:")
    assert told([shortened("P1"), shortened("P2")], urn)[0].startswith('P1 "Day 12": expiry')
