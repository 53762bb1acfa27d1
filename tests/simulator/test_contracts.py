"""A contract is a set of switches by name or from a file, and all work can be done under it."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from pulumi_masv.simulator import Simulator, Switches
from pulumi_masv.simulator.contracts import CONTRACTS, load
from tests.simulator.conftest import Asker

NAMED = pytest.mark.parametrize("contract", CONTRACTS)


def write(tmp_path: Path, text: str) -> Any:
    path = tmp_path / "contract.json"
    path.write_text(text)
    return path


def test_a_contract_is_switches_and_whatever_else(tmp_path: Path) -> None:
    switches = {"done_answer": "text", "token_lifetime": 90, "page_size": 25}
    document = {"contract": 1, "switches": switches, "seen": {"keys": ["id"]}}
    assert load(write(tmp_path, json.dumps(document))) == Switches(
        done_answer="text", token_lifetime=timedelta(seconds=90), page_size=25
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "it is not JSON"),
        ("\udcff", "it is not JSON"),
        ("[" * 100_000, "it is not JSON"),
        ("[]", 'it must say {"contract": 1, "switches": {…}}'),
        ('{"switches": {}}', 'it must say {"contract": 1, "switches": {…}}'),
        ('{"contract": 2, "switches": {}}', 'it must say {"contract": 1, "switches": {…}}'),
        ('{"contract": 1}', 'it must say {"contract": 1, "switches": {…}}'),
        ('{"contract": 1, "switches": {"colour": 1}}', "no switch is called 'colour'"),
        (
            '{"contract": 1, "switches": {"done_answer": ["\\n"]}}',
            "switch done_answer: '204', 'empty', 'text' or 'object', not \"['\\\\n']\"",
        ),
        (
            '{"contract": 1, "switches": {"token_lifetime": 1e99}}',
            "switch token_lifetime: too many seconds",
        ),
        (
            '{"contract": 1, "switches": {"page_size": 0}}',
            "switch page_size: greater than or equal to 1, not '0'",
        ),
    ],
)
def test_a_file_that_is_no_contract_is_refused_in_one_line(
    tmp_path: Path, text: Any, says: str
) -> None:
    path = tmp_path / "contract.json"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(ValueError) as refused:
        load(path)
    told = str(refused.value)
    assert told.startswith(f"contract {path}: {says}")
    assert "\n" not in told


def test_a_contract_that_is_not_there_is_refused_with_all_names(tmp_path: Path) -> None:
    with pytest.raises(ValueError) as refused:
        load(tmp_path / "none.json")
    told = str(refused.value)
    assert told.startswith(f"contract {tmp_path / 'none.json'}: no such file; ")
    assert told.endswith(": " + "; ".join(CONTRACTS))
    assert "\n" not in told


def test_a_contract_whose_name_no_file_can_have_is_refused() -> None:
    with pytest.raises(ValueError, match=r"contract a+: File name too long"):
        load("a" * 300)


@NAMED
def test_a_named_contract_is_what_a_file_with_its_switches_says(
    tmp_path: Path, contract: Any
) -> None:
    document = {"contract": 1, "switches": CONTRACTS[contract].as_json()}
    assert load(write(tmp_path, json.dumps(document))) == load(contract) == CONTRACTS[contract]


def test_the_documented_contract_shows_twelve_keys(ask: Asker) -> None:
    package_id = ask.masv.account.add_package()
    ask.masv.account.switches = CONTRACTS["as documented"]
    assert len(ask.read(package_id).json()) == len(ask.listed().json()["records"][0]) == 12


@NAMED
@pytest.mark.parametrize("box", ["packages", "inbox"])
def test_the_work_can_be_done_under_every_named_contract(
    ask: Asker, contract: Any, box: str
) -> Any:
    package_id = ask.masv.account.add_package(name="before", received=box == "inbox")
    ask.masv.account.switches = CONTRACTS[contract]

    def send(method: str, path: str = "", **more: Any) -> Any:
        ask.ids(), ask.ids()  # so that what was written is seen
        query = "status=new,finalized,expired,archived"
        (record,) = ask.listed(query, box).json()["records"]
        token = record.get("access_token") or ask.read(package_id).json()["access_token"]
        headers = {"X-Package-Token": token}
        answer = ask(method, f"/v1/packages/{package_id}{path}", headers=headers, **more)
        assert answer.ok, answer.text
        return ask.masv.account.package(package_id)

    assert send("PUT", json={"name": "after"}).name == "after"
    body = {"expiry": "2027-03-01T00:00:00Z", "unlimited_storage": False}
    assert send("PUT", "/expiry", json=body).expiry.month == 3
    assert send("PUT", "/expiry", json={"unlimited_storage": True}).unlimited_storage
    assert send("PUT", "/expiry", json=body).expiry.month == 3
    assert send("DELETE").state == "expired"
    assert send("PUT", "/archive").state == "archived"
    assert send("PUT", "/unarchive").state == "expired"
    path = "/archive" if box == "packages" else "/inbox/archive"
    assert ask.window("2026-01-01T00:00:00Z", "2027-12-31T00:00:00Z", path).ok
    ask.ids(), ask.ids()
    assert ask.masv.account.package(package_id).state == "archived"


# All switches at once

HINTS = get_type_hints(Switches)
NUMBERS = {"expiry_cap_days": [None, 0, 30], "token_uses": [None, 1], "page_size": [None, 1, 2]}
POSITIONS = {
    **{name: list(get_args(hint)) for name, hint in HINTS.items()},
    **NUMBERS,
    "bulk_delay": [0, 2],
    "write_delay": [0, 2],
    "token_lifetime": [None, timedelta(minutes=5)],
    "ignored_filters": ["", "sender,tags", "status,sort,expiry_end"],
}


@settings(max_examples=150)
@given(
    positions=st.fixed_dictionaries(
        {name: st.sampled_from(choices) for name, choices in POSITIONS.items()}
    )
)
def test_all_switches_combine_freely(positions: Any) -> None:
    masv = Simulator(packages=0, now="2027-01-01T00:00:00Z", switches=Switches(**positions))
    ids = [
        masv.account.add_package(tags=["t"], unlimited_storage=True, shown_state="frozen"),
        masv.account.add_package(received=True, portal="rushes"),
        masv.account.add_package(state="expired", hidden=True),
    ]
    statuses = set()
    with masv.in_process(), requests.Session() as session:
        ask = Asker(masv, session)
        for query in ("limit=60", "page=4", "tags=t,x", "expiry_end=2027-06-01T00:00:00&sender=x"):
            for box in ("packages", "inbox"):
                statuses.add(ask.listed(query, box).status_code)
        for package_id in ids:
            statuses.add(ask.read(package_id).status_code)
            for method, path, body in (
                ("PUT", "", {"name": "Zoë"}),
                ("PUT", "/expiry", {"expiry": "2027-02-01T00:00:00Z"}),
                ("PUT", "/expiry", {"unlimited_storage": True}),
                ("DELETE", "", None),
                ("PUT", "/archive", None),
            ):
                token = {"X-Package-Token": masv.account.issue_token(package_id)}
                url = f"/v1/packages/{package_id}{path}"
                statuses.add(ask(method, url, headers=token, json=body).status_code)
        statuses.add(ask.window("2026-01-01T00:00:00Z", "2027-12-31T00:00:00Z").status_code)
    assert statuses <= {200, 204, 400, 401, 403, 404, 409, 422}
    assert masv.account.package(ids[2]).state == "archived"
    assert len(masv.account.losses) == 2


def test_the_requests_of_the_vendors_own_client_are_served() -> None:
    """Instants without a zone, limit=100, headers in lower case, and empty arrays, comma-joined."""
    masv = Simulator(packages=0, switches=CONTRACTS["the vendor's client"])
    made = [masv.account.add_package(expiry="2027-06-01T00:00:00Z") for _ in range(60)]
    team = f"/v1.1/teams/{masv.team_id}"
    key = {"x-api-key": masv.api_key, "accept": "application/json"}
    with masv, requests.Session() as session:

        def get(path: str, **query: str) -> Any:
            answer = session.get(masv.url + path, params=query, headers=key, timeout=5)
            assert answer.status_code == 200, answer.text
            return answer.json()

        listed = get(
            f"{team}/packages",
            page="1",
            limit="100",
            status="finalized,expired",
            tags="",
            teamspaces="",
            created_at_start="2026-01-01T00:00:00",
            expiry_end="2028-01-01T00:00:00",
            sort="-created_at",
        )
        assert listed["metadata"]["total"] == len(listed["records"]) == len(made)
        assert get(f"{team}/inbox", page="1", limit="100", portal="")["records"] == []
        package = get(f"{team}/packages/{made[0]}")
        route = f"{masv.url}/v1/packages/{made[0]}"
        token = {"x-package-token": package["access_token"], "content-type": "application/json"}
        date = {"unlimited_storage": False, "expiry": "2027-03-01T00:00:00.000Z"}
        assert session.put(f"{route}/expiry", json=date, headers=token, timeout=5).ok
        never = {"unlimited_storage": True}
        assert session.put(f"{route}/expiry", json=never, headers=token, timeout=5).ok
        deleted = session.delete(route, headers=token, timeout=5)
        assert (deleted.ok, deleted.content) == (True, b"")
    [loss] = masv.account.losses
    assert (loss.package_id, loss.cause) == (made[0], "delete")
