"""What a report over 10,000 packages takes, each format in a process of its own.

python benchmarks/report_time.py [PACKAGES]    prints seconds, processor time and peak memory
"""

import json
import os
import sys
import tempfile
import time
from pathlib import Path

TYPE = "pulumi-python:dynamic/masv:PackageFleet"
URN = f"urn:pulumi:team::dailies::{TYPE}::all"
FORMATS = ("text", "markdown", "html", "svg", "json", "ics")
IN_A_MESSAGE = 500  # records


def preview(packages: int) -> bytes:
    """A preview that renames every package of a fleet and ends each one earlier."""
    records = [record(number) for number in range(packages)]
    parts = (records[i : i + IN_A_MESSAGE] for i in range(0, packages, IN_A_MESSAGE))
    said = [f"masv-verdicts {json.dumps(part, separators=(',', ':'))}" for part in parts]
    live = {one["id"]: {"name": one["name"], "expiry": one["endBefore"]} for one in records}
    wanted = {one["id"]: {"name": "Day", "expiry": one["endAfter"]} for one in records}
    old = {"type": TYPE, "inputs": {"packages": live}, "outputs": {"live": live}}
    new = {"type": TYPE, "inputs": {"packages": wanted}}
    whole = {
        "steps": [{"op": "update", "urn": URN, "oldState": old, "newState": new}],
        "diagnostics": [{"urn": URN, "message": text, "severity": "info"} for text in said],
        "changeSummary": {"update": 1},
    }
    return json.dumps(whole, indent=4).encode()


def record(number: int) -> dict[str, object]:
    """What the check of such a fleet records of one of its packages."""
    name, before = f"Day {number} raw <dailies>", "2027-06-01T00:00:00Z"
    after = f"2026-12-{1 + number % 28:02d}T00:00:00Z"
    return {
        "urn": URN,
        "id": f"01J8ZK3V9D{number:016d}",
        "does": "changed",
        "now": "2026-11-24T00:00:00Z",
        "name": name,
        "state": "finalized",
        "files": number % 40,
        "bytes": number * 10**9,
        "endBefore": before,
        "endAfter": after,
        "filesAfter": True,
        "changes": [
            {"property": "name", "before": name, "after": f"Day {number}"},
            {"property": "expiry", "before": before, "after": after},
        ],
        "loss": {"ends": after, "planned": before, "why": "expiry earlier", "atOnce": False},
    }


def main() -> None:
    packages = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    command = str(Path(sys.executable).with_name("pulumi-masv"))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "preview.json")
        file.write_bytes(preview(packages))
        for name in FORMATS:
            output = str(Path(folder, "report"))
            asked = [command, "report", str(file), "--format", name, "--output", output]
            started = time.perf_counter()
            child = os.posix_spawn(command, asked, os.environ)
            _, status, used = os.wait4(child, 0)
            took = time.perf_counter() - started
            assert os.waitstatus_to_exitcode(status) == 3
            unit = 1024**2 if sys.platform == "darwin" else 1024
            busy = used.ru_utime + used.ru_stime
            peak = used.ru_maxrss // unit
            print(f"{name:9} {took:5.2f} s, {busy:5.2f} s of a processor, {peak:4} MiB")


if __name__ == "__main__":
    main()
