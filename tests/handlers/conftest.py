"""The engine's order of calls, without the engine: a state that stays, a process for each phase.

A resource is a bag of inputs; `__type` says which it is, a PackageLifecycle if it says nothing.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from pulumi_masv.client import Client
from pulumi_masv.handlers import (
    ArchiveWindowHandler,
    PackageFleetHandler,
    PackageLifecycleHandler,
)
from pulumi_masv.lifecycle import View
from pulumi_masv.simulator import Simulator

Bag = dict[str, Any]
Program = dict[str, Bag]
HANDLERS = {
    "PackageLifecycle": PackageLifecycleHandler,
    "ArchiveWindow": ArchiveWindowHandler,
    "PackageFleet": PackageFleetHandler,
}


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
        handlers, phase = self._handlers()
        self._read_all(handlers)
        return phase

    def destroy(self) -> Phase:
        handlers, phase = self._handlers()
        for name in list(self.state):
            self._delete(handlers, name)
        return phase

    def _process(self) -> tuple[Any, Phase]:
        """The PackageLifecycle's handler of a process of its own."""
        handlers, phase = self._handlers()
        return handlers["PackageLifecycle"], phase

    def _handlers(self) -> tuple[dict[str, Any], Phase]:
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
            sleep=phase.pauses.append,
            clock=lambda: self.masv.account.now,
        )
        return {kind: handler(view) for kind, handler in HANDLERS.items()}, phase

    def _phase(self, program: Program, *, refresh: bool, dry: bool) -> Phase:
        handlers, phase = self._handlers()
        if refresh:
            self._read_all(handlers)
        for name, declared in program.items():
            self._register(handlers, phase, name, declared, dry=dry)
        if not dry:
            self._delete_pending(handlers)
        for name in [name for name in self.state if name not in program]:
            phase.changes[name] = "delete"
            if not dry:
                self._delete(handlers, name)
        return phase

    def _read_all(self, handlers: dict[str, Any]) -> None:
        for name, stored in list(self.state.items()):
            handler = handlers[stored.get("type", "PackageLifecycle")]
            result = _call(handler.read, stored["id"], _wire(stored["outputs"]))
            if not result.id:
                del self.state[name]
                continue
            fresh = _wire(result.outs)
            _call(handler.diff, stored["id"], fresh, _wire(stored["inputs"]))
            self.state[name] = {**stored, "inputs": result.inputs, "outputs": fresh}

    def _register(
        self, handlers: dict[str, Any], phase: Phase, name: str, declared: Bag, *, dry: bool
    ) -> None:
        kind = declared.get("__type", "PackageLifecycle")
        handler = handlers[kind]
        stored = self.state.get(name)
        inputs = self._check(handler, name, stored["inputs"] if stored else {}, declared)
        if stored is None:
            phase.changes[name] = "create"
            if not dry:
                self._create(handler, kind, name, inputs)
            return
        diff = _call(handler.diff, stored["id"], _wire(stored["outputs"]), _wire(inputs))
        if diff.replaces:
            phase.changes[name] = "replace"
            inputs = self._check(handler, name, {}, declared)
            if not dry and diff.delete_before_replace:
                self._delete(handlers, name)
            if not dry:
                self._create(handler, kind, name, inputs)
                if not diff.delete_before_replace:
                    self.pending.append(stored)
        elif diff.changes is False or (not diff.changes and inputs == stored["inputs"]):
            stored["inputs"] = inputs
        else:
            phase.changes[name] = "update"
            if not dry:
                outputs, news = _wire(stored["outputs"]), _wire(inputs)
                outs = _call(handler.update, stored["id"], outputs, news).outs
                self.state[name] = {**stored, "inputs": inputs, "outputs": outs}

    def _check(self, handler: Any, name: str, olds: Bag, news: Bag) -> Bag:
        given = {k: v for k, v in news.items() if v is not None and k != "__type"}
        result = _call(handler.check, _wire(olds) if olds else {}, _wire(given))
        if result.failures:
            raise Refused(*(f"{name}.{one.property}: {one.reason}" for one in result.failures))
        return result.inputs

    def _create(self, handler: Any, kind: str, name: str, inputs: Bag) -> None:
        result = _call(handler.create, _wire(inputs))
        made = {"id": result.id, "inputs": inputs, "outputs": result.outs}
        self.state[name] = {"type": kind, **made}

    def _delete_pending(self, handlers: dict[str, Any]) -> None:
        """What was replaced, now or in an earlier run, goes once all is checked and created."""
        while self.pending:
            stored = self.pending[0]
            _call(
                handlers[stored.get("type", "PackageLifecycle")].delete,
                stored["id"],
                _wire(stored["outputs"]),
            )
            del self.pending[0]

    def _delete(self, handlers: dict[str, Any], name: str) -> None:
        stored = self.state[name]
        _call(
            handlers[stored.get("type", "PackageLifecycle")].delete,
            stored["id"],
            _wire(stored["outputs"]),
        )
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
