"""A name, an instant and a size in every format."""

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
from typer.testing import CliRunner

from pulumi_masv.cli.app import app
from pulumi_masv.formatting import visible
from pulumi_masv.report.calendar import last_day
from pulumi_masv.report.formats import RENDER
from tests.report.conftest import NOW, destroyed, earlier, of_name, printed, record, run, told, urn

HOSTILE = ["</script><script>alert(1)</script>", "| x |", "@org/team #1 [a](b)", "\u202egpj.exe"]
names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip)


def rendered(form: str, name: str) -> str:
    return RENDER[form](told(of_name(name))).decode()


@pytest.mark.parametrize("form", sorted(RENDER))
def test_ends_and_sizes_beyond_all_bounds_are_still_reported(form: str) -> None:
    ends = "9999-12-31T23:59:59Z"
    for now in (NOW, ends):
        records = (
            destroyed("01HA", endBefore=ends, bytes=10**400, now=now),
            record("01HB", "changed", endAfter=ends, now=now),
        )
        done = run(printed(records=records), "--format", form)
        assert done.exit_code == 3, done.output


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


@pytest.mark.parametrize("form", sorted(set(RENDER) - {"json"}))
def test_no_format_lets_a_terminal_or_the_writing_direction_obey(form: str) -> None:
    nasty = "\x1b[31m\u202e<{%fg 1%}>"
    changes = [{"property": nasty, "before": nasty, "after": nasty}]
    records = (
        destroyed("01HA", id=nasty, urn=urn(nasty), name=nasty, changes=changes),
        record("01HB", "refused", refusals=[nasty]),
        record("01HC", "adopted", doubt=nasty),
    )
    text = run(printed(records=records), "--format", form).stdout
    assert not any(one in text for one in ("\x1b", "\u202e", "<{%"))


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
        text = RENDER["ics"](told(printed(records=(earlier("01HA", expiry),))))
        return [str(one["uid"]) for one in icalendar.Calendar.from_ical(text).walk("VEVENT")]

    assert uids("2027-01-01T00:00:00Z") == uids("2027-02-01T00:00:00Z") != []


@pytest.mark.thorough
def test_a_report_of_ten_thousand_packages_names_each(tmp_path: Path) -> None:
    from benchmarks.report_time import preview as large

    file = tmp_path / "preview.json"
    file.write_bytes(large(10_000))
    answer = CliRunner().invoke(app, ["report", str(file), "--format", "json"])
    assert json.loads(answer.stdout)["total"]["packages"] == 10_000
    shown = CliRunner().invoke(app, ["report", str(file)]).stdout
    assert len(shown) < 65_536  # what a comment may hold
    assert "Files end early: 10000 packages" in shown
    early, *_ = shown.split("### Files that end early")[1].split("###")
    rows = early.count("01J8ZK3V9D")
    assert rows >= 30
    assert f"and {10_000 - rows} more, which the other formats of this report name" in early
