"""What the command answers: its exit status, its limits, and a name in every format."""

import html.parser
import json
import xml.etree.ElementTree as ElementTree
from datetime import date, datetime, timezone
from pathlib import Path
from typing import Any

import icalendar
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from pulumi_masv.cli.app import app
from pulumi_masv.errors import PreviewError
from pulumi_masv.models import Package
from pulumi_masv.plan import visible
from pulumi_masv.report import preview, summary
from pulumi_masv.report.calendar import last_day
from pulumi_masv.report.formats import RENDER
from pulumi_masv.simulator import Simulator
from tests.report.conftest import NOW, fleet, of_name, printed, state, step, told

HOSTILE = ["</script><script>alert(1)</script>", "| x |", "@org/team #1 [a](b)", "\u202egpj.exe"]
LOSS = printed(step("delete", state("01HA", {"forceDestroy": True})))
names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip)


def run(text: bytes, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["report", "-", "--now", NOW, *arguments], input=text)


def rendered(form: str, name: str) -> str:
    return RENDER[form](told(of_name(name))).decode()


def test_no_loss_is_0() -> None:
    assert run(printed(step("update", state("01HA"), name="Day 13"))).exit_code == 0


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
    loss = printed(step("delete", state("01HA", {"forceDestroy": True}, size=None)))
    assert run(loss, "--max-lost-bytes", "1TB").exit_code == 4
    assert run(loss, "--max-lost-packages", "1").exit_code == 3


def test_an_adoption_that_nobody_can_look_at_is_a_possible_loss() -> None:
    adopted = printed(step("create", packageId="01HA", expiry="2027-01-01T00:00:00Z"))
    assert run(adopted).exit_code == 3
    assert "Cannot be told" in run(adopted).stdout
    assert run(adopted, "--max-lost-packages", "9").exit_code == 4


def test_an_adoption_is_told_from_what_masv_says(
    masv: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    masv.account.add_package(id="01HA", expiry="2027-06-01T00:00:00Z", total_files=7)
    for name, value in (("BASE_URL", masv.url), ("API_KEY", masv.api_key), ("TEAM_ID", "")):
        monkeypatch.setenv(f"MASV_{name}", value or masv.team_id)
    adopted = printed(step("create", packageId="01HA", expiry="2026-05-01T00:00:00Z"))
    answer = run(adopted, "--format", "json")
    [loss] = json.loads(answer.stdout)["losses"]
    assert (loss["files"], loss["why"], loss["ends"]) == (
        7,
        "expiry earlier",
        "2026-05-01T00:00:00Z",
    )
    assert json.loads(answer.stdout)["now"] == "2026-03-02T09:00:00Z"


def test_an_adoption_that_ends_nothing_is_not_looked_at() -> None:
    assert run(printed(step("create", packageId="01HA", name="Day 13"))).exit_code == 0


def test_a_preview_that_failed_is_2_and_says_why() -> None:
    failed = printed(diagnostics=[{"severity": "error", "message": "error: @org 01HA | no\n"}])
    answer = run(failed)
    assert answer.exit_code == 2
    assert "&#64;org 01HA &#124; no" in answer.stdout


@pytest.mark.parametrize(
    "text", [b"", b"{", b"{}", b'{"steps": 1}', b"Previewing update\n", b"\xff{"]
)
def test_what_is_no_preview_is_refused_in_one_line(text: bytes) -> None:
    with pytest.raises(PreviewError) as refused:
        preview.read(text)
    assert "\n" not in str(refused.value)


def test_a_step_that_nobody_knows_is_refused() -> None:
    with pytest.raises(PreviewError, match="upgrade"):
        preview.read(printed(step("transmute", state("01HA"))))


def test_files_whose_time_has_come_since_the_last_run_are_no_loss() -> None:
    over = state("01HA", {"forceDestroy": True}, expiry="2026-11-24T21:59:59Z")
    assert not told(printed(step("delete", over))).losses


@pytest.mark.parametrize("flags", [{}, {"forceDestroy": True}, {"retainRemoved": True}])
def test_an_entry_taken_out_is_lost_only_where_force_destroy_was_stored_and_still_stands(
    flags: dict[str, bool],
) -> None:
    token = "pulumi-python:dynamic/masv:PackageFleet"
    live = {"01HA": {"state": "finalized", "expiry": "2027-01-01T00:00:00Z", "totalFiles": 3}}
    old = {"type": token, "outputs": {"live": live, "forceDestroy": True}}
    new = {"type": token, "inputs": {"packages": {}, **flags}}
    urn = f"urn:pulumi:team::dailies::{token}::all"
    report = told(printed({"op": "update", "urn": urn, "oldState": old, "newState": new}))
    assert len(report.losses) == (flags == {"forceDestroy": True})
    assert len(report.refused) == (not flags)


def test_text_before_the_preview_is_passed_over() -> None:
    assert preview.read(b"Warning: {old}\n" + LOSS).steps


def test_a_swap_whose_order_decides_cannot_be_told() -> None:
    first, second = state("01HA"), state("01HB")
    swapped = printed(
        step("replace", first, packageId="01HB", expiry="2026-12-24T00:00:00Z"),
        step("replace", second, packageId="01HA", unlimitedStorage=True),
        *(step("refresh", one) for one in (first, second)),
    )
    report = told(swapped, {i: Package(id=i, state="finalized", size=1) for i in ("01HA", "01HB")})
    assert not report.losses
    assert [fate.package_id for fate in report.doubts] == ["01HB"]


def test_a_refusal_that_an_old_state_suggests_hides_no_loss() -> None:
    earlier = {"01HB": {"expiry": "2026-12-05T00:00:00Z"}}
    change = fleet("update", earlier, **{"01HA": {}, "01HB": {}})
    guessed = told(printed(change))
    assert [fate.package_id for fate in guessed.doubts] == ["01HB"]
    assert [fate.package_id for fate in guessed.refused] == ["01HA"]
    assert run(printed(change)).exit_code == 3
    refreshed = told(printed({**change, "op": "refresh"}, change))
    assert (refreshed.doubts, len(refreshed.refused)) == ([], 1)
    replaced = step("replace", state("01HA"), packageId="01HB", expiry="2026-12-05T00:00:00Z")
    assert [fate.package_id for fate in told(printed(replaced)).doubts] == ["01HB"]


def test_a_state_that_was_refreshed_just_before_is_taken_at_its_word() -> None:
    change = printed(
        fleet("update", {"01HB": {"expiry": "2026-12-05T00:00:00Z"}}, **{"01HA": {}, "01HB": {}})
    )
    assert "add --refresh" in run(change).stdout
    answer = run(change, "--refreshed")
    assert answer.exit_code == 0  # the run refuses all of it
    assert "add --refresh" not in answer.stdout


@pytest.mark.parametrize(("op", "lost"), [("delete", ["01HA", "01HB"]), ("update", ["01HA"])])
def test_a_fleet_whose_force_destroy_is_a_secret_may_lose_what_it_lets_go(
    op: str, lost: list[str]
) -> None:
    secret = {"forceDestroy": "[secret]"}
    text = printed(fleet(op, {"01HB": {}}, flags=secret, **{"01HA": {}, "01HB": {}}))
    assert sorted(fate.package_id for fate in told(text).doubts) == lost
    assert run(text).exit_code == 3


@pytest.mark.parametrize("op", ["delete", "update", "replace"])
def test_a_fleet_whose_packages_are_a_secret_cannot_be_told(op: str) -> None:
    text = printed(fleet(op, {"01HA": {}}, hides={"live": "[secret]"}, **{"01HA": {}}))
    assert run(text).exit_code == 3


@pytest.mark.parametrize("shown", ["same", "refresh"])
def test_what_an_interrupted_replacement_left_is_lost_by_the_next_run(shown: str) -> None:
    forced = {"forceDestroy": True}
    left = fleet("refresh", {}, flags=forced, **{"01HA": {}, "01HB": {}})
    left["oldState"]["delete"] = True
    kept = fleet("refresh", {"01HB": {}}, flags=forced, **{"01HB": {}})
    steps = [left, kept] if shown == "refresh" else [left, kept, {**kept, "op": "same"}]
    [loss] = told(printed(*steps)).losses
    assert (loss.package_id, loss.loss and loss.loss.why) == ("01HA", "replaced")


def test_a_forced_end_of_what_only_the_state_takes_for_gone_cannot_be_told() -> None:
    passed = state("01HA", {"forceDestroy": True}, expiry="2026-11-01T00:00:00Z")
    ended = step("delete", passed)
    assert [fate.package_id for fate in told(printed(ended)).doubts] == ["01HA"]
    assert told(printed(step("refresh", passed), ended)).status(summary.Limits()) == 0


@pytest.mark.parametrize("form", sorted(RENDER))
def test_what_is_as_good_as_for_ever_or_too_much_to_be_is_still_reported(form: str) -> None:
    ends = "9999-12-31T23:59:59Z"
    text = printed(
        step("delete", state("01HA", {"forceDestroy": True}, expiry=ends, size=10**400)),
        step("update", state("01HB"), expiry=ends),
    )
    for now in (NOW, ends):
        done = run(text, "--now", now, "--format", form)
        assert done.exit_code == 3, done.output


def test_a_package_that_only_moves_between_accounts_is_not_let_go() -> None:
    moved = step("create", packageId="01HA")
    moved["newState"]["provider"] = "urn:pulumi:team::dailies::pulumi:providers:x::other::2"
    [loss] = told(printed(step("delete", state("01HA", {"forceDestroy": True})), moved)).losses
    assert loss.package_id == "01HA"


@settings(max_examples=40)
@given(names)
@example(HOSTILE[0])
@example(HOSTILE[1])
@example(HOSTILE[2])
@example(HOSTILE[3])
def test_a_name_stays_a_name_in_every_format(name: str) -> None:
    class Page(html.parser.HTMLParser):
        tags: list[str]
        text: str

        def handle_starttag(self, tag: str, _: Any) -> None:
            self.tags.append(tag)

        def handle_data(self, text: str) -> None:
            self.text += text

    def page(text: str) -> Page:
        read = Page()
        read.tags, read.text = [], ""
        read.feed(text)
        return read

    found, plain = page(rendered("html", name)), page(rendered("html", "plain"))
    assert found.tags == plain.tags
    assert visible(name) in found.text

    drawn = ElementTree.fromstring(rendered("svg", name))
    usual = ElementTree.fromstring(rendered("svg", "plain"))
    assert [one.tag for one in drawn.iter()] == [one.tag for one in usual.iter()]
    assert any(visible(name) in text for text in drawn.itertext())

    rows = [line for line in rendered("markdown", name).split("\n") if line.startswith("|")]
    same = [line for line in rendered("markdown", "plain").split("\n") if line.startswith("|")]
    assert [row.count("|") for row in rows] == [row.count("|") for row in same]
    assert not any(set("@[]\u202e*`") & set(row.replace("**", "")) for row in rows)

    calendar = icalendar.Calendar.from_ical(rendered("ics", name))
    assert {str(event["summary"]) for event in calendar.walk("VEVENT")} == {
        f"Last day to download {visible(name)}"
    }
    assert json.loads(rendered("json", name))["losses"][0]["name"] == name
    assert rendered("json", name).isascii()


@pytest.mark.parametrize(
    ("end", "day"),
    [
        (datetime(2027, 1, 31, tzinfo=timezone.utc), date(2027, 1, 30)),
        (datetime(2027, 1, 31, 12, tzinfo=timezone.utc), date(2027, 1, 31)),
    ],
)
def test_the_last_day_is_the_last_on_which_a_download_can_begin(end: datetime, day: date) -> None:
    assert last_day(end) == day


def test_an_event_keeps_its_identity_when_its_day_moves() -> None:
    def uids(expiry: str) -> list[str]:
        text = RENDER["ics"](told(printed(step("update", state("01HA"), expiry=expiry))))
        return [str(one["uid"]) for one in icalendar.Calendar.from_ical(text).walk("VEVENT")]

    assert uids("2027-01-01T00:00:00Z") == uids("2027-02-01T00:00:00Z") != []


def test_a_report_of_ten_thousand_packages_names_each(tmp_path: Path) -> None:
    from benchmarks.report_time import preview as large

    file = tmp_path / "preview.json"
    file.write_bytes(large(10_000))
    answer = CliRunner().invoke(app, ["report", str(file), "--now", NOW, "--format", "json"])
    assert json.loads(answer.stdout)["total"]["packages"] == 10_000
    shown = CliRunner().invoke(app, ["report", str(file), "--now", NOW]).stdout
    assert len(shown) < 65_536  # what a comment may hold
    assert "Files end early: 10000 packages" in shown
    early, *_ = shown.split("### Files that end early")[1].split("###")
    rows = early.count("01J8ZK3V9D")
    assert rows >= 30
    assert f"and {10_000 - rows} more, which the other formats of this report name" in early
