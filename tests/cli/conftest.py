"""The command line in process, as its script starts it, and an account that it asks."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from pulumi_masv import cli
from pulumi_masv.simulator import KEY_CANARY, PASSWORD_CANARY, TOKEN_CANARY, Simulator


class Done(NamedTuple):
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


Run = Callable[..., Done]


@pytest.fixture
def run(
    masv: Simulator,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> Run:
    """`run("list", "--json")`, in a folder of its own. No secret is ever printed."""
    monkeypatch.chdir(tmp_path)
    for name in ("MASV_TIMEOUT", "MASV_CONCURRENCY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MASV_BASE_URL", masv.url)
    monkeypatch.setenv("MASV_API_KEY", masv.api_key)
    monkeypatch.setenv("MASV_TEAM_ID", masv.team_id)
    monkeypatch.setenv("MASV_MAX_RETRIES", "0")

    def start(*arguments: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["pulumi-masv", *arguments])
        code: object = 0
        try:
            cli.main()
        except SystemExit as ended:
            code = ended.code
        printed, complained = capsys.readouterr()
        for canary in (KEY_CANARY, TOKEN_CANARY, PASSWORD_CANARY, "eyJ"):
            assert canary not in printed + complained
        assert "Traceback" not in complained
        assert isinstance(code or 0, int)
        return Done(int(str(code or 0)), printed, complained)

    return start


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    """Let stdout and stderr pass for a wide terminal with colours."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "200")


def seen(ours: int, its: int) -> str:
    """What is written to a terminal until nobody has it any more."""
    os.close(its)
    shown = b""
    try:
        while piece := os.read(ours, 4096):
            shown += piece
    except OSError:  # how Linux says that the other end is closed
        pass
    os.close(ours)
    return shown.decode()
