"""Which answers to a write tell all, so that nothing need be read again."""

from datetime import datetime, timezone
from typing import Any

import pytest

from pulumi_masv.lifecycle.written import is_whole
from pulumi_masv.models import Package
from pulumi_masv.plan import Rename, SetExpiry, SetUnlimited, Step

MAY = datetime(2027, 5, 1, tzinfo=timezone.utc)
BARE = Package(id="01HA", state="finalized")
DATED = Package(id="01HA", state="finalized", name="raw", expiry=MAY, unlimited_storage=False)


def answer(**values: Any) -> Package:
    return DATED.model_copy(update=values)


@pytest.mark.parametrize(
    ("step", "shown"),
    [
        (Rename("x"), answer(name="x")),
        (SetExpiry(MAY), answer()),
        (SetUnlimited(), answer(expiry=None, unlimited_storage=True)),
    ],
)
def test_an_answer_that_tells_all_is_whole(step: Step, shown: Package) -> None:
    assert is_whole(shown, DATED, (step,))
    assert is_whole(shown, BARE, (step,))


@pytest.mark.parametrize("missing", ["state", "name", "expiry", "unlimited_storage"])
def test_an_answer_without_what_was_told_before_is_not_whole(missing: str) -> None:
    assert not is_whole(answer(**{missing: None}), DATED, (Rename("x"),))


@pytest.mark.parametrize("step", [Rename("x"), SetExpiry(MAY), SetUnlimited()])
def test_an_answer_that_does_not_say_what_was_done_is_not_whole(step: Step) -> None:
    assert not is_whole(BARE, BARE, (step,))
