"""A listing: filters, order, pages and total, as the documentation has them."""

from typing import Any

import pytest

from pulumi_masv.simulator.package import State
from tests.simulator.conftest import Asker

STAND: list[tuple[str, State, int, str, str]] = [
    ("Day 1 dailies", "finalized", 300, "c@s.example", "2027-02-01T00:00:00Z"),
    ("Day 2 dailies", "expired", 100, "a@s.example", "2026-11-01T00:00:00Z"),
    ("Reel 3", "archived", 500, "b@s.example", "2026-10-01T00:00:00Z"),
    ("Reel 4", "new", 200, "a@s.example", "2027-04-01T00:00:00Z"),
    ("Mix 5", "finalized", 400, "b@s.example", "2027-03-01T00:00:00Z"),
]


@pytest.fixture
def stand(ask: Asker) -> Any:
    """Five packages, created a day apart."""
    for index, (name, state, size, sender, expiry) in enumerate(STAND):
        ask.masv.account.add_package(
            name=name,
            state=state,
            size=size,
            sender=sender,
            expiry=expiry,
            created_at=f"2026-09-0{index + 1}T00:00:00Z",
            teamspace=f"01SPACE{9 - index}",
            tags=["tag-all", f"tag-{index + 1}"],
            custom_expiry=index == 0,
        )
    return ask


ALL = "status=new,finalized,expired,archived&sort=created_at"


def test_a_listing_has_metadata_with_the_total_and_records(door: Asker) -> None:
    package_id = door.masv.account.add_package()
    answer = door.listed()
    assert answer.status_code == 200
    assert sorted(answer.json()) == ["metadata", "records"]
    assert answer.json()["metadata"] == {"total": 1}
    assert [record["id"] for record in answer.json()["records"]] == [package_id]


def test_a_record_has_the_keys_of_a_read(ask: Asker) -> None:
    package_id = ask.masv.account.add_package()
    assert ask.listed().json()["records"][0].keys() == ask.read(package_id).json().keys()


def test_archived_and_unfinished_packages_are_left_out_by_default(stand: Any) -> None:
    assert sorted(stand.names()) == ["Day 1 dailies", "Day 2 dailies", "Mix 5"]


def test_comma_joined_states_are_all_listed(stand: Any) -> None:
    assert stand.names("status=new,archived&sort=created_at") == ["Reel 3", "Reel 4"]


def test_a_repeated_key_is_ignored_and_the_list_is_as_if_unfiltered(stand: Any) -> None:
    assert len(stand.names("status=new&status=archived")) == 3
    assert len(stand.names(f"{ALL}&tags=tag-1&tags=tag-2")) == 5
    assert len(stand.names(f"{ALL}&limit=1&limit=1")) == 5


def test_the_key_is_status_and_state_is_ignored(stand: Any) -> None:
    assert len(stand.names("state=new")) == 3


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("name=dailies", ["Day 1 dailies", "Day 2 dailies"]),
        ("name=dailies&sender=a@s.example", ["Day 2 dailies"]),
        ("sender=a@s.example", ["Day 2 dailies", "Reel 4"]),
        ("tags=tag-1,tag-5", ["Day 1 dailies", "Mix 5"]),
        ("teamspaces=01SPACE9,01SPACE7", ["Day 1 dailies", "Reel 3"]),
        ("created_at_start=2026-09-04T00:00:00Z", ["Reel 4", "Mix 5"]),
        ("created_at_end=2026-09-02T00:00:00Z", ["Day 1 dailies", "Day 2 dailies"]),
        ("expiry_start=2027-03-01T00:00:00Z", ["Reel 4", "Mix 5"]),
        (
            "expiry_start=2026-10-01T02:00:00%2B02:00&expiry_end=2026-11-01T00:00:00Z",
            ["Day 2 dailies", "Reel 3"],
        ),
        ("extra_storage=true", ["Day 1 dailies"]),
        ("extra_storage=false", ["Day 2 dailies", "Reel 3", "Reel 4", "Mix 5"]),
        ("name=&sender=", [name for name, *_ in STAND]),
        ("portal=p1", [name for name, *_ in STAND]),
        ("unheard_of=1", [name for name, *_ in STAND]),
    ],
)
def test_a_filter_keeps_what_it_says(stand: Any, query: str, names: Any) -> None:
    assert stand.names(f"{ALL}&{query}") == names


def test_an_unlimited_package_is_in_no_expiry_window(ask: Asker) -> None:
    ask.masv.account.add_package(unlimited_storage=True)
    assert ask.ids("expiry_start=1970-01-01T00:00:00Z") == []


def test_pages_count_from_one_and_the_total_is_that_of_all_pages(stand: Any) -> None:
    pages = [stand.listed(f"{ALL}&limit=2&page={page}").json() for page in (1, 2, 3, 4)]
    assert [[r["name"] for r in page["records"]] for page in pages] == [
        ["Day 1 dailies", "Day 2 dailies"],
        ["Reel 3", "Reel 4"],
        ["Mix 5"],
        [],
    ]
    assert [page["metadata"]["total"] for page in pages] == [5, 5, 5, 5]


def test_a_page_holds_fifty_by_default_and_at_most(ask: Asker) -> None:
    for _ in range(51):
        ask.masv.account.add_package()
    assert len(ask.ids()) == 50
    assert len(ask.ids("limit=50")) == 50
    assert ask.listed("limit=51").status_code == 400


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=51",
        "limit=-1",
        "limit=ten",
        "page=0",
        "page=1.5",
        "sort=colour",
        "sort=--name",
        "status=finalised",
        "created_at_start=yesterday",
        "created_at_end=2027-01-01",
        "expiry_start=2027-01-01T24:00:00",
        "expiry_end=x",
        "extra_storage=1",
    ],
)
@pytest.mark.parametrize("box", ["packages", "inbox"])
def test_a_parameter_that_makes_no_sense_is_refused_by_its_name(
    ask: Asker, query: str, box: str
) -> None:
    answer = ask.listed(query, box)
    assert answer.status_code == 400
    assert answer.json()["message"].startswith(query.partition("=")[0])


def test_the_inbox_and_the_sent_packages_share_none(ask: Asker) -> None:
    sent = ask.masv.account.add_package()
    received = ask.masv.account.add_package(received=True)
    assert ask.ids() == [sent]
    assert ask.ids(box="inbox") == [received]


def test_the_inbox_can_be_filtered_by_portal(ask: Asker) -> None:
    one = ask.masv.account.add_package(portal="p1")
    ask.masv.account.add_package(portal="p2")
    assert ask.ids("portal=p1", "inbox") == [one]


def test_a_listing_shows_only_the_packages_of_its_team(ask: Asker) -> None:
    ask.masv.account.teams["01TEAM00000000000000000002"] = "other-key"
    ask.masv.account.add_package(team_id="01TEAM00000000000000000002")
    assert ask.listed().json() == {"metadata": {"total": 0}, "records": []}


def test_a_package_that_vanishes_while_paging_shifts_the_rest(ask: Asker) -> None:
    ids = [
        ask.masv.account.add_package(created_at=f"2026-01-0{day}T00:00:00Z") for day in (1, 2, 3)
    ]
    assert ask.ids("sort=created_at&limit=2") == ids[:2]
    ask.masv.account.remove(ids[0])
    assert ask.ids("sort=created_at&limit=2&page=2") == []
