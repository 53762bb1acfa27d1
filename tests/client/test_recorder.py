"""What `MASV_RECORD` writes: shapes and pseudonyms, by an allow-list, and never in a run's way."""

import json
import stat
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import responses

from pulumi_masv.client.answers import Answer, Request
from pulumi_masv.client.pseudonyms import Pseudonyms
from pulumi_masv.client.recorder import Recorder
from pulumi_masv.errors import Unreachable
from pulumi_masv.models import Query
from pulumi_masv.simulator import Simulator
from tests.client.conftest import connect

KEY = b"k" * 32
ID = "01JH7C5Y00ABCDEFGHJKMNPQRS"
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def told_time(ulid: str) -> int:
    return sum(CROCKFORD.index(c) << 5 * place for place, c in enumerate(reversed(ulid[:10])))


def shape(value: Any) -> Any:
    return Pseudonyms(KEY).body(json.dumps(value).encode())


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(one) for file in folder.iterdir() for one in file.read_text().splitlines()]


@pytest.mark.parametrize(
    ("key", "value", "written"),
    [
        ("name", "Day 1", "text"),
        ("name", "", ""),
        ("description", "2026-01-01T00:00:00Z", "text"),
        ("state", "expired", "expired"),
        ("state", "quarantined", "text"),
        ("size", 1_234_567, 1_000_000),
        ("total_files", 37, 10),
        ("size", 0, 0),
        ("custom_expiry_days", -14, -10),
        ("ratio", 12.5, 10),
        ("unlimited_storage", True, True),
        ("password", None, None),
        ("recipients", [], []),
        ("recipients", ["a@x.example", "b@x.example"], ["text"]),
        ("extras", {"Jane's wish": "none"}, {}),
        ("extras", [{"Jane": 1}, {"Jim": 2}], [{}]),
        ("tag", {"id": "", "name": "Reel"}, {"id": "", "name": "text"}),
        ("links", [{"download_secret": "s"}, {}], [{"download_secret": "text"}]),
        ("expiry", "0001-01-01T00:00:00.000Z", "0001-01-01T00:00:00.000Z"),
        ("expiry", "soon", "text"),
        ("expiry", "9999-99-01T00:00:00Z", "text"),
    ],
)
def test_a_field_is_its_type_unless_it_says_nothing_of_anybody(
    key: str, value: Any, written: Any
) -> None:
    assert shape({key: value}) == ("json", {key: written})


def test_instants_and_ids_move_by_the_same_whole_days() -> None:
    instant = "2025-01-10T09:30:00.125-04:00"
    _, moved = shape({"id": ID, "created_at": instant, "other_id": ID})
    apart = datetime.fromisoformat(moved["created_at"]) - datetime.fromisoformat(instant)
    assert apart == timedelta(days=apart.days)
    assert apart < timedelta(days=-399)
    assert told_time(moved["id"]) - told_time(ID) == apart.days * 86_400_000
    assert moved["id"][10:] != ID[10:]
    assert moved["other_id"] == moved["id"]


@pytest.mark.parametrize("odd", ["E1XGABCDEFGHJKMNPQRSTVWXYZ", "0" * 26, "form-1", "é/../x"])
def test_an_id_that_tells_no_time_gets_one_that_tells_none(odd: str) -> None:
    made = Pseudonyms(KEY).identity(odd)
    assert made.startswith("Z")
    assert len(made) == 26
    assert Pseudonyms(b"other").identity(odd) != made


def test_a_listing_keeps_its_total_and_each_of_its_records() -> None:
    listing = {"metadata": {"total": 134, "owner": "x"}, "records": [{"id": ID}, {"id": "b"}]}
    _, written = shape(listing)
    assert written["metadata"] == {"total": 134}
    assert len(written["records"]) == 2


def test_an_error_keeps_its_keys_and_loses_its_words() -> None:
    refusal = {"code": 262146, "message": "no", "errors": [{"code": "a", "msg": "b", "Ann": "c"}]}
    assert shape(refusal)[1] == {
        "code": 100_000,
        "message": "text",
        "errors": [{"code": "text", "msg": "text", "key": "text"}],
    }


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"<p>Ann", "html"),
        (b"Ann", "text"),
        (b"[" * 9999, "text"),
    ],
)
def test_what_is_not_json_is_only_its_kind(body: bytes, kind: str) -> None:
    assert Pseudonyms(KEY).body(body) == (kind, None)


@pytest.mark.parametrize(
    ("name", "value", "written"),
    [
        ("page", "2", "2"),
        ("sort", "-size", "-size"),
        ("sort", "Ann", "text"),
        ("status", "new,expired", "new,expired"),
        ("status", "Ann", "text"),
        ("extra_storage", "true", "true"),
        ("sender", "ann@x.example", "text"),
        ("name", "2", "text"),
        ("portal", "Ann", "text"),
    ],
)
def test_a_query_keeps_its_names_and_what_says_nothing(name: str, value: str, written: str) -> None:
    assert Pseudonyms(KEY).query({name: value}) == {name: written}


def test_the_ids_and_instants_of_a_query_are_those_of_the_answers() -> None:
    pseudonyms = Pseudonyms(KEY)
    asked = pseudonyms.query({"tags": f"{ID},b", "created_at_start": "2025-01-10T09:30:00"})
    assert asked["tags"] == f"{pseudonyms.identity(ID)},{pseudonyms.identity('b')}"
    assert asked["created_at_start"] == pseudonyms.instant("2025-01-10T09:30:00")


def test_a_route_keeps_its_words_and_no_id() -> None:
    pseudonyms = Pseudonyms(KEY)
    route = pseudonyms.route(f"/v1.1/teams/TEAM/packages/{ID}")
    assert route == f"/v1.1/teams/{pseudonyms.identity('TEAM')}/packages/{pseudonyms.identity(ID)}"


def test_a_run_is_recorded_where_it_is_asked_to(
    masv: Simulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "deep" / "recorded"
    monkeypatch.setenv("MASV_RECORD", str(folder))
    package_id = masv.account.add_package()
    client, other = connect(masv), connect(masv)
    [observed] = client.list_packages(Query())
    other.rename_package(observed, "B")
    [file] = folder.iterdir()
    listed, renamed = lines(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert (listed["method"], listed["status"], listed["kind"]) == ("GET", 200, "json")
    assert listed["query"] == {"sort": "created_at", "limit": "50", "page": "1"}
    assert listed["type"] == "application/json"
    assert renamed["method"] == "PUT"
    assert renamed["route"].endswith(listed["body"]["records"][0]["id"])
    assert package_id not in file.read_text()
    assert (tmp_path / "deep" / "recorded.key").stat().st_mode & 0o777 == 0o600


def test_two_processes_of_a_run_share_their_pseudonyms(tmp_path: Path) -> None:
    request = Request("GET", f"/v1/teams/{ID}/archive", {})
    headers = {"Content-Type": "Ann/x", "Date": "Ann"}
    answer = Answer(request, 404, headers, b"", datetime.now(timezone.utc))
    for _ in range(2):
        Recorder(tmp_path / "recorded")(answer)
    first, second = lines(tmp_path / "recorded")
    assert first["route"] == second["route"]
    assert (first["date"], first["type"]) == (None, "other")


@pytest.mark.parametrize("broken", ["folder", "key"])
def test_a_recording_that_cannot_be_written_warns_once(
    masv: Simulator,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    broken: str,
) -> None:
    folder = tmp_path / "recorded"
    if broken == "folder":
        folder.write_text("")
    else:
        (tmp_path / "recorded.key").write_bytes(b"half")
    monkeypatch.setenv("MASV_RECORD", str(folder))
    client = connect(masv)
    assert client.list_packages(Query()) == client.list_packages(Query()) == []
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("warning: MASV_RECORD: nothing more is recorded: ")
    assert line.endswith("File exists")


def test_what_was_refused_is_recorded_too(
    masv: Simulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MASV_RECORD", str(tmp_path / "recorded"))
    with responses.RequestsMock() as proxy:
        address = f"{masv.url}/v1.1/teams/{masv.team_id}/packages/a"
        proxy.get(address, status=404, body="<p>Ann", content_type="text/html; charset=utf-8")
        with pytest.raises(Unreachable):  # the team's own route is asked next, and is not there
            connect(masv, maxRetries="0").read_package("a")
    [line] = lines(tmp_path / "recorded")
    assert (line["status"], line["type"], line["kind"], line["body"]) == (
        404,
        "text/html",
        "html",
        None,
    )
