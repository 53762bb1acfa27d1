"""The two pipelines of `examples/gitops`, run as their files say, each job on a machine of its own.

What is the platform's is played: its variables, its expressions as far as the files use them, a
checkout, and the place where comments go. Installing is left out, since no network is here: the
environment of the tests is what would be installed. All else are the files' own commands, in order.
"""

import json
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import yaml

from tests.engine.conftest import BIN

PROJECT, TOKEN, COMMIT = "media/packages", "toy-token-of-the-forge", "c0ffee" * 7
GIT = """\
#!/bin/sh
[ "$1" = fetch ] || echo {head}
"""
GH = """\
#!/bin/sh
[ "$GH_TOKEN $GH_REPO" = "{token} {project}" ] || exit 1
[ "$1 $2 $3 $4 $5 $6" = "pr comment 7 --edit-last --create-if-none --body-file" ] || exit 1
cp "$7" '{comment}'
"""


@dataclass
class Job:
    """A job that ran: what its commands printed, what they saw, what they left."""

    folder: Path
    environment: dict[str, str]
    red: bool = False
    log: str = ""
    seen: list[dict[str, str]] = field(default_factory=list)

    def run(self, commands: str, environment: Mapping[str, str]) -> None:
        given = {**self.environment, **environment}
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", commands],
            cwd=self.folder / "checkout",
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
        self.environment["PATH"] = f"{BIN}:{self.environment['PATH']}"

    def left(self, file: str) -> str:
        path = self.folder / "checkout" / file
        return path.read_text() if path.exists() else ""


@dataclass
class Forge:
    """A repository on a platform, with variables and secrets.

    Attributes:
        repository: what is on the branch that a pipeline runs for.
        machines: a folder for the machines that jobs run on.
        environment: what every machine has.
        variables: of the project.
        secrets: of the project; a fork gets none.
        before_up: what happens between a preview and its up, on GitHub.
        head: the commit that main is at by now; every pipeline runs for COMMIT.
    """

    repository: Path
    machines: Path
    environment: dict[str, str]
    variables: dict[str, str]
    secrets: dict[str, str]
    before_up: Callable[[], object] = lambda: None
    head: str = COMMIT

    @property
    def comments(self) -> list[str]:
        """Those on the one pull request."""
        raise NotImplementedError

    def pull_request(self, *, fork: bool = False) -> dict[str, Job]:
        """Somebody opens it, or pushes to it: the jobs that ran."""
        raise NotImplementedError

    def merge(self) -> dict[str, Job]:
        """It is merged: the jobs that ran."""
        raise NotImplementedError

    def nightly(self) -> dict[str, Job]:
        """The schedule's time has come: the jobs that ran."""
        raise NotImplementedError

    def machine(self) -> Job:
        """A new one, with the repository on it and no git."""
        self.machines.mkdir(exist_ok=True)
        folder = self.machines / str(len(list(self.machines.iterdir())))
        shutil.copytree(self.repository, folder / "checkout")
        (folder / "checkout" / ".venv").symlink_to(sys.prefix)
        return Job(folder, {**self.environment, "PULUMI_HOME": str(folder / "home")})


def _tool(machine: Job, name: str, script: str) -> None:
    """Put a stand-in for a tool of the platform first on a machine's PATH."""
    tools = machine.folder / "tools"
    tools.mkdir()
    (tools / name).write_text(script)
    (tools / name).chmod(0o755)
    machine.environment["PATH"] = f"{tools}:{machine.environment['PATH']}"


class GitHub(Forge):
    """GitHub Actions, as far as the workflow uses it."""

    def pull_request(self, *, fork: bool = False) -> dict[str, Job]:
        return self._happens("pull_request", fork=fork)

    def merge(self) -> dict[str, Job]:
        return self._happens("push")

    def nightly(self) -> dict[str, Job]:
        return self._happens("schedule")

    @property
    def comments(self) -> list[str]:
        comment = self.machines.parent / "comment.md"
        return [comment.read_text()] if comment.exists() else []

    def _happens(self, event: str, *, fork: bool = False) -> dict[str, Job]:
        text = (self.repository / ".github/workflows/packages.yml").read_text()
        workflow = yaml.load(text, yaml.BaseLoader)
        assert event in workflow["on"]
        context = {
            "github.event_name": event,
            "github.event.number": "7",
            "github.event.pull_request.head.sha": COMMIT,
            "github.ref": "refs/pull/7/merge" if event == "pull_request" else "refs/heads/main",
            "github.repository": PROJECT,
            "github.token": TOKEN,
            **{f"vars.{name}": value for name, value in self.variables.items()},
            **({} if fork else {f"secrets.{n}": value for n, value in self.secrets.items()}),
        }
        return {
            name: self._ran(job, _filled(workflow["env"], context), context)
            for name, job in workflow["jobs"].items()
            if _holds(job["if"], context)
        }

    def _ran(self, job: dict[str, Any], env: dict[str, str], context: dict[str, str]) -> Job:
        machine = self.machine()
        comment = self.machines.parent / "comment.md"
        _tool(machine, "gh", GH.format(token=TOKEN, project=PROJECT, comment=comment))
        machine.environment["GITHUB_STEP_SUMMARY"] = str(machine.folder / "checkout/summary.md")
        for step in job["steps"]:
            condition = step.get("if", "")
            if machine.red and "!cancelled()" not in condition:
                continue
            if condition and not _holds(condition, context, machine):
                continue
            if step.get("name") == "Up":
                self.before_up()
            was_red, machine.red = machine.red, False
            if step.get("name") == "Install":
                machine.installed()
            elif "run" in step:
                machine.run(step["run"], {**env, **_filled(step.get("env", {}), context)})
            outcome = "failure" if machine.red else "success"
            context = {**context, f"steps.{step.get('id')}.outcome": outcome}
            machine.red = machine.red or was_red
        return machine


def _filled(env: dict[str, str], context: dict[str, str]) -> dict[str, str]:
    """With `${{ one }}` and `${{ one || 'other' }}` replaced."""
    expression = re.compile(r"\$\{\{ ([\w.]+)(?: \|\| '([^']*)')? \}\}")
    return {
        name: expression.sub(lambda found: context.get(found[1]) or found[2] or "", value)
        for name, value in env.items()
    }


def _holds(condition: str, context: dict[str, str], machine: Job | None = None) -> bool:
    """Whether all that is joined by `&&` holds."""

    def meant(term: str) -> str:
        if found := re.fullmatch(r"hashFiles\('([\w.]+)'\)", term):
            assert machine is not None
            return machine.left(found[1])
        return term[1:-1] if term.startswith("'") else context[term]

    for part in condition.strip().removeprefix("${{").removesuffix("}}").split("&&"):
        words = part.split()
        if words == ["!cancelled()"]:
            continue
        left, operator, right = words
        if (meant(left) == meant(right)) != {"==": True, "!=": False}[operator]:
            return False
    return True


@dataclass
class GitLab(Forge):
    """GitLab CI, as far as the file uses it, with a server for notes."""

    notes: list[str] = field(default_factory=list)

    def pull_request(self, *, fork: bool = False) -> dict[str, Job]:
        return self._happens(
            CI_PIPELINE_SOURCE="merge_request_event",
            CI_MERGE_REQUEST_IID="7",
            CI_PROJECT_ID="2" if fork else "1",
        )

    def merge(self) -> dict[str, Job]:
        return self._happens(CI_PIPELINE_SOURCE="push", CI_COMMIT_BRANCH="main")

    def nightly(self) -> dict[str, Job]:
        return self._happens(CI_PIPELINE_SOURCE="schedule", CI_COMMIT_BRANCH="main")

    @property
    def comments(self) -> list[str]:
        return self.notes

    def _happens(self, **predefined: str) -> dict[str, Job]:
        file = yaml.load((self.repository / ".gitlab-ci.yml").read_text(), yaml.BaseLoader)
        fork = predefined.get("CI_PROJECT_ID") == "2"
        known = {
            "CI_DEFAULT_BRANCH": "main",
            "CI_COMMIT_SHA": COMMIT,
            **file["variables"],
            **({} if fork else {**self.variables, **self.secrets, "NOTES_TOKEN": TOKEN}),
            **predefined,
        }
        assert _matches(file["workflow"]["rules"], known)
        jobs = {}
        with self._api() as url:
            for name, job in file.items():
                if "script" in job and _matches(job["rules"], known):
                    jobs[name] = machine = self.machine()
                    if job.get("extends") == ".packages":
                        machine.installed()
                    _tool(machine, "git", GIT.format(head=self.head))
                    for commands in ("script", "after_script"):
                        red = machine.red
                        machine.run(
                            "\n".join(job.get(commands, ())), {**known, "CI_API_V4_URL": url}
                        )
                        machine.red = red if commands == "after_script" else machine.red
        return jobs

    @contextmanager
    def _api(self) -> Iterator[str]:
        notes = self.notes

        class Notes(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = json.dumps([{"id": i, "body": note} for i, note in enumerate(notes)])
                self._answer(body.encode())

            def do_POST(self) -> None:
                notes.append(self._body())
                self._answer(b"{}")

            def do_PUT(self) -> None:
                notes[int(self.path.rpartition("/")[2])] = self._body()
                self._answer(b"{}")

            def _body(self) -> str:
                length = int(self.headers["Content-Length"])
                return parse_qs(self.rfile.read(length).decode())["body"][0]

            def _answer(self, body: bytes) -> None:
                ours = self.path.startswith("/api/v4/projects/1/merge_requests/7/notes")
                allowed = self.headers["PRIVATE-TOKEN"] == TOKEN
                self.send_response(200 if ours and allowed else 403)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments: object) -> None:
                pass

        with ThreadingHTTPServer(("127.0.0.1", 0), Notes) as server:
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            try:
                yield f"http://127.0.0.1:{server.server_port}/api/v4"
            finally:
                server.shutdown()
                thread.join()


def _matches(rules: list[dict[str, str]], known: dict[str, str]) -> bool:
    def meant(word: str) -> str:
        return known.get(word[1:], "") if word.startswith("$") else word.strip('"')

    def holds(part: str) -> bool:
        left, operator, right = part.split()
        return (meant(left) == meant(right)) == {"==": True, "!=": False}[operator]

    return any(all(map(holds, rule["if"].split("&&"))) for rule in rules)
