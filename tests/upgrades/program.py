"""The stack whose state each version stored: a package alone, a fleet, a window, and a secret."""

import pulumi

import pulumi_masv as masv

masv.PackageLifecycle(
    "day12",
    package_id="01HDAY12",
    name="Day 12",
    expiry="2098-01-31T00:00:00Z",
    archived=True,
    force_destroy=True,
)
masv.PackageLifecycle(
    "secret",
    package_id="01HSECRET",
    name=pulumi.Output.secret("Mothlight"),
    archive_on_destroy=True,
)
masv.PackageLifecycle("over", package_id="01H0VER", archived=True)
masv.PackageFleet(
    "season",
    packages={
        "01HSEASON1": {"name": "Day 1", "expiry": "2098-01-31T00:00:00.175Z"},
        "01HSEASON2": {"unlimited_storage": True},
        "01HSEASON3": {"archived": True},
    },
    force_destroy=True,
)
masv.ArchiveWindow("old", expiry_start="2026-01-01T00:00:00Z", expiry_end="2026-02-01T00:00:00Z")
