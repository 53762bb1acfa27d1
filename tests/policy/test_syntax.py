"""What people type that YAML reads otherwise: a mistake with its place, and what to type."""

import re

import pytest
import yaml

from pulumi_masv.errors import ManifestError
from pulumi_masv.policy import Manifest, tree

RULE = "rules:\n  - match:\n      {}\n    hold: true\n"
ENTRY = "packages:\n  A:\n    {}\n"


def mistakes(text: str) -> list[str]:
    with pytest.raises(ManifestError) as caught:
        Manifest.parse(text, "f")
    return str(caught.value).splitlines()


@pytest.fixture(params=["libyaml", "without libyaml"])
def loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param != "libyaml":
        monkeypatch.setattr(tree, "_LOADER", yaml.SafeLoader)


@pytest.mark.usefixtures("loader")
@pytest.mark.parametrize(
    ("typed", "column", "says"),
    [
        ("name: *_final", 13, '* needs quotes: write "*_final"'),
        ("name: *.mov", 13, '* needs quotes: write "*.mov"'),
        ("name: * final # all", 13, '* needs quotes: write "* final"'),
        ("name: *do not delete*", 13, '* needs quotes: write "*do not delete*"'),
        ("name: [*do not delete*, x]", 14, '* needs quotes: write "*do not delete*"'),
        ("name: &do not delete", 13, '& needs quotes: write "&do not delete"'),
        ("name: [ok, *_final]", 18, '* needs quotes: write "*_final"'),
        ("name: **", 13, '* needs quotes: write "**"'),
        ("name: &Sons Ltd", 13, '& needs quotes: write "&Sons Ltd"'),
        ("name: @home", 13, '@ needs quotes: write "@home"'),
        ("name: %done", 13, '% needs quotes: write "%done"'),
        ("name: `x`", 13, '` needs quotes: write "`x`"'),
        ("name: >x", 13, '> needs quotes: write ">x"'),
        ("name: |x", 13, '| needs quotes: write "|x"'),
        ("name: |\n        final", 13, "a text is one line, without |: put it in quotes"),
        ("name: >-\n        final", 13, "a text is one line, without >: put it in quotes"),
        ("name: !secret client", 13, "a tag such as !secret is not supported: write the value"),
        ("name: !!str client", 13, "a tag such as !!str is not supported"),
        ("sender: !env X", 15, "a tag such as !env is not supported"),
        ("name: !a!b x", 13, "a tag such as !a!b is not supported"),
        ("name: !include [x.yaml]", 13, "a tag such as !include is not supported"),
        ("name: !", 13, "a tag such as ! is not supported"),
        ("name: {{ client }}", 14, "{{ … }} is not filled in here: write the value itself"),
        ("name: {{ client }}_final", None, "{{ … }} is not filled in here"),
        ("name: Rushes #2", 13, "what follows # is left out as a comment: quote the text"),
        ("name: #2", 7, "name has no value: what follows # is left out as a comment"),
        ("name: “final”", 13, "curly quotes are part of the text: write plain quotes"),
        ("name: 'x", 13, "a quote opens here and never closes: close it"),
        ('name: "x', 13, "a quote opens here and never closes: close it"),
        ("name: 'it's'", None, "the text goes on after its closing quote"),
        ('name: "C:\\data"', None, "in double quotes begins an escape: use single quotes"),
        ("name: Day: 12", None, "a text with a colon and a space in it needs quotes"),
        ("name: - x", 13, "a list begins on a line of its own"),
        ("name: [a, b", 13, "a bracket opens here and is not closed before line 4"),
        ("name: ['a' 'b']", None, "a comma or a closing bracket is missing before this"),
        ("name: ]", 13, "this ] closes nothing"),
        ("name:x", 7, "match: a colon needs a space after it: write name: x"),
        ("<<: *all", None, "<< is not supported: write out what it would bring in"),
        ("\tname: x", None, "a tab is not allowed here: use spaces"),
        ("name: x\n    hold: true", 5, "hold is there twice, first on line"),
        ("name: Day 12\n        hold", 13, "a text is one line, and this one goes on"),
        ("name: 'Day 12\n        hold'", 13, "a text is one line, and this one goes on"),
        ('name: "Day 12\n\n        hold"', 13, "a text is one line, and this one goes on"),
        ("tags:\n      - A\n        B\n      - C", 9, "begin each item of a list with `- `"),
        ("name: [a\n       b]", 14, "a text is one line, and this one goes on"),
        ("name: [a,, b]", 16, "there is nothing before this comma: take it out"),
        ("name: [, b]", 14, "there is nothing before this comma: take it out"),
        ("name: [a,\n        , b]", 9, "there is nothing before this comma: take it out"),
        ("name: x\n     state: new", None, "is not indented like the lines it belongs to"),
        ("? [a]\n      : b", 9, "a name is a text on one line"),
        ("[a]: b", 7, "a name is a text on one line"),
    ],
)
def test_a_slip_is_told_with_its_place_and_what_to_write(
    typed: str, column: int | None, says: str
) -> None:
    lines = mistakes(RULE.format(typed))
    told = [line for line in lines if says in line]
    assert len(told) == 1, lines
    found = re.match(r"f:(\d+):(\d+): ", told[0])
    assert found is not None
    assert column in (None, int(found[2]))
    assert "YAML" not in told[0]


def test_a_merge_is_refused_and_an_alias_that_is_meant_is_not() -> None:
    text = "packages:\n  A: &all {archived: true}\n  B:\n    <<: *all\n    name: x\n  C: *all\n"
    assert mistakes(text) == ["f:4:5: << is not supported: write out what it would bring in"]
    assert Manifest.parse(text.replace("    <<: *all\n", "")).packages["C"].archived is True


def test_a_directive_does_nothing_and_is_told() -> None:
    assert mistakes("%YAML 1.1\n---\nrules: []\n") == [
        "f:1:1: a line that begins with % does nothing here: take it out"
    ]


ODD = "\u2028\u2029\x85\u202e\u2066\u200b\u200e\ufeff\u00ad\u034f\u3164\r\U000e0061"


@pytest.mark.usefixtures("loader")
@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("# see{}rules: []\nrules: []\n", "1:6"),
        ("packages:\n  A: {{name: a{}b}}\n", "2:14"),
        ("packages:\n  A: {{name: 'a{}b'}}\n", "2:15"),
        ("\ufeff{}rules: []\n", "1:1"),
    ],
)
def test_what_cannot_be_seen_is_refused_at_its_place(text: str, place: str, odd: str) -> None:
    escape = odd.encode("unicode_escape").decode()
    assert mistakes(text.format(odd)) == [
        f"f:{place}: {escape} cannot be seen: take it out, or write {escape} in double quotes"
    ]


def test_escapes_emoji_and_the_line_ends_of_windows_are_read() -> None:
    name = "\u2764\ufe0f\u200d\U0001f525 1\ufe0f\u20e3 \u0646\u200c\u0647"
    assert Manifest.parse(f"packages:\r\n  A: {{name: {name}}}\r\n").packages["A"].name == name
    for odd in (*ODD, "\ufe0f", "a\nb"):
        written = Manifest.parse(ENTRY.format(f'name: "a{odd.encode("unicode_escape").decode()}b"'))
        assert written.packages["A"].name == f"a{odd}b"
        assert Manifest.parse(written.text()) == written


def test_what_has_no_value_is_told_once() -> None:
    for text, place, name in (
        ("rules:\n- match:\n  hold: true", "2:3", "match"),
        ("rules:\n- match: {}\n  set:", "3:3", "set"),
        ("rules:\n- match: {}\n  hold: null", "3:3", "hold"),
        ("rules:\n- match: {}\n  set: {expiry: null}", "3:9", "expiry"),
        ("rules:\n- match: {}\n  set: {expiry: {at_most: ~}}", "3:18", "at_most"),
        ("defaults: {archived: }", "1:12", "archived"),
        ("packages:\n  A:", "2:3", "A"),
    ):
        assert mistakes(text) == [f"f:{place}: {name} has no value: give it one, or take it out"]
    assert len(mistakes("rules:\n- match:\n  set: {}")) == 2


def test_what_quotes_hold_is_text_whatever_it_is() -> None:
    assert Manifest.parse("\ufeff" + RULE.format("name: x")).rules
    for text in ("*_final", "&x", "!secret x", "{{ x }}", "a: b", "#2", "“x”", "- x", "@x", "%x"):
        manifest = Manifest.parse(RULE.format(f"name: '{text}'"))
        assert manifest.rules[0].match.name == (text,)
        assert Manifest.parse(manifest.text()) == manifest


def test_slips_of_all_kinds_are_told_at_once() -> None:
    text = "packages:\n  A: {name: !secret x, expiry: never, hold: yes}\n  B: {name: &x y}\n"
    assert [line.partition(": ")[0] for line in mistakes(text)] == [
        "f:2:13", "f:2:32", "f:2:45", "f:3:13",
    ]  # fmt: skip


# Values that are nearly right.


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("never", "'never' is not an end: did you mean unlimited?"),
        ("Never", "did you mean unlimited?"),
        ("none", "did you mean unlimited?"),
        ("Unlimited", "did you mean unlimited?"),
        ("Unlimitted", "did you mean unlimited?"),
        ("forevr", "did you mean unlimited?"),
        ("now", "write it like 2027-01-31T00:00:00Z"),
        ("[x]", "needs a date and time as text, not a list"),
        ("{at_most: true}", "true is not a length of time"),
        ("{at_most: [x]}", "a list is not a length of time"),
        ("30d", "write {at_most: created + 30d} or {at_least: created + 30d}"),
        ("30 days", "write {at_most: created + 30d}"),
        ("created + 2w", "write {at_most: created + 2w}"),
        ("2027-01-31", "write it like 2027-01-31T00:00:00Z"),
        ("2027-01-31T00:00:00", "has no time zone: write it like 2027-01-31T00:00:00Z"),
        ("{at_most: 30d}", "write it like created + 30d"),
        ("{at_most: created - 30d}", "write it like created + 14d"),
        ("{at_most: created + 1m}", "write it like created + 14d"),
        ("true", "needs a date and time as text, not true: write it like 2027"),
    ],
)
def test_an_end_that_is_nearly_right_is_shown_right(typed: str, says: str) -> None:
    [line] = mistakes(f"defaults: {{expiry: {typed}}}")
    assert says in line
    assert line.startswith("f:1:")


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("expiry: never", "did you mean unlimited_storage: true?"),
        ("expiry: 30d", "an entry takes a date and time"),
        ("expiry: {at_most: created + 30d}", "an entry takes a date and time"),
        ("archived: yes", "archived: write true, without quotes, instead of 'yes'"),
        ("archived: Off", "archived: write false, without quotes, instead of 'Off'"),
        ("archived: 'true'", "archived: write true, without quotes, instead of 'true'"),
        ("archived: maybe", "archived: write true or false, without quotes, instead of 'maybe'"),
        ("hold: on", "hold: write true, without quotes, instead of 'on'"),
        ("name: true", "name: needs a text, not true: put it in quotes"),
        ("name: [a]", "name: needs a text, not a list"),
        ("Archived: true", "did you mean archived?"),
        ("hold:true", "a colon needs a space after it: write hold: true"),
    ],
)
def test_an_entry_that_is_nearly_right_is_shown_right(typed: str, says: str) -> None:
    [line] = mistakes(ENTRY.format(typed))
    assert says in line


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("state: finalised", "'finalised' is not a state: did you mean finalized?"),
        ("state: [new, Expired]", "did you mean expired?"),
        ("state: Active", "did you mean finalized?"),
        ("state: deleted", "did you mean expired?"),
        ("state: odd", "write one of new, finalized, expired, archived"),
        ("status: finalized", "status is not known here: did you mean state?"),
        ("older_than: 3 months", "write days, like 30d"),
        ("size_over: 10gb", "did you mean 10GB?"),
        ("received: no", "received: write false, without quotes, instead of 'no'"),
        ("tags: a, b", "holds a comma: write a list, such as [a, b]"),
        ("sender: 'alice@x, bob@x'", "write a list, such as [alice@x, bob@x]"),
        ("sender: '*@x; bob@x'", 'write a list, such as ["*@x", bob@x]'),
        ("sender: alice@x or bob@x", "write a list, such as [alice@x, bob@x]"),
        ("sender: [alice@x bob@x]", "write a list, such as [alice@x, bob@x]"),
        ("state: []", "state: is empty or blank, so it would match nothing: leave it out"),
        ("state: finalized, expired", "write a list, such as [finalized, expired]"),
        ("state: finalized or expired", "write a list, such as [finalized, expired]"),
        ("state: finalized expired", "write a list, such as [finalized, expired]"),
        ("state: in progress", "did you mean new?"),
        ("name: true", "name: needs a text, not true: put it in quotes"),
        ("tags: false", "tags: needs a text, not false: put it in quotes"),
        ("size_over: true", "true is not a size: write it like 10GB"),
        ("size_over: [x]", "a list is not a size"),
        ("older_than: {a: b}", "names with values is not a length of time"),
        ("name: {a: b}", "needs a list"),
    ],
)
def test_a_match_that_is_nearly_right_is_shown_right(typed: str, says: str) -> None:
    [line] = mistakes(RULE.format(typed))
    assert says in line
    assert line.startswith("f:3:")
