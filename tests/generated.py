"""What a property test generates, counted, so that none passes for want of what its name is about.

Examples are the same in every run (tests/conftest.py), so a floor holds or it does not.
"""

import functools
from collections import Counter
from collections.abc import Callable
from typing import Any

from hypothesis import event

_seen: Counter[str] = Counter()


def count(what: str, number: int = 1) -> None:
    """Count something that an example holds; Hypothesis's statistics show it, too."""
    if number:
        _seen[what] += number
        event(what)


def at_least(least: int, *kinds: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Make a property test fail where it has counted less than `least` of one of these kinds."""

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(test)
        def counted(*arguments: Any, **named: Any) -> None:
            _seen.clear()
            test(*arguments, **named)
            few = {kind: _seen[kind] for kind in kinds if _seen[kind] < least}
            assert not few, f"fewer than {least}: {few}, of {dict(_seen)}"

        return counted

    return decorate
