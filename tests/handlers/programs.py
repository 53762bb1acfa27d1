"""Programs that tests declare, the packages they are about, and what became of both."""

from typing import Any

import pytest

from pulumi_masv.simulator import Simulator
from tests.handlers.conftest import Engine, Program, Refused

JAN, FEB, DEC = "2027-01-31T00:00:00Z", "2027-02-28T00:00:00Z", "2027-12-01T00:00:00Z"
BEFORE, START, MIDDLE, END, AFTER = (f"2026-0{month}-15T00:00:00Z" for month in range(1, 6))


def one(package_id: str = "01HA", **inputs: Any) -> Program:
    return {package_id: {"packageId": package_id, **inputs}}


def day12(package_id: str, **inputs: Any) -> Program:
    return {"day12": {"packageId": package_id, **inputs}}


def fleet(packages: Any, **inputs: Any) -> Program:
    return {"fleet": {"__type": "PackageFleet", "packages": packages, **inputs}}


def window(**inputs: Any) -> Program:
    declared = {"expiryStart": START, "expiryEnd": END, **inputs}
    return {"old": {"__type": "ArchiveWindow", **declared}}


def each_way(*package_ids: str, **entry: Any) -> list[Program]:
    """The same declared of packages, each in a resource of its own, and all in a fleet."""
    alone: Program = {}
    for package_id in package_ids:
        alone |= one(package_id, **entry)
    return [alone, fleet(dict.fromkeys(package_ids, entry))]


def added(masv: Simulator, count: int, **what: Any) -> list[str]:
    given = {"expiry": DEC, **what}
    return [masv.account.add_package(name=f"raw {i}", **given) for i in range(count)]


def tombstones(masv: Simulator, *days: str, received: bool = False) -> list[str]:
    return [
        masv.account.add_package(state="expired", expiry=day, received=received) for day in days
    ]


def states(masv: Simulator, packages: list[str]) -> list[str]:
    return [masv.account.package(package).state for package in packages]


def refusals(engine: Engine, program: Program, **how: Any) -> tuple[str, ...]:
    with pytest.raises(Refused) as caught:
        engine.up(program, **how)
    return caught.value.lines


def refused(engine: Engine, program: Program, **how: Any) -> str:
    [line] = refusals(engine, program, **how)
    return line


def contradicted(engine: Engine) -> list[str]:
    return [line for line in engine.said if line.startswith("MASV is not as assumed")]


def outputs(engine: Engine) -> dict[str, Any]:
    """What the state holds, without what Pulumi adds on the way."""
    return {
        name: {key: value for key, value in one["outputs"].items() if key != "__provider"}
        for name, one in engine.state.items()
    }


def stored_names(engine: Engine) -> dict[str, str]:
    """The name of each package that a state declares, in a fleet or alone."""
    bags = [one["inputs"] for one in engine.state.values()]
    alone = {bag["packageId"]: bag for bag in bags if "packageId" in bag}
    together = {i: entry for bag in bags for i, entry in bag.get("packages", {}).items()}
    return {i: bag.get("name", "") for i, bag in {**alone, **together}.items()}


def fleet_outputs(engine: Engine) -> dict[str, Any]:
    found: dict[str, Any] = engine.state["fleet"]["outputs"]
    return found
