"""The page on unit tests says what is so: its example runs, and it names every output."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import pulumi_masv as masv
from pulumi_masv.resources.base import WIRE
from pulumi_masv.simulator import Simulator

PAGE = (Path(__file__).parents[1] / "docs" / "how-to" / "unit-tests.md").read_text(encoding="utf-8")
_FILE = re.compile(r"<!-- file: (\S+) -->\n```python\n(.*?)```\n", re.DOTALL)


def test_the_example_passes_its_tests_without_a_request(tmp_path: Path) -> None:
    """Two tests of one program in one process, with a developer's key in the environment."""
    for name, text in _FILE.findall(PAGE):
        (tmp_path / name).write_text(text)
    with Simulator() as masv:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider"],
            cwd=tmp_path,
            env={
                **os.environ,
                "MASV_BASE_URL": masv.url,
                "MASV_API_KEY": masv.api_key,
                "MASV_TEAM_ID": masv.team_id,
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert masv.journal == []
    assert "2 passed" in done.stdout, done.stdout


@pytest.mark.parametrize("kind", [masv.PackageLifecycle, masv.PackageFleet, masv.ArchiveWindow])
def test_the_page_names_every_output_that_is_no_input(kind: type) -> None:
    outputs = {name for name, value in vars(kind).items() if isinstance(value, property)}
    inputs = set(kind.__init__.__kwdefaults__) | {"packages", "package_id"}  # type: ignore[misc]
    [row] = re.findall(rf"^\| `{kind.__name__}` \| (`.*) \|$", PAGE, re.MULTILINE)
    named = set(re.findall(r"`(\w+)`", re.sub(r"\(.*?\)", "", row)))
    assert named == {WIRE.get(name, name) for name in outputs - inputs - _WINDOW}


_WINDOW = {"expiry_start", "expiry_end"}
