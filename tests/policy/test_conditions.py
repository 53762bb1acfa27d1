"""What a rule matches: a package that meets all that its match asks for."""

from typing import Any

import pytest

from tests.policy.conftest import DAY, NOW, decide, manifest, package


@pytest.mark.parametrize(
    ("match", "matching", "other"),
    [
        ({"state": "finalized"}, {}, {"state": "expired"}),
        ({"state": ["new", "expired"]}, {"state": "new"}, {}),
        ({"sender": "*@studio.example"}, {"sender": "A@Studio.example"}, {"sender": "a@x.example"}),
        ({"name": "*_raw"}, {}, {"name": "day 12_RAW"}),
        ({"name": ["a*", "b?"]}, {"name": "b1"}, {"name": "b12"}),
        ({"name": "a|b"}, {"name": "a|b"}, {"name": "a"}),
        ({"name": "[VFX]*"}, {"name": "[VFX] shot 10"}, {"name": "Vacation"}),
        ({"sender": "[!a]"}, {"sender": "[!A]"}, {"sender": "b"}),
        ({"teamspaces": "T1"}, {"teamspace_id": "T1"}, {"teamspace_id": "T2"}),
        ({"tags": ["legal", "vip"]}, {"tags": ("vip", "x")}, {"tags": ("x",)}),
        ({"received": True}, {"received": True}, {}),
        ({"portal": "rushes"}, {"received": True, "portal": "rushes"}, {"received": False}),
        ({"older_than": "10d"}, {"created_at": NOW - 11 * DAY}, {"created_at": NOW - 10 * DAY}),
        ({"size_over": "1KB"}, {"size": 1001}, {"size": 1000}),
        ({}, {}, None),
        (
            {"state": "finalized", "size_over": "1KB"},
            {"size": 2000},
            {"size": 2000, "state": "new"},
        ),
    ],
)
def test_a_rule_matches_what_meets_all_that_it_asks_for(
    match: dict[str, Any], matching: dict[str, Any], other: dict[str, Any] | None
) -> None:
    rules = manifest({"match": match, "set": {"archived": True}})
    assert "P" in decide(rules, package(**matching)).declared
    if other is not None:
        assert "P" not in decide(rules, package(**other)).declared
