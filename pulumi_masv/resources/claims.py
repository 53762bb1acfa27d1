"""One package, one resource: what no check can see, since each check sees one resource."""

import weakref
from typing import Any

import pulumi

from pulumi_masv.accounts import Refused

# One entry per run of a program, since one process may run several (Automation API).
_CLAIMS: "weakref.WeakKeyDictionary[pulumi.Resource, dict[str, list[str]]]" = (
    weakref.WeakKeyDictionary()
)


def claim(package_id: pulumi.Input[str], mine: list[str]) -> pulumi.Input[str]:
    """Refuse a package that another resource of this run declares, now or once the id is known.

    Args:
        package_id: of the package.
        mine: who declares it, told apart by identity: two components may hold resources of one
            name.
    """
    root = pulumi.runtime.get_root_resource()
    claims = _CLAIMS.setdefault(root, {}) if root is not None else {}

    def take(known: Any) -> Any:
        other = claims.setdefault(known, mine) if isinstance(known, str) else mine
        if other is not mine:
            raise Refused(
                f"package {known} is declared twice, by {other[0]} and by {mine[0]}: "
                f"keep one of them"
            )
        return known

    if isinstance(package_id, pulumi.Output):
        return package_id.apply(take)
    claimed: pulumi.Input[str] = take(package_id)
    return claimed


async def others(mine: list[str]) -> list[str]:
    """The packages that this run declares elsewhere, as far as their ids are known.

    Awaited only when the program has run to its end: Pulumi registers nothing before.
    """
    root = pulumi.runtime.get_root_resource()
    claims = _CLAIMS.get(root, {}) if root is not None else {}
    return sorted(package_id for package_id, holder in claims.items() if holder is not mine)
