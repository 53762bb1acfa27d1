"""Why something is not done, and what to do about it: refusals and errors, a line each."""

from collections.abc import Iterator, Sequence
from typing import Final

from pydantic.alias_generators import to_snake
from typing_extensions import assert_never

from pulumi_masv import plan
from pulumi_masv.errors import (
    WHOLE_ACCOUNT,
    ChangeRefused,
    CredentialRefused,
    MasvError,
    NoLongerShown,
    OtherTeam,
    StateUnreadable,
)
from pulumi_masv.formatting import amount, first, named, quote, spell
from pulumi_masv.models import Problem, Stored
from pulumi_masv.plan import Refusal
from pulumi_masv.vocabulary.lines import lost


def reason(refusal: Refusal) -> str:
    """Return why nothing may be done, and what to do about it, in one line."""
    match refusal:
        case plan.FilesGone(package, property):
            return (
                f"the files of {named(package)} are gone ({package.state}): nothing brings them "
                f"back; take {to_snake(property)} out of the program"
            )
        case plan.NotInFuture(package, wanted):
            return (
                f"{spell(wanted)} is not in the future: MASV would destroy the files of "
                f"{named(package)} at once; to end it on purpose, set force_destroy=True, run an "
                f"up and remove the resource; it now ends {spell(package.end)}: to keep that, "
                f"declare it"
            )
        case plan.EndMoved(package, expected):
            return (
                f"expiry of {named(package)} is now {spell(package.end)}, not {spell(expected)} "
                f"as previewed: run with --refresh"
            )
        case plan.NeedsExpiry(package):
            return f"{named(package)} never expires now: declare the expiry that it should have"
        case plan.FilesExist(package, in_fleet):
            return f"{named(package)} still has {amount(package)}, and {_WAYS_ON[in_fleet]}"
        case plan.Unnamed(package, loss):
            return f"{named(package)}: {lost(package, loss)}, which no check has shown: run again"
        case plan.NotPreviewed(package, loss):
            return (
                f"{named(package)}: {lost(package, loss)}, which the preview before this run did "
                f"not show: run with --refresh, and not without a preview"
            )
        case plan.NotReviewed(package, loss):
            return (
                f"{named(package)}: {lost(package, loss)}, which the report that MASV_REVIEWED "
                f"names does not allow: have a new report reviewed"
            )
        case plan.NotPermitted(package, why):
            return (
                f"{named(package)} still has {amount(package)}, and the program was not asked "
                f"whether they may be destroyed{f' ({why})' if why else ''}: put it back and run "
                f"an up first; or use `pulumi destroy --run-program`; or run `pulumi state delete` "
                f"to keep the files"
            )
        case plan.CannotTell(package_id, why):
            return f"{package_id}: cannot tell what this would destroy, so it is not done: {why}"
        case plan.MayBeDeclared(package_id, awaited):
            return (
                f"{package_id}: whether the program still declares it is not known yet "
                f"({awaited}), so none of its files are destroyed: declare these without an "
                f"Output of what is replaced, or set delete_before_replace=False"
            )
        case plan.NotFound(package_id, team_id, in_fleet):
            line = f"MASV has no package {package_id} in team {team_id}: check the id and the team"
            return f"{line}; or take it out" if in_fleet else line
        case plan.CannotLook(package_id, error, ends):
            line = spelled(error)
            whole = isinstance(error, WHOLE_ACCOUNT)
            line = line if whole or package_id in line else f"{package_id}: {line}"
            return f"{line}; {_TO_KEEP[ends]}" if ends else line
        case plan.UnknownState(package, ends):
            state = "no state" if package.state is None else f"the state {quote(package.state)}"
            return (
                f"{named(package)} has {state}, which this version does not know, so it is not "
                f"managed: "
                + (_TO_KEEP[ends] if ends else "take it out of the program")
                + ", or install a newer pulumi_masv"
            )
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


_TO_KEEP: Final = {
    "resource": (
        "to keep its files and stop managing it, put it back, set retain_on_delete=True in its "
        "ResourceOptions and run an up first; or, once it is out of the program, run `pulumi state "
        "delete`"
    ),
    "entry": "to keep its files and stop managing it, set retain_removed=True",
}
_WAYS_ON: Final = {
    False: (
        "its resource may not destroy them: with the resource and this id in the program, set "
        "force_destroy=True to destroy them or, in its ResourceOptions, retain_on_delete=True to "
        "keep them, run an up, and then repeat this; or, once it is out of the program, run "
        "`pulumi state delete` to keep them"
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
    """Return the refusals of a fleet, each of which names its package: the first, and how many."""
    return [Problem("", line) for line in first([*map(reason, refusals)], "more refusals")]


def spelled(error: MasvError) -> str:
    """Return the one line of an error, with what to do about it in Pulumi."""
    match error:
        case ChangeRefused():
            lines = first([*map(reason, error.refusals)], "more refusals")
            return "; ".join(_advised_once(lines))
        case OtherTeam():
            return (
                f"{error}: set it back, or give the resource the Provider of its team; or take it "
                "out of the state with `pulumi state delete`"
            )
        case NoLongerShown():
            return (
                f"MASV no longer shows {error}, and perhaps more of this stack; the key may see "
                f"less than it did, so nothing is dropped from the state: use a key that sees "
                f"them; or, if they are gone, set MASV_ACCEPT_GONE=1 for one run"
            )
        case StateUnreadable():
            return f"{error}: take it out with `pulumi state delete`, and an up adopts it again"
        case CredentialRefused() if error.is_stored:
            return (
                f"{error}; `refresh` and `destroy` use the recorded key unless --run-program: "
                f"after a change of the key, run `pulumi refresh --run-program`"
            )
        case _:
            return str(error)


def _advised_once(lines: Sequence[str]) -> Iterator[str]:
    """Yield the lines, with what to do about files that exist only at the last that says it."""
    for number, line in enumerate(lines):
        advice = next((way for way in _WAYS_ON.values() if line.endswith(way)), None)
        again = advice and any(other.endswith(advice) for other in lines[number + 1 :])
        yield line.removesuffix(f", and {advice}") if again else line


def archive_waits(stored: Stored) -> str:
    """Return what to say of an archive that only a refresh brings about."""
    return (
        f"{stored.package_id} {quote(stored.name)}: its expiry has passed: an up with --refresh "
        f"archives it"
    )
