"""What holds for all manifests and packages: no end moves earlier than it may."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from pulumi_masv.errors import ManifestError
from pulumi_masv.models import NEVER, Declared, Package
from pulumi_masv.policy import Decision, Manifest
from tests.policy.conftest import DAY, NOW, decide, package

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
def inventories(draw: st.DrawFn) -> list[Package]:
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


@st.composite
def cases(draw: Any) -> tuple[Manifest, list[Package]]:
    """A manifest and packages, without the holds that hold none of them: those are refused."""
    rules, packages = draw(MANIFESTS), draw(inventories())
    kept = []
    for rule in rules.rules:
        with suppress(ManifestError):
            decide(Manifest.model_construct(packages={}, rules=(rule,), defaults=None), *packages)
            kept.append(rule)
    return rules.model_copy(update={"rules": tuple(kept)}), packages


def applied(decision: Decision, packages: Sequence[Package]) -> list[Package]:
    """The packages once everything declared has been done."""
    done = []
    for one in packages:
        declared = decision.declared.get(one.id, Declared())
        update: dict[str, Any] = {"name": declared.name or one.name}
        if one.files_exist and declared.end is not None:
            update = {"expiry": declared.expiry, "unlimited_storage": declared.end is NEVER}
        if declared.archived and one.state == "expired":
            update["state"] = "archived"
        done.append(one.model_copy(update=update))
    return done


def no_earlier(one: Any, other: Any) -> bool:
    return one is NEVER or (other is not NEVER and one >= other)


@given(cases())
def test_evaluating_what_was_just_applied_changes_nothing(
    case: tuple[Manifest, list[Package]],
) -> None:
    rules, packages = case
    first = decide(rules, *packages)
    assert decide(rules, *applied(first, packages)).declared == first.declared


@given(cases(), st.integers(0, 100))
def test_a_later_now_alone_never_ends_anything_earlier_than_announced(
    case: tuple[Manifest, list[Package]], hours: int
) -> None:
    rules, packages = case
    first = decide(rules, *packages)
    then = applied(first, packages)
    later = NOW + timedelta(hours=hours)
    assume(all(not one.files_exist or not one.expiry or one.expiry > later for one in then))
    second = decide(rules, *then, now=later)
    for package_id, declared in first.declared.items():
        announced, now_said = declared.end, second.declared[package_id].end
        assert announced is None or no_earlier(now_said, announced)


@given(inventories(), st.integers(0, 100))
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
        if said and one.files_exist and isinstance(said.end, datetime):
            assert no_earlier(said.end, min(one.expiry or later, later + 7 * DAY))


@given(cases())
def test_a_hold_is_never_shortened(case: tuple[Manifest, list[Package]]) -> None:
    rules, packages = case
    decision = decide(rules, *packages)
    held = set(decision.holding) | {i for i, entry in rules.packages.items() if entry.hold}
    for one in packages:
        said = decision.declared.get(one.id, Declared()).end
        if one.id in held and one.files_exist and said is not None:
            assert said is NEVER or no_earlier(said, one.end)


@given(cases())
def test_every_date_is_aware_and_none_is_newly_in_the_past(
    case: tuple[Manifest, list[Package]],
) -> None:
    rules, packages = case
    observed = {one.id: one for one in packages}
    for package_id, declared in decide(rules, *packages).declared.items():
        if declared.expiry is not None:
            assert declared.expiry.tzinfo is not None
            assert declared.expiry > NOW or declared.expiry == observed[package_id].expiry


@given(cases())
def test_what_nothing_is_known_of_is_not_decided(case: tuple[Manifest, list[Package]]) -> None:
    rules, packages = case
    blank = [package(one.id, sender=None, name=None, size=None, received=None) for one in packages]
    decision = decide(rules, *blank)
    for package_id, index in decision.deciding.items():
        assert not rules.rules[index].match.model_dump(exclude_none=True).keys() & {
            "sender", "name", "size_over", "received",
        }, package_id  # fmt: skip
