"""What a report over 10,000 packages takes, each format in a process of its own.

python benchmarks/report_time.py [PACKAGES]    prints seconds, processor time and peak memory
"""

import json
import os
import sys
import tempfile
import time
from pathlib import Path

FLEET = "pulumi-python:dynamic/masv:PackageFleet"
URN = f"urn:pulumi:team::dailies::{FLEET}::all"
PROVIDER = "urn:pulumi:team::dailies::pulumi:providers:pulumi-python::default::1"
FORMATS = ("markdown", "html", "svg", "json", "ics")


def preview(packages: int) -> bytes:
    """A preview, refreshed, that renames every package and ends each one earlier."""
    ids = [f"01J8ZK3V9D{number:016d}" for number in range(packages)]
    live = {
        package_id: {
            "name": f"Day {number} raw <dailies>",
            "expiry": "2027-06-01T00:00:00Z",
            "unlimitedStorage": False,
            "archived": False,
            "pendingArchive": False,
            "state": "finalized",
            "size": number * 10**9,
            "totalFiles": number % 40,
        }
        for number, package_id in enumerate(ids)
    }
    declared = {
        package_id: {"name": f"Day {number}", "expiry": f"2026-12-{1 + number % 28:02d}T00:00:00Z"}
        for number, package_id in enumerate(ids)
    }
    shared = {"type": FLEET, "provider": PROVIDER}
    old = {
        **shared,
        "id": "fleet-1",
        "inputs": {"packages": {package_id: {} for package_id in ids}},
        "outputs": {"live": live, "declared": {package_id: [] for package_id in ids}},
    }
    new = {**shared, "inputs": {"packages": declared}}
    steps = [
        {"op": "refresh", "urn": URN, "oldState": old, "newState": old},
        {"op": "update", "urn": URN, "oldState": old, "newState": new},
    ]
    return json.dumps({"steps": steps, "changeSummary": {"update": 1}}, indent=4).encode()


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
            child = os.posix_spawn(command, [*asked, "--now", "2026-11-24T00:00:00Z"], os.environ)
            _, status, used = os.wait4(child, 0)
            took = time.perf_counter() - started
            assert os.waitstatus_to_exitcode(status) == 3
            unit = 1024**2 if sys.platform == "darwin" else 1024
            busy = used.ru_utime + used.ru_stime
            peak = used.ru_maxrss // unit
            print(f"{name:9} {took:5.2f} s, {busy:5.2f} s of a processor, {peak:4} MiB")


if __name__ == "__main__":
    main()
