"""The simulator in process: no socket, and an account of its own for every test."""

from collections.abc import Iterator

import pytest

from pulumi_masv.simulator import Simulator


@pytest.fixture
def masv() -> Iterator[Simulator]:
    simulator = Simulator(packages=0)
    with simulator.in_process():
        yield simulator
