"""MASVs that are odd in several ways at once, or in one record only: nothing goes wrong."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from pulumi_masv import selection
from pulumi_masv.client import Client
from pulumi_masv.errors import MasvError
from pulumi_masv.policy import inventory
from pulumi_masv.policy.model import ManifestModel
from pulumi_masv.settings import Settings
from pulumi_masv.simulator import Simulator, routes
from tests.handlers.conftest import Engine, Refused
from tests.handlers.test_first_contact import contradicted, each_way, fleet, one

SOON, LATE, LAST = "2027-02-01T00:00:00Z", "2027-12-01T00:00:00Z", "2028-12-01T00:00:00Z"


@pytest.fixture
def masv(masv: Simulator) -> Simulator:
    for package_id in ("01HA", "01HB", "01HC"):
        masv.account.add_package(id=package_id, name=package_id, expiry=LATE)
    return masv


@pytest.fixture
def client(masv: Simulator) -> Client:
    return Client(
        Settings(api_key=masv.api_key, team_id=masv.team_id, base_url=masv.url),
        sleep=lambda _: None,
    )


def listed_as(monkeypatch: pytest.MonkeyPatch, odd: Callable[[dict[str, Any]], Any]) -> None:
    shown = routes.package_listed
    monkeypatch.setattr(routes, "package_listed", lambda account, one: odd(shown(account, one)))


def singly_as(monkeypatch: pytest.MonkeyPatch, odd: Callable[[dict[str, Any]], Any]) -> None:
    """Single reads and answers of a PUT."""
    shown = routes.package_shown
    monkeypatch.setattr(routes, "package_shown", lambda account, one: odd(shown(account, one)))


# Data functions and manifests.


@pytest.mark.parametrize("asked", [{"name": "final cut"}, {"sender": "nobody@x.example"}])
def test_get_package_by_what_it_is_does_not_give_another_one(client: Client, asked: Any) -> None:
    masv = Simulator(packages=0)
    masv.account.add_package(id="01HZ", name="dailies", expiry=LATE)
    masv.switch(ignored_filters="name,sender")
    with masv.in_process():
        only = Client(Settings(api_key=masv.api_key, team_id=masv.team_id, base_url=masv.url))
        with pytest.raises(MasvError):
            selection.one(only, asked)


def test_get_package_finds_the_one_though_its_filter_is_ignored(
    masv: Simulator, client: Client
) -> None:
    masv.switch(ignored_filters="name")
    assert selection.one(client, {"name": "01HB"}).id == "01HB"


def test_an_ignored_sort_is_mended(masv: Simulator, client: Client) -> None:
    for size in (3, 1, 2):
        masv.account.add_package(name="s", size=size, expiry=LATE)
    masv.switch(ignored_filters="sort")
    sizes = [one.size for one in selection.several(client, {"name": "s", "sort": "size"})]
    assert sizes == [1, 2, 3]


def _decide(client: Client, *rules: dict[str, Any]) -> Any:
    return inventory.decide(ManifestModel.model_validate({"rules": rules}), client)


END = {"expiry": SOON}


def test_a_hold_by_a_second_tag_holds(masv: Simulator, client: Client) -> None:
    masv.account.add_package(id="01HT", tags=("raw", "keep"), expiry=LATE)
    masv.account.add_package(id="01HU", tags=("keep",), expiry=LATE)
    decision = _decide(
        client, {"match": {"tags": ["keep"]}, "hold": True}, {"match": {}, "set": END}
    )
    assert decision.declared["01HT"].expiry.isoformat().startswith("2027-12")


def test_one_record_that_cannot_be_read_does_not_hide_that_a_filter_is_ignored(
    masv: Simulator, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    masv.account.add_package(id="01HX", name="odd", expiry=LATE)
    listed_as(monkeypatch, lambda r: {**r, "id": None} if r["id"] == "01HX" else r)
    masv.switch(ignored_filters="tags", unknown_filter="mixed")
    with pytest.raises(MasvError):
        _decide(client, {"match": {"tags": ["trash"]}, "set": END})


def test_a_portal_by_a_part_of_its_name_ends_nothing_of_another_portal(
    masv: Simulator, client: Client
) -> None:
    masv.switch(portal_match="substring")
    masv.account.add_package(id="01HP", received=True, portal="Day", expiry=LATE)
    masv.account.add_package(id="01HQ", received=True, portal="Daylight", expiry=LATE)
    try:
        declared = _decide(client, {"match": {"portal": ["Day"]}, "set": END}).declared
    except MasvError:
        return
    assert set(declared) == {"01HP"}


def test_a_name_is_found_in_whatever_form_masv_keeps_it(masv: Simulator, client: Client) -> None:
    masv.switch(names="NFD")
    masv.account.add_package(id="01HZ", name="Zürich", expiry=LATE)
    masv.account.rename("01HZ", "Z\u00fcrich")
    assert [one.id for one in selection.several(client, {"name": "Z\u00fcrich"})] == ["01HZ"]


# Windows.


def _expired(masv: Simulator, number: int, day: datetime, start: int = 0) -> None:
    for k in range(number):
        masv.account.add_package(
            id=f"01W{start + k:04}", state="expired", expiry=day + timedelta(hours=k % 20),
            created_at=day - timedelta(days=30) + timedelta(minutes=k),
        )  # fmt: skip


@pytest.mark.parametrize("keys", ["all", "bare"])
@pytest.mark.parametrize("ignored", ["expiry_start,expiry_end", "status", "sort", "status,sort"])
def test_a_window_of_which_the_filter_is_ignored_counts_right_or_refuses(
    masv: Simulator, engine: Engine, ignored: str, keys: Any
) -> None:
    old, new = (
        datetime.fromisoformat("2025-02-01T00:00:00+00:00"),
        datetime.fromisoformat("2025-09-01T00:00:00+00:00"),
    )
    _expired(masv, 60, old)
    _expired(masv, 60, new, 60)
    masv.switch(ignored_filters=ignored, listed_keys=keys)
    window = {"__type": "ArchiveWindow", "expiryStart": "2025-01-01T00:00:00Z",
              "expiryEnd": "2025-03-01T00:00:00Z"}  # fmt: skip
    try:
        said = engine.preview({"w": window}).said
    except Refused as refused:
        assert len(refused.lines) == 1
        assert masv.writes == []
        return
    assert any(line.endswith("archive 60 packages") for line in said), said
    engine.up({"w": window})
    masv.reset_journal()
    engine.refresh()
    engine.up({"w": window})
    assert masv.writes == []


# What is gone.


def test_what_cannot_be_read_in_a_listing_may_be_the_one_that_is_missed(
    masv: Simulator, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.up(one("01HA", archived=True) | one("01HB", archived=True))
    masv.account.delete("01HA")
    masv.switch(ended_read="missing")
    listed_as(monkeypatch, lambda r: {**r, "id": None} if r["state"] == "expired" else r)
    try:
        engine.refresh()
    except Refused as refused:
        assert len(refused.lines) == 1
    assert "01HA" in engine.state


@pytest.mark.parametrize("what", ["single reads show whole seconds", "windows are cut to seconds"])
def test_a_second_is_no_reason_to_drop_a_package(
    masv: Simulator, engine: Engine, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    for k in range(60):
        masv.account.add_package(expiry=LATE, created_at=f"2025-01-{k % 28 + 1:02}T00:00:{k:02}Z")
    odd = masv.account.add_package(name="odd", expiry=LATE, created_at="2025-06-01T00:00:07.675Z")
    if what.startswith("single"):
        singly_as(monkeypatch, lambda r: {**r, "created_at": r["created_at"][:19] + "Z"})
    else:
        from pulumi_masv.simulator import listing

        whole = listing.parse_instant
        monkeypatch.setattr(listing, "parse_instant", lambda *a: whole(*a).replace(microsecond=0))
    engine.up(one(odd, archived=True))
    masv.account.delete(odd)
    masv.switch(ended_read="missing")
    engine.refresh()
    assert odd in engine.state


@pytest.mark.parametrize("status", [402, 403, 422, 500])
def test_an_inbox_that_is_closed_hides_nothing_that_was_sent(
    masv: Simulator, engine: Engine, status: int
) -> None:
    engine.up(one("01HA", archived=True) | one("01HB", archived=True))
    masv.account.delete("01HA")
    masv.switch(ended_read="missing")
    masv.faults.set("status", status=status, route="*/inbox", times=None, message="no")
    engine.refresh()
    assert engine.state["01HA"]["outputs"]["state"] == "expired"


def test_a_closed_inbox_does_not_stop_the_refresh_of_a_stack_for_ever(
    masv: Simulator, engine: Engine
) -> None:
    program = each_way("01HA", "01HB", name="x")[0]
    engine.up(program)
    masv.faults.set("status", status=403, route="*/inbox", times=None, message="no")
    masv.account.remove("01HA")
    masv.account.rename("01HB", "by hand")
    engine.refresh()
    assert engine.state["01HB"]["inputs"]["name"] == "by hand"


@pytest.mark.parametrize("status", [402, 409, 422, 451])
@pytest.mark.parametrize("way", [0, 1])
def test_one_package_that_cannot_be_read_does_not_stop_a_refresh(
    masv: Simulator, engine: Engine, status: int, way: int
) -> None:
    engine.up(each_way("01HA", "01HB", name="x")[way])
    masv.account.hide("01HA")
    masv.account.rename("01HB", "by hand")
    masv.faults.set("status", status=status, route="*/packages/01HA", times=None, message="no")
    engine.refresh()


# A state that nobody knows.


@pytest.mark.parametrize("inputs", [{}, {"name": "odd"}, {"forceDestroy": True}])
@pytest.mark.parametrize("way", [0, 1])
def test_what_is_adopted_in_an_unknown_state_does_not_stop_the_stack(
    masv: Simulator, engine: Engine, way: int, inputs: Any
) -> None:
    masv.account.add_package(id="01HX", name="odd", shown_state="frozen", expiry=LATE)
    flags = {k: v for k, v in inputs.items() if k == "forceDestroy"}
    entry = {k: v for k, v in inputs.items() if k == "name"}
    program = [one("01HX", **inputs), fleet({"01HX": entry}, **flags)][way] | one("01HA", name="x")
    try:
        engine.up(program)
    except Refused as refused:
        assert len(refused.lines) == 1
        return
    engine.refresh()
    masv.account._keep(replace(masv.account.package("01HX"), shown_state=""))
    engine.refresh()
    masv.reset_journal()
    engine.up(program)
    assert masv.writes == []
    held = next(v for k, v in engine.state.items() if k != "01HA")
    assert bool(held["outputs"].get("forceDestroy")) == bool(flags)


# What is told.


def test_a_contradiction_is_told_once_by_all_processes_of_a_run(
    masv: Simulator, engine: Engine
) -> None:
    masv.switch(listed_keys="sample", read_keys="sample")
    program = one("01HA", expiry=SOON) | {"b": {**one("01HB", expiry=SOON)["01HB"],
                                                "__process": "o"}}  # fmt: skip
    engine.preview(program)
    assert len(contradicted(engine)) == 1


def test_settling_does_not_depend_on_which_package_comes_first(
    masv: Simulator, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    masv.account.add_package(id="01HN", name="new", state="new", expiry=LATE)
    masv.switch(listed_keys="sample")
    left_out = {"unlimited_storage"}
    singly_as(monkeypatch, lambda r: {k: v for k, v in r.items()
                                      if r["state"] != "new" or k not in left_out})  # fmt: skip
    said = [engine.preview({**one(a, expiry=LAST), **one(b, expiry=LAST), **one(c, expiry=LAST)})
            for a, b, c in (("01HN", "01HA", "01HB"), ("01HA", "01HB", "01HN"))]  # fmt: skip
    assert sorted(said[0].warned) == sorted(said[1].warned)


# Writes.


@pytest.mark.parametrize("way", [0, 1])
def test_an_answer_of_a_put_that_is_late_itself_is_read_again(
    masv: Simulator, engine: Engine, monkeypatch: pytest.MonkeyPatch, way: int
) -> None:
    before = {p.id: p.name for p in masv.account.packages()}
    put = routes._put

    def late(account: Any, package_id: str) -> Any:
        answer = put(account, package_id)
        record = json.loads(answer.body)
        return routes.json_answer(200, {**record, "name": before[package_id]})

    monkeypatch.setattr(routes, "_put", late)
    engine.up(each_way("01HA", "01HB", name="x")[way])


@pytest.mark.parametrize("empty", [{"recipients": []}, {"description": ""}, {"sender": ""}])
@pytest.mark.parametrize("way", [0, 1])
def test_an_answer_of_a_put_that_says_less_is_no_proof_that_masv_forgot(
    masv: Simulator, engine: Engine, monkeypatch: pytest.MonkeyPatch, way: int, empty: Any
) -> None:
    for package_id in ("01HX", "01HY"):
        masv.account.add_package(id=package_id, name="raw", description="take 4", expiry=LATE)
    put = routes._put

    def less(account: Any, package_id: str) -> Any:
        return routes.json_answer(200, {**json.loads(put(account, package_id).body), **empty})

    monkeypatch.setattr(routes, "_put", less)
    engine.config["masv:concurrency"] = "1"  # one after the other, so that it always fails
    engine.up(each_way("01HX", "01HY", name="x")[way])
    assert {masv.account.package(i).name for i in ("01HX", "01HY")} == {"x"}


def test_what_somebody_changes_between_look_and_rename_is_not_called_forgotten(
    masv: Simulator, engine: Engine
) -> None:
    run = engine.process(one("01HA", name="x") | one("01HB", name="x"))
    inputs = {n: engine._check(run.handlers["PackageLifecycle"], n, {}, b)
              for n, b in (one("01HA", name="x") | one("01HB", name="x")).items()}  # fmt: skip
    masv.account.set_expiry("01HA", LAST)
    for n, bag in inputs.items():
        engine._create(run.handlers["PackageLifecycle"], "PackageLifecycle", n, bag)
    assert masv.account.package("01HB").name == "x"


# Secrets.


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


# More of what is gone, and what is told.


@pytest.mark.parametrize("ignored", ["created_at_start,created_at_end", "created_at_start"])
def test_an_ignored_filter_is_told_by_a_run_and_not_asked_for_each_package(
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
    if way:
        assert engine.state["fleet"]["inputs"]["packages"]["01HB"]["name"] == "by hand"
    else:
        assert engine.state["01HB"]["inputs"]["name"] == "by hand"


def test_a_hold_by_teamspace_holds_where_the_object_is_empty(
    masv: Simulator, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    masv.account.add_package(id="01HT", teamspace="01TS", expiry=LATE)
    listed_as(monkeypatch, lambda r: {**r, "teamspace": {"id": "", "name": ""}})
    try:
        declared = _decide(
            client, {"match": {"teamspaces": ["01TS"]}, "hold": True}, {"match": {}, "set": END}
        ).declared
    except MasvError as error:
        raise AssertionError(f"all is stopped: {error}") from None
    assert declared["01HT"].expiry is None or declared["01HT"].expiry.month == 12


@pytest.mark.parametrize(("way", "status"), [(0, 403), (0, 404), (1, 404)])
def test_what_has_ended_and_is_hidden_can_leave_the_program(
    masv: Simulator, engine: Engine, status: Any, way: int
) -> None:
    engine.up(each_way("01HA", "01HB", archived=True)[way])
    masv.account.delete("01HA")
    engine.refresh()
    masv.switch(foreign_read=status)
    masv.account.hide("01HA")
    if way:
        engine.up(fleet({"01HB": {"archived": True}}))
    else:
        engine.up(one("01HB", archived=True))


def test_several_that_are_hidden_do_not_leave_the_state_with_a_word_aside(
    masv: Simulator, engine: Engine
) -> None:
    engine.up(each_way("01HA", "01HB", "01HC", name="x", forceDestroy=True)[0])
    masv.switch(key_sees="nothing")
    with pytest.raises(Refused):
        engine.up({})
    assert len(engine.state) == 3


def test_a_page_past_the_end_may_be_null(
    masv: Simulator, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Go writes an empty list."""
    masv.account.hide("01HA")
    masv.switch(total="all")
    json_answer = routes.json_answer

    def null(status: int, value: Any) -> Any:
        if isinstance(value, dict) and value.get("records") == []:
            value = {**value, "records": None}
        return json_answer(status, value)

    monkeypatch.setattr(routes, "json_answer", null)
    with pytest.raises(MasvError, match="announces 3 packages and shows only 2"):
        selection.several(client, {})


def test_a_put_that_answers_an_older_package_is_not_called_forgetful(
    masv: Simulator, engine: Engine
) -> None:
    """The look is up to a minute old; so what differs may be somebody's own change."""
    program = fleet({i: {"name": "x"} for i in ("01HA", "01HB")})
    engine.config["masv:concurrency"] = "1"
    run = engine.process(program)
    handler = run.handlers["PackageFleet"]
    inputs = engine._check(handler, "fleet", {}, program["fleet"])
    masv.account.set_expiry("01HA", LAST)
    engine._create(handler, "PackageFleet", "fleet", inputs)
    assert {masv.account.package(i).name for i in ("01HA", "01HB")} == {"x"}


def test_get_package_says_hidden_where_the_total_counts_what_is_not_shown(
    masv: Simulator, client: Client
) -> None:
    masv.switch(total="all")
    masv.account.hide("01HA")
    masv.account.rename("01HB", "01HA too")
    with pytest.raises(MasvError) as refused:
        selection.one(client, {"name": "01HA"})
    assert "2 packages have name" not in str(refused.value)


def test_unlimited_storage_that_is_declared_false_is_refused_by_whatever_look(
    masv: Simulator, engine: Engine
) -> None:
    """A listing without the flag, and a single read that says never: as with a single resource."""
    masv.account.set_unlimited("01HB")
    masv.switch(listed_keys="sample")
    with pytest.raises(Refused, match="declare the expiry"):
        engine.preview(one("01HB", unlimitedStorage=False))
    with pytest.raises(Refused, match="declare the expiry"):
        engine.preview(fleet({i: {"unlimitedStorage": False} for i in ("01HA", "01HB")}))


def test_a_line_names_no_field_of_this_program(masv: Simulator, engine: Engine) -> None:
    engine.up(one(forceDestroy=True))
    masv.faults.set("status", status=200, method="DELETE", times=None)
    with pytest.raises(Refused) as refused:
        engine.up({})
    assert "files_exist" not in str(refused.value)


@pytest.mark.parametrize("way", [0, 1])
def test_a_name_that_masv_shows_late_in_its_listing_is_no_drift(
    masv: Simulator, engine: Engine, way: int
) -> None:
    """A PUT's own answer is whole; the refresh behind it still shows the old name."""
    program = each_way("01HA", "01HB", name="x")[way]
    engine.up(program)
    masv.switch(write_delay=8)
    program = each_way("01HA", "01HB", name="y")[way]
    engine.up(program)
    engine.refresh()
    masv.reset_journal()
    engine.preview(program)
    phase = engine.up(program)
    for _ in range(20):
        masv.account.request_made()
    engine.refresh()
    assert engine.up(program).changes == {}
    assert phase is not None


def test_a_fleet_of_received_packages_costs_no_more_than_it_did(masv: Simulator) -> None:
    account = masv.account
    for k in range(1000):
        account.add_package(
            created_at=f"2025-{k % 12 + 1:02}-{k % 28 + 1:02}T00:{k % 60:02}:{k % 59:02}Z",
            expiry=LATE, received=k % 3 == 0,
        )  # fmt: skip
    mine = [
        account.add_package(
            expiry=LATE, received=True, created_at=f"2025-{k + 1:02}-{k * 7 + 1:02}T01:{k:02}:00Z"
        )
        for k in range(2)
    ]
    engine = Engine(masv)
    engine.up(fleet({i: {"name": "x"} for i in mine}))
    masv.reset_journal()
    engine.refresh()
    assert len(masv.journal) <= 3, [(e.path[-30:], e.query) for e in masv.journal]


@pytest.mark.parametrize("way", [0, 1])
def test_what_is_not_shown_when_it_is_to_be_destroyed_is_said(
    masv: Simulator, engine: Engine, way: int
) -> None:
    """The hook has seen its files and said LOSS; the verb is not shown it any more."""
    name = ["01HA", "fleet"][way]
    kind = ["PackageLifecycle", "PackageFleet"][way]
    engine.up([one(forceDestroy=True), fleet({"01HA": {}}, forceDestroy=True)][way])
    run = engine.process({})
    run.before_delete(name, kind, engine.state[name])
    masv.account.hide("01HA")
    before = len(run.phase.said)
    try:
        run.handlers[kind].delete(engine.state[name]["id"], engine.state[name]["outputs"])
    except MasvError:
        return
    assert masv.account.package("01HA").has_files
    assert [line for line in run.phase.said[before:] if "01HA" in line]


def test_a_window_is_refused_where_the_total_counts_what_the_key_may_not_see(
    masv: Simulator, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And where the bulk request turns only what the key may see."""
    masv.switch(total="all")
    for package_id, hidden in (("01HV", False), ("01HW", True)):
        masv.account.add_package(
            id=package_id, state="expired", expiry="2026-01-15T00:00:00Z", hidden=hidden
        )
    turn = masv.account.turn_window

    def seen_only(*a: Any, **k: Any) -> int:
        number = turn(*a, **k)
        masv.account._keep(replace(masv.account.package("01HW"), state="expired"))
        return number

    monkeypatch.setattr(masv.account, "turn_window", seen_only)
    window = {"w": {"__type": "ArchiveWindow", "expiryStart": "2026-01-01T00:00:00Z",
                    "expiryEnd": "2026-02-01T00:00:00Z"}}  # fmt: skip
    with pytest.raises(Refused, match="announces 2 packages and shows only 1"):
        engine.up(window)
    assert masv.writes == []
