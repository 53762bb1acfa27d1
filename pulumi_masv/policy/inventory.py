"""What a policy is decided on: a team's packages, with what only a filter can tell of them.

MASV lists packages by tag, teamspace and portal, but a package need not say its own. So each tag,
teamspace and portal that a rule asks for is one listing more. What a package does say of itself
counts as well.
"""

import itertools
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Any

from pulumi_masv.assumptions import FILTERED
from pulumi_masv.client import BOXES, Client
from pulumi_masv.errors import ListingRefused, RequestRefused
from pulumi_masv.models import STATES, Package, Query
from pulumi_masv.policy.evaluate import Decision, evaluate
from pulumi_masv.policy.model import ManifestModel


def asks(manifest: ManifestModel) -> bool:
    """Return whether what a manifest comes to depends on what MASV has."""
    defaults = manifest.defaults
    held = any(entry.hold for entry in manifest.packages.values())
    return bool(manifest.rules or held or (defaults and defaults.expiry))


def decide(manifest: ManifestModel, client: Client | None) -> Decision:
    """Return what a manifest comes to for the packages that a team has now.

    Args:
        manifest: what is declared, and the rules.
        client: of the team; None where the manifest asks nothing of MASV.

    Raises:
        MasvError: the packages cannot be listed.
    """
    if client is None:
        return evaluate(manifest, [], datetime.now(timezone.utc))
    return evaluate(manifest, *gather(manifest, client))


def gather(manifest: ManifestModel, client: Client) -> tuple[list[Package], datetime]:
    """Return the packages that a manifest is decided on, and the moment of the first answer.

    `GET /v1.1/teams/{team}/packages` and `/inbox`, all pages; the inbox only if a rule may match
    in it, or if nothing but `packages` is declared.

    Raises:
        MasvError: they cannot be listed.
    """
    matches = [rule.match for rule in manifest.rules]
    inbox = not matches or any(match.received is not False for match in matches)
    sent = BOXES[False]
    first = client.get_page(sent)
    listed = [one.package for one in client.list_packages(sent, first)]
    received = _received(client) if inbox else None
    doors = (False,) if received is None else (False, True)
    listed += received or []
    told = {}
    for field, name in (("tags", "tags"), ("teamspace_id", "teamspaces"), ("portal", "portal")):
        wanted = {one for match in matches for one in getattr(match, name) or ()}
        where = doors[1:] if name == "portal" else doors
        told[field] = _by_filter(client, where, name, sorted(wanted))
    deciding = [rule.match.portal or () for rule in manifest.rules if rule.set and True in doors]
    for portal in sorted(set(itertools.chain.from_iterable(deciding))):
        _refuse_part(client, portal)
    return [_with(package, told) for package in listed], first.now


def _received(client: Client) -> list[Package] | None:
    """Return the packages of the inbox; None where the team has none."""
    try:
        inbox = client.list_packages(BOXES[True])
    except RequestRefused as refused:
        if refused.status == 404:
            return None
        if refused.status != 403:
            raise
        hint = "or write `received: false` in the match of every rule"
        raise RequestRefused(f"{refused}; {hint}", status=403) from None
    return [one.package for one in inbox]


def _by_filter(
    client: Client, doors: Sequence[bool], name: str, wanted: Sequence[str]
) -> dict[str, list[str]] | None:
    """Return package id -> the wanted ids whose listings hold it; None where none is wanted."""
    found: dict[str, list[str]] = defaultdict(list)
    for one in wanted:
        for received in doors:
            asked: Any = one if name == "portal" else (one,)
            query = Query.parse(status=STATES, received=received, **{name: asked})
            for observed in client.list_packages(query):
                found[observed.package.id].append(one)
    return found if wanted else None


def _refuse_part(client: Client, portal: str) -> None:
    """Refuse a rule by portal that may end packages which came through another one.

    Raises:
        ListingRefused: MASV takes the portal for a part of a name.
    """
    some = Query.parse(status=STATES, received=True, portal=portal)
    part = some.model_copy(update={"portal": portal[:-1] or None})
    found = client.get_page(some).total
    try:
        also = client.get_page(part).total if found and part.portal else 0
    except RequestRefused as refused:
        if refused.status not in (400, 404, 422):
            raise
        also = 0  # it knows whole names only
    if found and also >= found:
        what = f"a listing by a part of {portal!r} holds what came through it"
        client.contradictions.meet(FILTERED, what)
        raise ListingRefused(
            f"MASV takes a portal for a part of a name, so a rule by portal {portal!r} may decide "
            f"over packages of another one: match by something else; a hold may stay"
        )


def _with(package: Package, told: dict[str, dict[str, list[str]] | None]) -> Package:
    """Return a package with what the listings tell of it."""
    update: dict[str, Any] = {}
    for name, found in told.items():
        if found is None:
            continue
        has = found.get(package.id, [])
        if name == "tags":
            own = (package.tag.id, package.tag.name) if package.tag else ()
            update[name] = tuple(dict.fromkeys([*has, *filter(None, own)]))
        elif getattr(package, name) is None:
            update[name] = next(iter(has), "")
    return package.model_copy(update=update) if update else package
