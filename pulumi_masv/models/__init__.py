"""What MASV answers (tolerant), what a program declares (strict), what the state holds.

Pure values: whoever needs the moment is given it. A field says here, and only here, what it
means and what changing it costs.
"""

from pulumi_masv.models.declared import (
    Change,
    Declared,
    Inputs,
    LifecycleInputs,
    Problem,
    problems_of,
    reason_of,
)
from pulumi_masv.models.end import NEVER, End, Never, earlier
from pulumi_masv.models.fleet import FleetInputs, StoredFleet
from pulumi_masv.models.instants import (
    MOMENT,
    Instant,
    MasvInstant,
    format_instant,
    parse_instant,
    shifted,
    widened,
)
from pulumi_masv.models.package import (
    ID_PATTERN,
    STATES,
    Observed,
    Package,
    PackageId,
    State,
    normal,
)
from pulumi_masv.models.query import Query, Sort
from pulumi_masv.models.secret import (
    OF_SECRETS,
    SECRET,
    SIGNATURE,
    SecretText,
    is_secret,
    secret,
    secrets_of,
    veiled,
)
from pulumi_masv.models.stored import Stored, archive_is_due
from pulumi_masv.models.window import StoredWindow, WindowInputs

AnyStored = Stored | StoredFleet | StoredWindow

__all__ = [
    "ID_PATTERN",
    "MOMENT",
    "NEVER",
    "OF_SECRETS",
    "SECRET",
    "SIGNATURE",
    "STATES",
    "AnyStored",
    "Change",
    "Declared",
    "End",
    "FleetInputs",
    "Inputs",
    "Instant",
    "LifecycleInputs",
    "MasvInstant",
    "Never",
    "Observed",
    "Package",
    "PackageId",
    "Problem",
    "Query",
    "SecretText",
    "Sort",
    "State",
    "Stored",
    "StoredFleet",
    "StoredWindow",
    "WindowInputs",
    "archive_is_due",
    "earlier",
    "format_instant",
    "is_secret",
    "normal",
    "parse_instant",
    "problems_of",
    "reason_of",
    "secret",
    "secrets_of",
    "shifted",
    "veiled",
    "widened",
]
