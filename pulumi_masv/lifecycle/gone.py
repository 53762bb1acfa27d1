"""What the reads of one refresh tell together: packages that MASV no longer shows, or the key not.

A new key can make packages disappear without anything having ended. One that is not shown any more
leaves the state with a line; several are dropped only where somebody says that they are gone.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from pulumi_masv.errors import NoLongerShown
from pulumi_masv.formatting import first, quote
from pulumi_masv.lifecycle.verdicts import Announcer
from pulumi_masv.sources import ACCEPT_GONE


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
        self._count(1)
        try:
            yield gone
        finally:
            self._gone.update(gone)
            self._count(-1)
        if gone:
            self._let_go(gone)

    def let_go(self, gone: Mapping[str, str | None]) -> None:
        """Let packages that MASV no longer shows leave the state, or raise NoLongerShown."""
        with self.one() as found:
            found.update(gone)

    def _let_go(self, gone: Mapping[str, str | None]) -> None:
        with self._changed:  # only together they tell what a key no longer sees
            self._changed.wait_for(lambda: self._underway <= 0)
        lines = first([f"{i} {quote(name)}" for i, name in sorted(gone.items())], "more")
        if not self._accepted and (len(self._gone) > 1 or self._shows_nothing()):
            raise NoLongerShown(", ".join(lines))
        for line in lines:
            told = f"{line}: MASV no longer shows it, so it is dropped from the state"
            self._announcer.note(told, is_warning=True)

    def _count(self, more: int) -> None:
        with self._changed:
            self._underway += more
            self._changed.notify_all()
