"""What the program keeps secret stays so in every format, and what is lost still counts."""

import json
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import icalendar
import pytest

from pulumi_masv.lifecycle.review import Review
from pulumi_masv.models import Package
from pulumi_masv.plan import Loss
from pulumi_masv.report import summary
from pulumi_masv.report.formats import RENDER
from tests.report.conftest import Bag, destroyed, earlier, printed, record, run, step, told

SECRET = "[secret]"
NOTE = "The end of one package is secret"


def veiled(package_id: str = "01HA", **more: Any) -> Bag:
    """A package whose name and end are secret, and which is lost."""
    bag = earlier(package_id, name=SECRET, endBefore=SECRET, endAfter=SECRET)
    bag["loss"] |= {"ends": SECRET, "planned": SECRET}
    bag["changes"] = [{"property": "expiry", "before": SECRET, "after": SECRET}]
    return {**bag, **more}


EACH: list[dict[str, Any]] = [{}, {"loss": None}]


@pytest.mark.parametrize("form", sorted(RENDER))
@pytest.mark.parametrize("does", ["changed", "adopted", "unchanged", "ended", "unknown"])
def test_a_record_of_secrets_is_shown_in_every_format(form: str, does: str) -> None:
    texts = [printed(records=(veiled(does=does, **more),)) for more in EACH]
    for text in texts:
        assert run(text, "--format", form).exit_code in (0, 3)


@pytest.mark.parametrize("form", ["text", "markdown", "html", "json"])
def test_a_secret_end_is_shown_as_secret(form: str) -> None:
    done = run(printed(records=(veiled(),)), "--format", form)
    assert done.exit_code == 3
    assert SECRET in done.stdout.replace("&#91;", "[").replace("&#93;", "]")


def test_what_is_lost_at_a_secret_instant_is_counted() -> None:
    report = told(printed(records=(veiled(), destroyed("01HB"))))
    assert report.total.packages == 2
    assert report.status(summary.Limits(packages=1)) == summary.BEYOND
    assert {str(day): one.packages for day, one in report.days.items()} == {
        "2026-11-24": 1,
        SECRET: 1,
    }
    answer = json.loads(RENDER["json"](report))
    assert [loss["ends"] for loss in answer["losses"]] == ["2026-11-24T22:00:00Z", SECRET]
    assert report.first_loss.id == "01HB"


def test_calendar_and_picture_leave_a_secret_end_out() -> None:
    """And say so."""
    report = told(printed(records=(veiled(), earlier("01HB"))))
    calendar = icalendar.Calendar.from_ical(RENDER["ics"](report))
    assert [str(one["uid"])[:4] for one in calendar.walk("VEVENT")] == ["01HB"]
    assert str(calendar["x-wr-caldesc"]).startswith(NOTE)
    drawn = RENDER["svg"](report).decode()
    assert drawn.count('class="was"') == 1
    assert "not drawn, since its end is secret: 1 package" in drawn


@pytest.mark.parametrize("form", ["text", "markdown", "html", "json"])
def test_the_other_formats_say_what_those_leave_out(form: str) -> None:
    assert NOTE in run(printed(records=(veiled(),)), "--format", form).stdout


def test_a_secret_end_is_on_no_schedule() -> None:
    kept = record("01HA", "unchanged", endBefore=SECRET, endAfter=SECRET)
    report = told(printed(records=(kept,)))
    assert report.scheduled == []
    assert report.notes[0].startswith(NOTE)


def test_packages_whose_id_is_hidden_all_stay() -> None:
    report = told(printed(records=(destroyed(SECRET), destroyed(SECRET))))
    assert report.total.packages == 2


def test_secret_dates_of_a_window_and_secret_flags_are_shown_as_secret() -> None:
    span = {"expiryStart": SECRET, "expiryEnd": "2026-12-31T00:00:00Z"}
    window = step("update", "w", kind="ArchiveWindow", newState={"inputs": span})
    old: Bag = {"inputs": {}}
    new: Bag = {"inputs": {"forceDestroy": SECRET}}
    flags = step("update", "a", oldState=old, newState=new)
    assert told(printed(window, flags)).resources == (
        "archive window w: update, its dates are secret",
        "a: force_destroy False -> [secret]",
    )


def test_a_reviewed_loss_at_a_secret_instant_is_read_and_allows_none(tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    file.write_bytes(RENDER["json"](told(printed(records=(veiled(),)))))
    reviewed = Review.read({"MASV_REVIEWED": str(file)})
    now = datetime(2026, 11, 24, tzinfo=timezone.utc)
    package = Package.model_validate({"id": "01HA", "size": 1, "total_files": 1})
    assert not reviewed.allows(package, Loss(ends=now, planned=None, why="expiry earlier"))
