"""What is alike folds into one row, once for all formats; a loss never does."""

import html
import json
import re
from typing import Any

import pytest

from pulumi_masv.report.formats import RENDER
from tests.report.conftest import PLANNED, Bag, destroyed, earlier, printed, record, told, urn

LATER = "2027-04-01T00:00:00Z"
FLEET = urn("season-2", "PackageFleet")
SHOWN = ["text", "markdown", "html"]


def moved(number: int, does: str = "changed", **more: Any) -> Bag:
    """A package of a fleet whose end moves to the same later day as all others'."""
    change = {"property": "expiry", "before": PLANNED, "after": LATER}
    bag = {"urn": FLEET, "name": f"Day {number}", "bytes": number * 10**9, "changes": [change]}
    return record(f"01H{number:03d}", does, **{**bag, "endAfter": LATER, **more})


def plain(form: str, text: bytes) -> str:
    """A report without what its format writes around the text."""
    shown = RENDER[form](told(text)).decode()
    shown = re.sub(r"<style>.*?</style>|<svg.*?</svg>", "", shown, flags=re.DOTALL)
    shown = re.sub(r"&#(\d+);", lambda found: chr(int(found[1])), shown)
    return " ".join(re.sub(r"<[^>]*>|[|*]", " ", shown).split())


def test_packages_with_the_same_change_are_one_row() -> None:
    report = told(printed(records=tuple(moved(i) for i in range(300))))
    [row] = report.changed_rows
    assert (row.total.packages, row.total.files, row.total.bytes) == (300, 3600, 44_850 * 10**9)
    assert [one.id for one in row.named] == ["01H299", "01H298", "01H297"]


@pytest.mark.parametrize("form", SHOWN)
def test_a_row_says_how_many_how_much_and_the_first_names(form: str) -> None:
    shown = plain(form, printed(records=tuple(moved(i) for i in range(300))))
    for told_once in ("300 packages", "44.9TB", "3 600", "and 297 more"):
        assert shown.count(told_once) == 1, told_once
    assert all(name in shown for name in ("Day 299", "Day 298", "Day 297"))
    assert ("Day 12" in shown) is (form == "html")  # there the rest can be opened


def test_a_picture_draws_one_bar_for_what_is_alike() -> None:
    text = printed(records=(*(moved(i) for i in range(300)), destroyed("01HA"), destroyed("01HB")))
    drawn = RENDER["svg"](told(text)).decode()
    assert drawn.count('class="was"') == 3
    assert "300 packages" in drawn


@pytest.mark.parametrize(
    "other",
    [
        {"changes": [{"property": "expiry", "before": PLANNED, "after": "never"}]},
        {"changes": [{"property": "expiry", "before": "never", "after": LATER}]},
        {"changes": [{"property": "name", "before": PLANNED, "after": LATER}]},
        {"does": "adopted"},
    ],
)
def test_what_differs_in_anything_that_is_told_stays_apart(other: Bag) -> None:
    report = told(printed(records=(moved(1), moved(2), moved(3, **other))))
    assert sorted(len(row.subjects) for row in report.changed_rows) == [1, 2]


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("doubt_rows", {"doubt": "MASV could not be asked"}),
        ("refused_rows", {"refusals": ["its files exist"]}),
        ("scheduled_rows", {"endAfter": "2026-12-01T00:00:00Z"}),
    ],
)
def test_each_list_but_the_losses_folds(kind: str, more: Bag) -> None:
    records = (record(f"01H{i}", "unchanged", **more) for i in range(5))
    [row] = getattr(told(printed(records=tuple(records))), kind)
    assert len(row.subjects) == 5


@pytest.mark.parametrize("form", SHOWN)
def test_every_loss_has_a_row_of_its_own(form: str) -> None:
    shown = plain(form, printed(records=tuple(earlier(f"01H{i:03d}") for i in range(60))))
    assert all(f"01H{i:03d}" in shown for i in range(60))


def test_the_largest_row_comes_first() -> None:
    small = [moved(i, bytes=10**9, changes=[], does="adopted") for i in range(20)]
    text = printed(records=(*small, moved(50, bytes=10**12), moved(51, bytes=None)))
    rows = told(text).changed_rows
    assert [len(row.subjects) for row in rows] == [2, 20]  # what is not known may be the largest


def test_json_names_each_package_in_the_same_order() -> None:
    answer = json.loads(RENDER["json"](told(printed(records=tuple(map(moved, range(9)))))))
    assert [one["id"] for one in answer["changes"]] == [f"01H{i:03d}" for i in range(8, -1, -1)]


@pytest.mark.parametrize("form", SHOWN)
def test_an_adopted_package_says_what_is_known_of_it(form: str) -> None:
    changes = [{"property": "expiry", "after": LATER}, {"property": "name", "after": "New"}]
    known = record("01HA", "adopted", name="Old", changes=changes)
    arrow = "->" if form == "text" else "→"
    assert f"expiry: 2027-03-01 00:00 UTC {arrow} 2027-04-01 00:00 UTC" in plain(
        form, printed(records=(known,))
    )
    assert f'name: "Old" {arrow} "New"' in plain(form, printed(records=(known,)))
    blank = record("01HA", "adopted", name=None, endBefore=None, changes=changes)
    shown = plain(form, printed(records=(blank,)))
    assert 'name: set to "New"' in shown
    assert f"unknown {arrow}" not in shown


@pytest.mark.parametrize("form", SHOWN)
@pytest.mark.parametrize(
    ("of", "before", "after", "told_as"),
    [
        ("expiry", "2027-01-31T12:00:01Z", "2027-01-31T12:00:59Z", "12:00:01Z > 2027-01-31T12:00"),
        ("expiry", "2027-01-31T12:00:00.250Z", "2027-01-31T12:00:00.750Z", "12:00:00.250Z > 2027"),
        ("expiry", "2027-01-31T12:00:00Z", "2027-01-31T12:01:00Z", "12:00 UTC > 2027-01-31 12:01 "),
        ("name", "Promo", "\u0420romo", r'name: "Promo" > "\u0420romo"'),
        ("name", "Promo ", "Promo", 'name: "Promo " > "Promo"'),
        ("name", "", " ", 'name: "" > " "'),
        ("name", "Caf\u00e9", "Cafe\u0301", r'name: "Caf\xe9" > "Cafe\u0301"'),
        ("name", "a\u00a0b", "a b", r'name: "a\xa0b" > "a b"'),
        ("name", "a > b", "c", 'name: "a > b" > "c"'),
        ("mood", "Promo", "\u0420romo", r"mood: Promo > \u0420romo"),
    ],
)
def test_what_changes_never_looks_as_it_did(
    form: str, of: str, before: str, after: str, told_as: str
) -> None:
    change = {"property": of, "before": before, "after": after}
    shown = plain(form, printed(records=(record("01HA", "changed", changes=[change]),)))
    assert told_as in html.unescape(shown).replace("->", ">").replace("→", ">")


@pytest.mark.parametrize("form", SHOWN)
def test_an_end_some_seconds_earlier_is_told_to_the_second(form: str) -> None:
    loss = earlier("01HA", "2027-02-28T23:59:10Z")
    loss["loss"]["planned"] = loss["endBefore"] = "2027-02-28T23:59:40Z"
    shown = plain(form, printed(records=(loss,)))
    assert "2027-02-28T23:59:10Z" in shown
    assert "2027-02-28T23:59:40Z" in shown
