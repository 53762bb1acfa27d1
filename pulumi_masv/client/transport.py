"""When one request is sent, and how often: by permission, its failure one line without secrets.

Every request may be repeated, since each leaves the account as doing it once does.
"""

import os
import random
import threading
import time
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Final

import tenacity

from pulumi_masv.client.answers import CHECK_URL, Again, Answer, Request
from pulumi_masv.client.gate import Gate
from pulumi_masv.client.recorder import Record, from_environment
from pulumi_masv.errors import (
    Intercepted,
    RateLimited,
    RequestRefused,
    ServerFailed,
    TooLate,
    UnexpectedAnswer,
)
from pulumi_masv.models import is_secret
from pulumi_masv.settings import Settings

if TYPE_CHECKING:
    from pulumi_masv.client.exchange import Exchanger

_PAUSE_BUDGET: Final = 180.0  # seconds of pauses that one request may cost


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
        self._exchanger: Exchanger | None = None
        self._gate = Gate(
            settings.concurrency, cancelled=cancelled, sleep=sleep, stopwatch=stopwatch, wait=wait
        )
        self._retrying = tenacity.Retrying(
            stop=lambda state: (
                state.attempt_number > settings.max_retries or state.idle_for > _PAUSE_BUDGET
            ),
            wait=self._pause,
            retry=tenacity.retry_if_exception_type(Again),
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
            TooLate: it had to wait for longer than it may.
        """
        latest = self._gate.now() + request.within
        with self._gate.request():
            try:
                return self._retrying.copy()(self._attempt, request, latest)
            except Again as again:
                if not isinstance(again.error, RateLimited):
                    raise again.error from None
                verdict = self._gate.give_up(str(again.error), again.pause)
                raise RateLimited(verdict, status=429) from None

    def _attempt(self, request: Request, latest: float) -> Answer:
        verdict = None
        with self._gate.attempt() as started:
            if self._gate.now() > latest:
                raise TooLate(
                    f"{request} had to wait for more than {request.within:.0f} s, so somebody may "
                    f"have changed the package since this run looked at it: run again"
                )
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
            raise Again(RateLimited(still, status=429), answer.retry_after())
        if answer.status >= 500:
            failed = ServerFailed(f"{line}; run again later", status=answer.status)
            raise Again(failed, answer.retry_after())
        raise RequestRefused(line, status=answer.status)

    def _exchange(self, request: Request) -> Answer:
        with self._counting:
            self.requests += 1
            if self._exchanger is None:
                # What sends nothing, as an unchanged run does, does not load requests either.
                from pulumi_masv.client.exchange import Exchanger

                self._exchanger = Exchanger(self._settings, self._clock)
        answer = self._exchanger.exchange(request)
        self._record(answer)
        return answer

    def _pause(self, state: tenacity.RetryCallState) -> float:
        again = state.outcome.exception() if state.outcome else None
        if isinstance(again, Again) and again.pause is not None:
            return again.pause
        longest = min(0.2 * float(2**state.attempt_number), 10.0)
        return longest * (0.5 + self._jitter() / 2)
