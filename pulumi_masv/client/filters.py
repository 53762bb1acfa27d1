"""Whether a listing is what its filters ask for: record by record, and by asking where none tells.

MASV may ignore a filter in silence, or take its value for something else; such a listing would be
everything.
"""

import threading
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any, Final

from pulumi_masv.assumptions import FILTERED, Contradictions
from pulumi_masv.client.finding import BOXES
from pulumi_masv.client.pages import Page
from pulumi_masv.errors import ListingRefused, RequestRefused
from pulumi_masv.models import Observed, Query

NOBODYS: Final = "00000000000000000000000000"  # an id, or a name, that nothing has
_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=timezone.utc)
NOTHING: Final[dict[str, dict[str, Any]]] = {
    "name": {"name": NOBODYS},
    "sender": {"sender": f"{NOBODYS}@nowhere.invalid"},
    "tags": {"tags": (NOBODYS,)},
    "teamspaces": {"teamspaces": (NOBODYS,)},
    "portal": {"portal": NOBODYS},
    "created_at": {"created_at_start": _LONG_AGO, "created_at_end": _LONG_AGO},
    "expiry": {"expiry_start": _LONG_AGO, "expiry_end": _LONG_AGO},
}
"""What no package answers to, for each filter that records may not tell of."""
_READ: Final = (400, 404, 422)  # a value that is refused was read


class Filters:
    """What one run knows of MASV's filters.

    Attributes:
        totals: how many packages were listed without a filter, sent (False) and received (True).

    Args:
        page: reads the first page of a listing.
        contradictions: returns what takes note of filters that do not filter.
    """

    def __init__(
        self, page: Callable[[Query], Page], contradictions: Callable[[], Contradictions]
    ) -> None:
        self._page = page
        self._contradictions = contradictions
        self._lock = threading.Lock()
        self._proved: set[tuple[str, bool]] = set()
        self.totals: dict[bool, int] = {}

    def mended(self, query: Query, listed: list[Observed], total: int) -> list[Observed]:
        """Return a listing without the packages that do not match its filters.

        Args:
            query: what was asked for.
            listed: what can be read of the answer.
            total: how many packages it announced.

        Raises:
            ListingRefused: nobody can tell whether it is as asked.
        """
        told = [query.verdicts(observed.package) for observed in listed]
        if any(each.get("tags") is False for each in told) and not self.is_ignored(
            query, "tags", total
        ):
            for each in told:  # a record shows one tag, and a package may have more
                each["tags"] = True
        kept = [
            observed
            for observed, each in zip(listed, told, strict=True)
            if False not in each.values()
        ]
        wrong = {name for each in told for name, verdict in each.items() if verdict is False}
        unsure = {name for each in told for name, verdict in each.items() if verdict is None}
        for name in sorted(wrong):
            what = f"a listing filtered by {name} has packages that do not match"
            self._contradictions().meet(FILTERED, what)
        for name in sorted(unsure):
            if name in wrong:
                raise ListingRefused(
                    f"MASV lists packages that do not match the filter {name}, and says too "
                    f"little about others to tell: leave that filter out",
                    kept,
                )
            if self.is_ignored(query, name, total):
                self._contradictions().meet(FILTERED, f"the filter {name} is ignored")
                raise ListingRefused(
                    f"MASV ignores the filter {name}, so its listing is not used: leave that "
                    f"filter out",
                    kept,
                )
        return kept

    def is_ignored(self, query: Query, name: str, total: int) -> bool:
        """Ask for what nothing answers to: as many packages as before means an ignored filter."""
        with self._lock:
            if name == "status" or (name, query.received) in self._proved:
                return False
            alone = query.model_copy(update=dict.fromkeys(NOTHING.get(name, (name,))))
            if alone == BOXES[query.received] and total < self.totals.get(query.received, 0):
                return False  # it lists less than there is
            if name == "extra_storage":
                other = self._total(query, {name: not query.extra_storage})
                return other == total and self._total(query, {name: None}) == total
            other = self._total(query, NOTHING[name])
            if other == 0:
                self._proved.add((name, query.received))
                return False
            # One that ignores only what it does not know lists more; and the account may move.
            return other == total or other == self._total(query, {})

    def _total(self, query: Query, asked: dict[str, Any]) -> int:
        try:
            return self._page(query.model_copy(update=asked)).total
        except RequestRefused as refused:
            if refused.status not in _READ:
                raise
            return 0
