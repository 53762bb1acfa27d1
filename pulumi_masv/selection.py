"""Which packages a data function gives, once its arguments are known. No Pulumi."""

from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any, Final

from pulumi_masv.arguments import Wrong
from pulumi_masv.client import PAGE, Client
from pulumi_masv.errors import AmbiguousPackage, FilterError, PackageNotFound
from pulumi_masv.formatting import quote, spell, visible
from pulumi_masv.models import Package, Query, is_secret, veiled

_CANDIDATES: Final = 10
_SHOWN: Final = {"expiry_start": "expiry", "expiry_end": "expiry"}
"""What a line about a package shows of what it was asked by."""


def several(client: Client, asked: Mapping[str, Any]) -> list[Package]:
    """Return all packages that are as asked, in order. Raises MasvError."""
    query = Query.parse(**asked)
    packages = [observed.package for observed in client.list_packages(query)]
    by = query.sort.removeprefix("-")
    keys = [getattr(one, by, None) for one in packages]
    # How MASV orders texts is its own; numbers and instants have one order.
    if by in ("created_at", "size", "expiry") and None not in keys:
        packages.sort(key=attrgetter(by), reverse=query.sort.startswith("-"))
    return packages


def wanted(asked: Mapping[str, Any]) -> str | Query:
    """Return which one package is asked for: its id, or what it is.

    Raises:
        FilterError: what is asked for is wrong.
    """
    by = _given(asked)
    package_id = by.pop("package_id", None)
    if package_id is not None:
        if by:
            raise FilterError(f"package_id says which package: take {', '.join(by)} out")
        if isinstance(package_id, Wrong):
            raise FilterError(f"package_id: {package_id.reason}")
        return str(package_id)
    if not set(by) - {"received"}:
        raise FilterError("give package_id, or another argument that says which package")
    return Query.parse(**by)


def one(client: Client, asked: Mapping[str, Any]) -> Package:
    """Return the one package that is as asked.

    Raises:
        FilterError: what is asked for is wrong.
        PackageNotFound: there is none.
        AmbiguousPackage: there are several.
    """
    query = wanted(asked)
    if isinstance(query, str):
        observed = client.get_package(query)
        if observed is None:
            raise client.not_found(query)
        return observed.package
    page = client.get_page(query)
    found, total = page.records, page.total
    if page.total <= PAGE or any(query.allows(observed.package) is False for observed in found):
        found = client.list_packages(query, page)
        total = len(found)
    if total == 1:
        return found[0].package
    by = _given(asked)
    described = ", ".join(f"{name}={value!r}" for name, value in by.items())
    if not found:
        where = "" if "status" in by else "; without status, only finalized and expired ones count"
        raise PackageNotFound(f"team {client.team_id} has no package with {described}{where}")
    asked_in_secret = {_SHOWN.get(name, name) for name, value in by.items() if is_secret(value)}
    packages = [veiled(observed.package, asked_in_secret) for observed in found]
    raise AmbiguousPackage(_candidates(described, total, packages))


def _given(asked: Mapping[str, Any]) -> dict[str, Any]:
    by = {name: value for name, value in asked.items() if value is not None}
    if by.get("received") is False:
        del by["received"]
    return by


def _candidates(described: str, total: int, packages: Sequence[Package]) -> str:
    shown = [
        f"{one.id} {quote(one.name)} ({visible(one.state or 'unknown')}, expiry {spell(one.end)})"
        for one in packages[:_CANDIDATES]
    ]
    if total > len(shown):
        shown.append(f"and {total - len(shown)} more")
    return f"{total} packages have {described}: describe one more closely, or give its id: " + (
        "; ".join(shown)
    )
