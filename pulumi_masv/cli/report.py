"""`pulumi-masv report`: what a preview recorded that it will change and end, for its reviewers.

Exit status: 0 no files end early, 2 not understood or the preview failed, 3 some do (or it cannot
be told), 4 more than a limit allows.
"""

import gc
import sys
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from pulumi_masv.cli import refused
from pulumi_masv.cli.options import (
    Form,
    Format,
    MostBytes,
    MostFiles,
    MostPackages,
    Output,
    Within,
)
from pulumi_masv.report import preview, summary
from pulumi_masv.report.formats import RENDER


def report(
    file: Annotated[
        str, typer.Argument(help="What `pulumi preview --json` printed; - for stdin.")
    ] = "-",
    form: Form = Format.MARKDOWN,
    output: Output = None,
    within: Within = "14d",  # type: ignore[assignment] # its parser reads it
    max_lost_packages: MostPackages = None,
    max_lost_files: MostFiles = None,
    max_lost_bytes: MostBytes = None,
) -> None:
    """Report what a preview made with MASV_VERDICTS=1 will change and end, and when."""
    try:
        text = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise typer.Exit(refused(f"{file}: {error.strerror}")) from None
    limits = summary.Limits(max_lost_packages, max_lost_files, max_lost_bytes)
    raise typer.Exit(write(text, form, output, within, limits))


def write(
    text: bytes,
    form: Format,
    output: Path | None,
    within: timedelta,
    limits: summary.Limits,
    *,
    ended: int = 0,
) -> int:
    """Write the report of a preview, and return the exit status for it.

    Args:
        text: what Pulumi printed.
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
        told = summary.summarise(preview.read(text), within, ended=ended)
        rendered = RENDER[form.value](told)
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
    status = told.status(limits)
    if status == summary.FAILED:
        refused("the preview failed, so its losses cannot be told")
    if status == summary.BEYOND:
        refused(f"more is lost than allowed; to allow it: {told.override(limits)}")
    return status
