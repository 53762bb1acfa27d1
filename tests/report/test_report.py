"""What a report makes of records: rows, exit statuses, limits."""

import json
from typing import Any

import pytest

from pulumi_masv.models import parse_instant
from pulumi_masv.report.formats import RENDER
from tests.report.conftest import (
    PLANNED,
    Bag,
    destroyed,
    earlier,
    printed,
    record,
    run,
    step,
    told,
    urn,
)

LOSS = printed(records=(destroyed("01HA"),))


def shown(text: bytes) -> dict[str, Any]:
    """The report as JSON."""
    answer: dict[str, Any] = json.loads(run(text, "--format", "json").stdout)
    return answer


def test_no_loss_is_0() -> None:
    answer = run(printed(records=(record("01HA", "changed"),)))
    assert answer.exit_code == 0
    assert answer.stdout.startswith("## MASV: No files end early.\n")


def test_a_loss_is_3() -> None:
    assert run(LOSS).exit_code == 3


@pytest.mark.parametrize(
    ("limit", "allowed", "exceeded"),
    [
        ("--max-lost-packages", "1", "0"),
        ("--max-lost-files", "12", "11"),
        ("--max-lost-bytes", "41.2GB", "41GB"),
    ],
)
def test_a_loss_beyond_a_limit_is_4_and_the_override_is_printed(
    limit: str, allowed: str, exceeded: str
) -> None:
    assert run(LOSS, limit, allowed).exit_code == 3
    beyond = run(LOSS, limit, exceeded)
    assert beyond.exit_code == 4
    override = beyond.stderr.strip().partition("to allow it: ")[2].split()
    assert run(LOSS, *override).exit_code == 3


def test_an_unknown_size_keeps_no_limit_of_bytes() -> None:
    loss = printed(records=(destroyed("01HA", bytes=None),))
    assert run(loss, "--max-lost-bytes", "1TB").exit_code == 4
    assert run(loss, "--max-lost-packages", "1").exit_code == 3


def test_a_doubt_is_3_and_keeps_no_limit() -> None:
    doubt = record("01HA", "adopted", doubt="MASV could not be asked")
    assert run(printed(records=(doubt,))).exit_code == 3
    assert "Cannot be told" in run(printed(records=(doubt,))).stdout
    assert run(printed(records=(doubt,)), "--max-lost-packages", "9").exit_code == 4


def test_a_loss_in_doubt_counts_as_doubt() -> None:
    text = printed(records=(destroyed("01HA", doubt="its new expiry is not known yet"),))
    answer = shown(text)
    assert (answer["losses"], [one["id"] for one in answer["cannotBeTold"]]) == ([], ["01HA"])
    assert run(text).exit_code == 3


def test_a_preview_that_failed_is_2_and_says_why() -> None:
    failed = printed(says=({"severity": "error", "message": "error: @org 01HA | no\n"},))
    answer = run(failed)
    assert answer.exit_code == 2
    assert "&#64;org 01HA &#124; no" in answer.stdout


def test_what_a_failed_preview_refused_is_listed() -> None:
    refused = record("01HA", "refused", refusals=["its files exist"])
    error = {"severity": "error", "message": "error: its files exist"}
    answer = shown(printed(records=(refused,), says=(error,)))
    assert [one["why"] for one in answer["refused"]] == [["its files exist"]]


def test_a_refusal_alone_is_0() -> None:
    assert run(printed(records=(record("01HA", "refused", refusals=["no"]),))).exit_code == 0


def test_the_latest_clock_of_the_records_is_now() -> None:
    first, last = record("01HA", "changed"), record("01HB", "changed", now="2026-11-25T00:00:00Z")
    report = told(printed(records=(last, first)))
    assert report.now == parse_instant("2026-11-25T00:00:00Z")
    assert b"as of 2026-11-25 00:00 UTC" in RENDER["markdown"](report)


def test_without_a_record_there_is_no_now() -> None:
    text = printed(step("same", "a"))
    assert shown(text)["now"] is None
    for form in sorted(RENDER):
        assert "as of" not in run(text, "--format", form).stdout.lower()


@pytest.mark.parametrize("turn", [1, -1])
@pytest.mark.parametrize(
    ("weightier", "other"),
    [
        (destroyed("01HA"), record("01HA", "adopted", doubt="why")),
        (record("01HA", "adopted", doubt="why"), record("01HA", "refused", refusals=["no"])),
        (
            record("01HA", "refused", refusals=["no"]),
            record("01HA", "changed", changes=[{"property": "name", "before": "a", "after": "b"}]),
        ),
        (record("01HA", "adopted", urn=urn("new")), record("01HA", "let go", urn=urn("old"))),
    ],
)
def test_several_records_of_one_package_become_the_weightiest_row(
    turn: int, weightier: Bag, other: Bag
) -> None:
    report = told(printed(records=(weightier, other)[::turn]))
    [row] = report.records
    assert row.does == weightier["does"]


def test_of_records_that_weigh_the_same_the_last_counts() -> None:
    report = told(printed(records=(earlier("01HA"), earlier("01HA", "2027-02-01T00:00:00Z"))))
    assert [loss["ends"] for loss in json.loads(RENDER["json"](report))["losses"]] == [
        "2027-02-01T00:00:00Z"
    ]


def test_packages_that_are_not_known_yet_all_stay() -> None:
    unknown = record("", "unknown", name=None, state=None, doubt="its id is not known yet")
    answer = shown(printed(records=(unknown, {**unknown, "urn": urn("b")})))
    assert [(one["id"], one["resource"]) for one in answer["cannotBeTold"]] == [
        (None, ""),
        (None, "b"),
    ]


def test_losses_come_by_their_instant_and_then_their_id() -> None:
    answer = shown(printed(records=(earlier("01HC"), destroyed("01HB"), destroyed("01HA"))))
    assert [loss["id"] for loss in answer["losses"]] == ["01HA", "01HB", "01HC"]
    assert [(day["day"], day["packages"]) for day in answer["days"]] == [
        ("2026-11-24", 2),
        ("2027-01-31", 1),
    ]


def test_a_loss_in_json_says_all_that_was_recorded() -> None:
    [loss] = shown(printed(records=(earlier("01HA", form=True),)))["losses"]
    assert loss == {
        "id": "01HA",
        "name": "Day 12",
        "resource": "01ha",
        "files": 12,
        "bytes": 41_200_000_000,
        "ends": "2027-01-31T12:00:00Z",
        "planned": PLANNED,
        "why": "expiry earlier",
        "atOnce": False,
        "form": True,
    }
    assert "a form response ends, too" in run(printed(records=(earlier("01HA", form=True),))).stdout


@pytest.mark.parametrize("does", ["adopted", "left alone", "let go"])
def test_what_happens_to_its_management_is_a_change(does: str) -> None:
    [change] = shown(printed(records=(record("01HA", does),)))["changes"]
    assert (change["is"], change["changes"]) == (does, [])


def test_values_are_shown_as_they_were_recorded() -> None:
    changes = [
        {"property": "expiry", "before": "never", "after": "2027-03-01T00:00:00Z"},
        {"property": "name", "before": "2027-03-01T00:00:00Z", "after": "b"},
        {"property": "archived", "before": False, "after": "once the files have ended"},
    ]
    text = printed(records=(record("01HA", "adopted", changes=changes),))
    assert shown(text)["changes"][0]["changes"] == changes
    page = run(text, "--format", "html").stdout
    assert "expiry: never → 2027-03-01 00:00 UTC" in page
    assert "name: &#34;2027-03-01T00:00:00Z&#34; → &#34;b&#34;" in page
    assert "archived: False → once the files have ended" in page


def test_what_ends_within_the_span_is_on_schedule() -> None:
    soon, late = (
        record(i, "unchanged", endAfter=f"2026-12-{day}T00:00:00Z")
        for i, day in (("01HA", "08"), ("01HB", "09"))
    )
    gone = record("01HC", "changed", endAfter="2026-12-01T00:00:00Z", filesAfter=False)
    text = printed(records=(soon, late, gone, earlier("01HD", "2026-12-02T00:00:00Z")))
    assert [one["id"] for one in shown(text)["onSchedule"]] == ["01HA"]
    wide = run(text, "--format", "json", "--within", "15d")
    assert [one["id"] for one in json.loads(wide.stdout)["onSchedule"]] == ["01HA", "01HB"]
