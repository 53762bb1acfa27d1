"""All packages that expired in a span of time, archived by one request."""

from datetime import datetime

import pulumi

from pulumi_masv import program
from pulumi_masv.accounts import check_configuration
from pulumi_masv.inputs import named
from pulumi_masv.kinds import MODULE, WINDOW
from pulumi_masv.providers import ArchiveWindowProvider
from pulumi_masv.resources.base import WIRE, MasvResource
from pulumi_masv.resources.secrecy import secret_inputs


class ArchiveWindow(MasvResource, module=MODULE, name=WINDOW):
    """Every expired package whose expiry lies in a window, both ends included.

    Their tombstones are hidden, or shown again. No file is touched: expired packages have none.

    Args:
        resource_name: the resource's name in the stack.
        opts: Pulumi's resource options.
        expiry_start: the first instant of the window, as ISO 8601 with a zone or an aware datetime.
        expiry_end: the last instant; may be computed, such as 90 days before today.
        received: take the packages received through portals instead of those the team sent.
        archived: True, or left out: hide their tombstones. `PUT /v1/teams/{team}/archive` and
            `/inbox/archive`.
            False: show them again. `PUT /v1/teams/{team}/unarchive` and `/inbox/unarchive`.
        unarchive_on_destroy: removing this resource shows them again.

    Raises:
        pulumi.RunError: an argument has the wrong type, or `masv:apiKey` is stored in clear text.
    """

    def __init__(
        self,
        resource_name: str,
        opts: pulumi.ResourceOptions | None = None,
        *,
        expiry_start: pulumi.Input[str | datetime],
        expiry_end: pulumi.Input[str | datetime],
        received: pulumi.Input[bool] | None = None,
        archived: pulumi.Input[bool] | None = None,
        unarchive_on_destroy: pulumi.Input[bool] | None = None,
    ) -> None:
        subject = named(WINDOW, resource_name, opts)
        check_configuration()
        run = program.current()
        declared = run.inputs.take(
            subject,
            {
                "expiry_start": expiry_start,
                "expiry_end": expiry_end,
                "received": received,
                "archived": archived,
                "unarchive_on_destroy": unarchive_on_destroy,
            },
        )
        if run.engine is not None:  # what a user's mocks are given is what the program gives
            declared["secret_inputs"] = pulumi.Output.from_input(secret_inputs(dict(declared)))
        run.window({WIRE.get(name, name): value for name, value in declared.items()}, opts)
        self._register(
            ArchiveWindowProvider,
            resource_name,
            {
                **declared,
                # For `check`, which takes it out.
                "urn": run.inputs.after(subject, run.context(WINDOW, resource_name, opts, None)),
                # An output can be read in the program only if its name is given here.
                "archived_count": None,
                "expired_count": None,
                "team_id": None,
            },
            opts,
        )

    @property
    @pulumi.getter(name="expiryStart")
    def expiry_start(self) -> pulumi.Output[str]:
        """The first instant of the window, as a UTC instant."""
        return pulumi.get(self, "expiry_start")

    @property
    @pulumi.getter(name="expiryEnd")
    def expiry_end(self) -> pulumi.Output[str]:
        """The last instant of the window, as a UTC instant."""
        return pulumi.get(self, "expiry_end")

    @property
    @pulumi.getter
    def received(self) -> pulumi.Output[bool]:
        """Whether it takes received packages instead of sent ones."""
        return pulumi.get(self, "received")

    @property
    @pulumi.getter
    def archived(self) -> pulumi.Output[bool]:
        """Whether their tombstones should be hidden."""
        return pulumi.get(self, "archived")

    @property
    @pulumi.getter(name="unarchiveOnDestroy")
    def unarchive_on_destroy(self) -> pulumi.Output[bool]:
        """Whether removing this resource shows them again."""
        return pulumi.get(self, "unarchive_on_destroy")

    @property
    @pulumi.getter(name="archivedCount")
    def archived_count(self) -> pulumi.Output[int]:
        """How many packages of the window are archived."""
        return pulumi.get(self, "archived_count")

    @property
    @pulumi.getter(name="expiredCount")
    def expired_count(self) -> pulumi.Output[int]:
        """How many packages of the window are expired and not archived."""
        return pulumi.get(self, "expired_count")

    @property
    @pulumi.getter(name="teamId")
    def team_id(self) -> pulumi.Output[str]:
        """The team it was read in."""
        return pulumi.get(self, "team_id")
