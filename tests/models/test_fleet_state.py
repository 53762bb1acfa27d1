"""A fleet says of each of its packages what a resource of its own would say, whatever it holds."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from pulumi_masv.bags import old_entries
from pulumi_masv.errors import StateUnreadable
from pulumi_masv.models import FleetInputs, LifecycleInputs, Package, Stored, StoredFleet, is_secret
from pulumi_masv.models.declared import Declared
from tests.generated import at_least, count
from tests.models.bags import FLAGS, IDS, declared, flags, fleets, of_each, secrets, stored


def shown(model: BaseModel, fields: Any) -> dict[str, tuple[Any, bool]]:
    """The values of a model, and whether a line may show each."""
    return {n: (getattr(model, n), is_secret(getattr(model, n))) for n in fields}


def alone(bag: dict[str, Any], package_id: str) -> Stored:
    """What a resource of its own would have stored, where what a fleet leaves out is unknown."""
    part: dict[str, Any] = {"archived": None, "pendingArchive": None}
    part |= {name: bag[name] for name in FLAGS if name in bag}
    for name in ("declared", "secretInputs"):
        if package_id in (bag[name] or {}):
            part[name] = bag[name][package_id]
    return Stored.parse({"packageId": package_id, **part, **bag["live"][package_id]})


@at_least(15, "entries", "declared", "secret")
@given(bag=fleets)
def test_each_entry_is_what_its_own_resource_would_hold(bag: dict[str, Any]) -> None:
    entries = StoredFleet.parse(bag).entries()
    count("entries", len(entries))
    for name, kind in (("declared", "declared"), ("secretInputs", "secret")):
        count(kind, len((bag[name] or {}).keys() & entries.keys()))
    assert entries.keys() == bag["live"].keys()
    for i, entry in entries.items():
        one = alone(bag, i)
        assert shown(entry, Stored.model_fields) == shown(one, Stored.model_fields)
        assert entry == one


@at_least(15, "something projected")
@given(bag=fleets)
def test_each_entry_projects_as_its_own_resource_would(bag: dict[str, Any]) -> None:
    packages = StoredFleet.parse(bag).projection().packages
    assert packages.keys() == bag["live"].keys()
    for i, entry in packages.items():
        one = alone(bag, i).projection()
        count("something projected", one.model_dump(exclude_none=True) != {})
        assert shown(entry, Declared.model_fields) == shown(one, Declared.model_fields)


@at_least(15, "entries")
@given(packages=of_each(declared), secret=of_each(secrets), flags=flags)
def test_what_is_declared_as_before_reads_the_same_from_the_old_inputs(
    packages: dict[str, Any], secret: dict[str, Any], flags: dict[str, Any]
) -> None:
    inputs, problems = FleetInputs.parse({"packages": packages, "secretInputs": secret, **flags})
    assert inputs is not None, problems
    asked = inputs.entries()
    count("entries", len(asked))
    before = old_entries(inputs.wire())
    assert asked.keys() == before.keys()
    fields = LifecycleInputs.model_fields.keys() - {"secret_inputs"}
    for i, entry in asked.items():
        assert shown(entry, fields) == shown(before[i], fields)


@at_least(15, "declared", "secret", "stored before")
@given(
    observed=stored,
    before=st.none() | fleets.filter(lambda bag: "P0" in bag["live"]),
    asked=st.none() | declared,
    secret=secrets,
)
def test_what_is_recorded_equals_what_is_read_from_a_state(
    observed: dict[str, Any],
    before: dict[str, Any] | None,
    asked: dict[str, Any] | None,
    secret: list[str],
) -> None:
    answer = {"unlimited_storage": observed.get("unlimitedStorage"), "id": "P0", **observed}
    count("stored before", before is not None)
    inputs = None
    if asked is not None:
        count("declared", bool(asked))
        count("secret", bool(secret))
        bag = {"packageId": "P0", **asked, "secretInputs": secret}
        inputs = LifecycleInputs.model_validate(bag)
    recorded = Stored.record(
        Package.model_validate(answer),
        team_id="T",
        inputs=inputs,
        stored=alone(before, "P0") if before else None,
    )
    again = Stored.parse(recorded.wire())
    assert shown(recorded, Stored.model_fields) == shown(again, Stored.model_fields)
    assert recorded == Stored.model_validate(dict(recorded))


@given(bag=fleets)
def test_a_state_written_short_reads_as_it_was(bag: dict[str, Any]) -> None:
    before = StoredFleet.parse(bag)
    written = before.wire()
    again = StoredFleet.parse(written)
    assert again == before
    assert again.wire() == written
    for i, entry in before.entries().items():
        after = again.entry(i)
        assert shown(after, Stored.model_fields) == shown(entry, Stored.model_fields)


@given(bag=fleets, is_archived=st.booleans())
def test_no_flag_that_is_secret_is_told_by_its_absence(
    bag: dict[str, Any], is_archived: bool
) -> None:
    bag["live"]["P0"] = {**bag["live"].get("P0", {}), "archived": is_archived}
    bag["secretInputs"] = {**(bag["secretInputs"] or {}), "P0": ["archived"]}
    assert "archived" in StoredFleet.parse(bag).wire()["live"]["P0"]


def test_what_is_false_or_alike_is_written_once() -> None:
    entry = {"state": "finalized", "archived": False, "pendingArchive": False}
    bag = {
        "live": {i: {**entry, "unlimitedStorage": i == "P0"} for i in IDS},
        "declared": {**{i: ["expiry", "name"] for i in IDS}, "P2": ["archived"]},
    }
    written = StoredFleet.parse(bag).wire()
    assert {i: written["live"][i] for i in IDS} == {
        "P0": {"unlimitedStorage": True},
        **{i: {} for i in IDS[1:]},
    }
    assert written["off"] == ["archived", "pendingArchive", "state", "unlimitedStorage"]
    assert written["declared"] == {"*": ["expiry", "name"], "P2": ["archived"]}


def test_bytes_and_files_of_all_are_one_text_in_any_order() -> None:
    live = {"P1": {"size": 2.0**53, "totalFiles": 2.0}, "P0": {"size": 5.0}, "P2": {}}
    for order in (live, dict(reversed(live.items()))):
        written = StoredFleet.parse({"live": order}).wire()
        sizes = f'{{"P0":[5,null],"P1":[{2**53},2],"P2":[null,null]}}'
        assert written["live"] == {"P0": {}, "P1": {}, "P2": {}, "*": sizes}
    assert StoredFleet.parse({"live": {}}).wire()["live"] == {}


def test_where_one_flag_is_unknown_no_other_is_left_out() -> None:
    live = {"P0": {"state": "finalized", "unlimitedStorage": False}, "P1": {"state": "expired"}}
    written = StoredFleet.parse({"live": live}).wire()
    live = {i: each for i, each in written["live"].items() if i != "*"}
    assert live == {"P0": {"unlimitedStorage": False}, "P1": {"state": "expired"}}
    assert written["off"] == ["state"]


odd: st.SearchStrategy[Any] = (
    st.none() | st.just({}) | st.just([{}]) | st.just(["name", 5.0]) | st.just("archived")
)


@at_least(5, "ignored", "refused")
@given(
    off=odd,
    sizes=odd.map(json.dumps)
    | odd.map(lambda each: json.dumps({"P0": each}))
    | odd
    | st.just("[" * 10**5),
    declared=st.none() | st.just({"*": 5.0}) | st.just("many"),
)
def test_a_short_form_that_nobody_wrote_is_ignored_or_refused(
    off: Any, sizes: Any, declared: Any
) -> None:
    live = {"P0": {"state": "finalized", "name": "x"}, "*": sizes}
    bag = {"live": live, "off": off, "declared": declared or {}}
    try:
        read = StoredFleet.parse(bag)
    except StateUnreadable:
        count("refused")
        assert declared or "P0" in sizes
    else:
        count("ignored")
        assert read.live["P0"].name == "x"
        assert read.live["P0"].archived is None
        assert read.live["P0"].size is None
