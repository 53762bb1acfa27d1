"""One variant at one size: a MASV in a process of its own, a stack of its own, four commands."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

from processes import Taken, end, wait
from simulated import Masv, simulator
from variants import Variant

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


class Size(NamedTuple):
    """How many packages are declared, and how many the account holds."""

    packages: int
    account: int

    def __str__(self) -> str:
        of = f" of {self.account:,}" if self.account > self.packages else ""
        return f"{self.packages:,}{of}"


@dataclass(frozen=True)
class Conditions:
    """What is the same for all variants.

    Attributes:
        latency: seconds that every answer of MASV takes.
        limit: seconds that a command may take.
    """

    latency: float
    limit: float


class Stack:
    """A Pulumi project with a state in a folder."""

    def __init__(self, folder: Path, variant: Variant, masv: Masv, limit: float) -> None:
        self.project = folder / "project"
        self._printed = folder / "printed.txt"
        self._variant = variant
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
        if not variant.threads:
            self.run("stack", "init", "bench")

    def declare(self, names: Mapping[str, str]) -> None:
        packages = {key: {"name": name, "expiry": EXPIRY} for key, name in names.items()}
        (self.project / "packages.json").write_text(json.dumps(packages))

    def run(self, *arguments: str) -> Taken:
        """Run the variant's command, which is the engine with these arguments if it needs one."""
        command = self._variant.command(arguments)
        shown = " ".join(command)
        with self._printed.open("wb") as printed:
            process = subprocess.Popen(
                command,
                cwd=self.project,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=subprocess.STDOUT,
            )
            try:
                taken = wait(process, self._limit, "program" if self._variant.threads else "engine")
            except subprocess.TimeoutExpired:
                raise Failed(f"{shown} did not end in {self._limit:g} s") from None
            finally:
                end(process)
        if taken.code != 0:
            text = self._printed.read_text(errors="replace")[-_TAIL:]
            raise Failed(f"{shown} ended with {taken.code}:\n{text}")
        return taken

    def state(self) -> dict[str, Any]:
        """The bytes of what `pulumi stack export` prints, and of one resource in it, compact."""
        if self._variant.threads:
            return {"state_bytes": None, "resource_bytes": None}
        self.run("stack", "export")
        exported = self._printed.read_bytes()
        resources = json.loads(exported)["deployment"]["resources"]
        return {"state_bytes": len(exported), "resource_bytes": resource_bytes(resources)}


def resource_bytes(resources: Iterable[Mapping[str, Any]]) -> float:
    """The median of what one takes as compact JSON; the stack and its provider do not count."""
    return statistics.median(
        len(json.dumps(each, separators=(",", ":"), ensure_ascii=False).encode())
        for each in resources
        if not each["type"].startswith("pulumi:")
    )


@contextmanager
def _prepared(
    variant: Variant, raw: Mapping[str, str], given: Conditions
) -> Iterator[tuple[Masv, Stack]]:
    with tempfile.TemporaryDirectory(prefix="masv-fleet-") as made:
        folder = Path(made)
        with simulator(folder, raw, EXPIRY) as masv:
            masv.delay(given.latency)
            yield masv, Stack(folder, variant, masv, given.limit)


def measure(variant: Variant, size: Size, given: Conditions) -> dict[str, Any]:
    """Run all phases once.

    Raises:
        Failed: a figure that would not be one.
    """
    phases = {}
    raw = {_id(number): f"raw {number}" for number in range(size.account)}
    with _prepared(variant, raw, given) as (masv, stack):
        # Evenly among all, so that each page of the listing shows some.
        numbers = [place * size.account // size.packages for place in range(size.packages)]
        names = {_id(number): f"Day {number}" for number in numbers}
        for phase, command in PHASES.items():
            if phase == CHANGED:
                changed = list(names)[: max(1, size.packages // 100)]
                names |= {key: f"{names[key]}, final" for key in changed}
            stack.declare(names)
            phases[phase] = _phase(masv, stack, command)
            if variant.requests and phase in WRITING:
                _prove(masv, {**raw, **names})
            if phase == FIRST:
                state = stack.state()
    return {"variant": variant.key, **size._asdict(), **state, "phases": phases}


def _id(number: int) -> str:
    return f"01BENCH{number + 1:019d}"


def _phase(masv: Masv, stack: Stack, command: tuple[str, ...]) -> dict[str, Any]:
    masv.forget()
    cpu_before = masv.cpu
    taken = stack.run(*command)
    return {
        "seconds": round(taken.seconds, 3),
        "cpu": taken.cpu,
        "written_bytes": taken.written or None,  # where /tmp is in memory, nothing is
        **masv.requests(),
        "handler_bytes": taken.handler_bytes,
        "simulator_cpu_seconds": round(masv.cpu - cpu_before, 2),
    }


def _prove(masv: Masv, names: Mapping[str, str]) -> None:
    """No figure for what has not been done."""
    live = {package["id"]: package["name"] for package in masv.packages()}
    if live != names:
        wrong = sum(live[key] != name for key, name in names.items())
        raise Failed(f"{wrong} of {len(names)} packages do not have the name that was declared")
