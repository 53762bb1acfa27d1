"""What was recorded against one MASV is answered again, and nothing else is."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pulumi_masv.client import Client
from pulumi_masv.models import Query
from pulumi_masv.settings import resolve
from pulumi_masv.simulator import Simulator
from pulumi_masv.simulator.playback import Player
from tests.client.conftest import connect

ALL = ("new", "finalized", "expired", "archived")
MANY = 53
PLAYED = "--play has its own clock and contract: leave --now and --contract out"


@contextmanager
def recording(folder: Path, packages: int = 0) -> Iterator[tuple[Simulator, Client]]:
    """An account, and a client that records what they say to each other."""
    with pytest.MonkeyPatch.context() as patched, Simulator(packages).in_process() as masv:
        patched.setenv("MASV_RECORD", str(folder))
        yield masv, connect(masv)


def run(client: Client) -> list[Any]:
    """A run of reads, and what it learned: state, time left, magnitude of each package."""
    learned: list[Any] = []
    for query in (Query(status=ALL), Query(received=True), Query(status=("expired",))):
        for seen in client.list_packages(query):
            package = seen.package
            left = package.expiry - seen.now if package.expiry else None
            digits = len(str(package.size or 0))
            learned.append((package.state, left, package.unlimited_storage, digits))
            assert seen.token
    return learned


def test_what_was_recorded_reads_the_same_when_played(tmp_path: Path) -> None:
    with recording(tmp_path, MANY) as (masv, client):
        now = masv.account.now
        there = run(client)
    with Player(tmp_path).in_process() as played:
        client = connect(played)
        assert run(client) == there
        assert {entry.status for entry in played.journal} == {200}
        [first, *_] = client.list_packages(Query(status=ALL))
        assert (first.now - now) % timedelta(days=1) == timedelta()
        assert first.now < now - timedelta(days=399)
        assert re.fullmatch(r"eyJ[\w-]+\.[\w-]+\.\w+", first.token.get_secret_value())  # type: ignore[union-attr]


def test_a_package_keeps_its_id_from_one_answer_to_the_next(tmp_path: Path) -> None:
    with recording(tmp_path) as (masv, client):
        package_id = masv.account.add_package()
        client.list_packages(Query())
        client.read_package(package_id)
    with Player(tmp_path).in_process() as played:
        client = connect(played)
        [listed] = client.list_packages(Query())
        assert listed.package.id != package_id
        read = client.read_package(listed.package.id)
        assert read is not None
        assert read.package.expiry == listed.package.expiry


def test_answers_to_one_request_come_in_order_and_the_last_one_stays(tmp_path: Path) -> None:
    with recording(tmp_path) as (masv, client):
        package_id = masv.account.add_package()
        seen = client.read_package(package_id)
        assert seen is not None
        client.delete_package(seen)
        client.read_package(package_id)
    with Player(tmp_path).in_process() as played:
        client = connect(played)
        [route] = {e.route for e in played._dispatcher._waiting if e.method == "GET"}  # type: ignore[attr-defined]
        known = [client.read_package(route.rpartition("/")[2]) for _ in range(3)]
        states = [one.package.state for one in known if one]
        assert states == ["finalized", "expired", "expired"]


def test_what_was_not_recorded_is_one_line(tmp_path: Path) -> None:
    with recording(tmp_path) as (_, client):
        client.list_packages(Query())
    with Player(tmp_path).in_process() as played:
        client = connect(played)
        with pytest.raises(Exception, match=r"answered 404: GET /v1.1/teams/\w+/packages: not rec"):
            client.list_packages(Query(sender="a@x.example"))


def test_other_kinds_of_answers_are_played_as_that_kind(tmp_path: Path) -> None:
    base: dict[str, Any] = {
        "at": "2020-01-01T00:00:00.000000Z",
        "date": None,
        "method": "GET",
        "query": {},
    }
    lines = [
        {**base, "route": f"/{kind}", "status": 403, "type": "", "kind": kind, "body": None}
        for kind in ("html", "text", "empty")
    ]
    (tmp_path / "1.jsonl").write_text("\n".join(map(json.dumps, lines)))
    import requests

    with Player(tmp_path).in_process() as played:
        answers = {
            kind: requests.get(f"{played.url}/{kind}", timeout=5)
            for kind in ("html", "text", "empty")
        }
    assert answers["html"].headers["Content-Type"].startswith("text/html")
    assert [answers[kind].text for kind in ("text", "empty")] == ["text", ""]
    assert all("Date" not in answer.headers for answer in answers.values())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (None, "there is no recording in it"),
        ("{}", "1.jsonl: line 1 is not a recorded exchange"),
        ("half", "1.jsonl: line 1 is not a recorded exchange"),
    ],
)
def test_a_folder_that_cannot_be_played_is_one_line(
    tmp_path: Path, text: str | None, says: str
) -> None:
    if text is not None:
        (tmp_path / "1.jsonl").write_text(text)
    with pytest.raises(ValueError, match=says):
        Player(tmp_path)


def test_the_start_of_the_clock_is_that_of_the_recording(tmp_path: Path) -> None:
    with recording(tmp_path) as (_, client):
        client.list_packages(Query())
    [recorded] = tmp_path.glob("*.jsonl")
    first = json.loads(recorded.read_text().splitlines()[0])["at"]
    assert f"{Player(tmp_path).account.now:%Y-%m-%dT%H:%M:%S}" == first[:19]


def start(*arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "pulumi_masv.cli", "simulator", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_command_line_plays_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "recorded"
    with recording(folder, 3) as (_, client):
        client.list_packages(Query())
    process = start("--play", str(folder))
    assert process.stdout is not None
    _, *exports = [process.stdout.readline().rstrip("\n") for _ in range(4)]
    environment = dict(line.removeprefix("export ").split("=", 1) for line in exports)
    assert len(Client(resolve({}, environment)).list_packages(Query())) == 3
    process.terminate()
    process.communicate(timeout=60)


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--play", "/nowhere"], "/nowhere: there is no recording in it"),
        (["--play", "x", "--seed", "y"], "--seed and --play exclude each other"),
        (["--play", "x", "--now", "2027-01-31T00:00:00Z"], PLAYED),
    ],
)  # fmt: skip
def test_what_cannot_be_played_is_one_line(arguments: list[str], line: str) -> None:
    process = start(*arguments)
    assert process.communicate(timeout=60) == ("", f"pulumi-masv: {line}\n")
    assert process.returncode == 2
