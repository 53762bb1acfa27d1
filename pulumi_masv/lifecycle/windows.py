"""What a process does with archive windows: preview, create, update, read, delete.

The effect of a bulk call is read from the listings, never from its answer.
"""

from datetime import datetime

import tenacity

from pulumi_masv.errors import NotAsDeclared
from pulumi_masv.lifecycle.view import View
from pulumi_masv.models import (
    LifecycleInputs,
    Problem,
    Query,
    Seen,
    State,
    StoredWindow,
    WindowInputs,
    widened,
)
from pulumi_masv.plan import window as plan
from pulumi_masv.plan.window import Counts

LONGEST_WAIT = 60.0  # seconds of pauses for an effect that comes a little later


class Windows:
    """The verbs, for all archive windows of one process. Every verb may raise MasvError."""

    def __init__(self, view: View) -> None:
        self._view = view

    def preview(self, inputs: WindowInputs | None) -> None:
        """Say how many packages the change will turn; no write.

        Args:
            inputs: what the program declares; None where its window is not known yet.

        Raises:
            SettingsError: a setting is wrong.
        """

        def look() -> None:
            if inputs is None:
                self._view.say("cannot look at an archive window that is not known yet")
            else:
                self._view.say(plan.does(inputs, self._look(inputs)))

        self._view.preview(look, "this archive window")

    def declare(self, inputs: WindowInputs) -> list[Problem]:
        """Remember that the program declares a window, and find what it declares against it."""
        windows, packages = self._view.checked.window(inputs)
        problems = [
            Problem("archived", f"the {inputs} overlaps the {other}, declared the opposite")
            for other in windows
        ]
        return problems + [
            Problem("archived", f"{package_id} {disagreement(inputs)}")
            for package_id, expiry in packages.items()
            if listed(self._view, inputs, package_id, expiry)
        ]

    def remind(self, inputs: WindowInputs, stored: StoredWindow) -> None:
        """Say what is due of a window that is declared as the last look happened to show it."""
        if stored.expired_count is not None and stored.archived_count is not None:
            counts = Counts(stored.expired_count, stored.archived_count)
            self._view.say(plan.does(inputs, counts))

    def create(self, inputs: WindowInputs) -> StoredWindow:
        """Make all of the window as declared.

        Raises:
            NotAsDeclared: MASV accepted it, and it did not come about in time.
        """
        counts = self._look(inputs)
        if counts.due(inputs):
            self._view.say(plan.does(inputs, counts))
            self._view.masv().archive_window(
                inputs.expiry_start,
                inputs.expiry_end,
                received=inputs.received,
                archived=inputs.archived,
            )
            counts = self._settled(inputs)
        self._view.forget(inputs)
        return self._record(inputs, counts)

    def update(self, inputs: WindowInputs, stored: StoredWindow) -> StoredWindow:
        """Make all of the window as declared now. Raises as `create`, and OtherTeam."""
        self._view.same_team(stored.team_id, str(stored.declared()))
        if plan.untouched(inputs, stored):
            flag = inputs.unarchive_on_destroy
            return stored.model_copy(update={"unarchive_on_destroy": flag})
        return self.create(inputs)

    def read(self, stored: StoredWindow) -> StoredWindow:
        """What is live of a window. Raises OtherTeam."""
        window = stored.declared()
        self._view.same_team(stored.team_id, str(window))
        return self._record(window, self._count(window))

    def delete(self, stored: StoredWindow) -> None:
        """Leave everything as it is, unless it was stored that its end shows it again.

        What another resource still declares of it is let go of.

        Raises:
            OtherTeam: it was stored under another team.
            NotAsDeclared: MASV accepted it, and it did not come about in time.
        """
        window = stored.declared()
        if not stored.unarchive_on_destroy:
            return
        self._view.same_team(stored.team_id, str(window))
        windows, packages = self._view.checked.archived()
        covers = [(w.expiry_start, w.expiry_end) for w in windows if w.received is window.received]
        ends = [seen.package.expiry for seen in self._view.look_all(packages)[0].values()]
        covers += [(end, end) for end in ends if end is not None]
        for start, end in plan.uncovered(window, covers):
            part = {"expiry_start": start, "expiry_end": end, "archived": False}
            self.create(window.model_copy(update=part))

    def _look(self, window: WindowInputs) -> Counts:
        return self._view.look_by(window, lambda: self._count(window))

    def _settled(self, window: WindowInputs) -> Counts:
        def give_up(state: tenacity.RetryCallState) -> Counts:
            counts: Counts = state.outcome.result()  # type: ignore[union-attr] # it has ended
            raise NotAsDeclared(plan.still_due(window, counts, state.idle_for))

        return tenacity.Retrying(
            retry=tenacity.retry_if_result(lambda counts: counts.due(window) > 0),
            wait=tenacity.wait_exponential(multiplier=0.5, max=10),
            stop=lambda state: state.idle_for >= LONGEST_WAIT,
            sleep=self._view.sleep,
            retry_error_callback=give_up,
        )(self._count, window)

    def _count(self, window: WindowInputs) -> Counts:
        """One request for each of the two states, more only where something lies at the ends."""
        due: State = "expired" if window.archived else "archived"
        done: State = "archived" if window.archived else "expired"
        count = {due: self._count_due(window, due)}
        count[done] = self._count_exactly(window, done)
        return Counts(**count)

    def _count_exactly(self, window: WindowInputs, state: State) -> int:
        exact = Query(
            status=(state,),
            expiry_start=window.expiry_start,
            expiry_end=window.expiry_end,
            received=window.received,
        )
        return self._view.masv().get_page(exact).total

    def _count_due(self, window: WindowInputs, state: State) -> int:
        """How many of a state lie in the window, its ends included, whatever MASV takes them for.

        A window wider by a moment holds them in any case. What lies outside comes first and last;
        where an answer does not say when a package expired, MASV's own count has to do.
        """
        start, end = widened(window.expiry_start, window.expiry_end)
        wide = Query(
            status=(state,),
            expiry_start=start,
            expiry_end=end,
            sort="expiry",
            received=window.received,
        )
        first = self._view.masv().get_page(wide)
        pages = range(1, first.pages + 1)
        outside = 0
        for place, rest in ((0, slice(1, None)), (-1, slice(-1))):
            while pages:
                number, pages = pages[place], pages[rest]
                page = first if number == 1 else self._view.masv().get_page(wide, number)
                ends = [seen.package.expiry for seen in page.records]
                if None in ends:
                    return self._count_exactly(window, state)
                beyond = sum(each is not None and not window.holds(each) for each in ends)
                outside += beyond
                if beyond < len(ends) or not ends:
                    break
        return first.total - outside

    def _record(self, inputs: WindowInputs, counts: Counts) -> StoredWindow:
        return StoredWindow(
            **dict(inputs),
            archived_count=counts.archived,
            expired_count=counts.expired,
            team_id=self._view.masv().team_id,
        )


def opposed(view: View, inputs: LifecycleInputs) -> list[Problem]:
    """Where an ArchiveWindow of the same program declares the opposite of a package.

    Only where both are known: the window was checked, and it is known when the package expired.
    """
    if inputs.archived is None:
        return []
    expiry = inputs.expiry
    seen: Seen | None = view.kept(inputs.package_id)
    if seen is not None:
        expiry = None if seen.package.files_exist else seen.package.expiry
    if expiry is not None and expiry > view.now():
        expiry = None
    return [
        Problem("archived", f"{inputs.package_id} {disagreement(window)}")
        for window in view.checked.tombstone(inputs.package_id, inputs.archived, expiry)
        if expiry is not None and listed(view, window, inputs.package_id, expiry)
    ]


def listed(view: View, window: WindowInputs, package_id: str, expiry: datetime) -> bool:
    """Whether a package lies in a window's box, as far as MASV can be asked."""
    start, end = widened(expiry, expiry)
    around = Query(
        status=("expired", "archived"),
        expiry_start=start,
        expiry_end=end,
        received=window.received,
    )

    def look() -> bool:
        return any(s.package.id == package_id for s in view.masv().list_packages(around))

    return bool(view.preview(look, "what is declared twice"))


def disagreement(window: WindowInputs) -> str:
    """What to say of a package that a window declares the opposite of."""
    other = "archived" if window.archived else "not archived"
    return (
        f"lies in the {window}, which an ArchiveWindow of this program declares {other}: "
        f"declare both alike, or move the window"
    )
