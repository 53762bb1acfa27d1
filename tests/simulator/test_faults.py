"""A fault strikes the request that it is for, before its effect or after it."""

import json
import socket
import time
from datetime import datetime, timezone
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from pulumi_masv.simulator import Fault, Simulator
from tests.simulator.conftest import Asker


def connected(masv: Simulator) -> socket.socket:
    at = urlsplit(masv.url)
    return socket.create_connection((at.hostname, at.port))


def rename(door: Asker, package_id: str, name: str) -> Any:
    headers = {"X-Package-Token": door.read(package_id).json()["access_token"]}
    return door("PUT", f"/v1/packages/{package_id}", headers=headers, json={"name": name})


@pytest.fixture
def one(door: Asker) -> Any:
    door.id = door.masv.account.add_package(name="before")
    return door


@pytest.mark.parametrize("status", [400, 403, 500, 503])
def test_a_status_takes_the_place_of_the_answer(one: Asker, status: int) -> None:
    one.masv.faults.set("status", status=status, message="not today")
    answer = one.listed()
    assert (answer.status_code, answer.json()["message"]) == (status, "not today")
    assert one.listed().status_code == 200


def test_a_status_without_a_body_has_none(one: Asker) -> None:
    one.masv.faults.set("status", status=204)
    assert (one.listed().status_code, one.listed().status_code) == (204, 200)


def test_a_request_that_met_a_fault_has_had_no_effect(one: Asker) -> None:
    one.masv.faults.set("status", method="PUT")
    assert rename(one, one.id, "after").status_code == 500
    assert one.masv.account.package(one.id).name == "before"


def test_unless_only_its_answer_suffers(one: Asker) -> None:
    one.masv.faults.set("status", method="PUT", effect=True)
    assert rename(one, one.id, "after").status_code == 500
    assert one.masv.account.package(one.id).name == "after"


def test_a_reset_ends_the_connection_before_the_effect(one: Asker) -> None:
    one.masv.faults.set("reset", method="PUT")
    with pytest.raises(requests.ConnectionError) as error:
        rename(one, one.id, "after")
    assert "reset by peer" in str(error.value)
    assert one.masv.account.package(one.id).name == "before"


def test_or_after_it_and_the_answer_is_lost(one: Asker) -> None:
    one.masv.faults.set("reset", method="PUT", effect=True)
    with pytest.raises(requests.ConnectionError) as error:
        rename(one, one.id, "after")
    assert "reset by peer" in str(error.value)
    assert one.masv.account.package(one.id).name == "after"


def test_the_door_stays_open_after_a_reset(one: Asker) -> None:
    one.masv.faults.set("reset", times=3)
    for _ in range(3):
        with pytest.raises(requests.ConnectionError):
            one.listed()
    assert one.listed().status_code == 200


@pytest.mark.timeout(60)  # the answer is later
def test_a_late_answer_runs_into_the_timeout_of_who_waits(one: Asker) -> None:
    one.masv.faults.set("latency", seconds=600)
    with pytest.raises(requests.ReadTimeout):
        one.session.get(one.masv.url, timeout=0.05)


def test_a_late_answer_is_a_proper_one(one: Asker) -> None:
    one.masv.faults.set("latency", seconds=0.02)
    assert one.read(one.id).json()["id"] == one.id


def test_a_late_answer_keeps_no_other_request_waiting(one: Asker) -> None:
    one.masv.faults.set("latency", seconds=60, method="PUT")
    with pytest.raises(requests.ReadTimeout):
        one.session.put(one.masv.url, timeout=0.01)
    assert one.listed().status_code == 200


@pytest.mark.parametrize(
    ("asked", "header"),
    [
        (None, None),
        (7, "7"),
        ("soon", "soon"),
        (datetime(2027, 1, 1, 0, 1, tzinfo=timezone.utc), "Fri, 01 Jan 2027 00:01:00 GMT"),
    ],
)
def test_a_rate_limit_says_when_to_come_back_or_not(one: Asker, asked: Any, header: Any) -> None:
    one.masv.faults.set("rate_limit", retry_after=asked)
    answer = one.listed()
    assert (answer.status_code, answer.headers.get("Retry-After")) == (429, header)


def test_a_proxy_can_answer_with_its_own_page(one: Asker) -> None:
    one.masv.faults.set("html")
    answer = one.listed()
    assert (answer.status_code, answer.text[:15]) == (200, "<!doctype html>")
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize("status", [403, 404, 429, 503])
def test_a_page_can_have_any_status(one: Asker, status: int) -> None:
    one.masv.faults.set("html", status=status)
    answer = one.listed()
    assert (answer.status_code, answer.text[:15]) == (status, "<!doctype html>")
    assert "Retry-After" not in answer.headers


def test_an_answer_can_come_byte_by_byte(one: Asker) -> None:
    one.masv.faults.set("drip", seconds=0.0002)
    answer = one.read(one.id)
    assert (answer.status_code, answer.json()["id"]) == (200, one.id)
    assert answer.headers["Date"] == "Fri, 01 Jan 2027 00:00:00 GMT"
    assert one.read(one.id).status_code == 200
    assert [entry.fault for entry in one.masv.journal] == ["drip", None]


def test_status_line_and_headers_come_byte_by_byte_too() -> None:
    with (
        Simulator(packages=0) as masv,
        connected(masv) as connection,
    ):
        masv.faults.set("drip", seconds=0.001)
        connection.sendall(b"GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n")
        pieces = []
        while piece := connection.recv(1 << 16):
            pieces.append(piece)
    raw = b"".join(pieces)
    head, _, body = raw.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 404 Not Found\r\n")
    assert f"Content-Length: {len(body)}".encode() in head.split(b"\r\n")
    assert json.loads(body)["message"] == "no such route"
    assert len(pieces) > len(raw) / 10


@pytest.mark.timeout(60)  # one byte takes longer
def test_an_answer_that_drips_keeps_no_other_request_and_no_end_waiting() -> None:
    with Simulator(packages=0) as masv:
        masv.faults.set("drip", seconds=600)
        with pytest.raises(requests.RequestException):
            requests.get(masv.url, timeout=0.05)
        while not masv.journal:  # whoever asked has waited for less
            time.sleep(0.01)
        assert requests.get(masv.url, timeout=5).status_code == 404
        masv.faults.set("drip", seconds=600)
        with connected(masv) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert connection.recv(1) == b"H"
            masv.__exit__(None, None, None)


def test_in_process_an_answer_that_drips_is_late_as_a_whole() -> None:
    with Simulator(packages=0).in_process() as masv:
        masv.faults.set("drip", seconds=0.1)
        with pytest.raises(requests.ReadTimeout):
            requests.get(masv.url, timeout=10)


def test_an_answer_can_be_larger_than_32_mib_and_not_say_so(one: Asker) -> None:
    one.masv.faults.set("oversized")
    answer = one.listed()
    assert "Content-Length" not in answer.headers
    assert sum(map(len, answer.iter_content(1 << 20))) > 32 * 1024 * 1024


def test_an_answer_that_is_too_large_can_be_left_unread(one: Asker) -> None:
    one.masv.faults.set("oversized")
    with one.listed() as answer:
        assert len(next(answer.iter_content(1 << 20))) > 0
    assert one.listed().status_code == 200


def test_an_answer_can_lead_elsewhere(one: Asker) -> None:
    one.masv.faults.set("redirect", location="https://elsewhere.example/x")
    answer = one.listed()
    assert (answer.status_code, answer.headers["Location"]) == (302, "https://elsewhere.example/x")


def test_an_answer_can_be_half_a_json(one: Asker) -> None:
    one.masv.faults.set("invalid_json")
    answer = one.listed()
    assert answer.status_code == 200
    with pytest.raises(requests.JSONDecodeError):
        answer.json()


def statuses(ask: Asker, count: Any) -> Any:
    return [ask.listed().status_code for _ in range(count)]


def test_a_fault_strikes_the_request_it_was_set_for(ask: Asker) -> None:
    ask.listed()
    ask.masv.faults.set("status", at=3)
    assert statuses(ask, 5) == [200, 200, 500, 200, 200]


def test_a_fault_strikes_as_often_as_it_was_set_to(ask: Asker) -> None:
    ask.masv.faults.set("status", at=2, times=2)
    assert statuses(ask, 5) == [200, 500, 500, 200, 200]


def test_a_fault_can_last_until_it_is_cleared(ask: Asker) -> None:
    ask.masv.faults.set("status", times=None)
    assert statuses(ask, 4) == [500, 500, 500, 500]
    ask.masv.faults.clear()
    assert statuses(ask, 1) == [200]


def test_a_fault_counts_only_what_it_can_strike(ask: Asker) -> None:
    package_id = ask.masv.account.add_package()
    ask.masv.faults.set("status", at=2, method="GET", route="/v1.1/*/inbox")
    answers = [ask.listed(), ask.listed(box="inbox"), ask.read(package_id), ask.listed()]
    assert [answer.status_code for answer in answers] == [200] * 4
    assert ask.listed(box="inbox").status_code == 500


def test_a_request_meets_the_fault_that_was_set_first(ask: Asker) -> None:
    ask.masv.faults.set("status", status=501, at=2)
    ask.masv.faults.set("status", status=502, times=3)
    assert statuses(ask, 4) == [502, 501, 502, 200]


def test_a_fault_that_has_struck_is_forgotten(ask: Asker) -> None:
    ask.masv.faults.set("status")
    assert ask.masv.faults.waiting() == [Fault(kind="status")]
    ask.listed()
    assert ask.masv.faults.waiting() == []


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("flood", {}),
        (None, {}),
        ("status", {"at": 0}),
        ("status", {"at": True}),
        ("status", {"times": 0}),
        ("status", {"status": 100}),
        ("status", {"status": "500"}),
        ("status", {"effect": 1}),
        ("status", {"colour": "red"}),
        ("latency", {"seconds": -1}),
        ("rate_limit", {"retry_after": "1\r\nX: y"}),
        ("redirect", {"location": "x\n"}),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(kind: Any, fields: Any) -> None:
    faults = Simulator(packages=0).faults
    with pytest.raises(ValueError, match="fault: "):
        faults.set(kind, **fields)
    assert faults.waiting() == []


def test_the_journal_says_what_was_asked_and_how_it_ended(one: Asker) -> None:
    one.masv.faults.set("reset")
    with pytest.raises(requests.ConnectionError):
        one.listed("limit=1")
    one.masv.faults.set("html")
    one.read(one.id)
    rename(one, one.id, "after")
    team = "/v1.1/teams/01TEAM00000000000000000001/packages"
    lines = [
        (e.method, e.path, e.query, e.status, e.fault, e.credential) for e in one.masv.journal[:2]
    ]
    assert lines == [
        ("GET", team, "limit=1", None, "reset", "key"),
        ("GET", f"{team}/{one.id}", "", 200, "html", "key"),
    ]
    (write,) = one.masv.writes
    assert (write.method, write.status, write.credential) == ("PUT", 200, "token")
    one.masv.reset_journal()
    assert one.masv.journal == []
