"""`pulumi-masv simulator`: a MASV on this machine, until Ctrl-C."""

import os
import threading
import time
from datetime import datetime, timezone
from pathlib import Path
from typing import Annotated

import typer

from pulumi_masv.cli import refused
from pulumi_masv.simulator import Account, Simulator
from pulumi_masv.simulator.seed import fill, sow


def simulator(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 for a free one.")] = 0,
    packages: Annotated[
        int | None, typer.Option(min=0, help="How many plausible packages there are (12).")
    ] = None,
    seed: Annotated[
        Path | None, typer.Option(help="A JSON file of packages, instead of --packages.")
    ] = None,
    now: Annotated[
        str | None, typer.Option(help="Where its clock starts, such as 2027-01-31T00:00:00Z.")
    ] = None,
) -> None:
    """Run a MASV on this machine, until Ctrl-C."""
    raise typer.Exit(_run(port, packages, seed, now))


def _run(port: int, packages: int | None, seed: Path | None, now: str | None) -> int:
    try:
        account = Account(now=now or datetime.now(timezone.utc), elapsed=time.monotonic)
    except ValueError as error:
        return refused(f"--now: {error}")
    try:
        if seed is None:
            fill(account, 12 if packages is None else packages)
        elif packages is not None:
            raise ValueError("--packages and --seed exclude each other")
        else:
            sow(account, seed)
    except (ValueError, OverflowError) as error:
        return refused(str(error))
    try:
        with Simulator(account=account, port=port) as masv:
            print(f"# MASV at {masv.url} ({masv.url}/docs); Ctrl-C ends it")
            print(f"export MASV_BASE_URL={masv.url}")
            print(f"export MASV_TEAM_ID={masv.team_id}")
            print(f"export MASV_API_KEY={masv.api_key}", flush=True)
            threading.Event().wait()
    except KeyboardInterrupt:
        pass
    except ModuleNotFoundError as missing:
        return refused(str(missing))
    except OSError as error:
        return refused(f"port {port}: {os.strerror(error.errno or 0)}")
    return 0
