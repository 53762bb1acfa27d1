"""What the last preview of a stack has named, kept on this machine for the up that follows."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Final

from pulumi_masv.lifecycle.meeting_place import Database

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS previews (stack TEXT PRIMARY KEY, program TEXT);
CREATE TABLE IF NOT EXISTS named (
    stack TEXT, package_id TEXT, account TEXT, urn TEXT, ends TEXT, planned TEXT
);
CREATE INDEX IF NOT EXISTS named_by_id ON named (stack, package_id);
"""


class Binding(IntEnum):
    """By what the last preview of a stack binds a phase of a run; the tighter, the greater.

    Attributes:
        NONE: by nothing.
        PROGRAM: both run the same program.
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
        ends: when the files end, in its canonical spelling; empty for at once, or perhaps.
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

    def begin(self, stack: str, program: str, *, is_preview: bool) -> Binding:
        """Return by what the last preview binds a phase; forget it where it does not."""
        known = self._database.read("SELECT program FROM previews WHERE stack = ?", stack)
        sources, *command = program.split(" ")
        words = {word for (last,) in known for word in last.split(" ")}
        if is_preview:
            self.forget(stack)
            self._database.write("INSERT INTO previews VALUES (?, ?)", [(stack, program)])
        elif words.intersection(command):
            return Binding.COMMAND
        elif sources in words:
            return Binding.PROGRAM
        else:
            self.forget(stack)
        return Binding.NONE

    def name(self, stack: str, account: str, several: Iterable[Named]) -> None:
        """Keep what a preview has named."""
        rows = [(stack, n.package_id, account, n.urn, n.ends, n.planned) for n in several]
        self._database.write("INSERT INTO named VALUES (?, ?, ?, ?, ?, ?)", rows)

    def named(self, stack: str, account: str, package_id: str, urn: str) -> list[Named]:
        """Return what was named of a package, or of a resource whose packages were not known."""
        query = (
            "SELECT package_id, urn, ends, planned FROM named WHERE stack = ? "
            "AND account IN (?, '') AND (package_id = ? OR (package_id = '' AND urn = ?))"
        )
        return [Named(*row) for row in self._database.read(query, stack, account, package_id, urn)]

    def follow(self, stack: str, program: str) -> None:
        """Let the last preview of a stack be of a program as it is now."""
        self._database.write("UPDATE previews SET program = ? WHERE stack = ?", [(program, stack)])

    def forget(self, stack: str) -> None:
        """Forget the last preview of a stack."""
        self._database.write("DELETE FROM previews WHERE stack = ?", [(stack,)])
        self._database.write("DELETE FROM named WHERE stack = ?", [(stack,)])

    def close(self) -> None:
        """Close the database."""
        self._database.close()
