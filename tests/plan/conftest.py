"""What the tests of the plan decide on: a package with all that is known of it, and moments."""

from datetime import datetime, timezone
from typing import Any

from pulumi_masv import plan
from pulumi_masv.models import Declared, Package

NOW = datetime(2026, 6, 1, tzinfo=timezone.utc)
PAST = datetime(2026, 5, 1, tzinfo=timezone.utc)
SOON = datetime(2026, 7, 1, tzinfo=timezone.utc)
LATER = datetime(2026, 12, 1, tzinfo=timezone.utc)
LAST = datetime(2027, 6, 1, tzinfo=timezone.utc)

FILES = ("new", "finalized")
GONE = ("expired", "archived")
EVERY_STATE = (*FILES, *GONE)


def package(state: str = "finalized", **fields: Any) -> Package:
    return Package.model_validate(
        {
            "id": "01HP",
            "name": "Day 12",
            "state": state,
            "expiry": LATER,
            "unlimited_storage": False,
            "size": 41_200_000_000,
            "total_files": 12,
            **fields,
        }
    )


def planned(observed: Package, stored: dict[str, Any] | None = None, **declared: Any) -> plan.Plan:
    before = None if stored is None else Declared.model_construct(**stored)
    return plan.converge(observed, Declared(**declared), before, NOW)


def steps(result: plan.Plan) -> tuple[plan.Step, ...]:
    assert result.refusals == ()
    return result.steps


def refusal(result: plan.Plan) -> plan.Refusal:
    [found] = result.refusals
    return found
