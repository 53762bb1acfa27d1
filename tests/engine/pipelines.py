"""The two pipelines of `examples/gitops`, run as their files say, each job on a machine of its own.

What is the platform's is played: its variables, its expressions as far as the files use them, a
checkout, artifacts, tokens that may do what their job may, and the place where comments go.
Installing is left out, since no network is here: the environment of the tests is what would be
installed. All else are the files' own commands, in order.
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
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import yaml

from tests.engine.conftest import BIN

PROJECT, TOKEN = "media/packages", "toy-token-of-the-forge"
GIT = """\
#!/bin/sh
[ "$1" = fetch ] || echo {main}
"""
GH = (
    f"#!{sys.executable}\n"
    + """\
import json, os, shutil, sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

forge = Path({forge!r})
known = json.loads((forge / "known.json").read_text())
may = known["tokens"][os.environ["GH_TOKEN"]]
project = os.environ["GH_REPO"]
assert project == {project!r}

def allowed(permission, level):
    if may.get(permission) not in (level, "write"):
        sys.exit(f"gh: HTTP 403: Resource not accessible by integration ({{permission}})")

match sys.argv[1:]:
    case ["pr", "comment", "7", "--edit-last", "--create-if-none", "--body-file", file]:
        allowed("pull-requests", "write")
        shutil.copy(file, forge / "comment.md")
    case ["run", "download", run, "--name", name, *rest]:
        allowed("actions", "read")
        [into] = rest[1:] if rest[:1] == ["--dir"] else ["."]
        if not (forge / "artifacts" / run / name).is_dir():
            sys.exit("no artifact matches any of the names or patterns provided")
        shutil.copytree(forge / "artifacts" / run / name, into, dirs_exist_ok=True)
    case ["api", address]:
        asked = urlsplit(address)
        match asked.path.removeprefix(f"repos/{{project}}/").split("/"):
            case ["commits", commit, "pulls"]:
                allowed("pull-requests", "read")
                print(json.dumps([one for one in known["pulls"] if commit in one["commits"]]))
            case ["actions", "workflows", "packages.yml", "runs"]:
                allowed("actions", "read")
                wanted = {{name: values[0] for name, values in parse_qs(asked.query).items()}}
                wanted["conclusion"] = wanted.pop("status")
                runs = [one for one in known["runs"] if wanted.items() <= one.items()]
                print(json.dumps({{"total_count": len(runs), "workflow_runs": runs[::-1]}}))
            case _:
                sys.exit(f"gh: HTTP 404: {{address}}")
    case other:
        sys.exit(f"gh: {{other}}")
"""
)


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


@dataclass
class GitHub(Forge):
    """GitHub Actions, as far as the workflow uses it, and a `gh` that minds what a token may do."""

    TELLER = "comment"
    pulls: list[dict[str, Any]] = field(default_factory=list)
    runs: list[dict[str, Any]] = field(default_factory=list)

    @property
    def comments(self) -> list[str]:
        comment = self._folder / "comment.md"
        return [comment.read_text()] if comment.exists() else []

    @property
    def reports(self) -> list[dict[str, Any]]:
        kept = sorted(self._folder.glob("artifacts/*/*/report.json"))
        return [json.loads(path.read_text()) for path in kept]

    def nightly(self) -> dict[str, Job]:
        return self._happens("schedule", self.main)

    def by_hand(self) -> dict[str, Job]:
        return self._happens("workflow_dispatch", self.main)

    def _reviewed(self) -> dict[str, Job]:
        return self._happens("pull_request", self.branch)

    def _pushed(self, commit: str) -> dict[str, Job]:
        return self._happens("push", commit)

    def _merged(self) -> None:
        self.pulls.append(
            {
                "number": 7,
                "merged_at": "2027-01-04T09:00:00Z",
                "merge_commit_sha": self.main,
                "base": {"ref": "main", "repo": {"full_name": PROJECT}},
                "head": {"sha": self.branch, "repo": {"full_name": self._source}},
                "commits": [self.branch, self.main],
            }
        )

    @property
    def _folder(self) -> Path:
        return self.machines.parent / "forge"

    @property
    def _source(self) -> str:
        return "somebody/packages" if self.is_fork else PROJECT

    def _happens(self, event: str, commit: str) -> dict[str, Job]:
        text = (self.repository / ".github/workflows/packages.yml").read_text()
        workflow = yaml.load(text, yaml.BaseLoader)
        assert event in workflow["on"]
        reviews = event == "pull_request"
        assert not reviews or workflow["on"][event]["branches"] == ["main"]
        run = str(len(self.runs) + 1)
        without_keys = reviews and self.is_fork
        context = {
            "github.event_name": event,
            "github.event.number": "7",
            "github.event.pull_request.head.sha": commit,
            "github.ref": "refs/pull/7/merge" if reviews else "refs/heads/main",
            "github.repository": PROJECT,
            **{f"vars.{name}": value for name, value in self.variables.items()},
            **({} if without_keys else {f"secrets.{n}": v for n, v in self.secrets.items()}),
        }
        jobs: dict[str, Job] = {}
        for name, job in workflow["jobs"].items():
            if not _holds(job["if"], context) or (
                "needs" in job and "!cancelled()" not in job["if"]
            ):
                context |= {f"needs.{name}.result": "skipped", f"needs.{name}.outputs.keys": ""}
                continue
            own = {**context, "github.token": f"{TOKEN}-{run}-{name}"}
            self._knows(own["github.token"], job["permissions"])
            jobs[name] = self._ran(job, _filled(workflow["env"], own), own, run)
            context |= {f"needs.{name}.result": "failure" if jobs[name].red else "success"}
            for output, value in _filled(job.get("outputs", {}), own).items():
                context[f"needs.{name}.outputs.{output}"] = value
        self.runs.append(
            {
                "id": int(run),
                "event": event,
                "head_sha": commit,
                "conclusion": "failure" if any(j.red for j in jobs.values()) else "success",
                "head_repository": {"full_name": self._source if reviews else PROJECT},
            }
        )
        return jobs

    def _knows(self, token: str, permissions: dict[str, str]) -> None:
        """Tell `gh` what has happened, and what a job's token may do."""
        self._folder.mkdir(exist_ok=True)
        known = {"tokens": {token: permissions}, "pulls": self.pulls, "runs": self.runs}
        (self._folder / "known.json").write_text(json.dumps(known))

    def _ran(
        self, job: dict[str, Any], env: dict[str, str], context: dict[str, str], run: str
    ) -> Job:
        machine = self._machine()
        machine.tool("gh", GH.format(forge=str(self._folder), project=PROJECT))
        for_later = machine.folder / "env"
        for_later.touch()
        machine.environment |= {
            "GITHUB_ENV": str(for_later),
            "GITHUB_RUN_ID": run,
            "GITHUB_STEP_SUMMARY": str(machine.work / "summary.md"),
            "RUNNER_TEMP": str(machine.folder),
        }
        for step in job["steps"]:
            condition = step.get("if", "")
            if machine.red and "!cancelled()" not in condition:
                continue
            if condition and not _holds(condition, context, machine):
                continue
            if step.get("name") == "Up":
                self.before_up()
            was_red, machine.red = machine.red, False
            if "checkout" in step.get("uses", ""):
                self._check_out(machine)
            elif "upload-artifact" in step.get("uses", ""):
                given = _filled(step["with"], context)
                files = {file: machine.left(file) for file in given["path"].split()}
                if any(files.values()):
                    self.keep(run, given["name"], {f: text for f, text in files.items() if text})
            elif step.get("name") == "Install":
                machine.installed()
            else:
                machine.run(step["run"], {**env, **_filled(step.get("env", {}), context)})
            lines = filter(None, for_later.read_text().splitlines())
            env = {**env, **dict(line.split("=", 1) for line in lines)}
            outcome = "failure" if machine.red else "success"
            context[f"steps.{step.get('id')}.outcome"] = outcome
            machine.red = machine.red or was_red
        return machine

    def keep(self, run: str, name: str, files: Mapping[str, str]) -> None:
        """Keep files as an artifact of a run."""
        into = self._folder / "artifacts" / run / name
        into.mkdir(parents=True)
        for file, text in files.items():
            (into / file).write_text(text)


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
    """GitLab CI, as far as the file uses it, with a server for what it asks by the API."""

    TELLER = "note"
    SCOPED: ClassVar[dict[str, dict[str, str]]] = {
        "notes": {"NOTES_TOKEN": f"{TOKEN}-api"},
        "masv": {"READ_TOKEN": f"{TOKEN}-read-api"},
    }
    """What only a job of an environment gets, as the README says."""
    notes: list[str] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    pipelines: list[dict[str, Any]] = field(default_factory=list)
    artifacts: list[Path] = field(default_factory=list)

    @property
    def comments(self) -> list[str]:
        return self.notes

    @property
    def reports(self) -> list[dict[str, Any]]:
        jobs = [j for one in self.pipelines if one["request"] for j in one["jobs"]]
        kept = [self.artifacts[job["id"]] / "report.json" for job in jobs]
        return [json.loads(path.read_text()) for path in kept if path.is_file()]

    def nightly(self) -> dict[str, Job]:
        return self._of_main("schedule", self.main)

    def by_hand(self) -> dict[str, Job]:
        return self._of_main("web", self.main)

    def _reviewed(self) -> dict[str, Job]:
        return self._happens(
            CI_PIPELINE_SOURCE="merge_request_event",
            CI_MERGE_REQUEST_IID="7",
            CI_PROJECT_ID="2" if self.is_fork else "1",
            CI_COMMIT_SHA=self.branch,
        )

    def _pushed(self, commit: str) -> dict[str, Job]:
        return self._of_main("push", commit)

    def _of_main(self, source: str, commit: str) -> dict[str, Job]:
        return self._happens(
            CI_PIPELINE_SOURCE=source,
            CI_COMMIT_BRANCH="main",
            CI_PROJECT_ID="1",
            CI_COMMIT_SHA=commit,
        )

    def _merged(self) -> None:
        self.requests.append(
            {
                "iid": len(self.requests) + 7,
                "state": "merged",
                "sha": self.branch,
                "merge_commit_sha": self.main,
                "squash_commit_sha": None,
                "target_branch": "main",
                "source_project_id": 2 if self.is_fork else 1,
                "target_project_id": 1,
            }
        )

    def _happens(self, **predefined: str) -> dict[str, Job]:
        file = yaml.load((self.repository / ".gitlab-ci.yml").read_text(), yaml.BaseLoader)
        fork = predefined["CI_PROJECT_ID"] == "2"
        known = {
            "CI_DEFAULT_BRANCH": "main",
            **file["variables"],
            **({} if fork else {**self.variables, **self.secrets}),
            **predefined,
        }
        assert _matching(file["workflow"]["rules"], known)
        request = predefined["CI_PIPELINE_SOURCE"] == "merge_request_event"
        pipeline = {
            "id": len(self.pipelines),
            "sha": predefined["CI_COMMIT_SHA"],
            "request": request,
            "fork": fork,
            "jobs": [],
        }
        self.pipelines.append(pipeline)
        jobs: dict[str, Job] = {}
        with self._api() as url:
            for name, job in file.items():
                rule = _matching(job["rules"], known) if "script" in job else None
                is_red = any(one.red for one in jobs.values())
                if rule is None or (is_red and rule.get("when") != "always"):
                    continue
                jobs[name] = self._ran(file, name, {**known, "CI_API_V4_URL": url}, jobs)
                status = "failed" if jobs[name].red else "success"
                made = {"id": len(self.artifacts), "name": name, "status": status}
                pipeline["jobs"].append(made)
                self.artifacts.append(self._kept(file, name, jobs[name]))
        return jobs

    def _ran(
        self, file: dict[str, Any], name: str, known: dict[str, str], earlier: dict[str, Job]
    ) -> Job:
        job = file[name]
        machine = self._machine()
        if job.get("variables", {}).get("GIT_STRATEGY") != "empty":
            self._check_out(machine)
        if job.get("extends") == ".packages":
            machine.installed()
        for needed in job.get("needs", ()):
            kept = self._kept(file, needed, earlier[needed])
            shutil.copytree(kept, machine.work, symlinks=True, dirs_exist_ok=True)
        environment = job.get("environment", "")
        scope = environment["name"] if isinstance(environment, dict) else environment
        scoped = {} if known["CI_PROJECT_ID"] == "2" else self.SCOPED.get(scope, {})
        machine.run("\n".join(job["script"]), {**known, **scoped})
        return machine

    def _kept(self, file: dict[str, Any], name: str, job: Job) -> Path:
        kept = job.folder / "artifacts"
        if kept.exists():
            return kept
        kept.mkdir()
        for path in file[file[name].get("extends", name)].get("artifacts", {}).get("paths", ()):
            if (job.work / path).exists() or (job.work / path).is_symlink():
                shutil.copy(job.work / path, kept / path, follow_symlinks=False)
        return kept

    def _asked(self, path: str) -> Any:
        """What the API answers, under the project, to a token that may read it."""
        match path.strip("/").split("/"):
            case ["repository", "commits", commit, "merge_requests"]:
                return [one for one in self.requests if commit in one.values()]
            case ["merge_requests", iid]:
                [found] = [one for one in self.requests if str(one["iid"]) == iid]
                heads = [p for p in self.pipelines if p["request"] and p["sha"] == found["sha"]]
                return {**found, "head_pipeline": heads[-1] if heads else None}
            case ["pipelines", number, "jobs"]:
                return self.pipelines[int(number)]["jobs"]
            case ["jobs", number, "artifacts", file]:
                kept = self.artifacts[int(number)] / file
                return kept.read_bytes() if kept.is_file() else None
        return None

    @contextmanager
    def _api(self) -> Iterator[str]:
        forge, notes = self, self.notes

        class Api(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = urlsplit(self.path).path.removeprefix("/api/v4/projects/1/")
                if self._is_notes():
                    listed = [{"id": i, "body": note} for i, note in enumerate(notes)]
                    self._answer(listed if self._may_write() else None)
                else:
                    reads = f"Bearer {forge.SCOPED['masv']['READ_TOKEN']}"
                    allowed = self.headers["Authorization"] == reads
                    self._answer(forge._asked(path) if allowed else None)

            def do_POST(self) -> None:
                body = self._body()
                if self._may_write():
                    notes.append(body)
                self._answer({} if self._may_write() else None)

            def do_PUT(self) -> None:
                body = self._body()
                if self._may_write():
                    notes[int(self.path.rpartition("/")[2])] = body
                self._answer({} if self._may_write() else None)

            def _is_notes(self) -> bool:
                return self.path.startswith("/api/v4/projects/1/merge_requests/7/notes")

            def _may_write(self) -> bool:
                writes = forge.SCOPED["notes"]["NOTES_TOKEN"]
                return self._is_notes() and self.headers["PRIVATE-TOKEN"] == writes

            def _body(self) -> str:
                length = int(self.headers["Content-Length"])
                return parse_qs(self.rfile.read(length).decode())["body"][0]

            def _answer(self, found: Any) -> None:
                body = found if isinstance(found, bytes) else json.dumps(found).encode()
                self.send_response(404 if found is None else 200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments: object) -> None:
                pass

        with ThreadingHTTPServer(("127.0.0.1", 0), Api) as server:
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            try:
                yield f"http://127.0.0.1:{server.server_port}/api/v4"
            finally:
                server.shutdown()
                thread.join()


def _matching(rules: list[dict[str, str]], known: dict[str, str]) -> dict[str, str] | None:
    """Return the first rule that holds."""

    def meant(word: str) -> str:
        return known.get(word[1:], "") if word.startswith("$") else word.strip('"')

    def holds(part: str) -> bool:
        left, operator, right = part.split()
        return (meant(left) == meant(right)) == {"==": True, "!=": False}[operator]

    return next((rule for rule in rules if all(map(holds, rule["if"].split("&&")))), None)
