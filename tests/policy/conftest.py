"""What the tests of the policy decide on: a package with all that is known of it, and rules."""

from datetime import datetime, timedelta, timezone
from typing import Any

from pulumi_masv import policy
from pulumi_masv.models import Package
from pulumi_masv.policy import Decision, Manifest

NOW = datetime(2026, 11, 24, 15, 30, tzinfo=timezone.utc)
DAY = timedelta(days=1)


def package(package_id: str = "P", **values: Any) -> Package:
    known: dict[str, Any] = {
        "id": package_id,
        "state": "finalized",
        "name": "day 12_raw",
        "sender": "dailies@studio.example",
        "size": 1000,
        "created_at": NOW - 10 * DAY,
        "expiry": NOW + 60 * DAY,
        "unlimited_storage": False,
        "received": False,
        "tags": (),
        "portal": "",
    }
    return Package.model_validate(known | values)


def manifest(*rules: dict[str, Any], **others: Any) -> Manifest:
    return Manifest.model_validate({"rules": rules, **others})


def decide(rules: Manifest, *packages: Package, now: datetime = NOW) -> Decision:
    return policy.evaluate(rules, packages, now)


def end(decision: Decision, package_id: str = "P") -> Any:
    return decision.declared[package_id].end
