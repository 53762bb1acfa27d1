"""`pulumi-masv list`: the packages that match, as a table, as plain lines in a pipe, or as JSON."""

import json
from datetime import datetime
from typing import Final

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from pulumi_masv.cli.account import connect, listed
from pulumi_masv.cli.options import Json, filtered
from pulumi_masv.formatting import amount_of_all, counted, size, span, spell_moment, visible
from pulumi_masv.models import Package, Query

_STYLES: Final = {"new": "cyan", "finalized": "green", "expired": "red", "archived": "dim"}
_UNCUT: Final = 1_000_000  # columns: no name is as long


@filtered
def list_packages(query: Query, as_json: Json = False) -> None:
    """List the packages that match every filter."""
    observed = listed(connect(), query)
    packages = [one.package for one in observed]
    if as_json:
        print(json.dumps([package.model_dump(mode="json") for package in packages], indent=2))
        return
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = _UNCUT
    table = Table(box=box.SIMPLE_HEAD if console.is_terminal else None, pad_edge=False)
    table.add_column("id", overflow="fold", no_wrap=True)  # to be copied whole
    for title in ("name", "state"):
        table.add_column(title, overflow="fold")
    for title in ("size", "files"):
        table.add_column(title, justify="right")
    for title in ("expiry", "sender"):
        table.add_column(title, overflow="fold")
    for one in observed:
        table.add_row(*_cells(one.package, one.now))
    if packages:
        console.print(table)
    held = amount_of_all([package for package in packages if package.files_exist])
    console.print(Text(f"{counted(len(packages), 'package')} listed; files exist: {held}"))
    if not packages and not query.status:
        console.print(Text("without --status, only finalized and expired ones match"))


def _cells(package: Package, now: datetime) -> list[Text]:
    return [
        Text(package.id),
        Text(visible(package.name or "")),
        Text(visible(package.state or "unknown"), style=_STYLES.get(package.state or "", "yellow")),
        Text("" if package.size is None else size(package.size)),
        Text("" if package.total_files is None else str(package.total_files)),
        Text(_end(package, now)),
        Text(visible(package.sender or "")),
    ]


def _end(package: Package, now: datetime) -> str:
    if package.unlimited_storage and package.files_exist:
        return "never"
    if package.expiry is None:
        return ""
    ahead = package.expiry - now
    away = f"in {span(ahead)}" if package.expiry > now else f"{span(-ahead)} ago"
    if package.expiry > now and not package.files_exist:
        away = "ended before"
    maybe = " or never" if package.end is None else ""
    return f"{spell_moment(package.expiry)} ({away}){maybe}"
