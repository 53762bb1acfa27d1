"""The report as text: whole without a terminal, broken between words in one, red only there."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_masv.formatting import visible
from pulumi_masv.report import text
from tests.report.conftest import destroyed, earlier, of_name, printed, record, run, told

names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip)
HOSTILE = ["[red]x[/red]", ":bomb:", "<{% cut", "\x1b[31m", "\u202egpj", "**x**", "&#45;", "<b>"]


def shown(preview: bytes, width: int | None = None, *, colours: bool = False) -> str:
    return text.render(told(preview), width=width, colours=colours).decode()


@given(names | st.sampled_from(HOSTILE), st.integers(1, 200), st.booleans())
def test_a_name_is_whole_and_obeyed_by_nobody(name: str, width: int, colours: bool) -> None:
    report = shown(of_name(name), width, colours=colours)
    assert re.findall("\x1b[^m]*m", report) == ["\x1b[31m", "\x1b[0m"] * 2 * colours
    plain = shown(of_name(name))
    assert f'"{visible(name)}"' in plain
    assert "\x1b" not in plain
    # Broken lines have the same words in the same order, and each id in one piece.
    same = re.sub("\x1b[^m]*m", "", report).split()
    assert same == plain.split()


@pytest.mark.parametrize("width", [1, 20, 40, 80, 200])
def test_no_line_is_wider_than_the_terminal_but_for_one_word(width: int) -> None:
    for line in shown(of_name("Café 日本 " * 9), width).split("\n"):
        assert len(line) <= width or len(line.split()) == 1


def test_it_says_the_loss_of_a_package_on_one_line() -> None:
    loss = earlier("01HA", form=True)
    [line] = [one for one in shown(printed(records=(loss,))).split("\n") if "LOSS" in one]
    assert line.split("  ")[1:] == [
        "LOSS",
        "41.2GB",
        "12 files",
        "2027-01-31 12:00 UTC",
        '01HA "Day 12": planned: 2027-03-01 00:00 UTC; its expiry moves to an earlier date; '
        "a form response ends, too (01ha)",
    ]


def test_it_has_no_entities_and_no_marks_of_a_page() -> None:
    report = run(of_name("Day 12"), "--format", "text").stdout
    assert not set("&<|*`#") & set(report)


def test_only_what_is_lost_is_red() -> None:
    loud = record("LOSS", "refused", name="LOSS", refusals=["LOSS"])
    report = shown(printed(records=(loud, destroyed("01HA"))), 80, colours=True)
    assert report.count("\x1b[31mLOSS\x1b[0m") == report.count("\x1b[31m") == 1


def test_the_total_comes_first_and_then_the_largest() -> None:
    small, large, unknown = (
        destroyed(f"01H{i}", bytes=size) for i, size in (("S", 1), ("L", 10**12), ("U", None))
    )
    report = shown(printed(records=(small, large, unknown)))
    places = [report.index(one) for one in ("3 packages", "01HU", "01HL", "01HS")]
    assert places == sorted(places)
