"""What a run says reaches the engine once a resource, and its records only where asked for."""

import json
from collections.abc import Iterator
from concurrent import futures
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

import grpc  # type: ignore[import-untyped]
import pytest
from google.protobuf import empty_pb2  # type: ignore[import-untyped]
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

from pulumi_masv import plan
from pulumi_masv.announcer import PulumiAnnouncer, engine_at, engine_log
from pulumi_masv.lifecycle.verdicts import Record, Verdict
from pulumi_masv.models import Package
from pulumi_masv.plan import Loss

NOW = datetime(2026, 6, 1, tzinfo=timezone.utc)
LATER = datetime(2026, 12, 1, tzinfo=timezone.utc)
ONE = "urn:pulumi:test::life::pulumi-python:dynamic/masv:PackageLifecycle::one"
OTHER = "urn:pulumi:test::life::pulumi-python:dynamic/masv:PackageLifecycle::other"
FLEET = "urn:pulumi:test::life::pulumi-python:dynamic/masv:PackageFleet::dailies"
RECORDS = {"MASV_VERDICTS": "1"}
LOST = "12 files (1.0KB, 1000 bytes) end now, 183 days earlier than planned"


@dataclass
class Shown:
    """What the engine was given: text, whether it is a warning, and the resource."""

    lines: list[tuple[str, bool, str]] = field(default_factory=list)

    def log(self, text: str, is_warning: bool, urn: str) -> None:
        self.lines.append((text, is_warning, urn))

    def texts(self) -> list[str]:
        return [text for text, _, _ in self.lines]

    def records(self) -> list[list[dict[str, Any]]]:
        """The records of each message."""
        assert all(text.startswith("masv-verdicts ") for text in self.texts())
        return [json.loads(text.removeprefix("masv-verdicts ")) for text in self.texts()]


@pytest.fixture
def shown() -> Shown:
    return Shown()


@pytest.fixture
def announcer(shown: Shown) -> PulumiAnnouncer:
    return PulumiAnnouncer(shown.log, {})


@pytest.fixture
def recorder(shown: Shown) -> PulumiAnnouncer:
    return PulumiAnnouncer(shown.log, RECORDS)


def package(package_id: str = "01HP", name: str = "Day 12") -> Package:
    return Package(
        id=package_id,
        name=name,
        state="finalized",
        expiry=LATER,
        unlimited_storage=False,
        size=1000,
        total_files=12,
    )


def unchanged(package_id: str = "01HP", name: str = "Day 12", urn: str = ONE) -> Verdict:
    return Verdict(package_id, urn, "unchanged", NOW, package(package_id, name))


def destroyed(package_id: str = "01HP", name: str = "Day 12", urn: str = ONE) -> Verdict:
    loss = Loss(NOW, LATER, "deleted")
    return Verdict(
        package_id, urn, "ended", NOW, package(package_id, name), (plan.Destroy(),), loss
    )


def test_a_line_is_said_once_at_a_resource(announcer: PulumiAnnouncer, shown: Shown) -> None:
    for urn in (ONE, OTHER, ONE, OTHER):
        announcer.note("cannot look at MASV", urn=urn)
    announcer.note("another", urn=ONE)
    assert shown.lines == [
        ("cannot look at MASV", False, ONE),
        ("cannot look at MASV", False, OTHER),
        ("another", False, ONE),
    ]


def test_a_line_about_no_resource_is_said_once(announcer: PulumiAnnouncer, shown: Shown) -> None:
    announcer.note("cannot look at MASV")
    announcer.note("cannot look at MASV")
    assert shown.lines == [("cannot look at MASV", False, "")]


def test_a_verdict_that_is_announced_twice_is_said_once(
    announcer: PulumiAnnouncer, shown: Shown
) -> None:
    announcer.verdicts([destroyed()], urn=ONE)
    announcer.verdicts([destroyed()], urn=ONE)
    assert len(shown.lines) == 2


def test_a_loss_is_a_warning_whose_word_is_red(announcer: PulumiAnnouncer, shown: Shown) -> None:
    announcer.verdicts([destroyed()], urn=ONE)
    assert shown.lines == [
        ('01HP "Day 12": delete', False, ONE),
        (f'01HP "Day 12": <{{%fg 1%}}>LOSS<{{%reset%}}> {LOST}', True, ONE),
    ]


def test_the_total_of_a_fleet_is_red_too(announcer: PulumiAnnouncer, shown: Shown) -> None:
    several = [destroyed("P1", urn=FLEET), destroyed("P2", urn=FLEET)]
    announcer.verdicts(several, urn=FLEET)
    assert shown.lines[0] == (
        "dailies: <{%fg 1%}>LOSS<{%reset%}> 2 packages with 24 files (2.0KB, 2000 bytes) in all",
        True,
        FLEET,
    )


@pytest.mark.parametrize(
    ("name", "quoted"),
    [
        ("x: LOSS y", "x: LOSS y"),
        (": LOSS ", ": LOSS "),
        ("LOSS", "LOSS"),
        ("<{%fg 2%}>green", "<\\x7b%fg 2%}>green"),
        ("a\x1b[2J\u202eb", "a\\x1b[2J\\u202eb"),
    ],
)
def test_no_name_takes_the_red_from_a_loss(
    announcer: PulumiAnnouncer, shown: Shown, name: str, quoted: str
) -> None:
    announcer.verdicts([destroyed(name=name)], urn=ONE)
    assert shown.texts()[1] == f'01HP "{quoted}": <{{%fg 1%}}>LOSS<{{%reset%}}> {LOST}'


def test_a_line_that_is_no_loss_has_no_colour(announcer: PulumiAnnouncer, shown: Shown) -> None:
    announcer.verdicts([Verdict("01HP", ONE, "let go", NOW, package(name="x: LOSS y"))], urn=ONE)
    assert shown.texts() == ['01HP "x: LOSS y": kept, since the program still declares it']


@pytest.mark.parametrize("environment", [{}, {"MASV_VERDICTS": ""}])
def test_without_the_variable_nothing_is_recorded(
    shown: Shown, environment: dict[str, str]
) -> None:
    announcer = PulumiAnnouncer(shown.log, environment)
    announcer.record([unchanged()])
    announcer.verdicts([unchanged(), destroyed("P2")], urn=ONE)
    assert [text.split()[0] for text in shown.texts()] == ["P2", "P2"]


def test_records_that_nobody_asks_for_are_not_even_made(announcer: PulumiAnnouncer) -> None:
    several = iter([unchanged()])
    announcer.record(several)
    assert list(several) == [unchanged()]


def test_with_the_variable_each_verdict_is_recorded_at_its_resource(
    recorder: PulumiAnnouncer, shown: Shown
) -> None:
    recorder.record([unchanged()])
    assert shown.records() == [
        [
            {
                "urn": ONE,
                "id": "01HP",
                "does": "unchanged",
                "now": "2026-06-01T00:00:00Z",
                "name": "Day 12",
                "state": "finalized",
                "files": 12,
                "bytes": 1000,
                "endBefore": "2026-12-01T00:00:00Z",
                "endAfter": "2026-12-01T00:00:00Z",
                "filesAfter": True,
            }
        ]
    ]
    [(_, is_warning, urn)] = shown.lines
    assert (is_warning, urn) == (False, ONE)


def test_what_a_person_reads_comes_before_its_record(
    recorder: PulumiAnnouncer, shown: Shown
) -> None:
    recorder.verdicts([destroyed()], urn=ONE)
    assert [text.split()[0] for text in shown.texts()] == ["01HP", "01HP", "masv-verdicts"]


def test_a_record_has_its_refusals_as_a_person_reads_them(
    recorder: PulumiAnnouncer, shown: Shown
) -> None:
    refusal = plan.NotFound("01HP", "team1")
    recorder.verdicts([Verdict("01HP", ONE, "refused", NOW, refusals=(refusal,))], urn=ONE)
    [[record]] = shown.records()
    assert record["refusals"] == [
        "MASV has no package 01HP in team team1: check the id and the team"
    ]


def test_1200_verdicts_are_three_messages(recorder: PulumiAnnouncer, shown: Shown) -> None:
    recorder.record([unchanged(f"P{number}", urn=FLEET) for number in range(1200)])
    messages = shown.records()
    assert [len(records) for records in messages] == [500, 500, 200]
    told = [record["id"] for records in messages for record in records]
    assert told == [f"P{number}" for number in range(1200)]
    assert {urn for _, _, urn in shown.lines} == {FLEET}


def test_no_verdicts_are_no_message(recorder: PulumiAnnouncer, shown: Shown) -> None:
    recorder.record([])
    recorder.verdicts([], urn=ONE)
    assert shown.lines == []


@pytest.mark.parametrize("name", ["<{%fg 1%}>", "<<{%{%", "a\x1b[2J\u202eb\n", "<\\{%"])
def test_no_name_in_a_record_reaches_the_engine_as_a_tag(
    recorder: PulumiAnnouncer, shown: Shown, name: str
) -> None:
    recorder.record([unchanged(name=name)])
    [text] = shown.texts()
    assert "<{%" not in text
    assert text.isascii()
    assert text.isprintable()
    [[bag]] = shown.records()
    assert Record.model_validate(bag).name == name


class Engine(engine_pb2_grpc.EngineServicer):
    """Keeps what it is to show."""

    def __init__(self) -> None:
        self.shown: list[tuple[int, str, str]] = []

    def Log(self, request: Any, _context: Any) -> empty_pb2.Empty:  # noqa: N802
        self.shown.append((request.severity, request.message, request.urn))
        return empty_pb2.Empty()


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def address(engine: Engine) -> Iterator[str]:
    server = grpc.server(
        futures.ThreadPoolExecutor(1), options=[("grpc.max_receive_message_length", -1)]
    )
    engine_pb2_grpc.add_EngineServicer_to_server(engine, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield f"127.0.0.1:{port}"
    server.stop(None).wait()


def test_a_line_is_logged_by_the_engine_at_an_address(engine: Engine, address: str) -> None:
    log = engine_log(engine_at(address))
    log("a line", False, ONE)
    log("a loss", True, ONE)
    assert engine.shown == [
        (engine_pb2.INFO, "a line", ONE),
        (engine_pb2.WARNING, "a loss", ONE),
    ]


def test_records_of_many_megabytes_reach_the_engine(engine: Engine, address: str) -> None:
    text = "x" * 5_000_000
    engine_log(engine_at(address))(text, False, ONE)
    assert engine.shown == [(engine_pb2.INFO, text, ONE)]
