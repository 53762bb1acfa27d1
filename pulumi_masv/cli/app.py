"""The commands there are."""

import json

import typer

from pulumi_masv._version import __version__
from pulumi_masv.cli.manifest import explain, validate
from pulumi_masv.cli.options import Json
from pulumi_masv.cli.simulator import simulator

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="MASV packages and Pulumi.",
)
app.command()(validate)
app.command()(explain)
app.command()(simulator)


@app.command()
def version(as_json: Json = False) -> None:
    """Print the version."""
    print(json.dumps({"version": __version__}) if as_json else __version__)
