"""What a process does with fleets: many packages, read together and written side by side.

What is done to each is what a resource of its own would do. All refusals come before the first
write; a package that fails does not stop the others.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from pulumi_masv import plan
from pulumi_masv.errors import ChangeRefused, NotAsDeclared, PackageRefused, PartlyDone
from pulumi_masv.formatting import first
from pulumi_masv.lifecycle import deletion, entries
from pulumi_masv.lifecycle.batch import Batch, Job
from pulumi_masv.lifecycle.entries import Asked, changed_in, end_of
from pulumi_masv.lifecycle.protocol import ApplyRequest, EndRequest, Outcome, ReadRequest
from pulumi_masv.lifecycle.reconcile import Reconciler, early_ends
from pulumi_masv.lifecycle.session import Session
from pulumi_masv.lifecycle.verdicts import Verdict
from pulumi_masv.lifecycle.window import contradicted
from pulumi_masv.models import FleetInputs, Observed, Stored, StoredFleet, archive_is_due
from pulumi_masv.plan import Plan, Refusal


class FleetController:
    """The verbs of PackageFleets, for one process. Every verb may raise MasvError."""

    def __init__(self, session: Session, reconciler: Reconciler) -> None:
        self._session = session
        self._reconciler = reconciler

    def declare(self, request: Asked) -> None:
        """Take note of the entries, and of those that are declared as before."""
        if request.inputs is None:
            return
        declared = request.inputs.packages.keys()
        self._session.urns.update(dict.fromkeys(declared, request.urn))
        self._session.declare(declared)
        changed = changed_in(request, request.inputs.entries()) if request.changed else set()
        self._reconciler.promise_nothing(declared - changed)

    def foresee(self, request: Asked) -> Sequence[Verdict]:
        """Look at the packages that the change is about, and decide what it does to each."""
        return entries.foresee(self._session, self._reconciler, request)

    def contradictions(self, request: Asked) -> Sequence[Refusal]:
        """Return where an ArchiveWindow of the program declares the opposite of an entry."""
        inputs = request.inputs
        if inputs is None:
            return ()
        # Only these are made, of ten thousand.
        archived = [i for i, one in inputs.packages.items() if one.archived is not None]
        return contradicted(self._session, [inputs.entry(i) for i in archived])

    def unchanged(self, read: Callable[[], StoredFleet]) -> None:
        """Record the entries that nothing is done to, if a check of this process has seen them.

        Args:
            read: reads the state; called only where records are asked for.
        """
        self._session.announcer.record(self._unchanged(read))

    def waiting_for_refresh(self, stored: StoredFleet) -> list[Stored]:
        """Return the entries whose archive waits, so that only a refresh brings it about."""
        urns, now = self._session.urns, self._session.clock()
        due = (i for i, live in stored.live.items() if archive_is_due(live, now) and i in urns)
        return [stored.entry(i) for i in due]

    def apply(self, request: ApplyRequest[FleetInputs, StoredFleet]) -> Outcome[StoredFleet]:
        """Make all packages what is declared.

        Raises:
            ChangeRefused: something declared would end files unnamed, or needs files that are gone;
                nothing was written.
            PartlyDone: some packages failed; the others are done.
            OtherTeam: it was stored under another team.
            NotAsDeclared: an entry was to be destroyed, and is not shown any more.
            NoLongerShown: several that are taken out are gone, and the key may be why.
        """
        inputs, session = request.inputs, self._session
        stored = request.stored.entries() if request.stored else {}
        team_id = request.stored.team_id if request.stored else None
        if request.stored:
            session.same_team(request.stored)
        entries = inputs.entries()
        due = {
            i
            for i, entry in entries.items()
            if i not in stored or not plan.untouched(entry, stored[i].projection())
        }
        ending = set() if inputs.retain_removed else stored.keys() - entries.keys()
        if ending:
            ending -= session.registry.declared(session.account, ending)
        observed, failed = session.look_all(
            due | ending, of_any_age=self._reconciler.rely_on_looks(due)
        )
        gone = ending - observed.keys() - failed.keys()
        promised = {i: result for i in gone if (result := self._reconciler.promised(i))}
        destroys = {i: result.loss is not None for i, result in promised.items()}
        deletion.let_go(session, destroys, {i: stored[i].name for i in sorted(gone)})
        observed |= session.settle_all(
            {i: observed[i] for i in due & observed.keys() if plan.is_about_end(entries[i])}
        )
        urn = self._urn(entries)
        self._say(
            early_ends((observed[i], stored[i]) for i in due & observed.keys() & stored.keys()), urn
        )
        jobs = {
            i: Job(observed[i], self._reconciler.due(observed[i], entries[i], stored.get(i)))
            for i in sorted(due & observed.keys())
        }
        ends = [
            Job(observed[i], self._end_as_promised(observed[i], stored[i], inputs))
            for i in sorted(ending & observed.keys())
        ]
        missing = {
            i: str(failed.get(i) or session.masv().not_found(i))
            for i in sorted((due | failed.keys()) - observed.keys())
        }
        shown = self._do(list(jobs.values()), ends, missing, urn)
        written, failed = self._reconciler.read_back(
            {
                i: (job.observed, job.plan.steps)
                for i, job in jobs.items()
                if job.plan.steps and i not in shown
            }
        )
        observed |= shown | written
        short = {i: str(error) for i, error in failed.items()}
        live = {}
        for i, entry in entries.items():
            if i in short:
                continue
            if i not in due:
                live[i] = stored[i].redeclared(entry)
                continue
            try:
                live[i] = self._reconciler.record(observed[i], entry, stored.get(i), jobs[i].plan)
            except NotAsDeclared as error:
                short[i] = str(error)
            session.forget(i)
        _fail(short, 0, len(jobs) + len(ends))
        return Outcome(StoredFleet.record(live, inputs, team_id or session.masv().team_id))

    def read(self, request: ReadRequest[StoredFleet]) -> Outcome[StoredFleet]:
        """Return what is observed of a fleet, without the packages that its team no longer has.

        Raises:
            OtherTeam: it was stored under another team.
            NoLongerShown: several packages are gone, and the key may be why.
        """
        session, stored = self._session, request.stored
        session.same_team(stored)
        entries = stored.entries()
        with session.readings.one() as gone:
            observed, failed = session.look_all(entries.keys())
            for error in failed.values():
                if not observed and not isinstance(error, PackageRefused):
                    raise error
            missing = sorted(entries.keys() - observed.keys() - failed.keys())
            if missing and stored.team_id is None:
                raise session.masv().not_found(missing[0])
            gone |= {i: entries[i].name for i in missing}
        urn = self._urn(entries)
        kept = [f"{i} stays as it is stored: {error}" for i, error in sorted(failed.items())]
        for line in first(kept, "more that stay as they are stored"):
            session.announcer.note(line, urn=urn, is_warning=True)
        there = [i for i in entries if i in observed]
        self._say(early_ends((observed[i], entries[i]) for i in there), urn)
        live = {
            i: self._reconciler.record(observed[i], stored=entry) if i in observed else entry
            for i, entry in entries.items()
            if i in observed or i in failed
        }
        return Outcome(StoredFleet.record(live, stored, session.masv().team_id))

    def end(self, request: EndRequest[StoredFleet]) -> Outcome[StoredFleet]:
        """End all packages with their fleet, as far as the program has permitted it.

        Raises:
            ChangeRefused: files exist that may not be destroyed; nothing was written.
            PartlyDone: some packages failed; the others are done.
            OtherTeam: it was stored under another team.
            NotAsDeclared: one was to be destroyed, and is not shown any more.
            NoLongerShown: several packages are gone, and the key may be why.
        """
        session, stored = self._session, request.stored
        entries = stored.entries()
        left = entries.keys() - deletion.still_declared(session, entries.keys())
        if stored.retain_removed or not left:
            return Outcome(None)
        session.same_team(stored)
        observed, failed = session.look_all(left)
        permits = session.registry.permits(session.account)
        gone = left - observed.keys() - failed.keys()
        deletion.let_go(session, permits, {i: entries[i].name for i in sorted(gone)})
        ends = [
            Job(one, deletion.permitted(session, permits, end_of(one, entries[i], stored)))
            for i, one in sorted(observed.items())
        ]
        lost = {i: str(error) for i, error in failed.items()}
        self._do([], ends, lost, self._urn(entries))
        return Outcome(None)

    def _unchanged(self, read: Callable[[], StoredFleet]) -> Iterator[Verdict]:
        urns, now = self._session.urns, self._session.clock()
        for i, entry in read().entries().items():
            if i in urns and not self._reconciler.promised(i):
                yield Verdict(i, urns[i], "unchanged", now, entry.package())

    def _end_as_promised(self, observed: Observed, stored: Stored, flags: FleetInputs) -> Plan:
        """Return the end of an entry; what it destroys has to be promised and nowhere declared."""
        result = end_of(observed, stored, flags)
        awaited = self._session.registry.awaited() if result.loss else []
        if awaited:
            refusal = plan.MayBeDeclared(observed.package.id, ", ".join(awaited))
            return Plan(observed.package, refusals=(refusal,))
        return result.within(self._reconciler.promised(observed.package.id))

    def _do(
        self, jobs: Sequence[Job], ends: Sequence[Job], failed: dict[str, str], urn: str
    ) -> dict[str, Observed]:
        """Refuse before the first write; do all that can be done, what destroys last.

        Returns:
            package id -> the package as the answer to its last write shows it whole.
        """
        refusals = [refusal for job in (*jobs, *ends) for refusal in job.plan.refusals]
        if refusals:
            raise ChangeRefused(refusals)
        batch = Batch(self._session, self._reconciler, urn)
        batch.run(jobs)
        batch.run(ends)
        total = len(jobs) + len(ends) + len(failed)
        _fail({**failed, **batch.failures}, batch.not_begun, total)
        return batch.shown

    def _say(self, lines: Sequence[str], urn: str) -> None:
        for line in first(lines, "more that ended early"):
            self._session.announcer.note(line, urn=urn, is_warning=True)

    def _urn(self, entries: Iterable[str]) -> str:
        urns = self._session.urns
        return next((urns[i] for i in entries if i in urns), "")


def _fail(failures: Mapping[str, str], not_begun: int, total: int) -> None:
    if not failures:
        return
    lines = [f"{i}: {why}" if i not in why else why for i, why in failures.items()]
    told = first(lines, "more failures")
    if not_begun:
        told.append(f"{not_begun} not begun, since they would fail alike")
    done = total - len(failures) - not_begun
    raise PartlyDone(
        f"{done} of {total} packages are done, {len(failures)} failed: "
        f"{'; '.join(told)}: run again, nothing is done twice"
    )
