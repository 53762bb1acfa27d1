"""What a first up of a fleet costs: its writes, one listing, and a few requests more."""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from pulumi_masv.simulator import Simulator
from tests.handlers.conftest import Engine, Program

DEC = "2027-12-01T00:00:00Z"
YEAR = 365 * 86400
SPREAD: dict[str, Callable[[random.Random, int], float]] = {
    "over a year": lambda rng, _: rng.uniform(1, YEAR),
    "at one moment": lambda _, __: 5,
    "in a burst after a thin year": lambda rng, n: rng.uniform(1, YEAR if n % 20 == 0 else 3600),
    "on some days": lambda rng, _: rng.randrange(300) * 86400 + rng.uniform(1, 7200),
}


def fleet(ids: list[str], entry: Callable[[int], dict[str, Any]]) -> Program:
    packages = {package: entry(n) for n, package in enumerate(ids)}
    return {"fleet": {"__type": "PackageFleet", "packages": packages}}


def added(masv: Simulator, listed: int, spread: str, share_received: float) -> list[str]:
    rng, now = random.Random(7), masv.account.now
    return [
        masv.account.add_package(
            name=f"raw {n}",
            expiry=DEC,
            created_at=now - timedelta(seconds=SPREAD[spread](rng, n)),
            received=rng.random() < share_received,
        )
        for n in range(listed)
    ]


def first_up(engine: Engine, program: Program) -> None:
    """Check and create, as one phase does."""
    handler = engine.process(program).handlers["PackageFleet"]
    inputs = engine._check(handler, "fleet", {}, program["fleet"])
    engine._create(handler, "PackageFleet", "fleet", inputs)


@pytest.mark.parametrize("share_received", [0, 0.5, 1])
@pytest.mark.parametrize("spread", SPREAD)
@pytest.mark.parametrize(("taken", "listed"), [(1, 60), (7, 600), (150, 600), (600, 600)])
def test_a_first_up_costs_its_writes_a_listing_and_ten_at_most(
    engine: Engine, masv: Simulator, taken: int, listed: int, spread: str, share_received: float
) -> None:
    ids = random.Random(3).sample(added(masv, listed, spread, share_received), taken)
    first_up(engine, fleet(ids, lambda n: {"name": f"Day {n}"}))
    assert len(masv.writes) == taken
    assert len(masv.journal) <= taken + -(-listed // 50) + 10


@pytest.mark.parametrize(
    "entry", [{"expiry": "2028-01-01T00:00:00Z"}, {"unlimitedStorage": True}, {"archived": True}]
)
def test_only_what_no_answer_shows_is_listed_again(
    engine: Engine, masv: Simulator, entry: dict[str, Any]
) -> None:
    ids = added(masv, 120, "over a year", 0)
    if "archived" in entry:
        masv.account.set_now(DEC)
    first_up(engine, fleet(ids, lambda _: entry))
    listings = len(masv.journal) - len(masv.writes)
    assert len(masv.writes) == 120
    assert listings <= (2 if "archived" in entry else 1) * (3 + 4)
