"""MASV packages as Pulumi resources: previews that name every file a change would end."""

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

from pulumi_masv._version import __version__

if TYPE_CHECKING:
    from pulumi_masv.data import (
        get_package,
        get_package_output,
        get_packages,
        get_packages_output,
    )
    from pulumi_masv.errors import (
        AmbiguousPackage,
        ChangeRefused,
        CredentialRefused,
        FilterError,
        Intercepted,
        ListingRefused,
        ManifestError,
        MasvError,
        NoLongerShown,
        NotAsDeclared,
        OtherTeam,
        PackageNotFound,
        PackageRefused,
        PartlyDone,
        PreviewError,
        RateLimited,
        RequestRefused,
        ServerFailed,
        SettingsError,
        StateUnreadable,
        TooLate,
        UnexpectedAnswer,
        Unreachable,
    )
    from pulumi_masv.models import Package
    from pulumi_masv.policy import Manifest
    from pulumi_masv.resources import (
        ArchiveWindow,
        FleetSummary,
        LivePackage,
        PackageArgs,
        PackageArgsDict,
        PackageFleet,
        PackageLifecycle,
        Provider,
        evaluate,
    )
    from pulumi_masv.resources.manage import manage

__all__ = [
    "AmbiguousPackage",
    "ArchiveWindow",
    "ChangeRefused",
    "CredentialRefused",
    "FilterError",
    "FleetSummary",
    "Intercepted",
    "ListingRefused",
    "LivePackage",
    "Manifest",
    "ManifestError",
    "MasvError",
    "NoLongerShown",
    "NotAsDeclared",
    "OtherTeam",
    "Package",
    "PackageArgs",
    "PackageArgsDict",
    "PackageFleet",
    "PackageLifecycle",
    "PackageNotFound",
    "PackageRefused",
    "PartlyDone",
    "PreviewError",
    "Provider",
    "RateLimited",
    "RequestRefused",
    "ServerFailed",
    "SettingsError",
    "StateUnreadable",
    "TooLate",
    "UnexpectedAnswer",
    "Unreachable",
    "__version__",
    "evaluate",
    "get_package",
    "get_package_output",
    "get_packages",
    "get_packages_output",
    "manage",
]


def __getattr__(name: str) -> Any:
    # Pulumi and pydantic are slow to load, and a command or a program names little of this.
    for room in ("errors", "resources", "data", "models", "policy") if name in __all__ else ():
        found = getattr(import_module(f"{__name__}.{room}"), name, None)
        if found is not None:
            globals()[name] = found
            return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


if "pulumi" in sys.modules:  # what runs a program has loaded it before the program begins
    from pulumi_masv import program

    program.begin()
