"""What fleet.json holds, read: which runs there are, and one figure of several of them."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from measure import Size
from variants import VARIANTS, Variant

Measured = Mapping[str, Any]  # what fleet.json holds
Run = Mapping[str, Any]
Figure = Callable[[Run], float | None]  # of one run; None where it is not known


def sizes(measured: Measured) -> list[Size]:
    return sorted({_size(run) for run in measured["runs"]})


def variants(measured: Measured) -> list[Variant]:
    """Those that were measured."""
    keys = {run["variant"] for run in measured["runs"]}
    return [variant for variant in VARIANTS if variant.key in keys]


def runs_of(measured: Measured, key: str, size: Size) -> list[Run]:
    return [run for run in measured["runs"] if (run["variant"], _size(run)) == (key, size)]


def values(runs: Sequence[Run], figure: Figure) -> list[float]:
    """A figure of each run that has it."""
    return [value for run in runs if (value := figure(run)) is not None]


def median(measured: Measured, key: str, size: Size, figure: Figure) -> float | None:
    found = values(runs_of(measured, key, size), figure)
    return statistics.median(found) if found else None


def ratio(above: float | None, below: float | None) -> float | None:
    return above / below if above is not None and below else None


def of(phase: str, name: str) -> Figure:
    """A figure of a phase, as it was written down."""
    return lambda run: run["phases"][phase][name]


def share(phase: str, role: str) -> Figure:
    """The processor time of engine, program or handler."""
    return lambda run: run["phases"][phase]["cpu"][role]


def cpu(phase: str) -> Figure:
    """The processor time of all three."""
    return lambda run: sum(run["phases"][phase]["cpu"].values())


def requests(phase: str) -> Figure:
    return lambda run: run["phases"][phase]["reads"] + run["phases"][phase]["writes"]


def memory(run: Run) -> float | None:
    """Of the handler, at its peak."""
    peaks = (phase["handler_bytes"] for phase in run["phases"].values())
    return max(filter(None, peaks), default=None)


def _size(run: Run) -> Size:
    return Size(run["packages"], run["account"])
