"""What the vocabulary's tests speak of: a package with all that is known, and two losses."""

from datetime import datetime, timezone
from typing import Any

from pulumi_masv.models import Package
from pulumi_masv.plan import Loss

NOW = datetime(2026, 6, 1, tzinfo=timezone.utc)
SOON = datetime(2026, 7, 1, tzinfo=timezone.utc)
LATER = datetime(2026, 12, 1, tzinfo=timezone.utc)

HELD = "12 files (41.2GB, 41200000000 bytes)"
EARLIER = Loss(ends=SOON, planned=LATER, why="expiry earlier")
AT_ONCE = Loss(ends=NOW, planned=LATER, why="deleted")


def package(package_id: str = "01HP", **fields: Any) -> Package:
    known: dict[str, Any] = {
        "id": package_id,
        "name": "Day 12",
        "state": "finalized",
        "expiry": LATER,
        "unlimited_storage": False,
        "size": 41_200_000_000,
        "total_files": 12,
    }
    return Package.model_validate(known | fields)
