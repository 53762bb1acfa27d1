"""Nothing that is written holds a credential, a name, an address, a size, an id or anybody's word.

Each field of each package is a bait, and so is each text of a refusal. All endpoints are asked,
all forms of refusals among the answers, and the bytes of everything that was written are searched.
"""

import json
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import responses

from pulumi_masv import cli
from pulumi_masv.client import Client
from pulumi_masv.errors import MasvError
from pulumi_masv.models import Query, State
from pulumi_masv.simulator import KEY_CANARY, PASSWORD_CANARY, TOKEN_CANARY, Simulator
from tests.client.conftest import connect

BAIT = "baitbaitbait"
SIZE = 123_456_789
FILES = 987_654_321_987
STATES: tuple[State, ...] = ("new", "finalized", "expired", "archived")


def baited() -> Simulator:
    masv = Simulator(packages=0)
    for number, state in enumerate(STATES * 2):
        masv.account.add_package(
            state=state,
            name=f"{BAIT} name",
            size=SIZE,
            total_files=FILES,
            sender=f"{BAIT}@sender.example",
            recipients=[f"{BAIT}@recipient.example"],
            description=f"{BAIT} description",
            teamspace=f"{BAIT}-teamspace",
            tags=[f"{BAIT}-tag"],
            portal=f"{BAIT}-portal" if number > 3 else "",
            custom_metadata_id=f"{BAIT}-form",
            created_at=masv.account.now - timedelta(hours=number + 1),
            id=f"{BAIT}-{number}" if number == 1 else None,
        )
    return masv


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., None]:
    """A folder to record into, and what must not stand in any file beside it."""
    monkeypatch.setenv("MASV_RECORD", str(tmp_path / "recorded"))

    def search(masv: Simulator, *texts: str) -> None:
        files = [path for path in tmp_path.rglob("*") if path.is_file() and path.suffix != ".key"]
        written = "\n".join([*texts, *(path.read_text() for path in files)])
        assert len(files) > 0
        assert len(written) > 1000
        ids = [package.id for package in masv.account.packages()]
        for bait in (BAIT, KEY_CANARY, TOKEN_CANARY, PASSWORD_CANARY, "eyJ", str(SIZE), str(FILES)):
            assert bait not in written
        for identity in (*ids, masv.team_id):
            assert identity not in written
            assert identity[-16:] not in written

    return search


def everything(client: Client) -> None:
    """Ask all there is, and do all that can be done."""
    filters: list[dict[str, Any]] = [
        {"name": BAIT},
        {"sender": f"{BAIT}@sender.example"},
        {"tags": [f"{BAIT}-tag"], "teamspaces": [f"{BAIT}-teamspace"]},
        {"received": True, "portal": f"{BAIT}-portal"},
        {"extra_storage": True, "sort": "-size"},
        {"created_at_start": "2026-01-01T00:00:00Z", "expiry_end": "2027-01-01T00:00:00Z"},
    ]
    for given in filters:
        with suppress(MasvError):
            client.list_packages(Query.parse(status=STATES, **given))
    for identity in (f"{BAIT}-none", "01JH7C5Y00ABCDEFGHJKMNPQRS"):
        with suppress(MasvError):
            client.read_package(identity)
    listed = []
    for received in (False, True):
        with suppress(MasvError):
            listed += client.list_packages(Query(status=STATES, received=received))
    for seen in listed:
        moment = seen.now + timedelta(days=3)
        for do in (
            lambda seen=seen: client.get_package(seen.package.id),
            lambda seen=seen: client.rename_package(seen, f"{BAIT} again"),
            lambda seen=seen, moment=moment: client.set_expiry(seen, moment),
            lambda seen=seen: client.set_unlimited(seen),
            lambda seen=seen: client.archive_package(seen),
            lambda seen=seen: client.delete_package(seen),
            lambda seen=seen: client.archive_package(seen),
            lambda seen=seen: client.unarchive_package(seen),
            lambda seen=seen, moment=moment: client.archive_window(seen.now, moment),
            lambda seen=seen, moment=moment: client.archive_window(
                seen.now, moment, received=True, archived=False
            ),
        ):
            with suppress(MasvError):
                do()


@pytest.mark.parametrize("errors", ["full", "split", "errors", "error", "text"])
@pytest.mark.parametrize("faulty", [False, True])
def test_a_recording_holds_nothing_of_anybody(
    secrets: Callable[..., None], errors: str, faulty: bool
) -> None:
    masv = baited()
    masv.switch(errors=errors, bulk_body="text", done_answer="text")
    with masv.in_process():
        if faulty:
            for method in ("GET", "PUT", "DELETE"):
                for at in range(2, 60, 3):
                    message = f"no {BAIT} {masv.api_key} {masv.team_id} {SIZE}"
                    masv.faults.set("status", status=400, at=at, method=method, message=message)
        everything(connect(masv))
    assert {entry.method for entry in masv.journal} == {"GET", "PUT", "DELETE"}
    secrets(masv)


def record_of(masv: Simulator) -> dict[str, Any]:
    """A package with every other key that was ever seen, each one a bait."""
    return {
        "id": masv.account.packages()[0].id,
        "state": BAIT,
        "access_token": f"eyJ.{TOKEN_CANARY}.{BAIT}",
        "created_at": BAIT,
        "expiry": f"2026-01-01T00:00:00Z {BAIT}",
        "custom_metadata": {BAIT: BAIT},
        "extras": {BAIT.upper(): {BAIT: 1}},
        "links": [{"id": BAIT, "download_secret": BAIT, "password": BAIT, "email": BAIT}],
        "progress_channels": [BAIT],
        "tag": {"id": BAIT, "name": BAIT, BAIT.title(): BAIT},
        "teamspace": {"id": BAIT, "name": BAIT, "members": [{"email": BAIT}]},
        "metadata": {"total": SIZE, BAIT: BAIT},
        f"{BAIT}@x.example": SIZE,
        "size": -SIZE,
        "total_files": float(FILES),
        "unknown_id": BAIT,
        "deep": [[[{"name": BAIT}]]],
    }


BODIES: list[Callable[[Simulator], Any]] = [
    record_of,
    lambda masv: [record_of(masv)],
    lambda masv: {"metadata": {"total": 1, "owner": BAIT}, "records": [record_of(masv)]},
    lambda masv: {"error": {"message": BAIT, "package": record_of(masv)}},
    lambda masv: {masv.team_id: {"name": BAIT}, "errors": {"name": [BAIT]}},
    lambda _: BAIT,
]


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("header", ["application/json", f"{BAIT}/{BAIT}"])
def test_no_answer_whatever_leaves_a_trace(
    secrets: Callable[..., None],
    run_probe: Callable[[Simulator], str],
    body: Callable[[Simulator], Any],
    status: int,
    header: str,
) -> None:
    masv = baited()
    for kind in (json.dumps(body(masv)), f"<p>{BAIT}", BAIT):
        with responses.RequestsMock(assert_all_requests_are_fired=False) as proxy:
            proxy.get(f"{masv.url}/v1/teams", body=kind, status=status, headers={"X-Canary": BAIT})
            for box in ("packages", "inbox"):
                address = f"{masv.url}/v1.1/teams/{masv.team_id}/{box}"
                proxy.get(address, body=kind, status=status, content_type=header)
            secrets(masv, run_probe(masv), "-" * 1000)


@pytest.fixture
def run_probe(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Callable[[Simulator], str]:
    """`doctor --probe` into a file; what it printed."""

    def start(masv: Simulator) -> str:
        monkeypatch.setenv("MASV_BASE_URL", masv.url)
        monkeypatch.setenv("MASV_API_KEY", masv.api_key)
        monkeypatch.setenv("MASV_TEAM_ID", masv.team_id)
        monkeypatch.setenv("MASV_MAX_RETRIES", "0")
        output = ["--output", str(tmp_path / "contract.json")]
        monkeypatch.setattr(sys, "argv", ["pulumi-masv", "doctor", "--probe", *output])
        with suppress(SystemExit):
            cli.main()
        return "".join(capsys.readouterr())

    return start


@pytest.mark.parametrize("errors", ["full", "split", "errors", "error", "text"])
def test_a_probe_writes_and_prints_nothing_of_anybody(
    secrets: Callable[..., None], run_probe: Callable[[Simulator], str], errors: str, tmp_path: Path
) -> None:
    masv = baited()
    masv.switch(errors=errors)
    with masv.in_process():
        printed = run_probe(masv)
    assert "as expected: filters filter: sender" in printed
    assert (tmp_path / "contract.json").exists()
    secrets(masv, printed)


def test_the_bait_is_found_where_it_is(tmp_path: Path, secrets: Callable[..., None]) -> None:
    (tmp_path / "leak").write_text(f"{'-' * 1000} {SIZE}")
    with pytest.raises(AssertionError):
        secrets(baited())
