"""The routes that play somebody else: state, journal, clock, packages, switches and faults."""

import json
from typing import Any

import pytest

from pulumi_masv.simulator import KEY_CANARY, PASSWORD_CANARY, TOKEN_CANARY
from tests.simulator.conftest import Asker


def control(door: Asker, method: str, path: str, body: Any = None) -> Any:
    return door(method, f"/_simulator/{path}", data=None if body is None else json.dumps(body))


def test_the_state_shows_everything_but_the_secrets(door: Asker) -> None:
    package_id = door.masv.account.add_package(expiry="2027-02-01T00:00:00Z")
    door.listed()
    door.masv.faults.set("reset")
    answer = control(door, "GET", "state")
    state = answer.json()
    assert state["now"] == "2027-01-01T00:00:00.000Z"
    assert state["teams"] == ["01TEAM00000000000000000001"]
    assert state["packages"][0]["id"] == package_id
    assert state["packages"][0]["expiry"] == "2027-02-01T00:00:00.000Z"
    assert state["switches"]["past_expiry"] == "refused"
    assert state["faults"][0]["kind"] == "reset"
    assert state["requests"] == 1
    assert not any(word in answer.text for word in (KEY_CANARY, TOKEN_CANARY, PASSWORD_CANARY))


def test_control_stands_in_no_journal_and_meets_no_fault(door: Asker) -> None:
    door.masv.faults.set("reset")
    assert control(door, "GET", "journal").json() == []
    assert door.masv.journal == []
    assert len(door.masv.faults.waiting()) == 1


def test_the_journal_is_read_and_forgotten(ask: Asker) -> None:
    ask.listed("limit=1")
    assert control(ask, "GET", "journal").json() == [
        {
            "method": "GET",
            "path": "/v1.1/teams/01TEAM00000000000000000001/packages",
            "query": "limit=1",
            "status": 200,
            "fault": None,
            "credential": "key",
        }
    ]
    control(ask, "DELETE", "journal")
    assert ask.masv.journal == []


def test_the_clock_is_advanced_and_set_and_files_end(ask: Asker) -> None:
    package_id = ask.masv.account.add_package(expiry="2027-01-02T00:00:00Z", size=5, total_files=1)
    moved = control(ask, "POST", "clock", {"advance": 3600})
    assert moved.json() == {"now": "2027-01-01T01:00:00.000Z"}
    control(ask, "POST", "clock", {"set": "2027-03-01T00:00:00Z"})
    assert control(ask, "GET", "losses").json() == [
        {
            "package_id": package_id,
            "instant": "2027-01-02T00:00:00.000Z",
            "cause": "expiry",
            "files": 1,
            "bytes": 5,
        }
    ]


def test_a_package_is_added_with_any_of_its_attributes(ask: Asker) -> None:
    described = {
        "name": "Day 3",
        "state": "expired",
        "expiry": "2026-12-01T00:00:00Z",
        "size": 9,
        "received": True,
        "tags": ["t"],
    }
    package_id = control(ask, "POST", "packages", described).json()["id"]
    package = ask.masv.account.package(package_id)
    assert (package.name, package.state, package.size) == ("Day 3", "expired", 9)
    assert (package.received, package.tags) == (True, ("t",))


def test_somebody_changes_a_package_by_hand(ask: Asker) -> None:
    account = ask.masv.account
    package_id = account.add_package(state="new")

    def by_hand(verb: Any, body: Any = None) -> Any:
        assert control(ask, "POST", f"packages/{package_id}/{verb}", body).status_code == 200
        return account.package(package_id)

    assert by_hand("finalize").state == "finalized"
    assert by_hand("rename", {"name": "by hand"}).name == "by hand"
    assert by_hand("set_unlimited").unlimited_storage is True
    assert by_hand("set_expiry", {"expiry": "2027-05-01T00:00:00Z"}).expiry.month == 5
    assert by_hand("delete").state == "expired"
    assert by_hand("archive").state == "archived"
    assert by_hand("unarchive").state == "expired"
    assert control(ask, "POST", f"packages/{package_id}/remove").json() == {}
    assert account.packages() == []


def test_faults_are_set_and_cleared(ask: Asker) -> None:
    fault = {"kind": "rate_limit", "retry_after": 3, "times": 2}
    assert control(ask, "POST", "faults", fault).json()["kind"] == "rate_limit"
    assert ask.listed().headers["Retry-After"] == "3"
    control(ask, "DELETE", "faults")
    assert ask.listed().status_code == 200


def test_switches_are_changed_one_by_one(ask: Asker) -> None:
    changed = control(ask, "PUT", "switches", {"token_lifetime": 90, "bulk_body": "text"}).json()
    assert (changed["token_lifetime"], changed["bulk_body"]) == (90, "text")
    changed = control(ask, "PUT", "switches", {"token_lifetime": None}).json()
    assert (changed["token_lifetime"], changed["bulk_body"]) == (None, "text")


@pytest.mark.parametrize(
    ("method", "path", "body", "says"),
    [
        ("POST", "clock", {"advance": "1h"}, "advance must be a number of seconds"),
        ("POST", "clock", {"advance": 1e30}, ""),
        ("POST", "clock", {"set": 5}, "an instant must be text"),
        ("POST", "clock", {"set": "noon"}, "not an ISO 8601 instant"),
        ("POST", "clock", {}, 'the body must be {"advance": seconds} or {"set": instant}'),
        ("POST", "clock", {"advance": 1, "set": "x"}, "the body must have advance"),
        ("POST", "clock", [], "the body is not a JSON object"),
        ("POST", "packages", {"nmae": "x"}, "a package has no 'nmae' (did you mean 'name'?)"),
        ("POST", "packages", {"size": "big"}, "size: a valid integer, not 'big'"),
        ("POST", "packages", {"size": -1}, "size: greater than or equal to 0, not '-1'"),
        ("POST", "packages", {"state": "lost"}, "state: 'new', 'finalized'"),
        ("POST", "packages", {"tags": "t"}, "tags: a list of strings, not 't'"),
        ("POST", "packages", {"expiry": "2020-01-01T00:00:00Z"}, "a package that is finalized"),
        ("POST", "packages/01X/delete", None, "package 01X not found"),
        ("POST", "packages/01X/rename", {"name": 5}, "name must be text"),
        ("POST", "packages/01X/rename", {}, "the body must have name and nothing else"),
        ("POST", "faults", {}, "fault: kind"),
        (
            "POST",
            "faults",
            {"kind": "reset", "whom": "me"},
            "fault: a fault has no 'whom'; it has ",
        ),
        ("PUT", "switches", {"past": 1}, "no switch is called 'past'"),
        ("PUT", "switches", {"token_lifetime": "1h"}, "switch token_lifetime"),
    ],
)
def test_a_control_request_that_makes_no_sense_says_so(
    ask: Asker, method: str, path: str, body: Any, says: str
) -> None:
    answer = control(ask, method, path, body)
    assert answer.status_code == 400
    assert says in answer.json()["error"]
    assert ask.masv.account.now.isoformat() == "2027-01-01T00:00:00+00:00"
    assert ask.masv.account.packages() == []


@pytest.mark.parametrize(
    ("path", "body", "mistakes"),
    [
        ("packages", {"nmae": "x", "size": "big", "expiry": "noon"}, ("nmae", "size", "noon")),
        ("faults", {"kind": "rset", "whom": 1, "at": 0}, ("'reset'", "whom", "at: greater")),
        ("switches", {"past": 1, "page_size": "x"}, ("past", "page_size: a valid integer")),
    ],
)
def test_all_mistakes_of_a_control_request_are_told_at_once(
    ask: Asker, path: str, body: Any, mistakes: Any
) -> None:
    answer = control(ask, "PUT" if path == "switches" else "POST", path, body)
    assert answer.status_code == 400
    assert answer.json()["error"].count("; ") >= len(mistakes) - 1
    for mistake in mistakes:
        assert mistake in answer.json()["error"]


HOSTS = ("localhost", "LOCALHOST", "127.0.0.1", "127.8.9.255", "[::1]")
STRANGERS = (
    *("evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "127.0.0.1@evil.example"),
    *("evil.example:80", "localhost:", "localhost:80:80", "10.0.0.1", "0.0.0.0", "::1", "[::2]"),
    *("127.0.0.256", "1270.0.1", "localhost evil", ""),
)


@pytest.mark.parametrize("host", [*HOSTS, *(f"{host}:8080" for host in HOSTS)])
def test_the_control_api_answers_loopback_names(door: Asker, host: Any) -> None:
    answer = door("GET", "/_simulator/state", headers={"Host": host})
    assert answer.status_code == 200


@pytest.mark.parametrize("host", STRANGERS)
def test_the_control_api_answers_no_other_name(door: Asker, host: Any) -> None:
    package_id = door.masv.account.add_package()
    for method, path in (("GET", "state"), ("POST", f"packages/{package_id}/delete")):
        answer = door(method, f"/_simulator/{path}", headers={"Host": host})
        assert answer.status_code in (400, 403)  # the socket refuses what is no name at all
        if answer.status_code == 403:
            assert "localhost" in answer.json()["error"]
    assert door.masv.account.package(package_id).has_files


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", "http://localhost:3000", "http://127.0.0.1.evil.example"],
)
def test_the_control_api_answers_no_page_from_elsewhere(door: Asker, origin: str) -> None:
    package_id = door.masv.account.add_package()
    headers = {"Origin": origin, "Host": "127.0.0.1:8080"}
    answer = door("POST", f"/_simulator/packages/{package_id}/delete", headers=headers)
    assert answer.status_code == 403
    assert origin in answer.json()["error"]
    assert door.masv.account.package(package_id).has_files
    same = {**headers, "Origin": "http://127.0.0.1:8080"}
    assert door("GET", "/_simulator/state", headers=same).status_code == 200


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", None]
)
@pytest.mark.parametrize("body", ['{"advance": 5}', ""])
def test_the_control_api_takes_json_only(door: Asker, kind: Any, body: str) -> None:
    answer = door("POST", "/_simulator/clock", data=body, headers={"Content-Type": kind})
    assert answer.status_code == (400 if kind is None and not body else 415)
    if body:
        assert "application/json" in answer.json()["error"]
    assert door.masv.account.now.isoformat() == "2027-01-01T00:00:00+00:00"


@pytest.mark.parametrize("body", ["{", "[1]", "5", "\ufffe", "[" * 100_000])
def test_a_body_that_is_no_json_object_is_400_with_a_reason(door: Asker, body: Any) -> None:
    answer = door(
        "POST", "/_simulator/clock", data=body.encode("utf-16" if body == "\ufffe" else "utf-8")
    )
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("the body is not ")


def test_an_unknown_control_call_lists_those_there_are(ask: Asker) -> None:
    answer = control(ask, "GET", "time")
    assert answer.status_code == 404
    assert "POST /_simulator/clock" in answer.json()["error"]


def test_a_control_call_with_a_wrong_method_names_the_right_ones(ask: Asker) -> None:
    answer = control(ask, "POST", "journal")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, DELETE")
    assert "DELETE /_simulator/journal" in answer.json()["error"]
