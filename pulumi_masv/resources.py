"""What a program writes: one class per object, every argument spelled out.

Nothing here refuses a value: a constructor passes it on, and `check` refuses all that is wrong
at once. Only what no check can see is refused here: a key stored in clear, and one package
declared twice.
"""

import re
import weakref
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pulumi
from pulumi.dynamic import Resource
from pulumi.runtime.config import CONFIG

from pulumi_masv.providers import PackageLifecycleProvider

# One entry per run of a program, since one process may run several (Automation API).
_CLAIMS: "weakref.WeakKeyDictionary[pulumi.Resource, dict[str, list[str]]]" = (
    weakref.WeakKeyDictionary()
)
_WARNED: "weakref.WeakSet[pulumi.Resource]" = weakref.WeakSet()


class _Refused(pulumi.RunError):
    """Ends a program with one line and no traceback."""


class PackageLifecycle(Resource, module="masv", name="PackageLifecycle"):
    """One package that exists in MASV, managed from now to its end.

    The package is adopted by its id: what is declared is made so, what is left out is left alone.

    Args:
        resource_name: the resource's name in the stack.
        opts: Pulumi's resource options.
        package_id: MASV's id of the package; a change replaces the resource.
        name: the name it is to have. `PUT /v1/packages/{id}`.
        expiry: when MASV is to destroy its files, as ISO 8601 with a zone or an aware datetime; cut
            to milliseconds, equal by instant. `PUT /v1/packages/{id}/expiry`.
        unlimited_storage: True: it never expires; excludes `expiry`. False needs one.
        archived: True: its tombstone is hidden, once its files are gone; False: it is shown.
            `PUT /v1/packages/{id}/archive` and `/unarchive`.
        force_destroy: let the end of this resource destroy files that still exist.
            `DELETE /v1/packages/{id}`.
        archive_on_destroy: after the end of this resource, also archive the tombstone.

    Raises:
        pulumi.RunError: `masv:apiKey` is stored in clear, or the package is declared twice.
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
        _check_configuration()
        if opts is None or opts.id is None:
            package_id = _claim(package_id, f"PackageLifecycle {resource_name!r}")
        super().__init__(
            PackageLifecycleProvider(),
            resource_name,
            {
                "package_id": package_id,
                "name": name,
                "expiry": _spelled(expiry),
                "unlimited_storage": unlimited_storage,
                "archived": archived,
                "force_destroy": force_destroy,
                "archive_on_destroy": archive_on_destroy,
                # An output can be read in the program only if its name is given here.
                "state": None,
                "size": None,
                "total_files": None,
                "sender": None,
                "created_at": None,
                "updated_at": None,
                "team_id": None,
                "pending_archive": None,
                "declared": None,
            },
            opts,
        )

    def translate_input_property(self, prop: str) -> str:
        """The wire's name of an argument."""
        return prop if prop.startswith("_") else _camel(prop)

    def translate_output_property(self, prop: str) -> str:
        """The Python name of an output."""
        return prop if prop.startswith("_") else _snake(prop)

    @staticmethod
    def get(
        resource_name: str,
        id: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> "PackageLifecycle":
        """Read a package without managing it; a missing one is an error.

        `GET /v1.1/teams/{team}/packages/{id}`.
        """
        read = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(id=id))
        return PackageLifecycle(resource_name, read, package_id=id)

    @property
    @pulumi.getter(name="packageId")
    def package_id(self) -> pulumi.Output[str]:
        """MASV's id."""
        return pulumi.get(self, "package_id")

    @property
    @pulumi.getter
    def name(self) -> pulumi.Output[str | None]:
        """The package's name."""
        return pulumi.get(self, "name")

    @property
    @pulumi.getter
    def expiry(self) -> pulumi.Output[str | None]:
        """When the files end, as a UTC instant; once they are gone, the last stored value."""
        return pulumi.get(self, "expiry")

    @property
    @pulumi.getter(name="unlimitedStorage")
    def unlimited_storage(self) -> pulumi.Output[bool | None]:
        """Whether it never expires; once the files are gone, the last stored value."""
        return pulumi.get(self, "unlimited_storage")

    @property
    @pulumi.getter
    def archived(self) -> pulumi.Output[bool]:
        """Whether the tombstone is hidden."""
        return pulumi.get(self, "archived")

    @property
    @pulumi.getter(name="forceDestroy")
    def force_destroy(self) -> pulumi.Output[bool]:
        """Whether the end of this resource destroys files."""
        return pulumi.get(self, "force_destroy")

    @property
    @pulumi.getter(name="archiveOnDestroy")
    def archive_on_destroy(self) -> pulumi.Output[bool]:
        """Whether the end of this resource archives the tombstone."""
        return pulumi.get(self, "archive_on_destroy")

    @property
    @pulumi.getter
    def state(self) -> pulumi.Output[str]:
        """`new`, `finalized`, `expired` (the files are gone) or `archived`."""
        return pulumi.get(self, "state")

    @property
    @pulumi.getter
    def size(self) -> pulumi.Output[int | None]:
        """Bytes."""
        return pulumi.get(self, "size")

    @property
    @pulumi.getter(name="totalFiles")
    def total_files(self) -> pulumi.Output[int | None]:
        """Number of files."""
        return pulumi.get(self, "total_files")

    @property
    @pulumi.getter
    def sender(self) -> pulumi.Output[str | None]:
        """Who sent it."""
        return pulumi.get(self, "sender")

    @property
    @pulumi.getter(name="createdAt")
    def created_at(self) -> pulumi.Output[str | None]:
        """A UTC instant."""
        return pulumi.get(self, "created_at")

    @property
    @pulumi.getter(name="updatedAt")
    def updated_at(self) -> pulumi.Output[str | None]:
        """A UTC instant."""
        return pulumi.get(self, "updated_at")

    @property
    @pulumi.getter(name="teamId")
    def team_id(self) -> pulumi.Output[str]:
        """The team it was read in."""
        return pulumi.get(self, "team_id")

    @property
    @pulumi.getter(name="pendingArchive")
    def pending_archive(self) -> pulumi.Output[bool]:
        """Whether `archived` is declared and waits for the files to end."""
        return pulumi.get(self, "pending_archive")

    @property
    @pulumi.getter
    def declared(self) -> pulumi.Output[Sequence[str]]:
        """The sorted names of the inputs the program gave."""
        return pulumi.get(self, "declared")


class Provider(pulumi.ProviderResource):
    """A second account, passed as `opts.provider`.

    What is not given comes from the stack configuration, so that a stack pointed at a simulator
    never reaches the real account by accident.

    Args:
        resource_name: the resource's name in the stack.
        opts: Pulumi's resource options.
        api_key: the team's API key; made secret.
        team_id: the team.
        base_url: where MASV is.
        timeout: seconds to wait for a connection or an answer.
        max_retries: how often a request is repeated.
        concurrency: requests in flight.
    """

    def __init__(
        self,
        resource_name: str,
        opts: pulumi.ResourceOptions | None = None,
        *,
        api_key: pulumi.Input[str],
        team_id: pulumi.Input[str],
        base_url: pulumi.Input[str] | None = None,
        timeout: pulumi.Input[float] | None = None,
        max_retries: pulumi.Input[int] | None = None,
        concurrency: pulumi.Input[int] | None = None,
    ) -> None:
        _check_configuration()
        given = {
            "masv:apiKey": pulumi.Output.secret(api_key),
            "masv:teamId": team_id,
            "masv:baseUrl": base_url,
            "masv:timeout": timeout,
            "masv:maxRetries": max_retries,
            "masv:concurrency": concurrency,
        }
        config = pulumi.Config("masv")
        for key, value in given.items():
            if value is None:
                given[key] = config.get(key.removeprefix("masv:"))
            elif key != "masv:apiKey":
                given[key] = pulumi.Output.from_input(value).apply(str)
        super().__init__("pulumi-python", resource_name, given, opts)


def _camel(name: str) -> str:
    return re.sub("_([a-z])", lambda found: found[1].upper(), name)


def _snake(name: str) -> str:
    return re.sub("([A-Z])", lambda found: f"_{found[1].lower()}", name)


def _spelled(expiry: pulumi.Input[str | datetime] | None) -> pulumi.Input[str] | None:
    """A datetime as the wire has it; one without a zone stays so, for `check` to refuse."""

    def spell(value: Any) -> Any:
        return value.isoformat() if isinstance(value, datetime) else value

    if isinstance(expiry, pulumi.Output):
        return expiry.apply(spell)
    spelled: pulumi.Input[str] | None = spell(expiry)
    return spelled


def _claim(package_id: pulumi.Input[str], who: str) -> pulumi.Input[str]:
    """Refuse a package that another resource of this run declares, now or once the id is known."""
    root = pulumi.runtime.get_root_resource()
    claims = _CLAIMS.setdefault(root, {}) if root is not None else {}
    mine = [who]  # told apart by identity: two components may hold resources of one name

    def claim(known: Any) -> Any:
        other = claims.setdefault(known, mine) if isinstance(known, str) else mine
        if other is not mine:
            raise _Refused(
                f"package {known} is declared twice, by {other[0]} and by {who}: keep one of them"
            )
        return known

    if isinstance(package_id, pulumi.Output):
        return package_id.apply(claim)
    claimed: pulumi.Input[str] = claim(package_id)
    return claimed


def _check_configuration() -> None:
    """Refuse a key that would be committed in clear; warn of a setting that does not exist."""
    config = CONFIG.get()
    if config.get("masv:apiKey") and not pulumi.runtime.is_config_secret("masv:apiKey"):
        raise _Refused(
            "masv:apiKey is stored in clear in the stack's configuration, where it would be "
            "committed: store it with `pulumi config set --secret masv:apiKey`, or use MASV_API_KEY"
        )
    root = pulumi.runtime.get_root_resource()
    if root is not None and root not in _WARNED and any(key.startswith("masv:") for key in config):
        from pulumi_masv.settings import unknown_keys  # pydantic is slow to load

        _WARNED.add(root)
        for line in unknown_keys(config):
            pulumi.log.warn(line)
