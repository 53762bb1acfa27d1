"""No error, no reason and no repr of the client tells a secret."""

from typing import Any

import pytest
import responses

from pulumi_masv.errors import RequestRefused
from pulumi_masv.models import Query
from pulumi_masv.simulator import KEY_CANARY, PASSWORD_CANARY, TOKEN_CANARY, Simulator
from tests.client.conftest import connect, observed


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
            client.rename_package(observed(client, "01HP"), "x")


def test_no_error_and_no_repr_tells_a_secret(masv: Simulator) -> None:
    client = connect(masv, maxRetries="0")
    package = masv.account.add_package(password=PASSWORD_CANARY)
    found = observed(client, package)
    assert found.token
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
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name)
    url = f"http://127.0.0.1:1/v1.1/teams/{masv.team_id}/packages/01HP"
    with responses.RequestsMock() as mock:
        mock.get(url, json={"id": "01HP", "state": "new", "access_token": "t"})
        observed(connect(masv, baseUrl="http://127.0.0.1:1"), "01HP")
        request = mock.calls[0].request
        assert "Authorization" not in request.headers
        assert request.headers["Content-Type"] == "application/json"
        assert not request.req_kwargs["proxies"]  # type: ignore[attr-defined]
        assert request.req_kwargs["timeout"] == 30  # type: ignore[attr-defined]
        assert request.req_kwargs["verify"] is True  # type: ignore[attr-defined]
