"""`pulumi-masv report`: what a preview will change and end, for those who review it.

Exit status: 0 no files end early, 2 not understood or the preview failed, 3 some do (or may),
4 more than a limit allows.
"""

import gc
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import TypeAdapter, ValidationError

from pulumi_masv.cli import refused
from pulumi_masv.cli.account import connect, settings
from pulumi_masv.errors import MasvError
from pulumi_masv.listing import Listing
from pulumi_masv.models import Instant, Package, problems_of
from pulumi_masv.models.manifest import Length, Size
from pulumi_masv.report import asked, fates, preview, summary
from pulumi_masv.report.formats import RENDER


class Format(str, Enum):
    """What a report can be written as."""

    MARKDOWN = "markdown"
    HTML = "html"
    SVG = "svg"
    JSON = "json"
    ICS = "ics"


def _as(kind: Any) -> Callable[[str], Any]:
    """What reads an argument as a value of a model, with the model's own words for a mistake."""
    adapter = TypeAdapter(kind)

    def parse(text: str) -> Any:
        try:
            return adapter.validate_python(text)
        except ValidationError as error:
            raise typer.BadParameter(problems_of(error)[0].reason) from None

    return parse


def report(
    file: Annotated[
        str, typer.Argument(help="What `pulumi preview --json` printed; - for stdin.")
    ] = "-",
    form: Annotated[Format, typer.Option("--format", help="What to write.")] = Format.MARKDOWN,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Where to; stdout if left out.")
    ] = None,
    within: Annotated[
        timedelta,
        typer.Option(parser=_as(Length), metavar="LENGTH", help="How far ahead to tell."),
    ] = "14d",  # type: ignore[assignment]
    now: Annotated[
        datetime | None,
        typer.Option(parser=_as(Instant), metavar="INSTANT", help="Now, where MASV is not asked."),
    ] = None,
    refreshed: Annotated[
        bool, typer.Option("--refreshed", help="A `pulumi refresh` ran just before the preview.")
    ] = False,
    max_lost_packages: Annotated[
        int | None, typer.Option(min=0, help="Exit 4 if more packages end early.")
    ] = None,
    max_lost_files: Annotated[
        int | None, typer.Option(min=0, help="Exit 4 if more files do.")
    ] = None,
    max_lost_bytes: Annotated[
        int | None,
        typer.Option(parser=_as(Size), metavar="SIZE", help="Exit 4 if more bytes do: 10GB."),
    ] = None,
) -> None:
    """Report what a preview will change and end, and when."""
    try:
        text = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise typer.Exit(refused(f"{file}: {error.strerror}")) from None
    gc.disable()  # looking for garbage among 10,000 packages takes longer than all the rest
    try:
        told = _told(text, now, within, is_fresh=refreshed)
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
        raise typer.Exit(refused(f"{output}: {error.strerror}")) from None
    limits = summary.Limits(max_lost_packages, max_lost_files, max_lost_bytes)
    status = told.status(limits)
    if status == summary.FAILED:
        refused("the preview failed, so its losses cannot be told")
    if status == summary.BEYOND:
        refused(f"more is lost than allowed; to allow it: {told.override(limits)}")
    raise typer.Exit(status)


def _told(
    text: bytes, now: datetime | None, within: timedelta, *, is_fresh: bool
) -> summary.Report:
    read = preview.read(text, is_fresh=is_fresh)
    wants = asked.turns(read)
    seen, unseen, then = _look(fates.to_look_at(wants))
    return summary.summarise(
        read,
        wants,
        seen=seen,
        unseen=unseen,
        now=then or now or datetime.now(timezone.utc),
        within=within,
    )


def _look(package_ids: set[str]) -> tuple[dict[str, Package], str, datetime | None]:
    """What MASV says of these, why it does not of the others, and its own clock."""
    if not package_ids:
        return {}, "", None
    try:
        client = connect()
        found, failed = Listing(client, time.monotonic, settings().concurrency).read_all(
            package_ids
        )
    except MasvError as error:
        return {}, f"MASV could not be asked: {error}", None
    why = next(
        (str(error) for error in failed.values()),
        f"the team of the environment, {client.team_id}, has no such package",
    )
    moment = max((one.now for one in found.values()), default=None)
    return {i: one.package for i, one in found.items()}, why, moment
