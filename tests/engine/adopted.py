"""A package that a stack has adopted, and others' programs beside it."""

from pulumi_masv.simulator import (
    Simulator,
)
from tests.engine.conftest import Stack

ONE = "masv.PackageLifecycle({name!r}, package_id={id!r}, force_destroy={force}{more})\n"


def declare(
    stack: Stack, package: str, *, name: str = "day12", force: bool = True, more: str = ""
) -> None:
    stack.program(ONE.format(name=name, id=package, force=force, more=more))


def adopted(stack: Stack, masv: Simulator, *, force: bool = True, more: str = "") -> str:
    package = masv.account.add_package(name="Day 12", size=5, total_files=2)
    declare(stack, package, force=force, more=more)
    stack.up()
    masv.reset_journal()
    return package


WINDOW = (
    "masv.ArchiveWindow('old', expiry_start='2026-01-01T00:00:00Z',"
    " expiry_end='2026-03-01T00:00:00Z', archived={archived}, unarchive_on_destroy=True)\n"
)


FLEET = "masv.PackageFleet('fleet', packages={{{id!r}: {{'name': {name!r}}}}})\n"


def tombstone(masv: Simulator) -> str:
    return masv.account.add_package(state="expired", expiry="2026-02-01T00:00:00Z")
