"""What the end of its resource does to a package, and what is said of files that ended early."""

from datetime import datetime
from typing import Any

import pytest

from pulumi_masv import plan
from pulumi_masv.models import NEVER, Declared, Package
from pulumi_masv.plan import Loss, Plan
from tests.plan.conftest import FILES, LATER, NOW, PAST, package, steps


def ended(observed: Package, *, force: bool = False, archive: bool = False) -> Plan:
    return plan.end(observed, force_destroy=force, archive_on_destroy=archive, now=NOW)


@pytest.mark.parametrize("state", FILES)
@pytest.mark.parametrize(("archive", "then"), [(False, ()), (True, (plan.Archive(),))])
def test_the_end_of_a_forced_resource_destroys_and_archives_if_asked(
    state: str, archive: bool, then: tuple[plan.Step, ...]
) -> None:
    result = ended(package(state), force=True, archive=archive)
    assert steps(result) == (plan.Destroy(), *then)
    assert result.loss == Loss(ends=NOW, planned=LATER, why="deleted")
    assert result.loss.at_once


@pytest.mark.parametrize("cause", ["deleted", "removed from a fleet", "replaced"])
def test_what_a_run_destroys_ends_at_once_whatever_asks_for_it(cause: plan.Cause) -> None:
    result = plan.end(
        package(unlimited_storage=True),
        force_destroy=True,
        archive_on_destroy=False,
        now=NOW,
        cause=cause,
    )
    assert result.loss == Loss(ends=NOW, planned=NEVER, why=cause)
    assert result.loss.at_once


@pytest.mark.parametrize("state", FILES)
@pytest.mark.parametrize("in_fleet", [False, True])
def test_the_end_of_an_unforced_resource_is_refused_while_files_exist(
    state: str, in_fleet: bool
) -> None:
    observed = package(state)
    result = plan.end(
        observed, force_destroy=False, archive_on_destroy=True, now=NOW, in_fleet=in_fleet
    )
    assert result == Plan(observed, refusals=(plan.FilesExist(observed, in_fleet),))


@pytest.mark.parametrize("force", [False, True])
def test_the_end_of_an_expired_package_destroys_nothing(force: bool) -> None:
    observed = package("expired")
    assert ended(observed, force=force) == Plan(observed)
    assert ended(observed, force=force, archive=True) == Plan(observed, (plan.Archive(),))


def test_the_end_of_an_archived_package_needs_nothing() -> None:
    assert ended(package("archived"), force=True, archive=True) == Plan(package("archived"))


@pytest.mark.parametrize(
    ("stored", "line"),
    [
        ({"expiry": LATER}, "its files are gone, 183 days before its expiry"),
        ({"unlimited_storage": True}, "its files are gone, though it was never to expire"),
    ],
)
def test_files_that_ended_early_are_told_with_how_much(stored: dict[str, Any], line: str) -> None:
    assert plan.ended_early(Declared.model_construct(**stored), NOW) == line


@pytest.mark.parametrize("expiry", [None, PAST, NOW])
def test_files_that_ended_on_schedule_are_not_worth_a_line(expiry: datetime | None) -> None:
    assert plan.ended_early(Declared.model_construct(expiry=expiry), NOW) is None
