"""`pulumi-masv preview`, with a stand-in for Pulumi on the PATH."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import Any

import pytest

import pulumi_masv
from tests.cli.conftest import seen
from tests.report.conftest import destroyed, printed, record, step

Done = subprocess.CompletedProcess[str]
LOSS = printed(records=(destroyed("01HA"),))
CALM = printed(records=(record("01HA", "changed"),))


def stand_in(folder: Path, body: str) -> dict[str, str]:
    """Put a `pulumi` that does this into a folder; the environment that finds it there alone."""
    file = folder / "bin" / "pulumi"
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"#!{sys.executable}\n{textwrap.dedent(body)}")
    file.chmod(0o755)
    root = str(Path(pulumi_masv.__file__).parents[1])
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MASV_")}
    return {**kept, "PATH": str(file.parent), "PYTHONPATH": root, "TERM": "xterm-256color"}


def printing(folder: Path, text: bytes, status: int = 0) -> dict[str, str]:
    """A `pulumi` that prints a recorded preview, if it is asked as it is to be."""
    (folder / "recorded.json").write_bytes(text)
    return stand_in(
        folder,
        f"""
        import os, sys
        assert os.environ["MASV_VERDICTS"] == "1"
        assert sys.argv[1:3] == ["preview", "--json"], sys.argv
        open({str(folder / "asked")!r}, "w").write("\\n".join(sys.argv[3:]))
        print("installing plugins", file=sys.stderr)
        sys.stdout.write(open({str(folder / "recorded.json")!r}).read())
        sys.exit({status})
        """,
    )


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "pulumi_masv.cli", "preview", *arguments]


def run(environment: dict[str, str], *arguments: str) -> Done:
    done = subprocess.run(
        command(*arguments),
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done


@pytest.mark.parametrize(("text", "status"), [(CALM, 0), (LOSS, 3)])
def test_it_runs_pulumi_and_reports_what_was_recorded(
    tmp_path: Path, text: bytes, status: int
) -> None:
    done = run(printing(tmp_path, text), "--format", "json")
    assert done.returncode == status
    assert json.loads(done.stdout)["version"] == 1
    assert done.stderr == "installing plugins\n"


def test_it_prints_text(tmp_path: Path) -> None:
    done = run(printing(tmp_path, LOSS))
    assert done.returncode == 3
    assert done.stdout.startswith("MASV: Files end early: 1 package, 12 files, 41.2GB.\n")
    assert not set("&<|`*") & set(done.stdout)


def test_pulumi_is_asked_for_a_whole_preview_and_no_stream(tmp_path: Path) -> None:
    environment = printing(tmp_path, CALM)
    script = Path(environment["PATH"]) / "pulumi"
    refuse = 'assert not os.environ["PULUMI_ENABLE_STREAMING_JSON_PREVIEW"]\nopen('
    script.write_text(script.read_text().replace("open(", refuse, 1))
    asked = {**environment, "PULUMI_ENABLE_STREAMING_JSON_PREVIEW": "true"}
    assert run(asked).returncode == 0


def test_a_limit_and_a_file_are_those_of_report(tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    asked = ("--max-lost-files", "11", "--format", "html", "-o", str(file))
    done = run(printing(tmp_path, LOSS), *asked)
    assert (done.returncode, done.stdout) == (4, "")
    assert "to allow it: --max-lost-files 12" in done.stderr
    assert file.read_text().startswith("<!doctype html>")


def test_other_options_are_pulumis(tmp_path: Path) -> None:
    given = ("--stack", "dev", "--within", "3d", "-s", "dev", "--refresh=false", "--", "--help")
    done = run(printing(tmp_path, CALM), *given)
    assert done.returncode == 0, done.stderr
    asked = (tmp_path / "asked").read_text().split("\n")
    assert asked == ["--stack", "dev", "-s", "dev", "--refresh=false", "--help"]


def test_an_option_that_would_be_read_apart_is_refused(tmp_path: Path) -> None:
    environment = printing(tmp_path, CALM)
    done = run(environment, "-sprod")
    assert done.returncode == 2
    assert "write -s prod" in done.stderr
    assert run(environment, "--", "-sprod").returncode == 0


def test_a_preview_that_failed_prints_its_report_and_is_2(tmp_path: Path) -> None:
    failed = printed(step("same", "a"), says=({"severity": "error", "message": "error: no"},))
    done = run(printing(tmp_path, failed, 255), "--format", "json")
    assert (done.returncode, json.loads(done.stdout)["failures"]) == (2, ["error: no"])


def test_a_preview_that_failed_without_a_word_is_2_all_the_same(tmp_path: Path) -> None:
    done = run(printing(tmp_path, CALM, 7), "--format", "json")
    assert done.returncode == 2
    assert json.loads(done.stdout)["failures"] == ["pulumi preview ended with exit status 7"]


def test_where_pulumi_prints_no_preview_its_own_words_stand(tmp_path: Path) -> None:
    done = run(printing(tmp_path, b"", 6))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [
        "installing plugins",
        "pulumi-masv: pulumi preview ended with exit status 6, and printed no preview",
    ]


def test_without_pulumi_it_says_so_in_one_line(tmp_path: Path) -> None:
    environment = {**stand_in(tmp_path, ""), "PATH": str(tmp_path)}
    done = run(environment)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "pulumi-masv: pulumi is not on the PATH: install Pulumi\n"


def test_ctrl_c_stops_pulumi_and_is_130(tmp_path: Path) -> None:
    child = subprocess.Popen(
        command(),
        env=waiting(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    interrupt(child, tmp_path)
    out, err = child.communicate(timeout=60)
    assert (child.returncode, out, err) == (130, "", "stopping\n")
    assert (tmp_path / "stopped").exists()


def test_a_second_ctrl_c_kills_what_goes_on(tmp_path: Path) -> None:
    environment = stand_in(
        tmp_path,
        f"""
        import pathlib, signal, time
        folder = pathlib.Path({str(tmp_path)!r})
        signal.signal(signal.SIGINT, lambda *_: (folder / "asked").touch())
        (folder / "started").touch()
        while True:
            time.sleep(60)
        """,
    )
    child = subprocess.Popen(command(), env=environment, stderr=subprocess.PIPE, text=True)
    for file in ("started", "asked"):
        while not (tmp_path / file).exists():
            assert child.poll() is None
            time.sleep(0.02)
        child.send_signal(signal.SIGINT)
    _, err = child.communicate(timeout=60)
    assert (child.returncode, err) == (130, "")


def test_on_a_terminal_it_shows_how_long_it_takes(tmp_path: Path) -> None:
    ours, its = pty.openpty()
    child = subprocess.Popen(
        command(), env=printing(tmp_path, CALM), stdout=subprocess.DEVNULL, stderr=its
    )
    shown = seen(ours, its)
    assert child.wait() == 0
    assert re.search(r"pulumi preview: \d+ s", shown)
    assert "installing plugins" in shown


def test_ctrl_c_on_a_terminal_leaves_no_traceback(tmp_path: Path) -> None:
    ours, its = pty.openpty()
    child = subprocess.Popen(
        command(),
        env=waiting(tmp_path),
        stdout=subprocess.DEVNULL,
        stderr=its,
        start_new_session=True,
    )
    interrupt(child, tmp_path)
    shown = seen(ours, its)
    assert child.wait() == 130
    assert "stopping" in shown
    assert "Traceback" not in shown


def waiting(folder: Path) -> dict[str, str]:
    """A `pulumi` that waits for Ctrl-C, and then prints more than a pipe holds."""
    return stand_in(
        folder,
        f"""
        import pathlib, sys, time
        folder = pathlib.Path({str(folder)!r})
        try:
            (folder / "started").touch()
            time.sleep(60)
        except KeyboardInterrupt:
            (folder / "stopped").touch()
            print("stopping", file=sys.stderr, flush=True)
            print("x" * 1_000_000)
        """,
    )


def interrupt(child: subprocess.Popen[Any], folder: Path) -> None:
    """Send Ctrl-C once Pulumi runs, as a terminal does: to all of the foreground."""
    while not (folder / "started").exists():
        assert child.poll() is None
        time.sleep(0.02)
    os.killpg(child.pid, signal.SIGINT)
