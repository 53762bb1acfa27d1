"""What has to happen to a window: nothing, or one bulk call for all that is not as declared."""

from dataclasses import dataclass

from pulumi_masv.models import StoredWindow, WindowInputs


@dataclass(frozen=True)
class Counts:
    """How many packages of a window are expired and shown, and how many are archived."""

    expired: int
    archived: int

    def due(self, window: WindowInputs) -> int:
        """How many are not as declared."""
        return self.expired if window.archived else self.archived


def does(window: WindowInputs, counts: Counts) -> str:
    """What a preview says of it."""
    verb = "archive" if window.archived else "unarchive"
    due = counts.due(window)
    if due:
        return f"{window}: {verb} {due} package" + ("" if due == 1 else "s")
    return f"{window}: nothing to {verb}"


def still_due(window: WindowInputs, counts: Counts, waited: float) -> str:
    """What to say where MASV accepted, and it did not come about."""
    return (
        f"{window}: {counts.due(window)} still not {'archived' if window.archived else 'shown'} "
        f"{waited:.0f} s after MASV accepted it: run again; if the same number stays, they expired "
        f"at the very start or end of the window: move that outward by a second"
    )


def untouched(declared: WindowInputs, stored: StoredWindow) -> bool:
    """Whether what is stored is as declared, but for what happens at the end: no request is due."""
    return declared.asks_the_same(stored.projection())
