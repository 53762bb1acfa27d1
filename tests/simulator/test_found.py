"""A listing that is kept says, whatever happened since, what one made afresh would say."""

from contextlib import suppress
from datetime import timedelta
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulumi_masv.simulator import Account, Package, Refused, Switches
from pulumi_masv.simulator.found import SORTS, Filter
from pulumi_masv.simulator.instants import as_instant
from pulumi_masv.simulator.listing import Listing
from pulumi_masv.simulator.package import State
from tests.generated import at_least, count
from tests.simulator.conftest import Asker

TEAM, OTHER = "01TEAM00000000000000000001", "01TEAM00000000000000000002"
START = "2027-01-01T00:00:00Z"
NAMES = st.sampled_from(["Day 1", "Day 2", "Re\u0301el", "R\u00e9el"])
FEW_DAYS = st.integers(1, 4).map(lambda days: f"2027-01-0{days + 1}T00:00:00Z")
INSTANTS = FEW_DAYS | FEW_DAYS | st.sampled_from(["2027-01-02T00:00:00", "soon"])
PARAMETERS = {
    "status": st.sampled_from(["new,finalized", "finalized", "expired,archived"]),
    "name": st.sampled_from(["Day", "R\u00e9", "1"]),
    "sender": st.sampled_from(["a@s.example", "b@s.example"]),
    "tags": st.sampled_from(["t1", "t1,t2", "t2,nowhere", "nowhere"]),
    "teamspaces": st.sampled_from(["s1", "s2,nowhere", "nowhere"]),
    "portal": st.sampled_from(["rush", "rushes"]),
    "extra_storage": st.sampled_from(["true", "false"]),
    "created_at_start": INSTANTS,
    "created_at_end": INSTANTS,
    "expiry_start": INSTANTS,
    "expiry_end": INSTANTS,
    "sort": st.sampled_from([sign + sort for sort in SORTS for sign in ("", "-")]),
    "limit": st.sampled_from(["1", "2", "3", "60"]),
    "page": st.sampled_from(["1", "2", "9"]),
}
ALL = {"status": ",".join(get_args(State))}
OFTEN = [
    (ALL | {"sort": "-expiry"}, False),
    (ALL | {"portal": "rush"}, True),
    (ALL | {"name": "R\u00e9"}, False),
    (ALL | {"expiry_end": "2027-01-03T00:00:00Z"}, False),
]
QUERIES = st.dictionaries(st.sampled_from(sorted(PARAMETERS)), st.none(), max_size=4).flatmap(
    lambda chosen: st.fixed_dictionaries({key: PARAMETERS[key] for key in chosen})
)
PACKAGES = st.fixed_dictionaries(
    {
        "name": NAMES,
        "team_id": st.sampled_from([TEAM, TEAM, TEAM, OTHER]),
        "state": st.sampled_from(get_args(State)),
        "size": st.integers(0, 2),
        "sender": st.sampled_from(["a@s.example", "b@s.example"]),
        "tags": st.sampled_from([[], ["t1"], ["t1", "t2"]]),
        "teamspace": st.sampled_from(["", "s1", "s2"]),
        "portal": st.sampled_from(["", "", "rushes"]),
        "custom_expiry": st.booleans(),
        "unlimited_storage": st.booleans(),
        "hidden": st.booleans(),
        "created_at": FEW_DAYS,
        "expiry": st.none() | FEW_DAYS,
        "id": st.none() | st.sampled_from(["01A", "01B"]),
    }
)
SWITCHES: dict[str, list[Any]] = {
    "key_sees": ["all"] * 5 + ["nothing"],
    "page_size": [None, 2],
    "over_limit": ["refused", "cut", "served"],
    "past_end": ["empty", "refused", "missing", "last"],
    "total": ["shown", "all"],
    "ignored_filters": ["", "tags,name", "status,sort,expiry_end"],
    "unknown_filter": ["mixed", "nothing", "refused", "ignored"],
    "zoneless": ["utc", "offset", "refused"],
    "portal_match": ["equal", "substring"],
    "names": ["as given", "NFC", "NFD"],
    "write_delay": [0, 1, 3],
    "past_expiry": ["refused", "expires"],
    "expiry_after_delete": ["kept", "moment"],
    "bulk_delay": [0, 2],
    "window_start": ["inclusive", "exclusive"],
    "listing_windows": ["alike", "inclusive"],
}
SWITCHED = st.fixed_dictionaries(
    {}, optional={name: st.sampled_from(values) for name, values in SWITCHES.items()}
)


def outcome(account: Any, query: str, *, received: bool) -> object:
    """Return the total and the packages of a page, or how it was refused."""
    try:
        listing = Listing.read(
            query,
            account.switches,
            lambda: account.known(TEAM),
            team_id=TEAM,
            received=received,
        )
        return listing.of(account.found(listing.wanted, listing.sort))
    except (ValueError, Refused) as refused:
        return str(refused)


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The ids of the packages that filters have looked at so far."""
    ids: list[str] = []
    keeps = Filter.keeps

    def looked(self: Filter, package: Package) -> bool:
        ids.append(package.id)
        return keeps(self, package)

    monkeypatch.setattr(Filter, "keeps", looked)
    return ids


@pytest.fixture
def many(ask: Asker) -> Any:
    """Two thousand packages, named by their place in the order of their creation."""
    for place in range(2000):
        ask.masv.account.add_package(name=f"Day {place}", size=place % 7)
    return ask


def all_names(ask: Asker) -> Any:
    pages = [ask.names(f"sort=created_at&limit=50&page={page}") for page in range(1, 41)]
    return [name for page in pages for name in page]


def test_all_pages_of_a_list_look_at_each_package_once(many: Any, looks: Any) -> None:
    assert len(set(all_names(many))) == 2000
    assert len(looks) == len(set(looks)) == 2000


@pytest.mark.parametrize("unknown", get_args(Switches.__annotations__["unknown_filter"]))
def test_pages_by_tag_look_at_each_package_once(many: Any, looks: Any, unknown: Any) -> None:
    many.masv.switch(unknown_filter=unknown)
    many.masv.account.add_package(tags=["t"])
    for page in (1, 2, 3):
        assert many.listed(f"tags=t&page={page}").json()["metadata"] == {"total": 1}
    assert len(looks) == 2001


def test_after_a_change_only_what_changed_is_looked_at(many: Any, looks: Any) -> None:
    account = many.masv.account
    first, second, third, *_ = [package.id for package in account.packages()]
    for sort in ("sort=size", "sort=-size", "sort=name"):
        many.listed(sort)
    looks.clear()
    many.package("PUT", first, json={"name": "new"})
    account.hide(second)
    account.remove(third)
    assert many.listed("sort=size").json()["metadata"] == {"total": 1998}
    assert looks == [first, second]
    assert many.listed("sort=name&page=40").json()["records"][-1]["name"] == "new"
    assert looks == [first, second] * 2


def test_files_that_end_between_two_pages_are_all_that_is_looked_at(many: Any, looks: Any) -> None:
    soon = many.masv.account.add_package(expiry="2027-01-02T00:00:00Z")
    many.listed("status=finalized")
    looks.clear()
    many.masv.account.set_now("2027-01-03T00:00:00Z")
    assert many.listed("status=finalized&page=2").json()["metadata"] == {"total": 2000}
    assert looks == [soon]


class Naive:
    """What a filter finds, made afresh by looking at all."""

    def __init__(self, account: Account, wanted: Filter, sort: str) -> None:
        seen, ids = account.seen(), [package.id for package in account.packages()]
        every = [package for package in map(seen, ids) if package and wanted.keeps(package)]
        self.count = len(every)
        self.ascending = sorted(
            (package for package in every if not account.package(package.id).hidden),
            key=lambda package: (SORTS[sort](package), package.id),
        )
        self.shown = len(self.ascending)

    def slice(self, start: int, count: int, *, descending: bool) -> list[Package]:
        every = self.ascending[::-1] if descending else self.ascending
        return every[start : start + count]


class Afresh:
    """An account whose lists and whose known ids are made anew each time."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.switches = account.switches

    def known(self, team_id: str) -> dict[str, set[str]]:
        own = [one for one in self.account.packages() if one.team_id == team_id]
        return {
            "tags": {tag for one in own for tag in one.tags},
            "teamspaces": {one.teamspace for one in own},
        }

    def found(self, wanted: Filter, sort: str) -> Naive:
        return Naive(self.account, wanted, sort)


class World:
    """An account, and the clock on the wall."""

    def __init__(self, switches: Any) -> None:
        self.seconds = 0.0
        self.account = Account(
            now=START,
            teams={TEAM: "key", OTHER: "other-key"},
            switches=Switches(**switches),
            elapsed=lambda: self.seconds,
        )

    def run(self, step: Any) -> None:
        account = self.account
        match step:
            case "add", described:
                account.add_package(**described)
            case "by hand", place, (verb, *given):
                packages = account.packages()
                getattr(account, verb)(packages[place % len(packages)].id, *given)
            case "request", place, (verb, *given):
                account.request_made()
                packages = account.packages()
                package_id = packages[place % len(packages)].id
                account.change(package_id, lambda: getattr(account, verb)(package_id, *given))
            case ("read",):
                account.request_made()
            case "window", start, end, received, archived:
                account.request_made()
                ends = as_instant(start), as_instant(end)
                account.turn_window(TEAM, *ends, received=received, archived=archived)
            case "time", hours:
                self.seconds += hours * 3600
            case "clock", hours:
                account.advance(timedelta(hours=hours))
            case "switch", changes:
                account.switches = account.switches.with_json(changes)


PLACES = st.integers(0, 15)
VERBS = st.one_of(
    st.sampled_from(["finalize", "delete", "archive", "unarchive", "set_unlimited"]).map(
        lambda verb: (verb,)
    ),
    st.tuples(st.just("rename"), NAMES),
    st.tuples(st.just("set_expiry"), FEW_DAYS),
)
BY_HAND = st.sampled_from([("hide",), ("show",), ("remove",)])
STEPS = st.one_of(
    st.tuples(st.just("add"), PACKAGES),
    st.tuples(st.just("by hand"), PLACES, BY_HAND | VERBS),
    st.tuples(st.just("request"), PLACES, VERBS),
    st.just(("read",)),
    st.tuples(st.just("window"), FEW_DAYS, FEW_DAYS, st.booleans(), st.booleans()),
    st.tuples(st.just("time"), st.integers(0, 30)),
    st.tuples(st.just("clock"), st.integers(-30, 30)),
    st.tuples(st.just("switch"), SWITCHED),
)


@at_least(200, "packages listed", "none listed")
@settings(max_examples=100)
@given(
    packages=st.lists(PACKAGES, min_size=8, max_size=16),
    queries=st.lists(st.tuples(QUERIES, st.booleans()), min_size=1, max_size=8),
    switches=SWITCHED,
    steps=st.lists(STEPS, min_size=8, max_size=25),
)
def test_a_kept_list_is_as_one_made_afresh(
    packages: Any, queries: Any, switches: Any, steps: Any
) -> None:
    world = World(switches)
    asked = [
        ("&".join(f"{key}={value}" for key, value in query.items()), received)
        for query, received in [*OFTEN, *queries]
    ]
    for step in [*(("add", package) for package in packages), *steps]:
        with suppress(ValueError, Refused, ZeroDivisionError):
            world.run(step)
        for query, received in asked:
            kept = outcome(world.account, query, received=received)
            count("packages listed" if isinstance(kept, tuple) and kept[1] else "none listed")
            assert kept == outcome(Afresh(world.account), query, received=received)
