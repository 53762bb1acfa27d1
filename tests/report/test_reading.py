"""A preview is read as it was printed, whatever a shell, a terminal or a log has made of it."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pulumi_masv.errors import PreviewError
from pulumi_masv.models import SIGNATURE
from pulumi_masv.report import preview
from pulumi_masv.report.formats import RENDER
from tests.generated import at_least, count
from tests.report.conftest import destroyed, earlier, line, of_name, printed, record, step, told

NASTY = 'Day "12" {old}, [secret]: \x1b[31m \u202e <{% 12:00:01 \\ é 日本'
BAG: dict[str, Any] = json.loads(of_name(NASTY))
SHAPES = {
    "as Pulumi writes it": json.dumps(BAG, indent=4, ensure_ascii=False) + "\n",
    "in one line": json.dumps(BAG) + "\n",
}
STAMPS = [
    "2027-01-31T00:00:00.0000000Z ",
    "preview\tUNKNOWN STEP\t2027-01-31T00:00:00.0000000Z ",
    "2027-01-31T00:00:00.000000Z 00O ",
    "[2027-01-31T00:00:00.000Z] ",
    "12:00:01  ",
]
LOG_LINES = [
    "",
    "Previewing update (team):",
    "warning: {old} is deprecated",
    "{old} is deprecated",
    "{",
    '{"level": "info", "steps": 3, "message": "12 {files}"}',
    "[warn] nothing: to see",
    "}",
    "npm notice 12:00 \x1b[33mnew\x1b[0m version",
    "\x1b]8;;https://masv.example\x07link\x1b]8;;\x07",
    "10 %\r20 %\r100 %",
    "Grüße aus München",
]
shapes = st.sampled_from(sorted(SHAPES)).map(SHAPES.__getitem__)
logs = st.lists(st.sampled_from(LOG_LINES), max_size=4).map(lambda lines: [f"{x}\n" for x in lines])


def read(text: str | bytes) -> preview.Preview:
    return preview.read(text.encode() if isinstance(text, str) else text)


def refusal(text: str | bytes) -> str:
    with pytest.raises(PreviewError) as refused:
        read(text)
    assert "\n" not in str(refused.value)
    return str(refused.value)


def stood(text: str | bytes) -> bool:
    """Whether all of the preview was read."""
    return read(text) == preview.Preview.model_validate(BAG)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
@at_least(10, "lines before")
@given(shapes, st.booleans(), logs)
def test_every_encoding_that_shells_write_is_read(
    encoding: str, text: str, windows: bool, before: list[str]
) -> None:
    whole = "".join(before) + text
    whole = whole.replace("\n", "\r\n") if windows else whole
    # Without a mark only the first characters tell the encoding.
    assume(encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-32") or whole.lstrip()[:1] == "{")
    count("lines before", bool(before))
    assert stood(whole.lstrip().encode(encoding))


@at_least(30, "lines around", "times")
@given(shapes, logs, logs, st.sampled_from(["", *STAMPS]))
def test_log_lines_and_times_around_the_json_are_passed_over(
    text: str, before: list[str], after: list[str], stamp: str
) -> None:
    lines = [*before, *text.splitlines(keepends=True), *after]
    count("lines around", bool(before or after))
    count("times", bool(stamp))
    assert stood("".join(f"{stamp}{one}" for one in lines))


@given(st.data())
def test_log_lines_between_the_lines_of_the_json_are_passed_over(data: st.DataObject) -> None:
    said = st.sampled_from([x for x in LOG_LINES if x[:1] not in ("{", "}")])
    lines = SHAPES["as Pulumi writes it"].split("\n")
    for _ in range(data.draw(st.integers(1, 3))):
        lines.insert(data.draw(st.integers(1, len(lines) - 2)), data.draw(said))
    assert stood("\n".join(lines))


@at_least(30, "cut off within")
@given(shapes, st.data())
def test_what_is_cut_off_is_refused(text: str, data: st.DataObject) -> None:
    end = data.draw(st.integers(0, len(text.rstrip()) - 1))
    told = refusal(text[:end])
    if end > 60:
        count("cut off within")
        assert "cut off" in told


@given(st.data())
def test_a_line_that_is_torn_apart_is_refused(data: st.DataObject) -> None:
    text = SHAPES["as Pulumi writes it"]
    start = text.index('"message"')
    place = data.draw(st.integers(start + 12, text.index("\n", start) - 3))
    assert "line" in refusal(f"{text[:place]}warning: {{old}}\n{text[place:]}")


def test_a_part_glued_to_other_text_is_refused() -> None:
    text = SHAPES["as Pulumi writes it"]
    assert refusal(text.replace('"message"', 'warning"message"', 1))


def test_two_previews_are_refused() -> None:
    for text in SHAPES.values():
        assert "it holds 2 previews" in refusal(text + text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"a": [1, 2', "its JSON is cut off"),
        ("", "it is empty"),
        ("\ufeff\r\n \n", "it is empty"),
        ('{"manifest": {}, "resourcePlans": {}}', "a plan, as --save-plan writes it"),
        ('{"version": 3, "deployment": {}}', "an exported state"),
        ('{"version": 1, "losses": [], "cannotBeTold": []}', "a report"),
        ('{"sequence": 0, "timestamp": 1}\n{"sequence": 1, "timestamp": 1}\n', "a log of events"),
        ("Previewing update (team):\n  + pulumi:pulumi:Stack\n", "without --json"),
        ("name: masv\n", "there is no preview in it"),
        ("[1, 2]", "there is no preview in it"),
        ("{" * 50, "preview"),
        ('{"steps": [' + "[" * 100_000, "more than can be read"),
        ('{"steps": [{"op": 1}]}', "it is not a preview as Pulumi writes them (steps.0"),
    ],
)
def test_what_holds_something_else_says_what_and_what_to_give(text: str, why: str) -> None:
    told = refusal(text)
    assert why in told
    assert "`pulumi-masv preview`" in told


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_in_one_line(text: bytes) -> None:
    try:
        preview.read(text)
    except PreviewError as refused:
        assert "\n" not in str(refused)


def test_a_byte_that_is_no_text_stops_nothing() -> None:
    text = printed(records=(destroyed("01HA", name="plain"),)).replace(b"plain", b"Caf\xe9")
    assert [one.name for one in preview.read(b"M\xfcnchen\n" + text).records] == ["Caf\ufffd"]


def secret(value: Any) -> dict[str, str]:
    """A secret as --show-secrets spells it."""
    sealed = "1b47061264138c4ac30d75fd1eb44270"
    return {SIGNATURE: sealed, "plaintext": json.dumps(value)}


def test_a_secret_in_step_or_record_is_never_in_clear() -> None:
    inputs = {"packageId": "01HA", "name": secret("Client X"), "expiry": secret("2027-01-01")}
    done = step("update", "01ha", oldState={"inputs": inputs}, newState={"inputs": inputs})
    kept = earlier("01HA", name=secret("Client X"), endBefore=secret("2027-01-01T00:00:00Z"))
    kept["loss"]["ends"] = secret("2027-01-01T00:00:00Z")
    text = printed(done, records=(kept,))
    [one] = preview.read(text).records
    assert (one.name, one.end_before, one.loss and one.loss.ends) == (("[secret]",) * 3)
    for form in sorted(RENDER):
        assert b"Client X" not in RENDER[form](told(text))


def test_a_preview_in_a_file_with_other_lines_is_read(tmp_path: Path) -> None:
    text = json.dumps({"steps": [], "diagnostics": [line(record("01HA", "changed"))]}, indent=4)
    assert [one.id for one in read(f"installing\n{text}\n{os.linesep}done\n").records] == ["01HA"]
