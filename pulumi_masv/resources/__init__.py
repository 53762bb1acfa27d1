"""What a program writes: one class per object, every argument spelled out.

Nothing here refuses a value: a constructor passes it on, and `check` refuses all that is wrong
at once.
"""

from pulumi_masv.accounts import Provider
from pulumi_masv.resources.archive_window import ArchiveWindow
from pulumi_masv.resources.manage import evaluate, manage
from pulumi_masv.resources.package_fleet import PackageArgs, PackageFleet
from pulumi_masv.resources.package_lifecycle import PackageLifecycle

__all__ = [
    "ArchiveWindow",
    "PackageArgs",
    "PackageFleet",
    "PackageLifecycle",
    "Provider",
    "evaluate",
    "manage",
]
