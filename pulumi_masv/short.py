"""How outputs are written short, and spelled out again: in the state, and in a program.

Of a package, a flag of `FLAGS` is left out where it is false. Of a fleet, `off` names what is as
usual of a package where its entry in `live` leaves it out; `sizes` has bytes and files of all in
one text, since Pulumi's work grows with the number of values; `declared` has what most entries
declare once, under `*`, which is no package's id. A state without any of this is one in which
everything is spelled out.
"""

import json
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from typing import Any, Final

OFF: Final = "off"
SIZES: Final = "sizes"
SIZED: Final = ("size", "totalFiles")
"""What `sizes` has of each package, in this order."""
USUAL: Final = {
    "archived": False,
    "pendingArchive": False,
    "state": "finalized",
    "unlimitedStorage": False,
}
ALIKE: Final = "*"
FLAGS: Final = frozenset({"archive_on_destroy", "archived", "force_destroy", "pending_archive"})
"""The outputs of a package that are never unknown, so that left out is false."""


def spelled_out(entry: Any, left_out: Mapping[str, Any]) -> Any:
    """Return outputs of a package with what they leave out."""
    return {**left_out, **entry} if isinstance(entry, Mapping) else entry


def each_spelled_out(
    live: Mapping[str, Any], bag: Mapping[str, Any], spelling: Callable[[str], str] = str
) -> dict[str, Any]:
    """Return what the state holds of each package of a fleet.

    Args:
        live: package id -> its entry.
        bag: of outputs, with `off` and `sizes`.
        spelling: of the names in an entry.
    """
    off, sizes = bag.get(OFF), _sizes(bag.get(SIZES))
    off = off if isinstance(off, (list, tuple)) else ()
    left_out = {spelling(name): value for name, value in USUAL.items() if name in off}
    sized = tuple(map(spelling, SIZED))

    def of(package_id: str) -> dict[str, Any]:
        values = zip(sized, sizes.get(package_id, ()), strict=False)
        return {**left_out, **{name: value for name, value in values if value is not None}}

    return {i: spelled_out(entry, of(i)) for i, entry in live.items()}


def take_sizes(live: Mapping[str, MutableMapping[str, Any]]) -> str:
    """Take what `sizes` has out of the entries, and return it.

    Sorted, since Pulumi hands a map on in any order, and compares a text as it is.
    """
    sizes = {i: [entry.pop(name, None) for name in SIZED] for i, entry in live.items()}
    return json.dumps(sizes, separators=(",", ":"), sort_keys=True)


def _sizes(text: Any) -> Mapping[str, Any]:
    """Return package id -> the values of `SIZED`; nothing where somebody wrote it by hand."""
    try:
        sizes = json.loads(text)
    except (TypeError, ValueError, RecursionError):
        return {}
    each = sizes.items() if isinstance(sizes, dict) else ()
    return {i: values for i, values in each if isinstance(values, list)}


def of_each(declared: Mapping[str, Any], package_ids: Iterable[str]) -> dict[str, Any]:
    """Return what is declared of each package."""
    if ALIKE not in declared:
        return dict(declared)
    each = dict.fromkeys(package_ids, declared[ALIKE])
    return {**each, **{i: names for i, names in declared.items() if i != ALIKE}}
