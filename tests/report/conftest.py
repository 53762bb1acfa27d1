"""A preview in a few words: one forced removal, one move of an expiry, one that stays."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from pulumi_masv.models import Package, parse_instant
from pulumi_masv.report import asked, preview, summary

NOW = "2026-11-24T22:00:00Z"
FLEET = "pulumi-python:dynamic/masv:PackageFleet"
TOKEN = "pulumi-python:dynamic/masv:PackageLifecycle"
PROVIDER = "urn:pulumi:team::dailies::pulumi:providers:pulumi-python::default::1"
Bag = dict[str, Any]


def state(package_id: str, inputs: Bag | None = None, **outputs: Any) -> Bag:
    live = {"state": "finalized", "unlimitedStorage": False, "size": 41_200_000_000}
    given = {"packageId": package_id, **(inputs or {})}
    stored = {"name": "Day 12", "expiry": "2027-03-01T00:00:00Z", "totalFiles": 12, **outputs}
    flags = {name: value for name, value in given.items() if name == "forceDestroy"}
    return {
        "type": TOKEN,
        "provider": PROVIDER,
        "id": package_id,
        "inputs": given,
        "outputs": {"packageId": package_id, **live, **stored, **flags, "declared": sorted(given)},
    }


def step(op: str, old: Bag | None = None, **inputs: Any) -> Bag:
    package_id = inputs.get("packageId") or (old or {"id": ""})["id"]
    urn = f"urn:pulumi:team::dailies::{TOKEN}::{package_id.lower()}"
    made: Bag = {"op": op, "urn": urn, "oldState": old}
    if op not in ("delete", "refresh"):
        made["newState"] = {
            "type": TOKEN,
            "provider": PROVIDER,
            "inputs": {"packageId": package_id, **inputs},
        }
    return made


def fleet(
    op: str, declared: Bag, *, flags: Bag | None = None, hides: Bag | None = None, **live: Bag
) -> Bag:
    """A step of a fleet whose state holds `live`, and whose flags are stored and kept."""
    shared = {"type": FLEET, "provider": PROVIDER}
    entry = {"state": "finalized", "expiry": "2027-03-01T00:00:00Z", "size": 1, "totalFiles": 1}
    outputs = {"live": {i: entry | one for i, one in live.items()}, **(flags or {})}
    outputs["declared"] = {i: [] for i in live}
    old = {"inputs": {"packages": {i: {} for i in live}, **(flags or {})}, "outputs": outputs}
    old["outputs"] |= hides or {}
    new = {"inputs": {"packages": declared, **(flags or {})}}
    made = {"op": op, "urn": f"urn:pulumi:team::dailies::{FLEET}::f", "oldState": shared | old}
    return made if op == "delete" else made | {"newState": shared | new}


def printed(*steps: Bag, **more: Any) -> bytes:
    return json.dumps({"steps": steps, "changeSummary": {}, **more}).encode()


def of_name(name: str) -> bytes:
    """A loss at once, a loss later, and an end on schedule, all of one name."""
    return printed(
        step("delete", state("01HA", {"forceDestroy": True}, name=name)),
        step("update", state("01HB", name=name), expiry="2027-01-31T12:00:00Z", name=name + "!"),
        step("same", state("01HC", name=name, expiry="2026-12-01T00:00:00Z")),
        step("delete", state("01HD", name=name)),
    )


def told(text: bytes, seen: Mapping[str, Package] | None = None) -> summary.Report:
    """The report of a preview, where MASV says what is in `seen`."""
    read = preview.read(text)
    return summary.summarise(
        read,
        asked.turns(read),
        seen=seen or {},
        unseen="nobody looked",
        now=parse_instant(NOW),
        within=timedelta(days=14),
    )


@pytest.fixture(autouse=True)
def no_account(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MASV_API_KEY", "MASV_TEAM_ID", "MASV_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
