"""The command `pulumi-masv`: arguments in, exit status out."""

import os
import sys
import threading
import time
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pulumi_masv._version import __version__
from pulumi_masv.simulator import Account, Simulator
from pulumi_masv.simulator.seed import fill, sow

if TYPE_CHECKING:
    from typer import Typer


def main() -> None:
    """Run the command line of this process."""
    try:
        app = _app()
    except ModuleNotFoundError as missing:
        if missing.name != "typer":
            raise
        raise SystemExit(
            _refused('the command line needs pip install "pulumi_masv[cli]"')
        ) from None
    app()


def _app() -> "Typer":
    import typer

    app = typer.Typer(
        add_completion=False,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        help="MASV packages and Pulumi.",
    )

    @app.command()
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
        raise typer.Exit(_simulator(port, packages, seed, now))

    @app.command()
    def version() -> None:
        """Print the version."""
        print(__version__)

    return app


def _simulator(port: int, packages: int | None, seed: Path | None, now: str | None) -> int:
    try:
        account = Account(now=now or datetime.now(timezone.utc), elapsed=time.monotonic)
    except ValueError as error:
        return _refused(f"--now: {error}")
    try:
        if seed is None:
            fill(account, 12 if packages is None else packages)
        elif packages is not None:
            raise ValueError("--packages and --seed exclude each other")
        else:
            sow(account, seed)
    except (ValueError, OverflowError) as error:
        return _refused(str(error))
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
        return _refused(str(missing))
    except OSError as error:
        return _refused(f"port {port}: {os.strerror(error.errno or 0)}")
    return 0


def _refused(why: str) -> int:
    print(f"pulumi-masv: {why}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    main()
