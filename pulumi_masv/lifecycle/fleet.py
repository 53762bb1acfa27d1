"""What a process does with fleets: many packages, read together and written side by side.

What is done to each is what a resource of its own would do. All refusals come before the first
write; a package that fails does not stop the others.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from pulumi_masv import plan
from pulumi_masv.errors import ChangeRefused, NotAsDeclared, PartlyDone
from pulumi_masv.lifecycle.batch import Batch, Job
from pulumi_masv.lifecycle.packages import Foresight, Packages, early_end
from pulumi_masv.lifecycle.view import View
from pulumi_masv.lifecycle.windows import opposed
from pulumi_masv.models import (
    FleetInputs,
    LifecycleInputs,
    Package,
    Problem,
    Seen,
    Stored,
    StoredFleet,
)
from pulumi_masv.plan import Plan

SHOWN: Final = 20  # lines of a kind: a fleet may have ten thousand packages
_NOTHING: Final[frozenset[str]] = frozenset()


class Fleets:
    """The verbs, for all fleets of one process. Every verb may raise MasvError."""

    def __init__(self, view: View, packages: Packages) -> None:
        self._view = view
        self._packages = packages

    def preview(
        self,
        inputs: FleetInputs | None,
        before: Mapping[str, LifecycleInputs],
        unknown: Mapping[str, AbstractSet[str]],
        *,
        whole: bool,
    ) -> list[Problem]:
        """Say what will be done and lost, and find what would be refused; no write.

        Args:
            inputs: what the program declares, without what is not known yet; None where none is.
            before: the entries of the last run, with its flags; empty for a fleet that is new.
            unknown: package id -> what of it is not known yet.
            whole: whether all entries are known, and so which are taken out.

        Raises:
            SettingsError: a setting is wrong.
        """
        if inputs is None:
            self._view.say("cannot look at a fleet whose packages are not known yet")
            return []
        entries = inputs.entries()
        changed = {i for i, e in entries.items() if i in unknown or not _alike(e, before.get(i))}
        removed = before.keys() - entries.keys() if whole and not inputs.retain_removed else set()
        removed = {i for i in removed if i not in self._view.checked}
        forced = inputs.force_destroy and not any(e.force_destroy for e in before.values())

        def look() -> list[Problem]:
            seen = self._view.look_all(changed | removed | (entries.keys() if forced else set()))
            foreseen = []
            for i in sorted(changed):
                if i in seen:
                    one = self._packages.foresee(
                        seen[i], entries[i], before.get(i), unknown.get(i, _NOTHING)
                    )
                else:
                    gone = f"{self._view.masv().not_found(i)}; or take it out"
                    one = Foresight(refusals=(Problem("packageId", gone),))
                foreseen.append((i, one))
            for i in sorted(removed & seen.keys()):
                end = _end(seen[i], before[i], inputs)
                foreseen.append((i, self._packages.foreseen(seen[i], end)))
            self._announce([one for _, one in foreseen])
            if forced:
                self._view.say(
                    "from now on taking an entry out, or removing this fleet, destroys its files: "
                    + plan.amount_of_all(_with_files(seen[i] for i in entries if i in seen))
                )
            return _limited(
                [_of_entry(i, refusal) for i, one in foreseen for refusal in one.refusals]
            )

        if not (changed or removed or forced):
            return []
        return self._view.preview(look, "this fleet") or []

    def declare(self, package_ids: Iterable[str]) -> None:
        """Remember that the program declares these: no delete of this process touches them."""
        for package_id in package_ids:
            self._view.checked.package(package_id)

    def disagreements(self, inputs: FleetInputs) -> list[Problem]:
        """Where an ArchiveWindow of the same program declares the opposite of an entry."""
        found = [
            _of_entry(i, problem)
            for i, entry in inputs.entries().items()
            for problem in opposed(self._view, entry)
        ]
        return _limited(found)

    def remind(self, stored: StoredFleet) -> None:
        """Say which archives wait for a refresh."""
        now = self._view.now()
        late = [
            i
            for i, one in stored.live.items()
            if one.pending_archive and one.expiry and one.expiry <= now and i in self._view.checked
        ]
        self._say(
            [f"{i}: its expiry has passed: an up with --refresh archives it" for i in late],
            "more to archive",
        )

    def create(self, inputs: FleetInputs) -> StoredFleet:
        """Adopt all packages: make each what is declared of it.

        Raises:
            ChangeRefused: something declared would end files at once or needs files that are gone;
                nothing was written.
            PartlyDone: some packages failed; the others are done.
        """
        return self._converge(inputs, {}, self._view.masv().team_id)

    def update(self, inputs: FleetInputs, stored: StoredFleet) -> StoredFleet:
        """Make all packages what is declared now. Raises as `create`, and OtherTeam."""
        self._view.same_team(stored.team_id, "this fleet")
        return self._converge(inputs, stored.entries(), stored.team_id)

    def read(self, stored: StoredFleet) -> StoredFleet:
        """What is live of a fleet, without the packages that its team no longer has.

        Raises:
            OtherTeam: it was stored under another team.
        """
        self._view.same_team(stored.team_id, "this fleet")
        entries = stored.entries()
        seen = self._view.look_all(entries.keys())
        early = [early_end(seen[i], entries[i]) for i in entries if i in seen]
        self._say([line for line in early if line], "more that ended early")
        live = {i: self._packages.record(seen[i], stored=entries[i]) for i in entries if i in seen}
        return StoredFleet.record(live, stored, self._view.masv().team_id)

    def delete(self, stored: StoredFleet) -> None:
        """End all packages with their fleet, as its stored flags say.

        Raises:
            ChangeRefused: files exist that may not be destroyed; nothing was written.
            PartlyDone: some packages failed; the others are done.
            OtherTeam: it was stored under another team.
        """
        entries = {i: e for i, e in stored.entries().items() if i not in self._view.checked}
        if stored.retain_removed or not entries:
            return
        self._view.same_team(stored.team_id, "this fleet")
        seen = self._view.look_all(entries.keys())
        ends = [Job(seen[i], _end(seen[i], entries[i], stored)) for i in sorted(seen)]
        self._do([], ends, {}, len(entries))

    def _converge(
        self, inputs: FleetInputs, stored: Mapping[str, Stored], team_id: str | None
    ) -> StoredFleet:
        entries = inputs.entries()
        due = {
            i
            for i, entry in entries.items()
            if i not in stored or not plan.untouched(entry, stored[i].projection())
        }
        ending = set() if inputs.retain_removed else stored.keys() - entries.keys()
        ending = {i for i in ending if i not in self._view.checked}
        seen = self._view.look_all(due | ending)
        early = [early_end(seen[i], stored[i]) for i in due & seen.keys() if i in stored]
        self._say([line for line in early if line], "more that ended early")
        jobs = {
            i: Job(seen[i], self._packages.plan(seen[i], entries[i], stored.get(i)))
            for i in sorted(due & seen.keys())
        }
        ends = [
            Job(seen[i], self._as_previewed(seen[i], _end(seen[i], stored[i], inputs)))
            for i in sorted(ending & seen.keys())
        ]
        missing = {i: str(self._view.masv().not_found(i)) for i in sorted(due - seen.keys())}
        self._do(list(jobs.values()), ends, missing, len(entries))
        written = {i for i, job in jobs.items() if job.plan.steps}
        seen |= self._view.look_all(written)
        live, short = {}, {}
        for i, entry in entries.items():
            if i not in due:
                live[i] = stored[i].redeclared(entry)
                continue
            try:
                live[i] = self._packages.record(seen[i], entry, stored.get(i), jobs[i].plan)
            except NotAsDeclared as error:
                short[i] = str(error)
            self._view.forget(i)
        self._fail(short, 0, len(entries))
        return StoredFleet.record(live, inputs, team_id or self._view.masv().team_id)

    def _as_previewed(self, seen: Seen, end: Plan) -> Plan:
        """Nothing is destroyed that the check of this process has not named."""
        if not end.losses or self._packages.announced(seen.package.id, "delete_package"):
            return end
        reason = f"{seen.package.id}: its end was not checked, since MASV could not be asked then"
        return Plan(refusals=(Problem("packages", f"{reason}: run again"),))

    def _do(
        self, jobs: Sequence[Job], ends: Sequence[Job], failed: dict[str, str], total: int
    ) -> None:
        """Refuse before the first write; do all that can be done, what destroys last."""
        refusals = [refusal for job in (*jobs, *ends) for refusal in job.plan.refusals]
        if refusals:
            raise ChangeRefused("; ".join(problem.reason for problem in _limited(refusals)))
        self._announce([self._packages.foreseen(job.seen, job.plan) for job in (*jobs, *ends)])
        batch = Batch(self._view, self._packages)
        batch.run(jobs)
        batch.run(ends)
        self._fail({**failed, **batch.failures}, batch.not_begun, total)

    def _fail(self, failures: Mapping[str, str], not_begun: int, total: int) -> None:
        if not failures:
            return
        lines = [f"{i}: {why}" if i not in why else why for i, why in failures.items()]
        shown = _shown(lines, "more failures")
        if not_begun:
            shown.append(f"{not_begun} not begun, since they would fail alike")
        done = total - len(failures) - not_begun
        raise PartlyDone(
            f"{max(done, 0)} of {total} packages are done, {len(failures)} failed: "
            f"{'; '.join(shown)}: run again, nothing is done twice"
        )

    def _announce(self, foreseen: Sequence[Foresight]) -> None:
        self._say([one.does for one in foreseen if one.does], "more changes")
        self._say([loss for one in foreseen for loss in one.losses], "more losses")

    def _say(self, lines: Sequence[str], more: str) -> None:
        for line in _shown(lines, more):
            self._view.say(line)


def _alike(entry: LifecycleInputs, before: LifecycleInputs | None) -> bool:
    return before is not None and plan.same(entry, before)


def _end(seen: Seen, stored: LifecycleInputs | Stored, flags: FleetInputs | StoredFleet) -> Plan:
    """The end of an entry: a flag counts where it was stored and still stands."""
    return plan.end(
        seen.package,
        force_destroy=stored.force_destroy and flags.force_destroy,
        archive_on_destroy=stored.archive_on_destroy and flags.archive_on_destroy,
        now=seen.now,
        ways_on=plan.OF_A_FLEET,
    )


def _of_entry(package_id: str, problem: Problem) -> Problem:
    own = "" if problem.property in ("packageId", "forceDestroy") else f".{problem.property}"
    return Problem(f"packages.{package_id}{own}", problem.reason)


def _with_files(seen: Iterable[Seen]) -> list[Package]:
    return [one.package for one in seen if one.package.files_exist]


def _limited(problems: list[Problem]) -> list[Problem]:
    if len(problems) <= SHOWN:
        return problems
    return [*problems[:SHOWN], Problem("packages", f"and {len(problems) - SHOWN} more refusals")]


def _shown(lines: Sequence[str], more: str) -> list[str]:
    if len(lines) <= SHOWN:
        return list(lines)
    return [*lines[:SHOWN], f"and {len(lines) - SHOWN} {more}"]
