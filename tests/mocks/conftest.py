"""Mocks as a user writes them, in a process that is afterwards as it was before."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pulumi
import pytest
from pulumi.runtime.config import CONFIG

import pulumi_masv as masv
from pulumi_masv.simulator import Simulator

RECORD = {"id": "01HA", "state": "finalized", "name": "Day 12", "totalFiles": 3}


class Mocks(pulumi.runtime.Mocks):
    """Answers with what it was given, and keeps what it was asked."""

    def __init__(self, answer: Any = None) -> None:
        self.answer = {"packages": [RECORD]} if answer is None else answer
        self.asked: list[tuple[str, Any, str]] = []
        self.made: dict[str, dict[str, Any]] = {}
        self.ids: dict[str, str | None] = {}

    def call(self, args: pulumi.runtime.MockCallArgs) -> Any:
        self.asked.append((args.token, args.args, args.provider))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> Any:
        self.made[args.name] = {k: v for k, v in args.inputs.items() if k != "__provider"}
        self.ids[args.name] = args.resource_id
        return f"{args.name}-id", {**args.inputs, "state": "finalized", "teamId": "01TEAM"}


@pytest.fixture(autouse=True)
def _key_of_a_developer(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with Simulator() as real:
        monkeypatch.setenv("MASV_BASE_URL", real.url)
        monkeypatch.setenv("MASV_API_KEY", real.api_key)
        monkeypatch.setenv("MASV_TEAM_ID", real.team_id)
        yield
        assert real.journal == []


# Pulumi's stack of a process lives in the first; it is not closed, since Pulumi's threads have
# loops of their own, which nobody closes.
LOOP = asyncio.new_event_loop()


@pytest.fixture(scope="package", autouse=True)
def _stack_ends_with_these_tests() -> Iterator[None]:
    yield
    pulumi.runtime.settings.ROOT.set(None)


@pytest.fixture(autouse=True)
def _process_stays_as_it_was() -> Iterator[None]:
    asyncio.set_event_loop(LOOP)
    settings = pulumi.runtime.settings
    before = {name: getattr(settings.SETTINGS, name) for name in ("monitor", "engine")}
    config = CONFIG.set({})
    try:
        asyncio.get_event_loop_policy().get_event_loop()
    except RuntimeError:  # a test before has taken it away
        asyncio.set_event_loop(asyncio.new_event_loop())
    yield
    CONFIG.reset(config)
    for name, value in before.items():
        setattr(settings.SETTINGS, name, value)
    asyncio.set_event_loop(None)


@pytest.fixture
def mocks() -> Mocks:
    return mocked()


def mocked(answer: Any = None, **more: Any) -> Mocks:
    made = Mocks(answer)
    pulumi.runtime.set_mocks(made, **more)
    return made


def run(program: Callable[[], Any]) -> None:
    """Run a program as one test, and wait for all of it."""
    pulumi.runtime.test(program)()


def build(package_id: Any = "01HA", name: str = "one") -> masv.PackageLifecycle:
    return masv.PackageLifecycle(name, package_id=package_id, name="Day 12")
