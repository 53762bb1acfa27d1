"""Many packages that exist in MASV, in one resource."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypedDict

import pulumi

from pulumi_masv import program
from pulumi_masv.accounts import check_configuration
from pulumi_masv.inputs import named
from pulumi_masv.kinds import FLEET, MODULE
from pulumi_masv.providers import PackageFleetProvider
from pulumi_masv.resources.base import MasvResource
from pulumi_masv.resources.entries import Entries, PackageArgs, PackageArgsDict
from pulumi_masv.resources.outputs import whole
from pulumi_masv.resources.secrecy import secret_entries
from pulumi_masv.short import OFF, each_spelled_out, entries_of, of_each


class _Known(TypedDict):
    state: str
    archived: bool
    pending_archive: bool


class LivePackage(_Known, total=False):
    """What MASV has of one package of a fleet; what it does not say is left out."""

    name: str
    expiry: str
    unlimited_storage: bool
    size: int
    total_files: int
    received: bool


class FleetSummary(TypedDict):
    """How many packages of a fleet are in each state, and how many files and bytes exist."""

    new: int
    finalized: int
    expired: int
    archived: int
    files: int
    bytes: int


if TYPE_CHECKING:
    _Live = Mapping[str, LivePackage]
    _Summary = FleetSummary
else:  # Pulumi reads the annotations, and knows no TypedDict
    _Live = Mapping[str, Mapping[str, Any]]
    _Summary = Mapping[str, int]


class PackageFleet(MasvResource, module=MODULE, name=FLEET):
    """Many packages that exist in MASV, each managed like a PackageLifecycle.

    One resource can hold ten thousand: the state is written once, the packages are read from
    listings where that takes fewer requests, writes run in parallel, and a preview shows each
    changed property of each package.

    Args:
        resource_name: the resource's name in the stack.
        opts: Pulumi's resource options.
        packages: package id -> what is declared for it, a `PackageArgs` or a `PackageArgsDict`.
        force_destroy: removing an entry, or this resource, may destroy files that still
            exist. `DELETE /v1/packages/{id}`.
        retain_removed: when an entry, or the fleet, is removed, stop managing the package; its
            files stay.
        archive_on_destroy: after an entry is removed, also archive the tombstone.
            `PUT /v1/packages/{id}/archive`.

    Raises:
        pulumi.RunError: an argument has the wrong type, `masv:apiKey` is stored in clear text, or a
            package is declared twice.
    """

    def __init__(
        self,
        resource_name: str,
        opts: pulumi.ResourceOptions | None = None,
        *,
        packages: pulumi.Input[Mapping[str, pulumi.Input[PackageArgs | PackageArgsDict]]],
        force_destroy: pulumi.Input[bool] | None = None,
        retain_removed: pulumi.Input[bool] | None = None,
        archive_on_destroy: pulumi.Input[bool] | None = None,
    ) -> None:
        subject = named(FLEET, resource_name, opts)
        check_configuration()
        run = program.current()
        holder = run.holder(subject.what, opts)
        entries = Entries(run, holder, subject).take(packages)
        flags = run.inputs.take(
            subject,
            {
                "force_destroy": force_destroy,
                "retain_removed": retain_removed,
                "archive_on_destroy": archive_on_destroy,
            },
        )
        holder.retains = flags["retain_removed"]
        context = run.context(FLEET, resource_name, opts, holder)
        outputs = (opts and opts.additional_secret_outputs) or ()
        secrets = secret_entries(entries, outputs) if context else None
        context = run.inputs.after(subject, context)
        self._register(
            PackageFleetProvider,
            resource_name,
            {
                "urn": context,  # for `check`, which takes it out
                "secret_inputs": secrets,
                "packages": entries,
                **flags,
                # An output can be read in the program only if its name is given here.
                "live": None,
                "summary": None,
                "team_id": None,
                "declared": None,
                OFF: None,  # by which `live` is spelled out
            },
            program.options(opts, run),
        )
        holder.resource = self

    @property
    @pulumi.getter
    def live(self) -> pulumi.Output[_Live]:
        """Package id -> what MASV has of it, in Python's names."""
        off = pulumi.get(self, OFF)

        async def spelled(live: Any) -> Any:
            spelling = self.translate_output_property
            return live and _whole(each_spelled_out(live, await off.future(), spelling))

        return pulumi.get(self, "live").apply(spelled)

    @property
    @pulumi.getter
    def summary(self) -> pulumi.Output[_Summary]:
        """How many packages there are in each state, and how many files and bytes exist."""
        return pulumi.get(self, "summary")

    @property
    @pulumi.getter(name="teamId")
    def team_id(self) -> pulumi.Output[str]:
        """The team they were read in."""
        return pulumi.get(self, "team_id")

    @property
    @pulumi.getter
    def declared(self) -> pulumi.Output[Mapping[str, list[str]]]:
        """Package id -> the sorted names of the inputs that the program gave."""
        live = pulumi.get(self, "live")

        async def each(declared: Any) -> Any:
            return declared and of_each(declared, entries_of(await live.future() or {}))

        return pulumi.get(self, "declared").apply(each)

    @property
    @pulumi.getter(name="forceDestroy")
    def force_destroy(self) -> pulumi.Output[bool]:
        """Whether removing an entry destroys files."""
        return pulumi.get(self, "force_destroy")

    @property
    @pulumi.getter(name="retainRemoved")
    def retain_removed(self) -> pulumi.Output[bool]:
        """Whether a package whose entry is removed is left alone."""
        return pulumi.get(self, "retain_removed")

    @property
    @pulumi.getter(name="archiveOnDestroy")
    def archive_on_destroy(self) -> pulumi.Output[bool]:
        """Whether removing an entry archives the tombstone."""
        return pulumi.get(self, "archive_on_destroy")


def _whole(live: Mapping[str, Mapping[str, Any]]) -> Any:
    """Return what Pulumi hands on of each package, its whole numbers as such again."""
    return {i: {name: whole(value) for name, value in one.items()} for i, one in live.items()}
