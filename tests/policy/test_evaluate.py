"""What a manifest comes to: which rule decides, and that nothing ends earlier than it may."""

from datetime import datetime, timezone
from typing import Any

import pytest

from pulumi_masv import policy
from pulumi_masv.errors import ManifestError
from pulumi_masv.models import NEVER, Declared
from tests.policy.conftest import DAY, NOW, decide, end, manifest, package


def test_the_first_matching_rule_wins_and_an_entry_beats_it() -> None:
    rules = manifest(
        {"match": {"name": "*_raw"}, "set": {"archived": False}},
        {"match": {}, "set": {"archived": True}},
        packages={"Q": {"name": "Q"}},
    )
    decision = decide(rules, package("P"), package("Q"), package("R", name="r"))
    assert decision.declared["P"] == Declared(archived=False)
    assert decision.declared["Q"] == Declared(name="Q")
    assert decision.declared["R"] == Declared(archived=True)


def test_defaults_fill_in_what_an_entry_or_rule_leaves_out() -> None:
    later = NOW + 90 * DAY
    rules = manifest(
        {"match": {"name": "*_raw"}, "set": {"expiry": "unlimited"}},
        {"match": {"name": "b"}, "set": {"archived": False}},
        packages={"Q": {"archived": False}, "R": {"expiry": "2027-02-01T00:00:00Z"}},
        defaults={"archived": True, "expiry": later},
    )
    others = [package("Q"), package("R"), package("S", name="b"), package("T", name="none")]
    declared = decide(rules, package("P"), *others).declared
    assert declared["P"] == Declared(unlimited_storage=True, archived=True)
    assert declared["Q"] == Declared(expiry=later, archived=False)
    assert declared["R"] == Declared(expiry="2027-02-01T00:00:00Z", archived=True)
    assert declared["S"] == Declared(expiry=later, archived=False)
    assert "T" not in declared


# Holds.


@pytest.mark.parametrize(
    "others",
    [
        {"packages": {"P": {"expiry": "2026-12-01T00:00:00Z", "hold": True}}},
        {"packages": {"P": {"hold": True}}, "defaults": {"expiry": "2026-12-01T00:00:00Z"}},
    ],
)
def test_a_hold_on_a_package_keeps_its_end(others: dict[str, Any]) -> None:
    assert end(decide(manifest(**others), package())) == NOW + 60 * DAY


def test_a_hold_rule_beats_an_entry_and_every_rule_wherever_it_stands() -> None:
    early = {"expiry": "2026-12-01T00:00:00Z"}
    rules = manifest(
        {"match": {"sender": "*"}, "set": early},
        {"match": {"tags": "legal"}, "hold": True},
        packages={"Q": early},
    )
    held = [package("P", tags=("legal",)), package("Q", tags=("legal",))]
    decision = decide(rules, *held, package("R"))
    assert [end(decision, i) for i in "PQ"] == [NOW + 60 * DAY] * 2
    assert end(decision, "R") == datetime(2026, 12, 1, tzinfo=timezone.utc)
    assert decision.warnings[1:] == [
        'Q "day 12_raw" is held: its end stays 2027-01-23T15:30:00Z, '
        "not 2026-12-01T00:00:00Z as `packages` says"
    ]


def test_a_hold_lets_an_end_move_later_only() -> None:
    """It never lets unlimited become dated."""
    rules = manifest(
        {"match": {}, "hold": True}, {"match": {}, "set": {"expiry": "2028-01-01T00:00:00Z"}}
    )
    assert end(decide(rules, package())) == datetime(2028, 1, 1, tzinfo=timezone.utc)
    assert end(decide(rules, package(unlimited_storage=True))) is NEVER
    assert end(decide(rules, package(expiry=None))) is None


def test_what_is_held_and_not_listed_gets_no_end() -> None:
    rules = manifest(packages={"P": {"name": "x", "expiry": "2028-01-01T00:00:00Z", "hold": True}})
    assert decide(rules).declared["P"] == Declared(name="x")


def test_a_hold_says_nothing_of_an_entry_whose_files_are_gone() -> None:
    entry = {"P": {"name": "x", "expiry": "2026-12-01T00:00:00Z", "archived": True}}
    rules = manifest({"match": {"state": "expired"}, "hold": True}, packages=entry)
    gone: dict[str, Any] = {"expiry": NOW - DAY}
    for state in ("expired", "archived"):
        assert decide(rules, package(state=state)).declared["P"] == Declared(**entry["P"])
        came = decide(rules, package(state=state, **gone)).declared["P"]
        assert came == Declared(name="x", expiry=NOW - DAY, archived=True)


def test_an_entry_not_listed_gets_no_end_while_possibly_held() -> None:
    entry = {"P": {"name": "x", "expiry": "2026-12-01T00:00:00Z"}}
    decision = decide(manifest({"match": {"name": "*_keep"}, "hold": True}, packages=entry))
    assert decision.declared["P"] == Declared(name="x")
    assert decision.warnings == ["P may be held, and is not listed: no end is declared of it"]


def test_an_entry_does_not_rename_its_package_out_of_a_hold() -> None:
    keep = {"match": {"name": "*_keep"}, "hold": True}
    entry = {"name": "Rushes", "expiry": "2026-12-01T00:00:00Z"}
    observed = package(name="day_keep")
    decision = decide(manifest(keep, packages={"P": entry}), observed)
    assert decision.declared["P"] == Declared(expiry=observed.expiry)
    assert decision.warnings[-1] == (
        'P "day_keep" is held by its name: it is not renamed to "Rushes" before `hold: true` '
        "stands on its entry"
    )
    for others in ({**entry, "hold": True}, {**entry, "name": "other_keep"}):
        renamed = decide(manifest(keep, packages={"P": others}), observed).declared["P"]
        assert renamed == Declared(name=others["name"], expiry=observed.expiry)
    by_sender = {"match": {"sender": "*"}, "hold": True}
    renamed = decide(manifest(keep, by_sender, packages={"P": entry}), observed).declared["P"]
    assert renamed == Declared(name="Rushes", expiry=observed.expiry)


# What is not known decides nothing.


def test_a_rule_that_cannot_be_decided_leaves_the_package_alone() -> None:
    """And says so."""
    rules = manifest(
        {"match": {"sender": "vip@*"}, "set": {"expiry": {"at_least": "created + 90d"}}},
        {"match": {}, "set": {"expiry": {"at_most": "created + 1d"}}},
    )
    decision = decide(rules, package(sender=None), package("Q"))
    assert set(decision.declared) == {"Q"}
    assert (
        "rule 1 cannot be decided for 1 package, such as P: MASV does not say what it asks for: "
        "left alone" in decision.warnings
    )


def test_a_hold_that_cannot_be_decided_holds() -> None:
    rules = manifest(
        {"match": {"sender": "vip@*"}, "hold": True},
        {"match": {}, "set": {"expiry": {"at_most": "created + 1d"}}},
    )
    assert end(decide(rules, package(sender=None))) == NOW + 60 * DAY


def test_something_that_does_not_match_is_decided_whatever_else_is_unknown() -> None:
    rules = manifest(
        {"match": {"sender": "vip@*", "state": "expired"}, "set": {"archived": True}},
        {"match": {}, "set": {"archived": False}},
    )
    assert decide(rules, package(sender=None)).declared["P"] == Declared(archived=False)


def test_tags_and_portals_must_have_been_listed() -> None:
    rules = manifest({"match": {"tags": "legal"}, "hold": True})
    with pytest.raises(ManifestError, match="rule 1 asks for tags, which these packages were not"):
        decide(rules, package(tags=None))
    rules = manifest({"match": {"portal": "rushes"}, "hold": True})
    with pytest.raises(ManifestError, match="rule 1 asks for portal"):
        decide(rules, package(received=True, portal=None))
    sent = package("Q", received=False, portal=None)
    assert decide(rules, sent, package(received=True, portal="rushes")).holding == {"P": 0}


@pytest.mark.parametrize(
    ("match", "asked"),
    [
        ({"tags": ["legal"]}, "tags (ids)"),
        ({"teamspaces": ["legal"], "state": "finalized"}, "teamspaces (ids)"),
        ({"portal": ["legal"]}, "portal (names)"),
        ({"portal": ["legal"], "tags": ["legal"]}, "portal (names) and tags (ids)"),
    ],
)
def test_a_hold_by_id_or_portal_that_holds_nothing_is_a_mistake(
    match: dict[str, Any], asked: str
) -> None:
    rules = manifest({"match": match, "hold": True})
    with pytest.raises(ManifestError) as raised:
        decide(rules, package(teamspace_id=""), package("Q", teamspace_id=""))
    assert str(raised.value) == (
        f"rule 1 holds none of 2 packages, so what it should protect may end: correct its {asked}"
    )
    assert decide(rules).holding == {}


@pytest.mark.parametrize("match", [{"name": "*do not delete*"}, {"tags": "t", "state": "new"}])
def test_a_hold_that_waits_for_packages_is_no_mistake(match: Any) -> None:
    """It is told."""
    decision = decide(manifest({"match": match, "hold": True}), package(tags=("t",)))
    assert (decision.holding, decision.warnings) == ({}, ["rule 1 matches none of 1 package"])


def test_only_a_hold_takes_tags_in_either_case() -> None:
    held = manifest({"match": {"tags": "Legal"}, "hold": True})
    assert decide(held, package(tags=("T1", "legal"))).holding == {"P": 0}
    ended = manifest({"match": {"tags": "Legal"}, "set": {"archived": True}})
    assert decide(ended, package(tags=("T1", "legal"))).declared == {}


def test_a_hold_and_at_least_leave_an_unknown_end_alone() -> None:
    unsaid = package(unlimited_storage=None)
    at_least = {"expiry": {"at_least": "created + 20d"}}
    assert end(decide(manifest({"match": {}, "set": at_least}), unsaid)) is None
    date = {"expiry": "2027-06-01T00:00:00Z"}
    rules = manifest({"match": {}, "set": date}, {"match": {}, "hold": True})
    assert end(decide(rules, unsaid)) is None


def test_no_rule_decides_over_a_state_that_nobody_knows() -> None:
    rules = manifest(
        {"match": {}, "set": {"archived": True}}, {"match": {"state": "new"}, "hold": True}
    )
    decision = decide(rules, package(state="frozen"), package("Q"))
    assert list(decision.declared) == ["Q"]
    assert decision.holding == {"P": 1}
    assert decision.warnings[0] == (
        "1 package, such as P, are in a state that this version does not know: no rule decides "
        "over them"
    )


# What somebody should look at.


def test_a_rule_that_matches_nothing_or_everything_is_told() -> None:
    rules = manifest(
        {"match": {"name": "x"}, "set": {"archived": True}},
        {"match": {}, "set": {"archived": True}},
        {"match": {"name": "*w"}, "set": {"archived": True}},
        {"match": {"name": "day*"}, "hold": True},
    )
    assert decide(rules, package("P"), package("Q", name="other")).warnings == [
        "rule 1 matches none of 2 packages",
        "rule 2 matches all of 2 packages",
        "rule 3 decides nothing: what it matches is decided before it",
    ]
    assert decide(rules).warnings == []


def test_an_impossible_end_is_told_once_for_all_packages() -> None:
    rules = manifest(
        {"match": {"name": "a"}, "set": {"expiry": "2026-01-31T00:00:00Z"}},
        {"match": {"name": "b"}, "set": {"expiry": {"at_most": "created + 1d"}}},
        {"match": {"name": "c"}, "set": {"expiry": {"at_most": "created + 1d"}}},
    )
    found = [
        *(package(i, name="a") for i in ("P", "Q")),
        package("R", name="b", created_at=None),
        package("S", name="c", expiry=None),
    ]
    assert decide(rules, *found).warnings == [
        "rule 1 leaves the end of 2 packages as it is, such as P: 2026-01-31T00:00:00Z has passed",
        "rule 2 leaves the end of 1 package as it is, such as R: "
        "MASV does not say when they were created",
        "rule 3 leaves the end of 1 package as it is, such as S: MASV does not say when they end",
    ]


def test_the_reasons_say_which_rule_decides_and_why_the_others_do_not() -> None:
    rules = manifest(
        {"match": {"tags": ["legal", "vip"]}, "set": {"archived": True}},
        {"match": {"name": "*_final", "size_over": "1KB"}, "set": {"archived": True}},
        {"match": {"state": "finalized"}, "set": {"archived": True}},
        {"match": {"older_than": "1d"}, "set": {"archived": False}},
        {"match": {}, "hold": True},
        packages={"Q": {"hold": True}},
    )
    found = [package("P"), package("Q"), package("R", state="expired", created_at=None)]
    decision = decide(rules, *found)
    assert policy.reasons(rules, decision, found[0], NOW) == [
        "rule 1 does not match: tags is none of those, not legal or vip",
        'rule 2 does not match: size is 1000, not over 1000; name is "day 12_raw", '
        "not like *_final",
        "rule 3 decides",
        "rule 4 comes too late: what stands before it decides",
        "rule 5 holds it: nothing ends it earlier",
    ]
    entry = policy.reasons(rules, decision, found[1], NOW)
    assert entry[:2] == [
        "packages: it has an entry, which beats all rules but a hold",
        "packages: held by its entry: nothing ends it earlier",
    ]
    assert "rule 3 comes too late: what stands before it decides" in entry
    blocked = policy.reasons(rules, decision, found[2], NOW)
    assert "rule 4 cannot be decided (MASV does not say its creation): it is left alone" in blocked
