"""A client in front of the simulator in process; its pauses are kept and not slept."""

from typing import Any, get_args

import pytest

from pulumi_masv.client import Client
from pulumi_masv.models import Observed, Query, State
from pulumi_masv.settings import resolve
from pulumi_masv.simulator import Simulator


@pytest.fixture
def pauses() -> list[float]:
    return []


def connect(masv: Simulator, pauses: list[float] | None = None, **settings: Any) -> Client:
    configuration = {
        "masv:baseUrl": masv.url,
        "masv:apiKey": masv.api_key,
        "masv:teamId": masv.team_id,
        **{f"masv:{key}": value for key, value in settings.items()},
    }
    sleep = (lambda _: None) if pauses is None else pauses.append
    return Client(resolve(configuration, {}), sleep=sleep, jitter=lambda: 1.0)


@pytest.fixture
def client(masv: Simulator, pauses: list[float]) -> Client:
    return connect(masv, pauses)


def observed(client: Client, package: str) -> Observed:
    found = client.get_package(package)
    assert found is not None
    return found


def every(**query: Any) -> Query:
    return Query(status=get_args(State), **query)
