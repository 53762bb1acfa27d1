"""Sizes and lengths mean what their text says, by arithmetic of our own, or are refused."""

import json
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from pulumi_masv.errors import ManifestError
from pulumi_masv.policy import Bound, Manifest
from pulumi_masv.policy.values import Count, Length, Size
from tests.generated import at_least, count

SCHEMA = jsonschema_rs.validator_for(
    json.loads((Path(__file__).parents[2] / "schema" / "masv.schema.json").read_text())
)
DIGITS = frozenset("0123456789")
BYTES = {
    "KB": 10**3, "kB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12, "PB": 10**15,
    "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40, "PiB": 2**50, "B": 1,
}  # fmt: skip
NUMBERS = st.integers(0, 10**6).map(str)
FRACTIONS = st.builds(lambda n, f: f"{n}.{f}", NUMBERS, st.text("0123456789", min_size=1))
ODD_NUMBERS = st.sampled_from(
    ["1,5", "1,000", "500-1000", "-1", "+1", "1e3", ".5", "5.", "1.5.2", "1_000", "0x10", "٣", "１"]
) | st.sampled_from(["inf", "nan", "½", "²", "1'000", "~1", ">1", "", " 1", "1 000"])
ODD_UNITS = st.sampled_from(
    ["gb", "Gb", "Gbit", "bit", "b", "G", "k", "bytes", "GBps", "GB/day", "MBB", "EB", "gB", "Kib"]
) | st.sampled_from(["mib", "GB.", "㎅", "МB", "GB ", "GB\n", "kB B"])
RIGHT = st.builds(
    "{}{}{}".format, NUMBERS | FRACTIONS, st.sampled_from(["", " "]), st.sampled_from([*BYTES])
)
SIZES = RIGHT | st.builds(
    "{}{}{}".format,
    NUMBERS | FRACTIONS | ODD_NUMBERS,
    st.sampled_from(["", "", " ", "  ", "\t", "\u00a0"]),
    st.sampled_from([*BYTES, ""]) | ODD_UNITS,
)


def size_of(text: str) -> Decimal | None:
    """The bytes that a person reads, None where a person would ask."""
    unit = next((one for one in BYTES if text.endswith(one)), None)
    if unit is None:
        return Decimal(text) if text and DIGITS.issuperset(text) else None
    number = text[: -len(unit)].removesuffix(" ")
    whole, dot, fraction = number.partition(".")
    right = whole and DIGITS.issuperset(whole + fraction) and bool(dot) == bool(fraction)
    return Decimal(number) * BYTES[unit] if right else None


def read(kind: Any, text: Any) -> Any:
    try:
        return TypeAdapter(kind).validate_python(text)
    except ValidationError as error:
        assert len(str(error.errors()[0]["ctx"]["error"]).splitlines()) == 1
        return None


def told(match: dict[str, str]) -> list[tuple[int, int]]:
    """Where the mistakes of a manifest with such a match stand."""
    try:
        Manifest.parse(json.dumps({"rules": [{"match": match, "hold": True}]}))
    except ManifestError as mistaken:
        return [(one.line, one.column) for one in mistaken.mistakes]
    return []


@at_least(10, "refused", "with a unit", "bytes")
@given(SIZES | NUMBERS, st.integers(0, 10**16))
@example("1,5TB", 5)
@example("1.1GiB", 1181116006)
@example("1.1GiB", 1181116007)
def test_a_size_is_what_its_text_says_or_refused(text: str, held: int) -> None:
    """With its place."""
    meant, found = size_of(text), read(Size, text)
    match = {"size_over": text}
    assert (found is None) == (meant is None)
    assert SCHEMA.is_valid({"rules": [{"match": match, "hold": True}]}) == (meant is not None)
    if meant is None:
        assert told(match) == [(1, len('{"rules": [{"match": {"size_over": "'))]
    else:
        assert (held > found) == (held > meant)
    count("refused" if meant is None else "with a unit" if "B" in text else "bytes")


@pytest.mark.parametrize("value", [True, False, 1.5, 10.0, -1, None, [1], "9" * 5000, b"1GB"])
def test_a_size_of_another_kind_is_refused(value: Any) -> None:
    with pytest.raises(ValidationError, match="is not a size: write it like 10GB, or in bytes"):
        TypeAdapter(Size).validate_python(value)


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("10gb", "did you mean 10GB?"),
        ("1.5 Tib", "write it like 10GB"),
        ("1.5 tib", "did you mean 1.5TiB?"),
        ("10gB", "did you mean 10GB?"),
        ("10Gb", "write it like 10GB, or in bytes"),  # bits, perhaps
        ("1,500GB", "write it like 10GB, or in bytes"),  # 1.5, perhaps
    ],
)
def test_a_size_that_is_nearly_right_is_shown_right(typed: str, hint: str) -> None:
    with pytest.raises(ValidationError, match=f"{hint[:-1]}"):
        TypeAdapter(Size).validate_python(typed)


ODD = ["1.5d", "-1d", "+1d", "0d", "01d", "1m", "1y", "1 d", "d", "1dd", "P1D", "٣d", "1D"]
LENGTHS = st.builds(
    lambda n, unit: f"{n}{unit}", st.integers(0, 200_000), st.sampled_from("hdw")
) | st.sampled_from([*ODD, "1d\n", " 1d", "1h30m", "30", "", "true"])


@at_least(10, "right", "refused")
@given(LENGTHS)
@example("99999w")
def test_a_length_is_what_its_text_says_or_refused(text: str) -> None:
    """With its place."""
    number, unit = text[:-1], text[-1:]
    right = unit in ("h", "d", "w") and DIGITS.issuperset(number) and len(number) < 6
    right = right and number[:1] not in ("", "0")
    found = read(Length, text)
    hours = {"h": 1, "d": 24, "w": 168}.get(unit, 0)
    assert found == (timedelta(hours=int(number) * hours) if right else None)
    match = {"older_than": text}
    assert SCHEMA.is_valid({"rules": [{"match": match, "hold": True}]}) == right
    assert told(match) == ([] if right else [(1, len('{"rules": [{"match": {"older_than": "'))])
    if right:
        spelled = TypeAdapter(Length).dump_python(found)
        assert read(Length, spelled) == found
    count("right" if right else "refused")


@pytest.mark.parametrize("length", [timedelta(minutes=90), timedelta(), timedelta(days=-1)])
def test_a_length_that_could_not_be_written_is_refused(length: timedelta) -> None:
    with pytest.raises(ValidationError, match="is not 1 to 99999 whole hours, days or weeks"):
        TypeAdapter(Length).validate_python(length)


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("30 days", "did you mean 30d"),
        ("12H", "did you mean 12h"),
        ("2weeks", "did you mean 2w"),
        ("3 months", "write days, like 30d"),
        ("1y", "write days, like 30d"),
        ("30", "write it like 12h, 14d or 2w"),
    ],
)
def test_a_length_that_is_nearly_right_is_shown_right(typed: str, hint: str) -> None:
    with pytest.raises(ValidationError, match=hint):
        TypeAdapter(Length).validate_python(typed)


@pytest.mark.parametrize(
    "typed", ["1_000", " 5", "+5", "-1", "٣", "1.0", "1e3", "", "0x1", True, 5]
)
def test_a_number_of_the_command_line_is_digits_only(typed: Any) -> None:
    assert read(Count, "0100") == 100
    assert read(Count, typed) is None


def test_lengths_of_time_are_hours_days_and_weeks() -> None:
    text = "defaults: {expiry: {at_most: created + 2w, grace: 36h}}"
    defaults = Manifest.parse(text).defaults
    assert defaults is not None
    assert defaults.expiry == Bound(at_most=timedelta(days=14), grace=timedelta(hours=36))
    assert "at_most: created + 14d" in Manifest.parse(text).text()
