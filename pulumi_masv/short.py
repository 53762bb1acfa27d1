"""How a fleet's outputs are written short, and spelled out again: in the state, and in a program.

`off` names the flags that are false of a package where its entry in `live` leaves them out;
`declared` has what most entries declare once, under `*`, which is no package's id. A state without
either is one in which everything is spelled out.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

OFF: Final = "off"
ALIKE: Final = "*"


def spelled_out(entry: Any, flags: Mapping[str, bool]) -> Any:
    """Return an entry of `live` with the flags that it leaves out."""
    return {**flags, **entry} if isinstance(entry, Mapping) else entry


def of_each(declared: Mapping[str, Any], package_ids: Iterable[str]) -> dict[str, Any]:
    """Return what is declared of each package."""
    if ALIKE not in declared:
        return dict(declared)
    each = dict.fromkeys(package_ids, declared[ALIKE])
    return {**each, **{i: names for i, names in declared.items() if i != ALIKE}}
