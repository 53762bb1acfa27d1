"""`pulumi-masv report`: what it is given, what it writes where, and what it says of a mistake."""

import errno
import os
import pty
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import pulumi_masv
from tests.cli.conftest import Done, Run, seen
from tests.report.conftest import destroyed, printed

LOSS = printed(records=(destroyed("01HA"),))


def refusal(done: Done) -> str:
    """The one line that says why nothing was done."""
    assert (done.code, done.out) == (2, "")
    [line] = done.err.splitlines()
    return line


@pytest.fixture
def file(tmp_path: Path) -> Path:
    written = tmp_path / "preview.json"
    written.write_bytes(LOSS)
    return written


def test_a_missing_file_is_said_with_how_to_make_it(run: Run) -> None:
    line = refusal(run("report", "preveiw.json"))
    assert line.startswith("pulumi-masv: preveiw.json: there is no such file: make it with ")
    assert "MASV_VERDICTS=1 pulumi preview --json" in line


def test_a_folder_is_no_preview(run: Run, tmp_path: Path) -> None:
    assert "is a folder" in refusal(run("report", str(tmp_path)))


def test_a_file_that_may_not_be_read_says_so(
    run: Run, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Path) -> bytes:  # as the system does, but for root, who may read everything
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert "no permission to read it" in refusal(run("report", str(file)))


def test_what_is_no_file_that_can_be_read_says_so(run: Run, file: Path) -> None:
    Path("link").symlink_to("nowhere")
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind("socket")
        for given, why in (
            (f"{file}/preview.json", "Not a directory"),
            ("link", "there is no such file"),
            ("socket", "name a file that can be read"),
        ):
            assert why in refusal(run("report", given))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"", "it is empty"),
        (LOSS[:-40], "its JSON is cut off"),
        (b'{"resourcePlans": {}}', "it is a plan"),
        (b"Previewing update (dev):\n", "without --json"),
        (LOSS + b"\n" + LOSS, "it holds 2 previews"),
    ],
)
def test_what_is_no_preview_is_said_with_its_file(
    run: Run, file: Path, text: bytes, why: str
) -> None:
    file.write_bytes(text)
    line = refusal(run("report", str(file)))
    assert line.startswith(f"pulumi-masv: {file}: ")
    assert why in line


def test_a_name_of_a_file_moves_no_cursor(run: Run) -> None:
    line = refusal(run("report", "\x1b[2Jx\u202e"))
    assert "\x1b" not in line
    assert "\u202e" not in line


def test_what_powershell_writes_is_read(run: Run, file: Path) -> None:
    file.write_bytes(b"\xff\xfe" + LOSS.decode().replace("\n", "\r\n").encode("utf-16-le"))
    assert run("report", str(file), "--format", "text").code == 3


@pytest.mark.parametrize(
    ("output", "begins"),
    [
        ("report.txt", "MASV: "),
        ("report.md", "## MASV: "),
        ("report", "## MASV: "),
        ("report.html", "<!doctype html>"),
        ("report.svg", "<svg"),
        ("report.json", "{"),
        ("report.ICS", "BEGIN:VCALENDAR"),
    ],
)
def test_the_name_of_the_output_says_its_format(
    run: Run, file: Path, output: str, begins: str
) -> None:
    assert run("report", str(file), "-o", output).code == 3
    assert Path(output).read_text(encoding="utf-8").startswith(begins)
    assert run("report", str(file), "-o", output, "--format", "text").code == 3
    assert Path(output).read_text(encoding="utf-8").startswith("MASV: ")


def test_an_output_that_cannot_be_is_said_before_anything_is_read(run: Run, tmp_path: Path) -> None:
    assert "there is no such folder" in refusal(run("report", "none.json", "-o", "no/report.md"))
    assert "is a folder" in refusal(run("report", "none.json", "-o", str(tmp_path)))
    assert "there is no such folder" in refusal(run("preview", "-o", "no/report.md"))


@pytest.mark.parametrize("output", ["report.pdf", "report.HTM", "report.html.old"])
def test_no_report_is_written_under_an_unknown_ending(run: Run, file: Path, output: str) -> None:
    """Not even as Markdown: its reader would take it for what its name says."""
    for command in (["report", str(file)], ["preview"]):
        assert "or say with --format what to write" in refusal(run(*command, "-o", output))
    assert not Path(output).exists()
    assert run("report", str(file), "-o", output, "--format", "html").code == 3


def in_terminal(*arguments: str, typed: bool = False, **environment: str) -> tuple[int, str]:
    """What the command writes to a terminal, and its exit status."""
    ours, its = pty.openpty()
    root = str(Path(pulumi_masv.__file__).parents[1])
    child = subprocess.Popen(
        [sys.executable, "-m", "pulumi_masv.cli", "report", *arguments],
        stdin=its if typed else subprocess.DEVNULL,
        stdout=its,
        stderr=its,
        env={**os.environ, "PYTHONPATH": root, "TERM": "xterm", **environment},
    )
    shown = seen(ours, its).replace("\r\n", "\n")
    return child.wait(), shown


def test_on_a_terminal_it_is_text_as_wide_as_that(file: Path) -> None:
    status, shown = in_terminal(str(file), COLUMNS="60")
    assert status == 3
    assert shown.startswith("MASV: Files end early")
    assert "\x1b[31mLOSS\x1b[0m" in shown
    assert max(map(len, shown.replace("\x1b[31m", "").replace("\x1b[0m", "").split("\n"))) <= 60


@pytest.mark.parametrize("quiet", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_a_terminal_that_wants_no_colours_gets_none(file: Path, quiet: Any) -> None:
    _, shown = in_terminal(str(file), **quiet)
    assert "\x1b" not in shown
    assert "LOSS" in shown


def test_at_a_terminal_it_waits_for_nobody_to_type_a_preview() -> None:
    status, shown = in_terminal(typed=True)
    assert status == 2
    assert shown == (
        "pulumi-masv: no preview is given: run `MASV_VERDICTS=1 pulumi preview --json > "
        "preview.json`, then `pulumi-masv report preview.json`\n"
    )


def test_in_a_pipe_it_is_markdown_as_scripts_expect(run: Run, file: Path) -> None:
    assert run("report", str(file)).out.startswith("## MASV: ")
