"""A manifest on the real engine: one fleet, previewed exactly, applied once, and quiet after."""

import pytest

from pulumi_masv.short import entries_of
from pulumi_masv.simulator import Simulator
from tests.engine.conftest import Stack

PROGRAM = "masv.manage('packages', 'masv.yaml')\n"
RULES = """\
packages:
  01J8ZK3V9DA111ESDAY12A001R: {name: Day 12, hold: true, expiry: 2026-12-01T00:00:00Z}
rules:
  - match: {name: "*_raw"}
    set: {archived: true, expiry: {at_most: created + 14d}}
  - match: {name: nothing}
    set: {archived: true}
"""


@pytest.fixture
def managed(stack: Stack, masv: Simulator) -> Stack:
    masv.account.set_now("2026-11-24T12:00:00Z")
    stack.program(PROGRAM)
    (stack.folder / "masv.yaml").write_text(RULES)
    return stack


def test_a_manifest_is_previewed_applied_and_changes_nothing_from_then_on(
    managed: Stack, masv: Simulator
) -> None:
    add = masv.account.add_package
    held = add(id="01J8ZK3V9DA111ESDAY12A001R", name="A", expiry="2027-03-01T00:00:00Z")
    raw = add(name="1_raw", created_at="2026-10-01T00:00:00Z", expiry="2027-03-01T00:00:00Z")
    other = add(name="other", expiry="2027-03-01T00:00:00Z")
    shown = managed.preview().text
    assert f'{raw} "1_raw": LOSS 3 files' in shown
    assert "end on 2026-12-02 00:00 UTC, 89 days earlier than planned" in shown
    assert f'{held} "A" is held: its end stays 2027-03-01T00:00:00Z' in shown
    assert "rule 2 (masv.yaml:6) matches none of 3 packages" in shown
    managed.up()
    ends = {one.id: one.expiry.isoformat()[:10] for one in masv.account.packages()}
    assert ends == {held: "2027-03-01", raw: "2026-12-02", other: "2027-03-01"}
    assert masv.account.package(held).name == "Day 12"
    masv.account.set_now("2026-11-29T12:00:00Z")
    managed.up("--expect-no-changes", "--refresh")
    masv.account.set_now("2026-12-02T12:00:00Z")
    managed.up("--refresh")
    assert masv.account.package(raw).state == "archived"
    managed.up("--expect-no-changes", "--refresh")
    assert [loss.package_id for loss in masv.account.losses] == [raw]


def test_what_leaves_the_manifest_and_the_whole_fleet_are_let_go_of(
    managed: Stack, masv: Simulator
) -> None:
    raw = masv.account.add_package(name="1_raw", expiry="2026-12-01T00:00:00Z")
    masv.account.add_package(id="01J8ZK3V9DA111ESDAY12A001R")
    managed.up()
    masv.account.rename(raw, "final")
    masv.reset_journal()
    assert managed.plan("--refresh").changes == {"packages": [f"packages.{raw}"]}
    managed.up("--refresh")
    managed.destroy()
    assert masv.writes == []


def test_a_manifest_with_mistakes_ends_the_program_with_a_line_for_each(
    managed: Stack, masv: Simulator
) -> None:
    (managed.folder / "masv.yaml").write_text("rule: []\npackages: {A: {expiry: soon}}\n")
    refused = managed.preview(expect=1)
    assert "masv.yaml:1:1: rule is not known here: did you mean rules?" in refused.text
    assert "masv.yaml:2:24: expiry: 'soon' is not a date and time with a zone" in refused.text
    assert "Traceback" not in refused.text
    assert masv.journal == []


def test_rules_need_the_account_and_names_alone_do_not(managed: Stack) -> None:
    refused = managed.run("preview", expect=1, MASV_API_KEY="")
    assert "masv:apiKey (or MASV_API_KEY) is not set" in refused.text
    assert "Traceback" not in refused.text
    (managed.folder / "masv.yaml").write_text("packages: {A: {name: a}}\n")
    managed.run("preview", MASV_API_KEY="")


def test_the_rules_are_decided_on_the_packages_of_the_fleets_own_account(
    managed: Stack, masv: Simulator
) -> None:
    masv.account.teams["01LAB"] = "the-labs-key"
    lab = masv.account.add_package(name="1_raw", team_id="01LAB", expiry="2026-12-24T00:00:00Z")
    masv.account.add_package(name="2_raw", expiry="2026-12-24T00:00:00Z")
    (managed.folder / "masv.yaml").write_text(
        "rules: [{match: {}, set: {expiry: {at_most: created + 14d}}}]\n"
    )
    provider = f"masv.Provider('lab', api_key={{}}, team_id='01LAB', base_url={masv.url!r})"
    program = f"opts = ResourceOptions(provider={provider})\nmasv.manage('p', 'masv.yaml', opts)\n"
    managed.program(program.format("'the-labs-key'"))
    managed.up()
    [fleet] = managed.state().values()
    assert list(entries_of(fleet["outputs"]["live"])) == [lab]
    for several in ("[lab]", "{'pulumi-python': lab}"):
        managed.program(
            f"lab = {provider.format(repr('the-labs-key'))}\n"
            f"masv.manage('p', 'masv.yaml', ResourceOptions(providers={several}))\n"
        )
        managed.run("preview", "--expect-no-changes")
    managed.program(program.format("pulumi.Output.secret('the-labs-key')"))
    refused = managed.preview(expect=1)
    assert "manage: masv:apiKey is an Output, whose value is not known here" in refused.text


def test_a_thousand_packages_cost_no_write_that_is_not_due(managed: Stack, masv: Simulator) -> None:
    for i in range(1000):
        masv.account.add_package(name=f"{i}_raw", expiry="2026-12-01T00:00:00Z")
    (managed.folder / "masv.yaml").write_text(RULES.split("rules:")[1].join(["rules:", ""]))
    managed.up()
    assert masv.writes == []
    masv.reset_journal()
    managed.up("--expect-no-changes")
    assert len(masv.journal) == 21


def test_a_warning_about_a_file_is_harmless_whatever_it_is_called(
    managed: Stack, masv: Simulator
) -> None:
    masv.account.add_package()
    name = "m<{% a.yaml"
    (managed.folder / name).write_text("rules: [{match: {name: nobody}, set: {archived: true}}]\n")
    managed.program(f"masv.manage('m', {name!r})\n")
    shown = managed.preview("--color", "always").text
    assert "m<\\x7b% a.yaml:1) matches none of" in shown
