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
from typing import Any

from pulumi_masv.report import page, preview, summary

PICTURE = Path(__file__).with_name("report.png")
NOW = "2026-11-24T09:00:00Z"
URN = "urn:pulumi:prod::dailies::pulumi-python:dynamic/masv:PackageFleet::season-2"
# name, files, gigabytes, its end before and after, and why it is lost, if it is.
EXAMPLE = (
    ("Day 11 raw dailies", 412, 812, "2027-01-31T00:00:00Z", NOW, "removed from a fleet"),
    (
        "Day 12 raw dailies",
        388,
        764,
        "2027-01-31T00:00:00Z",
        "2026-12-15T00:00:00Z",
        "expiry earlier",
    ),
    ("Score mixes, final", 64, 38, "never", "2027-01-15T00:00:00Z", "unlimited ended"),
    ("Trailer masters", 9, 146, "2026-12-20T00:00:00Z", "2027-02-20T00:00:00Z", ""),
    ("Archive of season 1", 1290, 5200, "2027-01-10T00:00:00Z", "never", ""),
    ("Press kit", 31, 2, "2026-12-03T00:00:00Z", "2026-12-03T00:00:00Z", ""),
    ("Color references", 120, 17, "2026-12-06T12:00:00Z", "2026-12-06T12:00:00Z", ""),
)


def recorded(number: int) -> dict[str, Any]:
    """What the check of one fleet records of a package."""
    name, files, gigabytes, before, after, why = EXAMPLE[number]
    at_once = after == NOW
    change = {"property": "expiry", "before": before, "after": after}
    if at_once:
        change = {"property": "files", "before": "kept", "after": "destroyed"}
    loss = {"ends": after, "planned": before, "why": why, "atOnce": at_once}
    return {
        "urn": URN,
        "id": f"01JD3XK7V9Q2M4R8T6W0Y5Z1{number:02d}",
        "does": "unchanged" if before == after else "ended" if at_once else "changed",
        "now": NOW,
        "name": name,
        "state": "finalized",
        "files": files,
        "bytes": gigabytes * 10**9,
        "endBefore": before,
        "endAfter": after,
        "filesAfter": not at_once,
        "changes": [] if before == after else [change],
        **({"loss": loss} if why else {}),
    }


def example() -> bytes:
    """A preview of one fleet in which a bit of everything happens."""
    records = json.dumps([recorded(number) for number in range(len(EXAMPLE))])
    said = {"message": f"masv-verdicts {records}", "severity": "info", "urn": URN}
    steps = [{"op": "update", "urn": URN}]
    return json.dumps({"steps": steps, "diagnostics": [said]}).encode()


def main() -> int:
    browser = shutil.which("chromium")
    if browser is None:
        print("no chromium here: run make browser")
        return 1
    report = summary.summarise(preview.read(example()), timedelta(days=14))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "report.html")
        file.write_bytes(page.render(report))
        command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
        command += ["--disable-quic", "--no-first-run", "--disable-background-networking"]
        command += ["--disable-component-update", "--disable-sync", "--window-size=1060,1130"]
        command += [*sys.argv[1:], f"--user-data-dir={folder}/profile", f"--screenshot={PICTURE}"]
        subprocess.run([*command, file.as_uri()], check=True, capture_output=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
