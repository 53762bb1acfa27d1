"""Which end an expiry comes to: nothing that is unknown or has passed ends anything."""

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from pulumi_masv.models import NEVER
from tests.policy.conftest import DAY, NOW, decide, end, manifest, package

CREATED = NOW - 10 * DAY
MIDNIGHT = datetime(2026, 11, 25, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("expiry", "observed", "ends"),
    [
        ("2027-01-31T00:00:00Z", {}, datetime(2027, 1, 31, tzinfo=timezone.utc)),
        ("unlimited", {}, NEVER),
        ({"at_most": "created + 30d"}, {}, CREATED + 30 * DAY),
        ({"at_most": "created + 90d"}, {}, NOW + 60 * DAY),
        ({"at_most": "created + 30d"}, {"unlimited_storage": True}, CREATED + 30 * DAY),
        ({"at_most": "created + 5d"}, {}, MIDNIGHT + 7 * DAY),
        ({"at_most": "created + 5d", "grace": "2d"}, {}, MIDNIGHT + 2 * DAY),
        ({"at_most": "created + 5d"}, {"expiry": NOW + DAY}, NOW + DAY),
        ({"at_least": "created + 90d"}, {}, CREATED + 90 * DAY),
        ({"at_least": "created + 30d"}, {}, NOW + 60 * DAY),
        ({"at_least": "created + 5d"}, {"unlimited_storage": True}, NEVER),
        # What has passed, or is not known, ends nothing.
        ("2026-01-31T00:00:00Z", {}, NOW + 60 * DAY),
        ({"at_most": "created + 5d"}, {"created_at": None}, NOW + 60 * DAY),
        ({"at_least": "created + 5d"}, {"created_at": None}, NOW + 60 * DAY),
        ({"at_most": "created + 5d"}, {"expiry": None}, None),
        ({"at_least": "created + 90d"}, {"expiry": None}, None),
        # Once the files are gone, their end is as it came; what nothing can bring is not asked.
        ("2027-01-31T00:00:00Z", {"state": "expired", "expiry": NOW - DAY}, NOW - DAY),
        ("2027-01-31T00:00:00Z", {"state": "expired"}, None),
        ("unlimited", {"state": "archived"}, None),
        # The calendar ends.
        ({"at_most": "created + 99999w"}, {"created_at": NOW + 99999 * DAY}, NOW + 60 * DAY),
    ],
)
def test_an_expiry_comes_to(expiry: Any, observed: dict[str, Any], ends: Any) -> None:
    rules = manifest({"match": {}, "set": {"expiry": expiry}})
    assert end(decide(rules, package(**observed))) == ends


def test_fractions_of_a_second_are_rounded_up() -> None:
    """MASV may not keep them."""
    created = CREATED + timedelta(milliseconds=175)
    rules = manifest({"match": {}, "set": {"expiry": {"at_least": "created + 90d"}}})
    assert end(decide(rules, package(created_at=created))) == CREATED + 90 * DAY + timedelta(0, 1)


def test_an_overdue_package_gets_its_grace_once() -> None:
    """The result does not move."""
    rules = manifest({"match": {}, "set": {"expiry": {"at_most": "created + 1d", "grace": "7d"}}})
    first = end(decide(rules, package()))
    for days in range(8):
        again = decide(rules, package(expiry=first), now=NOW + days * DAY)
        assert end(again) == first


def test_a_preview_and_its_up_a_little_later_come_to_the_same() -> None:
    rules = manifest({"match": {}, "set": {"expiry": {"at_most": "created + 1d"}}})
    later = NOW + timedelta(minutes=20)
    assert decide(rules, package()).declared == decide(rules, package(), now=later).declared
