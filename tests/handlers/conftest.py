"""The engine's order of calls, without the engine: a state that stays, a process for each phase."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from pulumi_masv.client import Client
from pulumi_masv.handlers import PackageLifecycleHandler
from pulumi_masv.lifecycle import Run
from pulumi_masv.lifecycle.view import View
from pulumi_masv.simulator import Simulator

Bag = dict[str, Any]
Program = dict[str, Bag]


class Refused(Exception):
    """A check failed, or a verb raised: what the user sees, line by line."""

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


@dataclass
class Phase:
    """What one process did."""

    said: list[str] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)
    changes: dict[str, str] = field(default_factory=dict)


@dataclass
class Engine:
    """A stack. `up` is a preview in one process and an update in the next, as Pulumi does it."""

    masv: Simulator
    handler: type[Any] = PackageLifecycleHandler
    config: dict[str, Any] = field(default_factory=dict)
    state: dict[str, Bag] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    pending: list[Bag] = field(default_factory=list)
    stopwatch: float = 0.0

    def preview(self, program: Program, *, refresh: bool = False) -> Phase:
        state = json.loads(json.dumps(self.state))
        try:
            return self._phase(program, refresh=refresh, dry=True)
        finally:
            self.state = state

    def up(self, program: Program, *, refresh: bool = False) -> Phase:
        self.preview(program, refresh=refresh)
        return self._phase(program, refresh=refresh, dry=False)

    def refresh(self) -> Phase:
        handler, phase = self._process()
        self._read_all(handler)
        return phase

    def destroy(self) -> Phase:
        handler, phase = self._process()
        for name in list(self.state):
            self._delete(handler, name)
        return phase

    def _process(self) -> tuple[Any, Phase]:
        phase = Phase()

        def say(line: str) -> None:
            phase.said.append(line)
            self.said.append(line)

        config = {
            "masv:baseUrl": self.masv.url,
            "masv:apiKey": self.masv.api_key,
            "masv:teamId": self.masv.team_id,
            **self.config,
        }
        view = View(
            {key: value for key, value in config.items() if value is not None},
            {},
            say=say,
            connect=lambda settings: Client(settings, sleep=phase.pauses.append),
            stopwatch=lambda: self.stopwatch,
            clock=lambda: self.masv.account.now,
        )
        return self.handler(Run(view)), phase

    def _phase(self, program: Program, *, refresh: bool, dry: bool) -> Phase:
        handler, phase = self._process()
        if refresh:
            self._read_all(handler)
        for name, declared in program.items():
            self._register(handler, phase, name, declared, dry=dry)
        if not dry:
            self._delete_pending(handler)
        for name in [name for name in self.state if name not in program]:
            phase.changes[name] = "delete"
            if not dry:
                self._delete(handler, name)
        return phase

    def _read_all(self, handler: Any) -> None:
        for name, stored in list(self.state.items()):
            result = _call(handler.read, stored["id"], _wire(stored["outputs"]))
            if not result.id:
                del self.state[name]
                continue
            fresh = _wire(result.outs)
            _call(handler.diff, stored["id"], fresh, _wire(stored["inputs"]))
            self.state[name] = {"id": result.id, "inputs": result.inputs, "outputs": fresh}

    def _register(self, handler: Any, phase: Phase, name: str, declared: Bag, *, dry: bool) -> None:
        stored = self.state.get(name)
        inputs = self._check(handler, name, stored["inputs"] if stored else {}, declared)
        if stored is None:
            phase.changes[name] = "create"
            if not dry:
                self._create(handler, name, inputs)
            return
        diff = _call(handler.diff, stored["id"], _wire(stored["outputs"]), _wire(inputs))
        if diff.replaces:
            phase.changes[name] = "replace"
            inputs = self._check(handler, name, {}, declared)
            if not dry and diff.delete_before_replace:
                self._delete(handler, name)
            if not dry:
                self._create(handler, name, inputs)
                if not diff.delete_before_replace:
                    self.pending.append(stored)
        elif diff.changes is False or inputs == stored["inputs"]:
            stored["inputs"] = inputs
        else:
            phase.changes[name] = "update"
            if not dry:
                outputs, news = _wire(stored["outputs"]), _wire(inputs)
                outs = _call(handler.update, stored["id"], outputs, news).outs
                self.state[name] = {"id": stored["id"], "inputs": inputs, "outputs": outs}

    def _check(self, handler: Any, name: str, olds: Bag, news: Bag) -> Bag:
        given = {key: value for key, value in news.items() if value is not None}
        result = _call(handler.check, _wire(olds) if olds else {}, _wire(given))
        if result.failures:
            raise Refused(*(f"{name}.{one.property}: {one.reason}" for one in result.failures))
        return result.inputs

    def _create(self, handler: Any, name: str, inputs: Bag) -> None:
        result = _call(handler.create, _wire(inputs))
        self.state[name] = {"id": result.id, "inputs": inputs, "outputs": result.outs}

    def _delete_pending(self, handler: Any) -> None:
        """What was replaced, now or in an earlier run, goes once all is checked and created."""
        while self.pending:
            stored = self.pending[0]
            _call(handler.delete, stored["id"], _wire(stored["outputs"]))
            del self.pending[0]

    def _delete(self, handler: Any, name: str) -> None:
        stored = self.state[name]
        _call(handler.delete, stored["id"], _wire(stored["outputs"]))
        del self.state[name]


def _call(verb: Callable[..., Any], *arguments: Any) -> Any:
    try:
        return verb(*arguments)
    except Exception as error:
        line = f"{type(error).__name__}: {error}"
        assert "\n" not in line
        raise Refused(line) from error


def _wire(bag: Bag) -> Bag:
    """A bag as it arrives: through JSON, whole numbers as floats, no None, Pulumi's key added."""

    def travel(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: travel(one) for key, one in value.items() if one is not None}
        if isinstance(value, list):
            return [travel(one) for one in value]
        is_number = isinstance(value, int) and not isinstance(value, bool)
        return float(value) if is_number else value

    return {**travel(bag), "__provider": "gASV"}


@pytest.fixture
def engine(masv: Simulator) -> Engine:
    return Engine(masv)
