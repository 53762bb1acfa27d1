"""Fleets as states write them: of a few packages, with whatever an entry may hold."""

from typing import Any

from hypothesis import strategies as st

IDS = [f"P{number}" for number in range(4)]
FLAGS = ("forceDestroy", "archiveOnDestroy")
names = st.sampled_from(["Day 12", "e\u0301te", " x ", "<{%reset%}>", "Tag\n2"])
instants = st.sampled_from(
    ["2027-01-31T00:00:00Z", "2027-01-31T01:00:00.5+01:00", "2026-01-01t00:00:00.1239z"]
)
whole = st.sampled_from([0.0, 5.0, 2.0**53])
listed = st.lists(
    st.sampled_from([*FLAGS, "name", "expiry", "unlimitedStorage", "archived", "packageId"]),
    unique=True,
).map(sorted)
secrets = st.lists(st.sampled_from(["name", "expiry", "archived", "nothing"]), unique=True)
stored = st.fixed_dictionaries(
    {},
    optional={
        "name": names,
        "expiry": instants,
        "unlimitedStorage": st.booleans() | st.none(),
        "archived": st.booleans() | st.sampled_from([0.0, 1.0]),
        "state": st.sampled_from(["new", "finalized", "expired", "archived"]),
        "size": whole,
        "totalFiles": whole,
        "pendingArchive": st.booleans(),
        "received": st.booleans(),
        "ofALaterVersion": st.just("odd"),
    },
)
ends: st.SearchStrategy[Any] = st.one_of(
    st.just({}),
    st.fixed_dictionaries({"expiry": instants}, optional={"unlimitedStorage": st.just(False)}),
    st.fixed_dictionaries({"unlimitedStorage": st.booleans()}),
)
others = st.fixed_dictionaries({}, optional={"name": names, "archived": st.booleans()})
declared = st.builds(lambda end, other: {**end, **other}, ends, others)
flags = st.fixed_dictionaries({}, optional=dict.fromkeys(FLAGS, st.booleans()))


def of_each(values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from(IDS), values, max_size=len(IDS))


fleets = st.builds(
    lambda live, declared, secret, flags: {
        "live": live,
        "declared": declared,
        "secretInputs": secret,
        **flags,
    },
    of_each(stored),
    of_each(listed),
    of_each(secrets) | st.none(),
    flags,
)
