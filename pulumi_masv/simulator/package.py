"""One package as the account keeps it; whoever holds one holds a snapshot.

Ids look like MASV's ULIDs and follow from a counter, so that two runs of a test see the same.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

State = Literal["new", "finalized", "expired", "archived"]
ShownToken = Literal["", "full", "download", "blank", "none"]

_CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True, kw_only=True)
class Package:
    """One package of the account, as it is at one moment; sizes are in bytes."""

    id: str
    team_id: str
    name: str
    state: State
    expiry: datetime
    unlimited_storage: bool
    size: int
    total_files: int
    sender: str
    created_at: datetime
    updated_at: datetime
    received: bool
    portal: str
    custom_metadata_id: str
    password: str
    description: str
    recipients: tuple[str, ...]
    teamspace: str
    tags: tuple[str, ...]
    custom_expiry: bool
    shown_state: str = ""
    shown_token: ShownToken = ""
    hidden: bool = False

    @property
    def has_files(self) -> bool:
        """Whether its files exist."""
        return self.state in ("new", "finalized")


@dataclass(frozen=True)
class Loss:
    """Files that ended: of which package, when, why, and how much."""

    package_id: str
    instant: datetime
    cause: Literal["expiry", "delete"]
    files: int
    bytes: int


def new_id(created_at: datetime, serial: int) -> str:
    """Return a ULID: ten characters of time, sixteen that differ for each serial."""
    milliseconds = int(created_at.timestamp() * 1000)
    time = (_CROCKFORD[milliseconds >> shift & 31] for shift in range(45, -1, -5))
    digest = hashlib.sha256(str(serial).encode()).digest()
    return "".join(time) + "".join(_CROCKFORD[byte & 31] for byte in digest[:16])
