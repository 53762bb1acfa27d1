"""MASV packages as Pulumi resources: previews that name every file a change would end."""

from pulumi_masv._version import __version__
from pulumi_masv.errors import (
    ChangeRefused,
    CredentialRefused,
    MasvError,
    NotAsDeclared,
    OtherTeam,
    PackageNotFound,
    RateLimited,
    RequestRefused,
    ServerFailed,
    SettingsError,
    UnexpectedAnswer,
    Unreachable,
)
from pulumi_masv.resources import PackageLifecycle, Provider

__all__ = [
    "ChangeRefused",
    "CredentialRefused",
    "MasvError",
    "NotAsDeclared",
    "OtherTeam",
    "PackageLifecycle",
    "PackageNotFound",
    "Provider",
    "RateLimited",
    "RequestRefused",
    "ServerFailed",
    "SettingsError",
    "UnexpectedAnswer",
    "Unreachable",
    "__version__",
]
