"""How a fleet's outputs are written short, and spelled out again: in the state, and in a program.

`off` names what is as usual of a package where its entry in `live` leaves it out; `declared` has
what most entries declare once, under `*`, which is no package's id. A state without either is one
in which everything is spelled out.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

OFF: Final = "off"
USUAL: Final = {
    "archived": False,
    "pendingArchive": False,
    "state": "finalized",
    "unlimitedStorage": False,
}
ALIKE: Final = "*"


def usual(off: Collection[str]) -> dict[str, Any]:
    """Return what entries of `live` leave out where `off` is this."""
    return {name: value for name, value in USUAL.items() if name in off}


def spelled_out(entry: Any, left_out: Mapping[str, Any]) -> Any:
    """Return an entry of `live` with what it leaves out."""
    return {**left_out, **entry} if isinstance(entry, Mapping) else entry


def of_each(declared: Mapping[str, Any], package_ids: Iterable[str]) -> dict[str, Any]:
    """Return what is declared of each package."""
    if ALIKE not in declared:
        return dict(declared)
    each = dict.fromkeys(package_ids, declared[ALIKE])
    return {**each, **{i: names for i, names in declared.items() if i != ALIKE}}
