"""Which inputs of a resource the program keeps secret: its check is told, since it cannot see."""

from collections.abc import Collection, Mapping
from typing import Any

import pulumi

from pulumi_masv.resources.base import WIRE
from pulumi_masv.resources.entries import NAMES


def are_plain(declared: Mapping[str, Any]) -> bool:
    """Return whether nothing given can be secret, so that a check need not be told."""
    return not any(isinstance(value, pulumi.Output) for value in declared.values())


async def secret_inputs(declared: Mapping[str, Any], outputs: Collection[str] = ()) -> Any:
    """Return the sorted names of those that are secret, in the wire's spelling; None for none.

    Args:
        declared: the inputs.
        outputs: names that the program has secret as outputs.
    """
    named = {WIRE.get(name, name) for name in outputs}
    wire = {WIRE.get(name, name): value for name, value in declared.items()}
    return sorted({n for n, value in wire.items() if n in named or await _is_secret(value)}) or None


async def secret_entries(packages: Any, outputs: Collection[str] = ()) -> Any:
    """Return package id -> the names that are secret in its entry; None for none."""
    packages, is_whole = await _resolved(packages)
    if not isinstance(packages, Mapping):
        return {"": ["packages"]} if is_whole else None
    found = {}
    for package_id, each in packages.items():
        entry, is_secret = await _resolved(each)
        if is_secret or is_whole or "live" in outputs:
            is_all = "live" in outputs or not isinstance(entry, Mapping)  # also what MASV has
            declared = dict.fromkeys(NAMES if is_all else entry)
            found[package_id] = await secret_inputs(declared, NAMES)
        elif isinstance(entry, Mapping):
            found[package_id] = await secret_inputs(entry)
    return {package_id: names for package_id, names in found.items() if names} or None


async def _resolved(value: Any) -> tuple[Any, bool]:
    is_secret = await _is_secret(value)
    return (await value.future() if isinstance(value, pulumi.Output) else value), is_secret


async def _is_secret(value: Any) -> bool:
    return isinstance(value, pulumi.Output) and await value.is_secret()
