"""Which packages a listing shows, in which order, and on which page.

Arrays are comma-joined. A key that is repeated, or that MASV does not know, is silently ignored,
so that the list comes back unfiltered by it. A blank value is no filter.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Final, Literal, get_args
from urllib.parse import parse_qsl

from pulumi_masv.simulator.found import SORTS, Filter, Found
from pulumi_masv.simulator.instants import ELSEWHERE, parse_instant
from pulumi_masv.simulator.package import Package, State
from pulumi_masv.simulator.refusal import Refused
from pulumi_masv.simulator.switches import Switches

Known = Callable[[], Mapping[str, frozenset[str]]]
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
    wanted: Filter

    @classmethod
    def read(
        cls, query: str, switches: Switches, known: Known, *, team_id: str, received: bool
    ) -> "Listing":
        """Understand a query string; ValueError names the parameter that is wrong.

        `known` returns the tags and the teamspaces of the team's packages.
        """
        asked = _Asked(query, switches, known)
        states = asked.words("status") or frozenset(("finalized", "expired"))
        if unknown := sorted(states.difference(get_args(State))):
            raise ValueError(
                f"status: {unknown[0][:20]} is not one of {', '.join(get_args(State))}"
            )
        tags, teamspaces = asked.ids("tags"), asked.ids("teamspaces")
        extra = asked.get("extra_storage")
        if extra not in ("", "true", "false"):
            raise ValueError("extra_storage must be true or false")
        wanted = Filter(
            team_id=team_id,
            received=received,
            states=frozenset(state for state in get_args(State) if state in states),
            name=asked.get("name"),
            sender=asked.get("sender"),
            tags=tags,
            teamspaces=teamspaces,
            portal=asked.get("portal") if received else "",
            extra_storage=extra == "true" if extra else None,
            created=(asked.instant("created_at_start"), asked.instant("created_at_end")),
            expiry=(asked.instant("expiry_start"), asked.instant("expiry_end")),
            nothing=asked.nothing,
            switches=switches,
        )

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
            wanted=wanted,
        )

    def of(self, found: Found) -> tuple[int, list[Package]]:
        """Return how many there are on all pages, and those on this page that the key sees."""
        switches = self.wanted.switches
        blind = switches.key_sees == "nothing"
        shown = 0 if blind else found.shown
        page, last = self.page, max(1, -(-shown // self.limit))
        if page > last:
            if switches.past_end == "refused":
                raise ValueError(f"page: the last one is {last}")
            if switches.past_end == "missing":
                raise Refused("missing", f"there is no page {page}")
            if switches.past_end == "last":
                page = last
        if blind:
            return 0, []
        on_page = found.slice((page - 1) * self.limit, self.limit, descending=self.descending)
        return found.count if switches.total == "all" else shown, on_page


class _Asked:
    """The parameters that were sent, each once, but for those that this MASV ignores.

    `nothing` tells that one of them can match nothing.
    """

    def __init__(self, query: str, switches: Switches, known: Known) -> None:
        self._values = single_values(query)
        self._switches = switches
        self._known = known
        self.nothing = False

    def get(self, key: str) -> str:
        return "" if key in self._switches.ignored else self._values.get(key, "")

    def words(self, key: str) -> frozenset[str]:
        return frozenset(word for word in self.get(key).split(",") if word)

    def ids(self, key: Literal["tags", "teamspaces"]) -> frozenset[str]:
        words = self.words(key)
        if not words or self._switches.unknown_filter in ("mixed", "nothing"):
            return words
        known = words & self._known()[key]
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
    """Return the parameters of a query that it names once."""
    values: dict[str, list[str]] = {}
    for key, value in parse_qsl(query):
        values.setdefault(key, []).append(value)
    return {key: found[0] for key, found in values.items() if len(found) == 1}
