"""What all resources share: MASV's words in Python's spelling, the wire's in between."""

import contextlib
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any, Final

import pulumi
from pulumi.dynamic import Resource, ResourceProvider
from pulumi.dynamic.dynamic import PROVIDER_KEY

from pulumi_masv.accounts import may_hide_team
from pulumi_masv.kinds import HOST
from pulumi_masv.providers import pickled

# Only these: Pulumi asks for every key, and one may be a package's id.
WIRE: Final = {
    "archive_on_destroy": "archiveOnDestroy",
    "archived_count": "archivedCount",
    "created_at": "createdAt",
    "expired_count": "expiredCount",
    "expiry_end": "expiryEnd",
    "expiry_start": "expiryStart",
    "force_destroy": "forceDestroy",
    "package_id": "packageId",
    "pending_archive": "pendingArchive",
    "retain_removed": "retainRemoved",
    "secret_inputs": "secretInputs",
    "team_id": "teamId",
    "total_files": "totalFiles",
    "unarchive_on_destroy": "unarchiveOnDestroy",
    "unlimited_storage": "unlimitedStorage",
    "updated_at": "updatedAt",
    "urn": "resourceUrn",  # no Output is made of a name that Pulumi has itself
}
_PYTHON: Final = {wire: name for name, wire in WIRE.items()}


class MasvResource(Resource):
    """A dynamic resource whose inputs and outputs are camelCase on the wire."""

    def _register(
        self,
        provider: Callable[[], ResourceProvider],
        resource_name: str,
        props: dict[str, Any],
        opts: pulumi.ResourceOptions | None,
    ) -> None:
        """Register the resource; called by its constructor instead of that of `Resource`.

        The handler is pickled once for all, and of the program's stack the state keeps the line
        that makes the resource: Pulumi looks for it above three frames that are called __init__.
        """
        props[PROVIDER_KEY] = pickled(provider)
        if may_hide_team(opts):
            hidden = pulumi.ResourceOptions(additional_secret_outputs=["team_id"])
            opts = pulumi.ResourceOptions.merge(opts, hidden)
        kind = f"{HOST}:{self._resource_type_name}"
        with _short_stack():
            pulumi.CustomResource.__init__(self, kind, resource_name, props, opts)
        _wait_for_one(self)

    def translate_input_property(self, prop: str) -> str:
        """Return the wire's name of an argument."""
        return WIRE.get(prop, prop)

    def translate_output_property(self, prop: str) -> str:
        """Return the Python name of an output."""
        return _PYTHON.get(prop, prop)


def _wait_for_one(resource: pulumi.CustomResource) -> None:
    """Let a program wait at its end for one Output of a resource: all are known at the same time.

    Pulumi waits for all, anew each time that one of any resource is known: most of what a program
    costs (benchmarks/sdk_wait.py). It has a method to leave one out whose failure another carries.
    """
    # Not in every version.
    untrack: Callable[[Any], None] = getattr(pulumi.Output, "_untrack", lambda _: None)
    *others, _waited_for = (o for o in vars(resource).values() if isinstance(o, pulumi.Output))
    for each in others:
        untrack(each)


_ALONE: Final = threading.RLock()  # the limit is the process's, which may run programs in threads
_FRAMES: Final = 7  # from where Pulumi takes the stack up to the program's line


@contextlib.contextmanager
def _short_stack() -> Iterator[None]:
    """Let no more than the program's line be taken of the stack, which the state keeps."""
    with _ALONE:
        before = getattr(sys, "tracebacklimit", None)
        sys.tracebacklimit = _FRAMES
        try:
            yield
        finally:
            if before is None:
                del sys.tracebacklimit
            else:
                sys.tracebacklimit = before
