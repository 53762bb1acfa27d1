"""Who may send now: how many requests MASV allows in flight, its pauses, when it has had enough.

One gate for all threads of a client. It starts with a few and grows by one with each answer, so it
doubles in a round trip, until the first 429. A 429 halves the number allowed, once for the requests
that were in flight together; from then on it grows by one after as many answers in a row as are
allowed. A pause asked for is everybody's. Once a request has used up its retries on 429, no other
learns the same anew: while that verdict holds each ends with its line, and then one at a time asks
again, without a retry, until MASV answers anything else.
"""

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

from pulumi_masv.errors import RateLimited, Unreachable

_AT_FIRST: Final = 8  # in flight; a browser or two, which any account has to bear
LONGEST_PAUSE: Final = 60.0  # seconds; a longer Retry-After is cut to this
_SLICE: Final = 0.5  # seconds; a wait on Windows does not end by Ctrl-C, and `_ENDING` tells nobody
_ENDING: Final = threading.Event()
# Private, but all else comes too late: executors join their threads before the main thread counts
# as ended and before atexit. concurrent.futures itself hangs on it.
threading._register_atexit(_ENDING.set)  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Allowance:
    """How many requests may be in flight.

    Attributes:
        most: never more than this.
        allowed: so many now.
        halvings: how often it was halved; each request notes it as it starts.
        row: answers in a row since `allowed` last changed.
    """

    most: int
    allowed: int
    halvings: int = 0
    row: int = 0

    @classmethod
    def at_first(cls, most: int) -> "Allowance":
        """Return what is allowed before MASV has answered anything."""
        return cls(most, min(most, _AT_FIRST))

    def after_answer(self, started: int) -> "Allowance":
        """Count an answer to a request that started after so many halvings."""
        if started != self.halvings or self.allowed == self.most:
            return self  # what started before the last halving does not speak for what came after
        if self.halvings and self.row + 1 < self.allowed:
            return replace(self, row=self.row + 1)
        return replace(self, allowed=self.allowed + 1, row=0)

    def after_429(self, started: int) -> "Allowance":
        """Halve what is allowed, unless that was done since the request started."""
        if started != self.halvings:
            return replace(self, row=0)
        return replace(self, allowed=max(self.allowed // 2, 1), halvings=self.halvings + 1, row=0)


class Gate:
    """Lets requests through, from any number of threads.

    Args:
        most: how many may ever be in flight.
        sleep: waits that many seconds, for one thread's own pause.
        stopwatch: seconds that only ever grow.
        wait: waits on a condition for that many seconds at most, for everybody's pause.
        cancelled: tells that nobody learns any more of what would still be done.
    """

    def __init__(
        self,
        most: int,
        *,
        cancelled: Callable[[], bool] = lambda: False,
        sleep: Callable[[float], None] = time.sleep,
        stopwatch: Callable[[], float] = time.monotonic,
        wait: Callable[[threading.Condition, float], object] = threading.Condition.wait,
    ) -> None:
        self._cancelled = cancelled
        self._sleep = sleep
        self._stopwatch = stopwatch
        self._wait = wait
        self._changed = threading.Condition()
        self._allowance = Allowance.at_first(most)
        self._underway = 0
        self._in_flight = 0
        self._slept_until = -math.inf
        self._paused_until = -math.inf
        self._refusals = 0  # 429s since MASV last answered anything else
        self._verdict: str | None = None
        self._verdict_until = -math.inf

    @contextmanager
    def request(self) -> Iterator[None]:
        """Let a request through, from its first attempt to its last.

        It keeps its place through its pauses: if another began meanwhile, a storm would meet a
        first attempt of every request there is before one of them had used up its retries.

        Raises:
            RateLimited: MASV has had enough.
            Unreachable: the process is ending.
        """
        with self._changed:
            self._await(lambda: self._underway)
            self._underway += 1
        try:
            yield
        finally:
            with self._changed:
                self._underway -= 1
                self._changed.notify_all()

    @contextmanager
    def attempt(self) -> Iterator[int]:
        """Let one attempt through; give what `answered` and `refused` ask for. Raises alike."""
        with self._changed:
            self._await(lambda: self._in_flight)
            self._in_flight += 1
            started = self._allowance.halvings
        try:
            yield started
        finally:
            with self._changed:
                self._in_flight -= 1
                self._changed.notify_all()

    def answered(self, started: int) -> None:
        """Note that MASV answered this attempt, with yes or no: it allows requests."""
        with self._changed:
            self._allowance = self._allowance.after_answer(started)
            self._refusals = 0
            self._verdict = None

    def refused(self, started: int, asked: float | None) -> str | None:
        """Note a 429 and the pause it asks for; return the verdict, None if there is none yet."""
        with self._changed:
            self._allowance = self._allowance.after_429(started)
            self._refusals += 1
            self._pause(asked)
            if self._verdict is not None:
                self._hold(asked)
            return self._verdict

    def pause(self, asked: float | None) -> None:
        """Let nobody start until the pause is over."""
        with self._changed:
            self._pause(asked)

    def give_up(self, line: str, asked: float | None) -> str:
        """Give up a request that has no retries left; the line of the first one is the verdict."""
        with self._changed:
            self._verdict = self._verdict or line
            self._hold(asked)
            self._changed.notify_all()
            return self._verdict

    def rest(self, seconds: float) -> None:
        """Pause one thread."""
        end = self.now() + seconds
        self._sleep(seconds)
        with self._changed:
            # A sleep that has returned has lasted, whatever a stopwatch beside it says.
            self._slept_until = max(self._slept_until, end)
            self._changed.notify_all()

    def _await(self, taken: Callable[[], int]) -> None:
        while True:
            now = self.now()
            if _ENDING.is_set() or self._cancelled():
                raise Unreachable("no more requests are sent, since the process is ending")
            if self._verdict is not None and now < self._verdict_until:
                raise RateLimited(self._verdict, status=429)
            places = 1 if self._verdict is not None else self._allowance.allowed
            left = self._paused_until - now
            if left <= 0 and taken() < places:
                return
            self._wait(self._changed, min(left, _SLICE) if left > 0 else _SLICE)

    def now(self) -> float:
        """Return seconds that only ever grow."""
        return max(self._stopwatch(), self._slept_until)

    def _pause(self, asked: float | None) -> None:
        self._paused_until = max(self._paused_until, self.now() + (asked or 0.0))

    def _hold(self, asked: float | None) -> None:
        # At least the pause asked for, and twice as long with every 429 in a row: next to nothing
        # where one request was unlucky, a minute in a storm, which then costs a request a minute.
        grown = 0.2 * 2.0 ** min(self._refusals, 9)
        until = self.now() + min(max(asked or 0.0, grown), LONGEST_PAUSE)
        self._verdict_until = max(self._verdict_until, until)
