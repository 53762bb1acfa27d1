"""Moments: what is read, what is refused, and the one spelling that is written."""

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_masv.models import format_instant, parse_instant


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
        ("2027-02-31T00:00:00Z", "is not a moment"),
        ("0001-01-01T00:00:00+23:00", "outside the calendar"),
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
