"""Somebody else's text on a line of ours: it obeys nothing, and two that differ look different."""

import re
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_masv.errors import MasvError
from pulumi_masv.text import INVISIBLE, harmless, told_apart, visible
from tests.generated import at_least, count

ODD = [
    "<{%",
    "<{%fg 1%}>",
    "\x1b[2J",
    "\r",
    "\n",
    "\t",
    "\u202e",
    "\u2066",
    "\u200b",
    "\u2028",
    "é",
]
TEXTS = st.lists(st.sampled_from(ODD) | st.characters(), max_size=12).map("".join)


def test_every_character_of_format_is_invisible() -> None:
    odd = {c for c in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(c) == "Cf"}
    assert not [hex(ord(c)) for c in odd if not re.fullmatch(INVISIBLE, c)]
    assert not [c for c in "aé -'\u0301\n\u00a0\u2800" if re.fullmatch(INVISIBLE, c)]


@at_least(3, "changed", "as it was")
@given(TEXTS)
def test_nothing_in_a_text_is_obeyed(text: str) -> None:
    shown = visible(text)
    count("changed" if shown != text else "as it was")
    assert shown.isprintable()
    assert "<{%" not in shown
    assert visible(shown) == shown


@given(st.lists(TEXTS.filter(lambda text: "\n" not in text), min_size=1, max_size=4))
def test_an_error_keeps_its_lines_and_no_more(lines: list[str]) -> None:
    told = str(MasvError("\n".join(lines)))
    assert told == harmless("\n".join(lines))
    assert told.split("\n") == [visible(line) for line in lines]


@pytest.mark.parametrize(
    ("one", "other", "shown"),
    [
        ("Cafe", "C\u0430fe", ("Cafe", "C\\u0430fe")),
        ("Day 1\u20132", "Day 1-2", ("Day 1\\u20132", "Day 1-2")),
        ("\uff24ay", "Day", ("\\uff24ay", "Day")),
        ("\ufb01lm", "film", ("\\ufb01lm", "film")),
        ("raw", "Day 12", ("raw", "Day 12")),
        ("Caf\u00e9", "Cafe", ("Caf\u00e9", "Cafe")),
        ("\u041a\u0438\u043d\u043e", "Film", ("\u041a\u0438\u043d\u043e", "Film")),
        ("Caf\u00e9", "Caf\u00e9", ("Caf\u00e9", "Caf\u00e9")),
    ],
)
def test_two_texts_that_look_alike_are_told_apart(
    one: str, other: str, shown: tuple[str, str]
) -> None:
    assert told_apart(one, other) == shown


TWINS = str.maketrans("aeo-", "\u0430\u0435\u043e\u2013")
LIKE = st.text(st.sampled_from("aeo-"), min_size=1, max_size=5)
PAIRS = (
    st.tuples(st.text(max_size=8), st.text(max_size=8))
    | LIKE.map(lambda text: (text, text.translate(TWINS)))
    | st.sampled_from([("film", "\ufb01lm"), ("raw", "raw")])
)


@at_least(5, "twins", "others")
@given(PAIRS)
def test_what_differs_never_looks_the_same(pair: tuple[str, str]) -> None:
    one, other = pair
    first, second = told_apart(one, other)
    twins = (first, second) != (one, other)
    count("the same" if one == other else "twins" if twins else "others")
    assert (first == second) is (one == other)


@at_least(5, "alike", "the same")
@given(
    st.text(st.sampled_from("aeopcAEO-\u0430\u0435\u043e\u2013\ufb01fi"), min_size=1, max_size=5)
)
def test_a_text_and_its_twin_are_told_apart(text: str) -> None:
    twin = unicodedata.normalize("NFKC", text).translate(TWINS)
    first, second = told_apart(text, twin)
    count("alike" if text != twin else "the same")
    assert text == twin or (first.isascii() and second.isascii() and first != second)
