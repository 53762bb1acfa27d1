"""The simulator in process: no socket, and an account of its own for every test."""

import contextlib
import os
import signal
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from pulumi_masv.simulator import Simulator

# Neither the wall's time nor chance decides whether a change is green.
settings.register_profile(
    "steady",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],  # older versions allow a second
)
settings.load_profile("steady")
# Newer versions draw constants of the modules that other tests have imported by then, too.
with contextlib.suppress(ImportError):
    from hypothesis.internal.conjecture import providers

    if hasattr(providers, "_get_local_constants"):
        providers._get_local_constants = lambda: providers._local_constants

# A shell lets what it starts in the background ignore Ctrl-C, and so would all that tests start. No
# `preexec_fn` sets that right: it makes subprocess fork, which gRPC may abort once it is in use.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Nor does what a shell tells every command of its terminal and of a proxy.
for name in ("COLUMNS", "FORCE_COLOR", "LINES", "NO_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
    os.environ.pop(name, None)
for name in ("NO_PROXY", "no_proxy"):
    os.environ[name] = f"127.0.0.1,localhost,{os.environ.get(name, '')}".rstrip(",")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Measure no coverage of what only repeats: it doubles the time that it takes."""
    for item in items:
        if item.get_closest_marker("thorough"):
            item.add_marker("no_cover")


@pytest.fixture
def masv() -> Iterator[Simulator]:
    simulator = Simulator(packages=0)
    with simulator.in_process():
        yield simulator
