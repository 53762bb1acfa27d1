"""The options that several commands have, each defined once."""

import functools
import inspect
from collections.abc import Callable
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import TypeAdapter, ValidationError

from pulumi_masv.models import Query, problems_of
from pulumi_masv.policy.values import Count, Length, Size

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Words = list[str] | None


class Format(str, Enum):
    """What a report can be written as."""

    TEXT = "text"
    MARKDOWN = "markdown"
    HTML = "html"
    SVG = "svg"
    JSON = "json"
    ICS = "ics"


def _as(kind: Any) -> Callable[[str], Any]:
    """Return what reads an argument as a value of a model, with its words for a mistake."""
    adapter = TypeAdapter(kind)

    def parse(text: str) -> Any:
        try:
            return adapter.validate_python(text)
        except ValidationError as error:
            raise typer.BadParameter(problems_of(error)[0].reason) from None

    return parse


Form = Annotated[
    Format | None,
    typer.Option("--format", help="What to write; else what the name of --output ends in."),
]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", help="Where to; stdout if left out.")
]
Within = Annotated[
    timedelta, typer.Option(parser=_as(Length), metavar="LENGTH", help="How far ahead to tell.")
]
MostPackages = Annotated[
    int | None,
    typer.Option(parser=_as(Count), metavar="NUMBER", help="Exit 4 if more packages end early."),
]
MostFiles = Annotated[
    int | None, typer.Option(parser=_as(Count), metavar="NUMBER", help="Exit 4 if more files do.")
]
MostBytes = Annotated[
    int | None,
    typer.Option(parser=_as(Size), metavar="SIZE", help="Exit 4 if more bytes do: 10GB."),
]


def filtered(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the filters of MASV's listing, and the query they make as its first argument.

    A filter that is wrong raises FilterError, with the option as typed, before the command begins.
    """
    context, *filters = inspect.signature(_query).parameters.values()
    _, *own = inspect.signature(command).parameters.values()

    @functools.wraps(command)
    def with_filters(**given: Any) -> None:
        asked = {one.name: given.pop(one.name) for one in (context, *filters)}
        command(_query(**asked), **given)

    parameters = [context, *filters, *own]
    with_filters.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # typer reads it
    return with_filters


def _query(
    context: typer.Context,
    status: Annotated[
        Words,
        typer.Option(help="new, finalized, expired, archived (default: finalized,expired)."),
    ] = None,
    name: Annotated[str | None, typer.Option(help="A part of the name.")] = None,
    sender: Annotated[str | None, typer.Option(help="The sender.")] = None,
    tags: Annotated[Words, typer.Option("--tag", help="The id of a tag; may be repeated.")] = None,
    teamspaces: Annotated[
        Words, typer.Option("--teamspace", help="The id of a teamspace; may be repeated.")
    ] = None,
    created_at_start: Annotated[
        str | None, typer.Option(help="Created at or after, such as 2027-01-31T00:00:00Z.")
    ] = None,
    created_at_end: Annotated[str | None, typer.Option(help="Created at or before.")] = None,
    expiry_start: Annotated[str | None, typer.Option(help="Expires at or after.")] = None,
    expiry_end: Annotated[str | None, typer.Option(help="Expires at or before.")] = None,
    extra_storage: Annotated[
        bool | None,
        typer.Option(
            "--extra-storage/--no-extra-storage",
            help="Whether it is on extra storage.",
        ),
    ] = None,
    sort: Annotated[
        str | None,
        typer.Option(help="The field to sort by, with - for descending: --sort=-size."),
    ] = None,
    received: Annotated[
        bool, typer.Option("--received", help="List received packages instead of sent ones.")
    ] = False,
    portal: Annotated[
        str | None,
        typer.Option(help="The portal it came through; with --received."),
    ] = None,
) -> Query:
    typed = {one.name: one.opts[0] for one in context.command.params}
    return Query.parse(
        typed.__getitem__,
        status=_words(status),
        name=name,
        sender=sender,
        tags=_words(tags),
        teamspaces=_words(teamspaces),
        created_at_start=created_at_start,
        created_at_end=created_at_end,
        expiry_start=expiry_start,
        expiry_end=expiry_end,
        extra_storage=extra_storage,
        sort=sort,
        received=received,
        portal=portal,
    )


def _words(given: Words) -> list[str] | None:
    """Return the words of an option that may be repeated, or hold several between commas."""
    return [word.strip() for text in given or () for word in text.split(",")] or None
