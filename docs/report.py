"""Draws docs/report.png: the page of a report over a fixed example, as a browser shows it.

python docs/report.py                takes Chromium (make browser)
"""

import json
import shutil
import subprocess
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

from pulumi_masv.models import parse_instant
from pulumi_masv.report import asked, page, preview, summary

PICTURE = Path(__file__).with_name("report.png")
NOW = "2026-11-24T09:00:00Z"
FLEET = "pulumi-python:dynamic/masv:PackageFleet"
# name, files, gigabytes, the end so far, and what becomes of it; None is taken out.
EXAMPLE = (
    ("Day 11 raw dailies", 412, 812, "2027-01-31T00:00:00Z", None),
    ("Day 12 raw dailies", 388, 764, "2027-01-31T00:00:00Z", {"expiry": "2026-12-15T00:00:00Z"}),
    ("Score mixes, final", 64, 38, None, {"expiry": "2027-01-15T00:00:00Z"}),
    ("Trailer masters", 9, 146, "2026-12-20T00:00:00Z", {"expiry": "2027-02-20T00:00:00Z"}),
    ("Archive of season 1", 1290, 5200, "2027-01-10T00:00:00Z", {"unlimitedStorage": True}),
    ("Press kit", 31, 2, "2026-12-03T00:00:00Z", {}),
    ("Color references", 120, 17, "2026-12-06T12:00:00Z", {}),
)


def example() -> bytes:
    """A preview of one fleet in which a bit of everything happens."""
    ids = [f"01JD3XK7V9Q2M4R8T6W0Y5Z1{number:02d}" for number in range(len(EXAMPLE))]
    live = {
        package_id: {
            "name": name,
            "state": "finalized",
            "totalFiles": files,
            "size": gigabytes * 10**9,
            "unlimitedStorage": end is None,
            **({"expiry": end} if end else {}),
        }
        for package_id, (name, files, gigabytes, end, _) in zip(ids, EXAMPLE, strict=True)
    }
    declared = {i: one[4] for i, one in zip(ids, EXAMPLE, strict=True) if one[4] is not None}
    shared = {"type": FLEET, "provider": "urn:pulumi:prod::dailies::pulumi:providers:x::default::1"}
    flags = {"forceDestroy": True}
    old = {
        **shared,
        "inputs": {"packages": {i: {} for i in ids}, **flags},
        "outputs": {"live": live, "declared": {i: [] for i in ids}, **flags},
    }
    new = {**shared, "inputs": {"packages": declared, **flags}}
    urn = f"urn:pulumi:prod::dailies::{FLEET}::season-2"
    steps = [
        {"op": "refresh", "urn": urn, "oldState": old, "newState": old},
        {"op": "update", "urn": urn, "oldState": old, "newState": new},
    ]
    return json.dumps({"steps": steps, "changeSummary": {"update": 1}}).encode()


def main() -> int:
    browser = shutil.which("chromium")
    if browser is None:
        print("no chromium here: run make browser")
        return 1
    read = preview.read(example())
    report = summary.summarise(
        read,
        asked.turns(read),
        seen={},
        unseen="",
        now=parse_instant(NOW),
        within=timedelta(days=14),
    )
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "report.html")
        file.write_bytes(page.render(report))
        command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
        command += ["--disable-quic", "--no-first-run", "--disable-background-networking"]
        command += ["--disable-component-update", "--disable-sync", "--window-size=1060,900"]
        command += [*sys.argv[1:], f"--user-data-dir={folder}/profile", f"--screenshot={PICTURE}"]
        subprocess.run([*command, file.as_uri()], check=True, capture_output=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
