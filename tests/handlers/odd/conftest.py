"""Three packages of a MASV that is odd in several ways at once, or in one record only."""

from collections.abc import Callable
from typing import Any

import pytest

from pulumi_masv.client import Client
from pulumi_masv.simulator import Simulator, routes
from pulumi_masv.simulator.records import package_listed, package_shown
from tests.client.conftest import connect

SOON, LATE, LAST = "2027-02-01T00:00:00Z", "2027-12-01T00:00:00Z", "2028-12-01T00:00:00Z"
LOST = "LOSS 3 files (1.5GB, 1500000000 bytes)"


@pytest.fixture
def masv(masv: Simulator) -> Simulator:
    for package_id in ("01HA", "01HB", "01HC"):
        masv.account.add_package(id=package_id, name=package_id, expiry=LATE)
    return masv


@pytest.fixture
def client(masv: Simulator) -> Client:
    return connect(masv)


def listed_as(monkeypatch: pytest.MonkeyPatch, odd: Callable[[dict[str, Any]], Any]) -> None:
    monkeypatch.setattr(
        routes, "package_listed", lambda account, one: odd(package_listed(account, one))
    )


def singly_as(monkeypatch: pytest.MonkeyPatch, odd: Callable[[dict[str, Any]], Any]) -> None:
    """Single reads and answers of a PUT."""
    monkeypatch.setattr(
        routes, "package_shown", lambda account, one: odd(package_shown(account, one))
    )
