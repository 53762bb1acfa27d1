"""What a command writes, and what it starts, is whole or not there."""

import signal
import subprocess
import sys
from typing import Any

import pytest

from pulumi_masv.cli import preview
from pulumi_masv.cli.files import uninterrupted


def test_ctrl_c_waits_for_what_would_be_half_done() -> None:
    done = []

    def moment() -> None:
        with uninterrupted():
            signal.raise_signal(signal.SIGINT)
            done.append("whole")

    with pytest.raises(KeyboardInterrupt):
        moment()
    assert done == ["whole"]
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_ctrl_c_just_as_pulumi_starts_stops_it(monkeypatch: pytest.MonkeyPatch) -> None:
    starts: Any = subprocess.Popen
    started: list[Any] = []

    def interrupted(*arguments: Any, **more: Any) -> Any:
        signal.raise_signal(signal.SIGINT)
        started.append(starts(*arguments, **more))
        return started[0]

    monkeypatch.setattr(subprocess, "Popen", interrupted)
    with pytest.raises(KeyboardInterrupt):
        preview._run([sys.executable, "-c", "import time; time.sleep(600)"])
    started[0].stdout.close()
    assert started[0].returncode
