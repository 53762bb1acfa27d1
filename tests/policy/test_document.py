"""A manifest is read as it was written, and every mistake in it is told with its place."""

import json
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pulumi_masv.errors import ManifestError
from pulumi_masv.policy import Manifest
from tests.generated import at_least, count

SCHEMA = json.loads((Path(__file__).parents[2] / "schema" / "masv.schema.json").read_text())

LENGTHS = st.builds(lambda n, unit: f"{n}{unit}", st.integers(1, 9999), st.sampled_from("hdw"))
INSTANTS = st.integers(0, 200_000_000_000).map(
    lambda seconds: datetime.fromtimestamp(seconds, timezone.utc).isoformat().replace("+00:00", "Z")
)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12).filter(str.strip)
WORDS = TEXT | st.lists(TEXT, min_size=1, max_size=3)
IDS = TEXT.filter(lambda text: "," not in text)
SENDERS = st.lists(IDS.filter(lambda text: "@" not in text), min_size=1, max_size=3)
BOUNDS = st.fixed_dictionaries(
    {"at_most": LENGTHS.map(lambda length: f"created + {length}")},
    optional={"grace": st.integers(1, 99).map(lambda days: f"{days}d")},
) | LENGTHS.map(lambda length: {"at_least": f"created +{length}"})
EXPIRIES = INSTANTS | st.just("unlimited") | BOUNDS | BOUNDS
SETTINGS = st.fixed_dictionaries(
    {}, optional={"archived": st.booleans(), "expiry": EXPIRIES}
).filter(bool)
MATCHES = st.fixed_dictionaries(
    {},
    optional={
        "state": st.sampled_from(["new", "expired"]) | st.just(["finalized", "archived"]),
        "sender": SENDERS,
        "name": WORDS,
        "teamspaces": IDS,
        "tags": st.lists(IDS, min_size=1, max_size=3),
        "received": st.booleans(),
        "portal": IDS,
        "older_than": LENGTHS,
        "size_over": st.integers(0, 10**15) | st.sampled_from(["1.5GB", "12 KiB", "7B"]),
    },
)
ENTRIES = st.fixed_dictionaries(
    {},
    optional={"name": TEXT, "expiry": INSTANTS, "archived": st.booleans(), "hold": st.booleans()},
) | st.just({"unlimited_storage": True})
PACKAGE_IDS = st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZe_-", min_size=1, max_size=26)
MANIFESTS = st.fixed_dictionaries(
    {},
    optional={
        "packages": st.dictionaries(PACKAGE_IDS, ENTRIES, max_size=3),
        "rules": st.lists(
            st.fixed_dictionaries({"match": MATCHES, "set": SETTINGS})
            | st.fixed_dictionaries({"match": MATCHES, "hold": st.just(True)}),
            max_size=3,
        ),
        "defaults": SETTINGS,
    },
)


def mistakes(text: str) -> list[str]:
    with pytest.raises(ManifestError) as caught:
        Manifest.parse(text, "masv.yaml")
    return str(caught.value).splitlines()


@at_least(5, "packages", "rules", "defaults", "a hold", "a bound")
@given(MANIFESTS)
def test_a_manifest_written_and_read_again_is_the_same(bag: dict[str, Any]) -> None:
    for part in ("packages", "rules", "defaults"):
        count(part, bool(bag.get(part)))
    count("a hold", any("hold" in one for one in bag.get("rules", [])))
    count("a bound", "created" in str(bag))
    manifest = Manifest.model_validate(bag)
    assert Manifest.parse(manifest.text()) == manifest
    assert Manifest.parse(yaml.safe_dump(bag, width=1000)) == manifest


@given(MANIFESTS)
def test_an_editor_flags_nothing_that_is_right(bag: dict[str, Any]) -> None:
    validator = jsonschema_rs.validator_for(SCHEMA)
    validator.validate(bag)
    validator.validate(yaml.safe_load(Manifest.model_validate(bag).text()))


@pytest.mark.parametrize(
    "wrong",
    [
        {"packages": {"01H": {"nam": "x"}}},
        {"packages": {"01H": {"archived": "yes"}}},
        {"rules": [{"match": {"state": "expird"}, "set": {"archived": True}}]},
        {"rules": [{"match": {"older_than": "2y"}, "hold": True}]},
        {"rules": [{"match": {}, "set": {"expiry": {"at_most": "14d"}}}]},
        {"rules": [{"set": {"archived": True}}]},
        {"rules": {}},
        {"default": {"archived": True}},
    ],
)
def test_an_editor_flags_what_is_wrong(wrong: dict[str, Any]) -> None:
    assert not jsonschema_rs.validator_for(SCHEMA).is_valid(wrong)
    assert mistakes(yaml.safe_dump(wrong))


def test_all_mistakes_are_told_at_once_with_their_places() -> None:
    """Each says what to do."""
    text = """\
packages:
  01J8ZK3V9DA111ESDAY12A001R:
    expirey: 2027-01-31T00:00:00Z
    expiry: 2027-01-31
    archived: yes
  01J8 X: {name: ""}
  01J8ZK3V9DA111ESDAY12A001R:
    hold: true
  123: {expiry: 2027-01-31T00:00:00Z, unlimited_storage: true}
rules:
  - match: {name: , state: [expird, new]}
    set:
      expiry: {at_most: 14d, grace: 1h}
  - match:
      tag: x
    hold: false
  - set: {archived: true}
  - {match: {}}
  - match: {tags: "a,b"}
    set: {}
  - match: {size_over: much}
    set: {archived: true}
    hold: true
default:
  archived: true
"""
    assert mistakes(text) == [
        "masv.yaml:3:5: expirey is not known here: did you mean expiry?",
        "masv.yaml:4:13: expiry: '2027-01-31' is not a date and time with a zone: "
        "write it like 2027-01-31T00:00:00Z",
        "masv.yaml:5:15: archived: write true, without quotes, instead of 'yes'",
        "masv.yaml:6:3: 01J8 X: '01J8 X' is not a MASV package id: "
        "1 to 128 letters, digits, '-' and '_'",
        "masv.yaml:6:18: name: is blank: give a name, or leave it out to leave MASV's name alone",
        "masv.yaml:7:3: 01J8ZK3V9DA111ESDAY12A001R is there twice, first on line 2: keep one",
        "masv.yaml:9:58: unlimited_storage: excludes expiry: what never expires has none; "
        "take one of them out",
        "masv.yaml:11:13: name has no value: give it one, or take it out",
        "masv.yaml:11:29: state: 'expird' is not a state: did you mean expired?",
        "masv.yaml:13:25: at_most: '14d' is not a time after creation: write it like created + 14d",
        "masv.yaml:13:37: grace: is too short: overdue files keep at least a day, 1d",
        "masv.yaml:15:7: tag is not known here: did you mean tags?",
        "masv.yaml:16:11: hold: is true, or left out: take it out",
        "masv.yaml:17:5: match: is missing: add it",
        "masv.yaml:18:5: rules: does nothing: write set, or hold: true",
        "masv.yaml:19:19: tags: 'a,b' holds a comma: write a list, such as [a, b]",
        "masv.yaml:20:10: set: sets nothing: write archived or expiry",
        "masv.yaml:21:24: size_over: 'much' is not a size: write it like 10GB, or in bytes",
        "masv.yaml:23:11: hold: excludes set: a hold is a rule of its own; write two rules",
        "masv.yaml:24:1: default is not known here: did you mean defaults?",
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: &a [*a]", "masv.yaml:1:4: is nested deeper than 16: a manifest needs less"),
        ("[" * 100_000, "masv.yaml:1:17: is nested deeper than 16: a manifest needs less"),
        ("a: \x07", "masv.yaml:1:4: holds the character '\\x07', which YAML forbids: take it out"),
        ("x:\n\ty: 1", "masv.yaml:2:1: a tab is not allowed here: use spaces"),
        (
            "a: 1\n---\nb: 1",
            "masv.yaml:2:1: a second document begins here: put it in a file of its own",
        ),
        (
            "- a",
            "masv.yaml:1:1: needs names with values, each like `name: value`, not a list",
        ),
        (
            "packages: {a: {name: *b}}",
            'masv.yaml:1:22: a text that begins with * needs quotes: write "*b"',
        ),
        (
            "[a]: 1",
            "masv.yaml:1:1: a name is a text on one line: put what begins with [ or { in quotes",
        ),
        (
            'packages: {"\\e[31m": {}}',
            "masv.yaml:1:12: '\\x1b[31m': '\\x1b[31m' is not a MASV package id: "
            "1 to 128 letters, digits, '-' and '_'",
        ),
    ],
)
def test_what_is_no_manifest_at_all_is_one_line(text: str, line: str) -> None:
    assert mistakes(text) == [line]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("unlimited: true", "1:1: unlimited is not known here: write one of packages, rules, "),
        ("packages: {A: {unlimited: true}}", "1:16: unlimited is not known here: did you mean unl"),
        ("rules: [{match: {}, set: {bound: 1}}]", "1:27: bound is not known here: write one of ar"),
        ("defaults: {expiry: {unlimited: yes}}", "1:21: unlimited is not known here: write one o"),
        ("packages: {expiry: {bound: 1}}", "1:21: bound is not known here: write one of "),
    ],
)
def test_a_name_that_is_a_kind_of_expiry_has_its_place(text: str, line: str) -> None:
    assert line in mistakes(text)[0]


def test_a_mistake_that_an_alias_repeats_is_told_once() -> None:
    text = "packages:\n  A: &one {archived: yes}\n  B: *one\n"
    assert mistakes(text) == [
        "masv.yaml:2:22: archived: write true, without quotes, instead of 'yes'"
    ]


def test_a_file_of_millions_of_values_is_refused_before_it_is_built() -> None:
    [line] = mistakes("rules: [" + "a," * 600_000 + "]")
    assert "holds more than 500000 values" in line


def test_aliases_are_copies_and_cannot_multiply_without_end() -> None:
    shared = "packages:\n  A: &same {archived: true}\n  B: *same\n"
    packages = Manifest.parse(shared).packages
    assert packages["A"] == packages["B"]
    bomb = "a: &a0 [1]\n" + "".join(
        f"k{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9)
    )
    [line] = mistakes(bomb)
    assert "holds more than 500000 values, aliases counted" in line


def test_no_tag_makes_an_object() -> None:
    text = "packages: {A: {name: !!python/object/apply:os.getcwd []}}"
    assert mistakes(text) == [
        "masv.yaml:1:22: a tag such as !!python/object/apply:os.getcwd is not supported: "
        "write the value itself, or put the whole text in quotes"
    ]


def test_only_true_false_and_null_are_not_text() -> None:
    text = "packages:\n  0123: {name: 2027-01-31}\n  12e3: {name: no}\n  null: {name: 0x1F}\n"
    names = {i: entry.name for i, entry in Manifest.parse(text).packages.items()}
    assert names == {"0123": "2027-01-31", "12e3": "no", "null": "0x1F"}


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "packages:\nrules:\ndefaults:\n"])
def test_an_empty_manifest_declares_nothing(text: str) -> None:
    assert Manifest.parse(text) == Manifest()


def test_a_file_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    file = tmp_path / "masv.yaml"
    with pytest.raises(ManifestError, match=r"masv.yaml: cannot be read: No such file"):
        Manifest.load(file)
    with pytest.raises(ManifestError, match="cannot be read: embedded null byte"):
        Manifest.load("masv\0.yaml")
    file.write_bytes(b"packages: {}\n# caf\xe9\n")
    with pytest.raises(ManifestError, match=r"masv.yaml:2:1: is not UTF-8 from here on"):
        Manifest.load(file)
    file.write_bytes(b"#" * (16 * 2**20 + 1))
    with pytest.raises(ManifestError, match="holds more than 16777216 bytes"):
        Manifest.load(file)
    file.write_bytes(b"\xef\xbb\xbfdefaults: {archived: true}\n")
    assert Manifest.load(str(file)).defaults is not None


def test_a_rule_is_called_by_its_place_in_the_file(tmp_path: Path) -> None:
    file = tmp_path / "masv.yaml"
    file.write_text("# holds\nrules:\n  - match: {}\n    hold: true\n")
    assert Manifest.load(file).named(0) == f"rule 1 ({file}:3)"
    assert Manifest.model_validate({"rules": [{"match": {}, "hold": True}]}).named(0) == "rule 1"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("rul\u0435s: []", "'rul\\u0435s' is not known here: did you mean rules?"),
        ("packages: {A: {n\u0430me: x}}", "'n\\u0430me' is not known here: did you mean name?"),
        ('packages: {"01\u041dA": {}}', "'01\\u041dA' is not a MASV package id"),
        ("packages: {A: {archived: tru\u0435}}", "instead of 'tru\\u0435'"),
        (
            "packages: {A: {expiry: 2027\u201101-31T00:00:00Z}}",
            "'2027\\u201101-31T00:00:00Z' is not",
        ),
        ("rules: [{match: {state: [expir\u0435d]}, hold: true}]", "'expir\\u0435d' is not a state"),
        ("rules: [{match: {size_over: 10\uff27B}, hold: true}]", "'10\\uff27B' is not a size"),
        ("rules: [{match: {older_than: \u0661d}, hold: true}]", "'\\u0661d' is not a length"),
    ],
)
def test_what_is_refused_does_not_look_as_if_it_were_right(text: str, shown: str) -> None:
    [told] = mistakes(text)
    assert shown in told
