"""Many threads and one MASV: its pauses are everybody's, and a storm of 429 ends soon."""

import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
import responses
from hypothesis import given, settings
from hypothesis import strategies as st

from pulumi_masv.client.answers import Request
from pulumi_masv.client.transport import Transport
from pulumi_masv.errors import MasvError, RateLimited, ServerFailed
from pulumi_masv.settings import resolve
from tests.generated import at_least, count

URL = re.compile("https://api.massive.app/v1.1/teams/01TEAM/packages/")
GIVE_UP = 60.0  # seconds; a test that hangs fails, and none comes near it
Answer = tuple[int, dict[str, str], str]
DONE: Answer = (200, {}, "{}")


def refusal(status: int, retry_after: int | None = None) -> Answer:
    return status, {} if retry_after is None else {"Retry-After": str(retry_after)}, "no"


class Masv:
    """Answers by a function, and counts what is in flight; time moves by pauses alone."""

    def __init__(self) -> None:
        self.answer: Callable[[int], Answer] = lambda number: DONE
        self.requests = self.now = self.most = 0
        self.time = 0.0
        self.pauses: list[float] = []
        self.lock = threading.Lock()

    def handle(self, _: Any) -> Answer:
        with self.lock:
            self.requests += 1
            self.now += 1
            self.most = max(self.most, self.now)
            number = self.requests
        try:
            return self.answer(number)
        finally:
            with self.lock:
                self.now -= 1

    def pause(self, seconds: float) -> None:
        with self.lock:
            self.pauses.append(seconds)

    def connect(self, **more: Any) -> Transport:
        wait = more.pop("wait", woken)
        names = {f"masv:{key}": str(value) for key, value in more.items()}
        return Transport(
            resolve(names, {}),
            sleep=self.pause,
            jitter=lambda: 1.0,
            stopwatch=lambda: self.time,
            wait=wait,
        )


def woken(condition: threading.Condition, _: float) -> None:
    """Waits for another thread's word alone, so that a wake-up that is lost is seen."""
    assert condition.wait(GIVE_UP)


def send(transport: Transport, package: int = 1) -> Any:
    try:
        request = Request("GET", f"/v1.1/teams/01TEAM/packages/{package}", {})
        return transport.send(request).status
    except MasvError as error:
        return error


@contextmanager
def serving() -> Iterator[Masv]:
    masv = Masv()
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.add_callback(responses.GET, URL, callback=masv.handle)
        yield masv


@pytest.fixture
def masv() -> Iterator[Masv]:
    with serving() as masv:
        yield masv


@pytest.mark.parametrize("retry_after", [None, 10])
def test_after_a_burst_of_429_half_as_many_are_in_flight(
    masv: Masv, retry_after: int | None
) -> None:
    """Nor do more start after its pause."""
    four, two = threading.Barrier(4, timeout=GIVE_UP), threading.Barrier(2, timeout=GIVE_UP)
    in_flight: list[int] = []

    def answer(number: int) -> Answer:
        if number <= 4:
            four.wait()
            return refusal(429, retry_after)
        in_flight.append(masv.now)
        two.wait()
        return DONE

    masv.answer = answer
    transport = masv.connect(concurrency=4)
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda n: send(transport, n), range(4))) == [200] * 4
    assert len(in_flight) == 4
    assert max(in_flight) == 2
    assert masv.pauses == [retry_after or 0.4] * 4


@pytest.mark.parametrize("status", [429, 503])
def test_a_pause_that_one_thread_is_asked_for_is_everybodys(masv: Masv, status: int) -> None:
    waits = threading.Event()
    others: list[Any] = []
    other = threading.Thread(target=lambda: others.append(send(transport, 2)))

    def wait(condition: threading.Condition, seconds: float) -> None:
        waits.set()
        woken(condition, seconds)

    def sleep(seconds: float) -> None:
        masv.pause(seconds)
        other.start()
        assert waits.wait(GIVE_UP)
        assert masv.requests == 1
        masv.time += seconds

    masv.answer = lambda number: refusal(status, 30) if number == 1 else DONE
    transport = Transport(resolve({}, {}), sleep=sleep, stopwatch=lambda: masv.time, wait=wait)
    assert send(transport) == 200
    other.join(GIVE_UP)
    assert (others, masv.requests, masv.pauses) == ([200], 3, [30.0])


def test_a_pause_outlasts_the_request_that_was_asked_for_it(masv: Masv) -> None:
    waited = 0.0

    def wait(_: threading.Condition, seconds: float) -> None:
        nonlocal waited
        waited += seconds
        masv.time += seconds

    masv.answer = lambda number: refusal(503, 3600) if number == 1 else DONE
    transport = masv.connect(maxRetries=0, wait=wait)
    assert type(send(transport)) is ServerFailed
    assert send(transport) == 200
    assert waited == 60.0


@pytest.mark.parametrize(
    ("retry_after", "threads"), [(None, 8), (None, 100), (0, 8), (1, 100), (60, 8)]
)
def test_a_storm_of_429_costs_few_requests_and_is_one_line(
    masv: Masv, retry_after: int | None, threads: int
) -> None:
    """However many packages are due: here 10,000."""
    masv.answer = lambda number: refusal(429, retry_after)
    transport = masv.connect(concurrency=8, maxRetries=5)

    def one(package: int) -> Any:
        with masv.lock:
            masv.time += 0.05  # what the engine takes, about
        return send(transport, package)

    with ThreadPoolExecutor(threads) as pool:
        errors = list(pool.map(one, range(10_000)))
    assert {type(error) for error in errors} == {RateLimited}
    (line,) = {str(error) for error in errors}
    assert line.endswith("run again later, or lower masv:concurrency (or MASV_CONCURRENCY)")
    assert masv.requests <= 8 * 6 + 10_000 * 0.05 / 60 + 1
    assert masv.most <= 8


def test_one_request_finds_out_that_a_storm_has_passed(masv: Masv) -> None:
    masv.answer = lambda number: refusal(429)
    transport = masv.connect(concurrency=8, maxRetries=5)
    assert type(send(transport)) is type(send(transport, 2)) is RateLimited
    assert masv.requests == 6
    masv.time += 120
    assert type(send(transport, 3)) is RateLimited
    assert masv.requests == 7
    masv.time += 120
    masv.answer = lambda number: DONE
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda n: send(transport, n), range(20))) == [200] * 20


def test_a_package_that_masv_does_not_have_is_an_answer_like_another(masv: Masv) -> None:
    masv.answer = lambda number: refusal(429 if number == 1 else 404)
    transport = masv.connect(maxRetries=0)
    assert type(send(transport)) is RateLimited
    masv.time += 1
    assert [send(transport).status for _ in range(2)] == [404, 404]


trouble = [refusal(429), refusal(429, 5), refusal(500)]
answers = st.lists(st.sampled_from([DONE, refusal(404), *trouble]), max_size=60)


@at_least(15, "429 or 500 among the answers", "more threads than the setting")
@settings(max_examples=40)
@given(concurrency=st.integers(1, 6), more=st.integers(-3, 6), script=answers)
def test_whatever_masv_answers_every_thread_ends(
    concurrency: int, more: int, script: list[Answer]
) -> None:
    """And no more are in flight than the setting says."""
    threads = max(concurrency + more, 1)
    with serving() as masv:
        masv.answer = lambda number: dict(enumerate(script, 1)).get(number, DONE)

        def wait(condition: threading.Condition, seconds: float) -> None:
            masv.time += seconds  # a pause may be left of a request that has given up
            condition.wait(0.001)

        count("429 or 500 among the answers", any(one in script for one in trouble))
        count("more threads than the setting", threads > concurrency)
        transport = masv.connect(concurrency=concurrency, maxRetries=2, wait=wait)
        with ThreadPoolExecutor(threads) as pool:
            ended = list(pool.map(lambda n: send(transport, n), range(40)))
        assert len(ended) == 40
        assert masv.most <= concurrency
        masv.answer = lambda number: DONE
        masv.time += 120
        assert send(transport) == 200
