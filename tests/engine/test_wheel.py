"""A wheel, built and installed in an empty environment, runs the README's quick start."""

import os
import subprocess
import sys
from pathlib import Path

from tests.engine import wheels
from tests.engine.conftest import BIN, ROOT
from tests.engine.test_snippets import run, simulator, write
from tests.pages import snippets


def install(wheel: Path, environment: Path) -> None:
    """An environment with the wheel, its extra and the locked versions of what it needs."""
    subprocess.run(
        [BIN / "uv", "venv", "--quiet", "--python", sys.executable, environment], check=True
    )
    command = [
        str(BIN / "uv"),
        "pip",
        "install",
        "--quiet",
        "--python",
        str(environment / "bin" / "python"),
        "--no-verify-hashes",
        "--constraint",
        str(ROOT / "constraints.txt"),
        f"{wheel}[simulator]",
    ]
    # `make setup` has left all of it in uv's cache, unless it had to do with pip alone.
    offline = subprocess.run([*command, "--offline"], capture_output=True, check=False)
    if offline.returncode != 0:
        subprocess.run(command, check=True)


def test_an_installed_wheel_runs_the_quick_start(tmp_path: Path) -> None:
    wheel = wheels.build(tmp_path / "dist")
    folder = tmp_path / "project"
    folder.mkdir()
    install(wheel, folder / ".venv")
    foreign = ("MASV_", "PULUMI_", "PYTHON", "VIRTUAL_ENV", "COV")
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(foreign)},
        "PATH": os.pathsep.join([str(folder / ".venv" / "bin"), str(BIN), os.environ["PATH"]]),
        "PULUMI_HOME": str(tmp_path / "home"),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }
    where = run_python(folder, environment, "import pulumi_masv; print(pulumi_masv.__file__)")
    assert where.startswith(str(folder))
    quickstart, background = [], ""
    for snippet in snippets("README.md"):
        if snippet.verb == "file":
            write(snippet, folder)
        elif snippet.what == "background":
            background = snippet.text
        elif snippet[:2] == ("run", "quickstart"):
            quickstart.append(snippet)
    [steps] = quickstart
    with simulator(background, folder, environment) as exported:
        environment |= exported
        told = run(steps, folder, environment)
    assert "LOSS 212 files (1.8TB, 1840000000000 bytes) end on 2027-01-31 00:00 UTC" in told
    assert "created" in told


def run_python(folder: Path, environment: dict[str, str], program: str) -> str:
    python = str(folder / ".venv" / "bin" / "python")
    return subprocess.check_output([python, "-c", program], cwd=folder, env=environment, text=True)
