"""What import-linter cannot see: whose words a room may use, and how long a file may be."""

import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "pulumi_masv"
BELOW = ("lifecycle", "plan", "client", "models", "policy")
FRONT_ENDS_WORDS = re.compile(
    r"force_destroy=True|retain_on_delete|retain_removed=True|--refresh|--run-program"
    r"|pulumi (state|up|destroy|preview|refresh)\b"
)
FILES = sorted(PACKAGE.rglob("*.py"))


def below() -> list[Path]:
    rooms = [path for room in BELOW for path in (PACKAGE / room).rglob("*.py")]
    return rooms + [PACKAGE / f"{name}.py" for name in ("reader", "settings", "errors")]


@pytest.mark.parametrize("path", below(), ids=str)
def test_nothing_below_the_front_ends_names_what_a_user_writes(path: Path) -> None:
    assert FRONT_ENDS_WORDS.findall(path.read_text()) == []


@pytest.mark.parametrize("path", FILES, ids=str)
def test_no_file_is_longer_than_300_lines(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 300
