"""`pulumi-masv preview`: runs `pulumi preview` so that it records, and reports what it recorded.

Exit status: as of `pulumi-masv report`; 130 after Ctrl-C.
"""

import os
import shutil
import signal
import subprocess
import threading
import time
from contextlib import nullcontext
from typing import Any, Final

import typer
from rich.console import Console
from rich.live import Live
from rich.text import Text
from typer.core import TyperCommand

from pulumi_masv.cli import INTERRUPTED, refused
from pulumi_masv.cli.files import not_writable, uninterrupted
from pulumi_masv.cli.options import (
    Form,
    Format,
    MostBytes,
    MostFiles,
    MostPackages,
    Output,
    Within,
)
from pulumi_masv.cli.report import format_of, write
from pulumi_masv.errors import PreviewError
from pulumi_masv.report import summary
from pulumi_masv.sources import VERDICTS

PASSES_ON: Final = {"allow_extra_args": True, "ignore_unknown_options": True}
_LAST_WORDS: Final = 5.0  # seconds for what a child of Pulumi's may still complain of


class PassesOn(TyperCommand):
    """A command that hands the options it does not know to Pulumi."""

    def parse_args(self, ctx: Any, args: list[str]) -> Any:
        """Refuse what would be read apart: the o of `-sprod` is no `-o`."""
        ours = args[: args.index("--")] if "--" in args else args
        for one in ours:
            if one[:1] == "-" and one[1:2] not in ("-", "o", "") and "o" in one[2:]:
                ctx.fail(f"{one}: write {one[:2]} {one[2:]}, or `--` before what is Pulumi's")
        return super().parse_args(ctx, args)


def preview(
    context: typer.Context,
    form: Form = None,
    output: Output = None,
    within: Within = "14d",  # type: ignore[assignment] # its parser reads it
    max_lost_packages: MostPackages = None,
    max_lost_files: MostFiles = None,
    max_lost_bytes: MostBytes = None,
) -> None:
    """Run `pulumi preview` and report what it will change and end, and when.

    It is text, unless --format or the name of --output says otherwise. Other options are passed to
    `pulumi preview`, and all that comes after --.
    """
    shown = format_of(form, output, Format.TEXT)
    if problem := not_writable(output):
        raise typer.Exit(refused(problem))
    pulumi = shutil.which("pulumi")
    if pulumi is None:
        raise typer.Exit(refused("pulumi is not on the PATH: install Pulumi"))
    try:
        text, ended = _run([pulumi, "preview", "--json", *context.args])
    except KeyboardInterrupt:
        raise typer.Exit(INTERRUPTED) from None
    limits = summary.Limits(max_lost_packages, max_lost_files, max_lost_bytes)
    try:
        status = write(text, shown, output, within, limits, ended=ended)
    except PreviewError as error:
        failed = f"pulumi preview ended with exit status {ended}, and printed no preview"
        status = refused(failed if ended else str(error))
    raise typer.Exit(status)


def _run(command: list[str]) -> tuple[bytes, int]:
    """Return what a command printed, and its exit status; what it complains of passes through."""
    console, child = Console(stderr=True, highlight=False), None
    try:
        with uninterrupted():  # or it would be started, and nobody would stop it
            child = subprocess.Popen(  # noqa: S603 # it is the pulumi on the PATH
                command,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE if console.is_terminal else None,
                env={**os.environ, VERDICTS: "1", "PULUMI_ENABLE_STREAMING_JSON_PREVIEW": ""},
                start_new_session=True,  # a second interrupt kills it: Ctrl-C is to reach it once
            )
            assert child.stdout is not None  # noqa: S101 # it is a pipe
            passing = threading.Thread(target=_pass_on, args=(child, console), daemon=True)
            passing.start()
        with _status(console) if console.is_terminal else nullcontext():
            text = child.stdout.read()
            passing.join(_LAST_WORDS)
            return text, child.wait()
    except KeyboardInterrupt:
        if child is not None:
            _stop(child)
            passing.join(_LAST_WORDS)
        console.show_cursor()  # rich leaves it hidden if it is interrupted just as it begins
        raise


def _status(console: Console) -> Live:
    started = time.monotonic()

    def shown() -> str:
        return f"pulumi preview: {time.monotonic() - started:.0f} s"

    return Live(console=console, get_renderable=shown, transient=True)


def _pass_on(child: subprocess.Popen[bytes], console: Console) -> None:
    for line in child.stderr or ():
        text = line.decode(errors="replace").rstrip("\r\n")
        console.print(Text.from_ansi(text), soft_wrap=True)


def _stop(child: subprocess.Popen[bytes]) -> None:
    """Interrupt a child, and wait for it as long as it waits for a verb; a second Ctrl-C kills."""
    try:
        if os.name == "posix":  # elsewhere Ctrl-C has reached it already
            child.send_signal(signal.SIGINT)
        if child.stdout is not None:
            child.stdout.read()  # a full pipe would keep it
    except KeyboardInterrupt:
        child.kill()
    child.wait()
