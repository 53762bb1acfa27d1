"""The commands there are. Each is loaded when it runs: help and completion load none of them."""

import re
import sys
from importlib import import_module
from typing import Annotated, Any, Final, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup

from pulumi_masv._version import __version__
from pulumi_masv.cli import NOT_UNDERSTOOD, interrupted, refused

_MISTAKE: Final[Any] = typer.BadParameter.__base__  # typer exports no name for it

_PLAIN: Final = (  # how typer and pydantic say it, and how a person would
    (r"Invalid value for '(.+?)'", r"\1"),
    (r"Input should be", "must be"),
    (r"(Value error, |, unable to parse .*)", ""),
)


class Place(NamedTuple):
    """Where a command is: its file, its function, and the line that the help shows."""

    file: str
    function: str
    help: str


COMMANDS: Final = {
    "list": Place("list", "list_packages", "List the packages that match every filter."),
    "validate": Place("manifest", "validate", "Report every mistake in manifests."),
    "explain": Place("manifest", "explain", "Explain what a manifest declares for a package."),
    "import-file": Place("import_file", "import_file", "Write a file for `pulumi import`."),
    "doctor": Place("doctor", "doctor", "Check the settings, the account, the clock and Pulumi."),
    "preview": Place("preview", "preview", "Run `pulumi preview` and report what it would end."),
    "report": Place("report", "report", "Report what a preview would change and end."),
    "simulator": Place("simulator", "simulator", "Run a MASV on this machine, until Ctrl-C."),
    "version": Place("version", "version", "Print the version."),
}


class _Commands(TyperGroup):
    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.commands = {
            name: TyperCommand(name, help=place.help, rich_markup_mode=None)
            for name, place in COMMANDS.items()
        }

    def get_params(self, ctx: Any) -> list[Any]:
        """Let a flag that is not given be False: for a None, typer loads pydantic."""
        params = super().get_params(ctx)
        for one in params:
            if getattr(one, "is_flag", False) and one.default is None:
                one.default = False
        return params

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Load the command that is asked for."""
        name, shown, rest = super().resolve_command(ctx, args)
        return name, load(name) if shown and name else None, rest

    def invoke(self, ctx: Any) -> Any:
        """Say that it ends where Ctrl-C ends it."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise typer.Exit(interrupted()) from None


def load(name: str) -> Any:
    """Return a command with its options."""
    file, function, _ = COMMANDS[name]
    module = import_module(f"pulumi_masv.cli.{file}")
    alone = _app(add_completion=False)
    alone.command(
        name,
        cls=getattr(module, "PassesOn", None),
        context_settings=getattr(module, "PASSES_ON", None),
    )(getattr(module, function))
    return typer.main.get_command(alone)


def _app(**how: Any) -> typer.Typer:
    return typer.Typer(pretty_exceptions_enable=False, rich_markup_mode=None, **how)


def _print_version(asked: bool) -> None:
    if asked:
        print(__version__)
        raise typer.Exit


app = _app(cls=_Commands, no_args_is_help=True)


@app.callback(help="Manage MASV packages with Pulumi.")
def _main(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version.", callback=_print_version, is_eager=True
        ),
    ] = False,
) -> None:
    pass


def run() -> object:
    """Run the command line, and return the exit status; a mistake in it is one line."""
    try:
        return app(prog_name="pulumi-masv", standalone_mode=False)
    except _MISTAKE as mistake:
        line, context = mistake.format_message(), mistake.ctx
        if not line or context is None or not sys.argv[1:]:  # nothing was asked for: it is the help
            mistake.show()
            return NOT_UNDERSTOOD
        for said, plain in _PLAIN:
            line = re.sub(said, plain, line)
        return refused(f"{line.rstrip('.')} (see `{context.command_path} --help`)")
