"""Many packages that exist in MASV, in one resource."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import pulumi

from pulumi_masv import program
from pulumi_masv.accounts import Refused, check_configuration
from pulumi_masv.providers import PackageFleetProvider
from pulumi_masv.resources.base import MasvResource, spelled


@dataclass(frozen=True, kw_only=True)
class PackageArgs:
    """What is declared of one package of a fleet; what is left out is left alone.

    Attributes:
        name: the name it is to have. `PUT /v1/packages/{id}`.
        expiry: when MASV is to destroy its files, as ISO 8601 with a zone or an aware datetime.
            `PUT /v1/packages/{id}/expiry`.
        unlimited_storage: True: it never expires; excludes `expiry`. False needs one.
        archived: True: its tombstone is hidden, once its files are gone; False: it is shown.
            `PUT /v1/packages/{id}/archive` and `/unarchive`.
    """

    name: pulumi.Input[str] | None = None
    expiry: pulumi.Input[str | datetime] | None = None
    unlimited_storage: pulumi.Input[bool] | None = None
    archived: pulumi.Input[bool] | None = None


class PackageFleet(MasvResource, module="masv", name="PackageFleet"):
    """Many packages that exist in MASV, each managed as a PackageLifecycle would.

    One resource holds ten thousand: the state is written once, reads are one listing, writes run
    side by side, and a preview shows each changed property of each package.

    Args:
        resource_name: the resource's name in the stack.
        opts: Pulumi's resource options.
        packages: package id -> what is declared of it, a `PackageArgs` or a dict with its names.
        force_destroy: let the end of an entry, or of this resource, destroy files that still
            exist. `DELETE /v1/packages/{id}`.
        retain_removed: leave a package alone whose entry, or whose fleet, ends.
        archive_on_destroy: after the end of an entry, also archive the tombstone.

    Raises:
        pulumi.RunError: `masv:apiKey` is stored in clear, or a package is declared twice.
    """

    def __init__(
        self,
        resource_name: str,
        opts: pulumi.ResourceOptions | None = None,
        *,
        packages: pulumi.Input[Mapping[str, pulumi.Input[PackageArgs | Mapping[str, Any]]]],
        force_destroy: pulumi.Input[bool] | None = None,
        retain_removed: pulumi.Input[bool] | None = None,
        archive_on_destroy: pulumi.Input[bool] | None = None,
    ) -> None:
        check_configuration()
        run = program.current()
        holder = run.holder(f"PackageFleet {resource_name!r}", opts)
        context = run.context("PackageFleet", resource_name, opts, holder)
        super().__init__(
            PackageFleetProvider(),
            resource_name,
            {
                "resource_urn": context,  # for `check`, which takes it out
                "packages": _each(packages, run, holder),
                "force_destroy": force_destroy,
                "retain_removed": retain_removed,
                "archive_on_destroy": archive_on_destroy,
                # An output can be read in the program only if its name is given here.
                "live": None,
                "summary": None,
                "team_id": None,
                "declared": None,
            },
            program.options(opts, run),
        )
        holder.resource = self

    @property
    @pulumi.getter
    def live(self) -> pulumi.Output[Mapping[str, Mapping[str, Any]]]:
        """Package id -> what MASV has of it, in Python's names."""
        return pulumi.get(self, "live")

    @property
    @pulumi.getter
    def summary(self) -> pulumi.Output[Mapping[str, int]]:
        """How many packages there are of each state, and the files and bytes that exist."""
        return pulumi.get(self, "summary")

    @property
    @pulumi.getter(name="teamId")
    def team_id(self) -> pulumi.Output[str]:
        """The team they were read in."""
        return pulumi.get(self, "team_id")

    @property
    @pulumi.getter
    def declared(self) -> pulumi.Output[Mapping[str, list[str]]]:
        """Package id -> the sorted names of what the program gave of it."""
        return pulumi.get(self, "declared")

    @property
    @pulumi.getter(name="forceDestroy")
    def force_destroy(self) -> pulumi.Output[bool]:
        """Whether the end of an entry destroys files."""
        return pulumi.get(self, "force_destroy")

    @property
    @pulumi.getter(name="retainRemoved")
    def retain_removed(self) -> pulumi.Output[bool]:
        """Whether a package is left alone whose entry ends."""
        return pulumi.get(self, "retain_removed")

    @property
    @pulumi.getter(name="archiveOnDestroy")
    def archive_on_destroy(self) -> pulumi.Output[bool]:
        """Whether the end of an entry archives the tombstone."""
        return pulumi.get(self, "archive_on_destroy")


def _each(packages: Any, run: program.Program, holder: program.Holder) -> Any:
    """Return the entries as the wire has them, each claimed by its id, now or once it is known."""
    if isinstance(packages, pulumi.Output):
        return run.later(packages, holder, lambda known: _each(known, run, holder))
    if not isinstance(packages, Mapping):
        return packages
    for package_id, entry in packages.items():
        if not isinstance(package_id, str):
            raise Refused(
                f"{holder.what}: a package id is a str, not {type(package_id).__name__}: where it "
                f"is an Output, make the map of it by `apply`"
            )
        if entry is None:
            raise Refused(
                f"{holder.what}: {package_id} is None: write {{}} to manage it and declare nothing "
                f"of it, or leave it out"
            )
    entries = {package_id: _entry(entry) for package_id, entry in packages.items()}
    for package_id, entry in entries.items():
        known = entry if isinstance(entry, Mapping) else {}
        run.claim(package_id, holder, known.get("archived"), known.get("expiry"))
    return entries


def _entry(entry: Any) -> Any:
    if isinstance(entry, pulumi.Output):
        return entry.apply(_entry)
    if isinstance(entry, PackageArgs):
        entry = {field.name: getattr(entry, field.name) for field in fields(entry)}
    if not isinstance(entry, Mapping):
        return entry
    given = {name: value for name, value in entry.items() if value is not None}
    if "expiry" in given:
        given["expiry"] = spelled(given["expiry"])
    return given
