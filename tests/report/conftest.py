"""A preview in a few words: its steps, and what the run's checks and hooks recorded."""

import json
from datetime import timedelta
from typing import Any

from typer.testing import CliRunner, Result

from pulumi_masv.cli.app import app
from pulumi_masv.report import preview, summary

NOW = "2026-11-24T22:00:00Z"
PLANNED = "2027-03-01T00:00:00Z"
TYPE = "pulumi-python:dynamic/masv:"
Bag = dict[str, Any]


def urn(name: str, kind: str = "PackageLifecycle") -> str:
    token = kind if ":" in kind else TYPE + kind
    return f"urn:pulumi:team::dailies::{token}::{name}"


def step(op: str, name: str, *, kind: str = "PackageLifecycle", **more: Any) -> Bag:
    """What a run does with a resource."""
    return {"op": op, "urn": urn(name, kind), **more}


def record(package_id: str, does: str, **more: Any) -> Bag:
    """What was recorded of a package, asked for by a resource of the same name."""
    bag = {"urn": urn(package_id.lower()), "id": package_id, "does": does, "now": NOW}
    held = {"name": "Day 12", "state": "finalized", "files": 12, "bytes": 41_200_000_000}
    ends = {"endBefore": PLANNED, "endAfter": PLANNED, "filesAfter": True}
    return {**bag, **held, **ends, **more}


def destroyed(package_id: str, **more: Any) -> Bag:
    """A deletion that ends files at once."""
    loss = {"ends": NOW, "planned": PLANNED, "why": "deleted", "atOnce": True}
    change = {"property": "files", "before": "kept", "after": "destroyed"}
    after = {"endAfter": NOW, "filesAfter": False, "changes": [change]}
    return record(package_id, "ended", loss=loss, **{**after, **more})


def earlier(package_id: str, ends: str = "2027-01-31T12:00:00Z", **more: Any) -> Bag:
    """An expiry that is moved to an earlier day."""
    loss = {"ends": ends, "planned": PLANNED, "why": "expiry earlier", "atOnce": False}
    change = {"property": "expiry", "before": PLANNED, "after": ends}
    after = {"endAfter": ends, "changes": [change]}
    return record(package_id, "changed", loss=loss, **{**after, **more})


def line(*records: Bag, prefix: str = "") -> Bag:
    """Records as they stand among the diagnostics."""
    text = json.dumps(records, separators=(",", ":"))
    return {"message": f"{prefix}masv-verdicts {text}\n", "severity": "info"}


def printed(*steps: Bag, records: tuple[Bag, ...] = (), says: tuple[Bag, ...] = ()) -> bytes:
    """What Pulumi prints; where no step is given, each record has one."""
    done = steps or tuple({"op": "update", "urn": one["urn"]} for one in records)
    told = (*says, line(*records)) if records else says
    return json.dumps({"steps": done, "diagnostics": told, "changeSummary": {}}).encode()


def of_name(name: str) -> bytes:
    """A loss at once, a loss later, an end on schedule, a refusal and a doubt, all of one name."""
    renamed = {"property": "name", "before": name, "after": name + "!"}
    return printed(
        records=(
            destroyed("01HA", name=name),
            earlier("01HB", name=name, changes=[renamed]),
            record("01HC", "unchanged", name=name, endAfter="2026-12-01T00:00:00Z"),
            record("01HD", "refused", name=name, refusals=[f"files of {name} exist"]),
            record("01HE", "adopted", name=name, doubt=f"{name} has no expiry"),
        )
    )


def told(text: bytes, within: timedelta = timedelta(days=14)) -> summary.Report:
    """The report of a preview."""
    return summary.summarise(preview.read(text), within)


def run(text: bytes, *arguments: str) -> Result:
    """What the command makes of a preview."""
    return CliRunner().invoke(app, ["report", "-", *arguments], input=text)
