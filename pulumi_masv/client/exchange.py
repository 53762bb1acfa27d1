"""One request goes out and its answer comes in, by requests: bounded, and as one line if it fails.

requests' own exceptions do not leave this file.
"""

import os
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Final

import requests
from requests import exceptions as failures
from urllib3.exceptions import HTTPError

from pulumi_masv._version import __version__
from pulumi_masv.client.answers import CHECK_URL, Again, Answer, Request, clean, http_date
from pulumi_masv.client.watch import WATCHDOG, WatchedAdapter
from pulumi_masv.errors import UnexpectedAnswer, Unreachable
from pulumi_masv.settings import Settings
from pulumi_masv.sources import is_loopback

MAX_ANSWER: Final = 32 * 1024 * 1024  # bytes; a page of 50 packages is far below
_BUNDLES: Final = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")  # as requests asks for them


class Exchanger:
    """Exchanges requests for answers, by a connection of each thread's own.

    Args:
        settings: address and timeout.
        clock: the UTC instant, used only where an answer has no `Date`.
    """

    def __init__(self, settings: Settings, clock: Callable[[], datetime]) -> None:
        self._address = settings.base_url
        self._timeout = settings.timeout
        self._clock = clock
        self._local = threading.local()

    def exchange(self, request: Request) -> Answer:
        """Send a request once, and return what is answered.

        Raises:
            Again: none came; another attempt may bring one.
            Unreachable: none can come.
            UnexpectedAnswer: it is too large.
        """
        secrets = {name: secret.get_secret_value() for name, secret in request.credential.items()}
        # Not by the session's own `request`, which merges four settings every time.
        prepared = requests.PreparedRequest()
        with WATCHDOG.attempt(self._timeout) as attempt:
            try:
                session, given = self._connection()
                prepared.prepare(
                    method=request.method,
                    url=self._address + request.route,
                    params=request.query,
                    json=request.body,
                    headers={**session.headers, **secrets},
                    cookies=session.cookies,  # a balancer may keep a thread at one server by these
                )
                with session.send(
                    prepared, timeout=self._timeout, allow_redirects=False, **given
                ) as response:
                    body = _bounded_body(request, response)
                if attempt.is_overdue:
                    raise requests.Timeout
            except (requests.RequestException, HTTPError, UnicodeError, OSError) as error:
                raise self._failed(request, error, attempt.is_overdue) from None
            except ValueError as error:  # as TLS says of a socket that was shut down under it
                if not attempt.is_overdue:
                    raise
                raise self._failed(request, error, True) from None
        now = http_date(response.headers.get("Date")) or self._clock()
        return Answer(request, response.status_code, response.headers, body, now)

    def _failed(self, request: Request, error: Exception, is_overdue: bool) -> Exception:
        address = self._address
        late = is_overdue or isinstance(error, requests.Timeout)
        if not late and isinstance(error, failures.SSLError):
            line = f"{request}: the certificate of {address} is not trusted{_bundle()}: {CHECK_URL}"
            return Unreachable(line)
        if not late and isinstance(error, ValueError):
            # What it says may hold a header, or a proxy's password.
            return Unreachable(
                f"{request} cannot be sent: {address}, or a proxy that HTTPS_PROXY names, is not "
                f"an address: check masv:baseUrl (or MASV_BASE_URL) and that variable"
            )
        if not late and not isinstance(error, (requests.RequestException, HTTPError)):
            line = f"{request} cannot be sent to {address}{_bundle()}: {clean(str(error))}"
            return Unreachable(f"{line}: fix that, then run again")
        how = f"no answer within {self._timeout:g} s" if late else "no answer"
        return Again(Unreachable(f"{request}: {how} from {address}: {CHECK_URL}, then run again"))

    def _connection(self) -> tuple[requests.Session, dict[str, Any]]:
        """Return this thread's session, and what the environment says of proxies and certificates.

        The latter is asked once, since it is the same for all requests to one address.
        """
        if not hasattr(self._local, "connection"):
            session = _Session()
            session.mount("https://", WatchedAdapter())
            session.mount("http://", WatchedAdapter())
            session.headers["Content-Type"] = "application/json"
            session.headers["User-Agent"] = f"pulumi_masv/{__version__}"
            # A proxy of the environment cannot reach this machine's own addresses.
            session.trust_env = not is_loopback(self._address)
            given = session.merge_environment_settings(self._address, {}, True, None, None)
            self._local.connection = session, given
        connection: tuple[requests.Session, dict[str, Any]] = self._local.connection
        return connection


class _Session(requests.Session):
    def resolve_redirects(self, *_args: Any, **_kwargs: Any) -> Iterator[Any]:
        """Return no next request: to tell one, requests would read an answer whole, and a place."""
        return iter(())


def _bounded_body(request: Request, response: requests.Response) -> bytes:
    if "," in response.headers.get("Content-Encoding", ""):
        # What is packed twice unpacks to more than any bound on what comes out can stop in time.
        raise UnexpectedAnswer(f"{request} answered with what is packed twice: {CHECK_URL}")
    body = bytearray()
    for chunk in response.iter_content(65536):
        body += chunk
        if len(body) > MAX_ANSWER:
            raise UnexpectedAnswer(
                f"{request} answered with more than {MAX_ANSWER >> 20} MiB: {CHECK_URL}"
            )
    return bytes(body)


def _bundle() -> str:
    """Return which variable says what certificates are trusted, where one does."""
    named = next((name for name in _BUNDLES if os.environ.get(name)), None)
    return f", with the certificates that {named} names" if named else ""
