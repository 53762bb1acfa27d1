"""What happens to a stack, act by act, as it is undisturbed and as it stands before each act."""

import re
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from functools import cache, lru_cache
from threading import RLock
from typing import Any

from pulumi_masv.simulator import Simulator, Switches
from pulumi_masv.simulator.found import Found
from tests.handlers.conftest import Engine, Program
from tests.handlers.programs import DEC, FEB, JAN, fleet

Act = Callable[[Engine], object]


def one(**inputs: Any) -> Program:
    return {"day12": {"packageId": "01HA", **inputs}}


def window(**inputs: Any) -> Program:
    dates = {"expiryStart": "2026-01-01T00:00:00Z", "expiryEnd": "2026-02-01T00:00:00Z"}
    return {"old": {"__type": "ArchiveWindow", **dates, **inputs}}


def up(program: Program, *, refresh: bool = False) -> Act:
    def up(engine: Engine) -> object:
        return engine.up(program, refresh=refresh)

    return up


def clock(moment: str) -> Act:
    return lambda engine: engine.masv.account.set_now(moment)


def by_hand(method: str, *arguments: Any) -> Act:
    return lambda engine: getattr(engine.masv.account, method)(*arguments)


# Each life is what happens in order; every act in it is cut off at each of its requests.
LIVES: dict[str, list[Act]] = {
    "adopt, change everything, end": [
        up(one(name="Day 12", expiry=JAN)),
        up(one(name="Day 13", expiry=FEB, archived=True)),
        up(one(name="Day 13", unlimitedStorage=True, forceDestroy=True, archiveOnDestroy=True)),
        up({}),
    ],
    "adopt with a shorter life, drift, refresh, revert": [
        up(one(name="Day 12", expiry=JAN)),
        by_hand("rename", "01HA", "by hand"),
        by_hand("set_expiry", "01HA", DEC),
        lambda engine: engine.refresh(),
        up(one(name="Day 12", expiry=JAN)),
    ],
    "a pending archive and its day": [
        up(one(archived=True, expiry=JAN)),
        clock("2027-02-01T00:00:00Z"),
        up(one(archived=True, expiry=JAN), refresh=True),
        up(one(archived=False, expiry=JAN)),
        up(one(archived=True, name="Day 12", expiry=JAN)),
    ],
    "a forced end by destroy": [
        up(one(forceDestroy=True, archiveOnDestroy=True)),
        lambda engine: engine.destroy(),
    ],
    "a replacement that ends the old package": [
        up(one(name="Day 12", forceDestroy=True, archiveOnDestroy=True)),
        up({"day12": {"packageId": "01HB", "name": "Day 13", "expiry": FEB}}),
    ],
    "a renamed resource": [
        up(one(name="Day 12", forceDestroy=True)),
        up({"renamed": {"packageId": "01HA", "name": "Day 12", "forceDestroy": True}}),
    ],
    "a tombstone let go of and archived": [
        up(one(archiveOnDestroy=True)),
        by_hand("delete", "01HA"),
        up({}, refresh=True),
    ],
    "a fleet that is adopted, changed, thinned out and destroyed": [
        up(fleet({"01HA": {"name": "Day 12", "expiry": JAN}, "01HB": {}}, forceDestroy=True)),
        up(
            fleet(
                {"01HA": {"name": "x"}, "01HB": {"expiry": FEB}, "01HC": {"archived": True}},
                forceDestroy=True,
                archiveOnDestroy=True,
            )
        ),
        up(fleet({"01HA": {"name": "x"}, "01HC": {}}, forceDestroy=True, archiveOnDestroy=True)),
        lambda engine: engine.destroy(),
    ],
    "a fleet, drift, refresh, revert": [
        up(fleet({"01HA": {"name": "Day 12", "expiry": JAN}, "01HB": {"unlimitedStorage": True}})),
        by_hand("rename", "01HA", "by hand"),
        by_hand("set_expiry", "01HB", DEC),
        lambda engine: engine.refresh(),
        up(fleet({"01HA": {"name": "Day 12", "expiry": JAN}, "01HB": {"unlimitedStorage": True}})),
    ],
    "a package that moves into a fleet and out of it": [
        up(one(name="Day 12", forceDestroy=True)),
        up(fleet({"01HA": {"name": "Day 12"}, "01HB": {}}, forceDestroy=True)),
        up({**one(name="Day 12"), **fleet({"01HB": {}}, forceDestroy=True)}),
    ],
    "a window that is moved, turned round, and shown again at its end": [
        up(window()),
        up(window(expiryEnd="2026-03-01T00:00:00Z")),
        up(window(expiryEnd="2026-03-01T00:00:00Z", archived=False)),
        up(window(received=True, unarchiveOnDestroy=True)),
        up({}),
    ],
    "a window, drift, refresh, revert": [
        up({**window(), **one(name="Day 12")}),
        by_hand("unarchive", "01HC"),
        lambda engine: engine.refresh(),
        up({**window(), **one(name="Day 12")}),
    ],
}

FAULTS: dict[str, dict[str, Any]] = {
    "lost before its effect": {"kind": "reset"},
    "lost after its effect": {"kind": "reset", "effect": True},
    "500": {"kind": "status", "status": 500},
    "500 after its effect": {"kind": "status", "status": 500, "effect": True},
    "429": {"kind": "rate_limit"},
}


def account(switches: Switches | None = None) -> Simulator:
    masv = Simulator(packages=0, switches=switches)
    masv.account.add_package(id="01HA", name="raw", expiry=DEC)
    masv.account.add_package(id="01HB", name="other", expiry=DEC)
    for package, day, received in (
        ("01HC", "2026-01-01", False),
        ("01HD", "2026-02-01", False),
        ("01HE", "2026-02-02", False),
        ("01HF", "2026-01-15", True),
    ):
        expiry = f"{day}T00:00:00Z"
        masv.account.add_package(id=package, state="expired", expiry=expiry, received=received)
    return masv


def holds(masv: Simulator) -> list[Any]:
    """What MASV holds, without when it was last touched."""
    packages = sorted(masv.account.packages(), key=lambda package: package.id)
    return [replace(package, updated_at=package.created_at) for package in packages]


def ends(masv: Simulator) -> list[tuple[str, str]]:
    return [(loss.package_id, loss.cause) for loss in masv.account.losses]


def stored(engine: Engine) -> dict[str, Any]:
    """What the stack's state holds, but for the random part of an id."""
    return {
        name: {**one, "id": re.sub("^(window|fleet)-.*", "", one["id"])}
        for name, one in engine.state.items()
    }


@cache
def undisturbed(life: str) -> list[tuple[list[Any], list[tuple[str, str]], dict[str, Any]]]:
    """What MASV holds, what has ended and what is stored after each act of a life."""
    masv, after = account(), []
    with masv.in_process():
        engine = Engine(masv)
        for act in LIVES[life]:
            act(engine)
            after.append((holds(masv), ends(masv), deepcopy(stored(engine))))
    return after


def branched(engine: Engine) -> Engine:
    """A stack and its account of their own, as these are now."""
    its = engine.masv.account
    own = {id(its.lock): RLock(), id(its._found): lru_cache(Found)}  # cannot be copied
    masv = Simulator(account=deepcopy(its, own))
    return replace(engine, masv=masv, state=deepcopy(engine.state), said=[*engine.said])


def beginnings(life: str, switches: Switches, retries: str = "0") -> list[tuple[Engine, int]]:
    """The stack before each act of an undisturbed life, and how many requests the act makes."""
    masv, found = account(switches), []
    with masv.in_process():
        engine = Engine(masv, config={"masv:maxRetries": retries})
        for act in LIVES[life]:
            before = branched(engine)
            masv.reset_journal()
            act(engine)
            found.append((before, len(masv.journal)))
    assert any(requests for _, requests in found)
    return found
