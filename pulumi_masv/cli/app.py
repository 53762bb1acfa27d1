"""The commands there are."""

import json

import typer

from pulumi_masv._version import __version__
from pulumi_masv.cli.doctor import doctor
from pulumi_masv.cli.import_file import import_file
from pulumi_masv.cli.list import list_packages
from pulumi_masv.cli.manifest import explain, validate
from pulumi_masv.cli.options import Json
from pulumi_masv.cli.preview import PASSES_ON, PassesOn, preview
from pulumi_masv.cli.report import report
from pulumi_masv.cli.simulator import simulator

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="MASV packages and Pulumi.",
)
app.command("list")(list_packages)
app.command()(validate)
app.command()(explain)
app.command()(import_file)
app.command()(doctor)
app.command(cls=PassesOn, context_settings=PASSES_ON)(preview)
app.command()(report)
app.command()(simulator)


@app.command()
def version(as_json: Json = False) -> None:
    """Print the version."""
    print(json.dumps({"version": __version__}) if as_json else __version__)
