"""The account that a command asks: the one of the environment."""

import os
import sys
from contextlib import nullcontext

from rich.console import Console
from rich.live import Live

from pulumi_masv.assumptions import Contradictions
from pulumi_masv.client import Client
from pulumi_masv.formatting import counted
from pulumi_masv.models import Query, Seen
from pulumi_masv.settings import Settings, resolve


def settings() -> Settings:
    """What the environment says. Raises SettingsError where it is wrong."""
    return resolve({}, os.environ)


def connect() -> Client:
    """A client for it. Raises SettingsError where key or team is missing."""

    def tell(_name: str, line: str) -> None:
        print(f"pulumi-masv: {line}", file=sys.stderr)

    return Client(settings(), contradictions=Contradictions(tell))


def listed(client: Client, query: Query) -> list[Seen]:
    """All packages that a query asks for; on a terminal, stderr shows how far it is."""
    first = client.get_page(query)
    console = Console(stderr=True, highlight=False)
    what = f"listing {counted(first.total, 'package')}"

    def progress() -> str:
        return f"{what}: {client.requests} of about {counted(first.pages, 'request')}"

    shown = Live(console=console, get_renderable=progress, transient=True)
    with shown if console.is_terminal else nullcontext():
        return client.list_packages(query, first)
