"""Whether a listing holds what its filters ask for, each filter by itself.

A filter is asked for what one record has: it works where each record that comes has it, and fewer
come than without. Where records do not tell, a value that nobody has does: nothing comes back, or
it is refused, or everything does.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from pulumi_masv.assumptions import FILTERED
from pulumi_masv.client.filters import NOTHING
from pulumi_masv.contract.asking import Ask, Listed
from pulumi_masv.contract.findings import Contract, Finding, breaks, cautious, expected, untold
from pulumi_masv.errors import FilterError
from pulumi_masv.models import Package, Query, format_instant, shifted, widened

Reaction = Literal["works", "ignored", "refused", "nothing", "untold"]
_ANY_ZONE: Final = timedelta(hours=15)  # farther than any zone is from UTC
_SAYS: Final = {
    "works": "{} does",
    "nothing": "{}: a value that nobody has matches nothing",
    "refused": "{}: a value that nobody has is refused",
    "ignored": "{} is ignored",
    "untold": "{}: there are too few packages to tell",
}
_OWN: Final[dict[str, Callable[[Package], str | None]]] = {
    "sender": lambda package: package.sender,
    "name": lambda package: package.name if package.name and package.name.isascii() else None,
    "tags": lambda package: package.tag.id if package.tag else None,
    "teamspaces": lambda package: package.teamspace_id,
}
"""What a filter can be asked for, so that a record has it."""


@dataclass(frozen=True)
class Filters:
    """Asks with one filter after another.

    Args:
        all: the first page of the sent listing without a filter.
        pool: all packages that were listed without one.
        inbox: the first page of the inbox.
    """

    ask: Ask
    all: Listed
    pool: Sequence[Package]
    inbox: Listed
    contract: Contract

    def judge(self) -> Iterator[Finding]:
        """Yield what each filter does, the most needed ones first."""
        created = sorted(one.created_at for one in self.pool if one.created_at)
        yield from self._window("created_at", created)
        ends = [one.expiry for one in self.pool if one.expiry and not one.unlimited_storage]
        yield from self._window("expiry", sorted(ends))
        window = (
            bool(created) and not {"created_at_start", "created_at_end"} & self.contract.ignored
        )
        yield self._zoneless(created[len(created) // 2] if window else None)
        yield from self._unknown(window)
        for name in ("sender", "name"):
            own = self._own(name)
            yield self._said(name, self._nobodys(name) if own == "untold" else own)
        yield self._extra_storage()
        yield self._said("portal", self._nobodys("portal"))
        yield self._sort()

    def _window(self, field: str, known: Sequence[datetime]) -> Iterator[Finding]:
        """Ask for the window round the middle one of all instants, as the client would."""
        if not known:
            yield untold(FILTERED, f"{field}: no record has that field")
            return
        start, end = widened(known[len(known) // 2], known[len(known) // 2])
        sides = {f"{field}_start": start, f"{field}_end": end}
        page = self.ask.listed({side: format_instant(at) for side, at in sides.items()})
        if page.records:
            for side, at in sides.items():
                yield self._said(side, self._reaction(page, Query.parse(**{side: at})))
        elif page.records is None:
            yield breaks(FILTERED, f"a window of {field} is answered {page.answer.status}")
        elif field == "expiry" and any(one.unlimited_storage is None for one in self.pool):
            yield untold(FILTERED, "expiry: packages in a window may have unlimited storage")
        else:
            yield breaks(FILTERED, f"a window of {field} leaves out packages that lie in it")

    def _zoneless(self, middle: datetime | None) -> Finding:
        """Ask for a window without a zone, and for one so wide that any zone's would hold it."""
        subject = "instants without a zone"
        if middle is None:
            return untold(subject, "no record or filter shows what they mean")

        def around(width: timedelta) -> Listed:
            start, end = shifted(middle, -width), shifted(middle, width)
            sides = {"created_at_start": start, "created_at_end": end}
            return self.ask.listed({k: format_instant(v).rstrip("Z") for k, v in sides.items()})

        second = timedelta(seconds=1)
        narrow = around(second)
        made = [one.created_at for one in narrow.packages if one and one.created_at]
        if narrow.records is None or any(abs(at - middle) > second for at in made):
            meant = "refused"
        elif narrow.records:
            meant = "utc"
        else:
            meant = "offset" if around(_ANY_ZONE).records else "refused"
        self.contract.switches["zoneless"] = meant
        says = {"utc": "they are in UTC", "offset": "they have an offset", "refused": "not read"}
        return expected(subject, f"{says[meant]}; each instant is sent with its zone")

    def _unknown(self, window: bool) -> Iterator[Finding]:
        """Ask for a tag and a teamspace that no package has, and for an unreadable instant."""
        instant: Reaction = "untold"
        if window:
            instant = self._to_nobody(self.ask.listed({"created_at_start": "soon"}), self.all)
        ids: set[Reaction] = set()
        for name in ("tags", "teamspaces"):
            own, nobodys = self._own(name), self._nobodys(name)
            if own == "untold" and nobodys == "ignored":  # the filter is, or its value
                own = "ignored" if instant in ("nothing", "refused") else "untold"
            elif own == "untold":
                own = nobodys
            ids |= set() if own == "ignored" else {nobodys} - {"untold"}
            yield self._said(name, own)
        subject = "an unknown value for a filter"
        if not ids or instant == "untold":
            yield untold(subject, "there are too few packages or filters to tell")
            return
        mixed = ids == {"nothing"} and instant == "refused"
        self.contract.play("unknown_filter", ["mixed"] if mixed else {*ids, instant})
        if "ignored" in {*ids, instant}:
            yield cautious(FILTERED, "a filter value that MASV does not know is ignored")
        else:
            yield expected(subject, f"an id: {' or '.join(sorted(ids))}; an instant: {instant}")

    def _extra_storage(self) -> Finding:
        totals = [self.ask.listed({"extra_storage": value}).total for value in ("true", "false")]
        every = self.all.total
        if None in totals:
            return self._said("extra_storage", "refused")
        if every and totals == [every, every]:
            return self._said("extra_storage", "ignored")
        whole = every and sum(total or 0 for total in totals) == every
        return self._said("extra_storage", "works" if whole else "untold")

    def _sort(self) -> Finding:
        made = [one.created_at for one in self.all.packages if one and one.created_at]
        if len(set(made)) < 2:
            return untold("sort", "there are too few records to tell their order")
        page = self.ask.listed({"sort": "-created_at"})
        if page.records is None:
            return breaks("sort", f"it is answered {page.answer.status}")
        back = [one.created_at for one in page.packages if one and one.created_at]
        if made == sorted(made) and back == sorted(back, reverse=True):
            return expected("sort", "by created_at, in both directions")
        self.contract.ignores("sort")
        return cautious("sort", "it is ignored", "a listing is read until its total is reached")

    def _said(self, name: str, reaction: Reaction) -> Finding:
        self.contract.seen.setdefault("filters", {})[name] = reaction
        says = _SAYS[reaction].format(name)
        if reaction == "ignored":
            self.contract.ignores(name)
            return cautious(FILTERED, says)
        return untold(FILTERED, says) if reaction == "untold" else expected(FILTERED, says)

    def _own(self, name: str) -> Reaction:
        """Ask for what the first record has that can be asked for."""
        for value in filter(None, map(_OWN[name], self.pool)):
            try:
                query = Query.parse(**{name: value})
            except FilterError:
                continue
            return self._reaction(self.ask.listed(query.parameters()), query)
        return "untold"

    def _reaction(self, page: Listed, query: Query) -> Reaction:
        if page.records is None:
            return "refused" if 400 <= page.answer.status < 500 else "untold"
        told = {query.allows(one) if one else None for one in page.packages}
        if False in told:
            return "ignored"
        fewer = (page.total or 0) < (self.all.total or 0)
        return "works" if told == {True} and fewer else "untold"

    def _nobodys(self, name: str) -> Reaction:
        received = name == "portal"
        query = Query(received=received, **NOTHING[name])
        page = self.ask.listed(query.parameters(), received=received)
        return self._to_nobody(page, self.inbox if received else self.all)

    def _to_nobody(self, page: Listed, every: Listed) -> Reaction:
        if page.records is None:
            return "refused" if 400 <= page.answer.status < 500 else "untold"
        if not every.total:
            return "untold"
        return "ignored" if page.records else "nothing"
