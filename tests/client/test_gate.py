"""What is in flight: halved by a 429, grown by answers, paused for all, ended by a verdict."""

import subprocess
import sys
import threading
from contextlib import AbstractContextManager
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulumi_masv.client.gate import Allowance, Gate
from pulumi_masv.errors import RateLimited
from tests.generated import at_least, count


@dataclass
class Timer:
    """A stopwatch that moves only where a test or a pause moves it."""

    now: float = 0.0

    def read(self) -> float:
        return self.now


class Blocked(Exception):
    """Whoever asked would have to wait."""


def blocks(_: threading.Condition, __: float) -> None:
    raise Blocked


def grown(start: Allowance, answers: int) -> list[int]:
    allowed, one = [], start
    for _ in range(answers):
        one = one.after_answer(one.halvings)
        allowed.append(one.allowed)
    return allowed


def test_the_429s_of_requests_that_were_in_flight_together_halve_once() -> None:
    one = Allowance(most=8, allowed=8)
    for _ in range(8):
        one = one.after_429(started=0)
    assert one.allowed == 4
    for _ in range(4):
        one = one.after_429(started=1)
    assert one.allowed == 2


def test_one_request_is_always_allowed() -> None:
    one = Allowance(most=3, allowed=3)
    allowed = [(one := one.after_429(started=i)).allowed for i in range(3)]
    assert allowed == [1, 1, 1]


@pytest.mark.parametrize(("most", "first"), [(1, 1), (3, 3), (8, 8), (9, 8), (32, 8), (64, 8)])
def test_eight_are_allowed_at_first_or_as_many_as_the_setting(most: int, first: int) -> None:
    assert Allowance.at_first(most).allowed == first


def test_until_the_first_429_each_answer_allows_one_more() -> None:
    """Up to the setting; so what is in flight doubles in a round trip."""
    assert grown(Allowance.at_first(12), 6) == [9, 10, 11, 12, 12, 12]


def test_after_a_429_as_many_answers_as_are_allowed_allow_one_more() -> None:
    one = Allowance(most=4, allowed=2).after_429(started=0)
    assert grown(one, 8) == [2, 2, 3, 3, 3, 4, 4, 4]


def test_a_429_starts_the_row_anew() -> None:
    two = Allowance(most=8, allowed=4, halvings=1).after_answer(1).after_answer(1).after_answer(1)
    assert grown(two, 1) == [5]
    assert grown(two.after_429(started=0), 4) == [4, 4, 4, 5]
    assert grown(two.after_429(started=1), 2) == [2, 3]


def test_an_answer_to_what_started_before_the_halving_lets_nothing_grow() -> None:
    one = Allowance(most=8, allowed=1, halvings=3)
    assert one.after_answer(started=2) == one


acts = st.lists(
    st.one_of(
        st.just(("start", 0)),
        st.just(("start", 0)),
        st.just(("start", 0)),
        st.tuples(st.sampled_from(["answer", "429", "lost"]), st.integers(0, 7)),
        st.tuples(st.sampled_from(["429 pause", "503 pause"]), st.integers(0, 7)),
        st.tuples(st.just("time"), st.integers(1, 20)),
    ),
    min_size=10,
    max_size=80,
)


@at_least(20, "started", "kept waiting by the others", "kept waiting by a pause")
@settings(max_examples=300)
@given(most=st.integers(1, 12), acts=acts)
def test_in_any_order_no_more_are_in_flight_than_allowed(
    most: int, acts: list[tuple[str, int]]
) -> None:
    """And none starts in a pause."""
    timer = Timer()
    gate = Gate(most, stopwatch=timer.read, wait=blocks)
    flights: list[tuple[int, AbstractContextManager[int], int]] = []
    allowed, row, paused_until = min(most, 8), 0, 0.0
    serial = halved_at = 0
    halved = False
    for act, which in [*acts, ("time", 100)]:
        if act == "time":
            timer.now += which
        elif act == "start":
            attempt = gate.attempt()
            try:
                started = attempt.__enter__()
            except Blocked:
                paused = timer.now < paused_until
                count(f"kept waiting by {'a pause' if paused else 'the others'}")
                assert len(flights) >= allowed or paused
            else:
                count("started")
                assert len(flights) < allowed
                assert timer.now >= paused_until
                serial += 1
                flights.append((serial, attempt, started))
        elif flights:
            number, flight, started = flights.pop(which % len(flights))
            pause = 10.0 if "pause" in act else None
            paused_until = max(paused_until, timer.now + 10) if pause else paused_until
            current = number > halved_at
            if act == "answer":
                gate.answered(started)
                row += current
                if current and (row >= allowed or not halved):
                    allowed, row = min(allowed + 1, most), 0
            elif act.startswith("429"):
                assert gate.refused(started, pause) is None
                row = 0
                if current:
                    allowed, halved_at, halved = max(1, allowed // 2), serial, True
            elif pause:
                gate.pause(pause)
            flight.__exit__(None, None, None)
        row = 0 if allowed == most else row
    for _, flight, _ in flights:
        flight.__exit__(None, None, None)
    entered = [gate.attempt() for _ in range(allowed)]
    for attempt in entered:
        attempt.__enter__()
    with pytest.raises(Blocked):
        gate.attempt().__enter__()
    for attempt in entered:
        attempt.__exit__(None, None, None)


@pytest.fixture
def refused() -> tuple[Gate, Timer]:
    """A gate that has a verdict, after a storm of ten."""
    timer = Timer()
    gate = Gate(8, stopwatch=timer.read, wait=blocks)
    for i in range(10):
        assert gate.refused(i, None) is None
    assert gate.give_up("the first line", None) == "the first line"
    return gate, timer


def enters(gate: Gate) -> str:
    try:
        with gate.request(), gate.attempt():
            return "in"
    except (Blocked, RateLimited) as error:
        return str(error) or "blocked"


def test_a_verdict_ends_all_with_its_line_for_a_minute(
    refused: tuple[Gate, Timer],
) -> None:
    """After it, one at a time asks again."""
    gate, timer = refused
    assert gate.give_up("a later line", None) == "the first line"
    timer.now = 59.9
    assert enters(gate) == "the first line"
    timer.now = 60
    with gate.request(), gate.attempt() as started:
        assert enters(gate) == "blocked"
        assert gate.refused(started, None) == "the first line"
    assert enters(gate) == "the first line"


def test_any_other_answer_ends_the_verdict(refused: tuple[Gate, Timer]) -> None:
    gate, _ = refused
    gate.answered(0)
    assert enters(gate) == "in"


@pytest.mark.parametrize(("asked", "held"), [(None, 0.4), (7.0, 7.0), (60.0, 60.0)])
def test_a_verdict_after_one_429_holds_no_longer_than_a_pause_would(
    asked: float | None, held: float
) -> None:
    timer = Timer()
    gate = Gate(8, stopwatch=timer.read, wait=blocks)
    gate.refused(0, asked)
    gate.give_up("line", asked)
    timer.now = held - 0.01
    assert enters(gate) == "line"
    timer.now = held
    assert enters(gate) == "in"


def test_a_place_is_free_again_whatever_ended_the_request() -> None:
    gate = Gate(1, wait=blocks)
    for error in (ValueError, KeyboardInterrupt):
        with pytest.raises(error), gate.request(), gate.attempt():
            raise error
    assert enters(gate) == "in"


ENDING = """
import signal, threading
from concurrent.futures import ThreadPoolExecutor
from pulumi_masv.client.gate import Gate

signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job starts without it
waiting = threading.Semaphore(0)

def wait(condition, seconds):
    waiting.release()
    condition.wait(seconds)

gate = Gate(1, wait=wait)
gate.pause(3600)

def ask():
    try:
        with gate.request():
            print("in")
    except Exception as error:
        print(error)

pool = ThreadPoolExecutor(1)
pool.submit(ask)
threading.Thread(target=ask).start()
for _ in range(2):
    waiting.acquire()
signal.raise_signal(signal.SIGINT)
"""


def test_ctrl_c_ends_threads_that_wait_for_an_hour() -> None:
    """Those of a pool, and others."""
    ended = subprocess.run(
        [sys.executable, "-c", ENDING], capture_output=True, text=True, timeout=60
    )
    # Two threads write, and their lines may meet.
    assert ended.stdout.count("no more requests are sent, since the process is ending") == 2
    assert ended.stderr.rstrip().endswith("KeyboardInterrupt")
