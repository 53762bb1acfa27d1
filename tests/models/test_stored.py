"""What the state holds of a package, and what a refresh shows of it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic.alias_generators import to_camel

from pulumi_masv.models import LifecycleInputs, Package, Stored
from pulumi_masv.short import FLAGS
from tests.generated import at_least, count

EXPIRY = "2027-01-31T00:00:00Z"
OTHER = "2027-06-01T00:00:00Z"


def live(state: str = "finalized", **fields: Any) -> Package:
    return Package.model_validate(
        {"id": "01HP", "state": state, "name": "Day 12", "expiry": EXPIRY, **fields}
    )


def declare(**bag: Any) -> LifecycleInputs:
    inputs, problems = LifecycleInputs.parse({"packageId": "01HP", **bag})
    assert inputs is not None, problems
    return inputs


def adopted(package: Package, **bag: Any) -> Stored:
    return Stored.record(package, team_id="01TEAM", inputs=declare(**bag))


def refreshed(stored: Stored, package: Package) -> dict[str, Any]:
    """The inputs that a refresh shows, through the state file and back."""
    read_back = Stored.parse({**stored.wire(), "__provider": "x"})
    return Stored.record(package, team_id="01TEAM", stored=read_back).projection().wire()


def test_the_outputs_are_what_is_live_and_what_was_declared() -> None:
    package = live(
        unlimited_storage=False,
        size=5.0,
        total_files=2.0,
        sender="ana@example.com",
        created_at="2026-01-01T00:00:00.175Z",
        updated_at="2026-01-02T00:00:00.000Z",
        access_token="eyJ.canary",
        password="canary",
    )
    assert adopted(package, name="Day 12", forceDestroy=True).wire() == {
        "packageId": "01HP",
        "name": "Day 12",
        "expiry": EXPIRY,
        "unlimitedStorage": False,
        "state": "finalized",
        "size": 5,
        "totalFiles": 2,
        "sender": "ana@example.com",
        "createdAt": "2026-01-01T00:00:00.175Z",
        "updatedAt": "2026-01-02T00:00:00Z",
        "teamId": "01TEAM",
        "forceDestroy": True,
        "declared": ["forceDestroy", "name", "packageId"],
    }


def test_a_time_that_masv_calls_not_set_is_absent() -> None:
    package = live(expiry="0001-01-01T00:00:00.000Z", created_at="", updated_at=None)
    assert (package.expiry, package.created_at, package.updated_at) == (None, None, None)


def test_a_declared_property_changed_by_hand_shows_old_and_new() -> None:
    stored = adopted(live(), name="Day 12", expiry=EXPIRY)
    assert refreshed(stored, live(name="by hand", expiry=OTHER)) == {
        "packageId": "01HP",
        "name": "by hand",
        "expiry": OTHER,
    }


def test_what_is_not_declared_never_shows() -> None:
    assert refreshed(adopted(live()), live(name="by hand", expiry=OTHER)) == {"packageId": "01HP"}


def test_made_unlimited_by_hand_shows_instead_of_the_declared_expiry() -> None:
    shown = refreshed(adopted(live(), expiry=EXPIRY), live(unlimited_storage=True))
    assert shown == {"packageId": "01HP", "unlimitedStorage": True}


def test_declared_unlimited_but_dated_by_hand_shows_as_not_unlimited() -> None:
    stored = adopted(live(unlimited_storage=True), unlimitedStorage=True)
    shown = refreshed(stored, live(unlimited_storage=False))
    assert shown == {"packageId": "01HP", "unlimitedStorage": False}


def test_expired_on_schedule_is_no_drift() -> None:
    stored = adopted(live(), name="Day 12", expiry=EXPIRY)
    shown = refreshed(stored, live("expired", expiry="2026-01-01T00:00:00Z"))
    assert shown == {"packageId": "01HP", "name": "Day 12", "expiry": EXPIRY}


@pytest.mark.parametrize(
    ("state", "shown"), [("new", True), ("finalized", True), ("expired", False), ("archived", True)]
)
def test_a_declared_archive_shows_as_missing_only_once_it_can_be_done(
    state: str, shown: bool
) -> None:
    stored = adopted(live(), archived=True)
    assert stored.pending_archive is True
    assert stored.projection().archived is True
    assert refreshed(stored, live(state))["archived"] is shown


@pytest.mark.parametrize(
    ("state", "shown"), [("finalized", False), ("expired", False), ("archived", True)]
)
def test_archived_by_hand_shows_where_archived_is_declared_false(state: str, shown: bool) -> None:
    assert refreshed(adopted(live(), archived=False), live(state))["archived"] is shown


def test_a_field_absent_from_an_answer_is_no_drift() -> None:
    """The stored value stays."""
    full = live(unlimited_storage=False, size=5, total_files=2, sender="ana@example.com")
    stored = adopted(full, name="Day 12", expiry=EXPIRY)
    bare = Package.model_validate({"id": "01HP", "state": "finalized"})
    again = Stored.record(bare, team_id="01TEAM", stored=stored)
    assert again.wire() == stored.wire()


def test_an_end_stays_as_stored_once_the_files_are_gone() -> None:
    """Expiry and unlimited storage."""
    dated = adopted(live(unlimited_storage=False))
    unlimited = adopted(live(unlimited_storage=True))
    gone = live("expired", expiry="2026-02-02T00:00:00Z", unlimited_storage=False)
    for stored in (dated, unlimited):
        again = Stored.record(gone, team_id="01TEAM", stored=stored)
        assert (again.expiry, again.unlimited_storage) == (stored.expiry, stored.unlimited_storage)


def test_a_tombstone_adopted_with_its_past_expiry_is_stored_as_declared() -> None:
    gone = live("expired", expiry="2026-02-02T00:00:00Z", unlimited_storage=True)
    stored = adopted(gone, expiry="2026-01-01T00:00:00Z")
    assert stored.projection().wire() == {"packageId": "01HP", "expiry": "2026-01-01T00:00:00Z"}


def test_inputs_declared_equal_their_projection_right_after() -> None:
    rows: list[tuple[Package, dict[str, Any]]] = [
        (live(), {"name": "Day 12", "expiry": EXPIRY, "archived": True, "forceDestroy": True}),
        (live(unlimited_storage=True), {"unlimitedStorage": True, "archiveOnDestroy": True}),
        (live(unlimited_storage=False), {"unlimitedStorage": False, "expiry": EXPIRY}),
        (live("archived"), {"archived": True}),
        (live("expired"), {"archived": False}),
        (Package(id="01HP", state="new"), {"name": "x", "expiry": EXPIRY}),
        (Package(id="01HP", state="new"), {"unlimitedStorage": True}),
    ]
    for package, bag in rows:
        stored = Stored.parse(adopted(package, **bag).wire())
        assert stored.projection().wire() == declare(**bag).wire()


def test_where_declared_is_missing_every_input_found_counts_as_declared() -> None:
    imported = Stored.parse({"packageId": "01HP", "name": "Day 12", "state": "finalized"})
    assert imported.projection().wire() == {"packageId": "01HP", "name": "Day 12"}


def test_other_inputs_that_ask_nothing_of_masv_change_only_what_they_say() -> None:
    stored = adopted(live(), name="Day 12", archived=True)
    again = stored.redeclared(declare(name="Day 12", forceDestroy=True))
    assert again.projection().wire() == declare(name="Day 12", forceDestroy=True).wire()
    assert again.pending_archive is False
    assert again.force_destroy is True


WIRE = sorted(map(to_camel, FLAGS))
flags = st.fixed_dictionaries({}, optional=dict.fromkeys(WIRE, st.booleans()))
unlimited = st.sampled_from([{}, {"unlimitedStorage": False}, {"unlimitedStorage": True}])
secrets = st.sampled_from([None, ["name"], ["archived"], ["archived", "pendingArchive"]])
bags = st.builds(
    lambda declared, flags, end, secret: {
        "packageId": "01HP",
        "state": "finalized",
        "name": "Day 12",
        "declared": [*declared, "packageId"],
        **flags,
        **end,
        **({"secretInputs": secret} if secret else {}),
    },
    st.sampled_from([[], ["archived"], ["forceDestroy"]]),
    flags,
    unlimited,
    secrets,
)


@at_least(15, "left out", "true", "declared", "secret", "spelled before")
@given(bag=bags, before=st.none() | bags)
def test_a_state_without_its_false_flags_reads_as_it_was(
    bag: dict[str, Any], before: dict[str, Any] | None
) -> None:
    spelled = {**dict.fromkeys(WIRE, False), **bag}
    record = Stored.parse(spelled)
    written = record.wire(before)
    secret = {*bag.get("secretInputs", ()), *(before or {}).get("secretInputs", ())}
    for name in WIRE:
        stays = spelled[name] or name in {*bag["declared"], *secret, *(before or {})}
        assert written.get(name) == (spelled[name] if stays else None)
        count("left out", not stays)
        count("true", spelled[name])
        count("declared", name in bag["declared"])
        count("secret", name in secret)
        count("spelled before", name in (before or {}))
    assert {**spelled, **written} == spelled
    assert spelled.keys() - written.keys() <= set(WIRE)
    again = Stored.parse(written)
    assert again == record == Stored.parse(bag)
    assert again.projection() == record.projection()
    assert again.wire(written) == written
    assert (again.unlimited_storage is None) == ("unlimitedStorage" not in bag)


def test_what_nobody_has_declared_is_not_taken_for_false() -> None:
    assert Stored.parse({"packageId": "01HP"}).projection().wire() == {"packageId": "01HP"}
    assert Stored.parse({"packageId": "01HP", "state": "expired"}).archived is None
