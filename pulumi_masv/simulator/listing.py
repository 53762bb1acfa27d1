"""Which packages a listing shows, in which order, and on which page.

Arrays are comma-joined. A key that is repeated, or that MASV does not know, is silently ignored,
so that the list comes back unfiltered by it. A blank value is no filter.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Final, get_args
from urllib.parse import parse_qsl

from pulumi_masv.simulator.instants import ELSEWHERE, parse_instant
from pulumi_masv.simulator.package import Package, State
from pulumi_masv.simulator.refusal import Refused
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


_MAX_SERVED: Final = 1000
_ZONES: Final = {"utc": timezone.utc, "offset": ELSEWHERE, "refused": None}


@dataclass(frozen=True)
class Listing:
    """One request for a list, understood."""

    page: int
    limit: int
    sort: str
    descending: bool
    keep: tuple[Callable[[Package], bool], ...]
    switches: Switches

    @classmethod
    def read(
        cls, query: str, switches: Switches, packages: Iterable[Package], *, received: bool
    ) -> "Listing":
        """Understand a query string; ValueError names the parameter that is wrong.

        `packages` are all of the team: their tags and teamspaces are the known ones.
        """
        asked = _Asked(query, switches, packages)
        keep: list[Callable[[Package], bool]] = [lambda package: package.received == received]

        states = frozenset(asked.words("status") or ("finalized", "expired"))
        if unknown := sorted(states.difference(get_args(State))):
            raise ValueError(
                f"status: {unknown[0][:20]} is not one of {', '.join(get_args(State))}"
            )
        keep.append(lambda package: package.state in states)

        if name := asked.get("name"):
            keep.append(lambda package: name in switches.spell(package.name))
        if sender := asked.get("sender"):
            keep.append(lambda package: package.sender == sender)
        if tags := asked.ids("tags", lambda package: package.tags):
            keep.append(lambda package: not tags.isdisjoint(package.tags))
        if teamspaces := asked.ids("teamspaces", lambda package: (package.teamspace,)):
            keep.append(lambda package: package.teamspace in teamspaces)
        if received and (portal := asked.get("portal")):
            if switches.portal_match == "equal":
                keep.append(lambda package: package.portal == portal)
            else:
                keep.append(lambda package: portal in package.portal)
        if extra := asked.get("extra_storage"):
            if extra not in ("true", "false"):
                raise ValueError("extra_storage must be true or false")
            wanted = extra == "true"
            keep.append(lambda p: (p.unlimited_storage or p.custom_expiry) == wanted)

        ends = switches if switches.listing_windows == "alike" else Switches()
        start, end = asked.instant("created_at_start"), asked.instant("created_at_end")
        if start or end:
            keep.append(lambda package: ends.in_window(package.created_at, start, end))
        first, last = asked.instant("expiry_start"), asked.instant("expiry_end")
        if first or last:
            keep.append(
                lambda package: (
                    not package.unlimited_storage and ends.in_window(package.expiry, first, last)
                )
            )
        if asked.nothing:
            keep.append(lambda package: False)

        sort = asked.get("sort") or "-created_at"
        if sort.removeprefix("-") not in SORTS:
            raise ValueError(f"sort: one of {', '.join(SORTS)}, with - in front to reverse it")
        most = MAX_LIMIT if switches.over_limit == "refused" else _MAX_SERVED
        limit = asked.number("limit", MAX_LIMIT, most)
        if switches.over_limit == "cut":
            limit = min(limit, MAX_LIMIT)
        return cls(
            page=asked.number("page", 1, 999_999_999),
            limit=min(limit, switches.page_size or limit),
            sort=sort.removeprefix("-"),
            descending=sort.startswith("-"),
            keep=tuple(keep),
            switches=switches,
        )

    def of(
        self, packages: Iterable[Package], sees: Callable[[Package], bool]
    ) -> tuple[int, list[Package]]:
        """Return how many there are on all pages, and those on this page that the key sees."""
        every = [package for package in packages if all(keep(package) for keep in self.keep)]
        found = [package for package in every if sees(package)]
        key = SORTS[self.sort]
        found.sort(key=lambda package: (key(package), package.id), reverse=self.descending)
        page, last = self.page, max(1, -(-len(found) // self.limit))
        if page > last:
            if self.switches.past_end == "refused":
                raise ValueError(f"page: the last one is {last}")
            if self.switches.past_end == "missing":
                raise Refused("missing", f"there is no page {page}")
            if self.switches.past_end == "last":
                page = last
        counts_all = self.switches.total == "all" and self.switches.key_sees == "all"
        start = (page - 1) * self.limit
        return len(every if counts_all else found), found[start : start + self.limit]


class _Asked:
    """The parameters that were sent, each once, but for those that this MASV ignores.

    `nothing` tells that one of them can match nothing.
    """

    def __init__(self, query: str, switches: Switches, packages: Iterable[Package]) -> None:
        self._values = single_values(query)
        self._switches = switches
        self._packages = packages
        self.nothing = False

    def get(self, key: str) -> str:
        return "" if key in self._switches.ignored else self._values.get(key, "")

    def words(self, key: str) -> frozenset[str]:
        return frozenset(word for word in self.get(key).split(",") if word)

    def ids(self, key: str, of: Callable[[Package], Iterable[str]]) -> frozenset[str]:
        words = self.words(key)
        if not words or self._switches.unknown_filter in ("mixed", "nothing"):
            return words
        known = words.intersection(each for package in self._packages for each in of(package))
        if known != words and self._switches.unknown_filter == "refused":
            raise ValueError(f"{key}: there is no {min(words - known)[:64]}")
        return known

    def instant(self, key: str) -> datetime | None:
        text = self.get(key)
        if not text:
            return None
        try:
            return parse_instant(text, _ZONES[self._switches.zoneless])
        except ValueError as error:
            if self._switches.unknown_filter in ("mixed", "refused"):
                raise ValueError(f"{key}: {error}") from None
            self.nothing = self.nothing or self._switches.unknown_filter == "nothing"
            return None

    def number(self, key: str, default: int, most: int) -> int:
        text = self.get(key) or str(default)
        if text.isascii() and text.isdecimal() and len(text) < 10 and 1 <= int(text) <= most:
            return int(text)
        raise ValueError(f"{key}: must be a number from 1 to {most}")


def single_values(query: str) -> dict[str, str]:
    values: dict[str, list[str]] = {}
    for key, value in parse_qsl(query):
        values.setdefault(key, []).append(value)
    return {key: found[0] for key, found in values.items() if len(found) == 1}
