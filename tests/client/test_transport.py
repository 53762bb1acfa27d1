"""What comes instead of MASV's answer: a page, nothing, bytes without end; each one line."""

import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
import responses

from pulumi_masv.client import Client
from pulumi_masv.client.answers import Again, Request
from pulumi_masv.client.exchange import Exchanger
from pulumi_masv.errors import (
    Intercepted,
    MasvError,
    RateLimited,
    RequestRefused,
    ServerFailed,
    UnexpectedAnswer,
    Unreachable,
)
from pulumi_masv.models import Query
from pulumi_masv.settings import resolve

MASV = "https://api.massive.app"
ONE = f"{MASV}/v1.1/teams/01TEAM/packages/01HP"
LISTING = f"{MASV}/v1.1/teams/01TEAM/packages"
PAGE = "<!DOCTYPE html><title>Blocked</title>"


def connect(url: str = MASV, **settings: Any) -> Client:
    given = {"baseUrl": url, "apiKey": "canary", "teamId": "01TEAM", **settings}
    names = {f"masv:{key}": str(value) for key, value in given.items()}
    return Client(resolve(names, {}), sleep=lambda _: None)


@pytest.mark.parametrize("status", [200, 202, 400, 401, 403, 404, 451])
@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (PAGE, "text/html; charset=utf-8"),
        ("<p>Access denied", "Text/HTML"),
        ("\n <HTML><body>", "application/json"),
        ("\ufeff<!doctype html>", "text/plain"),
    ],
)
def test_a_web_page_is_a_proxys_word_and_blames_no_key(status: int, body: str, kind: str) -> None:
    with responses.RequestsMock() as mock:
        mock.get(LISTING, status=status, body=body, content_type=kind)
        with pytest.raises(Intercepted) as caught:
            connect().get_page(Query())
        assert len(mock.calls) == 1
    assert str(caught.value).startswith(
        f"GET /v1.1/teams/01TEAM/packages answered {status} with a web page, so a firewall or "
        f"proxy answered, not MASV: let requests to {MASV} through"
    )


@pytest.mark.parametrize("status", [403, 404])
def test_a_refusal_that_says_it_is_a_web_page_is_one(status: int) -> None:
    with responses.RequestsMock() as mock:
        mock.get(LISTING, status=status, body="Access denied", content_type="text/html")
        with pytest.raises(Intercepted):
            connect().get_page(Query())


@pytest.mark.parametrize("status", [404, 403])
def test_an_empty_refusal_that_says_it_is_a_web_page_is_one(status: int) -> None:
    with responses.RequestsMock() as mock:
        mock.get(LISTING, status=status, body="", content_type="text/html")
        with pytest.raises(Intercepted):
            connect().get_page(Query())


@pytest.mark.parametrize(("status", "error"), [(429, RateLimited), (503, ServerFailed)])
def test_a_web_page_that_may_pass_is_tried_again_and_never_shown(
    status: int, error: type[MasvError]
) -> None:
    with responses.RequestsMock() as mock:
        mock.get(LISTING, status=status, body=PAGE, content_type="text/html")
        with pytest.raises(error, match="a web page, so a firewall or proxy answered") as caught:
            connect(maxRetries=2).get_page(Query())
        assert len(mock.calls) == 3
    assert "<" not in str(caught.value)


def test_json_that_is_labelled_as_a_page_is_an_answer() -> None:
    with responses.RequestsMock() as mock:
        mock.get(ONE, body='{"id": "01HP", "state": "new"}', content_type="text/html")
        assert connect().get_package("01HP") is not None


@pytest.mark.parametrize("total", ["1e400", "NaN", "-1", "1e999", "2.5", "1" * 5000, "null", "{}"])
def test_a_total_that_is_no_number_of_packages_is_one_line(total: str) -> None:
    with responses.RequestsMock() as mock:
        mock.get(LISTING, body=f'{{"metadata": {{"total": {total}}}, "records": []}}')
        with pytest.raises(UnexpectedAnswer, match="answer") as caught:
            connect().list_packages(Query())
    assert "\n" not in str(caught.value)


def test_numbers_and_texts_that_nobody_can_hold_are_unknown() -> None:
    odd = (
        '{"id": "01HP", "state": "new", "access_token": "t", "size": 1e400, "total_files": 1e999,'
        ' "access_limit": NaN, "name": "\\ud83d", "description": "\\udc00x", "sender": "\\ud800",'
        ' "tag": {"id": "\\ud800"}, "created_at": 1e400}'
    )
    with responses.RequestsMock() as mock:
        mock.get(ONE, body=odd)
        found = connect().get_package("01HP")
    assert found is not None
    told = found.package.model_dump(exclude_none=True)
    assert told == {"id": "01HP", "state": "new"}


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_certificates_that_are_not_there_are_one_line_that_names_the_variable(
    monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.setenv(variable, "/nowhere/bundle.pem")
    with pytest.raises(Unreachable, match=f"certificates that {variable} names.*/nowhere") as told:
        connect("https://masv.invalid").get_package("01HP")
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    "url", ["https://a..b", "https://" + "a" * 64 + ".example", "https://ü..x"]
)
def test_a_host_that_cannot_be_asked_for_is_one_line(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(Unreachable, match=r"is not an address: check masv:baseUrl"):
        connect(url).get_package("01HP")


def test_a_proxy_that_is_no_address_is_one_line_without_its_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://user:canary@")
    with pytest.raises(Unreachable, match="HTTPS_PROXY") as caught:
        connect("https://masv.invalid").get_package("01HP")
    assert "canary" not in str(caught.value)


# An answer that comes byte by byte.

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n"


@contextmanager
def dripping(
    start: bytes, wrap: Callable[[socket.socket], socket.socket] = lambda s: s
) -> Iterator[int]:
    """A server that answers a start at once and then a byte every 20 ms; its port."""
    stopped = threading.Event()
    server = socket.create_server(("127.0.0.1", 0))

    def serve(raw: socket.socket) -> None:
        try:
            with wrap(raw) as peer:
                peer.recv(65536)
                peer.sendall(start)
                while not stopped.wait(0.02):
                    peer.sendall(b"x")
        except OSError:
            pass

    def accept() -> None:
        while not stopped.is_set():
            try:
                peer, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(peer,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield server.getsockname()[1]
    finally:
        stopped.set()
        server.close()


@pytest.mark.parametrize(
    "start",
    [b"", b"HTTP/1.1 200 OK\r\nX-Slow: ", HEAD, HEAD.replace(b"Content-Length: 9999\r\n", b"")],
    ids=["nothing", "headers", "a body of a length", "a body without end"],
)
@pytest.mark.timeout(60)  # it drips for ever
def test_an_answer_byte_by_byte_ends_with_its_time(start: bytes) -> None:
    with dripping(start) as port, pytest.raises(Unreachable, match=r"no answer within 0\.5 s"):
        connect(f"http://127.0.0.1:{port}", timeout=0.5, maxRetries=1).get_package("01HP")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl to make a certificate")
def test_an_encrypted_answer_byte_by_byte_ends_with_its_time(
    tmp_path: Path,
) -> None:
    key, chain = tmp_path / "key.pem", tmp_path / "chain.pem"
    made = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
    more = ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(chain)]
    subprocess.run([*made.split(), *more], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    with dripping(HEAD, lambda raw: context.wrap_socket(raw, server_side=True)) as port:
        settings = resolve({"masv:baseUrl": f"https://localhost:{port}", "masv:timeout": "0.5"}, {})
        exchanger = Exchanger(settings, lambda: datetime.now(timezone.utc))
        exchanger._connection()[1]["verify"] = str(chain)
        with pytest.raises(Again, match=r"no answer within 0\.5 s"):
            exchanger.exchange(Request("GET", "/v1/packages/01HP", {}))


def test_a_handshake_that_does_not_end_ends_with_its_time() -> None:
    late = pytest.raises(Unreachable, match=r"no answer within 0\.5 s")
    with dripping(b"\x16\x03\x03\x0f\xff") as port, late:
        connect(f"https://127.0.0.1:{port}", timeout=0.5, maxRetries=0).get_package("01HP")


def test_a_connection_is_used_again_after_answers_in_time() -> None:
    answer = b'{"id": "01HP", "state": "new"}'
    accepted = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            peer, _ = server.accept()
            accepted.append(peer)
            with peer:
                for _ in range(3):
                    peer.recv(65536)
                    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(answer)
                    peer.sendall(head + answer)

        thread = threading.Thread(target=serve)
        thread.start()
        client = connect(f"http://127.0.0.1:{server.getsockname()[1]}", timeout=5, maxRetries=0)
        for _ in range(3):
            assert client.get_package("01HP") is not None
        thread.join(5)
    assert len(accepted) == 1


def test_a_cookie_that_masv_sets_goes_with_the_next_request() -> None:
    with responses.RequestsMock() as mock:
        shown = {"id": "01HP", "state": "finalized"}
        mock.get(ONE, json=shown, headers={"Set-Cookie": "server=7; Path=/"})
        client = connect()
        client.get_package("01HP")
        client.get_package("01HP")
        assert [call.request.headers.get("Cookie") for call in mock.calls] == [None, "server=7"]


@pytest.mark.parametrize("place", ["http://[::x/", "http://a:b@", "//", "\u00ff"])
def test_a_redirect_to_no_address_is_refused_as_any_redirect(place: str) -> None:
    with responses.RequestsMock() as mock:
        mock.get(ONE, status=302, headers={"Location": place})
        with pytest.raises(UnexpectedAnswer, match="answered 302, a redirect"):
            connect().get_package("01HP")


def test_a_refusal_says_its_message_and_each_reason_once() -> None:
    body = {
        "code": 400,
        "message": "validation failed",
        "errors": [
            {"code": "1", "msg": "expiry is in the past", "type": "validation_failed"},
            {"code": "2", "msg": "validation failed"},
            {"code": "3", "msg": "expiry is in the past"},
        ],
    }
    with responses.RequestsMock() as mock:
        mock.get(LISTING, status=422, json=body)
        with pytest.raises(RequestRefused) as caught:
            connect().list_packages(Query())
    assert str(caught.value).endswith("answered 422: validation failed; expiry is in the past")


def test_an_answer_through_a_proxy_ends_with_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    with dripping(b"") as port:
        for name in ("HTTPS_PROXY", "https_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{port}")
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        with pytest.raises(Unreachable, match=r"no answer within 0\.5 s"):
            connect("https://masv.invalid", timeout=0.5, maxRetries=0).get_package("01HP")
