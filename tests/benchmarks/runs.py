"""Figures as a measurement writes them down, every one of them 1 unless it is given."""

from typing import Any

PHASES = ("first up", "no-op up", "up, 1 % changed", "refresh")


def run(key: str, packages: int, account: int | None = None, **given: Any) -> dict[str, Any]:
    """Return one run; what is not a figure of the whole is one of each phase."""
    whole = {"state_bytes": 1, "resource_bytes": 1}
    phase = {
        "seconds": 1.0,
        "cpu": {"engine": 0.5, "program": 0.25, "handler": 0.25},
        "written_bytes": 1,
        "reads": 0,
        "writes": 1,
        "handler_bytes": 1,
    }
    return {
        "variant": key,
        "packages": packages,
        "account": account or packages,
        **{name: given.get(name, value) for name, value in whole.items()},
        "phases": {name: {k: given.get(k, v) for k, v in phase.items()} for name in PHASES},
    }


def measured(*runs: dict[str, Any]) -> dict[str, Any]:
    machine = dict.fromkeys(("cores", "cpu", "python", "sdk", "engine", "date"), "one")
    return {
        "command": "python",
        "machine": machine,
        "latency": 0.02,
        "concurrency": 32,
        "notes": [],
        "runs": list(runs),
    }
