"""Runs are killed by what /proc says of their processes, so these tests are for Linux."""

import sys

import pytest


def pytest_runtest_setup() -> None:
    if sys.platform != "linux":
        pytest.skip("finds processes in /proc")
