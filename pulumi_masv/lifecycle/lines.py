"""What is said of a fleet: of each kind of line the first few, and how many more there are."""

from collections.abc import Iterable, Sequence
from typing import Final

from pulumi_masv.lifecycle.packages import Foresight
from pulumi_masv.lifecycle.view import View
from pulumi_masv.models import Problem

SHOWN: Final = 20  # a fleet may have ten thousand packages


def name_of(entries: Iterable[str]) -> str:
    """What lines call a fleet: a check does not know its resource's name."""
    return f"the fleet of {min(entries, default='no package')}"


def announce(view: View, foreseen: Sequence[Foresight], name: str) -> None:
    """Say what will be done and lost."""
    say(view, [one.does for one in foreseen if one.does], "more changes", name)
    say(view, [loss for one in foreseen for loss in one.losses], "more losses", name)


def say(view: View, lines: Sequence[str], more: str, name: str) -> None:
    """Say lines of one kind."""
    for line in shown(lines, f"{more} in {name}"):
        view.say(line)


def conditional(losses: Iterable[str], condition: str) -> tuple[str, ...]:
    """Losses that may not come about."""
    return tuple(f"{loss}, {condition}" for loss in losses)


def of_entry(package_id: str, problem: Problem) -> Problem:
    """A problem of one package, with its place in the fleet."""
    own = "" if problem.property in ("packageId", "forceDestroy") else f".{problem.property}"
    return Problem(f"packages.{package_id}{own}", problem.reason)


def limited(problems: list[Problem]) -> list[Problem]:
    """The first problems, and how many more there are."""
    if len(problems) <= SHOWN:
        return problems
    return [*problems[:SHOWN], Problem("packages", f"and {len(problems) - SHOWN} more refusals")]


def shown(lines: Sequence[str], more: str) -> list[str]:
    """The first lines, and how many more there are."""
    if len(lines) <= SHOWN:
        return list(lines)
    return [*lines[:SHOWN], f"and {len(lines) - SHOWN} {more}"]
