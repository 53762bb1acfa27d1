"""MASV packages as Pulumi resources: previews that name every file a change would end."""

from typing import TYPE_CHECKING, Any

from pulumi_masv import program
from pulumi_masv._version import __version__
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
    ManifestError,
    MasvError,
    NotAsDeclared,
    OtherTeam,
    PackageNotFound,
    PartlyDone,
    PreviewError,
    RateLimited,
    RequestRefused,
    ServerFailed,
    SettingsError,
    UnexpectedAnswer,
    Unreachable,
)
from pulumi_masv.resources import (
    ArchiveWindow,
    PackageArgs,
    PackageFleet,
    PackageLifecycle,
    Provider,
    evaluate,
    manage,
)

if TYPE_CHECKING:
    from pulumi_masv.models import Package
    from pulumi_masv.policy import Manifest

__all__ = [
    "AmbiguousPackage",
    "ArchiveWindow",
    "ChangeRefused",
    "CredentialRefused",
    "FilterError",
    "Manifest",
    "ManifestError",
    "MasvError",
    "NotAsDeclared",
    "OtherTeam",
    "Package",
    "PackageArgs",
    "PackageFleet",
    "PackageLifecycle",
    "PackageNotFound",
    "PartlyDone",
    "PreviewError",
    "Provider",
    "RateLimited",
    "RequestRefused",
    "ServerFailed",
    "SettingsError",
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

program.begin()


def __getattr__(name: str) -> Any:
    # pydantic is slow to load, and most programs name no model.
    if name == "Package":
        from pulumi_masv.models import Package

        return Package
    if name == "Manifest":
        from pulumi_masv.policy import Manifest

        return Manifest
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
