"""Programs and what they end, as the tests of deletions write and ask it."""

import json
import subprocess
from pathlib import Path
from typing import Any

from pulumi_masv.simulator import Simulator
from tests.engine.conftest import Stack

FORCED = "force_destroy=True"


LATE, EARLY = "2026-12-01T00:00:00Z", "2026-06-01T00:00:00Z"


OTHER_PROVIDER = """
other = masv.Provider("other", api_key={key!r}, team_id={team!r}, base_url={url!r})
"""


def lifecycle(name: str, package_id: str, *rest: str) -> str:
    return f"masv.PackageLifecycle({', '.join([repr(name), f'package_id={package_id}', *rest])})\n"


def fleet(name: str, packages: str, *rest: str) -> str:
    return f"masv.PackageFleet({', '.join([repr(name), f'packages={packages}', *rest])})\n"


def options(*given: str) -> str:
    return f"opts=ResourceOptions({', '.join(given)})"


def package(masv: Simulator, name: str = "Day 12", **more: Any) -> str:
    return masv.account.add_package(name=name, size=5, total_files=2, **more)


def lost(masv: Simulator) -> list[str]:
    return [loss.package_id for loss in masv.account.losses]


def report(stack: Stack, folder: Path, *arguments: str) -> tuple[int, dict[str, Any]]:
    """What `pulumi-masv preview` answers: its exit status, and its report as JSON."""
    told = folder / "report.json"
    done = subprocess.run(
        ["pulumi-masv", "preview", "--format", "json", "--output", str(told), "--", *arguments],
        cwd=stack.folder,
        env=stack.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.exists(), done.stdout + done.stderr
    return done.returncode, json.loads(told.read_text())


def started(stack: Stack, before: str, after: str) -> None:
    """A stack that has the first program, and is given the second."""
    stack.program(before)
    stack.up()
    stack.program(after)


def ends(stack: Stack, masv: Simulator, folder: Path, *gone: str) -> str:
    """The preview and the report name these packages, and the up ends these and no others.

    Return what the preview shows.
    """
    shown = stack.preview().text
    status, told = report(stack, folder)
    assert (status, sorted(one["id"] for one in told["losses"])) == (3 if gone else 0, sorted(gone))
    assert sorted(i for i in (*gone, "LOSS") if i in shown) == sorted(
        [*gone, "LOSS"] if gone else []
    )
    assert lost(masv) == []
    stack.up()
    assert sorted(lost(masv)) == sorted(gone)
    return shown
