"""The simulator in process: no socket, and an account of its own for every test."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

from pulumi_masv.simulator import Simulator

# Neither the wall's time nor chance decides whether a change is green.
settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")


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
