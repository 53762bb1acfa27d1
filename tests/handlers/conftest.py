"""The engine's order of calls, without the engine: a state that stays, a process for each phase.

A resource is a bag of inputs; `__type` says which it is, a PackageLifecycle if it says nothing, and
`__process` which provider of the same account serves it.
"""

import json
import re
import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from pulumi.output import Unknown

from pulumi_masv.announcer import PulumiAnnouncer
from pulumi_masv.client import Client
from pulumi_masv.errors import MasvError
from pulumi_masv.handlers import (
    ArchiveWindowHandler,
    PackageFleetHandler,
    PackageLifecycleHandler,
)
from pulumi_masv.lifecycle import deletion
from pulumi_masv.lifecycle.registry import ANYWHERE, Declaration, Registry
from pulumi_masv.lifecycle.session import Session
from pulumi_masv.lifecycle.verdicts import MARK, Record
from pulumi_masv.models import SIGNATURE, Stored, StoredFleet, format_instant, parse_instant
from pulumi_masv.simulator import Simulator
from pulumi_masv.vocabulary import spelled

Bag = dict[str, Any]
Program = dict[str, Bag]
Targets = Collection[str] | None
_OURS = ("__type", "__process")
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
    warned: list[str] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)
    changes: dict[str, str] = field(default_factory=dict)

    def log(self, text: str, is_warning: bool, _urn: str) -> None:
        """What the engine's log does with a line."""
        plain = re.sub(r"<\{%.*?%\}>", "", text)
        if plain.startswith(MARK):
            bags = json.loads(plain.removeprefix(MARK))
            self.records += [Record.model_validate(bag) for bag in bags]
        else:
            self.said.append(plain)
            if is_warning:
                self.warned.append(plain)


@dataclass
class Engine:
    """A stack. `up` is a preview in one process and an update in the next, as Pulumi does it."""

    masv: Simulator
    config: dict[str, Any] = field(default_factory=dict)
    state: dict[str, Bag] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    pending: list[Bag] = field(default_factory=list)
    given: list[Bag] = field(default_factory=list)
    stopwatch: float = 0.0
    environment: dict[str, str] = field(default_factory=dict)
    name: str = field(default_factory=lambda: uuid.uuid4().hex)

    def preview(self, program: Program, *, refresh: bool = False, targets: Targets = None) -> Phase:
        state = json.loads(json.dumps(self.state))
        try:
            return self._phase(program, refresh=refresh, dry=True, targets=targets)
        finally:
            self.state = state

    def up(self, program: Program, *, refresh: bool = False) -> Phase:
        self.preview(program, refresh=refresh)
        return self._phase(program, refresh=refresh, dry=False)

    def refresh(self) -> Phase:
        run = self._run()
        self._read_all(run)
        return run.phase

    def destroy(self, program: Program | None = None) -> Phase:
        """`pulumi destroy --run-program`: the program runs, and nothing is checked."""
        run = self._run(program or {}, dry=False)
        for name in list(self.state):
            self._delete(run, name)
        return self._ended(run)

    def process(self, program: Program | None = None) -> "Run":
        """The processes of an up, to call one verb after the other."""
        return self._run(program or {}, dry=False)

    def _run(self, program: Program | None = None, *, dry: bool = True) -> "Run":
        """The processes of one phase: of a handler, and of a program if there is one."""
        phase = Phase()
        registry = Registry(why_alone="the program takes no part in this run")
        if program is not None:
            address = f"test-{uuid.uuid4().hex}"
            registry = Registry.host(address, stack=self.name, is_preview=dry)
        hook = self._session(phase, registry)
        numbers = {name: number for number, name in enumerate(program or {}, 1)}
        for name, declared in (program or {}).items():
            _declare(registry, declared, numbers[name], _account(hook))
        run = Run(hook, registry, phase, numbers, dry)
        self._handlers(run)
        return run

    def _handlers(self, run: "Run", process: str = "") -> dict[str, Any]:
        """The handlers of a provider's process, started when it is first needed."""
        if process not in run.processes:
            session = self._session(run.phase, run.registry)
            run.processes[process] = {kind: made(session) for kind, made in HANDLERS.items()}
        return run.processes[process]

    def _session(self, phase: Phase, registry: Registry) -> Session:
        config = {
            "masv:baseUrl": self.masv.url,
            "masv:apiKey": self.masv.api_key,
            "masv:teamId": self.masv.team_id,
            **self.config,
        }

        def log(text: str, is_warning: bool, urn: str) -> None:
            before = len(phase.said)
            phase.log(text, is_warning, urn)
            self.said += phase.said[before:]

        environment = {"MASV_VERDICTS": "1", **self.environment}
        return Session(
            {key: value for key, value in config.items() if value is not None},
            environment,
            announcer=PulumiAnnouncer(log, environment),
            registry=lambda: registry,
            connect=lambda settings: Client(settings, sleep=phase.pauses.append),
            stopwatch=lambda: self.stopwatch,
            sleep=phase.pauses.append,
            clock=lambda: self.masv.account.now,
        )

    def _ended(self, run: "Run") -> Phase:
        run.registry.close()
        return run.phase

    def _phase(
        self, program: Program, *, refresh: bool, dry: bool, targets: Targets = None
    ) -> Phase:
        run = self._run(program, dry=dry)
        reached = {*program, *self.state} if targets is None else set(targets)
        try:
            if refresh:
                self._read_all(run)
            for name in program:
                if name in reached:
                    self._register(run, name, program[name])
            self._delete_pending(run)
            for name in [name for name in self.state if name in reached - program.keys()]:
                run.phase.changes[name] = "delete"
                self._delete(run, name)
        finally:
            self._ended(run)
        return run.phase

    def _read_all(self, run: "Run") -> None:
        for name, stored in list(self.state.items()):
            handlers = self._handlers(run, stored.get("process", ""))
            handler = handlers[stored.get("type", "PackageLifecycle")]
            result = _call(handler.read, stored["id"], _wire(stored["outputs"]))
            if not result.id:
                del self.state[name]
                continue
            fresh = _wire(result.outs)
            _call(handler.diff, stored["id"], fresh, _wire(stored["inputs"]))
            self.given += [result.outs, result.inputs]
            inputs = _travel(result.inputs)
            self.state[name] = {**stored, "inputs": inputs, "outputs": fresh}

    def _register(self, run: "Run", name: str, declared: Bag) -> None:
        kind = declared.get("__type", "PackageLifecycle")
        process = declared.get("__process", "")
        handler, changes, dry = self._handlers(run, process)[kind], run.phase.changes, run.dry
        stored = self.state.get(name)
        inputs = self._check(handler, name, stored["inputs"] if stored else {}, declared)
        if stored is None:
            changes[name] = "create"
            if not dry:
                self._create(handler, kind, name, inputs, process)
            return
        diff = _call(handler.diff, stored["id"], _wire(stored["outputs"]), _wire(inputs))
        if diff.replaces:
            changes[name] = "replace"
            inputs = self._check(handler, name, {}, declared)
            self._delete(run, name)
            if not dry:
                self._create(handler, kind, name, inputs, process)
        elif diff.changes is False or (not diff.changes and inputs == stored["inputs"]):
            stored["inputs"] = inputs
        else:
            changes[name] = "update"
            if not dry:
                outputs, news = _wire(stored["outputs"]), _wire(inputs)
                outs = _call(handler.update, stored["id"], outputs, news).outs
                self.given.append(outs)
                now = {"inputs": inputs, "outputs": outs, "process": process}
                self.state[name] = {**stored, **now}

    def _check(self, handler: Any, name: str, olds: Bag, news: Bag) -> Bag:
        given = {k: v for k, v in news.items() if v is not None and k not in _OURS}
        given["resourceUrn"] = urn_of(name, news.get("__type", "PackageLifecycle"))
        result = _call(handler.check, _wire(olds) if olds else {}, _wire(given))
        if result.failures:
            raise Refused(
                *(
                    f"{name}.{one.property}: {one.reason}"
                    if one.property
                    else f"{name}: {one.reason}"
                    for one in result.failures
                )
            )
        inputs: Bag = result.inputs
        return inputs

    def _create(self, handler: Any, kind: str, name: str, inputs: Bag, process: str = "") -> None:
        result = _call(handler.create, _wire(inputs))
        self.given.append(result.outs)
        made = {"id": result.id, "inputs": inputs, "outputs": result.outs}
        self.state[name] = {"type": kind, "process": process, **made}

    def _delete_pending(self, run: "Run") -> None:
        """What an interrupted run has replaced goes once all is checked and created."""
        while self.pending:
            self._end(run, "replaced", self.pending[0])
            del self.pending[0]

    def _delete(self, run: "Run", name: str) -> None:
        self._end(run, name, self.state[name])
        if not run.dry:
            del self.state[name]

    def _end(self, run: "Run", name: str, stored: Bag) -> None:
        kind = stored.get("type", "PackageLifecycle")
        if run.registry.is_hosted and kind != "ArchiveWindow":
            run.before_delete(name, kind, stored)
        if not run.dry:
            handler = self._handlers(run, stored.get("process", ""))[kind]
            _call(handler.delete, stored["id"], _wire(stored["outputs"]))


@dataclass
class Run:
    """The processes of one phase of a run."""

    hook: Session
    registry: Registry
    phase: Phase
    numbers: Mapping[str, int]
    dry: bool
    processes: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def handlers(self) -> dict[str, Any]:
        """Those of the default provider."""
        return self.processes[""]

    def before_delete(self, name: str, kind: str, stored: Bag) -> None:
        """The program's delete hook."""
        read: Any = StoredFleet if kind == "PackageFleet" else Stored
        try:
            asked = deletion.Deletion.of(
                read.parse(_wire(stored["outputs"])),
                id=stored["id"],
                urn=urn_of(name, kind),
                leaves=0 if self.registry.has_checks() else self.numbers.get(name, 0),
                is_replaced=name in self.numbers and self.registry.has_checks(),
                is_preview=self.dry,
            )
            deletion.permit(self.hook, asked)
        except MasvError as error:
            line = spelled(error)
            assert "\n" not in line
            raise Refused(line) from error


def urn_of(name: str, kind: str = "PackageLifecycle") -> str:
    return f"urn:pulumi:test::life::pulumi-python:dynamic/masv:{kind}::{name}"


def _declare(registry: Registry, declared: Bag, number: int, account: str) -> None:
    """What the constructor of a resource does."""
    kind = declared.get("__type", "PackageLifecycle")
    given = {k: v for k, v in declared.items() if v is not None and k not in _OURS}
    if kind == "ArchiveWindow" and not any(isinstance(v, Unknown) for v in given.values()):
        registry.declare_window(account, given)
    packages = given.get("packages", {given.get("packageId"): given})
    if isinstance(packages, Unknown) or isinstance(given.get("packageId"), Unknown):
        registry.await_ids(number, f"the packages of {kind} {number}")
    if kind == "ArchiveWindow" or not isinstance(packages, Mapping):
        return
    registry.declare(
        Declaration(
            i,
            account,
            number,
            entry.get("archived") if isinstance(entry.get("archived"), bool) else None,
            _canonical(entry.get("expiry")),
        )
        for i, entry in packages.items()
        if isinstance(i, str) and isinstance(entry, Mapping)
    )


def _account(session: Session) -> str:
    try:
        return session.account
    except MasvError:
        return ANYWHERE


def _canonical(expiry: Any) -> str | None:
    try:
        return format_instant(parse_instant(expiry))
    except ValueError:
        return None


def _call(verb: Callable[..., Any], *arguments: Any) -> Any:
    try:
        return verb(*arguments)
    except Exception as error:
        line = f"{type(error).__name__}: {error}"
        assert "\n" not in line
        raise Refused(line) from error


def _wire(bag: Bag) -> Bag:
    """A bag as it arrives, with Pulumi's key in it."""
    return {**_travel(bag), "__provider": "gASV"}


def _travel(value: Any) -> Any:
    """A value after its way through JSON: secrets in clear, whole numbers as floats, no None."""
    if isinstance(value, dict) and SIGNATURE in value:
        return _travel(value["value"])
    if isinstance(value, dict):
        return {_travel(key): _travel(one) for key, one in value.items() if one is not None}
    if isinstance(value, (list, tuple)):
        return [_travel(one) for one in value]
    if isinstance(value, str):
        return "".join([*value])  # nothing of a class of its own
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


@pytest.fixture
def engine(masv: Simulator) -> Engine:
    return Engine(masv)
