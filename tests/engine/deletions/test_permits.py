"""Where the program was not asked, or could not answer, nothing is destroyed."""

import json
from pathlib import Path

from pulumi_masv.simulator import Simulator
from tests.engine.conftest import Stack
from tests.engine.deletions.programs import (
    FORCED,
    lifecycle,
    lost,
    package,
    report,
    started,
)


def test_a_stack_is_destroyed_only_with_its_program(stack: Stack, masv: Simulator) -> None:
    one, two = package(masv), package(masv, "Day 13")
    stack.program(lifecycle("a", repr(one), FORCED) + lifecycle("b", repr(two), FORCED))
    stack.up()
    refused = stack.run("destroy", "--yes", "--skip-preview", expect=1)
    assert "--run-program" in refused.text
    assert lost(masv) == []
    shown = stack.run("destroy", "--preview-only", "--run-program").text
    assert shown.count("LOSS 2 files") >= 2
    assert lost(masv) == []
    stack.destroy()
    assert sorted(lost(masv)) == sorted([one, two])


def test_a_state_without_hooks_destroys_nothing_before_an_up_has_stored_them(
    stack: Stack, masv: Simulator
) -> None:
    one = package(masv)
    program = lifecycle("a", repr(one), FORCED)
    stack.program(program)
    stack.up()
    exported = json.loads(stack.run("stack", "export").text)
    for resource in exported["deployment"]["resources"]:
        resource.pop("resourceHooks", None)
    old = stack.folder / "old.json"
    old.write_text(json.dumps(exported))
    stack.run("stack", "import", "--file", str(old))
    refused = stack.run("destroy", "--yes", "--skip-preview", expect=1)
    assert "the program was not asked whether they may be destroyed" in refused.text
    assert lost(masv) == []
    assert "expect no changes" not in stack.up("--expect-no-changes").text
    stack.program("")
    stack.up()
    assert lost(masv) == [one]


def test_an_old_half_without_a_hook_could_not_be_checked(
    stack: Stack, masv: Simulator, tmp_path: Path
) -> None:
    one, two = package(masv), package(masv, "Day 13")
    stack.program(lifecycle("a", repr(one), FORCED))
    stack.up()
    exported = json.loads(stack.run("stack", "export").text)
    for resource in exported["deployment"]["resources"]:
        resource.pop("resourceHooks", None)
    old = tmp_path / "old.json"
    old.write_text(json.dumps(exported))
    stack.run("stack", "import", "--file", str(old))
    stack.program(lifecycle("a", repr(two), FORCED))
    status, told = report(stack, tmp_path)
    assert (status, len(told["cannotBeTold"])) == (3, 1)
    assert "put it back and run an up first" in stack.up(expect=1).text
    assert lost(masv) == []


def test_without_a_place_to_meet_nothing_is_destroyed(
    stack: Stack, masv: Simulator, tmp_path: Path
) -> None:
    one = package(masv)
    started(stack, lifecycle("a", repr(one), FORCED), "")
    closed = tmp_path / "closed"
    closed.write_text("a file, not a folder")
    stack.environment |= {"TMPDIR": str(closed), "TMP": str(closed), "TEMP": str(closed)}
    others = tmp_path / "tmp"
    others.mkdir()
    (others / "pulumi_masv-0").symlink_to(tmp_path)
    stack.environment["TMPDIR"] = str(others)
    refused = stack.preview(expect=1)
    assert "set TMPDIR" in refused.text
    stack.up(expect=1)
    assert lost(masv) == []
