"""The MASV of a measurement: the simulator, behind a socket, in a process of its own."""

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import requests
from processes import cpu_seconds

from pulumi_masv.client import moment_of
from pulumi_masv.models import format_instant


class Masv:
    """The simulator, behind a socket and in a process of its own.

    Attributes:
        environment: what it told to export, so that a client finds it.
    """

    def __init__(self, pid: int, environment: Mapping[str, str]) -> None:
        self.environment = environment
        self._process = psutil.Process(pid)
        self._control = requests.Session()
        self._control.trust_env = False

    def delay(self, seconds: float) -> None:
        """Let every answer take so long."""
        if seconds:
            self._ask("POST", "faults", {"kind": "latency", "times": None, "seconds": seconds})

    @property
    def cpu(self) -> float:
        return cpu_seconds(self._process)

    def forget(self) -> None:
        """Forget the requests so far."""
        self._ask("DELETE", "journal")

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
def simulator(folder: Path, names: Mapping[str, str], expiry: str) -> Iterator[Masv]:
    """A MASV that holds packages of these names."""
    packages = [
        {"id": key, "name": name, "expiry": expiry, "created_at": _created(key)}
        for key, name in names.items()
    ]
    seed = folder / "seed.json"
    seed.write_text(json.dumps({"packages": packages}))
    command = [sys.executable, "-m", "pulumi_masv.cli", "simulator", "--seed", str(seed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            environment = dict(_exported(process.stdout))
            if len(environment) < 3:
                raise RuntimeError("the simulator did not start")
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
