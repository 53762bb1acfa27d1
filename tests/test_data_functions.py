"""What a program asks, in process: both forms, from the stack's account or a provider's."""

import asyncio
import json
import pickle
from collections.abc import Iterator
from datetime import date, datetime, timezone
from typing import Any
from uuid import UUID

import pulumi
import pytest
from pulumi.runtime.config import CONFIG

import pulumi_masv as masv_
from pulumi_masv import data
from pulumi_masv.simulator import KEY_CANARY, PASSWORD_CANARY, TOKEN_CANARY, Simulator

DEC = "2027-12-01T00:00:00Z"


@pytest.fixture(autouse=True)
def _program(masv: Simulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A program's configuration, and no client left over from another test."""
    for name, value in {"KEY": masv.api_key, "TEAM": masv.team_id}.items():
        monkeypatch.setenv(f"MASV_{'API_KEY' if name == 'KEY' else 'TEAM_ID'}", value)
    monkeypatch.setenv("MASV_BASE_URL", masv.url)
    monkeypatch.setenv("MASV_MAX_RETRIES", "0")
    data._client.cache_clear()
    token = CONFIG.set({})
    yield
    CONFIG.reset(token)


def test_packages_are_frozen_values_with_aware_instants(
    masv: Simulator,
) -> None:
    """And None where nothing is set."""
    masv.switch(expiry_while_unlimited="zero")
    masv.account.add_package(
        name="raw",
        unlimited_storage=True,
        size=5_000_000_000,
        teamspace="01SPACE",
        recipients=["a"],
    )
    [package] = masv_.get_packages()
    assert isinstance(package, masv_.Package)
    assert (package.expiry, package.unlimited_storage) == (None, True)
    assert package.created_at == datetime(2026, 3, 2, 9, tzinfo=timezone.utc)
    assert (package.size, package.teamspace_id, package.recipients) == (
        5 * 10**9,
        "01SPACE",
        ("a",),
    )
    with pytest.raises(ValueError, match="frozen"):
        package.name = "other"  # type: ignore[misc]


def test_no_form_of_a_package_holds_its_token_or_its_password(masv: Simulator) -> None:
    masv.account.add_package()
    [package] = masv_.get_packages()
    told = [repr(package), str(package), str(package.model_dump()), package.model_dump_json()]
    told += [repr(pickle.dumps(package)), json.dumps(package.model_json_schema())]
    for canary in (KEY_CANARY, TOKEN_CANARY, PASSWORD_CANARY, "access_token", "password"):
        assert canary not in "\n".join(told)
    assert pickle.loads(pickle.dumps(package)) == package


def test_one_package_is_had_by_its_id_in_one_request(masv: Simulator) -> None:
    package = masv.account.add_package(name="Day 12")
    assert masv_.get_package(package).name == "Day 12"
    assert len(masv.journal) == 1
    with pytest.raises(masv_.PackageNotFound, match="MASV has no package 01HNOWHERE in team"):
        masv_.get_package("01HNOWHERE")


def test_one_package_is_had_by_what_it_is_in_one_request(masv: Simulator) -> None:
    package = masv.account.add_package(name="Day 12")
    masv.account.add_package(name="Day 13")
    assert masv_.get_package(name="12").id == package
    assert len(masv.journal) == 1


def test_none_found_says_what_was_asked(masv: Simulator) -> None:
    """And which states count."""
    masv.account.add_package(name="Day 12", state="archived")
    with pytest.raises(masv_.PackageNotFound) as caught:
        masv_.get_package(name="Day 12")
    assert str(caught.value) == (
        f"team {masv.team_id} has no package with name='Day 12'; without status, only finalized "
        "and expired ones count"
    )
    assert masv_.get_package(name="Day 12", status="archived").state == "archived"


def test_several_are_an_error_that_lists_up_to_ten_of_them(masv: Simulator) -> None:
    first = masv.account.add_package(
        name="Day\x1b 0", expiry=DEC, created_at="2026-01-01T00:00:00Z"
    )
    second = masv.account.add_package(
        name="Day 1", unlimited_storage=True, created_at="2026-01-02T00:00:00Z"
    )
    for i in range(2, 60):
        masv.account.add_package(name=f"Day {i}")
    with pytest.raises(masv_.AmbiguousPackage) as caught:
        masv_.get_package(name="Day")
    assert str(caught.value).startswith(
        "60 packages have name='Day': describe one more closely, or give its id: "
        f'{first} "Day\\x1b 0" (finalized, expiry {DEC}); '
        f'{second} "Day 1" (finalized, expiry never); '
    )
    assert str(caught.value).endswith("; and 50 more")
    assert str(caught.value).count("finalized") == 10
    assert len(masv.journal) == 1


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [
        ({"status": "expird"}, "like this: status: 'expird' is not a state: did you mean expired?"),
        ({"status": ["new", "nope"]}, "like this: status: 'nope' is not a state: write"),
        ({"status": []}, "status: is empty, so it would not filter: leave it out"),
        ({"tags": ["a,b"]}, "tags: 'a,b' is blank or contains a comma: list each value by itself"),
        ({"teamspaces": [" "]}, "teamspaces: ' ' is blank or contains a comma"),
        ({"name": " "}, "name: is empty, so it would not filter: leave it out"),
        ({"sender": 5}, "sender: int is not a string: write str(…)"),
        ({"created_at_start": "2027-01-31"}, "created_at_start: '2027-01-31' is not a date and"),
        (
            {"expiry_end": datetime(2027, 1, 31)},  # noqa: DTZ001
            "expiry_end: datetime.datetime has no time zone: write",
        ),
        ({"expiry_start": DEC, "expiry_end": "2027-01-31T00:00:00Z"}, "lies before the start"),
        ({"extra_storage": 1}, "extra_storage: int is not a bool: write True or False"),
        ({"status": {"new"}}, "status: set is not a list: write list(…)"),
        ({"tags": [UUID(int=1)]}, "tags: uuid.UUID is not a string: write str(…)"),
        ({"name": b"x", "expiry_end": date(2027, 1, 31)}, "expiry_end: datetime.date has no time"),
        ({"sort": "age"}, "sort: 'age' is not a field to sort by: write one of name, -name"),
        ({"portal": "rushes"}, "portal: only received packages have one: ask for them"),
    ],
)
def test_a_wrong_filter_is_refused_before_a_request_is_made(
    masv: Simulator, asked: dict[str, Any], wrong: str
) -> None:
    with pytest.raises(masv_.FilterError) as caught:
        masv_.get_packages(**asked)
    assert wrong in str(caught.value)
    assert "\n" not in str(caught.value)
    assert masv.journal == []


def test_all_that_is_wrong_with_the_filters_is_told_at_once() -> None:
    with pytest.raises(masv_.FilterError) as caught:
        masv_.get_packages(status="x", name="", sort="y")  # type: ignore[arg-type]
    for name in ("status", "name", "sort"):
        assert f" {name}: " in str(caught.value)


@pytest.mark.parametrize("asked", [{"name": ""}, {"tags": []}, {"status": []}])
def test_a_filter_that_would_not_filter_never_chooses_a_package(
    masv: Simulator, asked: dict[str, Any]
) -> None:
    masv.account.add_package(sender="a@b.example")
    with pytest.raises(masv_.FilterError, match="is empty, so it would not filter"):
        masv_.get_package(sender="a@b.example", **asked)
    assert masv.journal == []


def test_a_filter_that_is_false_filters_too(masv: Simulator) -> None:
    masv.account.add_package(custom_expiry=True)
    package = masv.account.add_package()
    assert masv_.get_package(extra_storage=False).id == package


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [
        ({}, "give package_id, or another argument that says which package"),
        ({"received": True}, "give package_id, or another argument that says which package"),
        ({"package_id": "01HP", "name": "x"}, "package_id says which package: take name out"),
        ({"package_id": 5}, "package_id: int is not a string: write str"),
    ],
)
def test_one_package_is_asked_for_by_id_or_filters(
    masv: Simulator, asked: dict[str, Any], wrong: str
) -> None:
    with pytest.raises(masv_.FilterError, match=wrong):
        masv_.get_package(**asked)
    assert masv.journal == []


def test_every_argument_reaches_masv_in_its_own_words(masv: Simulator) -> None:
    masv_.get_packages(
        status=["new", "expired"], name="n", sender="s", tags=["t", "u"], teamspaces=["v"],
        created_at_start=DEC, created_at_end=DEC, expiry_start=DEC, expiry_end=DEC,
        extra_storage=False, sort="-size", received=True, portal="p",
    )  # fmt: skip
    [asked] = masv.journal
    assert asked.path == f"/v1.1/teams/{masv.team_id}/inbox"
    moment = DEC.replace(":", "%3A")
    assert set(asked.query.split("&")) == {
        "status=new%2Cexpired", "name=n", "sender=s", "tags=t%2Cu", "teamspaces=v", "portal=p",
        f"created_at_start={moment}", f"created_at_end={moment}", f"expiry_start={moment}",
        f"expiry_end={moment}", "extra_storage=false", "sort=-size", "limit=50", "page=1",
    }  # fmt: skip


def test_all_that_a_process_asks_of_an_account_goes_through_one_client(masv: Simulator) -> None:
    masv.account.add_package(name="Day 12")
    masv_.get_packages()
    masv_.get_package(name="Day 12")
    assert data._client.cache_info().misses == 1


def test_a_missing_key_is_one_line_that_names_both_spellings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("MASV_API_KEY")
    with pytest.raises(masv_.SettingsError, match=r"masv:apiKey \(or MASV_API_KEY\) is not set"):
        masv_.get_packages()


def test_an_error_can_be_caught_and_shows_no_traceback() -> None:
    with pytest.raises(masv_.PackageNotFound) as caught:
        masv_.get_package("01HNOWHERE")
    assert isinstance(caught.value, pulumi.RunError)
    assert type(caught.value).__module__ == "pulumi_masv"


def test_the_plain_form_refuses_an_output_and_names_the_other_form(masv: Simulator) -> None:
    async def ask() -> None:
        with pytest.raises(pulumi.RunError) as caught:
            masv_.get_packages(tags=[pulumi.Output.from_input("red")])  # type: ignore[list-item]
        assert str(caught.value) == (
            "get_packages: tags is an Output, whose value is not known here: "
            "use get_packages_output"
        )

    asyncio.run(ask())
    assert masv.journal == []
