"""What a program may declare, and every refusal that needs no network."""

import pytest

from pulumi_masv.models import LifecycleInputs


def test_every_mistake_is_told_at_once_each_with_its_property() -> None:
    inputs, problems = LifecycleInputs.parse(
        {
            "packageId": "01H/../..",
            "name": "  ",
            "expiry": "2027-01-31T00:00:00",
            "unlimitedStorage": True,
            "archived": "yes",
            "forceDestory": True,
        }
    )
    assert inputs is None
    assert dict(problems) == {
        "packageId": "'01H/../..' is not a MASV package id: 1 to 128 letters, digits, '-' and '_'",
        "name": "is blank: give a name, or leave it out to leave MASV's name alone",
        "expiry": "'2027-01-31T00:00:00' has no time zone: write it like 2027-01-31T00:00:00Z",
        "unlimitedStorage": (
            "excludes expiry: a package that never expires has none; take one of them out"
        ),
        "archived": "expected True or False, not 'yes'",
        "forceDestory": "is not an input of this resource",
    }


@pytest.mark.parametrize("name", ["packageId", "name"])
def test_a_number_where_a_string_is_due_is_refused(name: str) -> None:
    _, problems = LifecycleInputs.parse({"packageId": "01HP", name: 5.0})
    assert problems == [(name, "expected a string, not 5.0")]


def test_a_package_id_is_required() -> None:
    _, problems = LifecycleInputs.parse({"name": "Day 12"})
    assert problems == [("packageId", "is required")]


def test_unlimited_storage_excludes_expiry() -> None:
    inputs, problems = LifecycleInputs.parse(
        {"packageId": "01HP", "unlimitedStorage": True, "expiry": "2027-01-31T00:00:00Z"}
    )
    assert inputs is None
    assert [problem.property for problem in problems] == ["unlimitedStorage"]


def test_what_a_preview_does_not_know_yet_is_no_mistake() -> None:
    known, none = LifecycleInputs.parse(
        {"packageId": "01HP", "name": object()}, frozenset({"name"})
    )
    assert (known and known.wire(), none) == ({"packageId": "01HP"}, [])
    unknown, problems = LifecycleInputs.parse(
        {"packageId": object(), "name": " "}, frozenset({"packageId"})
    )
    assert unknown is None
    assert [problem.property for problem in problems] == ["name"]


def test_the_wire_is_canonical_and_drops_flags_that_are_off() -> None:
    inputs, _ = LifecycleInputs.parse(
        {
            "packageId": "01HP",
            "expiry": "2027-01-31T01:00:00.000+01:00",
            "archived": False,
            "forceDestroy": False,
            "archiveOnDestroy": True,
        }
    )
    assert inputs is not None
    assert inputs.wire() == {
        "packageId": "01HP",
        "expiry": "2027-01-31T00:00:00Z",
        "archived": False,
        "archiveOnDestroy": True,
    }
