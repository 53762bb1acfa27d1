"""The real Pulumi engine, the simulator behind a socket, and a stack in a folder of its own."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from pulumi_masv.simulator import Simulator
from tests.engine import warm
from tests.engine.keeper import PROVIDER, keeper

ROOT = Path(__file__).parents[2]
BIN = Path(sys.prefix) / "bin"
PROJECT = """\
name: life
runtime:
  name: python
  options:
    toolchain: pip
    virtualenv: {virtualenv}
"""
FIRST = ("test_benchmarks", "test_examples", "test_demo", "test_snippets")
PREAMBLE = """\
import pulumi
from pulumi import ResourceOptions
import pulumi_masv as masv

"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what takes longest first, so that no worker is left alone with it at the end.

    Nor is what several tests have made for them made again: workers steal from a queue's end.
    """
    items.sort(
        key=lambda item: FIRST.index(item.path.stem) if item.path.stem in FIRST else len(FIRST)
    )


@dataclass
class Result:
    """What one command of the engine printed."""

    code: int
    text: str

    @property
    def errors(self) -> list[str]:
        """The lines that report an error, without the engine's own summaries."""
        own = ("preview failed", "update failed", "resource registration", "delete failed")
        return [
            re.sub(r'^error: (Preview failed: )?(before hook "[^"]+" failed: )?', "", line.strip())
            for line in self.text.splitlines()
            if line.strip().startswith("error: ") and not any(summary in line for summary in own)
        ]

    @property
    def plan(self) -> dict[str, Any]:
        """Of a preview with `--json`: resource name -> its step, but for the stack's own."""
        steps = json.loads(self.text)["steps"]
        named = {step["urn"].rsplit("::", 1)[1]: step for step in steps}
        return {n: s for n, s in named.items() if "pulumi:pulumi:Stack" not in s["urn"]}

    @property
    def changes(self) -> dict[str, list[str]]:
        """Of a preview with `--json`: resource name -> the properties it changes."""
        return {
            name: sorted(step.get("detailedDiff") or {})
            for name, step in self.plan.items()
            if step["op"] not in ("same", "refresh")
        }


@dataclass
class Stack:
    """A stack, its program and the environment it runs in."""

    folder: Path
    environment: dict[str, str]
    masv: Simulator
    name: str = "test"
    config: dict[str, str] = field(default_factory=dict)

    def program(self, text: str) -> None:
        # Python takes what it has compiled for a file of the same second and length.
        shutil.rmtree(self.folder / "__pycache__", ignore_errors=True)
        (self.folder / "__main__.py").write_text(PREAMBLE + text)

    def run(self, *arguments: str, expect: int | None = 0, **extra: str) -> Result:
        done = subprocess.run(
            ["pulumi", *arguments, "--non-interactive"],
            cwd=self.folder,
            env={**self.environment, **extra},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        result = Result(done.returncode, done.stdout + done.stderr)
        if expect is not None and (done.returncode == 0) != (expect == 0):
            raise AssertionError(f"pulumi {arguments} ended with {done.returncode}\n{result.text}")
        return result

    def preview(self, *arguments: str, expect: int | None = 0) -> Result:
        """A preview as a person reads it."""
        return self.run("preview", "--diff", *arguments, expect=expect)

    def plan(self, *arguments: str) -> Result:
        """A preview as a pipeline reads it."""
        result = self.run("preview", "--json", *arguments)
        result.text = result.text[result.text.index("{") :]
        return result

    def up(self, *arguments: str, expect: int | None = 0) -> Result:
        return self.run("up", "--yes", "--skip-preview", *arguments, expect=expect)

    def refresh(self, *arguments: str, expect: int | None = 0) -> Result:
        return self.run("refresh", "--yes", "--skip-preview", *arguments, expect=expect)

    def destroy(self, *arguments: str, expect: int | None = 0) -> Result:
        every = ("--yes", "--skip-preview", "--run-program")
        return self.run("destroy", *every, *arguments, expect=expect)

    def state(self) -> dict[str, Any]:
        exported = json.loads(self.run("stack", "export").text)
        return {
            one["urn"].rsplit("::", 1)[1]: one
            for one in exported["deployment"].get("resources", [])
            if "masv" in one["type"]
        }

    def files(self) -> str:
        """All that the stack left on the disk, as text."""
        texts = [
            path.read_bytes().decode("utf-8", "replace")
            for path in sorted(self.folder.parent.rglob("*"))
            if path.is_file()
        ]
        return "\n".join(texts)


@pytest.fixture
def masv() -> Iterator[Simulator]:
    with Simulator(packages=0) as simulator:
        yield simulator


def environment_of(folder: Path) -> dict[str, str]:
    """What an engine runs in whose backend and home lie in a folder."""
    foreign = ("MASV_", "PULUMI_", "PYTHONDONTWRITEBYTECODE")
    return {
        **{k: v for k, v in os.environ.items() if not k.startswith(foreign)},
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        "PULUMI_BACKEND_URL": f"file://{folder / 'backend'}",
        "PULUMI_CONFIG_PASSPHRASE": "test",
        "PULUMI_HOME": str(folder / "home"),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "GOGC": "400",  # an engine that lives for a second need not tidy up
    }


@pytest.fixture(scope="session")
def virtualenv(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Its Python starts at once."""
    with warm.environment(tmp_path_factory.mktemp("virtualenv")) as folder:
        yield folder


@dataclass(frozen=True)
class Initialised:
    """A stack that is only initialised: each test gets a copy of it.

    Attributes:
        folder: where its project, its backend and its engine's home lie.
        keeper: the variables with which its key is asked for.
    """

    folder: Path
    keeper: dict[str, str]


@pytest.fixture(scope="session")
def initialised(virtualenv: Path) -> Iterator[Initialised]:
    made = virtualenv / "initialised"
    for new in ("project", "backend"):
        (made / new).mkdir(parents=True)
    (made / "project" / "Pulumi.yaml").write_text(PROJECT.format(virtualenv=virtualenv))
    with keeper() as asked:
        subprocess.run(
            ["pulumi", "stack", "init", "test", "--secrets-provider", PROVIDER],
            cwd=made / "project",
            env={**environment_of(made), **asked},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=True,
        )
        yield Initialised(made, asked)


@contextmanager
def as_pulumi_starts_it(stack: Stack) -> Iterator[None]:
    """Give a stack's processes the Python, and the parents, that they have everywhere else."""
    project, path = stack.folder / "Pulumi.yaml", stack.environment["PATH"]
    text = project.read_text()
    project.write_text(PROJECT.format(virtualenv=sys.prefix))
    stack.environment["PATH"] = environment_of(stack.folder)["PATH"]
    try:
        yield
    finally:
        project.write_text(text)
        stack.environment["PATH"] = path


@pytest.fixture
def stack(tmp_path: Path, masv: Simulator, initialised: Initialised) -> Stack:
    return stack_in(tmp_path, masv, initialised)


def stack_in(folder: Path, masv: Simulator, initialised: Initialised) -> Stack:
    """A stack of its own in a folder."""
    shutil.copytree(initialised.folder, folder, dirs_exist_ok=True)
    environment = environment_of(folder)
    environment |= {
        **initialised.keeper,
        "PATH": f"{initialised.folder.parent / 'bin'}{os.pathsep}{environment['PATH']}",
        "PULUMI_STACK": "test",  # what `stack init` would have selected
        "MASV_BASE_URL": masv.url,
        "MASV_API_KEY": masv.api_key,
        "MASV_TEAM_ID": masv.team_id,
    }
    return Stack(folder / "project", environment, masv)
