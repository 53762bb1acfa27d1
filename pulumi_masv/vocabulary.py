"""How Pulumi's users are told what was decided: refusals, losses and steps in words.

The one place that names what a user writes or runs: an argument, an option, a command.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from typing_extensions import assert_never

from pulumi_masv import plan
from pulumi_masv.errors import (
    ChangeRefused,
    CredentialRefused,
    MasvError,
    OtherTeam,
    StateUnreadable,
)
from pulumi_masv.formatting import (
    SHOWN,
    amount,
    amount_of_all,
    first,
    quote,
    resource_name,
    span,
    spell,
    spell_moment,
)
from pulumi_masv.lifecycle.verdicts import Verdict
from pulumi_masv.models import Package, Problem, Stored
from pulumi_masv.plan import Loss, Refusal, Step

_FLEET: Final = "masv:PackageFleet::"


@dataclass(frozen=True)
class Line:
    """One line at a resource; `loss` is the word in it that is to be seen first."""

    text: str
    is_warning: bool = False
    loss: str = ""


def reason(refusal: Refusal) -> str:
    """Return why nothing may be done, and what to do about it, in one line."""
    match refusal:
        case plan.FilesGone(package):
            return (
                f"the files of {_named(package)} are gone ({package.state}): nothing brings them "
                f"back; take this property out of the program"
            )
        case plan.NotInFuture(package, wanted):
            return (
                f"{spell(wanted)} is not in the future: MASV would destroy the files of "
                f"{_named(package)} at once; to end it on purpose, set force_destroy=True, run an "
                f"up and remove the resource; it now ends {spell(package.end)}: to keep it so, "
                f"declare that"
            )
        case plan.EndMoved(package, expected):
            return (
                f"expiry of {_named(package)} is now {spell(package.end)}, not {spell(expected)} "
                f"as previewed: run with --refresh"
            )
        case plan.NeedsExpiry(package):
            return f"{_named(package)} never expires now: declare the expiry it is to have instead"
        case plan.FilesExist(package, in_fleet):
            return f"{_named(package)} still has {amount(package)}, and {_WAYS_ON[in_fleet]}"
        case plan.Unnamed(package, loss):
            return f"{_named(package)}: {_lost(package, loss)}, which no check has shown: run again"
        case plan.NotPreviewed(package, loss):
            return (
                f"{_named(package)}: {_lost(package, loss)}, which the preview before this run did "
                f"not show: run with --refresh, and not without a preview"
            )
        case plan.NotReviewed(package, loss):
            return (
                f"{_named(package)}: {_lost(package, loss)}, which the report that MASV_REVIEWED "
                f"names does not allow: have a new report reviewed"
            )
        case plan.NotPermitted(package, why):
            return (
                f"{_named(package)} still has {amount(package)}, and the program was not asked "
                f"whether they may be destroyed{f' ({why})' if why else ''}: put it back and run "
                f"an up first; or use `pulumi destroy --run-program`; or run `pulumi state delete` "
                f"to keep the files"
            )
        case plan.CannotTell(package_id, why):
            return f"{package_id}: what this destroys cannot be told, so it is not done: {why}"
        case plan.MayBeDeclared(package_id, unsettled):
            return (
                f"{package_id}: whether the program still declares it is not known yet "
                f"({unsettled}), so nothing of it is destroyed: declare those without an Output of "
                f"what is replaced, or set delete_before_replace=False"
            )
        case plan.NotFound(package_id, team_id, in_fleet):
            line = f"MASV has no package {package_id} in team {team_id}: check the id and the team"
            return f"{line}; or take it out" if in_fleet else line
        case plan.Contradicted(package_id, window):
            other = "archived" if window.archived else "not archived"
            return (
                f"{package_id} lies in the {window}, which an ArchiveWindow of this program "
                f"declares {other}: declare both alike, or move the window"
            )
        case plan.WindowsContradict(window, other_window):
            return f"the {window} overlaps the {other_window}, declared the opposite"
        case _:
            assert_never(refusal)


_WAYS_ON: Final = {
    False: (
        "its resource may not destroy them: set force_destroy=True and run an up first to destroy "
        "them; or set retain_on_delete=True and run an up first to keep them; or, once it is out "
        "of the program, run `pulumi state delete`; in a replacement, put the old package_id back, "
        "set one of the two, run an up, then change the id"
    ),
    True: (
        "its fleet may not destroy them: put it back and set force_destroy=True and run an up "
        "first to destroy them; or set retain_removed=True to take it out and leave it alone"
    ),
}


def problem(refusal: Refusal) -> Problem:
    """Return a refusal with the property that asks for what is refused."""
    return Problem(refusal.property, reason(refusal))


def problems_of_entries(refusals: Sequence[Refusal]) -> list[Problem]:
    """Return the refusals of a fleet with their places: the first, and how many more there are."""
    found = []
    for one in refusals[:SHOWN]:
        own = "" if one.property in ("packageId", "forceDestroy") else f".{one.property}"
        found.append(Problem(f"packages.{_subject(one)}{own}", reason(one)))
    if len(refusals) > SHOWN:
        found.append(Problem("packages", f"and {len(refusals) - SHOWN} more refusals"))
    return found


def spelled(error: MasvError) -> str:
    """Return the one line of an error, with what to do about it in Pulumi."""
    match error:
        case ChangeRefused():
            lines = [reason(refusal) for refusal in error.refusals]
            return "; ".join(first(lines, "more refusals"))
        case OtherTeam():
            return f"{error}: set it back, or take it out of the state with `pulumi state delete`"
        case StateUnreadable():
            return f"{error}: take it out with `pulumi state delete`, and an up adopts it again"
        case CredentialRefused() if error.is_stored:
            return (
                f"{error}; `refresh` and `destroy` use the recorded key unless --run-program: "
                f"after a change of the key, run `pulumi refresh --run-program`"
            )
        case _:
            return str(error)


def archive_waits(stored: Stored) -> str:
    """Return what to say of an archive that only a refresh brings about."""
    return (
        f"{stored.package_id} {quote(stored.name)}: its expiry has passed: an up with --refresh "
        f"archives it"
    )


def lines(verdicts: Sequence[Verdict], urn: str) -> Iterator[Line]:
    """Return what a person reads of some verdicts of one resource.

    Of a fleet the losses come first, the largest before the others and the total before all of
    them; of each kind of line the first 20.
    """
    if _FLEET not in urn:
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
            told = f"{_named(verdict.observed)}: LOSS {_lost(verdict.observed, verdict.loss)}"
            yield Line(told, is_warning=True, loss="LOSS")


def _doubts(verdicts: Iterable[Verdict]) -> Iterator[Line]:
    for verdict in verdicts:
        if verdict.doubt and verdict.observed:
            yield Line(f"{_named(verdict.observed)}: {verdict.doubt}", is_warning=True)


def _changes(verdicts: Iterable[Verdict]) -> Iterator[Line]:
    for verdict in verdicts:
        name = _named(verdict.observed) if verdict.observed else verdict.package_id
        if verdict.does == "let go":
            yield Line(f"{name}: kept, since the program still declares it")
        elif verdict.steps and verdict.observed:
            observed = verdict.observed
            yield Line(f"{name}: {'; '.join(_does(step, observed) for step in verdict.steps)}")


def _does(step: Step, observed: Package) -> str:
    match step:
        case plan.Rename(name):
            return f"rename to {quote(name)}"
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


def _lost(package: Package, loss: Loss) -> str:
    when = "now" if loss.at_once else f"on {spell_moment(loss.ends)}"
    if loss.planned is None:
        how_much = "earlier than planned, perhaps: MASV does not say when they end now"
    elif isinstance(loss.planned, datetime):
        how_much = f"{span(loss.planned - loss.ends)} earlier than planned"
    else:
        how_much = "until now they never end"
    return f"{amount(package)} end {when}, {how_much}"


def _named(package: Package) -> str:
    return f"{package.id} {quote(package.name)}"


def _subject(refusal: Refusal) -> str:
    match refusal:
        case plan.CannotTell() | plan.MayBeDeclared() | plan.NotFound() | plan.Contradicted():
            return refusal.package_id
        case plan.WindowsContradict():
            return ""
        case _:
            return refusal.package.id


def _size(verdict: Verdict) -> float:
    """Return how large a package is; what is not known may be the largest."""
    size = verdict.observed.size if verdict.observed else None
    return math.inf if size is None else size


def _limited(several: Iterable[Line], what: str, name: str) -> Iterator[Line]:
    shown = list(several)
    yield from shown[:SHOWN]
    if len(shown) > SHOWN:
        more = f"{name}: and {len(shown) - SHOWN} more {what}: `pulumi-masv report` lists all"
        yield Line(more, is_warning=shown[0].is_warning)
