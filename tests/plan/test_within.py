"""A promise binds the plan that follows: no step and no loss beyond it."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from pulumi_masv import plan
from pulumi_masv.models import Declared, Package
from pulumi_masv.plan import Loss, Plan
from tests.plan.conftest import LAST, LATER, NOW, SOON, package, planned, refusal

A_DAY = timedelta(days=1)
UNLIMITED: dict[str, Any] = {"unlimited_storage": True}
UNKNOWN: dict[str, Any] = {"unlimited_storage": None, "expiry": None}


def shortened(observed: Package, to: datetime = SOON) -> Plan:
    """The plan of a package whose declared expiry ends it earlier."""
    return planned(observed, expiry=to)


def destroyed(
    observed: Package, now: datetime = NOW, cause: plan.Cause = "deleted", archive: bool = False
) -> Plan:
    return plan.end(observed, force_destroy=True, archive_on_destroy=archive, now=now, cause=cause)


@pytest.mark.parametrize(
    ("due", "promised", "steps"),
    [
        ({"name": "x"}, {"name": "x"}, (plan.Rename("x"),)),
        ({"name": "x"}, {}, ()),
        ({"name": "x"}, {"name": "y"}, ()),
        ({"name": "x", "expiry": LAST}, {"expiry": LAST}, (plan.SetExpiry(LAST),)),
        ({"name": "x", "expiry": LAST}, {"name": "x"}, (plan.Rename("x"),)),
        ({"expiry": LAST}, {"expiry": LAST + A_DAY}, ()),
        ({"unlimited_storage": True}, {"expiry": LAST}, ()),
        ({"unlimited_storage": True}, {"unlimited_storage": True}, (plan.SetUnlimited(),)),
        ({}, {"name": "x"}, ()),
    ],
)
def test_a_step_that_was_not_promised_is_dropped(
    due: dict[str, Any], promised: dict[str, Any], steps: tuple[plan.Step, ...]
) -> None:
    result = planned(package(), **due).within(planned(package(), **promised))
    assert result == Plan(package(), steps)


def test_an_archive_that_was_not_promised_is_dropped() -> None:
    expired = planned(package("expired"), archived=True)
    assert expired.within(planned(package(), archived=True)).steps == ()
    assert destroyed(package(), archive=True).within(destroyed(package())).steps == (
        plan.Destroy(),
    )


def test_what_is_kept_of_the_state_stays_so_within_a_promise() -> None:
    due = planned(package(), {"name": "Day 12"}, name="Day 12", expiry=LAST)
    assert due.within(planned(package())).kept == {"name"}


def test_a_refusal_stays_one_whatever_was_promised() -> None:
    due = planned(package("expired"), expiry=LAST)
    assert refusal(due.within(planned(package(), expiry=LAST))) == plan.FilesGone(
        package("expired"), "expiry"
    )


@pytest.mark.parametrize(
    ("promised", "due"),
    [
        ({}, {}),
        (UNLIMITED, UNLIMITED),
        (UNKNOWN, UNKNOWN),
        # Whoever was told that all of it may be lost was told of less, too.
        (UNLIMITED, {}),
        (UNKNOWN, {}),
        (UNKNOWN, UNLIMITED),
        (UNLIMITED, UNKNOWN),
        ({"expiry": LAST}, {"expiry": LATER}),
    ],
)
def test_a_loss_that_was_promised_as_large_goes_on(
    promised: dict[str, Any], due: dict[str, Any]
) -> None:
    result = shortened(package(**due))
    assert result.loss is not None
    assert result.within(shortened(package(**promised))) == result


@pytest.mark.parametrize(
    "due", [{"expiry": LATER + A_DAY}, {"expiry": LAST}, UNLIMITED, UNKNOWN], ids=str
)
def test_a_loss_that_is_larger_than_promised_is_refused(due: dict[str, Any]) -> None:
    observed = package(**due)
    result = shortened(observed).within(shortened(package()))
    assert result == Plan(observed, refusals=(plan.EndMoved(observed, LATER),))


def test_an_end_that_moved_since_is_told_with_what_was_previewed() -> None:
    observed = package(expiry=LAST)
    promised = planned(package(expiry=SOON), expiry=LATER)
    assert promised.loss is None
    assert refusal(shortened(observed, to=LATER).within(promised)) == plan.EndMoved(observed, SOON)


@pytest.mark.parametrize(
    ("promised", "steps"),
    [
        (planned(package()), ()),
        (planned(package(), name="x"), (plan.Rename("x"),)),
        (planned(package(), expiry=LAST), ()),
        (shortened(package(), to=SOON + A_DAY), ()),
        (shortened(package(), to=SOON - A_DAY), ()),
        (destroyed(package()), ()),
    ],
    ids=["nothing", "a name", "an extension", "a later end", "an earlier end", "a destroy"],
)
def test_a_loss_that_was_left_alone_is_dropped_with_its_step(
    promised: Plan, steps: tuple[plan.Step, ...]
) -> None:
    due = planned(package(), name="x", expiry=SOON)
    assert due.loss is not None
    assert due.within(promised) == Plan(package(), steps)


@pytest.mark.parametrize(
    "promised",
    [planned(package()), planned(package(), expiry=LAST), shortened(package())],
    ids=["nothing", "an extension", "an earlier end"],
)
def test_a_destroy_that_was_left_alone_is_dropped(promised: Plan) -> None:
    assert destroyed(package()).within(promised) == Plan(package())


@pytest.mark.parametrize("observed", [{"expiry": LAST}, {"expiry": SOON}, UNLIMITED], ids=str)
def test_a_destroy_that_was_not_promised_is_refused_where_the_end_moved(
    observed: dict[str, Any],
) -> None:
    result = destroyed(package(**observed)).within(planned(package()))
    assert result == Plan(
        package(**observed), refusals=(plan.EndMoved(package(**observed), LATER),)
    )


def test_a_promised_step_that_comes_to_lose_more_is_refused() -> None:
    promised = shortened(package())
    observed = package(**UNLIMITED)
    assert refusal(shortened(observed).within(promised)) == plan.EndMoved(observed, LATER)
    unsaid = package(**UNKNOWN)
    assert refusal(shortened(unsaid).within(promised)) == plan.EndMoved(unsaid, LATER)
    assert shortened(package()).within(shortened(unsaid)) == shortened(package())


@pytest.mark.parametrize("due", [{}, {"expiry": SOON}, {"expiry": LAST}, UNLIMITED], ids=str)
@pytest.mark.parametrize("cause", ["deleted", "removed from a fleet", "replaced"])
def test_a_promised_destroy_covers_one_at_a_later_now(
    due: dict[str, Any], cause: plan.Cause
) -> None:
    result = destroyed(package(**due), now=NOW + timedelta(minutes=5), cause=cause)
    assert result.within(destroyed(package())) == result


def test_with_no_promise_a_plan_without_loss_goes_on() -> None:
    result = planned(package("expired"), name="x", archived=True)
    assert result.within(None) == Plan(package("expired"), (plan.Rename("x"), plan.Archive()))


@pytest.mark.parametrize(
    ("result", "loss"),
    [
        (shortened(package()), Loss(ends=SOON, planned=LATER, why="expiry earlier")),
        (destroyed(package()), Loss(ends=NOW, planned=LATER, why="deleted")),
    ],
    ids=["earlier", "at once"],
)
def test_with_no_promise_a_plan_with_a_loss_is_refused(result: Plan, loss: Loss) -> None:
    assert result.within(None) == Plan(package(), refusals=(plan.Unnamed(package(), loss),))


def test_a_plan_is_within_itself() -> None:
    declared = Declared(name="x", expiry=SOON)
    result = plan.converge(package(), declared, None, NOW)
    assert result.within(result) == result
