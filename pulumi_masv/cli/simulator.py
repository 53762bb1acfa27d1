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
from pulumi_masv.simulator.contracts import CONTRACTS, load
from pulumi_masv.simulator.playback import Player
from pulumi_masv.simulator.seed import fill, sow


def simulator(
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 for any free one.")] = 0,
    packages: Annotated[
        int | None, typer.Option(min=0, help="How many made-up packages to start with (12).")
    ] = None,
    seed: Annotated[
        Path | None, typer.Option(help="Start with the packages of a JSON or YAML file instead.")
    ] = None,
    play: Annotated[
        Path | None, typer.Option(help="Answer from a folder that MASV_RECORD wrote instead.")
    ] = None,
    now: Annotated[
        str | None, typer.Option(help="When its clock starts, such as 2027-01-31T00:00:00Z.")
    ] = None,
    contract: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help=f"Behave as this file says, or like one of these: {'; '.join(CONTRACTS)}.",
        ),
    ] = None,
) -> None:
    """Run a MASV on this machine, until Ctrl-C."""
    given = {"--packages": packages, "--seed": seed, "--play": play}
    sources = [name for name, value in given.items() if value is not None]
    try:
        if len(sources) > 1:
            raise ValueError(f"{sources[0]} and {sources[1]} exclude each other")
        if play is not None and (now is not None or contract is not None):
            raise ValueError(
                "--play has its own clock and contract: leave --now and --contract out"
            )
        masv: Simulator
        if play is not None:
            masv = Player(play, port)
        else:
            switches = load(contract) if contract else None
            masv = Simulator(account=_account(now), port=port, switches=switches)
            if seed is None:
                fill(masv.account, 12 if packages is None else packages)
            else:
                sow(masv.account, seed)
    except (ValueError, OverflowError) as error:
        raise typer.Exit(refused(*str(error).splitlines())) from None
    raise typer.Exit(_run(masv, port))


def _account(now: str | None) -> Account:
    try:
        return Account(now=now or datetime.now(timezone.utc), elapsed=time.monotonic)
    except ValueError as error:
        raise ValueError(f"--now: {now!a} is {error}") from None


def _run(masv: Simulator, port: int) -> int:
    try:
        with masv:
            print(f"# MASV at {masv.url} ({masv.url}/docs); Ctrl-C ends it")
            for name, value in masv.environment.items():
                print(f"export {name}={value}", flush=True)
            threading.Event().wait()
    except KeyboardInterrupt:
        pass
    except ModuleNotFoundError as missing:
        return refused(str(missing))
    except OSError as error:
        return refused(f"port {port}: {os.strerror(error.errno or 0)}")
    return 0
