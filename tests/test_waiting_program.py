"""What a fleet waits for before its check is told its URN."""

import asyncio
from typing import Any

import pulumi
import pytest

from pulumi_masv import kinds, program
from pulumi_masv.lifecycle.registry import Registry


def test_a_fleet_waits_for_no_id_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "_LONGEST", 0.01)

    async def made() -> Any:
        run = program.Program(Registry(), engine=object())
        waits, fleet = run.holder("a", None), run.holder("f", None)
        run.later(pulumi.Output.from_input(asyncio.Future()), waits, lambda known: known)
        urn = run.context(kinds.FLEET, "f", None, fleet)
        assert urn is not None
        return await urn, run.registry.awaited()

    urn, awaited = asyncio.run(made())
    assert (kinds.name_of(urn), awaited) == ("f", ["the packages of a"])
