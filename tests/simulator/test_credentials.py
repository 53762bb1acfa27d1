"""Each route takes its own credential and no other."""

from datetime import timedelta
from typing import Any

import pytest
import requests

from pulumi_masv.simulator import KEY_CANARY, PASSWORD_CANARY, TOKEN_CANARY
from tests.simulator.conftest import Asker

TEAM = "01TEAM00000000000000000001"
TEAM_ROUTES = [
    ("GET", f"/v1.1/teams/{TEAM}/packages"),
    ("GET", f"/v1.1/teams/{TEAM}/inbox"),
    ("GET", f"/v1.1/teams/{TEAM}/packages/{{id}}"),
    ("GET", "/v1/teams"),
    ("PUT", f"/v1/teams/{TEAM}/archive"),
    ("PUT", f"/v1/teams/{TEAM}/unarchive"),
    ("PUT", f"/v1/teams/{TEAM}/inbox/archive"),
    ("PUT", f"/v1/teams/{TEAM}/inbox/unarchive"),
]
PACKAGE_ROUTES = [
    ("PUT", "/v1/packages/{id}"),
    ("PUT", "/v1/packages/{id}/expiry"),
    ("DELETE", "/v1/packages/{id}"),
    ("PUT", "/v1/packages/{id}/archive"),
    ("PUT", "/v1/packages/{id}/unarchive"),
]


@pytest.fixture
def one(ask: Asker) -> Any:
    ask.id = ask.masv.account.add_package()
    ask.token = ask.read(ask.id).json()["access_token"]
    return ask


def send(one: Asker, method: str, path: str, **headers: Any) -> Any:
    names = {"key": "X-API-KEY", "token": "X-Package-Token"}
    sent = {names[name]: value for name, value in headers.items()}
    return one(method, path.format(id=one.id), headers=sent, json={}).status_code


@pytest.mark.parametrize(("method", "path"), TEAM_ROUTES)
def test_a_team_route_takes_the_api_key_and_nothing_else(
    one: Asker, method: Any, path: Any
) -> None:
    assert send(one, method, path) == 401
    assert send(one, method, path, key="wrong") == 401
    assert send(one, method, path, token=one.token) == 401
    assert send(one, method, path, key=one.masv.api_key, token=one.token) == 401
    assert send(one, method, path, key=one.masv.api_key) in (200, 400)


@pytest.mark.parametrize(("method", "path"), PACKAGE_ROUTES)
def test_a_package_route_takes_the_package_s_token_and_nothing_else(
    one: Asker, method: Any, path: Any
) -> None:
    assert send(one, method, path) == 401
    assert send(one, method, path, key=one.masv.api_key) == 401
    assert send(one, method, path, token=one.masv.api_key) == 401
    assert send(one, method, path, key=one.masv.api_key, token=one.token) == 401
    assert one.masv.account.package(one.id).state == "finalized"
    assert send(one, method, path, token=one.token) in (204, 400, 409)


def test_the_key_of_another_team_is_forbidden(one: Asker) -> None:
    one.masv.account.teams["01TEAM00000000000000000002"] = "other-key"
    assert send(one, "GET", f"/v1.1/teams/{TEAM}/packages", key="other-key") == 403


def test_a_package_of_another_team_is_not_found(ask: Asker) -> None:
    ask.masv.account.teams["01TEAM00000000000000000002"] = "other-key"
    other = ask.masv.account.add_package(team_id="01TEAM00000000000000000002")
    assert ask.read(other).status_code == 404


def test_the_token_of_another_package_is_forbidden(one: Asker) -> None:
    other = one.masv.account.add_package()
    answer = one("DELETE", f"/v1/packages/{other}", headers={"X-Package-Token": one.token})
    assert answer.status_code == 403
    assert one.masv.account.losses == ()


def test_a_token_of_a_package_that_is_gone_finds_nothing(one: Asker) -> None:
    one.masv.account.remove(one.id)
    assert send(one, "DELETE", "/v1/packages/{id}", token=one.token) == 404


def test_a_rotated_key_is_refused_at_once(one: Asker) -> None:
    old = one.masv.api_key
    one.masv.account.teams[TEAM] = "new-key"
    assert send(one, "GET", f"/v1.1/teams/{TEAM}/packages", key=old) == 401
    assert send(one, "GET", f"/v1.1/teams/{TEAM}/packages", key="new-key") == 200


def test_every_listing_and_read_hands_out_a_fresh_token(one: Asker) -> None:
    tokens = [one.token, one.read(one.id).json()["access_token"]]
    tokens += [one.listed().json()["records"][0]["access_token"] for _ in range(2)]
    tokens.append(one.package("PUT", one.id, json={"name": "x"}).json()["access_token"])
    assert len(set(tokens)) == 5


def test_all_tokens_of_a_package_stay_valid_by_default(one: Asker) -> None:
    one.read(one.id)
    one.masv.account.advance(timedelta(days=9))
    assert [send(one, "PUT", "/v1/packages/{id}", token=one.token) for _ in range(3)] == [400] * 3


def test_a_token_can_have_a_lifetime_on_the_account_s_clock(one: Asker) -> None:
    one.masv.switch(token_lifetime=timedelta(minutes=5))
    one.masv.account.advance(timedelta(minutes=5))
    assert send(one, "PUT", "/v1/packages/{id}", token=one.token) == 400
    one.masv.account.advance(timedelta(milliseconds=1))
    assert send(one, "PUT", "/v1/packages/{id}", token=one.token) == 401
    assert one.package("DELETE", one.id).status_code == 204


def test_a_token_can_be_used_up(one: Asker) -> None:
    one.masv.switch(token_uses=2)
    uses = [send(one, "PUT", "/v1/packages/{id}", token=one.token) for _ in range(3)]
    assert uses == [400, 400, 401]


@pytest.mark.parametrize("forged", ["", "eyJ", "x" * 9999, "٣"])
def test_a_token_nobody_made_is_refused(one: Asker, forged: Any) -> None:
    sent = forged.encode()
    url = f"{one.masv.url}/v1/packages/{one.id}"
    assert requests.delete(url, headers={"X-Package-Token": sent}, timeout=5).status_code == 401


def test_each_secret_holds_a_word_that_can_be_searched_for(one: Asker) -> None:
    shown = one.read(one.id).json()
    assert KEY_CANARY in one.masv.api_key
    assert TOKEN_CANARY in shown["access_token"]
    assert PASSWORD_CANARY in shown["password"]


def test_the_journal_names_the_kind_of_a_credential_and_never_the_secret(one: Asker) -> None:
    one.masv.reset_journal()
    send(one, "GET", "/nowhere")
    send(one, "GET", "/nowhere", key=one.masv.api_key)
    send(one, "GET", "/nowhere", token=one.token)
    send(one, "GET", "/nowhere", key=one.masv.api_key, token=one.token)
    assert [entry.credential for entry in one.masv.journal] == [None, "key", "token", "both"]
    assert one.masv.api_key not in repr(one.masv.journal)
    assert one.token not in repr(one.masv.journal)
