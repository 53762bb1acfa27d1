"""How one request is sent: bounded, repeated by permission, its failure one line without secrets.

Every request may be repeated, since each leaves the account as doing it once does. requests'
own exceptions do not leave this file.
"""

import os
import random
import threading
import time
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from datetime import datetime, timezone
from typing import Final

import requests
import tenacity
from requests import exceptions as failures
from urllib3.exceptions import HTTPError

from pulumi_masv._version import __version__
from pulumi_masv.client.answers import CHECK_URL, Answer, Request, clean, http_date
from pulumi_masv.client.gate import Gate
from pulumi_masv.client.recorder import Record, from_environment
from pulumi_masv.client.watch import WATCHDOG, WatchedAdapter
from pulumi_masv.errors import (
    Intercepted,
    MasvError,
    RateLimited,
    RequestRefused,
    ServerFailed,
    UnexpectedAnswer,
    Unreachable,
)
from pulumi_masv.models import is_secret
from pulumi_masv.settings import Settings
from pulumi_masv.sources import is_loopback

MAX_ANSWER: Final = 32 * 1024 * 1024  # bytes; a page of 50 packages is far below
_PAUSE_BUDGET: Final = 180.0  # seconds of pauses that one request may cost
_BUNDLES: Final = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")  # as requests asks for them


class _Again(Exception):
    """An attempt that may be repeated, with the error to end on and the pause asked for."""

    def __init__(self, error: MasvError, pause: float | None = None) -> None:
        self.error = error
        self.pause = pause


class Transport:
    """Sends requests, from any number of threads.

    Args:
        settings: address, timeout, retries and how many may ever be in flight.
        sleep: waits that many seconds.
        jitter: a number between 0 and 1, for pauses.
        clock: the UTC instant, used only where an answer has no `Date`.
        stopwatch: seconds that only ever grow.
        wait: waits on a condition for that many seconds at most.
        cancelled: tells that nobody learns any more of what would still be done.
        record: takes each answer, whatever becomes of it.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
        clock: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
        stopwatch: Callable[[], float] = time.monotonic,
        wait: Callable[[threading.Condition, float], object] = threading.Condition.wait,
        cancelled: Callable[[], bool] = lambda: False,
        record: Record | None = None,
    ) -> None:
        self._record = record or from_environment(os.environ)
        self._settings = settings
        self._jitter = jitter
        self._clock = clock
        self.requests = 0
        self.withheld: AbstractSet[str] = frozenset()
        self._counting = threading.Lock()
        self._local = threading.local()
        self._gate = Gate(
            settings.concurrency, cancelled=cancelled, sleep=sleep, stopwatch=stopwatch, wait=wait
        )
        self._retrying = tenacity.Retrying(
            stop=lambda state: (
                state.attempt_number > settings.max_retries or state.idle_for > _PAUSE_BUDGET
            ),
            wait=self._pause,
            retry=tenacity.retry_if_exception_type(_Again),
            sleep=self._gate.rest,
            reraise=True,
        )

    def send(self, request: Request) -> Answer:
        """Send until there is an answer, within the retries, and give it if it is a success.

        Raises:
            Unreachable: no answer came.
            RequestRefused: MASV says no; RateLimited and ServerFailed where that may pass.
            Intercepted: a web page came, so MASV did not answer.
            UnexpectedAnswer: a redirect, or an answer that is too large.
        """
        with self._gate.request():
            try:
                return self._retrying.copy()(self._attempt, request)
            except _Again as again:
                if not isinstance(again.error, RateLimited):
                    raise again.error from None
                verdict = self._gate.give_up(str(again.error), again.pause)
                raise RateLimited(verdict, status=429) from None

    def _attempt(self, request: Request) -> Answer:
        verdict = None
        with self._gate.attempt() as started:
            answer = self._exchange(request)
            # Said before the place is free, so that nobody slips in ahead of a pause.
            if answer.status == 429:
                verdict = self._gate.refused(started, answer.retry_after())
            elif answer.status == 503:
                self._gate.pause(answer.retry_after())
            elif answer.status < 500:
                self._gate.answered(started)
        if verdict is not None:
            raise RateLimited(verdict, status=429)
        if 300 <= answer.status < 400:
            raise UnexpectedAnswer(
                f"{request} answered {answer.status}, a redirect, which is not followed since it "
                f"would pass the key on: {CHECK_URL}"
            )
        passes = answer.status == 429 or answer.status >= 500
        if answer.is_page and not passes:
            raise Intercepted(
                f"{request} answered {answer.status} with a web page, so a firewall or proxy "
                f"answered, not MASV: let requests to {self._settings.base_url} through, "
                f"or check masv:baseUrl (or MASV_BASE_URL)"
            )
        if answer.status < 300:
            return answer
        key = self._settings.api_key
        secrets = [*request.credential.values(), *([] if key is None else [key])]
        withheld = not self.withheld.isdisjoint(request.route.split("/")) or any(
            map(is_secret, (request.body or {}).values())
        )
        told = "MASV's words may contain a secret" if withheld else answer.reason(secrets)
        line = f"{request} answered {answer.status}: {told}"
        if answer.status == 429:
            still = (
                f"{line}; still so after {self._settings.max_retries} retries: run again later, "
                f"or lower masv:concurrency (or MASV_CONCURRENCY)"
            )
            raise _Again(RateLimited(still, status=429), answer.retry_after())
        if answer.status >= 500:
            failed = ServerFailed(f"{line}; run again later", status=answer.status)
            raise _Again(failed, answer.retry_after())
        raise RequestRefused(line, status=answer.status)

    def _exchange(self, request: Request) -> Answer:
        with self._counting:
            self.requests += 1
        address, timeout = self._settings.base_url, self._settings.timeout
        secrets = {name: secret.get_secret_value() for name, secret in request.credential.items()}
        with WATCHDOG.attempt(timeout) as attempt:
            try:
                with self._session().request(
                    request.method,
                    address + request.route,
                    params=request.query,
                    json=request.body,
                    headers=secrets,
                    timeout=timeout,
                    allow_redirects=False,
                    stream=True,
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
        answer = Answer(request, response.status_code, response.headers, body, now)
        self._record(answer)
        return answer

    def _failed(self, request: Request, error: Exception, is_overdue: bool) -> Exception:
        address, timeout = self._settings.base_url, self._settings.timeout
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
        how = f"no answer within {timeout:g} s" if late else "no answer"
        return _Again(Unreachable(f"{request}: {how} from {address}: {CHECK_URL}, then run again"))

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            session = requests.Session()
            session.mount("https://", WatchedAdapter())
            session.mount("http://", WatchedAdapter())
            session.headers["Content-Type"] = "application/json"
            session.headers["User-Agent"] = f"pulumi_masv/{__version__}"
            # Without an auth of its own, requests would add a password found in ~/.netrc.
            session.auth = lambda request: request
            # A proxy of the environment cannot reach this machine's own addresses.
            session.trust_env = not is_loopback(self._settings.base_url)
            self._local.session = session
        return session

    def _pause(self, state: tenacity.RetryCallState) -> float:
        again = state.outcome.exception() if state.outcome else None
        if isinstance(again, _Again) and again.pause is not None:
            return again.pause
        longest = min(0.2 * float(2**state.attempt_number), 10.0)
        return longest * (0.5 + self._jitter() / 2)


def _bounded_body(request: Request, response: requests.Response) -> bytes:
    body = bytearray()
    for chunk in response.iter_content(65536):
        body += chunk
        if len(body) > MAX_ANSWER:
            raise UnexpectedAnswer(
                f"{request} answered with more than {MAX_ANSWER >> 20} MiB: {CHECK_URL}"
            )
    return bytes(body)


def _bundle() -> str:
    """Which variable says what certificates are trusted, where one does."""
    named = next((name for name in _BUNDLES if os.environ.get(name)), None)
    return f", with the certificates that {named} names" if named else ""
