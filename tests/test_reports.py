# ruff: noqa: E501  # a report is one line
"""Public bug reports of neighbouring tools, each tried here: what went wrong there goes right here.

A row is a report, what is right in our own words, and the check that shows it. A new report is one
line. `shows` puts a line before a person, the others read what a person typed.
"""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from pulumi_masv.errors import FilterError, ManifestError
from pulumi_masv.formatting import quote
from pulumi_masv.models import Query, parse_instant
from pulumi_masv.policy import Manifest
from tests.policy.conftest import decide, manifest, package

Check = Callable[[Path], None]


class Report(NamedTuple):
    """A public report: its repository and number, what is right, and what shows it."""

    where: str
    right: str
    check: Check


def reads(text: str | bytes, **found: Any) -> Check:
    """A manifest is read, and the paths in it (`rules__0__match__name`) are what a person reads."""

    def check(folder: Path) -> None:
        file = folder / "masv.yaml"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        read = Manifest.load(file)
        assert Manifest.parse(read.text()) == read
        for path, wanted in found.items():
            value: Any = read
            for part in path.split("__"):
                value = value[part] if isinstance(value, dict) else (
                    value[int(part)] if isinstance(value, tuple) else getattr(value, part)
                )  # fmt: skip
            assert value == wanted

    return check


def refuses(text: str | bytes, says: str) -> Check:
    """A manifest has one mistake, which has a place and says what to write."""

    def check(folder: Path) -> None:
        file = folder / "masv.yaml"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        with pytest.raises(ManifestError) as caught:
            Manifest.load(file)
        [line] = str(caught.value).splitlines()
        assert line.startswith(f"{file}:")
        assert says in line

    return check


def refuses_match(says: str, **match: str) -> Check:
    """A rule's match is refused, whatever else the rule says."""
    return refuses(json.dumps({"rules": [{"match": match, "hold": True}]}), says)


def reads_match(found: Any, **match: str) -> Check:
    """The one thing that a rule's match asks for is read so."""
    text = json.dumps({"rules": [{"match": match, "hold": True}]})
    return reads(text, **{f"rules__0__match__{name}": found for name in match})


def shields(pattern: str, name: str, *, but_not: str = "other") -> Check:
    """A hold by such a name shields a package of that name, and not one of another."""

    def check(folder: Path) -> None:
        rules = manifest({"match": {"name": pattern}, "hold": True})
        packages = package("P", name=name), package("Q", name=but_not)
        assert list(decide(rules, *packages).holding) == ["P"]

    return check


def shows(name: str, shown: str) -> Check:
    """A package's name stands in a line so."""

    def check(folder: Path) -> None:
        assert quote(name) == shown

    return check


def asks_again(text: Any, says: str) -> Check:
    """A moment in a program is refused, and the line says how to write it."""

    def check(folder: Path) -> None:
        with pytest.raises(ValueError, match=says):
            parse_instant(text)

    return check


def filters_not(says: str, **asked: Any) -> Check:
    """A filter in a program is refused before MASV is asked."""

    def check(folder: Path) -> None:
        with pytest.raises(FilterError, match=says):
            Query.parse(**asked)

    return check


NO_SIZE = "is not a size: write it like 10GB, or in bytes"
NO_DATE = "is not a date and time with a zone"
RULE = "rules: [{match: {name: %s}, hold: true}]"
REPORTS = [
    Report("dustin/go-humanize#42", "a size with a comma is refused", refuses_match(NO_SIZE, size_over="1,005.03 MB")),
    Report("harborstremio/harbor#1192", "no size is read from the middle of a text", refuses_match(NO_SIZE, size_over="2,75 GB")),
    Report("harborstremio/harbor#1192", "a number with a gap is no smaller number", refuses_match(NO_SIZE, size_over="1 500 MB")),
    Report("pydantic/pydantic#13519", "what follows a size is not ignored", refuses_match(NO_SIZE, size_over="1kB junk")),
    Report("pydantic/pydantic#13619", "digits of other scripts are no size", refuses_match(NO_SIZE, size_over="٤kB")),
    Report("xolox/python-humanfriendly#55", "bits are not taken for bytes", refuses_match(NO_SIZE, size_over="10Gb")),
    Report("omar/ByteSize#56", "a unit in lower case is asked about", refuses_match("did you mean 1689.1kB?", size_over="1689.1kb")),
    Report("omar/ByteSize#17", "a decimal point is one in every locale", reads_match(24_440_000_000, size_over="24.44 GB")),
    Report("GothenburgBitFactory/taskwarrior#3284", "m may be months or minutes: refused", refuses_match("write days, like 30d", older_than="15m")),
    Report("nedbat/dinghy#7", "months are not taken for minutes", refuses_match("write days, like 30d", older_than="3 months")),
    Report("dadoonet/fscrawler#2002", "a day is a day", reads_match(timedelta(hours=24), older_than="1d")),
    Report("rclone/rclone#9642", "a pattern finds a name that a Mac decomposed", shields("*Café*", "Cafe\u0301 rushes", but_not="Cafe rushes")),
    Report("lidge-jun/aside-codemode#30", "so it does in Hangul", shields("*학점인정*", "\u1112\u1161\u11a8\u110c\u1165\u11b7\u110b\u1175\u11ab\u110c\u1165\u11bc 1")),
    Report("python/cpython#121678", "a sharp s is two s without case", shields("*STRASSE*", "Hauptstraße 1", but_not="Hauptstrase 1")),
    Report("shreyaskarnik/argo#46", "a dotted capital I is an i without case", shields("istanbul*", "İstanbul rushes")),
    Report("gorakhargosh/watchdog#1173", "brackets in a pattern are brackets", shields("[test].txt", "[test].txt", but_not="t.txt")),
    Report("fsspec/filesystem_spec#1306", "a name in brackets is found", shields("*file[a]*", "my file[a].mov", but_not="filea.mov")),
    Report("python-jsonschema/jsonschema#1076", "a week is no date", asks_again("2023-W13-2", NO_DATE)),
    Report("python-jsonschema/jsonschema#1076", "a bare number is no date", asks_again("20230328", NO_DATE)),
    Report("hardbyte/python-common-expression-language#50", "a moment without zone is nobody's local time", asks_again("2026-01-01T12:00:00", "has no time zone")),
    Report("VGonPa/xbrain#46", "the end of a span is a moment, no day", filters_not(NO_DATE, created_at_end="2025-12-31")),
    Report("cktan/tomlc17#46", "second 60 is a slip, no leap second", asks_again("2027-01-01T00:00:60Z", NO_DATE)),
    Report("collective/icalendar#1488", "digits of other scripts are no date", asks_again("٢٠٢٧-01-31T00:00:00Z", NO_DATE)),
    Report("tomasz-c/nft-blackhole#4", "no is a text where a text belongs", reads(RULE % "no", rules__0__match__name=("no",))),
    Report("dhall-lang/dhall-lang#1201", "a text that reads like a flag is written and read as text", reads("packages: {A: {name: 'true'}}", packages__A__name="true")),
    Report("docker/docs#21378", "yes where a flag belongs is asked about", refuses("packages: {A: {hold: Yes}}", "write true, without quotes")),
    Report("yaml/pyyaml#107", "an id keeps its leading zero", reads("packages: {02142: {hold: true}}", packages__02142__hold=True)),
    Report("wireviz/WireViz#213", "a name of digits is no octal number", reads("packages: {A: {name: 0510210600}}", packages__A__name="0510210600")),
    Report("yaml/pyyaml#395", "a name with a colon is no number to base 60", reads("packages: {A: {name: 1:10}}", packages__A__name="1:10")),
    Report("moraes/config#1", "a tab is called a tab", refuses("packages:\n\tA: {hold: true}", ":2:1: a tab is not allowed here: use spaces")),
    Report("dalibo/ldap2pg#195", "a star without quotes is told to be quoted", refuses(RULE % "[pg_*, *_adm]", 'needs quotes: write "*_adm"')),
    Report("cerbos/cerbos#2329", "so is a star alone", refuses(RULE % "*", 'needs quotes: write "*"')),
    Report("yaml/libyaml#168", "a merge key is refused, no name", refuses("packages: {A: &a {hold: true}, B: {<<: *a}}", "<< is not supported: write out")),
    Report("yaml/pyyaml#165", "a name that is there twice is a mistake", refuses("packages: {A: {hold: true}, A: {}}", "A is there twice, first on line 1: keep one")),
    Report("pre-commit/pre-commit-hooks#843", "a tag is a mistake with its place", refuses("packages: {A: {name: !vault x}}", ":1:22: a tag such as !vault is not supported")),
    Report("patchloom/patchloom#2316", "a mark before the text is no text", reads(b"\xef\xbb\xbfpackages: {A: {hold: true}}", packages__A__hold=True)),
    Report("carlpett/tfz53#11", "a file that a shell made UTF-16 is told to be saved anew", refuses("packages: {}".encode("utf-16"), "save it as UTF-8")),
    Report("martinus/oans#202", "a name cannot move the cursor", shows("a\r\x1b[2Kb", '"a\\r\\x1b[2Kb"')),
    Report("ggml-org/llama.cpp#28969", "a name cannot make a link", shows("x\x1b]8;;https://a.example\x07y", '"x\\x1b]8;;https://a.example\\x07y"')),
    Report("EONRaider/RootWire#53", "a name cannot turn the writing round", shows("a\u202ecod.mov", '"a\\u202ecod.mov"')),
]  # fmt: skip


@pytest.mark.parametrize("report", REPORTS, ids=[f"{one.where}: {one.right}" for one in REPORTS])
def test_what_went_wrong_elsewhere_goes_right_here(report: Report, tmp_path: Path) -> None:
    report.check(tmp_path)


def test_every_report_names_a_repository_and_a_number() -> None:
    for one in REPORTS:
        repository, _, number = one.where.partition("#")
        assert repository.count("/") == 1
        assert int(number) > 0
        assert one.right
