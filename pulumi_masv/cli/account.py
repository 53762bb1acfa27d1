"""The account that a command asks: that of the selected stack, or else of the environment."""

from pulumi_masv.assumptions import Contradictions
from pulumi_masv.cli import say, stack
from pulumi_masv.cli.progress import progress
from pulumi_masv.client import Client
from pulumi_masv.errors import SettingsError
from pulumi_masv.formatting import counted
from pulumi_masv.models import Observed, Query
from pulumi_masv.settings import Settings


def source() -> stack.Source:
    """Return where the settings come from."""
    with progress("reading the stack's configuration"):
        return stack.find()


def tell(found: stack.Source) -> None:
    """Say on stderr where the settings come from, and which of them is none."""
    say(*filter(None, (*found.warnings(), found.line())))


def settings() -> Settings:
    """Return the settings, with key and team.

    Raises:
        SettingsError: one of the two is missing, or a setting is wrong.
    """
    found = source()
    asked = found.settings()
    missing = asked.missing()
    if missing is not None:
        raise SettingsError(missing + (f"; {found.why()}" if found.unread else ""))
    tell(found)
    return asked


def connect() -> Client:
    """Return a client for it. Raises SettingsError where a setting is missing or wrong."""
    return Client(settings(), contradictions=Contradictions(lambda _name, line: say(line)))


def listed(client: Client, query: Query) -> list[Observed]:
    """Return all packages that a query asks for, and show meanwhile how far it is."""
    with progress("listing packages"):
        first = client.get_page(query)
    what = f"listing {counted(first.total, 'package')}"

    def how_far() -> str:
        return f"{what}: {client.requests} of about {counted(first.pages, 'request')}"

    with progress(how_far):
        return client.list_packages(query, first)
