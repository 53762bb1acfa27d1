"""What a front end asks of a resource, and what it gets: a frozen request in, an outcome out.

`check` is the one place that orders what happens in a check. A controller says what each step of it
means for its kind of resource.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from pulumi_masv.errors import MasvError, SettingsError
from pulumi_masv.lifecycle.session import Session
from pulumi_masv.lifecycle.verdicts import Verdict
from pulumi_masv.models import Problem
from pulumi_masv.plan import CannotLook, Refusal

Kind = TypeVar("Kind")
KindBefore = TypeVar("KindBefore")
State = TypeVar("State")


@dataclass(frozen=True)
class CheckRequest(Generic[Kind, KindBefore]):
    """What a program declares of a resource.

    Attributes:
        urn: of the resource; empty where nobody told it.
        inputs: None where they are wrong, or where what they are about is not known yet.
        declared_before: what was declared in the last run.
        unknown: names of inputs that a preview does not know yet.
        unknown_of: package id -> names of what is declared of it and not known yet.
        changed: whether anything differs from what was declared before.
        problems: what is wrong with the inputs, whatever MASV has.
    """

    urn: str
    inputs: Kind | None
    declared_before: KindBefore
    unknown: frozenset[str] = frozenset()
    unknown_of: Mapping[str, frozenset[str]] = field(default_factory=dict)
    changed: bool = True
    problems: Sequence[Problem] = ()


@dataclass(frozen=True)
class CheckOutcome:
    """Why a resource is refused: what is wrong with its inputs, and what MASV's side forbids."""

    problems: Sequence[Problem] = ()
    refusals: Sequence[Refusal] = ()


@dataclass(frozen=True)
class ApplyRequest(Generic[Kind, State]):
    """What is to be made so; `stored` is None for a resource that is new."""

    inputs: Kind
    stored: State | None = None


@dataclass(frozen=True)
class ReadRequest(Generic[State]):
    """What is to be read: a stored resource, or a package that is only read, by its id."""

    id: str
    stored: State


@dataclass(frozen=True)
class EndRequest(Generic[State]):
    """What is to end with its resource."""

    id: str
    stored: State


@dataclass(frozen=True)
class Outcome(Generic[State]):
    """What the state is to hold; None where there is nothing left to hold."""

    stored: State | None


class Checker(Protocol[Kind, KindBefore]):
    """What a kind of resource does in a check."""

    def declare(self, request: CheckRequest[Kind, KindBefore]) -> None:
        """Take note of what is declared, right or wrong, for what this process decides later."""

    def foresee(self, request: CheckRequest[Kind, KindBefore]) -> Sequence[Verdict]:
        """Look, decide and promise; no write. Raises SettingsError where a setting is wrong."""

    def contradictions(self, request: CheckRequest[Kind, KindBefore]) -> Sequence[Refusal]:
        """Return what else the program declares against it."""


def check(
    session: Session,
    controller: Checker[Kind, KindBefore],
    request: CheckRequest[Kind, KindBefore],
) -> CheckOutcome:
    """Check a resource: declare, then refuse what is wrong, then look, then announce.

    What is declared is noted first, so that nothing else of this check can end it. What is wrong in
    itself is refused without a look; what MASV will not show is refused as well. What is decided is
    announced once, refusals and all.

    Raises:
        SettingsError: a setting is wrong.
    """
    session.take_part()
    controller.declare(request)
    if request.problems:
        return CheckOutcome(problems=request.problems)
    try:
        verdicts = controller.foresee(request) if request.changed else ()
    except SettingsError:
        raise
    except MasvError as error:
        package_id = str(getattr(request.inputs, "package_id", ""))
        refused = (CannotLook(package_id, error),)
        verdicts = [Verdict(package_id, request.urn, "refused", session.clock(), refusals=refused)]
    session.announce(verdicts, request.urn)
    refusals = [refusal for verdict in verdicts for refusal in verdict.refusals]
    return CheckOutcome(refusals=refusals or controller.contradictions(request))
