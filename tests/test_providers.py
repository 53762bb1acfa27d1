"""The names that every state holds, pinned, and how a handler is configured."""

import base64
import gc
import os
import pickle
import pickletools
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc  # type: ignore[import-untyped]
import pytest
from google.protobuf.empty_pb2 import Empty  # type: ignore[import-untyped]
from pulumi.dynamic import Config, ConfigureRequest
from pulumi.runtime.proto import engine_pb2_grpc

from pulumi_masv.lifecycle.registry import ANYWHERE, Declaration, Registry
from pulumi_masv.providers import (
    ArchiveWindowProvider,
    PackageFleetProvider,
    PackageLifecycleProvider,
    pickled,
)
from pulumi_masv.simulator import Simulator

PICKLE = "import pulumi_masv.providers as p; print(p.pickled(p.{name}))"
NAMES = {
    "PackageLifecycleProvider": PackageLifecycleProvider,
    "PackageFleetProvider": PackageFleetProvider,
    "ArchiveWindowProvider": ArchiveWindowProvider,
}


@pytest.fixture(autouse=True)
def _the_process_stays_as_it_was() -> Any:
    threshold = gc.get_threshold()
    yield
    gc.set_threshold(*threshold)
    if hasattr(sys, "tracebacklimit"):
        del sys.tracebacklimit


def strings(blob: str) -> list[Any]:
    operations = pickletools.genops(base64.b64decode(blob))
    return [word for op, arg, _ in operations if isinstance(arg, str) for word in arg.split()]


@pytest.mark.parametrize("name", NAMES)
def test_the_state_names_the_handler_and_nothing_else(name: str) -> None:
    """By module and class."""
    names = strings(pickled(NAMES[name]))
    assert "pulumi_masv.providers" in names
    assert name in names
    assert not {"pulumi_masv.providers", name}.symmetric_difference(
        name for name in names if not name.startswith(("copyreg", "__", "_", "builtins", "object"))
    )


@pytest.mark.parametrize("name", NAMES)
def test_the_pickle_is_the_same_in_every_process_and_small(name: str) -> None:
    blobs = set()
    for seed in ("0", "1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", PICKLE.format(name=name)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        blobs.add(done.stdout.strip())
    [blob] = blobs
    assert blob == pickled(NAMES[name])
    assert len(blob) < 80


def test_a_state_written_by_another_interpreter_is_no_change() -> None:
    provider = PackageLifecycleProvider()
    provider.configure(ConfigureRequest(Config({}, "test")))
    old, new = (
        base64.b64encode(pickle.dumps(PackageLifecycleProvider(), protocol=protocol)).decode()
        for protocol in (4, 5)
    )
    assert old != new
    bag = {"packageId": "01HP", "name": "Day 12"}
    outputs = {**bag, "declared": ["name", "packageId"], "state": "finalized", "__provider": old}
    assert provider.diff("01HP", outputs, {**bag, "__provider": new}).changes is False


def test_a_handler_pickled_long_ago_is_still_found() -> None:
    for kind in NAMES.values():
        for protocol in (4, 5):
            blob = pickle.dumps(kind(), protocol=protocol)
            assert type(pickle.loads(blob)) is kind


class EngineLog(engine_pb2_grpc.EngineServicer):
    """An engine's log, behind a real socket."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str]] = []

    def Log(self, request: Any, _context: Any) -> Any:  # noqa: N802 # as the protocol spells it
        self.said.append((request.message, request.urn))
        return Empty()


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Any:
    """An engine whose address a handler's process is started with."""
    log = EngineLog()
    server = grpc.server(ThreadPoolExecutor(1))
    engine_pb2_grpc.add_EngineServicer_to_server(log, server)
    address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    monkeypatch.setattr(sys, "argv", ["pulumi.dynamic", "--tracing", "tcp://x", address])
    yield log, address
    server.stop(None).wait()


def test_a_configured_handler_serves_every_verb_and_says_at_the_resource(engine: Any) -> None:
    log, address = engine
    simulator = Simulator(packages=0)
    package = simulator.account.add_package(name="raw")
    configuration = {
        "masv:baseUrl": simulator.url,
        "masv:apiKey": simulator.api_key,
        "masv:teamId": simulator.team_id,
    }
    provider = PackageLifecycleProvider()
    registry = Registry.host(address, stack="test", is_preview=False)
    registry.declare([Declaration(package, ANYWHERE, holder=1)])
    with simulator.in_process():
        provider.configure(ConfigureRequest(Config(configuration, "test")))
        news = {"packageId": package, "name": "Day 12", "resourceUrn": "urn:day12"}
        inputs = provider.check({}, news).inputs
        assert "resourceUrn" not in inputs
        outputs = provider.create(inputs).outs
        assert outputs is not None
        assert log.said == [(f'{package} "raw": rename to "Day 12"', "urn:day12")]
        assert provider.diff(package, outputs, inputs).changes is False
        assert provider.read(package, outputs).inputs == inputs
        updated = provider.update(package, outputs, {**inputs, "name": "Day 13"}).outs
        assert updated is not None
        provider.delete(package, updated)  # the program declares it
    registry.close()
    assert simulator.account.package(package).name == "Day 12"  # nothing but what was promised


def test_an_error_is_one_line_in_the_handlers_process_unless_debugging(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MASV_DEBUG", "1")
    PackageLifecycleProvider().configure(ConfigureRequest(Config({}, "test")))
    assert not hasattr(sys, "tracebacklimit")
    monkeypatch.delenv("MASV_DEBUG")
    PackageLifecycleProvider().configure(ConfigureRequest(Config({}, "test")))
    assert sys.tracebacklimit == 0
