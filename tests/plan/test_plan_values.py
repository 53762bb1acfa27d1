"""A step says what it is about, whether it is done, and what a package is after it."""

from typing import Any

import pytest

from pulumi_masv import plan
from pulumi_masv.models import NEVER, Package
from tests.plan.conftest import LAST, LATER, SOON, package

DONE: list[tuple[plan.Step, Package, Package]] = [
    (plan.Rename("x"), package(name="y"), package(name="x")),
    (plan.SetExpiry(LAST), package(expiry=SOON), package(expiry=LAST)),
    (
        plan.SetExpiry(LAST),
        package(unlimited_storage=True, expiry=LAST),
        package(unlimited_storage=False, expiry=LAST),
    ),
    (plan.SetUnlimited(), package(), package(unlimited_storage=True)),
    (plan.Destroy(), package("new"), package("expired")),
    (plan.Destroy(), package("finalized"), package("expired")),
    (plan.Archive(), package("expired"), package("archived")),
    (plan.Unarchive(), package("archived"), package("expired")),
]
STEPS = [type(step).__name__ for step, _, _ in DONE]


@pytest.mark.parametrize(("step", "before", "after"), DONE, ids=STEPS)
def test_a_step_leaves_a_package_as_it_says(
    step: plan.Step, before: Package, after: Package
) -> None:
    assert plan.after(before, (step,)) == after


@pytest.mark.parametrize(("step", "before", "after"), DONE, ids=STEPS)
def test_a_step_is_done_once_the_package_is_so(
    step: plan.Step, before: Package, after: Package
) -> None:
    assert not plan.is_done(step, before)
    assert plan.is_done(step, after)


@pytest.mark.parametrize(
    ("step", "kept", "value"),
    [
        (plan.Rename("x"), {"name": "y"}, "y"),
        (plan.Rename("x"), {"name": None}, None),
        (plan.SetExpiry(LAST), {"expiry": SOON}, SOON),
        (plan.SetExpiry(LAST), {"expiry": None}, None),
        (plan.SetExpiry(LAST), {"unlimited_storage": True}, NEVER),
        (plan.SetUnlimited(), {"unlimited_storage": False}, False),
        (plan.SetUnlimited(), {"unlimited_storage": None}, None),
        (plan.Archive(), {"state": "expired"}, "expired"),
        (plan.Destroy(), {"state": "new"}, True),
    ],
)
def test_a_step_finds_what_a_package_has_in_its_place(
    step: plan.Step, kept: dict[str, Any], value: object
) -> None:
    assert plan.found(step, package(**kept)) == value


def test_several_steps_leave_a_package_as_all_of_them_say() -> None:
    steps = (plan.Rename("x"), plan.Destroy(), plan.Archive())
    assert plan.after(package(), steps) == package("archived", name="x")


def test_no_step_leaves_a_package_as_it_is() -> None:
    assert plan.after(package(), ()) == package(expiry=LATER)


@pytest.mark.parametrize(
    ("steps", "changed", "lost"),
    [
        ((plan.Rename("x"),), {"name": "x"}, []),
        ((plan.Rename("x"),), {"name": "x", "description": ""}, ["description"]),
        ((plan.Rename("x"),), {"name": "x", "description": None}, []),
        ((plan.Rename("x"),), {"name": "x", "expiry": SOON}, ["expiry"]),
        ((plan.Rename("x"),), {"name": "x", "expiry": LAST}, []),
        ((plan.SetExpiry(SOON),), {"expiry": SOON}, []),
        ((plan.SetExpiry(LAST),), {"expiry": LAST, "recipients": ()}, ["recipients"]),
        ((plan.SetUnlimited(),), {"unlimited_storage": True, "expiry": None}, []),
        ((plan.Destroy(),), {"state": "expired", "description": ""}, []),
    ],
    ids=str,
)
def test_what_a_write_leaves_out_and_makes_masv_forget_is_found(
    steps: tuple[plan.Step, ...], changed: dict[str, Any], lost: list[str]
) -> None:
    before = package(description="take 4", recipients=("a",))
    after = before.model_copy(update=changed)
    assert plan.forgotten(before, steps, after) == lost
