"""What is asked, in which order, and where to stop: at 40 requests, or when nobody answers.

The order is that of need: what the client cannot do without comes first, so that what is left out
when MASV is slow to answer is what matters least.
"""

import re
from collections.abc import Iterator
from typing import Final

from pulumi_masv import assumptions as known
from pulumi_masv.client.answers import Answer
from pulumi_masv.client.reads import Spent
from pulumi_masv.contract import packages, records
from pulumi_masv.contract.asking import Ask, Get, Listed, package_of, said
from pulumi_masv.contract.filters import Filters
from pulumi_masv.contract.findings import (
    Contract,
    Finding,
    Record,
    breaks,
    cautious,
    expected,
    keys_of,
    untold,
)
from pulumi_masv.errors import MasvError
from pulumi_masv.models import STATES

MOST: Final = 40  # requests, each repetition among them
_WRITES: Final = (known.FLAG_ASKED, known.BODILESS, known.SHOWN_AT_ONCE, known.REST_KEPT)
_TEAM: Final = "key and team"
_ID: Final = re.compile(r"(/(?:teams|packages)/)[\w-]+")


class Probe:
    """One look at one team's MASV.

    Args:
        reads: sends GETs, and counts them.
        team: its id.
    """

    def __init__(self, reads: Get, team: str) -> None:
        self._ask = Ask(reads, team)
        self._team = team
        self.contract = Contract()

    def findings(self) -> Iterator[Finding]:
        """Yield what is found, as it is found; `contract` is whole when this ends."""
        try:
            yield from self._all()
        except Spent:
            yield untold("the rest", f"{MOST} requests were sent, the most that are allowed")
        except MasvError as error:
            yield breaks("an answer", _ID.sub(r"\1…", str(error)))
        if False in self._ask.dated:
            yield cautious("now", "answers have no Date", "this machine's clock is used")
        yield untold(known.KEY_SEES_ALL, "it only shows when the key or its user's rights change")
        for assumption in _WRITES:
            yield untold(assumption, "it only shows in a write, and this command writes nothing")

    def _all(self) -> Iterator[Finding]:
        answer, contract = self._ask.teams(), self.contract
        contract.seen["teams"] = {"status": answer.status, "keys": keys_of(_teams(answer) or [])}
        yield key_and_team(answer, self._team)
        first = self._ask.listed()
        yield _listing(first)
        if first.records is None:
            return
        by_state: dict[str, list[Record]] = {}
        for state in STATES:
            yield from self._state(state, by_state)
        for one in first.found:  # a state that nobody knows cannot be asked for
            if one.get("state") not in STATES:
                by_state.setdefault("", []).append(one)
        yield from records.judge(by_state, first, contract)
        inbox = self._ask.listed(received=True)
        yield self._inbox(inbox)
        listed = {**by_state, "received": inbox.found}
        samples = {kind: found[0] for kind, found in listed.items() if found}
        yield from packages.judge_reads(self._ask, samples, contract)
        yield from packages.judge_pages(self._ask, first, contract)
        pool = [package_of(record) for several in by_state.values() for record in several]
        yield from Filters(self._ask, first, list(filter(None, pool)), inbox, contract).judge()

    def _state(self, state: str, by_state: dict[str, list[Record]]) -> Iterator[Finding]:
        page = self._ask.listed({"status": state})
        if page.records is None:
            yield breaks(known.FILTERED, f"status={state} is answered {page.answer.status}")
            return
        if any(one.get("state") in STATES and one["state"] != state for one in page.records):
            self.contract.ignores("status")
            yield cautious(known.FILTERED, f"status={state} shows other states, too")
        listed = {str(one.get("id")) for several in by_state.values() for one in several}
        for one in page.records:
            if str(one.get("id")) not in listed:
                named = one.get("state") if one.get("state") in STATES else ""
                by_state.setdefault(str(named), []).append(one)

    def _inbox(self, inbox: Listed) -> Finding:
        status = inbox.answer.status
        self.contract.seen["received"] = keys_of(inbox.found)
        if inbox.records is not None or status == 404:
            return expected("inbox", "the team has none (404)" if status == 404 else "it is read")
        if status in (401, 403):
            done = "received packages are not found"
            return cautious("inbox", f"the key cannot read it ({status})", done)
        return breaks("inbox", f"the answer is {status}, without a listing")


def key_and_team(answer: Answer, team: str) -> Finding:
    """Return whether the answer of `GET /v1/teams` holds the team."""
    teams = _teams(answer) if answer.status == 200 else None
    if teams is None:
        seen = f"GET /v1/teams, known from one example only, is answered {answer.status}"
        return untold(_TEAM, seen if answer.status != 200 else f"{seen} in another form")
    if any(one.get("id") == team for one in teams):
        return expected(_TEAM, "they belong together")
    done = "the team's own routes decide; check the team id"
    return cautious(_TEAM, "this key's user is not in the team", done)


def _teams(answer: Answer) -> list[Record] | None:
    told = said(answer)
    return told if isinstance(told, list) and all(isinstance(t, dict) for t in told) else None


def _listing(first: Listed) -> Finding:
    status = first.answer.status
    if first.records is not None:
        return expected("the sent listing", "it is as documented")
    if first.answer.is_page:
        return breaks(known.MASV_SPEAKS, f"the sent listing is answered {status} with a page")
    if status in (401, 403):
        return breaks(known.KEY_REFUSED, f"the sent listing is answered {status}")
    return breaks("the sent listing", f"the answer is {status}, without a listing")
