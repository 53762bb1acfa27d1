"""What MASV keeps is compared with what was asked; what a preview finds binds the up."""

from typing import Any

import pytest
from pydantic import SecretStr

from pulumi_masv import plan
from pulumi_masv.errors import NotAsDeclared
from pulumi_masv.lifecycle.reconcile import Reconciler
from pulumi_masv.models import Observed, Stored
from tests.plan.conftest import LAST, NOW, SOON, package
from tests.sessions import session

SETTINGS = {"masv:apiKey": "key", "masv:teamId": "team1"}


def recorded(step: plan.Step, **kept: Any) -> Stored:
    """What is stored of a package that MASV keeps so, after this step."""
    seen = Observed(package(**kept), SecretStr("token"), NOW)
    return Reconciler(session(SETTINGS)).record(seen, done=plan.Plan(package(), (step,)))


@pytest.mark.parametrize(
    ("step", "kept", "line"),
    [
        (plan.Rename("x"), {"name": "y"}, 'name was to be "x", but MASV keeps "y"'),
        (
            plan.SetExpiry(LAST),
            {"expiry": SOON},
            "expiry was to be 2027-06-01T00:00:00Z, but MASV keeps 2026-07-01T00:00:00Z",
        ),
        (
            plan.SetExpiry(LAST),
            {"unlimited_storage": True},
            "expiry was to be 2027-06-01T00:00:00Z, but MASV keeps never",
        ),
        (
            plan.SetUnlimited(),
            {"unlimited_storage": False},
            "unlimited_storage was to be True, but MASV keeps False",
        ),
    ],
)
def test_what_was_asked_is_told_from_what_is_kept(
    step: plan.Step, kept: dict[str, Any], line: str
) -> None:
    name = kept.get("name", "Day 12")
    with pytest.raises(NotAsDeclared) as caught:
        recorded(step, **kept)
    assert str(caught.value) == (
        f'01HP "{name}": {line}: declare a value that MASV keeps, or run again where it shows a '
        "write late"
    )


@pytest.mark.parametrize("kept", [None, "x"], ids=["left out", "as asked"])
def test_a_field_left_out_of_an_answer_counts_as_done(kept: str | None) -> None:
    assert recorded(plan.Rename("x"), name=kept).name == kept
