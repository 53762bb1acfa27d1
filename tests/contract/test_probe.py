"""What a probe tells of a MASV, by few GETs, and how a simulator then plays that MASV."""

import inspect
import json
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulumi_masv.client import reads as reads_module
from pulumi_masv.client.answers import Answer, Request
from pulumi_masv.client.reads import Reads, Spent
from pulumi_masv.contract import Probe
from pulumi_masv.contract.asking import Get
from pulumi_masv.simulator import Simulator, Switches
from pulumi_masv.simulator.contracts import CONTRACTS, load
from tests.contract.conftest import outcome, probe, rich_account, settings_of
from tests.generated import at_least, count

NOW = datetime(2027, 1, 1, tzinfo=timezone.utc)
TOLD: list[tuple[str, Any]] = [
    *(("errors", value) for value in ("full", "split", "errors", "error", "text")),
    *(("instants", value) for value in ("utc", "offset")),
    *(("listed_keys", value) for value in ("all", "sample", "flags", "bare")),
    *(("read_keys", value) for value in ("all", "sample", "flags", "bare")),
    *(("listed_tokens", value) for value in ("full", "download", "blank", "none")),
    *(("read_tokens", value) for value in ("full", "download", "blank", "none")),
    *(("foreign_read", value) for value in (400, 401, 403, 404)),
    *(("ended_read", value) for value in ("served", "missing")),
    *(("inbox_read", value) for value in ("served", "missing")),
    *(("page_size", value) for value in (7, 49)),
    *(("over_limit", value) for value in ("refused", "cut", "served")),
    *(("past_end", value) for value in ("empty", "refused", "missing", "last")),
    ("total", "shown"),
    *(("ignored_filters", name) for name in ("sender", "name", "tags", "teamspaces", "portal")),
    *(("ignored_filters", f"created_at_{side}") for side in ("start", "end")),
    *(("ignored_filters", f"expiry_{side}") for side in ("start", "end")),
    *(("ignored_filters", name) for name in ("extra_storage", "sort", "status")),
    ("ignored_filters", "sender,tags"),
    *(("unknown_filter", value) for value in ("mixed", "nothing", "refused", "ignored")),
    *(("zoneless", value) for value in ("utc", "offset", "refused")),
    ("names", "as given"),
    *(("expiry_while_unlimited", value) for value in ("zero", "absent", "stale")),
    *(("token_lifetime", timedelta(minutes=minutes)) for minutes in (30, 300, 2880)),
]  # fmt: skip


@pytest.mark.parametrize(("switch", "value"), TOLD, ids=str)
def test_a_switch_that_reads_can_tell_is_played_again(
    tmp_path: Path, switch: str, value: Any
) -> None:
    masv = rich_account(**{switch: value})
    contract, _ = probe(masv)
    assert switch in contract.switches
    file = tmp_path / "contract.json"
    file.write_text(json.dumps(contract.as_json()))
    played = load(file)
    assert getattr(played, switch) == value
    others = {name for name, _ in TOLD} - {switch}
    wrong = {
        name: getattr(played, name)
        for name in others
        if getattr(played, name) != getattr(masv.account.switches, name)
    }
    assert wrong == {}


@pytest.mark.parametrize("name", CONTRACTS)
def test_nothing_that_is_told_of_a_whole_contract_is_wrong(tmp_path: Path, name: str) -> None:
    masv = rich_account()
    masv.account.switches = CONTRACTS[name]
    contract, found = probe(masv)
    assert "breaks" not in {one.outcome for one in found}
    told = Switches().with_json(contract.switches)
    for switch in contract.switches:
        if switch != "ignored_filters":  # one that hides another's reaction may go unseen
            assert getattr(told, switch) == getattr(CONTRACTS[name], switch), switch
    assert told.ignored <= CONTRACTS[name].ignored


def test_a_total_that_counts_what_is_hidden_is_told() -> None:
    masv = rich_account(total="all")
    masv.account.add_package(hidden=True)
    contract, found = probe(masv)
    assert contract.switches["total"] == "all"
    assert outcome(found, "counts packages that no page shows") == {"cautious"}


def test_a_masv_as_documented_breaks_nothing_and_costs_few_requests() -> None:
    masv = rich_account()
    _, found = probe(masv)
    assert {one.outcome for one in found} == {"as expected", "cautious", "cannot be told"}
    assert outcome(found, "a form other than NFC") == {"cautious"}
    assert len(masv.journal) == 30


@pytest.mark.parametrize("packages", [0, 1, 2, 3])
def test_few_packages_are_no_reason_to_guess(packages: int) -> None:
    contract, found = probe(Simulator(packages=packages))
    assert "breaks" not in {one.outcome for one in found}
    assert contract.switches.get("ignored_filters", "") == ""
    assert outcome(found, "packages are served singly: no expired package") == {"cannot be told"}
    assert Switches().with_json(contract.switches)


@pytest.mark.parametrize(
    ("switches", "words"),
    [
        ({"listed_keys": "sample"}, "unlimited_storage is in no record"),
        ({"listed_keys": "flags"}, "unlimited_storage is in a record only if it is true"),
        ({"listed_tokens": "none"}, "no token in"),
        ({"listed_tokens": "download"}, "of level d"),
        ({"foreign_read": 403}, "an id that nobody has is answered 403"),
        ({"ended_read": "missing"}, "one that is archived is not (404)"),
        ({"page_size": 10}, "a page has 10 packages at most"),
        ({"ignored_filters": "tags"}, "tags is ignored"),
        ({"unknown_filter": "ignored"}, "a filter value that MASV does not know is ignored"),
    ],
)
def test_another_masv_is_told_with_its_cautious_side(switches: dict[str, Any], words: str) -> None:
    _, found = probe(rich_account(**switches))
    assert outcome(found, words) == {"cautious"}


def test_a_state_nobody_knows_is_told_and_spoils_nothing() -> None:
    masv = rich_account()
    masv.account.add_package(shown_state="quarantined", shown_token="none")
    contract, found = probe(masv)
    assert outcome(found, "an unknown state in 1 of") == {"cautious"}
    assert "another state" in contract.seen["sent"]
    assert "ignored_filters" not in contract.switches


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"kind": "status", "status": 401}, "the sent listing is answered 401"),
        ({"kind": "status", "status": 500}, "the answer is 500, without a listing"),
        ({"kind": "html"}, "the sent listing is answered 200 with a page"),
        ({"kind": "invalid_json"}, "the answer is 200, without a listing"),
        ({"kind": "redirect"}, "a redirect, which is not followed"),
        ({"kind": "reset"}, "no answer"),
        ({"kind": "rate_limit", "retry_after": 0}, "answered 429"),
    ],
)
def test_what_the_client_cannot_do_without_breaks(fault: dict[str, Any], words: str) -> None:
    masv = rich_account()
    masv.faults.set(**fault, times=None, route="*/packages")
    _, found = probe(masv)
    assert outcome(found, words) == {"breaks"}
    assert len(masv.journal) <= 3


def test_an_inbox_that_may_not_be_read_stops_nothing_else() -> None:
    """What hangs on it takes the cautious side."""
    masv = rich_account()
    masv.faults.set("status", status=403, times=None, route="*/inbox")
    _, found = probe(masv)
    assert outcome(found, "the key cannot read it (403)") == {"cautious"}
    assert outcome(found, "sort: by created_at") == {"as expected"}


def test_a_server_that_fails_now_and_then_never_costs_more_than_forty() -> None:
    masv = rich_account(page_size=7)
    for at in range(3, 80, 3):
        masv.faults.set("status", status=503, at=at)
    _, found = probe(masv)
    assert len(masv.journal) in (39, 40)
    assert outcome(found, "40 requests were sent") == {"cannot be told"}


def test_answers_without_a_date_are_told() -> None:
    class Dateless:
        def get(self, route: str, query: Mapping[str, str] | None = None) -> Answer:
            body = b'{"metadata": {"total": 0}, "records": []}'
            return Answer(Request("GET", route, {}), 200, {}, body, NOW)

    found = list(Probe(Dateless(), "team").findings())
    assert outcome(found, "answers have no Date") == {"cautious"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=4,
)
KEYS = ["id", "state", "access_token", "created_at", "expiry", "name", "sender", "tag", "teamspace"]
RECORD = st.dictionaries(st.sampled_from(KEYS), JSON)
LISTING = st.fixed_dictionaries(
    {
        "metadata": st.fixed_dictionaries({"total": st.integers(0, 99) | JSON}),
        "records": st.lists(RECORD),
    }
)


class Odd:
    """A MASV that answers any JSON at all."""

    def __init__(self, data: st.DataObject) -> None:
        self._data = data

    def get(self, route: str, query: Mapping[str, str] | None = None) -> Answer:
        urlencode(query or {})
        said = json.dumps(self._data.draw(LISTING | LISTING | RECORD | JSON))
        status = self._data.draw(st.sampled_from([200, 200, 200, 400, 404, 500]))
        headers = {"Date": self._data.draw(st.text())}
        return Answer(Request("GET", route, {}), status, headers, said.encode(), NOW)


@at_least(5, "as expected", "cautious", "cannot be told")
@given(st.data())
@settings(max_examples=60)
def test_no_answer_whatever_makes_a_probe_fail(data: st.DataObject) -> None:
    looked = Probe(Odd(data), "team")
    for one in looked.findings():
        count(one.outcome)
        assert one.says
    assert Switches().with_json(looked.contract.switches)


def test_what_reads_knows_no_other_method_and_no_other_route(masv: Simulator) -> None:
    assert inspect.getsource(reads_module).count("Request(") == 1
    assert 'Request("GET", route' in inspect.getsource(reads_module)
    assert [name for name in vars(Get) if not name.startswith("_")] == ["get"]
    for route in ("/v1/packages/01", "/v1/packages/01/archive", "//elsewhere.example/"):
        with pytest.raises(ValueError, match="the key does not go to"):
            Reads(settings_of(masv), most=9).get(route)
    assert masv.journal == []


def test_no_more_is_sent_than_is_allowed(masv: Simulator) -> None:
    sends = Reads(settings_of(masv), most=2, retries=0)
    for _ in range(2):
        assert sends.get("/v1/teams").status == 200
    with pytest.raises(Spent):
        sends.get("/v1/teams")
    assert len(masv.journal) == 2
