"""What is read of a preview, and what is said of a step that nothing was recorded of."""

import pytest
from typer.testing import CliRunner

from pulumi_masv.cli.app import app
from pulumi_masv.errors import PreviewError
from pulumi_masv.report import json_format, preview, summary
from tests.report.conftest import Bag, destroyed, line, printed, record, step, told, urn

LOSS = printed(records=(destroyed("01HA"),))
WRITES = ["create", "update", "replace", "delete", "create-replacement", "delete-replaced"]
WRITES += ["import", "import-replacement"]
READS = ["same", "refresh", "read", "read-replacement", "discard", "discard-replaced"]
READS += ["remove-pending-replace"]


def says(message: str, severity: str = "warning", **more: str) -> Bag:
    return {"message": message, "severity": severity, **more}


def status(text: bytes) -> int:
    return told(text).status(summary.Limits())


def doubts(text: bytes) -> list[str]:
    return [one.doubt for one in told(text).doubts]


@pytest.mark.parametrize(
    "text", [b"", b"{", b"{}", b'{"steps": 1}', b"Previewing update\n", b"\xff{"]
)
def test_what_is_no_preview_is_refused_in_one_line(text: bytes) -> None:
    with pytest.raises(PreviewError) as refused:
        preview.read(text)
    assert "\n" not in str(refused.value)


def test_text_before_the_preview_is_passed_over() -> None:
    assert preview.read(b"Warning: {old}\n" + LOSS).steps


@pytest.mark.parametrize("wrong", ['[{"id": "01HA"}]', "[1]", "[{", "{}", '[{"does": "x\\n"}]'])
def test_a_record_that_cannot_be_read_is_refused_in_one_line(wrong: str) -> None:
    text = printed(step("update", "a"), says=(says(f"masv-verdicts {wrong}\n", "info"),))
    refused = CliRunner().invoke(app, ["report"], input=text).exception
    assert isinstance(refused, PreviewError)
    assert str(refused).endswith("upgrade pulumi_masv")
    assert "\n" not in str(refused)


def test_what_a_later_version_adds_to_a_record_is_passed_over() -> None:
    [read] = preview.read(printed(records=(record("01HA", "changed", mood="new"),))).records
    assert read.id == "01HA"


def test_records_are_found_in_several_messages_and_behind_a_prefix() -> None:
    first, second = record("01HA", "changed"), record("01HB", "changed")
    text = printed(step("same", "a"), says=(line(first), line(second, prefix="info: ")))
    assert [one.id for one in preview.read(text).records] == ["01HA", "01HB"]


def test_a_name_in_a_line_forges_no_record() -> None:
    forged = '01HA "masv-verdicts [1]": rename\n'
    assert not preview.read(printed(step("same", "a"), says=(says(forged, "info"),))).records


@pytest.mark.parametrize("op", WRITES)
@pytest.mark.parametrize("kind", ["PackageLifecycle", "PackageFleet", "masv:index:PackageFleet"])
def test_a_step_of_ours_without_a_record_could_not_be_checked(op: str, kind: str) -> None:
    text = printed(step(op, "a", kind=kind))
    [doubt] = doubts(text)
    assert doubt.startswith("could not be checked: ")
    assert "MASV_VERDICTS=1" in doubt
    assert status(text) == 3


@pytest.mark.parametrize("op", READS)
def test_a_step_that_writes_nothing_needs_no_record(op: str) -> None:
    assert status(printed(step(op, "a"))) == 0


NEW: Bag = {"inputs": {"packages": {}}}
OLD: Bag = {**NEW, "outputs": {"live": {}}}


@pytest.mark.parametrize(
    ("op", "states"),
    [
        ("create", {"newState": NEW}),
        ("update", {"oldState": OLD, "newState": NEW}),
        ("delete", {"oldState": OLD}),
        ("same", {"oldState": OLD, "newState": NEW}),
    ],
)
def test_a_fleet_of_no_package_needs_no_record(op: str, states: Bag) -> None:
    text = printed(step(op, "f", kind="PackageFleet", **states))
    assert status(text) == 0
    assert "recorded nothing" not in json_format.render(told(text)).decode()


@pytest.mark.parametrize(
    ("op", "states"),
    [
        ("create", {"newState": {"inputs": {"packages": {"01HA": {}}}}}),
        ("create", {"newState": {"inputs": {}}}),
        ("create", {"newState": {"inputs": {"packages": "04da6b54-80e4-46f7-96ec-b56ff0331ba9"}}}),
        ("update", {"oldState": {**OLD, "outputs": {"live": {"01HA": {}}}}, "newState": NEW}),
        ("delete", {"oldState": NEW}),
        ("delete", {}),
    ],
)
def test_a_fleet_that_may_hold_a_package_needs_a_record(op: str, states: Bag) -> None:
    assert status(printed(step(op, "f", kind="PackageFleet", **states))) == 3


def test_a_step_with_a_record_was_checked() -> None:
    text = printed(step("update", "01ha"), records=(record("01HA", "changed"),))
    assert status(text) == 0


def test_a_step_without_a_record_beside_others_needs_another_version() -> None:
    text = printed(
        step("update", "01ha"), step("delete", "b"), records=(record("01HA", "changed"),)
    )
    [doubt] = doubts(text)
    assert doubt.startswith("could not be checked: delete has no record: upgrade pulumi_masv")
    assert status(text) == 3


def test_a_deletion_that_pulumi_keeps_from_masv_needs_no_record() -> None:
    text = printed(step("delete", "a", oldState={"retainOnDelete": True}))
    assert status(text) == 0
    assert told(text).resources == ("a: left alone (retain_on_delete); no files end by it",)
    assert status(printed(step("update", "a", oldState={"retainOnDelete": True}))) == 3


def test_an_update_of_flags_needs_a_record() -> None:
    flags: Bag = {"detailedDiff": {"forceDestroy": {"kind": "add"}}}
    old: Bag = {"inputs": {}}
    new: Bag = {"inputs": {"forceDestroy": True}}
    text = printed(step("update", "a", oldState=old, newState=new, **flags))
    assert status(text) == 3
    assert told(text).resources == (
        "a: force_destroy False -> True; from now on its end destroys files",
    )


def test_what_an_interrupted_replacement_left_needs_a_record() -> None:
    left = step("refresh", "01ha", oldState={"delete": True})
    assert status(printed(left)) == 3
    assert status(printed(left, records=(record("01HA", "let go"),))) == 0


def test_a_step_that_nobody_knows_could_not_be_checked() -> None:
    text = printed(step("transmute", "01ha"), records=(record("01HA", "changed"),))
    [doubt] = doubts(text)
    assert doubt.startswith("could not be checked: transmute ")
    assert doubt.endswith("upgrade pulumi_masv")
    assert status(text) == 3


@pytest.mark.parametrize("where", [{}, {"urn": urn("a")}, {"urn": urn("s", "pulumi:pulumi:Stack")}])
def test_a_loss_line_without_a_record_could_not_be_checked(where: dict[str, str]) -> None:
    text = printed(step("same", "a"), says=(says('01HA "Day 12": LOSS 12 files\n', **where),))
    [doubt] = doubts(text)
    assert "made without MASV_VERDICTS=1" in doubt
    assert status(text) == 3


def test_a_loss_line_beside_records_without_one_could_not_be_checked() -> None:
    calm = record("01HA", "changed")
    text = printed(records=(calm,), says=(says('01HB "Day 12": LOSS 12 files\n'),))
    [doubt] = doubts(text)
    assert doubt.startswith("could not be checked: a line says LOSS, and has no record")
    assert status(text) == 3


@pytest.mark.parametrize("known", [destroyed("01HA"), record("01HA", "adopted", doubt="why")])
def test_a_loss_line_beside_its_record_is_told_once(known: Bag) -> None:
    text = printed(records=(known,), says=(says('01HA "Day 12": LOSS 12 files\n'),))
    report = told(text)
    assert (len(report.losses) + len(report.doubts), report.unchecked) == (1, ())


@pytest.mark.parametrize(
    "line",
    [
        says("LOSS of signal\n", urn="urn:pulumi:team::dailies::aws:ec2/instance:Instance::web"),
        says("FLOSSY hair\n"),
        line(record("01HA", "changed", name="LOSS")),
    ],
)
def test_what_is_no_line_of_ours_needs_no_record(line: Bag) -> None:
    assert status(printed(step("same", "a"), says=(line,))) == 0


@pytest.mark.parametrize(
    "says_it", ["\x1b[31mLOSS", "[31mLOSS", "LO\x1b[0mSS", "LOSS12", "LO\u200bSS"]
)
def test_a_loss_is_seen_whatever_touches_its_word(says_it: str) -> None:
    assert status(printed(step("same", "a"), says=(says(f"01HA {says_it} files\n"),))) == 3
    assert status(printed(step("same", "a"), says=(says("files\n", prefix=says_it),))) == 3


@pytest.mark.parametrize(
    "before", ["  info: ", "\x1b[0m", "info: [x] ", "a\r", "x", "masv-verdicts\n"]
)
def test_a_record_that_is_not_at_its_place_is_never_passed_over(before: str) -> None:
    found = line(destroyed("01HA"), prefix=before)
    beside: tuple[Bag, ...]
    for beside in ((), (record("01HB", "changed"),)):
        text = printed(step("same", "a"), records=beside, says=(found,))
        assert any("a record does not stand alone on its line" in one for one in doubts(text))
        assert status(text) == 3


def test_a_record_with_nothing_in_it_is_never_passed_over() -> None:
    assert status(printed(step("same", "a"), says=(says("masv-verdicts \n", "info"),))) == 3


@pytest.mark.parametrize("kind", ["PackageLifecycle", "NewThing", "masv:index:NewThing"])
def test_a_loss_at_any_resource_that_may_be_ours_counts(kind: str) -> None:
    text = printed(step("same", "a"), says=(says("LOSS\n", urn=urn("a", kind)),))
    assert status(text) == 3


@pytest.mark.parametrize(
    ("steps", "verdict"),
    [
        ([step("update", "a")], "One package could not be checked."),
        ([step("update", "a"), step("delete", "b")], "2 packages could not be checked."),
        ([step("update", "f", kind="PackageFleet")], "One resource could not be checked."),
    ],
)
def test_the_verdict_counts_what_could_not_be_checked(steps: list[Bag], verdict: str) -> None:
    assert told(printed(*steps)).verdict() == verdict


def test_all_of_the_answer_stands_in_the_verdict() -> None:
    records = (destroyed("01HA"), record("01HB", "adopted", doubt="why"))
    text = printed(step("delete", "01ha"), step("update", "b"), records=records)
    assert told(text).verdict() == (
        "Files end early: 1 package, 12 files, 41.2GB. The files of one package may end early. "
        "One package could not be checked."
    )


def test_a_resource_that_stays_without_a_record_is_noted() -> None:
    [note] = told(printed(step("same", "a"), step("refresh", "a"))).notes
    assert note.startswith("The preview recorded nothing of 1 unchanged resource, ")


def test_a_window_and_other_providers_need_no_record() -> None:
    span = {"expiryStart": "2026-01-01T00:00:00Z", "expiryEnd": "2026-12-31T00:00:00Z"}
    bucket = step("create", "b", kind="aws:s3/bucket:Bucket")
    window = step("update", "w", kind="ArchiveWindow", newState={"inputs": span})
    text = printed(window, bucket)
    assert status(text) == 0
    first, second = told(text).resources
    assert first.startswith("archive window w: update, ")
    assert first.endswith(" archived; no files end by it")
    assert second == "resources of other providers: 1 create"


def test_a_resource_is_called_as_the_program_calls_it() -> None:
    named = record("01HA", "adopted", urn=urn("a::b", f"my:comp:Team${urn('').split('::')[2]}"))
    answer = json_format.to_json(told(printed(records=(named,))))
    assert answer["changes"][0]["resource"] == "a::b"
    assert answer["stack"] == "dailies/team"
