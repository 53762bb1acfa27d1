"""Any Python value is taken for what it is, or one line says what to write."""

import enum
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_masv import arguments
from pulumi_masv.arguments import Wrong, read
from pulumi_masv.models import parse_instant
from tests.generated import at_least, count

NAMES = sorted(arguments.READERS)
ANYTHING = st.one_of(
    st.from_type(object),
    st.text(),
    st.booleans(),
    st.datetimes(timezones=st.just(timezone.utc)),
    st.binary(),
    st.datetimes(timezones=st.none() | st.timezones()),
    st.dates(),
    st.times(),
    st.timedeltas(),
    st.uuids(),
    st.decimals(),
    st.floats(),
    st.sets(st.integers()),
    st.lists(st.text()),
    st.functions(),
)


class Text(str, enum.Enum):
    A = "01HA"


class Colour(enum.Enum):
    RED = 1


@at_least(2, "taken", "refused")
@given(name=st.sampled_from(NAMES), value=ANYTHING, is_shown=st.booleans())
def test_any_value_is_taken_or_refused_in_one_line(name: str, value: Any, is_shown: bool) -> None:
    known = read(name, value, is_shown=is_shown)
    count("refused" if isinstance(known, Wrong) else "taken")
    if isinstance(known, Wrong):
        assert len(known.reason.splitlines()) == 1
        assert ": " in known.reason
    elif isinstance(known, list):
        assert all(type(one) is str for one in known)
    else:
        assert type(known) in (type(None), str, bool, int, float)


@at_least(50, "in a zone of its own")
@given(st.datetimes(timezones=st.timezones()))
def test_an_aware_datetime_is_its_instant_to_the_millisecond(moment: datetime) -> None:
    try:
        cut = moment.astimezone(timezone.utc)
    except OverflowError:
        return
    count("in a zone of its own", moment.utcoffset() != timedelta())
    cut = cut.replace(microsecond=cut.microsecond // 1000 * 1000)
    assert parse_instant(read("expiry", moment)) == cut


@given(st.datetimes() | st.dates())
def test_what_to_write_is_the_very_date_that_was_meant(value: date) -> None:
    wrong = read("expiry", value)
    written = eval(wrong.reason.partition(": write ")[2])
    whole = value if isinstance(value, datetime) else datetime.combine(value, time())
    assert written == whole.replace(tzinfo=timezone.utc)


@given(st.datetimes() | st.dates())
def test_a_value_that_may_be_secret_is_not_shown(value: date) -> None:
    example = "write datetime(2027, 1, 31, tzinfo=timezone.utc)"
    assert read("expiry", value, is_shown=False).reason.endswith(example)


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("name", 5, "int is not a string: write str(…)"),
        ("name", True, "bool is not a string: write one, in quotes"),
        ("name", Decimal(5), "decimal.Decimal is not a string: write str(…)"),
        ("name", Fraction(5), "fractions.Fraction is not a string: write str(…)"),
        ("name", Path("x"), "pathlib.PosixPath is not a string: write str(…)"),
        ("name", b"x", "bytes is not a string: write ….decode()"),
        ("name", Colour.RED, "tests.Colour is not a string: write its .value"),
        ("name", ["x"], "list is not a string: write one"),
        ("name", str, "the class str is not a string: write what it returns"),
        ("name", str.upper, "a function is not a string: write what it returns"),
        ("package_id", UUID(int=1), "uuid.UUID is not a string: write str(…)"),
        ("package_id", SimpleNamespace(id="x"), "types.SimpleNamespace is not a string: write its"),
        ("archived", "true", "str is not a bool: write True or False, without quotes"),
        ("archived", 1.0, "float is not a bool: write True or False"),
        ("expiry", 1800000000, "int is not a date and time: write datetime.fromtimestamp(…, "),
        ("expiry", True, "bool is not a date and time: write datetime(2027, 1, 31, "),
        (
            "expiry",
            timedelta(days=3),
            "datetime.timedelta is a length of time, not a date and time: write",
        ),
        ("expiry", time(9), "datetime.time has no date: write datetime(2027, 1, 31, tzinfo="),
        ("timeout", True, "bool is not a number: write one, such as 30"),
        ("tags", {"a": 1}, "dict is not a list of strings: write one, such as ['a', 'b']"),
    ],
)
def test_a_wrong_type_says_what_to_write(name: str, value: Any, reason: str) -> None:
    assert read(name, value).reason.startswith(reason)


def test_a_subclass_of_a_string_is_its_text() -> None:
    known = read("package_id", Text.A)
    assert (known, type(known)) == ("01HA", str)
