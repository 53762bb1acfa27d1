"""In which order things happen in a check."""

from collections.abc import Iterable, Sequence
from typing import Any

import pytest

from pulumi_masv.lifecycle.protocol import CheckRequest, check
from pulumi_masv.lifecycle.verdicts import Verdict
from pulumi_masv.models import Problem, parse_instant
from pulumi_masv.plan import NotFound, Refusal
from tests.sessions import session

NOW = parse_instant("2026-06-01T00:00:00Z")
GONE, OTHER = NotFound("01HP", "team1"), NotFound("01HQ", "team1")
WRONG = Problem("expiry", "has no time zone")


class Told:
    """An announcer that notes when it is asked to speak."""

    def __init__(self, order: list[str]) -> None:
        self.order = order

    def note(self, text: str, *, urn: str = "", is_warning: bool = False) -> None:
        self.order.append(f"note {text}")

    def verdicts(self, several: Sequence[Verdict], *, urn: str = "") -> None:
        self.order.append(f"announce {len(several)} at {urn}")

    def record(self, several: Iterable[Verdict]) -> None:
        self.order.append("unchanged")


class Controller:
    """A kind of resource that notes what it is asked."""

    def __init__(self, order: list[str], *refusals: Refusal) -> None:
        self.order = order
        self.refusals = refusals

    def declare(self, request: Any) -> None:
        self.order.append("declare")

    def foresee(self, request: Any) -> Sequence[Verdict]:
        self.order.append("foresee")
        return [Verdict("01HP", request.urn, "changed", NOW, refusals=self.refusals)]

    def contradictions(self, request: Any) -> Sequence[Refusal]:
        self.order.append("contradictions")
        return [OTHER]


def checked(*refusals: Refusal, **request: Any) -> tuple[list[str], Any]:
    order: list[str] = []
    opened = session()
    opened.announcer = Told(order)
    asked: Any = CheckRequest(urn="urn:a", inputs=None, declared_before=None, **request)
    return order, check(opened, Controller(order, *refusals), asked)


def test_what_is_declared_is_noted_before_anything_is_decided() -> None:
    order, outcome = checked()
    assert order == ["declare", "foresee", "announce 1 at urn:a", "contradictions"]
    assert outcome.refusals == [OTHER]


def test_what_is_wrong_in_itself_is_declared_and_refused_without_a_look() -> None:
    order, outcome = checked(problems=[WRONG])
    assert (order, outcome.problems, outcome.refusals) == (["declare"], [WRONG], ())


def test_what_does_not_change_is_not_looked_at() -> None:
    order, _ = checked(changed=False)
    assert order == ["declare", "announce 0 at urn:a", "contradictions"]


def test_a_refusal_is_announced_and_asks_for_no_contradiction() -> None:
    order, outcome = checked(GONE)
    assert order == ["declare", "foresee", "announce 1 at urn:a"]
    assert outcome.refusals == [GONE]


@pytest.mark.parametrize("changed", [True, False])
def test_a_check_takes_part_in_its_run(changed: bool) -> None:
    order: list[str] = []
    opened = session()
    opened.announcer = Told(order)
    opened.registry.check = lambda: order.append("take part")  # type: ignore[method-assign]
    asked: Any = CheckRequest(urn="urn:a", inputs=None, declared_before=None, changed=changed)
    check(opened, Controller(order), asked)
    check(opened, Controller(order), asked)
    assert order.count("take part") == 1
    assert order[0] == "take part"
