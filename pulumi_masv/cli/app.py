"""The commands there are."""

import json
from typing import Annotated

import typer

from pulumi_masv._version import __version__
from pulumi_masv.cli.simulator import simulator

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="MASV packages and Pulumi.",
)
app.command()(simulator)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def version(as_json: Json = False) -> None:
    """Print the version."""
    print(json.dumps({"version": __version__}) if as_json else __version__)
