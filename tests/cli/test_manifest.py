"""`validate` and `explain`: what is wrong with a manifest, and what it comes to."""

import json
from pathlib import Path

import pytest

from pulumi_masv.policy import Manifest
from pulumi_masv.simulator import Simulator
from tests.cli.conftest import Run

RULES = """\
packages:
  HELD: {hold: true}
rules:
  - match: {tags: legal}
    hold: true
  - match: {name: "*_final"}
    set: {expiry: unlimited}
  - match: {older_than: 30d}
    set:
      archived: true
      expiry: {at_most: created + 14d, grace: 7d}
"""


@pytest.fixture
def rules(run: Run) -> Path:
    file = Path("masv.yaml")
    file.write_text(RULES)
    return file


def test_a_manifest_without_mistakes_is_counted_and_masv_is_not_asked(
    run: Run, rules: Path, masv: Simulator
) -> None:
    assert run("validate", "masv.yaml") == (0, "masv.yaml: 1 package, 3 rules, no mistakes\n", "")
    assert json.loads(run("validate", "--json", "masv.yaml").out) == []
    assert masv.journal == []


def test_all_mistakes_of_several_files_are_told_with_status_1(run: Run, rules: Path) -> None:
    Path("a.yaml").write_text("rule: []\n")
    Path("b.yaml").write_text("packages:\n  A: {archive: true}\n")
    done = run("validate", "a.yaml", "masv.yaml", "b.yaml", "none.yaml")
    assert (done.code, done.err) == (1, "")
    assert done.lines == [
        "masv.yaml: 1 package, 3 rules, no mistakes",
        "a.yaml:1:1: rule is not known here: did you mean rules?",
        "b.yaml:2:7: archive is not known here: did you mean archived?",
        "none.yaml: cannot be read: No such file or directory",
    ]
    told = run("validate", "--json", "b.yaml")
    assert told.code == 1
    assert json.loads(told.out) == [
        {
            "file": "b.yaml",
            "line": 2,
            "column": 7,
            "what": "archive is not known here: did you mean archived?",
        }
    ]


def test_a_manifest_that_is_not_there_is_status_2_for_both(run: Run) -> None:
    assert run("validate", "none.yaml").code == 2
    assert run("explain", "01H", "--manifest", "none.yaml").code == 2


def test_a_file_name_is_shown_harmlessly_wherever_it_stands(run: Run) -> None:
    odd = "a\x1b[2J\nb.yaml"
    shown = "a\\x1b[2J\\nb.yaml"
    assert run("validate", odd).lines == [f"{shown}: cannot be read: No such file or directory"]
    Path(odd).write_text("rule: []\n")
    told = f"{shown}:1:1: rule is not known here: did you mean rules?"
    assert run("validate", odd).lines == [told]
    assert run("explain", "P", "--manifest", odd).err == f"pulumi-masv: {told}\n"
    Path(odd).write_text("rules:\n- {match: {}, hold: true}\n")
    assert run("validate", odd).lines == [f"{shown}: 0 packages, 1 rule, no mistakes"]
    assert Manifest.load(odd).named(0) == f"rule 1 ({shown}:2)"


def test_explain_says_which_rule_decides_and_why_the_others_do_not(
    run: Run, rules: Path, masv: Simulator
) -> None:
    masv.account.set_now("2026-11-24T12:00:00Z")
    masv.account.add_package(tags=["legal"])
    package = masv.account.add_package(
        name="A001_raw", created_at="2026-10-01T00:00:00Z", expiry="2027-03-01T00:00:00Z"
    )
    assert run("explain", package).lines == [
        f'{package} "A001_raw": finalized, ends 2027-03-01T00:00:00Z',
        "  rule 1 (masv.yaml:4) does not match: tags is none of those, not legal",
        '  rule 2 (masv.yaml:6) does not match: name is "A001_raw", not like *_final',
        "  rule 3 (masv.yaml:8) decides",
        "declared: expiry 2026-12-02T00:00:00Z, archived true",
    ]
    bag = json.loads(run("explain", "--json", package).out)
    assert bag["package"]["id"] == package
    assert bag["declared"] == {"expiry": "2026-12-02T00:00:00Z", "archived": True}
    assert len(bag["reasons"]) == 3


def test_explain_of_what_is_left_alone_or_only_held_declares_nothing(
    run: Run, rules: Path, masv: Simulator
) -> None:
    masv.account.add_package(id="HELD", tags=["legal"])
    left = masv.account.add_package(name="new")
    assert run("explain", "HELD").lines[-1] == "declared: nothing"
    assert run("explain", left).lines[-1] == "declared: nothing, it is left alone"


def test_explain_does_not_say_when_files_end_that_are_gone(
    run: Run, rules: Path, masv: Simulator
) -> None:
    masv.account.add_package(tags=["legal"])
    ended = masv.account.add_package(name="new", state="expired", expiry="2028-03-01T00:00:00Z")
    assert run("explain", ended).lines[0] == f'{ended} "new": expired, its files have ended'


def test_explain_of_a_package_that_is_not_there_is_one_line(run: Run, rules: Path) -> None:
    done = run("explain", "NOWHERE")
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("pulumi-masv: MASV has no package NOWHERE in team")
    assert done.err.count("\n") == 1


def test_explain_with_a_wrong_manifest_tells_all_its_mistakes(run: Run) -> None:
    Path("masv.yaml").write_text("rule: []\npackage: {}\n")
    done = run("explain", "P")
    assert (done.code, done.out) == (2, "")
    assert done.err.splitlines() == [
        "pulumi-masv: masv.yaml:1:1: rule is not known here: did you mean rules?",
        "pulumi-masv: masv.yaml:2:1: package is not known here: did you mean packages?",
    ]
