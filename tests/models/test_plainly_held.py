"""What a state plainly holds is what reading all of it comes to, whoever wrote it."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pulumi_masv.models import FleetInputs, Package, Stored, StoredFleet
from tests.generated import at_least, count
from tests.models.bags import FLAGS, declared, flags, fleets, listed, of_each

neat = st.fixed_dictionaries(
    {},
    optional={
        "name": st.just("Day 12"),
        "expiry": st.just("2027-01-31T00:00:00Z"),
        "unlimitedStorage": st.booleans(),
        "archived": st.booleans(),
    },
)
plain = st.builds(
    lambda entries, flags: {
        "live": {i: entry for i, (entry, _) in entries.items()},
        "declared": {i: names for i, (_, names) in entries.items()},
        "secretInputs": None,
        **flags,
    },
    of_each(st.tuples(neat, listed)),
    flags,
)


@at_least(15, "held", "not held")
@given(bag=fleets | plain, packages=of_each(declared), flags=flags, is_short=st.booleans())
def test_what_is_plainly_held_is_what_reading_comes_to(
    bag: dict[str, Any], packages: dict[str, Any], flags: dict[str, Any], is_short: bool
) -> None:
    held = StoredFleet.parse(bag)
    bag = held.wire() if is_short else bag
    projected = held.projection().wire()
    for asked in (projected, {**projected, **flags}, {"packages": packages, **flags}):
        is_held = StoredFleet.plainly_holds(bag, asked)
        count("held" if is_held and bag["live"] else "not held")
        assert not is_held or asked == projected


def recorded(packages: dict[str, Any], flags: dict[str, Any]) -> tuple[Any, Any]:
    """What is declared, and the state that it leaves, as both are written."""
    inputs, problems = FleetInputs.parse({"packages": packages, **flags})
    assert inputs is not None, problems
    entries = {
        i: Stored.record(
            Package.model_validate({"id": i, "state": "finalized"}), team_id="T", inputs=entry
        )
        for i, entry in inputs.entries().items()
    }
    return inputs.wire(), StoredFleet.record(entries, inputs, "T").wire()


live_ones = declared.filter(lambda entry: not entry.get("archived"))


@given(packages=of_each(live_ones), flags=flags)
def test_what_was_recorded_as_declared_is_plainly_held(
    packages: dict[str, Any], flags: dict[str, Any]
) -> None:
    asked, bag = recorded(packages, flags)
    assert StoredFleet.plainly_holds(bag, asked)


OF_AN_ENTRY = ("name", "expiry", "unlimitedStorage", "archived", "pendingArchive")


@at_least(15, "held", "not held")
@given(
    packages=of_each(live_ones),
    first=live_ones,
    flags=flags,
    where=st.sampled_from([*OF_AN_ENTRY, *FLAGS, "live", "declared"]),
    odd=st.sampled_from([None, "off", 0.0, 1.0, 5.0, "many", [], {}, "2027-01-31T00:00:00Z"])
    | st.booleans(),
)
def test_what_cannot_be_read_never_plainly_holds_another_thing(
    packages: dict[str, Any], first: dict[str, Any], flags: dict[str, Any], where: str, odd: Any
) -> None:
    asked, bag = recorded({**packages, "P0": first}, flags)
    if where in FLAGS:
        bag[where] = odd
    elif where in OF_AN_ENTRY:
        bag["live"]["P0"][where] = odd
    else:
        bag[where]["P0"] = odd
    is_held = StoredFleet.plainly_holds(bag, asked)
    count("held" if is_held else "not held")
    if is_held:
        assert StoredFleet.parse(bag).projection().wire() == asked


def test_a_name_written_as_a_number_is_read_and_not_compared() -> None:
    bag = {"live": {"01HA": {"name": 5}}, "declared": {"01HA": ["name"]}}
    assert not StoredFleet.plainly_holds(bag, {"packages": {"01HA": {"name": 5}}})
