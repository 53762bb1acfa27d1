"""How outputs are written short, and spelled out again: in the state, and in a program.

Of a package, a flag of `FLAGS` is left out where it is false. Of a fleet, `off` names what is as
usual of a package where its entry in `live` leaves it out. Under `*`, which is no package's id,
`live` has bytes and files of all packages in one text, since Pulumi's work grows with the number of
values, and `declared` has what most entries declare. A state without any of this is one in which
everything is spelled out.
"""

import json
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from typing import Any, Final

OFF: Final = "off"
ALL: Final = "*"
SIZED: Final = ("size", "totalFiles")
"""What `live` has of each package under `*`, in this order."""
USUAL: Final = {
    "archived": False,
    "pendingArchive": False,
    "state": "finalized",
    "unlimitedStorage": False,
}
FLAGS: Final = frozenset({"archive_on_destroy", "archived", "force_destroy", "pending_archive"})
"""The outputs of a package that are never unknown, so that left out is false.

By the fields' names, and not the wire's as above: what a bag says by either name goes before them.
"""


def spelled_out(entry: Any, left_out: Mapping[str, Any]) -> Any:
    """Return outputs of a package with what they leave out."""
    return {**left_out, **entry} if isinstance(entry, Mapping) else entry


def entries_of(written: Mapping[str, Any]) -> dict[str, Any]:
    """Return package id -> its entry, as it is written in `live` or `declared`."""
    return {i: entry for i, entry in written.items() if i != ALL}


def each_spelled_out(
    live: Mapping[str, Any], off: Any, spelling: Callable[[str], str] = str
) -> dict[str, Any]:
    """Return what the state holds of each package of a fleet.

    Args:
        live: as it is written.
        off: as it is written.
        spelling: of the names in an entry.
    """
    off, sizes = off if isinstance(off, (list, tuple)) else (), _sizes(live.get(ALL))
    left_out = {spelling(name): value for name, value in USUAL.items() if name in off}
    sized = tuple(map(spelling, SIZED))

    def of(package_id: str) -> dict[str, Any]:
        values = zip(sized, sizes.get(package_id, ()), strict=False)
        return {**left_out, **{name: value for name, value in values if value is not None}}

    return {i: spelled_out(entry, of(i)) for i, entry in entries_of(live).items()}


def sizes_in_one(live: Mapping[str, MutableMapping[str, Any]]) -> dict[str, Any]:
    """Take bytes and files out of the entries, and return all with them in one text.

    Sorted, since Pulumi hands a map on in any order, and compares a text as it is.
    """
    sizes = {i: [entry.pop(name, None) for name in SIZED] for i, entry in live.items()}
    return {**live, ALL: json.dumps(sizes, separators=(",", ":"), sort_keys=True)} if live else {}


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
    if ALL not in declared:
        return dict(declared)
    each = dict.fromkeys(package_ids, declared[ALL])
    return {**each, **entries_of(declared)}
