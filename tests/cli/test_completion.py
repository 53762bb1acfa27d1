"""The shell's completion, in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

COMMAND = Path(sys.prefix) / "bin" / "pulumi-masv"


def test_bash_is_shown_what_completes_the_commands() -> None:
    shown = subprocess.run(
        ["bash", "-c", f"{COMMAND} --show-completion; exit $?"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "_PULUMI_MASV_COMPLETE=complete_bash" in shown.stdout
    asked = {"_PULUMI_MASV_COMPLETE": "complete_bash", "COMP_CWORD": "1"}
    completed = subprocess.run(
        [COMMAND],
        env={**os.environ, **asked, "COMP_WORDS": "pulumi-masv imp"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert completed.stdout.split() == ["import-file"]
