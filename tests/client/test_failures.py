"""Each way to fail is one error of its class in one line, after its tries."""

import gzip
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
import requests
import responses

from pulumi_masv.client import Client
from pulumi_masv.errors import (
    CredentialRefused,
    Intercepted,
    MasvError,
    RateLimited,
    RequestRefused,
    ServerFailed,
    TooLate,
    UnexpectedAnswer,
    Unreachable,
)
from pulumi_masv.simulator import Simulator, Switches
from tests.client.conftest import connect, observed

FEB = datetime(2027, 2, 28, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("fault", "error", "tries"),
    [
        ({"kind": "reset"}, Unreachable, 6),
        ({"kind": "latency", "seconds": 3600}, Unreachable, 6),
        ({"kind": "status", "status": 500}, ServerFailed, 6),
        ({"kind": "status", "status": 503}, ServerFailed, 6),
        ({"kind": "rate_limit"}, RateLimited, 6),
        ({"kind": "status", "status": 400}, RequestRefused, 2),
        ({"kind": "status", "status": 401}, CredentialRefused, 2),
        ({"kind": "status", "status": 403}, CredentialRefused, 2),
        ({"kind": "status", "status": 409}, RequestRefused, 2),
        ({"kind": "html"}, Intercepted, 2),
        ({"kind": "invalid_json"}, UnexpectedAnswer, 1),
        ({"kind": "oversized"}, UnexpectedAnswer, 1),
        ({"kind": "redirect"}, UnexpectedAnswer, 1),
    ],
)
def test_each_failure_is_one_line_of_its_class_after_its_tries(
    client: Client, masv: Simulator, fault: dict[str, Any], error: type[MasvError], tries: int
) -> None:
    package = masv.account.add_package()
    masv.faults.set(times=None, **fault)
    with pytest.raises(error) as caught:
        client.get_package(package)
    assert type(caught.value) is error
    assert str(caught.value).startswith(f"GET /v1.1/teams/{masv.team_id}/packages")
    assert "\n" not in str(caught.value)
    assert len(masv.journal) == tries


def test_what_passes_is_tried_again_with_growing_pauses(
    client: Client, masv: Simulator, pauses: list[float]
) -> None:
    package = masv.account.add_package()
    masv.faults.set("reset", times=5)
    assert observed(client, package).package.id == package
    assert pauses == [0.4, 0.8, 1.6, 3.2, 6.4]


@pytest.mark.parametrize(
    ("retry_after", "pause"),
    [
        (7, 7.0),
        (datetime(2026, 3, 2, 9, 0, 30, tzinfo=timezone.utc), 30.0),
        (datetime(2026, 3, 2, 8, tzinfo=timezone.utc), 0.0),
        (3600, 60.0),
        ("soon", 0.4),
    ],
)
def test_retry_after_is_honoured_in_both_forms_up_to_a_minute(
    client: Client, masv: Simulator, pauses: list[float], retry_after: Any, pause: float
) -> None:
    package = masv.account.add_package()
    masv.faults.set("rate_limit", retry_after=retry_after)
    assert observed(client, package).package.id == package
    assert pauses == [pause]


def test_a_storm_of_429_ends_when_its_budget_is_used_up(masv: Simulator) -> None:
    pauses: list[float] = []
    client = connect(masv, pauses, maxRetries="20")
    masv.faults.set("rate_limit", times=None, retry_after=60)
    with pytest.raises(RateLimited, match=r"lower masv:concurrency \(or MASV_CONCURRENCY\)"):
        client.get_package("01HP")
    assert len(pauses) <= 4


def test_a_refused_token_is_read_anew_and_used_once(client: Client, masv: Simulator) -> None:
    masv.account.switches = Switches(token_lifetime=timedelta(minutes=5))
    package = masv.account.add_package(name="Day 12")
    found = observed(client, package)
    masv.account.advance(timedelta(minutes=6))
    masv.reset_journal()
    client.rename_package(found, "Day 13")
    assert masv.account.package(package).name == "Day 13"
    assert [entry.method for entry in masv.journal] == ["PUT", "GET", "PUT"]


def test_a_write_that_stays_refused_ends_with_masvs_words(client: Client, masv: Simulator) -> None:
    masv.account.switches = Switches(expiry_edits="locked")
    package = masv.account.add_package()
    with pytest.raises(RequestRefused) as caught:
        client.set_expiry(observed(client, package), FEB)
    assert str(caught.value) == (
        f"PUT /v1/packages/{package}/expiry answered 403: storage duration is locked for this "
        "team; an owner of the team can allow it in MASV's settings"
    )
    assert len(masv.writes) == 2


def test_a_write_to_a_package_that_has_vanished_keeps_the_refusal(
    client: Client, masv: Simulator
) -> None:
    package = masv.account.add_package()
    found = observed(client, package)
    masv.account.remove(package)
    for status in (401, 404):
        masv.faults.set("status", status=status, message="no such thing")
        with pytest.raises(RequestRefused, match=f"answered {status}: no such thing"):
            client.rename_package(found, "x")


@pytest.mark.parametrize(
    "body",
    [
        {"state": "new", "access_token": "t"},
        {"id": "a/b", "state": "new", "access_token": "t"},
        {"id": 5, "state": "new", "access_token": "t"},
        "01HP",
        [],
    ],
)
def test_a_package_that_cannot_be_read_is_one_line(masv: Simulator, body: Any) -> None:
    url = f"https://api.massive.app/v1.1/teams/{masv.team_id}/packages/01HP"
    with responses.RequestsMock() as mock:
        mock.get(url, json=body)
        with pytest.raises(UnexpectedAnswer, match="answered with a package that this"):
            connect(masv, baseUrl="https://api.massive.app").get_package("01HP")


def test_a_package_answered_under_another_id_is_not_taken_for_it(masv: Simulator) -> None:
    url = f"https://api.massive.app/v1.1/teams/{masv.team_id}/packages/01hp"
    with responses.RequestsMock() as mock:
        mock.get(url, json={"id": "01HP", "state": "new", "access_token": "t"})
        with pytest.raises(
            UnexpectedAnswer, match="answered with package 01HP: write its id like that"
        ):
            connect(masv, baseUrl="https://api.massive.app").get_package("01hp")


def test_a_write_answered_by_a_page_is_not_taken_for_done(client: Client, masv: Simulator) -> None:
    found = observed(client, masv.account.add_package())
    masv.faults.set("html", method="PUT")
    with pytest.raises(UnexpectedAnswer, match="answered 200 with a web page"):
        client.rename_package(found, "x")


@pytest.mark.parametrize("retry_after", ["9" * 40, "Mon, 02 Mar 99999999999 09:00:00 GMT"])
def test_a_header_out_of_this_world_is_no_crash(
    client: Client, masv: Simulator, pauses: list[float], retry_after: str
) -> None:
    package = masv.account.add_package()
    masv.faults.set("rate_limit", retry_after=retry_after)
    assert observed(client, package).package.id == package
    assert pauses in ([60.0], [0.4])


def test_a_certificate_that_is_not_trusted_is_not_tried_again(masv: Simulator) -> None:
    url = f"https://api.massive.app/v1.1/teams/{masv.team_id}/packages/01HP"
    with responses.RequestsMock() as mock:
        mock.get(url, body=requests.exceptions.SSLError("detail"))
        with pytest.raises(Unreachable, match="is not trusted"):
            connect(masv, baseUrl="https://api.massive.app").get_package("01HP")
        assert len(mock.calls) == 1


def test_a_date_beyond_the_calendar_is_none(masv: Simulator) -> None:
    url = f"https://api.massive.app/v1.1/teams/{masv.team_id}/packages/01HP"
    late = {"Date": "Fri, 31 Dec 9999 23:59:59 -1200"}
    with responses.RequestsMock() as mock:
        mock.get(url, json={"id": "01HP", "state": "new"}, headers=late)
        found = observed(connect(masv, baseUrl="https://api.massive.app"), "01HP")
    assert found.now.utcoffset() == timedelta()


def test_an_answer_that_is_packed_twice_is_not_unpacked(masv: Simulator) -> None:
    url = f"https://api.massive.app/v1.1/teams/{masv.team_id}/packages/01HP"
    packed = gzip.compress(gzip.compress(b'{"id": "01HP", "state": "new"}'))
    with responses.RequestsMock() as mock:
        mock.get(url, body=packed, headers={"Content-Encoding": "gzip, gzip"})
        with pytest.raises(UnexpectedAnswer, match="packed twice"):
            connect(masv, baseUrl="https://api.massive.app").get_package("01HP")


@pytest.mark.parametrize("fault", ["rate_limit", "status"])
def test_what_may_end_files_is_not_sent_long_after_the_look(
    client: Client, masv: Simulator, pauses: list[float], fault: Any
) -> None:
    found = observed(client, masv.account.add_package(expiry=FEB))
    asks_to_wait = {"retry_after": 40} if fault == "rate_limit" else {"status": 503}
    masv.faults.set(fault, times=None, method="PUT", **asks_to_wait)
    masv.faults.set(fault, times=None, method="DELETE", **asks_to_wait)
    slow = connect(masv, pauses, maxRetries="20")
    for write in (lambda: slow.set_expiry(found, FEB), lambda: slow.delete_package(found)):
        pauses.clear()
        with pytest.raises(TooLate, match="run again"):
            write()
        assert 60 < sum(pauses) <= 80
    masv.faults.clear()
    masv.faults.set("rate_limit", times=3, method="PUT", retry_after=40)
    slow.rename_package(found, "x")
    assert masv.account.package(found.package.id).name == "x"
