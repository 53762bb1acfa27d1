"""What is aimed at: each figure with what is wanted of it, and what has to be measured for it."""

import math
import operator
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from figures import Figure, Measured, Run, cpu, median, memory, of, ratio, requests
from measure import FIRST, NOOP, PHASES, REFRESH, Size

Need = tuple[str, Size]  # the key of a variant, and its size
Compare = Callable[[float, float], bool]
AT_MOST, UNDER, AT_LEAST = operator.le, operator.lt, operator.ge
_WORDS: Final = {AT_MOST: "at most", UNDER: "under", AT_LEAST: "at least"}
_PAGE: Final = 50  # packages


class Target(NamedTuple):
    """One row.

    Attributes:
        what: the figure, in words.
        compare: how it has to compare with the bound.
        bound: what it is compared with.
        value: the figure; None where what it needs was not measured.
        needs: what has to be measured.
    """

    what: str
    compare: Compare
    bound: float
    value: Callable[[Measured], float | None]
    needs: tuple[Need, ...]

    def row(self, measured: Measured) -> list[str]:
        """What, wanted, measured, met."""
        wanted = f"{_WORDS[self.compare]} {self.bound:,g}"
        value = self.value(measured)
        if value is None:
            return [self.what, wanted, "not measured", ""]
        shown = f"{value:.2f}" if self.bound < 100 and value % 1 else f"{value:,.0f}"
        return [self.what, wanted, shown, "yes" if self.compare(value, self.bound) else "no"]


def _of(key: str, packages: int) -> Need:
    return key, Size(packages, packages)


def _over(
    what: str, figure: Figure, above: Need, below: Need, compare: Compare, bound: float
) -> Target:
    """One way's figure over another's."""
    return Target(
        f"{what}: ({above[0]}) over ({below[0]})",
        compare,
        bound,
        lambda measured: ratio(median(measured, *above, figure), median(measured, *below, figure)),
        (above, below),
    )


def _most(
    what: str, figure: Figure, needs: tuple[Need, ...], compare: Compare, bound: float
) -> Target:
    """The largest figure of several."""

    def value(measured: Measured) -> float | None:
        found = [median(measured, *need, figure) for need in needs]
        known = [each for each in found if each is not None]
        return max(known) if len(known) == len(found) else None

    return Target(what, compare, bound, value, needs)


def _beyond(run: Run) -> float:
    """The requests of a first up that neither write a package nor list one for the first time."""
    return requests(FIRST)(run) - run["packages"] - math.ceil(run["account"] / _PAGE)


def _resource(run: Run) -> float | None:
    return run["resource_bytes"]


def _growth(measured: Measured) -> float | None:
    """How many times as much CPU a package of the huge fleet takes, in the command that grew most.

    Beside one of a fifth as many.
    """
    times = _HUGE[1].packages / _FLEET[1].packages
    grown = [
        ratio(median(measured, *_HUGE, cpu(phase)), median(measured, *_FLEET, cpu(phase)))
        for phase in PHASES
    ]
    known = [each / times for each in grown if each is not None]
    return max(known, default=None)


_FLEET: Final = _of("d", 10_000)
_IDLE: Final = _of("e", 10_000)
_LARGEST: Final = _of("d", 20_000)
_HUGE: Final = _of("d", 50_000)
_LISTED: Final = (("d", Size(1_000, 10_000)), _of("d", 5_000), _FLEET, _LARGEST)
_ALIKE: Final = (_of("c", 1_000), _of("f", 1_000))
_CHECKED: Final = (_of("b", 300), _of("a", 300))
_SECONDS: Final = of(FIRST, "seconds")
_WRITTEN: Final = of(FIRST, "written_bytes")

TARGETS: Final = (
    _over("CPU, first up of 1,000, no checkpoints", cpu(FIRST), *_ALIKE, AT_MOST, 1),
    _over("CPU, first up of 300", cpu(FIRST), *_CHECKED, AT_MOST, 1),
    _over("bytes written, first up of 300", _WRITTEN, *_CHECKED, AT_MOST, 1),
    _over("CPU, no-op up of 1,000", cpu(NOOP), *_ALIKE, AT_MOST, 1.1),
    _most(
        "requests, first up of 1,000: the more of (b) and (c)",
        requests(FIRST),
        (_of("b", 1_000), _of("c", 1_000)),
        AT_MOST,
        1_040,
    ),
    _most("bytes of a resource: (c), 1,000", _resource, (_of("c", 1_000),), UNDER, 1_400),
    _over("first up of 5,000", _SECONDS, _of("d", 5_000), _of("h", 5_000), AT_MOST, 2),
    _over("CPU, no-op up of 10,000", cpu(NOOP), _FLEET, _IDLE, AT_MOST, 1.2),
    _over("CPU, refresh of 10,000", cpu(REFRESH), _FLEET, _IDLE, AT_MOST, 1.5),
    _most(
        "memory in MB: (d), 20,000",
        lambda run: ratio(memory(run), 1e6),
        (_LARGEST,),
        UNDER,
        300,
    ),
    _most(
        "requests beyond N + ⌈T/50⌉, first up of N of T listed: (d), the most of "
        + "; ".join(str(size) for _, size in _LISTED),
        _beyond,
        _LISTED,
        AT_MOST,
        10,
    ),
    _over("first up of 1,000", _SECONDS, _of("a", 1_000), _of("d", 1_000), AT_LEAST, 20),
    Target(
        "CPU for a package of 50,000, in the command that grew most: over one of 10,000",
        AT_MOST,
        1.2,
        _growth,
        (_HUGE, _FLEET),
    ),
)


def needs() -> Iterator[Need]:
    """Each run that a target needs, once, the small ones first."""
    found = {need for target in TARGETS for need in target.needs}
    yield from sorted(found, key=lambda need: (need[1], need[0]))


def rows(measured: Measured) -> list[list[str]]:
    return [target.row(measured) for target in TARGETS]
