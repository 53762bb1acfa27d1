"""What a type checker says of a program: a typo is an error, and all that works is not."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROGRAM = """\
from datetime import date, datetime, timezone
from uuid import UUID

import pulumi
import pulumi_masv as masv

until = datetime(2027, 1, 31, tzinfo=timezone.utc)
later = pulumi.Output.from_input("Day 12")
fleet = masv.PackageFleet(
    "fleet",
    packages={
        "01HA": masv.PackageArgs(name=later, expiry=until),
        "01HB": {"name": later, "unlimited_storage": True, "archived": None},
        "01HC": pulumi.Output.from_input(masv.PackageArgs()),
        "01HD": {},
    },
)
some: dict[str, masv.PackageArgs] = {}
masv.PackageFleet("some", packages=some)
entry: masv.PackageArgsDict = {"expiry": "2027-01-31T00:00:00Z"}
masv.PackageFleet("dicts", packages={"01HA": entry})


def sizes(live: "dict[str, masv.LivePackage]") -> int:
    return sum(one.get("size", 0) for one in live.values() if one["state"] != "expired")


def files(summary: masv.FleetSummary) -> int:
    return summary["files"]


fleet.summary.apply(files)
fleet.live.apply(lambda live: sizes(dict(live)))

masv.PackageFleet("typo", packages={"01HA": {"expry": until}})  # wrong
masv.PackageFleet("date", packages={"01HA": {"expiry": date(2027, 1, 31)}})  # wrong
masv.PackageFleet("flag", packages={"01HA": masv.PackageArgs(archived="yes")})  # wrong
masv.PackageLifecycle("uuid", package_id=UUID(int=1))  # wrong
fleet.summary.apply(lambda summary: summary["size"])  # wrong
fleet.live.apply(lambda live: live["01HA"]["totalFiles"])  # wrong
"""


def test_a_typo_in_a_fleet_is_an_error_of_the_type_checker(tmp_path: Path) -> None:
    path = tmp_path / "program.py"
    path.write_text(PROGRAM)
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--no-error-summary",
         f"--cache-dir={ROOT / '.mypy_cache'}", str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    lines = PROGRAM.splitlines()
    wrong = {number for number, line in enumerate(lines, 1) if line.endswith("# wrong")}
    found = re.findall(r"program\.py:(\d+): error:", done.stdout)
    assert {int(number) for number in found} == wrong, done.stdout + done.stderr
