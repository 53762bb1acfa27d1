"""GitLab, played: the rules of its file, its artifacts, and its API."""

import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import yaml

from tests.engine.gitops.pipelines import TOKEN, Forge, Job


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
        pipeline: dict[str, Any] = {
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
