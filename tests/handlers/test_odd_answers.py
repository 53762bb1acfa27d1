"""Answers that are odd for one package, or for one request: nothing else goes wrong by them."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

import pytest

from pulumi_masv.client import Client
from pulumi_masv.models import parse_instant
from pulumi_masv.policy import inventory
from pulumi_masv.policy.model import ManifestModel
from pulumi_masv.settings import Settings
from pulumi_masv.simulator import Simulator
from pulumi_masv.simulator.dispatch import Dispatcher
from pulumi_masv.simulator.messages import Answer, Request, json_answer, text_answer
from tests.handlers.conftest import Engine, Refused
from tests.handlers.programs import each_way, fleet, one

LATE, LAST = "2027-12-01T00:00:00Z", "2028-12-01T00:00:00Z"
IDS = [f"01H{letter}" for letter in "ABCDEFGHIJKLMNOPQRST"]


@pytest.fixture
def masv(masv: Simulator) -> Simulator:
    for package_id in IDS:
        masv.account.add_package(id=package_id, name=package_id, expiry=LATE)
    return masv


def answering(
    monkeypatch: pytest.MonkeyPatch,
    odd: Callable[[Request, Answer], Answer | None] | None = None,
    before: Callable[[Request], Answer | None] | None = None,
) -> None:
    respond = Dispatcher._respond

    def changed(self: Dispatcher, request: Request) -> Answer:
        struck = before(request) if before else None
        if struck is not None:
            return struck
        answer = respond(self, request)
        return (odd(request, answer) if odd else None) or answer

    monkeypatch.setattr(Dispatcher, "_respond", changed)


# 200 OK after DELETE, as Express's `res.send("OK")` says it: text/html.


@pytest.mark.parametrize("body", ["OK", "Accepted", "true"])
def test_ok_in_text_html_after_a_delete_is_no_firewall(
    engine: Engine, masv: Simulator, monkeypatch: pytest.MonkeyPatch, body: str
) -> None:
    program = fleet({i: {} for i in IDS}, forceDestroy=True)
    engine.up(program)
    answering(monkeypatch, lambda request, answer: (
        text_answer(200, body, "text/html") if request.method == "DELETE" and answer.status < 300
        else None))  # fmt: skip
    engine.up({})
    assert engine.state == {}


def test_ok_in_text_html_after_an_archive_is_no_firewall(
    engine: Engine, masv: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    masv.account.delete("01HA")
    answering(monkeypatch, lambda request, answer: (
        text_answer(200, "OK", "text/html") if request.method == "PUT" and answer.status < 300
        else None))  # fmt: skip
    engine.up(one("01HA", archived=True))
    assert masv.account.package("01HA").state == "archived"


# A firewall's rule that strikes one write only, by a word in its body.


def test_a_firewall_that_refuses_one_name_does_not_stop_the_others(
    engine: Engine, masv: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = "<html>Request blocked</html>"
    answering(monkeypatch, before=lambda request: (
        text_answer(403, page, "text/html") if b"select" in request.body else None))  # fmt: skip
    program = fleet({i: {"name": "select * from x" if i == IDS[0] else f"{i} new"} for i in IDS})
    for _ in range(3):
        with pytest.raises(Refused):
            engine.up(program)
    done = [i for i in IDS[1:] if masv.account.package(i).name == f"{i} new"]
    assert done == IDS[1:]


# One package whose single read is broken for good, in a stack of single resources.


@pytest.mark.parametrize("way", [0, 1])
@pytest.mark.parametrize("what", ["garbage", "empty", "null", "redirect"])
def test_one_package_that_cannot_be_read_stops_no_refresh(
    engine: Engine, masv: Simulator, monkeypatch: pytest.MonkeyPatch, way: int, what: str
) -> None:
    engine.up(each_way(*IDS[:3], name="x")[way])
    odd = {
        "garbage": text_answer(200, "oops"),
        "empty": json_answer(200, {}),
        "null": json_answer(200, None),
        "redirect": Answer(302, headers={"Location": "https://x.example/"}),
    }[what]

    def change(request: Request, answer: Answer) -> Answer | None:
        if request.path.endswith("/packages/01HA"):
            return odd
        if request.path.endswith("/packages") and request.method == "GET":
            told = json.loads(answer.body)
            if "records" in told:
                told["records"] = [r for r in told["records"] if r["id"] != "01HA"]
                told["metadata"]["total"] -= 0 if len(told["records"]) == 0 else 1
                return json_answer(200, told)
        return None

    answering(monkeypatch, change)
    masv.account.rename("01HB", "by hand")
    engine.refresh()
    stored = json.dumps(engine.state)
    assert "by hand" in stored
    assert all(package_id in stored for package_id in IDS[:3])


# Manifests by portal.


def _client(masv: Simulator) -> Client:
    return Client(
        Settings(api_key=masv.api_key, team_id=masv.team_id, base_url=masv.url),
        sleep=lambda _: None,
    )


PORTAL = ManifestModel.model_validate(
    {"rules": [{"match": {"portal": ["portal-1"]}, "set": {"expiry": LAST}}]}
)


@pytest.mark.parametrize("status", [400, 404, 422])
def test_a_portal_of_which_a_part_is_refused_is_a_whole_one(
    masv: Simulator, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    masv.account.add_package(id="01HZ", received=True, portal="portal-1", expiry=LATE)
    refused = json_answer(status, {"message": "no such portal"})

    def whole_names(request: Request, _: Answer) -> Answer | None:
        asked = dict(parse_qsl(request.query)).get("portal", "portal-1")
        return None if asked == "portal-1" else refused

    answering(monkeypatch, whole_names)
    assert set(inventory.decide(PORTAL, _client(masv)).declared) == {"01HZ"}


def test_a_team_without_an_inbox_needs_none_for_a_rule_by_portal(
    masv: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    none = json_answer(404, {"message": "no"})
    answering(monkeypatch, lambda asked, _: none if asked.path.endswith("/inbox") else None)
    assert inventory.decide(PORTAL, _client(masv)).declared == {}


# Instants at the ends of the calendar.


@pytest.mark.parametrize("moment", [
    "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z",
    "0001-01-01T05:00:00Z"])  # fmt: skip
@pytest.mark.parametrize("field", ["created_at", "updated_at", "expiry"])
def test_an_instant_at_the_end_of_the_calendar_crashes_nothing(
    engine: Engine, masv: Simulator, monkeypatch: pytest.MonkeyPatch, field: str, moment: str
) -> None:
    from pulumi_masv.client.reads import Reads
    from pulumi_masv.contract import Probe

    def change(request: Request, answer: Answer) -> Answer | None:
        if request.method != "GET" or answer.status != 200 or b'"records"' not in answer.body:
            return None
        told = json.loads(answer.body)
        told["records"] = [{**r, field: moment} for r in told["records"]]
        return json_answer(200, told)

    answering(monkeypatch, change)
    settings = Settings(api_key=masv.api_key, team_id=masv.team_id, base_url=masv.url)
    list(Probe(Reads(settings, most=40), masv.team_id).findings())
    try:
        engine.up(each_way(*IDS[:3], name="x")[1])
        engine.refresh()
    except Refused as refused:
        assert "Overflow" not in str(refused)


@pytest.mark.parametrize("folder", ["relative", "/proc/x/y", "/dev/null", "/", "/dev/null/x"])
def test_a_folder_that_cannot_be_written_disturbs_nothing(
    masv: Simulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Any, folder: str
) -> None:
    (tmp_path / "d").mkdir()
    monkeypatch.chdir(tmp_path / "d")
    os.rmdir(tmp_path / "d")
    monkeypatch.setenv("MASV_RECORD", folder)
    assert _client(masv).get_package("01HA")


# An extension that MASV cuts to less than there was, in a whole fleet.


def test_an_extension_that_ends_files_earlier_stops_at_the_first(
    engine: Engine, masv: Simulator
) -> None:
    masv.switch(expiry_cap_days=10)
    with pytest.raises(Refused) as refused:
        engine.up(fleet({i: {"expiry": LAST} for i in IDS}))
    shortened = [i for i in IDS if masv.account.package(i).expiry < parse_instant(LATE)]
    assert len(shortened) <= 8  # what was in flight
    assert "another package earlier than it was asked to" in str(refused.value)
    assert any("days earlier than they were to end" in line for line in engine.said), engine.said


def test_a_date_that_loses_its_milliseconds_moves_the_others_all_the_same(
    engine: Engine, masv: Simulator
) -> None:
    masv.switch(expiry_rounding="second")
    with pytest.raises(Refused, match="but MASV keeps 2027-06-01T00:00:00Z"):
        engine.up(fleet({i: {"expiry": "2027-06-01T00:00:00.175Z"} for i in IDS}))
    kept = parse_instant("2027-06-01T00:00:00Z")
    assert {masv.account.package(i).expiry for i in IDS} == {kept}


# A state that nobody knows: how to get rid of the resource.


@pytest.mark.parametrize("way", [0, 1])
def test_what_is_taken_out_already_is_not_told_to_be_taken_out(
    engine: Engine, masv: Simulator, monkeypatch: pytest.MonkeyPatch, way: int
) -> None:
    before = each_way(*IDS[:2], forceDestroy=True)[0]
    after: dict[str, Any] = {IDS[1]: before[IDS[1]]}
    if way:
        before = fleet({i: {} for i in IDS[:2]}, forceDestroy=True)
        after = fleet({IDS[1]: {}}, forceDestroy=True)
    engine.up(before)
    answering(monkeypatch, lambda _, answer: replace(
        answer, body=answer.body.replace(b'"finalized"', b'"weird"')))  # fmt: skip
    with pytest.raises(Refused) as refused:
        engine.up(after)
    assert "take it out of the program" not in str(refused.value)
    assert "retain_" in str(refused.value)


# A write that shows later than is waited for.


def test_a_write_that_shows_very_late_may_be_looked_at_again(
    engine: Engine, masv: Simulator
) -> None:
    masv.switch(write_delay=1000, put_answer="empty")
    with pytest.raises(Refused) as refused:
        engine.up(one("01HA", name="new"))
    assert "or run again where it shows a write late" in str(refused.value)
