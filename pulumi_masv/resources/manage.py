"""What a manifest declares, as resources of a program."""

from __future__ import annotations  # the models are loaded where they are used

import os
from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING

import pulumi

from pulumi_masv import accounts, arguments, data, engine
from pulumi_masv.inputs import Refused
from pulumi_masv.resources.entries import PackageArgs
from pulumi_masv.resources.package_fleet import PackageFleet

if TYPE_CHECKING:
    from pulumi_masv.models import Declared, Package
    from pulumi_masv.policy import Manifest


def manage(
    resource_name: str,
    manifest: Manifest | str | os.PathLike[str],
    opts: pulumi.ResourceOptions | None = None,
) -> PackageFleet:
    """Declare what a manifest says, in one PackageFleet.

    A package that is taken out of the manifest, or that no rule matches any more, is no longer
    managed, and its files stay: the fleet has `retain_removed`. If the manifest has rules, a hold
    or a default expiry, the packages are listed, in previews too:
    `GET /v1.1/teams/{team}/packages` and `/inbox`, all pages.

    Args:
        resource_name: the fleet's name in the stack.
        manifest: a `Manifest`, or the path of its file.
        opts: Pulumi's resource options; its provider or parent says which account to use.

    Raises:
        ManifestError: the file has mistakes, one line each.
        MasvError: the packages cannot be listed.
        pulumi.RunError: `manifest` is neither, or the fleet is refused as a `PackageFleet` is.
    """
    from pulumi_masv.policy import Manifest

    if not isinstance(manifest, (str, os.PathLike, Manifest)):
        kind = arguments.kind_of(manifest)
        raise Refused(
            f"manage {resource_name!r}: manifest: {kind} is not a manifest: write the path of its "
            f"file, or a masv.Manifest"
        )
    with data.in_one_line():
        if not isinstance(manifest, Manifest):
            manifest = Manifest.load(manifest)
    decision = data.decide(manifest, _account(opts or pulumi.ResourceOptions()))
    for line in decision.warnings:
        engine.warn(line)
    return PackageFleet(
        resource_name,
        opts,
        packages={i: _arguments(declared) for i, declared in decision.declared.items()},
        retain_removed=True,
    )


def evaluate(
    manifest: Manifest, packages: Iterable[Package], now: datetime
) -> dict[str, PackageArgs]:
    """Return what a manifest declares for packages: package id -> its arguments in a fleet.

    Pure: MASV is not contacted. A package that no rule applies to is left out.

    Args:
        manifest: what is declared, and the rules.
        packages: as `get_packages` gives them, each once.
        now: an aware datetime.

    Raises:
        ManifestError: a rule asks for tags or a portal, which only `manage` can list.
        TypeError: `manifest` is none.
        ValueError: `now` has no zone.
    """
    from pulumi_masv import policy

    if not isinstance(manifest, policy.Manifest):
        kind = arguments.kind_of(manifest)
        raise TypeError(f"manifest: {kind} is not a masv.Manifest: write masv.Manifest.load(path)")
    decision = policy.evaluate(manifest, list(packages), now)
    return {i: _arguments(declared) for i, declared in decision.declared.items()}


def _account(opts: pulumi.ResourceOptions) -> pulumi.InvokeOptions:
    """Return what asks the account that a resource with these options speaks to."""
    return pulumi.InvokeOptions(parent=opts.parent, provider=accounts.provider_of(opts))


def _arguments(declared: Declared) -> PackageArgs:
    return PackageArgs(
        **{field.name: getattr(declared, field.name) for field in fields(PackageArgs)}
    )
