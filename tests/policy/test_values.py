"""How a manifest writes a length of time: read in each unit, written in hours or days."""

from datetime import timedelta

from pulumi_masv.policy import Bound, Manifest


def test_lengths_of_time_are_hours_days_and_weeks() -> None:
    text = "defaults: {expiry: {at_most: created + 2w, grace: 36h}}"
    defaults = Manifest.parse(text).defaults
    assert defaults is not None
    assert defaults.expiry == Bound(at_most=timedelta(days=14), grace=timedelta(hours=36))
    assert "at_most: created + 14d" in Manifest.parse(text).text()
