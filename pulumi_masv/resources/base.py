"""What all resources share: MASV's words in Python's spelling, the wire's in between."""

from typing import Final

from pulumi.dynamic import Resource

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
    "resource_urn": "resourceUrn",
    "retain_removed": "retainRemoved",
    "secret_inputs": "secretInputs",
    "team_id": "teamId",
    "total_files": "totalFiles",
    "unarchive_on_destroy": "unarchiveOnDestroy",
    "unlimited_storage": "unlimitedStorage",
    "updated_at": "updatedAt",
}
_PYTHON: Final = {wire: name for name, wire in WIRE.items()}


class MasvResource(Resource):
    """A dynamic resource whose inputs and outputs are camelCase on the wire."""

    def translate_input_property(self, prop: str) -> str:
        """Return the wire's name of an argument."""
        return WIRE.get(prop, prop)

    def translate_output_property(self, prop: str) -> str:
        """Return the Python name of an output."""
        return _PYTHON.get(prop, prop)
