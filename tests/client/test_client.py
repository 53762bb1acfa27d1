"""The client and the simulator in process: every endpoint, every way to fail, no secret told."""

import threading
from collections.abc import Callable
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
    PackageNotFound,
    RateLimited,
    RequestRefused,
    ServerFailed,
    SettingsError,
    UnexpectedAnswer,
    Unreachable,
)
from pulumi_masv.models import Observed, Query
from pulumi_masv.settings import resolve
from pulumi_masv.simulator import KEY_CANARY, PASSWORD_CANARY, TOKEN_CANARY, Simulator, Switches
from tests.client.conftest import connect

FEB = datetime(2027, 2, 28, tzinfo=timezone.utc)


def seen(client: Client, package: str) -> Observed:
    found = client.get_package(package)
    assert found is not None
    return found


def sent(masv: Simulator) -> list[tuple[str, str, str | None]]:
    return [(entry.method, entry.path, entry.credential) for entry in masv.journal]


def test_a_package_is_read_with_its_token_and_the_date_of_the_answer(
    client: Client, masv: Simulator
) -> None:
    package = masv.account.add_package(name="Day 12", size=5)
    found = seen(client, package)
    assert (found.package.name, found.package.size) == ("Day 12", 5)
    assert TOKEN_CANARY in found.token.get_secret_value()
    assert found.now == datetime(2026, 3, 2, 9, tzinfo=timezone.utc)
    assert sent(masv) == [("GET", f"/v1.1/teams/{masv.team_id}/packages/{package}", "key")]


@pytest.mark.parametrize(
    ("write", "method", "path"),
    [
        (lambda c, p: c.rename_package(p, "x"), "PUT", ""),
        (lambda c, p: c.set_expiry(p, FEB), "PUT", "/expiry"),
        (lambda c, p: c.set_unlimited(p), "PUT", "/expiry"),
        (lambda c, p: c.delete_package(p), "DELETE", ""),
    ],
)
def test_a_write_goes_to_the_packages_route_with_its_token_and_never_the_key(
    client: Client,
    masv: Simulator,
    write: Callable[[Client, Observed], None],
    method: str,
    path: str,
) -> None:
    package = masv.account.add_package(name="Day 12")
    found = seen(client, package)
    masv.reset_journal()
    write(client, found)
    assert sent(masv) == [(method, f"/v1/packages/{package}{path}", "token")]


def test_a_tombstone_is_archived_and_unarchived(client: Client, masv: Simulator) -> None:
    package = masv.account.add_package(state="expired")
    found = seen(client, package)
    client.archive_package(found)
    assert masv.account.package(package).state == "archived"
    client.unarchive_package(found)
    assert masv.account.package(package).state == "expired"
    assert [path for _, path, _ in sent(masv)[1:]] == [
        f"/v1/packages/{package}/archive",
        f"/v1/packages/{package}/unarchive",
    ]


@pytest.mark.parametrize("received", [False, True])
@pytest.mark.parametrize("body", ["null", "object", "count", "text", "empty"])
def test_a_window_is_archived_and_unarchived_whatever_the_answer_holds(
    client: Client, masv: Simulator, received: bool, body: Any
) -> None:
    masv.switch(bulk_body=body)
    package = masv.account.add_package(state="expired", received=received)
    window = (FEB - timedelta(days=400), FEB)
    client.archive_window(*window, received=received)
    assert masv.account.package(package).state == "archived"
    client.archive_window(*window, received=received, archived=False)
    assert masv.account.package(package).state == "expired"
    inbox = "/inbox" if received else ""
    assert sent(masv) == [
        ("PUT", f"/v1/teams/{masv.team_id}{inbox}/archive", "key"),
        ("PUT", f"/v1/teams/{masv.team_id}{inbox}/unarchive", "key"),
    ]


def test_a_received_package_is_found_where_the_single_read_does_not_serve_it(
    client: Client, masv: Simulator
) -> None:
    masv.account.switches = Switches(inbox_read="missing")
    package = masv.account.add_package(received=True)
    assert seen(client, package).package.id == package
    assert client.get_package("01HNOWHERE") is None


@pytest.mark.parametrize("package", ["", "a/b", "..", "a?b", "a b", "a" * 129])
def test_an_id_that_is_no_path_segment_is_never_sent(
    client: Client, masv: Simulator, package: str
) -> None:
    with pytest.raises(PackageNotFound, match="is not a MASV package id"):
        client.get_package(package)
    assert masv.journal == []


def test_a_client_needs_a_key_and_a_team() -> None:
    with pytest.raises(SettingsError, match=r"masv:apiKey .* is not set; masv:teamId .* is not"):
        Client(resolve({}, {}))


def test_a_wrong_key_says_where_it_came_from(masv: Simulator) -> None:
    client = connect(masv, apiKey="wrong")
    with pytest.raises(CredentialRefused) as caught:
        client.get_package("01HP")
    assert caught.value.status == 401
    assert "the key came from the stack configuration (masv:apiKey)" in str(caught.value)
    assert caught.value.is_stored
    settings = resolve(
        {"masv:baseUrl": masv.url}, {"MASV_API_KEY": "wrong", "MASV_TEAM_ID": masv.team_id}
    )
    with pytest.raises(CredentialRefused) as caught:
        Client(settings).get_package("01HP")
    assert not caught.value.is_stored
    assert str(caught.value).endswith(
        "the key came from the environment (MASV_API_KEY): "
        "check that it is a key of team 01TEAM00000000000000000001"
    )


# What goes wrong, and how often it is tried.


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
def test_each_failure_is_one_error_of_its_class_in_one_line_after_its_tries(
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
    assert seen(client, package).package.id == package
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
    assert seen(client, package).package.id == package
    assert pauses == [pause]


def test_a_storm_of_429_ends_when_its_pauses_have_used_up_the_budget(masv: Simulator) -> None:
    pauses: list[float] = []
    client = connect(masv, pauses, maxRetries="20")
    masv.faults.set("rate_limit", times=None, retry_after=60)
    with pytest.raises(RateLimited, match=r"lower masv:concurrency \(or MASV_CONCURRENCY\)"):
        client.get_package("01HP")
    assert len(pauses) <= 4


def test_a_refused_token_is_read_anew_once_and_the_write_tried_once_more(
    client: Client, masv: Simulator
) -> None:
    masv.account.switches = Switches(token_lifetime=timedelta(minutes=5))
    package = masv.account.add_package(name="Day 12")
    found = seen(client, package)
    masv.account.advance(timedelta(minutes=6))
    masv.reset_journal()
    client.rename_package(found, "Day 13")
    assert masv.account.package(package).name == "Day 13"
    assert [entry.method for entry in masv.journal] == ["PUT", "GET", "PUT"]


def test_a_write_that_stays_refused_ends_with_masvs_words(client: Client, masv: Simulator) -> None:
    masv.account.switches = Switches(expiry_edits="locked")
    package = masv.account.add_package()
    with pytest.raises(RequestRefused) as caught:
        client.set_expiry(seen(client, package), FEB)
    assert str(caught.value) == (
        f"PUT /v1/packages/{package}/expiry answered 403: storage duration is locked for this "
        "team; an owner of the team can allow it in MASV's settings"
    )
    assert len(masv.writes) == 2


def test_a_write_to_a_package_that_has_vanished_keeps_the_refusal(
    client: Client, masv: Simulator
) -> None:
    package = masv.account.add_package()
    found = seen(client, package)
    masv.account.remove(package)
    for status in (401, 404):
        masv.faults.set("status", status=status, message="no such thing")
        with pytest.raises(RequestRefused, match=f"answered {status}: no such thing"):
            client.rename_package(found, "x")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ('{"message": "first"}', "first"),
        ('{"errors": [{"msg": "one"}, {"msg": "two"}, 3]}', "one; two"),
        ('{"error": "third"}', "third"),
        ("plain\n  text", "plain text"),
        ("[1]", "[1]"),
        ('{"password": "canary"}', "no reason given"),
        ('{"message": "bad key 01KEY\\/1 and opaque"}', "bad key … and opaque"),
        ('{"message": "\\u0030\\u0031KEY/1"}', "…"),
        ("[" * 100_000, "[" * 300),
        ("", "no reason given"),
        ("x" * 999, "x" * 300),
        ("\x1b[2Jred", "[2Jred"),
    ],
)
def test_a_reason_is_masvs_own_words_in_one_short_line(
    masv: Simulator, body: str, reason: str
) -> None:
    url = f"https://api.massive.app/v1.1/teams/{masv.team_id}/packages"
    with responses.RequestsMock() as mock:
        mock.get(url, status=400, body=body)
        client = connect(masv, baseUrl="https://api.massive.app", apiKey="01KEY/1")
        with pytest.raises(RequestRefused) as caught:
            client.list_packages(Query())
    assert str(caught.value).endswith(f"answered 400: {reason}")


def test_an_opaque_package_token_is_not_repeated_either(masv: Simulator) -> None:
    team = f"https://api.massive.app/v1.1/teams/{masv.team_id}/packages/01HP"
    with responses.RequestsMock() as mock:
        mock.get(team, json={"id": "01HP", "state": "new", "access_token": "opaque-token"})
        write = "https://api.massive.app/v1/packages/01HP"
        mock.put(write, status=400, json={"message": "no: opaque-token"})
        client = connect(masv, baseUrl="https://api.massive.app")
        with pytest.raises(RequestRefused, match=r"answered 400: no: …$"):
            client.rename_package(seen(client, "01HP"), "x")


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


@pytest.mark.parametrize("state", ["melted", None, 5])
@pytest.mark.parametrize("token", [None, "", 5, "a\nb", " a", "ü"])
def test_a_package_without_a_known_state_or_a_usable_token_is_read(
    masv: Simulator, state: Any, token: Any
) -> None:
    url = f"https://api.massive.app/v1.1/teams/{masv.team_id}/packages/01HP"
    with responses.RequestsMock() as mock:
        mock.get(url, json={"id": "01HP", "state": state, "access_token": token})
        found = seen(connect(masv, baseUrl="https://api.massive.app"), "01HP")
    assert found.token is None
    assert not found.package.is_known


def test_a_field_that_masv_need_not_send_may_be_anything(masv: Simulator) -> None:
    url = f"https://api.massive.app/v1.1/teams/{masv.team_id}/packages/01HP"
    odd = {
        "name": 5, "expiry": "soon", "unlimited_storage": "perhaps", "size": "", "total_files": -1,
        "sender": {}, "created_at": "0001-01-01T00:00:00+05:00", "updated_at": [],
        "custom_metadata_id": 5,
    }  # fmt: skip
    with responses.RequestsMock() as mock:
        mock.get(url, json={"id": "01HP", "state": "new", "access_token": "t", **odd})
        package = seen(connect(masv, baseUrl="https://api.massive.app"), "01HP").package
    assert {getattr(package, field) for field in odd} == {None}


def test_a_package_answered_under_another_id_is_not_taken_for_it(masv: Simulator) -> None:
    url = f"https://api.massive.app/v1.1/teams/{masv.team_id}/packages/01hp"
    with responses.RequestsMock() as mock:
        mock.get(url, json={"id": "01HP", "state": "new", "access_token": "t"})
        with pytest.raises(
            UnexpectedAnswer, match="answered with package 01HP: write its id like that"
        ):
            connect(masv, baseUrl="https://api.massive.app").get_package("01hp")


def test_a_write_answered_by_a_page_is_not_taken_for_done(client: Client, masv: Simulator) -> None:
    found = seen(client, masv.account.add_package())
    masv.faults.set("html", method="PUT")
    with pytest.raises(UnexpectedAnswer, match="answered 200 with a web page"):
        client.rename_package(found, "x")


@pytest.mark.parametrize("retry_after", ["9" * 40, "Mon, 02 Mar 99999999999 09:00:00 GMT"])
def test_a_header_out_of_this_world_is_no_crash(
    client: Client, masv: Simulator, pauses: list[float], retry_after: str
) -> None:
    package = masv.account.add_package()
    masv.faults.set("rate_limit", retry_after=retry_after)
    assert seen(client, package).package.id == package
    assert pauses in ([60.0], [0.4])


def test_a_certificate_that_is_not_trusted_is_not_tried_again(masv: Simulator) -> None:
    url = f"https://api.massive.app/v1.1/teams/{masv.team_id}/packages/01HP"
    with responses.RequestsMock() as mock:
        mock.get(url, body=requests.exceptions.SSLError("detail"))
        with pytest.raises(Unreachable, match="is not trusted"):
            connect(masv, baseUrl="https://api.massive.app").get_package("01HP")
        assert len(mock.calls) == 1


@pytest.mark.parametrize("date", [None, "yesterday", "Mon, 02 Mar 2026 09:00:00 -0000"])
def test_the_machines_clock_is_used_only_where_an_answer_has_no_date(
    masv: Simulator, date: str | None
) -> None:
    here = datetime(2030, 1, 1, tzinfo=timezone.utc)
    url = f"https://api.massive.app/v1.1/teams/{masv.team_id}/packages/01HP"
    settings = resolve({"masv:apiKey": "k", "masv:teamId": masv.team_id}, {})
    with responses.RequestsMock() as mock:
        headers = {"Date": date} if date else {}
        body = {"id": "01HP", "state": "new", "access_token": "t"}
        mock.get(url, json=body, headers=headers)
        found = seen(Client(settings, clock=lambda: here), "01HP")
    dated = date is not None and date.startswith("Mon")
    assert found.now == (datetime(2026, 3, 2, 9, tzinfo=timezone.utc) if dated else here)


def test_no_error_and_no_repr_tells_a_secret(masv: Simulator) -> None:
    client = connect(masv, maxRetries="0")
    package = masv.account.add_package(password=PASSWORD_CANARY)
    found = seen(client, package)
    token = found.token.get_secret_value()
    told = [repr(client), repr(found), str(found), repr(found.package.model_dump())]
    for message in (f"bad key {masv.api_key}", f"bad token {token}", "other eyJhbGci.x.y"):
        for act in (
            lambda: client.get_package(package),
            lambda: client.rename_package(found, "x"),
            lambda: client.list_packages(Query()),
        ):
            masv.faults.set("status", status=400, message=message)
            with pytest.raises(RequestRefused) as caught:
                act()
            told += [str(caught.value), repr(caught.value)]
    for canary in (KEY_CANARY, TOKEN_CANARY, PASSWORD_CANARY, "eyJhbGci"):
        assert canary not in "\n".join(told)


def test_a_password_of_netrc_and_a_proxy_for_loopback_are_not_used(
    masv: Simulator, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login a password b\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    url = f"http://127.0.0.1:1/v1.1/teams/{masv.team_id}/packages/01HP"
    with responses.RequestsMock() as mock:
        mock.get(url, json={"id": "01HP", "state": "new", "access_token": "t"})
        seen(connect(masv, baseUrl="http://127.0.0.1:1"), "01HP")
        request = mock.calls[0].request
        assert "Authorization" not in request.headers
        assert request.headers["Content-Type"] == "application/json"
        assert not request.req_kwargs["proxies"]  # type: ignore[attr-defined]
        assert request.req_kwargs["timeout"] == 30  # type: ignore[attr-defined]
        assert request.req_kwargs["verify"] is True  # type: ignore[attr-defined]


def test_no_more_requests_are_in_flight_than_allowed(masv: Simulator) -> None:
    most, now, lock = 0, 0, threading.Lock()

    def answer(_: Any) -> tuple[int, dict[str, str], str]:
        nonlocal most, now
        with lock:
            now += 1
            most = max(most, now)
        barrier.wait()
        with lock:
            now -= 1
        return 200, {}, '{"id": "01HP", "state": "new", "access_token": "t"}'

    barrier = threading.Barrier(2)
    client = connect(masv, baseUrl="https://api.massive.app", concurrency="2")
    url = f"https://api.massive.app/v1.1/teams/{masv.team_id}/packages/01HP"
    with responses.RequestsMock() as mock:
        mock.add_callback(responses.GET, url, callback=answer)
        threads = [threading.Thread(target=client.get_package, args=("01HP",)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert most == 2
