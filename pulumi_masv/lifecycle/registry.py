"""What the processes of one run know together: what the program declares, and what may end.

The program hosts it and each provider's handler joins it, by the one thing that they share: the
engine's address, another one in each phase of a run. What a preview found is kept beside it, for
the up that follows.
"""

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Final

from pulumi_masv.lifecycle.meeting_place import (
    Database,
    NoMeetingPlace,
    explained,
    folder_name,
    hold,
    is_held,
    open_database,
    private,
    root_folder,
    sweep,
)
from pulumi_masv.lifecycle.previews import Binding, Named, Previews

ANYWHERE: Final = ""
"""The account of what is declared where the program does not know yet which account it is."""
NO_RESOURCE: Final = 0
"""The holder of what no resource of the program holds: a check declares it, or the program may."""
_TABLES: Final = """
CREATE TABLE run (
    stack TEXT, is_preview INT, preview TEXT, bound INT, has_checks INT, refused INT
);
CREATE TABLE declared (package_id TEXT, account TEXT, holder INT, archived INT, expiry TEXT);
CREATE INDEX declared_by_id ON declared (package_id);
CREATE TABLE awaited (holder INT, what TEXT);
CREATE TABLE windows (account TEXT, bag TEXT);
CREATE TABLE tombstones (package_id TEXT PRIMARY KEY, expiry TEXT);
CREATE TABLE told (name TEXT PRIMARY KEY);
CREATE TABLE permits (package_id TEXT, account TEXT, destroys INT);
"""


def account_of(team_id: str | None) -> str:
    """Return what tells an account apart from others: its team may be secret."""
    return hashlib.sha256(team_id.encode()).hexdigest() if team_id else ANYWHERE


@dataclass(frozen=True)
class Declaration:
    """A package that the program declares.

    Attributes:
        package_id: of the package.
        account: of the account, or ANYWHERE.
        holder: tells the resources of a program apart; or NO_RESOURCE.
        archived: as declared, where that is known.
        expiry: as declared, where that is known; not checked yet.
    """

    package_id: str
    account: str
    holder: int
    archived: bool | None = None
    expiry: str | None = None


class Registry:
    """What the processes of one run know together, for all threads of one of them.

    Args:
        folder: of this run; None where nobody else takes part.
        is_hosted: whether the program takes part, so that what it declares is known.
        why_alone: why it does not.
    """

    _hosted: ClassVar[dict[str, "Registry"]] = {}

    def __init__(
        self, folder: Path | None = None, *, is_hosted: bool = False, why_alone: str = ""
    ) -> None:
        self.is_hosted = is_hosted
        self.why_alone = why_alone
        self._folder = folder
        self._alive: sqlite3.Connection | None = None
        self._closed = False
        self._run = Database(folder / "run.db" if folder else None, "" if folder else _TABLES)
        self._previews = Previews(folder.parent / "previews.db" if folder else None)

    @classmethod
    def host(cls, address: str, *, stack: str, is_preview: bool, program: str = "") -> "Registry":
        """Open the registry of a run in the process of its program.

        Args:
            address: of the engine.
            stack: what tells the stack apart from all others of this machine.
            is_preview: whether nothing is written in this phase.
            program: a word that tells the program apart from what it was or will be, and one that
                tells the command that runs it apart from others, where there is one; an up is bound
                by the last preview that has one in common with it.

        Raises:
            NoMeetingPlace: there is no private folder for it.
        """
        with explained():
            if address in cls._hosted:  # of a run that is over: ports are given out again
                cls._hosted.pop(address).close()
            root = root_folder()
            sweep(root)
            folder = root / folder_name(address)
            folder.mkdir(mode=0o700, exist_ok=True)
            alive = open_database(private(folder / "alive.db"), wait=1)
            if not hold(alive):
                alive.close()  # another process of the same program, such as a component's
                return cls(folder, is_hosted=True)
            private(folder / "run.db").write_bytes(b"")
            Database(folder / "run.db", _TABLES).close()
            private(root / "previews.db")
            registry = cls._hosted[address] = cls(folder, is_hosted=True)
            registry._alive = alive
            preview, bound = registry._previews.begin(stack, program, is_preview=is_preview)
            row = (stack, is_preview, preview, bound, False, False)
            registry._run.write("INSERT INTO run VALUES (?, ?, ?, ?, ?, ?)", [row])
            return registry

    @classmethod
    def join(cls, address: str) -> "Registry":
        """Open the registry that the program of this run hosts, in the process of a handler.

        Raises:
            NoMeetingPlace: the run has no program, or there is no private folder.
        """
        with explained():
            folder = root_folder() / folder_name(address)
            if not is_held(folder / "alive.db"):
                raise NoMeetingPlace("the program takes no part in this run")
            return cls(folder, is_hosted=True)

    def close(self, program: str = "") -> None:
        """Leave the run; its host takes the folder away, and what the run's preview named.

        Args:
            program: as at the beginning: it may have written files beside its own.
        """
        if self._closed:
            return
        self._closed = True
        if self._alive is not None and self._folder is not None:
            # A refresh checks and permits nothing, and the preview goes on to bind the up after it.
            done = (
                "SELECT stack, preview, bound, is_preview = 0 AND refused = 0 AND "
                "(has_checks OR EXISTS (SELECT * FROM permits)) FROM run"
            )
            for stack, preview, bound, is_done in self._run.read(done):
                if is_done:
                    self._previews.forget(stack, preview if bound == Binding.COMMAND else "")
                elif program:
                    self._previews.follow(preview, program)
            self._alive.close()
            shutil.rmtree(self._folder, ignore_errors=True)
        self._run.close()
        self._previews.close()

    def declare(self, several: Iterable[Declaration]) -> None:
        """Write down packages that the program declares."""
        rows = [(d.package_id, d.account, d.holder, d.archived, d.expiry) for d in several]
        self._run.write("INSERT INTO declared VALUES (?, ?, ?, ?, ?)", rows)

    def await_ids(self, holder: int, what: str) -> None:
        """Write down that a resource may declare packages whose ids are not known yet."""
        self._run.write("INSERT INTO awaited VALUES (?, ?)", [(holder, what)])

    def end_wait(self, holder: int) -> None:
        """Write down that the ids of a resource are known now."""
        self._run.write("DELETE FROM awaited WHERE holder = ?", [(holder,)])

    def awaited(self) -> list[str]:
        """Return what may declare any package, since its ids are not known yet."""
        return [what for (what,) in self._run.read("SELECT what FROM awaited ORDER BY what")]

    def declared(
        self, account: str, package_ids: Collection[str], *, apart_from: int = NO_RESOURCE
    ) -> set[str]:
        """Return which of some packages the program declares, in any resource but one."""
        query = (
            "SELECT package_id FROM declared WHERE account IN (?, '') "
            "AND (holder = ? OR holder != ?)"
        )
        arguments = [account, NO_RESOURCE, apart_from]
        if len(package_ids) == 1:
            found = self._run.read(f"{query} AND package_id = ?", *arguments, *package_ids)
        else:
            found = self._run.read(query, *arguments) if package_ids else []
        return {package_id for (package_id,) in found}.intersection(package_ids)

    def check(self) -> None:
        """Write down that something was checked: a `destroy` checks nothing."""
        self._run.write("UPDATE run SET has_checks = ?", [(True,)])

    def has_checks(self) -> bool:
        """Return whether anything was checked in this phase."""
        return any(one for (one,) in self._run.read("SELECT has_checks FROM run"))

    def declare_window(self, account: str, bag: Mapping[str, Any]) -> None:
        """Write down an archive window that the program declares, as the wire has it."""
        self._run.write("INSERT INTO windows VALUES (?, ?)", [(account, json.dumps(bag))])

    def windows(self, account: str) -> list[dict[str, Any]]:
        """Return the archive windows that the program declares."""
        query = "SELECT DISTINCT bag FROM windows WHERE account IN (?, '')"
        return [json.loads(bag) for (bag,) in self._run.read(query, account)]

    def bury(self, expiries: Mapping[str, str]) -> None:
        """Write down when packages expired: package id -> instant in its canonical spelling."""
        self._run.write("INSERT OR REPLACE INTO tombstones VALUES (?, ?)", list(expiries.items()))

    def tombstones(self, account: str, *, archived: bool) -> list[tuple[str, str | None]]:
        """Return the packages declared so, and when they expired or are declared to."""
        query = (
            "SELECT d.package_id, coalesce(t.expiry, d.expiry) FROM declared d "
            "LEFT JOIN tombstones t USING (package_id) "
            "WHERE d.account IN (?, '') AND d.archived = ?"
        )
        return [(one, expiry) for one, expiry in self._run.read(query, account, archived)]

    def permit(self, account: str, destroys: Mapping[str, bool]) -> None:
        """Let packages end in this very phase: package id -> whether their files may go."""
        rows = [(package_id, account, files) for package_id, files in destroys.items()]
        self._run.write("INSERT INTO permits VALUES (?, ?, ?)", rows)

    def permits(self, account: str) -> dict[str, bool]:
        """Return the packages that may end in this phase, and whether their files may go."""
        query = "SELECT package_id, destroys FROM permits WHERE account = ?"
        return {package_id: bool(files) for package_id, files in self._run.read(query, account)}

    def is_news(self, name: str) -> bool:
        """Write down that something is told, and return whether no process of the run has yet."""
        return self._run.write("INSERT OR IGNORE INTO told VALUES (?)", [(name,)]) > 0

    @classmethod
    def is_news_here(cls, name: str) -> bool:
        """Return whether it is news to the run that this process hosts; yes, if it hosts none."""
        news = [registry.is_news(name) for registry in cls._hosted.values()]
        return all(news)

    @cached_property
    def is_preview(self) -> bool:
        """Whether nothing is written in this phase."""
        return any(one for (one,) in self._run.read("SELECT is_preview FROM run"))

    def name(self, account: str, several: Iterable[Named]) -> None:
        """Keep what a preview has named, for the up that follows."""
        for (preview,) in self._run.read("SELECT preview FROM run"):
            self._previews.name(preview, account, several)

    def named(
        self, account: str, package_id: str, urn: str, *, is_up: bool = True
    ) -> list[Named] | None:
        """Return what the preview before this up has named of a package.

        None where nothing binds: in a preview, and where this machine has made none. A `destroy`
        is bound only by what it has shown itself: that of an up ends other files.
        """
        least = Binding.PROGRAM if is_up else Binding.COMMAND
        for (preview,) in self._run.read("SELECT preview FROM run WHERE bound >= ?", least):
            return self._previews.named(preview, account, package_id, urn)
        return None

    def refuse(self) -> None:
        """Write down that this up does not do all: its preview goes on to bind the next one."""
        self._run.write("UPDATE run SET refused = ?", [(True,)])
