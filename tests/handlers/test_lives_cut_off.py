"""Cut off at any request and run again, every verb ends in the same place with nothing lost."""

from typing import Any

import pytest

from pulumi_masv.simulator import Switches
from pulumi_masv.simulator.contracts import CONTRACTS
from tests.handlers.conftest import Engine, Refused
from tests.handlers.lives import (
    FAULTS,
    LIVES,
    Act,
    account,
    beginnings,
    branched,
    ends,
    holds,
    stored,
    undisturbed,
)


def cut_off(engine: Engine, act: Act, fault: str, request: int) -> bool:
    """Do an act that a fault befalls, and again if it says so in one line."""
    engine.masv.faults.set(at=request, **FAULTS[fault])
    try:
        act(engine)
    except Refused as refused:
        assert len(refused.lines) == 1
        engine.masv.faults.clear()
        act(engine)
        return True
    engine.masv.faults.clear()  # what is read side by side may need a request less
    return False


def each_end_was_named(engine: Engine, life: str) -> bool:
    return "tombstone" in life or all(
        any("LOSS" in line or "destroys" in line for line in engine.said if package_id in line)
        for package_id, cause in ends(engine.masv)
        if cause == "delete"
    )


@pytest.mark.parametrize(
    ("retries", "refused_again"),
    [
        pytest.param("0", "accepted", marks=pytest.mark.thorough),
        ("0", "refused"),
        pytest.param("5", "refused", marks=pytest.mark.thorough),
    ],
)
@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(name, marks=[pytest.mark.thorough] if name[:3] in ("429", "500") else [])
        for name in FAULTS
    ],
)
@pytest.mark.parametrize("life", LIVES)
def test_a_life_cut_off_at_any_request_ends_the_same(
    life: str, fault: str, retries: str, refused_again: Any
) -> None:
    acts, calm = LIVES[life], undisturbed(life)
    switches = Switches(repeated_transition=refused_again)
    for cut, (before, requests) in enumerate(beginnings(life, switches, retries)):
        for request in range(1, requests + 1):
            where = f"act {cut + 1}, request {request}"
            engine = branched(before)
            with engine.masv.in_process():
                was_refused = cut_off(engine, acts[cut], fault, request)
                assert retries == "0" or not was_refused, where
                for i, act in enumerate([None, *acts[cut + 1 :]], cut):
                    if act:
                        act(engine)
                    found = (holds(engine.masv), ends(engine.masv), stored(engine))
                    if found == calm[i]:
                        break  # what follows is what follows undisturbed
            assert found == calm[i], where
            assert each_end_was_named(engine, life), where


def shown(packages: list[Any]) -> list[tuple[str, str, str]]:
    """What is the same of every MASV: each package's id, name and state."""
    return [(one.id, one.name, one.state) for one in packages]


@pytest.mark.parametrize(
    "contract",
    [
        pytest.param(name, marks=[] if name == "the nastiest" else pytest.mark.thorough)
        for name in CONTRACTS
    ],
)
@pytest.mark.parametrize("life", LIVES)
def test_a_life_under_any_contract_ends_as_it_does_as_documented(life: str, contract: str) -> None:
    acts = LIVES[life]
    [*_, (documented, ended, _)] = undisturbed(life)
    for cut, (before, requests) in enumerate(beginnings(life, CONTRACTS[contract])):
        for request in sorted({1, requests // 2 + 1, requests} if requests else ()):
            where = f"act {cut + 1}, request {request}"
            engine = branched(before)
            with engine.masv.in_process():
                lost = "lost before its effect" if request % 2 else "lost after its effect"
                cut_off(engine, acts[cut], lost, request)
                for act in acts[cut + 1 :]:
                    act(engine)
            assert shown(holds(engine.masv)) == shown(documented), where
            assert ends(engine.masv) == ended, where
            assert each_end_was_named(engine, life), where


@pytest.mark.parametrize("contract", CONTRACTS)
@pytest.mark.parametrize("life", LIVES)
def test_an_up_that_changes_nothing_writes_nothing_under_any_contract(
    life: str, contract: str
) -> None:
    masv = account(CONTRACTS[contract])
    with masv.in_process():
        engine = Engine(masv)
        for act in LIVES[life]:
            act(engine)
            if act.__name__ == "up":
                masv.reset_journal()
                act(engine)
                assert masv.writes == []
