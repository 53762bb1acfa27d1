"""A moment, a length, a size, a name on one line; no foreign text is obeyed."""

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_masv import formatting
from pulumi_masv.models import NEVER, Package
from tests.generated import at_least, count


def package(**fields: Any) -> Package:
    known = {"id": "01HP", "state": "finalized", "size": 41_200_000_000, "total_files": 12}
    return Package.model_validate({**known, **fields})


@pytest.mark.parametrize(
    ("length", "spelled"),
    [
        (timedelta(days=304, hours=5), "304 days"),
        (timedelta(days=1), "1 day"),
        (timedelta(hours=23, minutes=59), "23 hours"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(seconds=1), "1 second"),
        (timedelta(0), "0 seconds"),
        (timedelta(days=-1), "0 seconds"),
    ],
)
def test_a_length_of_time_is_told_in_its_largest_whole_unit(
    length: timedelta, spelled: str
) -> None:
    assert formatting.span(length) == spelled


@pytest.mark.parametrize(
    ("value", "spelled"),
    [
        (datetime(2027, 1, 31, tzinfo=timezone.utc), "2027-01-31T00:00:00Z"),
        (datetime(2027, 1, 31, 0, 0, 0, 175_000, tzinfo=timezone.utc), "2027-01-31T00:00:00.175Z"),
        (datetime(2027, 1, 31, tzinfo=timezone(timedelta(hours=2))), "2027-01-30T22:00:00Z"),
        (NEVER, "never"),
        (None, "unknown"),
        ("Day 12", '"Day 12"'),
        ("a\nb", '"a\\nb"'),
        (True, "True"),
        (12, "12"),
    ],
)
def test_a_value_of_a_package_is_spelled_as_a_line_shows_it(value: Any, spelled: str) -> None:
    assert formatting.spell(value) == spelled


def test_a_moment_for_people_is_told_to_the_minute() -> None:
    moment = datetime(2026, 7, 1, 9, 30, 59, tzinfo=timezone.utc)
    assert formatting.spell_moment(moment) == "2026-07-01 09:30 UTC"


@pytest.mark.parametrize(
    ("held", "spelled"),
    [
        (0, "0B"),
        (5, "5B"),
        (999, "999B"),
        (1000, "1.0KB"),
        (41_200_000_000, "41.2GB"),
        (10**400, "more than can be"),
    ],
)
def test_a_size_is_told_in_decimal_units(held: int, spelled: str) -> None:
    assert formatting.size(held) == spelled


@pytest.mark.parametrize(
    ("number", "spelled"), [(0, "0 files"), (1, "1 file"), (2, "2 files"), (1200, "1200 files")]
)
def test_only_one_is_singular(number: int, spelled: str) -> None:
    assert formatting.counted(number, "file") == spelled


@pytest.mark.parametrize(
    ("fields", "spelled"),
    [
        ({}, "12 files (41.2GB, 41200000000 bytes)"),
        ({"total_files": 1, "size": 5}, "1 file (5B, 5 bytes)"),
        ({"total_files": 0, "size": 0}, "0 files (0B, 0 bytes)"),
        ({"total_files": None, "size": None}, "an unknown number of files (unknown size)"),
        (
            {"custom_metadata_id": "01META"},
            "12 files (41.2GB, 41200000000 bytes) and a form response",
        ),
    ],
)
def test_what_a_package_holds_is_told_by_files_and_bytes(
    fields: dict[str, Any], spelled: str
) -> None:
    assert formatting.amount(package(**fields)) == spelled


@pytest.mark.parametrize(
    ("several", "spelled"),
    [
        ([], "0 packages with 0 files (0B, 0 bytes)"),
        ([package()], "1 package with 12 files (41.2GB, 41200000000 bytes)"),
        (
            [package(), package(total_files=1, size=5)],
            "2 packages with 13 files (41.2GB, 41200000005 bytes)",
        ),
    ],
)
def test_several_packages_are_told_by_what_they_hold_together(
    several: list[Package], spelled: str
) -> None:
    assert formatting.amount_of_all(several) == spelled


@pytest.mark.parametrize("field", ["total_files", "size"])
def test_a_total_with_something_unknown_is_told_as_the_least(field: str) -> None:
    several = [
        package(total_files=1, size=5),
        package(**{"total_files": 0, "size": 0, field: None}),
    ]
    assert formatting.amount_of_all(several) == "2 packages with at least 1 file (5B, 5 bytes)"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Day 12 é 日本", "Day 12 é 日本"),
        ("a\nb\tc\rd", "a\\nb\\tc\\rd"),
        ("a\x1b[2J", "a\\x1b[2J"),
        ("a\x9b2J", "a\\x9b2J"),
        ("a\x00\x07\x7f", "a\\x00\\x07\\x7f"),
        ("a\u202eb\u2066c\u200f", "a\\u202eb\\u2066c\\u200f"),
        ("a\u2028b\u2029c", "a\\u2028b\\u2029c"),
        ("a\u200bb\ufeffc", "a\\u200bb\\ufeffc"),
        ("a\U000e0041b", "a\\U000e0041b"),
        ("<{%fg 1%}>red<{%reset%}>", "<\\x7b%fg 1%}>red<\\x7b%reset%}>"),
        ("<<{%<{%", "<<\\x7b%<\\x7b%"),
        ("a < b {%} <{", "a < b {%} <{"),
    ],
)
def test_foreign_text_is_shown_with_nothing_that_is_obeyed(text: str, shown: str) -> None:
    assert formatting.visible(text) == shown


PIECES = st.sampled_from(["<{%", "<", "{", "%", "}", ">", "\x1b[", "\u202e", "\n", "é", "\u200b"])


@at_least(10, "with a colour", "without a colour", "printable", "not printable")
@given(st.lists(PIECES | st.characters()).map("".join))
def test_no_foreign_text_at_all_is_obeyed(text: str) -> None:
    shown = formatting.visible(text)
    count("with a colour" if "<{%" in text else "without a colour")
    count("printable" if text.isprintable() else "not printable")
    assert shown.isprintable()
    assert "<{%" not in shown


@pytest.mark.parametrize(
    ("name", "quoted"),
    [
        ("Day 12", '"Day 12"'),
        ("", '""'),
        ("a\x1b[2J\u202eb\nc é", '"a\\x1b[2J\\u202eb\\nc é"'),
        ("<{%fg 1%}>", '"<\\x7b%fg 1%}>"'),
        (None, "(name unknown)"),
    ],
)
def test_a_name_is_quoted_with_nothing_that_is_obeyed(name: str | None, quoted: str) -> None:
    assert formatting.quote(name) == quoted


@pytest.mark.parametrize(
    ("urn", "name"),
    [
        ("urn:pulumi:test::life::pulumi-python:dynamic/masv:PackageFleet::dailies", "dailies"),
        ("urn:pulumi:test::life::my:Group$pulumi-python:dynamic/masv:PackageFleet::a::b", "a::b"),
        ("urn:pulumi:test::life::masv:index:PackageFleet::a\x1b", "a\\x1b"),
        ("", ""),
    ],
)
def test_a_resource_is_called_as_the_program_calls_it(urn: str, name: str) -> None:
    assert formatting.resource_name(urn) == name
