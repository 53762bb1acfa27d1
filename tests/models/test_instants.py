"""Moments: what is read, what is refused, and the one spelling that is written."""

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pulumi_masv.models import format_instant, parse_instant
from tests.generated import at_least, count


@pytest.mark.parametrize(
    ("given_as", "canonical"),
    [
        ("2027-01-31T00:00:00Z", "2027-01-31T00:00:00Z"),
        ("2027-01-31T00:00:00.000Z", "2027-01-31T00:00:00Z"),
        ("2027-01-31T00:00:00.175Z", "2027-01-31T00:00:00.175Z"),
        ("2027-01-31T02:00:00+02:00", "2027-01-31T00:00:00Z"),
        ("2027-01-31T00:00:00.1759Z", "2027-01-31T00:00:00.175Z"),
        ("2027-01-31 00:00:00Z", "2027-01-31T00:00:00Z"),
    ],
)
def test_an_instant_has_one_canonical_spelling(given_as: str, canonical: str) -> None:
    assert format_instant(parse_instant(given_as)) == canonical


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("2027-01-31", "is not a date and time"),
        ("tomorrow", "is not a date and time"),
        ("1800000000", "is not a date and time"),
        ("2027-01-31T00:00:00", "has no time zone"),
        (datetime(2027, 1, 31), "has no time zone"),  # noqa: DTZ001
        ("2027-02-31T00:00:00Z", "is not a date and time"),
        ("0001-01-01T00:00:00+23:00", "outside the calendar"),
        ("2027-W05-1T00:00:00Z", "is not a date and time"),
        ("20270131T000000Z", "is not a date and time"),
        ("31/01/2027 00:00", "is not a date and time"),
        ("2027-01-31T24:00:00Z", "is not a date and time"),
        ("2027-01-31T23:59:60Z", "is not a date and time"),
        ("2027-01-31T00:00:00,5Z", "is not a date and time"),
        ("2027-01-31T00:00:00+25:00", "is not a date and time"),
        ("2027-01-31T00:00:00\u221202:00", "is not a date and time"),
        ("2027-01-31T00:00:00Z\n", "is not a date and time"),
        ("\u0662\u0660\u0662\u0667-01-31T00:00:00Z", "is not a date and time"),
        ("0000-01-01T00:00:00Z", "is not a date and time"),
        (1800000000, "not int"),
        (None, "not NoneType"),
    ],
)
def test_what_is_no_instant_is_refused_with_how_to_write_one(value: object, reason: str) -> None:
    with pytest.raises(ValueError, match=reason) as caught:
        parse_instant(value)
    assert "2027-01-31T00:00:00Z" in str(caught.value)


@given(st.datetimes(min_value=datetime(1, 1, 3), timezones=st.just(timezone.utc)))  # noqa: DTZ001
def test_writing_and_reading_an_instant_changes_nothing_but_microseconds(moment: datetime) -> None:
    again = parse_instant(format_instant(moment))
    assert timedelta(0) <= moment - again < timedelta(milliseconds=1)
    assert parse_instant(format_instant(again)) == again


def days_before(year: int) -> int:
    """The days from the first of January of year 1 to that of another year."""
    past = year - 1
    return past * 365 + past // 4 - past // 100 + past // 400


def milliseconds(text: str) -> int | None:
    """The milliseconds since year 1 that a person reads, None where there is no such moment."""
    digits = frozenset("0123456789")
    day, clock, zone = text[:10], text[11:], 0
    if text[10:11] not in ("T", "t", " ") or not clock.isascii():
        return None
    for sign in "+-":
        clock, found, offset = clock.partition(sign)
        if found:
            numbers = [offset[:2], offset[-2:]]
            if offset not in (":".join(numbers), "".join(numbers)) or len(offset) < 4:
                return None
            if not digits.issuperset("".join(numbers)) or numbers[0] > "23" or numbers[1] > "59":
                return None
            zone = int(sign + "1") * (int(numbers[0]) * 60 + int(numbers[1]))
            break
    else:
        if clock[-1:] not in ("Z", "z"):
            return None
        clock = clock[:-1]
    clock, dot, fraction = clock.partition(".")
    parts = [*day.split("-"), *clock.split(":")]
    if [len(one) for one in parts] not in ([4, 2, 2, 2, 2], [4, 2, 2, 2, 2, 2]):
        return None
    if not digits.issuperset("".join(parts) + fraction) or bool(dot) != bool(fraction):
        return None
    if dot and len(parts) < 6:
        return None
    year, month, of_month, hour, minute, second = map(int, [*parts, "0"][:6])
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    lengths = [31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    if year < 1 or not 1 <= month <= 12 or not 1 <= of_month <= lengths[month - 1]:
        return None
    if hour > 23 or minute > 59 or second > 59:
        return None
    days = days_before(year) + sum(lengths[: month - 1]) + of_month - 1
    seconds = ((days * 24 + hour) * 60 + minute - zone) * 60 + second
    found_ms = seconds * 1000 + int((fraction + "000")[:3])
    return found_ms if 0 <= found_ms < days_before(10_000) * 86_400_000 else None


def numbers(least: int, most: int, width: int = 2) -> st.SearchStrategy[str]:
    return st.integers(least, most).map(lambda number: f"{number:0{width}}")


OFFSETS = (numbers(0, 25), st.sampled_from([":", ""]), numbers(0, 61))
RIGHT = st.builds(
    "{}-{}-{}T{}:{}:{}{}{}".format,
    numbers(1, 9999, 4),
    numbers(1, 12),
    numbers(1, 28),
    numbers(0, 23),
    numbers(0, 59),
    numbers(0, 59),
    st.just("") | st.text("0123456789", min_size=1, max_size=9).map(".{}".format),
    st.just("Z")
    | st.builds("{}{}:{}".format, st.sampled_from("+-"), numbers(0, 23), numbers(0, 59)),
)
INSTANTS = RIGHT | st.builds(
    "{}-{}-{}{}{}:{}{}{}{}".format,
    numbers(0, 9999, 4),
    numbers(1, 12) | numbers(0, 13),
    numbers(1, 28) | numbers(27, 32),
    st.sampled_from("TTt \u00a0_"),
    numbers(0, 23) | numbers(22, 25),
    numbers(0, 59) | numbers(58, 61),
    numbers(0, 59).map(":{}".format) | numbers(58, 61).map(":{}".format) | st.just(""),
    st.just("") | st.text("0123456789\u0663", max_size=9).map(".{}".format) | st.just(",5"),
    st.just("Z")
    | st.builds("{}{}{}{}".format, st.sampled_from("+-"), *OFFSETS)
    | st.sampled_from(["", "z", " Z", "Z ", "+02", "UTC", "\u221202:00", "+1:00", "+00:00:30"]),
)  # fmt: skip


@at_least(10, "refused", "moved", "UTC")
@given(INSTANTS)
@example("2024-02-29T23:59:59.9999999+0530")
@example("2027-02-29T00:00:00Z")
@example("9999-12-31T23:59:59-00:01")
def test_an_instant_is_what_its_text_says_or_is_refused(text: str) -> None:
    meant = milliseconds(text)
    if meant is None:
        with pytest.raises(ValueError, match="write it like 2027-01-31T00:00:00Z"):
            parse_instant(text)
    else:
        first = datetime(1, 1, 1, tzinfo=timezone.utc)
        assert parse_instant(text) - first == timedelta(milliseconds=meant)
    count("refused" if meant is None else "moved" if "Z" not in text.upper() else "UTC")
