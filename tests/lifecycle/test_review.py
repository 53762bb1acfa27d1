"""A reviewed report binds the run that follows: no loss beyond it."""

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from pulumi_masv.errors import SettingsError
from pulumi_masv.lifecycle.review import Review
from pulumi_masv.models import NEVER, End, Package
from pulumi_masv.plan import Loss, Why

NOW = datetime(2026, 6, 1, tzinfo=timezone.utc)
SOON = datetime(2026, 7, 1, tzinfo=timezone.utc)
LATER = datetime(2026, 12, 1, tzinfo=timezone.utc)
MOMENT = timedelta(milliseconds=1)
REVIEWED: dict[str, Any] = {
    "id": "01HP",
    "name": "Day 12",
    "resource": "day12",
    "files": 12,
    "bytes": 1000,
    "ends": "2026-07-01T00:00:00Z",
    "planned": "2026-12-01T00:00:00Z",
    "why": "expiry earlier",
    "atOnce": False,
}
AT_ONCE = {"ends": "2026-06-01T00:00:00Z", "why": "deleted", "atOnce": True}


def package(**fields: Any) -> Package:
    known = {"id": "01HP", "state": "finalized", "total_files": 12, "size": 1000}
    return Package.model_validate(known | fields)


def loss(ends: datetime = SOON, planned: End = LATER, why: Why = "expiry earlier") -> Loss:
    return Loss(ends, planned, why)


@pytest.fixture
def report(tmp_path: Path) -> Path:
    return tmp_path / "report.json"


def reviewed(report: Path, *losses: dict[str, Any]) -> Review:
    """The review of a report that has these losses, each as REVIEWED but for what it says."""
    whole = {"version": 1, "stack": "dev", "losses": [REVIEWED | one for one in losses]}
    report.write_text(json.dumps(whole))
    return Review.read({"MASV_REVIEWED": str(report)})


def refused(report: Path) -> str:
    with pytest.raises(SettingsError) as caught:
        Review.read({"MASV_REVIEWED": str(report)})
    line = str(caught.value)
    assert "\n" not in line
    return line


@pytest.mark.parametrize("environment", [{}, {"MASV_REVIEWED": ""}])
def test_with_no_review_every_loss_is_allowed(environment: dict[str, str]) -> None:
    review = Review.read(environment)
    assert review.allows(package(), loss())
    assert review.allows(package(total_files=None, size=None), loss(NOW, NEVER, "deleted"))


def test_a_loss_as_it_was_reviewed_is_allowed(report: Path) -> None:
    assert reviewed(report, {}).allows(package(), loss())


def test_a_loss_that_is_not_in_the_review_is_refused(report: Path) -> None:
    assert not reviewed(report).allows(package(), loss())
    assert not reviewed(report, {"id": "other"}).allows(package(), loss())
    assert not reviewed(report, {"id": None}).allows(package(), loss())


def test_of_several_losses_each_is_looked_up_by_its_package(report: Path) -> None:
    review = reviewed(report, {"id": "a", "files": 1}, {"id": "b", "files": 20})
    assert not review.allows(package(id="a"), loss())
    assert review.allows(package(id="b"), loss())


@pytest.mark.parametrize(("field", "told"), [("total_files", "files"), ("size", "bytes")])
@pytest.mark.parametrize(
    ("now", "then", "allowed"),
    [
        (5, 5, True),
        (4, 5, True),
        (6, 5, False),
        (0, 0, True),
        (1, 0, False),
        (5, None, True),
        (None, None, True),
        (None, 5, False),
        (None, 0, False),
    ],
)
def test_no_more_may_end_than_was_reviewed(
    report: Path, field: str, told: str, now: int | None, then: int | None, allowed: bool
) -> None:
    review = reviewed(report, {told: then})
    assert review.allows(package(**{field: now}), loss()) is allowed


@pytest.mark.parametrize(
    ("ends", "allowed"),
    [(SOON, True), (LATER, True), (SOON + MOMENT, True), (SOON - MOMENT, False), (NOW, False)],
)
def test_nothing_may_end_earlier_than_was_reviewed(
    report: Path, ends: datetime, allowed: bool
) -> None:
    assert reviewed(report, {}).allows(package(), loss(ends)) is allowed


@pytest.mark.parametrize(
    ("planned", "then", "allowed"),
    [
        (LATER, "2026-12-01T00:00:00Z", True),
        (LATER - MOMENT, "2026-12-01T00:00:00Z", True),
        (LATER + MOMENT, "2026-12-01T00:00:00Z", False),
        (NEVER, "2026-12-01T00:00:00Z", False),
        (None, "2026-12-01T00:00:00Z", False),
        (NEVER, "never", True),
        (LATER, "never", True),
        (LATER, None, True),
        (LATER, "[secret]", True),
    ],
)
def test_a_life_extended_since_the_review_may_not_be_shortened(
    report: Path, planned: End, then: str | None, allowed: bool
) -> None:
    assert reviewed(report, {"planned": then}).allows(package(), loss(SOON, planned)) is allowed


@pytest.mark.parametrize("why", ["deleted", "removed from a fleet", "replaced"])
def test_what_ends_at_once_has_to_be_reviewed_as_such(report: Path, why: Why) -> None:
    at_once = loss(NOW, why=why)
    assert not reviewed(report, {}).allows(package(), at_once)
    assert not reviewed(report, {"ends": "2026-05-01T00:00:00Z"}).allows(package(), at_once)
    assert reviewed(report, AT_ONCE).allows(package(), at_once)


def test_what_was_reviewed_to_end_at_once_may_end_later(report: Path) -> None:
    review = reviewed(report, AT_ONCE)
    assert review.allows(package(), loss(NOW + timedelta(hours=1), why="deleted"))
    assert review.allows(package(), loss(SOON))


def test_more_than_was_reviewed_may_not_end_at_once_either(report: Path) -> None:
    assert not reviewed(report, AT_ONCE).allows(package(total_files=13), loss(NOW, why="deleted"))


def test_an_end_that_nobody_reviewed_allows_none(report: Path) -> None:
    assert not reviewed(report, {"ends": None}).allows(package(), loss(LATER))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_report_is_read_as_shells_write_it(report: Path, encoding: str) -> None:
    reviewed(report, {})
    report.write_bytes(report.read_text().encode(encoding))
    assert Review.read({"MASV_REVIEWED": str(report)}).allows(package(), loss())


def test_a_report_that_is_missing_is_refused_in_one_line(report: Path) -> None:
    assert refused(report) == f"MASV_REVIEWED: {report}: No such file or directory"


def test_a_folder_in_place_of_a_report_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path) == f"MASV_REVIEWED: {tmp_path}: Is a directory"


@pytest.mark.parametrize(
    "text",
    [b"", b"# Losses\n\n* Day 12\n", b'{"version": 1', b"\xff\xfe\xff", b"[" * 100_000],
    ids=["nothing", "Markdown", "cut off", "no text", "too deep"],
)
def test_text_that_is_not_json_is_refused_in_one_line(report: Path, text: bytes) -> None:
    report.write_bytes(text)
    assert refused(report) == f"MASV_REVIEWED: {report} is not a report as JSON"


@pytest.mark.parametrize(
    ("found", "why"),
    [
        ([], "expected names and their values, not []"),
        (None, "expected names and their values, not None"),
        ({}, "version: is required"),
        ({"version": 1}, "losses: is required"),
        ({"version": 2, "losses": []}, "version: must be less than or equal to 1, not 2"),
        ({"version": 0, "losses": []}, "version: must be greater than or equal to 1, not 0"),
        (
            {"version": 1, "losses": [{**REVIEWED, "id": 5}]},
            "losses.0.id: expected a string, not 5",
        ),
        (
            {"version": 1, "losses": [{**REVIEWED, "ends": "never"}]},
            "losses.0.ends: 'never' is not a date and time with a zone: "
            "write it like 2027-01-31T00:00:00Z",
        ),
        (
            {"version": 1, "losses": [{k: v for k, v in REVIEWED.items() if k != "atOnce"}]},
            "losses.0.atOnce: is required",
        ),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else "",
)
def test_json_that_is_no_report_is_refused_with_its_place(
    report: Path, found: Any, why: str
) -> None:
    report.write_text(json.dumps(found))
    assert refused(report) == f"MASV_REVIEWED: {report} is not a report as JSON ({why})"


def test_what_is_new_in_a_report_is_left_alone(report: Path) -> None:
    assert reviewed(report, {"colour": "red"}).allows(package(), loss())
