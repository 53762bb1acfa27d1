"""Stores the state that a version comes to: `python -m tests.upgrades.make NAME [CLONE]`.

CLONE is a folder with that version, this one if left out; the engine must be on PATH. The state
becomes `NAME.json` beside this file. Whatever it holds is made up: the account is the simulator's.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from pulumi_masv.simulator import Simulator

HERE = Path(__file__).parent
PROJECT = "name: upgrades\nruntime: {name: python, options: {toolchain: pip, virtualenv: %s}}\n"
PASSPHRASE = "test"


def account(masv: Simulator) -> None:
    """Fill an account so that the program's first up has something to write of each kind."""
    add = masv.account.add_package
    add(id="01HDAY12", name="raw", expiry="2099-03-01T00:00:00Z", created_at="2026-02-20T09:00:00Z")
    add(
        id="01HSECRET", name="raw", expiry="2099-03-01T00:00:00Z", created_at="2026-02-20T09:00:00Z"
    )
    ended: dict[str, Any] = {"state": "expired", "created_at": "2025-12-01T09:00:00Z"}
    add(id="01H0VER", expiry="2026-02-20T00:00:00Z", **ended)
    add(id="01HWIND0W", expiry="2026-01-15T00:00:00Z", **ended)
    for number in (1, 2, 3):
        add(
            id=f"01HSEASON{number}",
            name=f"raw {number}",
            expiry="2099-03-01T00:00:00Z",
            created_at="2026-02-21T09:00:00Z",
        )


def done(masv: Simulator) -> None:
    """Do to an account what the program's first up did."""
    change = masv.account
    change.rename("01HDAY12", "Day 12")
    change.set_expiry("01HDAY12", "2098-01-31T00:00:00Z")
    change.rename("01HSECRET", "Mothlight")
    change.archive("01H0VER")
    change.archive("01HWIND0W")
    change.rename("01HSEASON1", "Day 1")
    change.set_expiry("01HSEASON1", "2098-01-31T00:00:00.175Z")
    change.set_unlimited("01HSEASON2")


def main(name: str, clone: str = str(HERE.parents[1])) -> None:
    with tempfile.TemporaryDirectory() as made, Simulator(packages=0) as masv:
        account(masv)
        folder = Path(made)
        shutil.copy(HERE / "program.py", folder / "__main__.py")
        (folder / "Pulumi.yaml").write_text(PROJECT % sys.prefix)
        environment = {
            **os.environ,
            "PYTHONPATH": clone,
            "PULUMI_BACKEND_URL": folder.as_uri(),
            "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
            "PULUMI_HOME": str(folder / "home"),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            **masv.environment,
        }

        def pulumi(*arguments: str) -> str:
            command = ["pulumi", *arguments, "--non-interactive"]
            ran = subprocess.run(
                command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True, check=True
            )
            return ran.stdout

        pulumi("stack", "init", "test")
        pulumi("up", "--yes", "--skip-preview")
        state = json.loads(pulumi("stack", "export"))
        # Where this machine keeps Python and the clone is nobody's business.
        text = re.sub(
            r"(project:///)(\.\./)+\S*?/((bin|lib|pulumi_masv)/)", r"\1\3", json.dumps(state)
        )
        (HERE / f"{name}.json").write_text(json.dumps(json.loads(text), indent=1) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
