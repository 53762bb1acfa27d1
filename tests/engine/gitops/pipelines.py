"""The two pipelines of `examples/gitops`, run as their files say, each job on a machine of its own.

What is the platform's is played: its variables, its expressions as far as the files use them, a
checkout, artifacts, tokens that may do what their job may, and the place where comments go.
Installing is left out, since no network is here: the environment of the tests is what would be
installed. All else are the files' own commands, in order.
"""

import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from tests.engine.conftest import BIN

PROJECT, TOKEN = "media/packages", "toy-token-of-the-forge"


GIT = """\
#!/bin/sh
[ "$1" = fetch ] || echo {main}
"""


@dataclass
class Job:
    """A job that ran: what its commands printed, what they saw, what they left."""

    folder: Path
    environment: dict[str, str]
    virtualenv: Path
    red: bool = False
    log: str = ""
    seen: list[dict[str, str]] = field(default_factory=list)

    @property
    def work(self) -> Path:
        return self.folder / "work"

    def run(self, commands: str, environment: Mapping[str, str]) -> None:
        given = {**self.environment, **environment}
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", commands],
            cwd=self.work,
            env=given,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=240,
            check=False,
        )
        self.seen.append(given)
        self.log += done.stdout
        self.red = self.red or done.returncode != 0

    def installed(self) -> None:
        """As the files' own commands would leave the machine."""
        (self.work / ".venv").symlink_to(self.virtualenv)
        self.environment["PATH"] = f"{self.virtualenv / 'bin'}:{BIN}:{self.environment['PATH']}"

    def left(self, file: str) -> str:
        path = self.work / file
        return path.read_text() if path.exists() else ""

    def tool(self, name: str, script: str) -> None:
        """Put a stand-in for a tool of the platform first on the PATH."""
        tools = self.folder / "tools"
        if not tools.exists():
            tools.mkdir()
            self.environment["PATH"] = f"{tools}:{self.environment['PATH']}"
        (tools / name).write_text(script)
        (tools / name).chmod(0o755)


@dataclass
class Forge:
    """A repository on a platform, with variables and secrets.

    Attributes:
        repository: what is on the branch that a pipeline runs for.
        machines: a folder for the machines that jobs run on.
        environment: what every machine has.
        virtualenv: what a job's commands that install leave as its `.venv`.
        variables: of the project.
        secrets: of the project; a fork gets none.
        before_up: what happens between a preview and its up, on GitHub.
        branch: the head commit of the one pull request.
        main: the commit that main is at.
        is_fork: whether the pull request is a fork's.
    """

    TELLER: ClassVar[str]
    repository: Path
    machines: Path
    environment: dict[str, str]
    virtualenv: Path
    variables: dict[str, str]
    secrets: dict[str, str]
    before_up: Callable[[], object] = lambda: None
    branch: str = ""
    main: str = ""
    is_fork: bool = False
    _commits: int = 0

    @property
    def comments(self) -> list[str]:
        """Those on the one pull request."""
        raise NotImplementedError

    @property
    def reports(self) -> list[dict[str, Any]]:
        """What the pull request's pipelines have kept for the merge, the oldest first."""
        raise NotImplementedError

    def pull_request(self, *, fork: bool = False) -> dict[str, Job]:
        """Somebody opens it, or pushes to it: the jobs that ran."""
        self.branch, self.is_fork = self._commit("b"), fork
        return self._reviewed()

    def merge(self) -> dict[str, Job]:
        """It is merged: the jobs that ran."""
        self.main = self._commit("a")
        self._merged()
        return self._pushed(self.main)

    def push(self) -> dict[str, Job]:
        """Somebody pushes to main, past the pull request: the jobs that ran."""
        self.main = self._commit("d")
        return self._pushed(self.main)

    def again(self) -> dict[str, Job]:
        """The pipeline of main's last push is run again, when main has moved on."""
        old, self.main = self.main, self._commit("d")
        return self._pushed(old)

    def nightly(self) -> dict[str, Job]:
        """The schedule's time has come: the jobs that ran."""
        raise NotImplementedError

    def by_hand(self) -> dict[str, Job]:
        """Somebody starts the pipeline of main: the jobs that ran."""
        raise NotImplementedError

    def _reviewed(self) -> dict[str, Job]:
        raise NotImplementedError

    def _merged(self) -> None:
        raise NotImplementedError

    def _pushed(self, commit: str) -> dict[str, Job]:
        raise NotImplementedError

    def _commit(self, kind: str) -> str:
        self._commits += 1
        return f"{kind * 8}{self._commits:032x}"

    def _machine(self) -> Job:
        """A new one, with nothing but the platform's tools."""
        self.machines.mkdir(exist_ok=True)
        folder = self.machines / str(len(list(self.machines.iterdir())))
        (folder / "work").mkdir(parents=True)
        environment = {**self.environment, "PULUMI_HOME": str(folder / "home")}
        job = Job(folder, environment, self.virtualenv)
        job.tool("git", GIT.format(main=self.main))
        return job

    def _check_out(self, machine: Job) -> None:
        shutil.copytree(self.repository, machine.work, dirs_exist_ok=True)
