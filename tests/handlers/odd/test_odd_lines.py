"""What is told of an odd MASV is one line, told once, and holds no secret."""

import json
from typing import Any

import pytest

from pulumi_masv.simulator import Simulator
from tests.handlers.conftest import Engine, Refused
from tests.handlers.odd.conftest import LAST, LATE, SOON
from tests.handlers.programs import contradicted, each_way, one, stored_names


@pytest.mark.parametrize("odd", [{"name": "\ud83c"}, {"size": 10**400}, {"total_files": 10**400}])
@pytest.mark.parametrize("way", [0, 1])
def test_what_nothing_can_store_is_unknown(
    engine: Engine, masv: Simulator, odd: dict[str, Any], way: int
) -> None:
    masv.account.add_package(id="01HX", expiry=LATE, **odd)
    program = each_way("01HX", archived=True)[way]
    engine.up(program)
    engine.refresh()
    masv.reset_journal()
    engine.up(program)
    assert masv.writes == []


@pytest.mark.parametrize("refuse", ["full", "errors", "error", "text", "split"])
def test_a_refusal_is_one_line_with_its_reason(
    engine: Engine, masv: Simulator, refuse: Any
) -> None:
    masv.switch(errors=refuse, expiry_edits="locked")
    with pytest.raises(Refused, match="storage duration is locked for this team") as refused:
        engine.up(one(expiry=LAST))
    assert len(refused.value.lines) == 1


def test_a_contradiction_is_told_once_by_all_processes_of_a_run(
    masv: Simulator, engine: Engine
) -> None:
    masv.switch(listed_keys="sample", read_keys="sample")
    program = one("01HA", expiry=SOON) | {"b": {**one("01HB", expiry=SOON)["01HB"],
                                                "__process": "o"}}  # fmt: skip
    engine.preview(program)
    assert len(contradicted(engine)) == 1


@pytest.mark.parametrize("body", ["list", "text", "html-escaped", "json-text"])
def test_no_key_in_a_refusal_whatever_its_form(masv: Simulator, body: str) -> None:
    from pydantic import SecretStr

    from pulumi_masv.client.answers import Answer, Request

    key = SecretStr('s3cr"et\\can&ary<key>')
    value = key.get_secret_value()
    raw = {
        "list": json.dumps([f"invalid key {value}"]),
        "text": f"invalid key {value}",
        "html-escaped": json.dumps({"message": "invalid key s3cr&quot;et\\can&amp;ary&lt;key&gt;"}),
        "json-text": json.dumps(f"invalid key {value}"),
    }[body]
    answer = Answer(Request("GET", "/v1/teams", {}), 401, {}, raw.encode(), masv.account.now)
    assert "ary" not in answer.reason([key])


@pytest.mark.parametrize("ignored", ["created_at_start,created_at_end", "created_at_start"])
def test_an_ignored_filter_is_found_out_and_told_once(
    masv: Simulator, engine: Engine, ignored: str
) -> None:
    for k in range(300):
        masv.account.add_package(expiry=LATE, created_at=f"2025-01-{k % 28 + 1:02}T00:00:00Z")
    mine = [
        masv.account.add_package(
            expiry=LATE, received=True, created_at=f"2025-{k + 1:02}-07T00:00:00Z"
        )
        for k in range(10)
    ]
    for k in range(300):
        masv.account.add_package(
            expiry=LATE, received=True, created_at=f"2025-02-{k % 28 + 1:02}T00:00:00Z"
        )
    masv.switch(ignored_filters=ignored, inbox_read="missing")
    program = each_way(*mine, name="x")[0]
    engine.up(program)
    engine.said.clear()
    masv.reset_journal()
    engine.refresh()
    assert len([line for line in contradicted(engine) if "filters filter" in line]) == 1
    assert len(masv.journal) < 90  # each lists the inbox, and no more


@pytest.mark.parametrize("way", [0, 1])
def test_a_page_in_place_of_one_package_stops_no_other(
    masv: Simulator, engine: Engine, way: int
) -> None:
    engine.up(each_way("01HA", "01HB", name="x")[way])
    masv.account.remove("01HA")
    masv.account.rename("01HB", "by hand")
    masv.faults.set("html", status=404, route="*/packages/01HA", times=None)
    engine.refresh()
    assert stored_names(engine)["01HB"] == "by hand"


def test_a_line_names_no_field_of_this_program(masv: Simulator, engine: Engine) -> None:
    engine.up(one(forceDestroy=True))
    masv.faults.set("status", status=200, method="DELETE", times=None)
    with pytest.raises(Refused) as refused:
        engine.up({})
    assert "files_exist" not in str(refused.value)
