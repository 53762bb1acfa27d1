"""What a program writes: one class per object, every argument spelled out.

A value that Pulumi cannot carry is refused here, with all that is wrong in the program; what else
is wrong is refused by `check`, all of a resource at once.
"""

from pulumi_masv.accounts import Provider
from pulumi_masv.resources.archive_window import ArchiveWindow
from pulumi_masv.resources.entries import PackageArgs, PackageArgsDict
from pulumi_masv.resources.manage import evaluate, manage
from pulumi_masv.resources.package_fleet import FleetSummary, LivePackage, PackageFleet
from pulumi_masv.resources.package_lifecycle import PackageLifecycle

__all__ = [
    "ArchiveWindow",
    "FleetSummary",
    "LivePackage",
    "PackageArgs",
    "PackageArgsDict",
    "PackageFleet",
    "PackageLifecycle",
    "Provider",
    "evaluate",
    "manage",
]
