"""One package that exists in MASV."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pulumi

from pulumi_masv import engine, program
from pulumi_masv.accounts import check_configuration
from pulumi_masv.inputs import Refused, named, of_this_run
from pulumi_masv.kinds import LIFECYCLE, MODULE
from pulumi_masv.providers import PackageLifecycleProvider
from pulumi_masv.resources.base import MasvResource
from pulumi_masv.resources.outputs import READ_ID, output
from pulumi_masv.resources.secrecy import are_plain, secret_inputs
from pulumi_masv.short import FLAGS


class PackageLifecycle(MasvResource, module=MODULE, name=LIFECYCLE):
    """One package that exists in MASV, managed from now until its files end.

    The package is adopted by its id: what is declared is applied, the rest is left alone.

    Args:
        resource_name: the resource's name in the stack.
        opts: Pulumi's resource options.
        package_id: MASV's id of the package; a change replaces the resource.
        name: the name that it should have. `PUT /v1/packages/{id}`.
        expiry: when MASV should destroy its files, as ISO 8601 with a zone or an aware datetime;
            cut to milliseconds, equal by instant. `PUT /v1/packages/{id}/expiry`.
        unlimited_storage: True: it never expires; excludes `expiry`. False needs one.
        archived: True: its tombstone is hidden, once its files are gone; False: it is shown.
            `PUT /v1/packages/{id}/archive` and `/unarchive`.
        force_destroy: removing this resource may destroy files that still exist.
            `DELETE /v1/packages/{id}`.
        archive_on_destroy: after this resource is removed, also archive the tombstone.
            `PUT /v1/packages/{id}/archive`.

    Raises:
        pulumi.RunError: an argument has the wrong type, `masv:apiKey` is stored in clear text, or
            the package is declared twice.
    """

    def __init__(
        self,
        resource_name: str,
        opts: pulumi.ResourceOptions | None = None,
        *,
        package_id: pulumi.Input[str],
        name: pulumi.Input[str] | None = None,
        expiry: pulumi.Input[str | datetime] | None = None,
        unlimited_storage: pulumi.Input[bool] | None = None,
        archived: pulumi.Input[bool] | None = None,
        force_destroy: pulumi.Input[bool] | None = None,
        archive_on_destroy: pulumi.Input[bool] | None = None,
    ) -> None:
        subject = named(LIFECYCLE, resource_name, opts)
        check_configuration()
        holder = None
        outputs = (opts and opts.additional_secret_outputs) or ()
        declared: dict[str, Any] = {
            "package_id": package_id,
            "name": name,
            "expiry": expiry,
            "unlimited_storage": unlimited_storage,
            "archived": archived,
            "force_destroy": force_destroy,
            "archive_on_destroy": archive_on_destroy,
        }
        if opts is None or opts.id is None:
            run = program.current()
            declared = run.inputs.take(subject, declared)
            holder = run.holder(subject.what, opts)
            declared["package_id"] = run.declare(
                declared["package_id"], holder, declared["archived"], declared["expiry"]
            )
            context = run.context(LIFECYCLE, resource_name, opts, holder)
            if context and (outputs or not are_plain(declared)):
                every = {**dict.fromkeys(FLAGS), **declared}
                declared["secret_inputs"] = secret_inputs(every, outputs)
            declared["urn"] = run.inputs.after(subject, context)
            opts = program.options(opts, run)
        elif outputs and not engine.is_mocked():
            declared["secret_inputs"] = secret_inputs(dict.fromkeys(FLAGS), outputs)
        self._register(
            PackageLifecycleProvider,
            resource_name,
            {
                "state": None,
                **{name: value for name, value in declared.items() if value is not None},
            },
            opts,
        )
        if holder is not None:
            holder.resource = self
        elif opts is not None:
            self.__dict__[READ_ID] = opts.id

    @staticmethod
    def get(
        resource_name: str,
        id: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> "PackageLifecycle":
        """Read a package without managing it. `GET /v1.1/teams/{team}/packages/{id}`.

        A package that the team does not have fails the run.

        Args:
            resource_name: the resource's name in the stack.
            id: MASV's id of the package.
            opts: Pulumi's resource options.

        Raises:
            pulumi.RunError: the id is not a string.
        """
        subject = named(LIFECYCLE, resource_name, opts, is_checked=False)
        if id is None:
            raise Refused(f"{subject.what}: id is None: write the package's id")
        run = of_this_run()
        package_id = run.gate(subject, run.take(subject, {"id": id})["id"])
        read = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(id=package_id))
        return PackageLifecycle(resource_name, read, package_id=package_id)

    @property
    @pulumi.getter(name="packageId")
    def package_id(self) -> pulumi.Output[str]:
        """MASV's id of the package."""
        return output(self, "package_id")

    @property
    @pulumi.getter
    def name(self) -> pulumi.Output[str | None]:
        """The package's name."""
        return output(self, "name")

    @property
    @pulumi.getter
    def expiry(self) -> pulumi.Output[str | None]:
        """When the files end, as a UTC instant; once they are gone, the last stored value."""
        return output(self, "expiry")

    @property
    @pulumi.getter(name="unlimitedStorage")
    def unlimited_storage(self) -> pulumi.Output[bool | None]:
        """Whether it never expires; once the files are gone, the last stored value."""
        return output(self, "unlimited_storage")

    @property
    @pulumi.getter
    def archived(self) -> pulumi.Output[bool]:
        """Whether the tombstone is hidden."""
        return output(self, "archived")

    @property
    @pulumi.getter(name="forceDestroy")
    def force_destroy(self) -> pulumi.Output[bool]:
        """Whether removing this resource destroys files."""
        return output(self, "force_destroy")

    @property
    @pulumi.getter(name="archiveOnDestroy")
    def archive_on_destroy(self) -> pulumi.Output[bool]:
        """Whether removing this resource archives the tombstone."""
        return output(self, "archive_on_destroy")

    @property
    @pulumi.getter
    def state(self) -> pulumi.Output[str]:
        """`new`, `finalized`, `expired` (the files are gone) or `archived`."""
        return output(self, "state")

    @property
    @pulumi.getter
    def size(self) -> pulumi.Output[int | None]:
        """The size of all its files, in bytes; None where MASV does not say."""
        return output(self, "size")

    @property
    @pulumi.getter(name="totalFiles")
    def total_files(self) -> pulumi.Output[int | None]:
        """How many files it has; None where MASV does not say."""
        return output(self, "total_files")

    @property
    @pulumi.getter
    def sender(self) -> pulumi.Output[str | None]:
        """Who sent it; None where MASV does not say."""
        return output(self, "sender")

    @property
    @pulumi.getter(name="createdAt")
    def created_at(self) -> pulumi.Output[str | None]:
        """When it was created, as a UTC instant."""
        return output(self, "created_at")

    @property
    @pulumi.getter(name="updatedAt")
    def updated_at(self) -> pulumi.Output[str | None]:
        """When it last changed, as a UTC instant."""
        return output(self, "updated_at")

    @property
    @pulumi.getter(name="teamId")
    def team_id(self) -> pulumi.Output[str]:
        """The team it was read in."""
        return output(self, "team_id")

    @property
    @pulumi.getter
    def received(self) -> pulumi.Output[bool | None]:
        """True if only the inbox serves it; otherwise None."""
        return output(self, "received")

    @property
    @pulumi.getter(name="pendingArchive")
    def pending_archive(self) -> pulumi.Output[bool]:
        """Whether `archived` is declared and waits for the files to end."""
        return output(self, "pending_archive")

    @property
    @pulumi.getter
    def declared(self) -> pulumi.Output[Sequence[str]]:
        """The sorted names of the inputs that the program gave."""
        return output(self, "declared")
