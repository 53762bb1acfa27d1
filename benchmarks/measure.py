"""One variant at one size: a MASV in a process of its own, a stack of its own, four commands."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final

import requests
from processes import cpu_seconds, end, handler_memory
from variants import Variant

from pulumi_masv.client import moment_of
from pulumi_masv.models import format_instant, parse_instant

# What is run, in this order: name -> the command.
PHASES: Final = {
    "first up": ("up", "--yes", "--skip-preview"),
    "no-op up": ("up", "--yes", "--skip-preview"),
    "up, 1 % changed": ("up", "--yes", "--skip-preview"),
    "refresh": ("refresh", "--yes", "--skip-preview"),
}
FIRST, NOOP, CHANGED, REFRESH = PHASES
WRITING: Final = (FIRST, CHANGED)
EXPIRY: Final = "2099-12-31T00:00:00Z"  # as declared and as live: a name is all there is to write
PROJECT: Final = """\
name: fleet
runtime:
  name: python
  options:
    toolchain: pip
    virtualenv: {virtualenv}
"""
_FOREIGN: Final = ("MASV_", "PULUMI_", "PYTHONDONTWRITEBYTECODE")
_TAIL: Final = 3000  # characters of what a failed command printed


class Failed(Exception):
    """A command failed, took too long, or did not do what it was run for."""


@dataclass(frozen=True)
class Conditions:
    """What is the same for all variants.

    Attributes:
        latency: seconds that every answer of MASV takes.
        limit: seconds that a command may take.
    """

    latency: float
    limit: float


class Masv:
    """The simulator, behind a socket and in a process of its own.

    Attributes:
        environment: what it told to export, so that a client finds it.
    """

    def __init__(self, pid: int, environment: Mapping[str, str]) -> None:
        self.environment = environment
        self._pid = pid
        self._control = requests.Session()
        self._control.trust_env = False

    def delay(self, seconds: float) -> None:
        """Let every answer take so long."""
        if seconds:
            self._ask("POST", "faults", {"kind": "latency", "times": None, "seconds": seconds})

    @property
    def cpu(self) -> float | None:
        return cpu_seconds(self._pid)

    def begin(self) -> datetime:
        """Forget the requests so far; the instant on its own clock."""
        self._ask("DELETE", "journal")
        return parse_instant(self._ask("POST", "clock", {"advance": 0})["now"])

    def requests(self) -> dict[str, int]:
        methods = [entry["method"] for entry in self._ask("GET", "journal")]
        reads = methods.count("GET")
        return {"reads": reads, "writes": len(methods) - reads}

    def packages(self) -> list[dict[str, Any]]:
        return self._ask("GET", "state")["packages"]

    def _ask(self, method: str, what: str, body: Any = None) -> Any:
        address = f"{self.environment['MASV_BASE_URL']}/_simulator/{what}"
        answer = self._control.request(method, address, json=body, timeout=120)
        answer.raise_for_status()
        return answer.json()


@contextmanager
def simulator(folder: Path, names: Mapping[str, str]) -> Iterator[Masv]:
    """A MASV that holds packages of these names."""
    packages = [
        {"id": key, "name": name, "expiry": EXPIRY, "created_at": _created(key)}
        for key, name in names.items()
    ]
    seed = folder / "seed.json"
    seed.write_text(json.dumps({"packages": packages}))
    command = [sys.executable, "-m", "pulumi_masv.cli", "simulator", "--seed", str(seed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            environment = dict(_exported(process.stdout))
            if len(environment) < 3:
                raise Failed("the simulator did not start")
            yield Masv(process.pid, environment)
        finally:
            process.terminate()


def _created(key: str) -> str:
    """The moment that an id tells."""
    moment = moment_of(key)
    assert moment is not None
    return format_instant(moment)


def _exported(printed: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The three settings that the simulator prints once it answers."""
    for _, line in zip(range(4), printed, strict=False):
        if line.startswith("export "):
            name, _, value = line.removeprefix("export ").strip().partition("=")
            yield name, value


class Stack:
    """A Pulumi project with a state in a folder."""

    def __init__(self, folder: Path, variant: Variant, masv: Masv, limit: float) -> None:
        self.project = folder / "project"
        self._printed = folder / "printed.txt"
        self._limit = limit
        for new in (self.project, folder / "state"):
            new.mkdir()
        (self.project / "Pulumi.yaml").write_text(PROJECT.format(virtualenv=sys.prefix))
        variant.write(self.project)
        kept = {k: v for k, v in os.environ.items() if not k.startswith(_FOREIGN)}
        self._environment = {
            **kept,
            "PATH": f"{Path(sys.prefix) / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "PULUMI_BACKEND_URL": f"file://{folder / 'state'}",
            "PULUMI_CONFIG_PASSPHRASE": "benchmark",
            "PULUMI_HOME": str(folder / "home"),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            **masv.environment,
            **variant.environment,
        }
        self.run("stack", "init", "bench")

    def declare(self, names: Mapping[str, str]) -> None:
        packages = {key: {"name": name, "expiry": EXPIRY} for key, name in names.items()}
        (self.project / "packages.json").write_text(json.dumps(packages))

    def run(self, *arguments: str) -> tuple[float, int | None]:
        """Run one command of the engine: its seconds, and the peak memory of the handler."""
        command = ["pulumi", *arguments, "--non-interactive"]
        shown = " ".join(command)
        started = time.perf_counter()
        with self._printed.open("wb") as printed, self._started(command, printed) as process:
            try:
                with handler_memory(process.pid) as memory:
                    code = process.wait(self._limit)
                    seconds = time.perf_counter() - started
            except subprocess.TimeoutExpired:
                raise Failed(f"{shown} did not end in {self._limit:g} s") from None
            finally:
                end(process)
        if code != 0:
            text = self._printed.read_text(errors="replace")[-_TAIL:]
            raise Failed(f"{shown} ended with {code}:\n{text}")
        return seconds, memory.peak

    def _started(self, command: list[str], printed: IO[bytes]) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            command,
            cwd=self.project,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.STDOUT,
        )

    def state_bytes(self) -> int:
        """What `pulumi stack export` prints."""
        self.run("stack", "export")
        return self._printed.stat().st_size


@contextmanager
def _prepared(variant: Variant, size: int, given: Conditions) -> Iterator[tuple[Masv, Stack]]:
    with tempfile.TemporaryDirectory(prefix="masv-fleet-") as made:
        folder = Path(made)
        with simulator(folder, _names(size, "raw")) as masv:
            masv.delay(given.latency)
            yield masv, Stack(folder, variant, masv, given.limit)


def measure(variant: Variant, size: int, given: Conditions) -> dict[str, Any]:
    """Run all phases once.

    Raises:
        Failed: a figure that would not be one.
    """
    phases = {}
    with _prepared(variant, size, given) as (masv, stack):
        names = _names(size, "Day")
        for phase, command in PHASES.items():
            if phase == CHANGED:
                changed = list(names)[: max(1, size // 100)]
                names |= {key: f"{names[key]}, final" for key in changed}
            stack.declare(names)
            phases[phase] = _phase(masv, stack, command)
            if variant.requests and phase in WRITING:
                _prove(masv, names)
            if phase == FIRST:
                state_bytes = stack.state_bytes()
    return {
        "variant": variant.key,
        "packages": size,
        "state_bytes": state_bytes,
        "phases": phases,
    }


def _phase(masv: Masv, stack: Stack, command: tuple[str, ...]) -> dict[str, Any]:
    began, cpu_before = masv.begin(), masv.cpu
    seconds, memory = stack.run(*command)
    cpu = None if cpu_before is None else round(masv.cpu - cpu_before, 2)
    return {
        "seconds": round(seconds, 3),
        **masv.requests(),
        "write_seconds": _write_seconds(masv, began),
        "handler_bytes": memory,
        "simulator_cpu_seconds": cpu,
    }


def _write_seconds(masv: Masv, began: datetime) -> float:
    """From the first write to the last, by the simulator's own clock, in which it notes them."""
    instants = [parse_instant(package["updated_at"]) for package in masv.packages()]
    written = [instant for instant in instants if instant > began]
    return (max(written) - min(written)).total_seconds() if written else 0.0


def _prove(masv: Masv, names: Mapping[str, str]) -> None:
    """No figure for what has not been done."""
    live = {package["id"]: package["name"] for package in masv.packages()}
    if live != names:
        wrong = sum(live[key] != name for key, name in names.items())
        raise Failed(f"{wrong} of {len(names)} packages do not have the name that was declared")


def _names(size: int, kind: str) -> dict[str, str]:
    """Package id -> name."""
    return {f"01BENCH{number:019d}": f"{kind} {number}" for number in range(1, size + 1)}
