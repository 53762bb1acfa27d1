"""Which packages a listing shows, in which order, and on which page.

Arrays are comma-joined. A key that is repeated, or that MASV does not know, is silently ignored,
so that the list comes back unfiltered by it. A blank value is no filter.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, get_args
from urllib.parse import parse_qsl

from pulumi_masv.simulator.instants import parse_instant
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
MAX_LIMIT: Final = 50


@dataclass(frozen=True)
class Listing:
    """One request for a list, understood."""

    page: int
    limit: int
    sort: str
    descending: bool
    keep: tuple[Callable[[Package], bool], ...]

    @classmethod
    def read(cls, query: str, switches: Switches, *, received: bool) -> "Listing":
        """Understand a query string; ValueError names the parameter that is wrong."""
        asked = single_values(query)
        keep: list[Callable[[Package], bool]] = []

        states = frozenset(_words(asked, "status") or ("finalized", "expired"))
        if unknown := sorted(states.difference(get_args(State))):
            raise ValueError(f"status: {unknown[0][:20]} is none of {', '.join(get_args(State))}")
        keep.append(lambda package: package.state in states)

        if name := asked.get("name"):
            keep.append(lambda package: name in package.name)
        if sender := asked.get("sender"):
            keep.append(lambda package: package.sender == sender)
        if tags := _words(asked, "tags"):
            keep.append(lambda package: not tags.isdisjoint(package.tags))
        if teamspaces := _words(asked, "teamspaces"):
            keep.append(lambda package: package.teamspace in teamspaces)
        if received and (portal := asked.get("portal")):
            keep.append(lambda package: package.portal == portal)
        if extra := asked.get("extra_storage"):
            if extra not in ("true", "false"):
                raise ValueError("extra_storage: true or false")
            wanted = extra == "true"
            keep.append(lambda p: (p.unlimited_storage or p.custom_expiry) == wanted)

        ends = switches if switches.listing_windows == "alike" else Switches()
        start, end = _instant(asked, "created_at_start"), _instant(asked, "created_at_end")
        if start or end:
            keep.append(lambda package: ends.in_window(package.created_at, start, end))
        first, last = _instant(asked, "expiry_start"), _instant(asked, "expiry_end")
        if first or last:
            keep.append(
                lambda package: (
                    not package.unlimited_storage and ends.in_window(package.expiry, first, last)
                )
            )

        sort = asked.get("sort") or "-created_at"
        if sort.removeprefix("-") not in SORTS:
            raise ValueError(f"sort: one of {', '.join(SORTS)}, with - in front to turn it round")
        return cls(
            page=_number(asked, "page", 1, 1, 999_999_999),
            limit=_number(asked, "limit", MAX_LIMIT, 1, MAX_LIMIT),
            sort=sort.removeprefix("-"),
            descending=sort.startswith("-"),
            keep=tuple(keep),
        )

    def of(self, packages: Iterable[Package]) -> tuple[int, list[Package]]:
        """How many there are on all pages, and those on this one."""
        found = [package for package in packages if all(keep(package) for keep in self.keep)]
        key = SORTS[self.sort]
        found.sort(key=lambda package: (key(package), package.id), reverse=self.descending)
        start = (self.page - 1) * self.limit
        return len(found), found[start : start + self.limit]


def single_values(query: str) -> dict[str, str]:
    values: dict[str, list[str]] = {}
    for key, value in parse_qsl(query):
        values.setdefault(key, []).append(value)
    return {key: found[0] for key, found in values.items() if len(found) == 1}


def _words(asked: dict[str, str], key: str) -> frozenset[str]:
    return frozenset(word for word in asked.get(key, "").split(",") if word)


def _instant(asked: dict[str, str], key: str) -> datetime | None:
    text = asked.get(key)
    if not text:
        return None
    try:
        return parse_instant(text)
    except ValueError as error:
        raise ValueError(f"{key}: {error}") from None


def _number(asked: dict[str, str], key: str, default: int, least: int, most: int) -> int:
    text = asked.get(key) or str(default)
    if text.isascii() and text.isdecimal() and len(text) < 10 and least <= int(text) <= most:
        return int(text)
    raise ValueError(f"{key}: a number from {least} to {most}")
