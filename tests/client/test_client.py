"""Each endpoint is one request, with the right credential, and its answer is read once."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
import responses

from pulumi_masv.client import Client
from pulumi_masv.errors import CredentialRefused, PackageNotFound, SettingsError
from pulumi_masv.models import Observed
from pulumi_masv.settings import resolve
from pulumi_masv.simulator import TOKEN_CANARY, Simulator, Switches
from tests.client.conftest import connect, observed

FEB = datetime(2027, 2, 28, tzinfo=timezone.utc)


def sent(masv: Simulator) -> list[tuple[str, str, str | None]]:
    return [(entry.method, entry.path, entry.credential) for entry in masv.journal]


def test_a_package_is_read_with_token_and_date_of_answer(client: Client, masv: Simulator) -> None:
    package = masv.account.add_package(name="Day 12", size=5)
    found = observed(client, package)
    assert (found.package.name, found.package.size) == ("Day 12", 5)
    assert found.token
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
def test_a_write_is_sent_with_the_packages_token_alone(
    client: Client,
    masv: Simulator,
    write: Callable[[Client, Observed], None],
    method: str,
    path: str,
) -> None:
    package = masv.account.add_package(name="Day 12")
    found = observed(client, package)
    masv.reset_journal()
    write(client, found)
    assert sent(masv) == [(method, f"/v1/packages/{package}{path}", "token")]


def test_a_tombstone_is_archived_and_unarchived(client: Client, masv: Simulator) -> None:
    package = masv.account.add_package(state="expired")
    found = observed(client, package)
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


def test_a_received_package_is_found_though_not_served_singly(
    client: Client, masv: Simulator
) -> None:
    masv.account.switches = Switches(inbox_read="missing")
    package = masv.account.add_package(received=True)
    assert observed(client, package).package.id == package
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
    assert "the key came from the stack configuration or a Provider (masv:apiKey)" in str(
        caught.value
    )
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


@pytest.mark.parametrize("state", ["melted", None, 5])
@pytest.mark.parametrize("token", [None, "", 5, "a\nb", " a", "ü"])
def test_a_package_without_a_known_state_or_a_usable_token_is_read(
    masv: Simulator, state: Any, token: Any
) -> None:
    url = f"https://api.massive.app/v1.1/teams/{masv.team_id}/packages/01HP"
    with responses.RequestsMock() as mock:
        mock.get(url, json={"id": "01HP", "state": state, "access_token": token})
        found = observed(connect(masv, baseUrl="https://api.massive.app"), "01HP")
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
        package = observed(connect(masv, baseUrl="https://api.massive.app"), "01HP").package
    assert {getattr(package, field) for field in odd} == {None}


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
        found = observed(Client(settings, clock=lambda: here), "01HP")
    dated = date is not None and date.startswith("Mon")
    assert found.now == (datetime(2026, 3, 2, 9, tzinfo=timezone.utc) if dated else here)


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
