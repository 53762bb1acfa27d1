"""Which kind of resource a URN names; and that a type token is spelled in one place."""

import re
from pathlib import Path

import pytest

from pulumi_masv import kinds

PACKAGE = Path(__file__).parents[1] / "pulumi_masv"
SPELLED = re.compile(r"dynamic/masv|masv:index:|\"pulumi-python")


@pytest.mark.parametrize(
    ("type_", "kind"),
    [
        ("pulumi-python:dynamic/masv:PackageLifecycle", "PackageLifecycle"),
        ("my:Group$pulumi-python:dynamic/masv:PackageFleet", "PackageFleet"),
        ("masv:index:ArchiveWindow", "ArchiveWindow"),
        ("pulumi-python:dynamic/masv:NewThing", ""),
        ("pulumi-python:dynamic:PackageFleet", ""),
        ("pulumi-python:dynamic/masv:PackageFleet$my:Group", ""),
        ("pulumi:pulumi:Stack", ""),
    ],
)
def test_a_urn_tells_the_kind_and_the_name(type_: str, kind: str) -> None:
    urn = f"urn:pulumi:prod::dailies::{type_}::a::b"
    assert kinds.kind_of(urn) == kind
    assert kinds.name_of(urn) == "a::b"


@pytest.mark.parametrize("text", ["", "urn:pulumi:prod", "masv:PackageFleet"])
def test_what_is_no_urn_names_no_kind(text: str) -> None:
    assert kinds.kind_of(text) == ""


def test_only_one_file_spells_a_type_token() -> None:
    spelling = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        for line in path.read_text().splitlines()
        if SPELLED.search(line) and '"""' not in line
    }
    assert spelling == {"kinds.py"}
