"""`pulumi-masv report`: what a preview recorded that it will change and end, for its reviewers.

Exit status: 0 no files end early, 2 not understood or the preview failed, 3 some do (or it cannot
be told), 4 more than a limit allows.
"""

import gc
import os
import shutil
import sys
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Final

import typer

from pulumi_masv.cli import refused, say
from pulumi_masv.cli.files import not_writable
from pulumi_masv.cli.options import (
    Form,
    Format,
    MostBytes,
    MostFiles,
    MostPackages,
    Output,
    Within,
)
from pulumi_masv.errors import PreviewError
from pulumi_masv.formatting import visible
from pulumi_masv.report import preview, summary, text
from pulumi_masv.report.formats import RENDER

_ENDINGS: Final = {
    ".txt": Format.TEXT,
    ".md": Format.MARKDOWN,
    ".html": Format.HTML,
    ".svg": Format.SVG,
    ".json": Format.JSON,
    ".ics": Format.ICS,
}
_MAKE: Final = "MASV_VERDICTS=1 pulumi preview --json > preview.json"


def report(
    file: Annotated[
        str, typer.Argument(help="What `pulumi preview --json` printed; - for stdin.")
    ] = "-",
    form: Form = None,
    output: Output = None,
    within: Within = "14d",  # type: ignore[assignment] # its parser reads it
    max_lost_packages: MostPackages = None,
    max_lost_files: MostFiles = None,
    max_lost_bytes: MostBytes = None,
) -> None:
    """Report what a preview made with MASV_VERDICTS=1 will change and end, and when.

    It is text on a terminal, and Markdown in a pipe or a file.
    """
    # A script that says nothing has always been given Markdown.
    shown = format_of(form, output, Format.TEXT if on_terminal() else Format.MARKDOWN)
    if problem := not_writable(output):
        raise typer.Exit(refused(problem))
    told = _read(file)
    if isinstance(told, str):
        raise typer.Exit(refused(told))
    limits = summary.Limits(max_lost_packages, max_lost_files, max_lost_bytes)
    try:
        status = write(told, shown, output, within, limits)
    except PreviewError as error:
        raise PreviewError(f"{'stdin' if file == '-' else visible(file)}: {error}") from None
    raise typer.Exit(status)


def on_terminal() -> bool:
    """Return whether somebody reads what is printed as it comes."""
    return sys.stdout is not None and sys.stdout.isatty()


def format_of(form: Format | None, output: Path | None, default: Format) -> Format:
    """Return the format that was asked for, in so many words or by a file's name."""
    if form is not None or output is None:
        return form or default
    if output.suffix and output.suffix.lower() not in _ENDINGS:
        line = (
            f"{output}: no report is written as {output.suffix}: end its name in one of "
            f"{', '.join(_ENDINGS)}, or say with --format what to write"
        )
        raise typer.Exit(refused(line))
    return _ENDINGS.get(output.suffix.lower(), Format.MARKDOWN)


def _read(file: str) -> bytes | str:
    """Return what is in a file, or why it cannot be read."""
    try:
        if file != "-":
            return Path(file).read_bytes()
        if sys.stdin is None or sys.stdin.isatty():
            return f"no preview is given: run `{_MAKE}`, then `pulumi-masv report preview.json`"
        return sys.stdin.buffer.read()
    except FileNotFoundError:
        return f"{visible(file)}: there is no such file: make it with `{_MAKE}`"
    except IsADirectoryError:
        return f"{visible(file)} is a folder: name the file in it that holds the preview"
    except PermissionError:
        return f"{visible(file)}: no permission to read it: change that, or run as its owner"
    except (OSError, ValueError) as error:
        return f"{visible(file)}: {getattr(error, 'strerror', error)}: name a file that can be read"


def write(
    told: bytes,
    form: Format,
    output: Path | None,
    within: timedelta,
    limits: summary.Limits,
    *,
    ended: int = 0,
) -> int:
    """Write the report of a preview, and return the exit status for it.

    Args:
        told: what Pulumi printed.
        form: how to write the report.
        output: where to; None is stdout.
        within: how far ahead an end on schedule is told.
        limits: how much may be lost.
        ended: the exit status of Pulumi, where it is known.

    Raises:
        PreviewError: the text holds no preview that this version knows.
    """
    gc.disable()  # looking for garbage among 10,000 packages takes longer than all the rest
    try:
        summed = summary.summarise(preview.read(told), within, ended=ended)
        if form is Format.TEXT and output is None and on_terminal():
            rendered = _for_terminal(summed)
        else:
            rendered = RENDER[form.value](summed)
    finally:
        gc.freeze()  # nor is it looked for at the end
        gc.enable()
    try:
        if output is None:
            sys.stdout.buffer.write(rendered)
            sys.stdout.buffer.flush()
        else:
            output.write_bytes(rendered)
    except BrokenPipeError:
        raise
    except OSError as error:
        return refused(f"{output or 'stdout'}: {error.strerror}")
    status = summed.status(limits)
    if status == summary.FAILED:
        say("the preview failed, so its losses are not known")
    if status == summary.BEYOND:
        say(summed.beyond(limits))
    return status


def _for_terminal(told: summary.Report) -> bytes:
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return text.render(told, width=shutil.get_terminal_size().columns, colours=not plain)
