"""What previews of a stack have named, kept on this machine for the up that follows each."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Final

from pulumi_masv.lifecycle.meeting_place import Database

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS shown (stack TEXT, preview TEXT, sources TEXT, command TEXT);
CREATE INDEX IF NOT EXISTS shown_by_stack ON shown (stack);
CREATE TABLE IF NOT EXISTS losses (
    preview TEXT, package_id TEXT, account TEXT, urn TEXT, ends TEXT, planned TEXT
);
CREATE INDEX IF NOT EXISTS losses_by_id ON losses (preview, package_id);
"""
_WAITING: Final = 20  # commands of one stack whose preview is shown, and which wait for a yes


LATER: Final = "later"


class Binding(IntEnum):
    """By what a preview of a stack binds a phase of a run; the tighter, the greater.

    Attributes:
        NONE: by nothing.
        PROGRAM: it is the stack's last, and both run the same program.
        COMMAND: both are of the same command, which has shown the preview itself.
    """

    NONE = 0
    PROGRAM = 1
    COMMAND = 2


@dataclass(frozen=True)
class Named:
    """A loss that a preview has named.

    Attributes:
        package_id: empty where it was not known yet.
        urn: of the resource that asks for it.
        ends: when the files end, in its canonical spelling; empty for at once, or perhaps; LATER
            where the preview does not know when, but by an expiry.
        planned: when they were to end, spelled so.
    """

    package_id: str
    urn: str
    ends: str = ""
    planned: str = ""


class Previews:
    """What the previews of this user have named, by stack.

    Args:
        path: of the database; None for one that nobody else opens.
    """

    def __init__(self, path: Path | None) -> None:
        self._database = Database(path, _TABLES)

    def begin(self, stack: str, program: str, *, is_preview: bool) -> tuple[str, Binding]:
        """Return the preview of a phase, or the one that binds it, and by what it does."""
        sources, *commands = program.split(" ")
        command = commands[0] if commands else None
        if is_preview:
            preview = secrets.token_hex(8)
            self.forget(stack)
            row = (stack, preview, sources, command)
            self._database.write("INSERT INTO shown VALUES (?, ?, ?, ?)", [row])
            return preview, Binding.NONE
        last = "SELECT preview FROM shown WHERE stack = ? AND {} = ? ORDER BY rowid DESC LIMIT 1"
        ways = (("command", command, Binding.COMMAND), ("sources", sources, Binding.PROGRAM))
        for column, word, binding in ways:
            for (preview,) in self._database.read(last.format(column), stack, word):
                return preview, binding
        self.forget(stack)
        return "", Binding.NONE

    def name(self, preview: str, account: str, several: Iterable[Named]) -> None:
        """Keep what a preview has named."""
        rows = [(preview, n.package_id, account, n.urn, n.ends, n.planned) for n in several]
        self._database.write("INSERT INTO losses VALUES (?, ?, ?, ?, ?, ?)", rows)

    def named(self, preview: str, account: str, package_id: str, urn: str) -> list[Named]:
        """Return what was named of a package, or of a resource whose packages were not known."""
        query = (
            "SELECT package_id, urn, ends, planned FROM losses WHERE preview = ? "
            "AND account IN (?, '') AND (package_id = ? OR (package_id = '' AND urn = ?))"
        )
        return [
            Named(*row) for row in self._database.read(query, preview, account, package_id, urn)
        ]

    def follow(self, preview: str, program: str) -> None:
        """Let a preview, while it is its stack's last one, be of a program as it is now."""
        sources = program.partition(" ")[0]
        self._database.write(
            "UPDATE shown SET sources = ? WHERE preview = ? AND sources IS NOT NULL",
            [(sources, preview)],
        )

    def forget(self, stack: str, done: str = "") -> None:
        """Let the previews of a stack bind no other commands than those that have shown them.

        Each may still wait for a yes, unless what it has shown is done.
        """
        self._database.write("UPDATE shown SET sources = NULL WHERE stack = ?", [(stack,)])
        self._database.write("UPDATE shown SET command = NULL WHERE preview = ?", [(done,)])
        old = (
            "SELECT preview FROM shown WHERE stack = ? AND (command IS NULL OR rowid NOT IN "
            "(SELECT rowid FROM shown WHERE stack = ? ORDER BY rowid DESC LIMIT ?))"
        )
        over = self._database.read(old, stack, stack, _WAITING)
        self._database.write("DELETE FROM losses WHERE preview = ?", over)
        self._database.write("DELETE FROM shown WHERE preview = ?", over)

    def close(self) -> None:
        """Close the database."""
        self._database.close()
