"""Bags as a check is given them, also where somebody has written the state by hand."""

from typing import Any

import pytest

from pulumi_masv.bags import Bags, old_entries
from pulumi_masv.models import FleetInputs, LifecycleInputs

ODD: list[Any] = [5, "name", ["name", 5], {"01HP": 5}, {"01HP": "name"}, {"01HP": [{}]}]


@pytest.mark.parametrize("odd", ODD)
def test_odd_names_of_secrets_in_a_state_break_no_check(odd: Any) -> None:
    alone = {"packageId": "01HP", "name": "Day 12"}
    bags = Bags(LifecycleInputs, {**alone, "secretInputs": odd}, alone)
    assert bags.inputs == LifecycleInputs(package_id="01HP", name="Day 12")
    fleet = {"packages": {"01HP": {"name": "Day 12"}}}
    stored = {**fleet, "secretInputs": odd}
    assert Bags(FleetInputs, stored, fleet).problems == []
    assert old_entries(stored)["01HP"].name == "Day 12"
