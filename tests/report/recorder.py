"""A preview of the in-process engine, as the real engine would print it with `--json`.

Its shape is the real engine's: tests/engine/test_report.py compares the two. A run goes on after
a resource has failed, as with `--continue-on-error`, so that what each one does is seen.
"""

import copy
import json
from dataclasses import dataclass, field
from typing import Any

from tests.handlers.conftest import Bag, Engine, Phase, Program, Refused

PROVIDER = "urn:pulumi:test::life::pulumi:providers:pulumi-python::default::0b0b"


@dataclass
class Recorder(Engine):
    """An engine that can print a preview."""

    inputs: dict[str, Bag] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    dry: bool = False
    registering: bool = False

    def preview_json(
        self, program: Program, *, refresh: bool = False, show_sames: bool = False
    ) -> bytes:
        """What `pulumi preview --json` prints."""
        stored = copy.deepcopy(self.state)
        self.inputs, self.dry = {}, True
        try:
            phase = self._phase(program, refresh=refresh, dry=True)
            steps = self._steps(program, phase, stored if refresh else {}, show_sames)
            summary = {"same": sum(name not in phase.changes for name in program)}
            return _printed(steps, summary, [])
        except Refused as refused:
            return _printed([], {}, [{"message": f"error: {refused}", "severity": "error"}])
        finally:
            self.state, self.dry = stored, False

    def apply(self, program: Program, *, refresh: bool = False) -> dict[str, str]:
        """What the run could not do: resource name -> why."""
        self.failed = {}
        self._phase(program, refresh=refresh, dry=False)
        return self.failed

    def _steps(
        self, program: Program, phase: Phase, before: dict[str, Bag], show_sames: bool
    ) -> list[Bag]:
        # A refresh is printed before it has read anything.
        steps = [_step("refresh", n, old, old["inputs"]) for n, old in before.items()]
        for name in program:
            op = phase.changes.get(name, "same")
            if op != "same" or show_sames:
                kind = program[name].get("__type", "PackageLifecycle")
                steps.append(_step(op, name, self.state.get(name), self.inputs[name], kind))
        for name, op in phase.changes.items():
            if name not in program:
                steps.append(_step(op, name, self.state[name], None))
        return steps

    def _check(self, handler: Any, name: str, olds: Bag, news: Bag) -> Bag:
        self.inputs[name] = super()._check(handler, name, olds, news)
        return self.inputs[name]

    def _register(
        self, handlers: dict[str, Any], phase: Phase, name: str, declared: Bag, *, dry: bool
    ) -> None:
        self.registering = True
        try:
            super()._register(handlers, phase, name, declared, dry=dry)
        except Refused as refused:
            if self.dry:
                raise
            self.failed[name] = str(refused)
        finally:
            self.registering = False

    def _delete(self, handlers: dict[str, Any], name: str) -> None:
        try:
            super()._delete(handlers, name)
        except Refused as refused:
            if self.registering:
                raise
            self.failed[name] = str(refused)

    def _delete_pending(self, handlers: dict[str, Any]) -> None:
        while self.pending:
            try:
                super()._delete_pending(handlers)
            except Refused as refused:
                self.failed["replaced"] = str(refused)
                del self.pending[0]


def _step(op: str, name: str, old: Bag | None, new: Bag | None, kind: str = "") -> Bag:
    kind = kind or (old or {}).get("type", "PackageLifecycle")
    token = f"pulumi-python:dynamic/masv:{kind}"
    shared = {"type": token, "provider": PROVIDER}
    step: Bag = {"op": op, "urn": f"urn:pulumi:test::life::{token}::{name}"}
    if old is not None:
        step["oldState"] = {
            **shared,
            "id": old["id"],
            "inputs": old["inputs"],
            "outputs": old["outputs"],
        }
    if new is not None:
        step["newState"] = {**shared, "inputs": new}
    return step


def _printed(steps: list[Bag], summary: dict[str, int], diagnostics: list[Bag]) -> bytes:
    whole = {"steps": steps, "diagnostics": diagnostics, "changeSummary": summary}
    return json.dumps(whole, indent=4).encode()
