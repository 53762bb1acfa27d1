"""GitHub, played: its workflow's expressions, its artifacts, and a `gh`."""

import json
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.engine.gitops.pipelines import PROJECT, TOKEN, Forge, Job

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
