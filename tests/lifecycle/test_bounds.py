"""What binds a run: of each loss, whether what its preview named says as much."""

from collections.abc import Iterator
from typing import Any

import pytest

from pulumi_masv import plan
from pulumi_masv.lifecycle import bounds
from pulumi_masv.lifecycle.previews import LATER as LATER_ON
from pulumi_masv.lifecycle.previews import Named
from pulumi_masv.lifecycle.registry import Registry
from pulumi_masv.models import NEVER, Package, parse_instant
from pulumi_masv.plan import Loss, Plan
from tests.lifecycle.registry.conftest import ADDRESS, folder
from tests.sessions import session

__all__ = ["folder"]
NOW, SOON, LATER, LAST = (parse_instant(f"20{year}-01-01T00:00:00Z") for year in (26, 27, 28, 29))
SPELLED = {moment: f"{moment:%Y-%m-%dT%H:%M:%SZ}" for moment in (NOW, SOON, LATER, LAST)}


def shorter(planned: Any = LATER, ends: Any = SOON) -> Loss:
    return Loss(ends, planned, "expiry earlier")


def deleted(planned: Any = LATER) -> Loss:
    return Loss(NOW, planned, "deleted")


def named(ends: Any = SOON, planned: Any = LATER) -> Named:
    return Named("01HP", "urn:a", SPELLED[ends], SPELLED.get(planned, "never"))


AT_ONCE, UNKNOWN_ID = Named("01HP", "urn:a"), Named("", "urn:a")
BY_EXPIRY = Named("01HP", "urn:a", LATER_ON)
CASES = [
    ((), shorter(), False),
    ((), deleted(), False),
    ((named(),), shorter(), True),
    ((named(),), shorter(ends=LATER, planned=LAST), False),
    ((named(),), shorter(planned=LAST), False),
    ((named(),), shorter(planned=NEVER), False),
    ((named(planned=NEVER),), shorter(planned=NEVER), True),
    ((named(planned=NEVER),), shorter(planned=LAST), True),
    ((named(ends=LATER, planned=LAST),), shorter(planned=LAST), False),
    ((named(ends=SOON, planned=LAST),), shorter(ends=LATER, planned=LAST), True),
    ((named(),), deleted(), False),
    ((AT_ONCE,), deleted(), True),
    ((AT_ONCE,), deleted(planned=LAST), True),
    ((AT_ONCE,), shorter(), True),
    ((BY_EXPIRY,), shorter(), True),
    ((BY_EXPIRY,), shorter(planned=NEVER), True),
    ((BY_EXPIRY,), deleted(), False),
    ((UNKNOWN_ID,), shorter(), True),
    ((Named("", "urn:b"),), shorter(), False),
    ((Named("01HQ", "urn:a"),), shorter(), False),
]


@pytest.fixture
def opened(folder: Any) -> Iterator[Any]:
    hosted: list[Registry] = []

    def phase(*several: Named) -> Any:
        preview = Registry.host(ADDRESS, stack="dev", is_preview=True)
        made = session({"masv:teamId": "team1"}, share=preview)
        preview.name(made.account, several)
        preview.close()
        hosted.append(Registry.host(ADDRESS, stack="dev", is_preview=False))
        return session({"masv:teamId": "team1"}, share=hosted[-1])

    yield phase
    for one in hosted:
        one.close()


@pytest.mark.parametrize(("several", "loss", "allowed"), CASES)
def test_an_up_loses_what_its_preview_named_and_no_more(
    opened: Any, several: tuple[Named, ...], loss: Loss, allowed: bool
) -> None:
    package = Package(id="01HP", state="finalized")
    result = bounds.kept(opened(*several), Plan(package, loss=loss), "urn:a")
    assert result.refusals == (() if allowed else (plan.NotPreviewed(package, loss),))


def test_what_loses_nothing_is_bound_by_nothing(opened: Any) -> None:
    result = Plan(Package(id="01HP", state="finalized"), (plan.Rename("x"),))
    assert bounds.kept(opened(), result, "urn:a") == result


def test_where_the_program_takes_no_part_nothing_is_destroyed() -> None:
    package = Package(id="01HP", state="finalized")
    alone = session({"masv:teamId": "team1"})
    refused = bounds.kept(alone, Plan(package, loss=deleted()), "urn:a")
    assert refused.refusals == (plan.NotPermitted(package),)
    assert bounds.kept(alone, Plan(package, loss=shorter()), "urn:a").refusals == ()


def test_a_destroy_is_not_bound_by_an_ups_preview(opened: Any) -> None:
    result = Plan(Package(id="01HP", state="finalized"), loss=deleted())
    assert bounds.kept(opened(), result, "urn:a", is_up=False).refusals == ()
