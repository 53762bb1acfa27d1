"""What the reads of one refresh tell together: packages that MASV no longer shows, or the key not.

A new key can make packages disappear without anything having ended. One that is not shown any more
leaves the state with a line; several are dropped only where somebody says that they are gone.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from pulumi_masv.errors import NoLongerShown
from pulumi_masv.formatting import first, quote
from pulumi_masv.lifecycle.verdicts import Announcer
from pulumi_masv.sources import ACCEPT_GONE

QUIET: Final = 1.0
"""Seconds in which no other read begins: the engine starts them apart, on a busy machine slowly."""


class Readings:
    """The reads of one process.

    Args:
        announcer: shows the user what leaves the state.
        environment: the process's.
        shows_nothing: asks MASV whether the key is shown any package at all.
    """

    def __init__(
        self,
        announcer: Announcer,
        environment: Mapping[str, str],
        shows_nothing: Callable[[], bool],
    ) -> None:
        self._announcer = announcer
        self._accepted = environment.get(ACCEPT_GONE) == "1"
        self._shows_nothing = shows_nothing
        self._changed = threading.Condition()
        self._underway = 0
        self._one_begins = False
        self._gone: set[str] = set()

    @contextmanager
    def one(self) -> Iterator[dict[str, str | None]]:
        """Take part in what is read side by side, and at its end let go of what is gone.

        Yields:
            where to put what MASV no longer shows: package id -> its name as stored.

        Raises:
            NoLongerShown: there are several, or MASV shows no package at all; none was accepted.
        """
        gone: dict[str, str | None] = {}
        with self._changed:
            self._one_begins = True
            self._underway += 1
            self._changed.notify_all()
        try:
            yield gone
        finally:
            with self._changed:
                self._gone.update(gone)
                self._underway -= 1
                self._changed.notify_all()
        if gone:
            self._let_go(gone)

    def let_go(self, gone: Mapping[str, str | None]) -> None:
        """Let packages that MASV no longer shows leave the state, or raise NoLongerShown."""
        with self.one() as found:
            found.update(gone)

    def _let_go(self, gone: Mapping[str, str | None]) -> None:
        lines = first([f"{i} {quote(name)}" for i, name in sorted(gone.items())], "more")
        if not self._accepted and (not self._is_one() or self._shows_nothing()):
            raise NoLongerShown(", ".join(lines))
        for line in lines:
            told = f"{line}: MASV no longer shows it, so it is dropped from the state"
            self._announcer.note(told, is_warning=True)

    def _is_one(self) -> bool:
        """Return whether one is gone, and no more: only all reads together tell."""
        with self._changed:
            while len(self._gone) == 1:
                self._changed.wait_for(lambda: self._underway <= 0 or len(self._gone) > 1)
                self._one_begins = False
                if not self._changed.wait_for(lambda: self._one_begins, QUIET):
                    break
            return len(self._gone) == 1
