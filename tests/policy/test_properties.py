"""What holds for all manifests and packages: no end moves earlier than it may."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from pulumi_masv.errors import ManifestError
from pulumi_masv.models import NEVER, Declared, Package
from pulumi_masv.policy import Bound, Decision, Manifest
from tests.generated import at_least, count
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
MATCHES: st.SearchStrategy[Any] = st.just({}) | st.fixed_dictionaries(
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
    min_size=1,
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


DAYS = st.one_of(st.integers(1, 90), st.integers(30, 90), st.integers(60, 90), st.none())


@st.composite
def inventories(draw: st.DrawFn) -> list[Package]:
    found = []
    for i in range(draw(st.integers(2, 5))):
        state = draw(st.sampled_from(["finalized", "finalized", "new", "expired", "archived"]))
        days = draw(DAYS)
        gone = state in ("expired", "archived")
        created = draw(DAYS)
        found.append(
            package(
                f"P{i}",
                state=state,
                name=draw(st.sampled_from(["aa", "bb", "ab", None])),
                sender=draw(st.sampled_from(["aa", "bb", None])),
                size=draw(st.sampled_from([5, 5000, None])),
                received=draw(st.booleans()),
                expiry=None if days is None else NOW + (-days if gone else days) * DAY,
                unlimited_storage=draw(st.sampled_from([False, False, True])) and not gone,
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
            update |= {"expiry": declared.expiry, "unlimited_storage": declared.end is NEVER}
        if declared.archived and one.state == "expired":
            update["state"] = "archived"
        done.append(one.model_copy(update=update))
    return done


def no_earlier(one: Any, other: Any) -> bool:
    return one is NEVER or (other is not NEVER and one >= other)


@at_least(5, "an end is moved", "an end is left", "a name changes beside an end")
@given(cases())
def test_evaluating_what_was_just_applied_changes_nothing(
    case: tuple[Manifest, list[Package]],
) -> None:
    rules, packages = case
    first = decide(rules, *packages)
    then = applied(first, packages)
    for before, after in zip(packages, then, strict=True):
        count("an end is moved" if before.end != after.end else "an end is left")
        declared = first.declared.get(before.id, Declared())
        count("a name changes beside an end", bool(declared.end and before.name != after.name))
    assert decide(rules, *then).declared == first.declared


@at_least(15, "a bound", "a date or never")
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
        if announced is not None and hours:
            index = first.deciding.get(package_id)
            setting = None if index is None else rules.rules[index].set
            bounded = setting is not None and isinstance(setting.expiry, Bound)
            count("a bound" if bounded else "a date or never")
        assert announced is None or no_earlier(now_said, announced)


@at_least(5, "it ends at its grace", "it ends with its age")
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
            grace = said.end >= later + 7 * DAY
            count("it ends at its grace" if grace else "it ends with its age")
            assert no_earlier(said.end, min(one.expiry or later, later + 7 * DAY))


HOLDS = st.sampled_from(
    [
        {"rules": [{"match": {}, "hold": True}]},
        {"rules": [{"match": {"name": "a*"}, "hold": True}]},
        {"rules": [{"match": {"sender": "*b"}, "hold": True}]},
        {"rules": [{"match": {"size_over": 10}, "hold": True}]},
        {"packages": {"P0": {"hold": True}}},
        {"packages": {"P0": {"hold": True, "expiry": (NOW + DAY).isoformat()}}},
    ]
)
"""What holds the package P0 below, each by another way."""
SHORT = st.integers(1, 9).map(lambda days: f"{days}d")
SHORTER = st.integers(1, 9).map(lambda days: (NOW + days * DAY).isoformat()) | st.builds(
    lambda length, grace: {"at_most": f"created + {length}", "grace": grace}, SHORT, SHORT
)
HELD = st.builds(
    lambda days, age: package(
        "P0",
        name="ab",
        sender="ab",
        size=5000,
        expiry=None if days is None else NOW + days * DAY,
        unlimited_storage=days is None,
        created_at=NOW - age * DAY,
    ),
    st.integers(10, 90) | st.none(),
    st.integers(0, 90),
)


def ends(rules: Manifest, one: Package) -> Any:
    """When the files of a package end once everything declared has been done."""
    return applied(decide(rules, one), [one])[0].end


@at_least(5, "a hold shields a date", "a hold shields what never ends", "nothing is shorter")
@given(HOLDS, MANIFESTS, SHORTER | SHORTER | ENDS, HELD, st.booleans())
def test_a_hold_is_never_shortened(
    hold: dict[str, Any], drawn: Manifest, shorter: Any, one: Package, is_first: bool
) -> None:
    holding = Manifest.model_validate(hold)
    ending = Manifest.model_validate({"rules": [{"match": {}, "set": {"expiry": shorter}}]})
    others = tuple(rule for rule in (*ending.rules, *drawn.rules) if not rule.hold)
    rules = (*holding.rules, *others) if is_first else (*others, *holding.rules)
    entries = {i: e.model_copy(update={"hold": False}) for i, e in holding.packages.items()}
    free, held = (
        Manifest.model_construct(packages=packages, rules=chosen, defaults=drawn.defaults)
        for packages, chosen in ((entries, others), (holding.packages, rules))
    )
    if no_earlier(ends(free, one), one.end):
        count("nothing is shorter")
    else:
        count(f"a hold shields {'what never ends' if one.end is NEVER else 'a date'}")
    assert no_earlier(ends(held, one), one.end)


@at_least(15, "to come", "as it came")
@given(cases())
def test_every_date_is_aware_and_none_is_newly_in_the_past(
    case: tuple[Manifest, list[Package]],
) -> None:
    rules, packages = case
    observed = {one.id: one for one in packages}
    for package_id, declared in decide(rules, *packages).declared.items():
        if declared.expiry is not None:
            count("to come" if declared.expiry > NOW else "as it came")
            assert declared.expiry.tzinfo is not None
            assert declared.expiry > NOW or declared.expiry == observed[package_id].expiry


@at_least(5, "decided", "undecided")
@given(cases())
def test_what_nothing_is_known_of_is_not_decided(case: tuple[Manifest, list[Package]]) -> None:
    rules, packages = case
    blank = [package(one.id, sender=None, name=None, size=None, received=None) for one in packages]
    decision = decide(rules, *blank)
    count("decided", len(decision.deciding))
    count("undecided", len(decision.undecided))
    for package_id, index in decision.deciding.items():
        assert not rules.rules[index].match.model_dump(exclude_none=True).keys() & {
            "sender", "name", "size_over", "received",
        }, package_id  # fmt: skip
