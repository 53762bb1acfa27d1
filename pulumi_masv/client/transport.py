"""How one request is sent: bounded, repeated by permission, its failure one line without secrets.

Every request may be repeated, since each leaves the account as doing it once does. requests'
own exceptions do not leave this file.
"""

import json
import random
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any, Final

import requests
import tenacity
from pydantic import SecretStr

from pulumi_masv._version import __version__
from pulumi_masv.client.gate import LONGEST_PAUSE, Gate
from pulumi_masv.errors import (
    MasvError,
    RateLimited,
    RequestRefused,
    ServerFailed,
    UnexpectedAnswer,
    Unreachable,
)
from pulumi_masv.settings import Settings
from pulumi_masv.sources import is_loopback

MAX_ANSWER: Final = 32 * 1024 * 1024  # bytes; a page of 50 packages is far below
_PAUSE_BUDGET: Final = 180.0  # seconds of pauses that one request may cost
_TOKEN: Final = re.compile(r"eyJ[\w-]+(\.[\w-]*)*")
_CHECK_URL: Final = "check the network and masv:baseUrl (or MASV_BASE_URL)"


@dataclass(frozen=True)
class Request:
    """One request; its credential never becomes part of a message."""

    method: str
    route: str
    credential: Mapping[str, SecretStr]
    query: Mapping[str, str] | None = None
    body: Mapping[str, Any] | None = None

    def __str__(self) -> str:
        return f"{self.method} {self.route}"


@dataclass(frozen=True)
class Answer:
    """A success: its body in bytes, and the UTC instant of its `Date`."""

    request: Request
    status: int
    headers: Mapping[str, str]
    body: bytes
    now: datetime

    def json(self) -> Any:
        """The body as JSON.

        Raises:
            UnexpectedAnswer: it is none, so something other than MASV answered.
        """
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise UnexpectedAnswer(
                f"{self.request} answered {self.status} without JSON: something other than MASV "
                f"speaks there: {_CHECK_URL}"
            ) from None


class _Again(Exception):
    """An attempt that may be repeated, with the error to end on and the pause asked for."""

    def __init__(self, error: MasvError, pause: float | None = None) -> None:
        self.error = error
        self.pause = pause


class Transport:
    """Sends requests, from any number of threads.

    Args:
        settings: address, timeout, retries and how many may be in flight.
        sleep: waits that many seconds.
        jitter: a number between 0 and 1, for pauses.
        clock: the UTC instant, used only where an answer has no `Date`.
        stopwatch: seconds that only ever grow.
        wait: waits on a condition for that many seconds at most.
        cancelled: tells that nobody learns any more of what would still be done.
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
    ) -> None:
        self._settings = settings
        self._jitter = jitter
        self._clock = clock
        self.requests = 0
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
                verdict = self._gate.refused(started, _retry_after(answer))
            elif answer.status == 503:
                self._gate.pause(_retry_after(answer))
            elif answer.status < 500:
                self._gate.answered(started)
        if verdict is not None:
            raise RateLimited(verdict, status=429)
        if answer.status < 300:
            return answer
        if answer.status < 400:
            raise UnexpectedAnswer(
                f"{request} answered {answer.status}, a redirect, which is not followed since it "
                f"would carry the key along: {_CHECK_URL}"
            )
        line = f"{request} answered {answer.status}: {self._reason(answer)}"
        if answer.status == 429:
            still = (
                f"{line}; still so after {self._settings.max_retries} retries: run again later, "
                f"or lower masv:concurrency (or MASV_CONCURRENCY)"
            )
            raise _Again(RateLimited(still, status=429), _retry_after(answer))
        if answer.status >= 500:
            failed = ServerFailed(f"{line}; run again later", status=answer.status)
            raise _Again(failed, _retry_after(answer))
        raise RequestRefused(line, status=answer.status)

    def _exchange(self, request: Request) -> Answer:
        with self._counting:
            self.requests += 1
        address = self._settings.base_url
        secrets = {name: secret.get_secret_value() for name, secret in request.credential.items()}
        try:
            with self._session().request(
                request.method,
                address + request.route,
                params=request.query,
                json=request.body,
                headers=secrets,
                timeout=self._settings.timeout,
                allow_redirects=False,
                stream=True,
            ) as response:
                body = _bounded_body(request, response)
                now = _http_date(response.headers.get("Date")) or self._clock()
                return Answer(request, response.status_code, response.headers, body, now)
        except requests.exceptions.SSLError:
            raise Unreachable(
                f"{request}: the certificate of {address} is not trusted: {_CHECK_URL}"
            ) from None
        except requests.RequestException as error:
            late = isinstance(error, requests.Timeout)
            how = f"no answer within {self._settings.timeout:g} s" if late else "no answer"
            line = f"{request}: {how} from {address}: {_CHECK_URL}, then run again"
            raise _Again(Unreachable(line)) from None

    def _reason(self, answer: Answer) -> str:
        """Why MASV refused, in its own words, without a credential they may repeat."""
        text = answer.body.decode("utf-8", "replace")
        try:
            said = json.loads(text)
        except (ValueError, RecursionError):
            said = None
        if isinstance(said, dict):
            errors = said.get("errors")
            listed = errors if isinstance(errors, list) else []
            messages = [str(e["msg"]) for e in listed if isinstance(e, dict) and e.get("msg")]
            # Any other key may hold anything, a password too.
            text = str(said.get("message") or "; ".join(messages) or said.get("error") or "")
        for secret in (self._settings.api_key, *answer.request.credential.values()):
            if secret is not None:
                text = text.replace(secret.get_secret_value(), "…")
        return clean(text) or "no reason given"

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            session = requests.Session()
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


def clean(text: str) -> str:
    """Somebody else's words as one short line, with nothing in it that looks like a token."""
    shown = "".join(c if c.isprintable() else " " for c in _TOKEN.sub("…", text))
    return " ".join(shown.split())[:300]


def _bounded_body(request: Request, response: requests.Response) -> bytes:
    body = bytearray()
    for chunk in response.iter_content(65536):
        body += chunk
        if len(body) > MAX_ANSWER:
            raise UnexpectedAnswer(
                f"{request} answered more than {MAX_ANSWER >> 20} MiB: {_CHECK_URL}"
            )
    return bytes(body)


def _http_date(value: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value) if value else None
    except (ValueError, OverflowError):
        return None
    if moment is not None and moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return moment


def _retry_after(answer: Answer) -> float | None:
    """Seconds to wait as asked, in either form of the header; None if nothing sensible is asked."""
    asked = answer.headers.get("Retry-After", "").strip()
    if asked.isdecimal():
        return min(float(asked[:9]), LONGEST_PAUSE)
    until = _http_date(asked)
    if until is None:
        return None
    return min(max((until - answer.now).total_seconds(), 0.0), LONGEST_PAUSE)
