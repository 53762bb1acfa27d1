"""What a person reads of what was decided: steps, losses, doubts, a line each."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from typing_extensions import assert_never

from pulumi_masv import plan
from pulumi_masv.formatting import (
    SHOWN,
    amount,
    amount_of_all,
    between,
    named,
    resource_name,
    spell,
    spell_moment,
    spelled_apart,
)
from pulumi_masv.kinds import FLEET, kind_of
from pulumi_masv.lifecycle.verdicts import Verdict
from pulumi_masv.models import Package
from pulumi_masv.plan import Loss, Step


@dataclass(frozen=True)
class Line:
    """One line at a resource; `loss` is the word in it that is to be seen first."""

    text: str
    is_warning: bool = False
    loss: str = ""


def lines(verdicts: Sequence[Verdict], urn: str) -> Iterator[Line]:
    """Return what a person reads of some verdicts of one resource.

    Of a fleet the losses come first, the largest before the others and the total before all of
    them; of each kind of line the first 20.
    """
    if kind_of(urn) != FLEET:
        for verdict in verdicts:
            yield from _changes([verdict])
            yield from _losses([verdict])
            yield from _doubts([verdict])
        return
    name = resource_name(urn)
    lost = sorted((v for v in verdicts if v.loss), key=_size, reverse=True)
    doubtful = sorted((v for v in verdicts if v.doubt), key=_size, reverse=True)
    if len(lost) > 1:
        held = amount_of_all(v.observed for v in lost if v.observed)
        yield Line(f"{name}: LOSS {held} in all", is_warning=True, loss="LOSS")
    yield from _limited(_losses(lost), "losses", name)
    yield from _limited(_doubts(doubtful), "that may end earlier", name)
    yield from _limited(_changes(verdicts), "changes", name)


def _losses(verdicts: Iterable[Verdict]) -> Iterator[Line]:
    for verdict in verdicts:
        if verdict.loss and verdict.observed:
            told = f"{named(verdict.observed)}: LOSS {lost(verdict.observed, verdict.loss)}"
            yield Line(told, is_warning=True, loss="LOSS")


def _doubts(verdicts: Iterable[Verdict]) -> Iterator[Line]:
    for verdict in verdicts:
        if verdict.doubt and verdict.observed:
            yield Line(f"{named(verdict.observed)}: {verdict.doubt}", is_warning=True)


def _changes(verdicts: Iterable[Verdict]) -> Iterator[Line]:
    for verdict in verdicts:
        name = named(verdict.observed) if verdict.observed else verdict.package_id
        if verdict.does == "let go":
            yield Line(f"{name}: kept, since the program still declares it")
        elif verdict.steps and verdict.observed:
            observed = verdict.observed
            yield Line(f"{name}: {'; '.join(_does(step, observed) for step in verdict.steps)}")


def _does(step: Step, observed: Package) -> str:
    match step:
        case plan.Rename(name):
            now, then = spelled_apart(observed.name, name)
            told = (now, then) == (spell(observed.name), spell(name))
            return f"rename to {then}" if told else f"rename from {now} to {then}"
        case plan.SetExpiry(expiry):
            return f"expiry {spell(observed.end)} -> {spell(expiry)}"
        case plan.SetUnlimited():
            return f"expiry {spell(observed.end)} -> never (unlimited storage)"
        case plan.Destroy():
            return "delete"
        case plan.Archive():
            return "archive"
        case plan.Unarchive():
            return "unarchive"
        case _:
            assert_never(step)


def lost(package: Package, loss: Loss) -> str:
    """Return what is lost of a package: how much, when, and how much earlier than planned."""
    when = "now" if loss.at_once else f"on {spell_moment(loss.ends)}"
    if loss.planned is None and loss.at_once:
        how_much = "and MASV does not say when they were to end"
    elif loss.planned is None:
        how_much = "and may never end now: MASV does not say whether they do"
    elif isinstance(loss.planned, datetime):
        how_much = f"{between(loss.ends, loss.planned)} earlier than planned"
    else:
        how_much = "until now they were never to end"
    return f"{amount(package)} end {when}, {how_much}"


def _size(verdict: Verdict) -> float:
    """Return how large a package is; what is not known may be the largest."""
    size = verdict.observed.size if verdict.observed else None
    return math.inf if size is None else size


def _limited(several: Iterable[Line], what: str, name: str) -> Iterator[Line]:
    shown = list(several)
    yield from shown[:SHOWN]
    if len(shown) > SHOWN:
        more = f"{name}: and {len(shown) - SHOWN} more {what}: `pulumi-masv preview` lists all"
        yield Line(more, is_warning=shown[0].is_warning)
