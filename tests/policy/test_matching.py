"""What a pattern matches: exactly what it says for a rule, and widely for a hold."""

import unicodedata
from functools import cache
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pulumi_masv import policy
from pulumi_masv.policy import Decision
from pulumi_masv.policy.conditions import conditions
from tests.generated import at_least, count
from tests.policy.conftest import NOW, decide, manifest, package

LETTERS = "aAbBßẞéÉeE\u0301[]!- ._|\\^$"
TEXTS = st.text(LETTERS, min_size=1, max_size=8).filter(str.strip)
PATTERNS = st.text(LETTERS + "*?*?", min_size=1, max_size=6).filter(str.strip)


@st.composite
def near(draw: st.DrawFn) -> tuple[str, str]:
    """A text, and a pattern of its letters: as they are, in the other case, or a * or ?."""
    text = draw(TEXTS)
    letters = (draw(st.sampled_from([c, c, c.swapcase(), c.swapcase(), "?", "*"])) for c in text)
    return "".join(letters), text


def nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


@cache
def matches(pattern: str, text: str) -> bool:
    """Whether a pattern of * and ? is a text, letter by letter."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return matches(pattern[1:], text) or (bool(text) and matches(pattern, text[1:]))
    return bool(text) and pattern[0] in ("?", text[0]) and matches(pattern[1:], text[1:])


def holds(match: dict[str, Any], **values: Any) -> bool:
    [asked] = conditions(manifest({"match": match, "hold": True}), 0, NOW)
    return asked.holds(asked.value(package(**values)))


def decides(match: dict[str, Any], **values: Any) -> bool:
    [asked] = conditions(manifest({"match": match, "set": {"archived": True}}), 0, NOW)
    return asked.holds(asked.value(package(**values)))


@at_least(10, "exactly", "in any case", "neither")
@given(near() | st.tuples(PATTERNS, TEXTS))
@example(("*do not delete*", "DO NOT DELETE"))
@example(("*Café*", "Cafe\u0301 rushes"))
@example(("stra?e", "STRASSE"))
@example(("STRA?E", "Straße"))
@example(("[ab]", "a"))
def test_a_hold_matches_whatever_a_rule_matches(pair: tuple[str, str]) -> None:
    """A rule takes a pattern letter by letter."""
    pattern, name = pair
    exactly = matches(nfc(pattern), nfc(name))
    in_any_case = matches(nfc(nfc(pattern).casefold()), nfc(nfc(name).casefold()))
    assert decides({"name": pattern}, name=name) == exactly
    if exactly or in_any_case:
        assert holds({"name": pattern}, name=name)
    count("exactly" if exactly else "in any case" if in_any_case else "neither")


ANY = st.text(
    st.characters(exclude_categories=["Cs"])
    | st.sampled_from(
        "*?  aA\u0430\u043d\u041d\u03bd\u2019\u00a0\u2800\u034f\ufe0f\u200b\u0130\u0131"
    ),
    min_size=1,
    max_size=8,
).filter(str.strip)


@at_least(20, "decided", "not decided")
@given(ANY, ANY, ANY)
def test_a_hold_takes_no_less_than_any_other_rule(pattern: str, name: str, more: str) -> None:
    for one in (name, pattern, pattern.replace("*", more).replace("?", more[0])):
        is_decided = decides({"name": pattern}, name=one)
        count("decided" if is_decided else "not decided")
        assert holds({"name": pattern}, name=one) or not is_decided
        assert holds({"name": "*" + more}, name=one + more)
    if "," not in pattern:
        assert holds({"tags": pattern}, tags=(pattern,))


@at_least(25, "of other letters")
@given(TEXTS, TEXTS)
@example("Legal", "lega1")
def test_a_hold_does_not_take_a_text_of_other_letters(one: str, other: str) -> None:
    letters = [
        "".join(unicodedata.normalize("NFKD", text.casefold()).split()) for text in (one, other)
    ]
    if letters[0] != letters[1]:
        count("of other letters")
        assert not holds({"name": one}, name=other)
        assert not holds({"tags": [one]}, tags=(other,))


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("*do not delete*", "DO NOT DELETE"),
        ("*DO NOT DELETE*", "please do\u00a0not  delete this"),
        ("*do not delete*", "ＤＯ ＮＯＴ ＤＥＬＥＴＥ"),
        ("*keep*", "k\u200beep"),
        ("*Café*", "CAFE\u0301"),
        ("*straße*", "HAUPTSTRASSE 1"),
        ("*istanbul*", "İSTANBUL"),
        ("*ISTANBUL*", "ıstanbul"),
        ("*final*", "ﬁnal cut"),
        ("*ΟΔΟΣ*", "οδος"),
        (" *_final ", "day_FINAL"),
        ("[KEEP] *", "[keep] day 12"),
        ("*don't delete*", "Don\u2019t delete"),
        ("*don't delete*", "DON\u00b4T DELETE"),
        ("DO-NOT-DELETE*", "DO\u2013NOT\u2011DELETE me"),
        ("\u26d4 *", "\u26d4\ufe0f master"),
        ("HOLD *", "HOLD\u00a0"),
        ("* HOLD", "\u2003HOLD"),
        ("HOLD * x", "HOLD\u00a0\u00a0x"),
        ("a * * b", "a\u00a0\u00a0\u00a0b"),
        ("*HOLD*", "H\u034fOLD"),
        ("*Caf\u00e9*", "Cafe\u034f\u0301"),
        ("HOLD*", "\u041dOLD"),
        ("hold*", "\u041dOLD"),
        ("H\u041eLD*", "hold"),
        (
            "\u041d\u0415 \u0422\u0420\u041e\u0413\u0410\u0422\u042c - *",
            "\u043d\u0435 \u0442\u0440\u043e\u0433\u0430\u0442\u044c \u2014 x",
        ),
        ("*DO NOT*", "do\u2800not"),
        ("*keep*", "k\U000e0065eep"),
    ],
)
def test_a_hold_takes_what_a_person_takes_for_the_same(pattern: str, name: str) -> None:
    assert holds({"name": pattern}, name=name)
    assert not decides({"name": pattern}, name=name)


@pytest.mark.parametrize(
    ("match", "values"),
    [
        ({"name": "*KEEP*"}, {"name": "keep me"}),
        ({"sender": "Ärzte@*"}, {"sender": "ärzte@studio.example"}),
        ({"teamspaces": "Legal"}, {"teamspace_id": "LEGAL"}),
        ({"tags": ["Legal"]}, {"tags": ("T1", "legal")}),
        ({"portal": "Rushes"}, {"received": True, "portal": "rushes"}),
    ],
)
def test_every_text_of_a_hold_is_compared_without_case(match: Any, values: Any) -> None:
    assert holds(match, **values)
    assert not decides(match, **values)


def test_a_rule_takes_an_address_in_either_case() -> None:
    """Of plain letters."""
    assert decides({"sender": "Dailies@*"}, sender="DAILIES@studio.example")
    assert not decides({"sender": "sam@*"}, sender="\u017fam@studio.example")  # a long s


def test_an_id_that_is_written_either_way_is_the_same() -> None:
    assert decides({"tags": ["Cafe\u0301"]}, tags=("Café",))
    assert decides({"teamspaces": "Café"}, teamspace_id="Cafe\u0301")
    assert not decides({"tags": ["007"]}, tags=("7",))


SPELT = {
    "o": "oO\u043e\u041e\u03bf\u039f\uff4f",
    "h": "hH\u041d\u0397\u210e",
    "v": "v\u03bd\u0475V",
    "n": "nN\u039d",
    "'": "'\u2018\u2019\u00b4\u2032",
    "-": "-\u2010\u2011\u2013\u2014\u2212",
    " ": [" ", "\u00a0", "\u2003", "\u2800", "\u202f", "  "],
    "": ["", "\u034f", "\ufe0f", "\u200b", "\u00ad", "\u2060", "\U000e0101"],
}


@at_least(50, "spelt in another way")
@given(st.data(), st.text("ohvn'- x", min_size=1, max_size=8).filter(str.strip))
def test_a_hold_takes_a_name_however_its_letters_are_spelt(data: st.DataObject, text: str) -> None:
    spelt = "".join(
        data.draw(st.sampled_from(list(SPELT.get(one, [one]))))
        + data.draw(st.sampled_from(SPELT[""]))
        for one in text
    )
    count("spelt in another way", spelt != text)
    assert holds({"name": text}, name=spelt)
    assert holds({"name": f"*{spelt}*"}, name=f"day 12 {text}.mov")
    assert holds({"tags": text}, tags=(spelt,))
    assert holds({"name": f"*{text}"}, name=f"x{spelt}")


def test_a_hold_asks_for_the_blank_that_its_pattern_has() -> None:
    assert not holds({"name": "HOLD *"}, name="HOLD")
    assert not holds({"name": "a * b"}, name="a b")
    assert not holds({"name": "HOLD*"}, name="HO LD")


def test_a_name_of_many_blanks_is_compared_at_once() -> None:
    for pattern in ("a * * * * b", "* * * * x", "*a*a*b", " * b"):
        assert not holds({"name": pattern}, name="a" + " " * 100_000 + "a " * 2000)


def test_the_reasons_show_patterns_harmlessly() -> None:
    said = why({"name": "\x1b[2J\u202e<{%x*"}, name="x")
    assert "not like \\x1b[2J\\u202e<\\x7b%x*" in said


def why(match: dict[str, Any], **values: Any) -> str:
    rules = manifest({"match": match, "hold": True})
    decision: Decision = decide(rules, one := package(**values))
    return policy.reasons(rules, decision, one, NOW)[0]


def test_the_reasons_say_that_a_hold_compares_without_case() -> None:
    assert why({"name": "*do not*"}, name="DO NOT DELETE") == (
        "rule 1 holds it: nothing ends it earlier "
        '(a hold compares without case and takes look-alikes: "DO NOT DELETE" matches *do not*)'
    )
    assert why({"name": "*do not*"}, name="do not") == "rule 1 holds it: nothing ends it earlier"
    assert why({"name": "*keep*"}, name="x") == (
        'rule 1 does not match: name is "x", not like *keep*'
    )


@pytest.mark.parametrize("match", [{"name": "\ud800"}, {"tags": ["\udfff"]}, {"sender": "a\ud800"}])
def test_half_a_character_is_refused_and_matches_nothing(match: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="contains half a character"):
        manifest({"match": match, "hold": True})
