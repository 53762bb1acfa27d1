"""What a manifest comes to: which rule decides, and that nothing ends earlier than it may."""

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import pulumi_masv as masv
from pulumi_masv import plan
from pulumi_masv.errors import ManifestError
from pulumi_masv.manifest import Manifest
from pulumi_masv.models import Declared, Package
from pulumi_masv.plan import NEVER, Decision, end_of

NOW = datetime(2026, 11, 24, 15, 30, tzinfo=timezone.utc)
DAY = timedelta(days=1)


def package(package_id: str = "P", **values: Any) -> Package:
    known: dict[str, Any] = {
        "id": package_id,
        "state": "finalized",
        "name": "day 12_raw",
        "sender": "dailies@studio.example",
        "size": 1000,
        "created_at": NOW - 10 * DAY,
        "expiry": NOW + 60 * DAY,
        "unlimited_storage": False,
        "received": False,
        "tags": (),
        "portal": "",
    }
    return Package.model_validate(known | values)


def manifest(*rules: dict[str, Any], **others: Any) -> Manifest:
    return Manifest.model_validate({"rules": rules, **others})


def decide(rules: Manifest, *packages: Package, now: datetime = NOW) -> Decision:
    return plan.evaluate(rules, packages, now)


def end(decision: Decision, package_id: str = "P") -> Any:
    return end_of(decision.declared[package_id])


# What each row of a match asks for.


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


def test_the_defaults_fill_in_what_an_entry_or_a_rule_does_not_say() -> None:
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


# What each kind of expiry comes to.

CREATED = NOW - 10 * DAY
MIDNIGHT = datetime(2026, 11, 25, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("expiry", "live", "ends"),
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
def test_an_expiry_comes_to(expiry: Any, live: dict[str, Any], ends: Any) -> None:
    rules = manifest({"match": {}, "set": {"expiry": expiry}})
    assert end(decide(rules, package(**live))) == ends


def test_fractions_of_a_second_are_rounded_up_since_masv_may_not_keep_them() -> None:
    created = CREATED + timedelta(milliseconds=175)
    rules = manifest({"match": {}, "set": {"expiry": {"at_least": "created + 90d"}}})
    assert end(decide(rules, package(created_at=created))) == CREATED + 90 * DAY + timedelta(0, 1)


def test_an_overdue_package_gets_its_grace_once_and_the_result_does_not_move() -> None:
    rules = manifest({"match": {}, "set": {"expiry": {"at_most": "created + 1d", "grace": "7d"}}})
    first = end(decide(rules, package()))
    for days in range(8):
        again = decide(rules, package(expiry=first), now=NOW + days * DAY)
        assert end(again) == first


def test_a_preview_and_its_up_a_little_later_come_to_the_same() -> None:
    rules = manifest({"match": {}, "set": {"expiry": {"at_most": "created + 1d"}}})
    later = NOW + timedelta(minutes=20)
    assert decide(rules, package()).declared == decide(rules, package(), now=later).declared


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


def test_a_hold_lets_an_end_move_later_and_never_lets_unlimited_become_dated() -> None:
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
    gone = {"expiry": NOW - DAY}
    for state in ("expired", "archived"):
        assert decide(rules, package(state=state)).declared["P"] == Declared(**entry["P"])
        came = decide(rules, package(state=state, **gone)).declared["P"]
        assert came == Declared(name="x", expiry=NOW - DAY, archived=True)


def test_an_entry_that_is_not_listed_gets_no_end_while_a_rule_may_hold_it() -> None:
    entry = {"P": {"name": "x", "expiry": "2026-12-01T00:00:00Z"}}
    decision = decide(manifest({"match": {"name": "*_keep"}, "hold": True}, packages=entry))
    assert decision.declared["P"] == Declared(name="x")
    assert decision.warnings == ["P may be held, and is not listed: no end is declared of it"]


def test_an_entry_does_not_rename_its_package_out_of_a_hold() -> None:
    keep = {"match": {"name": "*_keep"}, "hold": True}
    entry = {"name": "Rushes", "expiry": "2026-12-01T00:00:00Z"}
    live = package(name="day_keep")
    decision = decide(manifest(keep, packages={"P": entry}), live)
    assert decision.declared["P"] == Declared(expiry=live.expiry)
    assert decision.warnings[-1] == (
        'P "day_keep" is held by its name: it is not renamed to "Rushes" before `hold: true` '
        "stands on its entry"
    )
    for others in ({**entry, "hold": True}, {**entry, "name": "other_keep"}):
        renamed = decide(manifest(keep, packages={"P": others}), live).declared["P"]
        assert renamed == Declared(name=others["name"], expiry=live.expiry)
    by_sender = {"match": {"sender": "*"}, "hold": True}
    renamed = decide(manifest(keep, by_sender, packages={"P": entry}), live).declared["P"]
    assert renamed == Declared(name="Rushes", expiry=live.expiry)


# What is not known decides nothing.


def test_a_rule_that_cannot_be_decided_leaves_the_package_alone_and_says_so() -> None:
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
    assert decide(rules, package(received=False, portal=None)).holding == {}


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


def test_an_end_that_cannot_be_as_the_rule_says_is_told_once_for_all_packages() -> None:
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
        {"match": {"tags": ["legal", "vip"]}, "hold": True},
        {"match": {"name": "*_final", "size_over": "1KB"}, "set": {"archived": True}},
        {"match": {"state": "finalized"}, "set": {"archived": True}},
        {"match": {"older_than": "1d"}, "set": {"archived": False}},
        {"match": {}, "hold": True},
        packages={"Q": {"hold": True}},
    )
    found = [package("P"), package("Q"), package("R", state="expired", created_at=None)]
    decision = decide(rules, *found)
    assert plan.reasons(rules, decision, found[0], NOW) == [
        "rule 1 does not match: tags is none of those, not legal or vip",
        'rule 2 does not match: size is 1000, not over 1000; name is "day 12_raw", '
        "not like *_final",
        "rule 3 decides",
        "rule 4 comes too late: what stands before it decides",
        "rule 5 holds it: nothing ends it earlier",
    ]
    entry = plan.reasons(rules, decision, found[1], NOW)
    assert entry[:2] == [
        "packages: it has an entry, which beats all rules but a hold",
        "packages: held by its entry: nothing ends it earlier",
    ]
    assert "rule 3 comes too late: what stands before it decides" in entry
    blocked = plan.reasons(rules, decision, found[2], NOW)
    assert "rule 4 cannot be decided (MASV does not say its creation): it is left alone" in blocked


# The public form.


def test_evaluate_gives_what_a_fleet_takes() -> None:
    rules = manifest({"match": {}, "set": {"expiry": "unlimited", "archived": True}})
    given_ = masv.evaluate(rules, (one for one in [package()]), NOW)
    assert given_ == {"P": masv.PackageArgs(unlimited_storage=True, archived=True)}
    with pytest.raises(ValueError, match="now has no time zone"):
        masv.evaluate(rules, [package()], datetime(2026, 11, 24))  # noqa: DTZ001


# For all manifests and packages.

LENGTHS = st.integers(1, 90).map(lambda days: f"{days}d")
ENDS = (
    st.integers(1, 90).map(lambda days: (NOW + days * DAY).isoformat())
    | st.just("unlimited")
    | st.builds(
        lambda length, grace: {"at_most": f"created + {length}", "grace": grace}, LENGTHS, LENGTHS
    )
    | st.builds(lambda length: {"at_least": f"created + {length}"}, LENGTHS)
)
SETTINGS = st.fixed_dictionaries({"expiry": ENDS}, optional={"archived": st.just(True)})
MATCHES = st.fixed_dictionaries(
    {},
    optional={
        "state": st.sampled_from(["finalized", "expired", ["expired", "archived"]]),
        "name": st.sampled_from(["a*", "*b", ["aa", "bb"]]),
        "sender": st.sampled_from(["a*", "*b"]),
        "received": st.booleans(),
        "size_over": st.sampled_from(["1KB", 10]),
    },
)
RULES = st.lists(
    st.fixed_dictionaries({"match": MATCHES, "set": SETTINGS})
    | st.fixed_dictionaries({"match": MATCHES, "hold": st.just(True)}),
    max_size=5,
)
MANIFESTS = st.fixed_dictionaries(
    {"rules": RULES},
    optional={
        "packages": st.dictionaries(
            st.sampled_from(["P0", "P1"]),
            st.fixed_dictionaries(
                {"hold": st.booleans()},
                optional={
                    "archived": st.just(True),
                    "name": st.sampled_from(["aa", "bb", "cc"]),
                    "expiry": st.integers(1, 90).map(lambda days: (NOW + days * DAY).isoformat()),
                },
            ),
        ),
        "defaults": SETTINGS,
    },
).map(Manifest.model_validate)


@st.composite
def estates(draw: st.DrawFn) -> list[Package]:
    found = []
    for i in range(draw(st.integers(1, 4))):
        state = draw(st.sampled_from(["new", "finalized", "expired", "archived"]))
        days = draw(st.integers(1, 90) | st.none())
        gone = state in ("expired", "archived")
        created = draw(st.integers(0, 90) | st.none())
        found.append(
            package(
                f"P{i}",
                state=state,
                name=draw(st.sampled_from(["aa", "bb", "ab", None])),
                sender=draw(st.sampled_from(["aa", "bb", None])),
                size=draw(st.sampled_from([5, 5000, None])),
                received=draw(st.booleans()),
                expiry=None if days is None else NOW + (-days if gone else days) * DAY,
                unlimited_storage=draw(st.booleans()) and not gone,
                created_at=None if created is None else NOW - created * DAY,
            )
        )
    return found


def applied(decision: Decision, packages: Sequence[Package]) -> list[Package]:
    """The packages once everything declared has been done."""
    done = []
    for one in packages:
        declared = decision.declared.get(one.id, Declared())
        update: dict[str, Any] = {"name": declared.name or one.name}
        if one.files_exist and end_of(declared) is not None:
            update = {"expiry": declared.expiry, "unlimited_storage": end_of(declared) is NEVER}
        if declared.archived and one.state == "expired":
            update["state"] = "archived"
        done.append(one.model_copy(update=update))
    return done


def no_earlier(one: Any, other: Any) -> bool:
    return one is NEVER or (other is not NEVER and one >= other)


@given(MANIFESTS, estates())
def test_evaluating_what_was_just_applied_changes_nothing(
    rules: Manifest, packages: list[Package]
) -> None:
    first = decide(rules, *packages)
    assert decide(rules, *applied(first, packages)).declared == first.declared


@given(MANIFESTS, estates(), st.integers(0, 100))
def test_a_later_now_alone_never_ends_anything_earlier_than_announced(
    rules: Manifest, packages: list[Package], hours: int
) -> None:
    first = decide(rules, *packages)
    then = applied(first, packages)
    later = NOW + timedelta(hours=hours)
    assume(all(not one.files_exist or not one.expiry or one.expiry > later for one in then))
    second = decide(rules, *then, now=later)
    for package_id, declared in first.declared.items():
        announced, now_said = end_of(declared), end_of(second.declared[package_id])
        assert announced is None or no_earlier(now_said, announced)


@given(estates(), st.integers(0, 100))
def test_what_comes_of_age_gets_its_whole_grace(packages: list[Package], days: int) -> None:
    aging = Manifest.model_validate(
        {
            "rules": [
                {"match": {"older_than": "30d"}, "set": {"expiry": {"at_most": "created + 31d"}}}
            ]
        }
    )
    later = NOW + days * DAY
    for one in packages:
        said = decide(aging, one, now=later).declared.get(one.id)
        if said and one.files_exist and isinstance(end_of(said), datetime):
            assert no_earlier(end_of(said), min(one.expiry or later, later + 7 * DAY))


@given(MANIFESTS, estates())
def test_a_hold_is_never_shortened(rules: Manifest, packages: list[Package]) -> None:
    decision = decide(rules, *packages)
    held = set(decision.holding) | {i for i, entry in rules.packages.items() if entry.hold}
    for one in packages:
        said = end_of(decision.declared.get(one.id, Declared()))
        if one.id in held and one.files_exist and said is not None:
            assert said is NEVER or no_earlier(said, end_of(one))


@given(MANIFESTS, estates())
def test_every_date_is_aware_and_none_is_newly_in_the_past(
    rules: Manifest, packages: list[Package]
) -> None:
    live = {one.id: one for one in packages}
    for package_id, declared in decide(rules, *packages).declared.items():
        if declared.expiry is not None:
            assert declared.expiry.tzinfo is not None
            assert declared.expiry > NOW or declared.expiry == live[package_id].expiry


@given(MANIFESTS, estates())
def test_what_nothing_is_known_of_is_not_decided(rules: Manifest, packages: list[Package]) -> None:
    blank = [package(one.id, sender=None, name=None, size=None, received=None) for one in packages]
    decision = decide(rules, *blank)
    for package_id, index in decision.deciding.items():
        assert not rules.rules[index].match.model_dump(exclude_none=True).keys() & {
            "sender", "name", "size_over", "received",
        }, package_id  # fmt: skip
