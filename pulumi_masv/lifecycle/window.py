"""What a process does with archive windows: check, create, update, read, end.

The effect of a bulk call is read from the listings, never from its answer.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

import tenacity

from pulumi_masv import plan
from pulumi_masv.client import PAGE
from pulumi_masv.errors import NotAsDeclared
from pulumi_masv.lifecycle.protocol import (
    ApplyRequest,
    CheckRequest,
    EndRequest,
    Outcome,
    ReadRequest,
)
from pulumi_masv.lifecycle.session import Session
from pulumi_masv.lifecycle.verdicts import Verdict
from pulumi_masv.models import (
    LifecycleInputs,
    Observed,
    Query,
    State,
    StoredWindow,
    WindowInputs,
    format_instant,
    is_secret,
    parse_instant,
    widened,
)
from pulumi_masv.plan import Refusal
from pulumi_masv.plan.window import Counts

LONGEST_WAIT = 60.0  # seconds of pauses for an effect that comes a little later
Asked = CheckRequest[WindowInputs, WindowInputs | None]


class WindowController:
    """The verbs of ArchiveWindows, for one process. Every verb may raise MasvError."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def declare(self, request: Asked) -> None:
        """Take note of the resource; the program has written down its windows."""
        self._session.urns[request.inputs] = request.urn

    def foresee(self, request: Asked) -> Sequence[Verdict]:
        """Say how many packages the change turns; no file ends by it, so there is no verdict."""
        window = request.inputs
        declared_before = request.declared_before
        if window and declared_before and window.asks_the_same(declared_before):
            return ()
        if window is None:
            line = "cannot look at an archive window that is not known yet"
        else:
            counts, _ = self._session.look_or_why(lambda: self._look(window))
            line = plan.window.does(window, counts) if counts else ""
        if line:
            self._session.announcer.note(line, urn=request.urn)
        return ()

    def contradictions(self, request: Asked) -> Sequence[Refusal]:
        """Return what else the program declares against a window."""
        window = request.inputs
        if window is None:
            return ()
        session = self._session
        found: list[Refusal] = [
            plan.WindowsContradict(window, other)
            for other in declared_windows(session)
            if other.received is window.received
            and other.archived is not window.archived
            and other.expiry_start <= window.expiry_end
            and window.expiry_start <= other.expiry_end
        ]
        opposite = session.registry.tombstones(session.account, archived=not window.archived)
        for package_id, spelled in opposite:
            expiry = _instant(spelled)
            if (
                expiry is not None
                and expiry <= session.clock()
                and window.holds(expiry)
                and _is_listed(session, window, package_id, expiry)
            ):
                found.append(plan.Contradicted(package_id, window))
        return found

    def reminder(self, stored: StoredWindow) -> str | None:
        """Return what is still to be done of a window that is declared as a refresh found it."""
        if stored.expired_count is None or stored.archived_count is None:
            return None
        counts = Counts(stored.expired_count, stored.archived_count)
        return plan.window.does(stored.projection(), counts)

    def apply(self, request: ApplyRequest[WindowInputs, StoredWindow]) -> Outcome[StoredWindow]:
        """Make all of the window as declared.

        Raises:
            OtherTeam: it was stored under another team.
            NotAsDeclared: MASV accepted it, and it did not come about in time.
        """
        inputs, stored = request.inputs, request.stored
        if stored is not None:
            self._session.same_team(stored)
            if plan.window.untouched(inputs, stored):
                flag = {"unarchive_on_destroy": inputs.unarchive_on_destroy}
                return Outcome(stored.model_copy(update=flag))
        return Outcome(self._make(inputs))

    def read(self, request: ReadRequest[StoredWindow]) -> Outcome[StoredWindow]:
        """Return what is observed of a window. Raises OtherTeam."""
        window = request.stored.declared()
        self._session.same_team(request.stored)
        return Outcome(self._record(window, self._count(window)))

    def end(self, request: EndRequest[StoredWindow]) -> Outcome[StoredWindow]:
        """Leave everything as it is, unless it was stored that its end shows it again.

        What another resource still declares archived stays so.

        Raises:
            OtherTeam: it was stored under another team.
            NotAsDeclared: MASV accepted it, and it did not come about in time.
        """
        session, window = self._session, request.stored.declared()
        if not request.stored.unarchive_on_destroy:
            return Outcome(None)
        session.same_team(request.stored)
        covers = [
            (w.expiry_start, w.expiry_end)
            for w in declared_windows(session)
            if w.archived and w.received is window.received
            # A `destroy` takes the window away though the program declares it.
            if session.registry.has_checks() or not w.asks_the_same(window)
        ]
        packages = {i for i, _ in session.registry.tombstones(session.account, archived=True)}
        found, failed = session.look_all(packages)
        for error in failed.values():  # it may lie in the window, and would be shown again
            raise error
        ends = [observed.package.expiry for observed in found.values()]
        covers += [(end, end) for end in ends if end is not None]
        for start, end in plan.window.uncovered(window, covers):
            part = {"expiry_start": start, "expiry_end": end, "archived": False}
            self._make(window.model_copy(update=part))
        return Outcome(None)

    def _make(self, inputs: WindowInputs) -> StoredWindow:
        counts = self._look(inputs)
        if counts.due(inputs):
            self._session.remind(plan.window.does(inputs, counts), inputs)
            self._session.masv().archive_window(
                inputs.expiry_start,
                inputs.expiry_end,
                received=inputs.received,
                archived=inputs.archived,
            )
            counts = self._settled(inputs)
        self._session.forget(inputs)
        return self._record(inputs, counts)

    def _look(self, window: WindowInputs) -> Counts:
        return self._session.look_by(window, lambda: self._count(window))

    def _settled(self, window: WindowInputs) -> Counts:
        def give_up(state: tenacity.RetryCallState) -> Counts:
            counts: Counts = state.outcome.result()  # type: ignore[union-attr] # it has ended
            raise NotAsDeclared(plan.window.still_due(window, counts, state.idle_for))

        return tenacity.Retrying(
            retry=tenacity.retry_if_result(lambda counts: counts.due(window) > 0),
            wait=tenacity.wait_exponential(multiplier=0.5, max=10),
            stop=lambda state: state.idle_for >= LONGEST_WAIT,
            sleep=self._session.sleep,
            retry_error_callback=give_up,
        )(self._count, window)

    def _count(self, window: WindowInputs) -> Counts:
        """Count by a request for each state, and more only if something lies at the ends."""
        due: State = "expired" if window.archived else "archived"
        done: State = "archived" if window.archived else "expired"
        count = {due: self._count_due(window, due)}
        count[done] = self._count_exactly(window, done)
        return Counts(**count)

    def _count_exactly(self, window: WindowInputs, state: State) -> int:
        return self._session.masv().count_expired(_exactly(window, state))

    def _count_due(self, window: WindowInputs, state: State) -> int:
        """Count those of a state in the window, its ends included, whatever MASV takes them for.

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
        first = self._session.masv().get_page(wide)
        pages = range(1, first.pages + 1)
        outside = 0
        for place, rest in ((0, slice(1, None)), (-1, slice(-1))):
            while pages:
                number, pages = pages[place], pages[rest]
                page = first if number == 1 else self._session.masv().get_page(wide, number)
                ends = [observed.package.expiry for observed in page.records]
                odd = any(wide.allows(observed.package) is False for observed in page.records)
                short = first.shown < first.total <= PAGE
                if odd or short:
                    return len(self._session.masv().list_packages(_exactly(window, state)))
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
            team_id=self._session.masv().team_id,
        )


def _exactly(window: WindowInputs, state: State) -> Query:
    return Query(
        status=(state,),
        expiry_start=window.expiry_start,
        expiry_end=window.expiry_end,
        received=window.received,
    )


def declared_windows(session: Session) -> list[WindowInputs]:
    """Return the windows that the program declares, as far as they are right."""
    bags = session.registry.windows(session.account)
    return [window for bag in bags if (window := WindowInputs.parse(bag)[0]) is not None]


def _instant(spelled: str | None) -> datetime | None:
    try:
        return parse_instant(spelled) if spelled else None
    except ValueError:  # what is wrong is refused where it is declared
        return None


def contradicted(session: Session, several: Iterable[LifecycleInputs]) -> list[Refusal]:
    """Return where an ArchiveWindow of the same program declares the opposite of a package.

    Only where both are known: the window's span, and when the package expired.
    """
    asked = [inputs for inputs in several if inputs.archived is not None]
    windows = declared_windows(session) if asked else []
    found: list[Refusal] = []
    buried: dict[str, str] = {}
    for inputs in asked:
        expiry = inputs.expiry
        observed: Observed | None = session.kept(inputs.package_id)
        if observed is not None:
            expiry = None if observed.package.files_exist else observed.package.expiry
        if expiry is None or expiry > session.clock():
            continue
        if not is_secret(expiry):  # it would be written down
            buried[inputs.package_id] = format_instant(expiry)
        found += [
            plan.Contradicted(inputs.package_id, window)
            for window in windows
            if window.archived is not inputs.archived
            and window.holds(expiry)
            and _is_listed(session, window, inputs.package_id, expiry)
        ]
    session.registry.bury(buried)
    return found


def _is_listed(session: Session, window: WindowInputs, package_id: str, expiry: datetime) -> bool:
    """Return whether a package lies in a window's box, as far as MASV can be asked."""
    start, end = widened(expiry, expiry)
    around = Query(
        status=("expired", "archived"),
        expiry_start=start,
        expiry_end=end,
        received=window.received,
    )
    listed, _ = session.look_or_why(
        lambda: any(s.package.id == package_id for s in session.masv().list_packages(around))
    )
    return bool(listed)
