"""What a filter finds, in order, kept up to date change by change.

A client that pages through a long list asks for one list many times over; it is made once. Later
on only the packages that have changed since are looked at again.
"""

from bisect import bisect_left, insort
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pulumi_masv.simulator.package import Package, State
from pulumi_masv.simulator.switches import Switches

SORTS: Final[dict[str, Callable[[Package], Any]]] = {
    "name": lambda package: package.name,
    "created_at": lambda package: package.created_at,
    "size": lambda package: package.size,
    "usage_total_bytes": lambda package: package.size if package.has_files else 0,
    "expiry": lambda package: package.expiry,
    "sender": lambda package: package.sender,
    "status": lambda package: package.state,
    "teamspace_id": lambda package: package.teamspace,
}
_INCLUSIVE: Final = Switches()


@dataclass(frozen=True, kw_only=True)
class Filter:
    """Which packages a listing shows, whole: equal filters find equal packages.

    What is empty, or None, keeps all.
    """

    team_id: str
    received: bool
    states: frozenset[State]
    name: str
    sender: str
    tags: frozenset[str]
    teamspaces: frozenset[str]
    portal: str
    extra_storage: bool | None
    created: tuple[datetime | None, datetime | None]
    expiry: tuple[datetime | None, datetime | None]
    nothing: bool
    switches: Switches

    def keeps(self, package: Package) -> bool:
        """Return whether a package is what all filters ask for."""
        switches = self.switches
        ends = switches if switches.listing_windows == "alike" else _INCLUSIVE
        extra_storage = package.unlimited_storage or package.custom_expiry
        return (
            package.team_id == self.team_id
            and package.received == self.received
            and package.state in self.states
            and not self.nothing
            and self.name in switches.spell(package.name)
            and self.sender in ("", package.sender)
            and (not self.tags or not self.tags.isdisjoint(package.tags))
            and (not self.teamspaces or package.teamspace in self.teamspaces)
            and (
                self.portal in ("", package.portal)
                or (switches.portal_match == "substring" and self.portal in package.portal)
            )
            and self.extra_storage in (None, extra_storage)
            and ends.in_window(package.created_at, *self.created)
            and (
                self.expiry == (None, None)
                or (not package.unlimited_storage and ends.in_window(package.expiry, *self.expiry))
            )
        )


class Found:
    """The packages that a filter keeps, in the order of one sort.

    Attributes:
        followed: how many of the account's changes are in it.

    """

    def __init__(self, wanted: Filter, sort: str) -> None:
        self.followed = 0
        self._wanted = wanted
        self._key = SORTS[sort]
        self._entries: dict[str, tuple[Any, str, Package] | None] = {}  # None: hidden
        self._order: list[tuple[Any, str, Package]] = []

    def take(self, changed: Mapping[str, Package | None]) -> None:
        """Take packages as they are shown from now on; None where there is none any more."""
        many = len(changed) > len(self._order) // 8  # then sorting is cheaper than moving each
        for package_id, package in changed.items():
            old, new = self._entries.pop(package_id, None), None
            if package is not None and self._wanted.keeps(package):
                if not package.hidden:
                    new = (self._key(package), package_id, package)
                self._entries[package_id] = new
            if old and not many:
                del self._order[bisect_left(self._order, old)]
            if new and not many:
                insort(self._order, new)
        if many:
            self._order = sorted(entry for entry in self._entries.values() if entry)

    @property
    def count(self) -> int:
        """How many there are, hidden ones among them."""
        return len(self._entries)

    @property
    def shown(self) -> int:
        """How many there are that are not hidden."""
        return len(self._order)

    def slice(self, start: int, count: int, *, descending: bool) -> list[Package]:
        """Return some of those that are not hidden, in ascending or descending order."""
        places = range(len(self._order))[:: -1 if descending else 1]
        return [self._order[place][-1] for place in places[start : start + count]]
