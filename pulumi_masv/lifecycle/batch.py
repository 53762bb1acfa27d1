"""Many packages written side by side: progress told, failures kept, nothing begun in vain."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from typing import Final

from pulumi_masv.errors import WHOLE_ACCOUNT, Intercepted, MasvError, NotAsDeclared
from pulumi_masv.formatting import counted, named
from pulumi_masv.lifecycle.reconcile import Reconciler
from pulumi_masv.lifecycle.session import Session
from pulumi_masv.models import Observed
from pulumi_masv.plan import Plan

_EVERY: Final = 5.0  # seconds between two lines of progress


@dataclass(frozen=True)
class Job:
    """A package, and what is to be done to it."""

    observed: Observed
    plan: Plan

    @property
    def package_id(self) -> str:
        """MASV's id of the package."""
        return self.observed.package.id


class Batch:
    """The writes of one verb of a fleet.

    Attributes:
        failures: package id -> why it is not done.
        shown: package id -> the package as the answer to its last write shows it whole.
        not_begun: how many were not tried, since they would fail alike.
    """

    def __init__(self, session: Session, reconciler: Reconciler, urn: str) -> None:
        self._session = session
        self._reconciler = reconciler
        self._urn = urn
        self._hopeless: MasvError | None = None
        self._intercepted = 0  # in a row
        self.failures: dict[str, str] = {}
        self.shown: dict[str, Observed] = {}
        self.not_begun = 0

    def run(self, jobs: Sequence[Job]) -> None:
        """Do all of them."""
        jobs = [job for job in jobs if job.plan.steps]
        if not jobs:
            return
        session, note = self._session, self._session.announcer.note
        started = told = session.stopwatch()
        requests, done, telling = session.masv().requests, 0, threading.Lock()

        def one(job: Job) -> int | None:
            nonlocal told, done
            written = self._one(job)
            with telling:
                done += 1
                now = session.stopwatch()
                if now - told >= _EVERY:
                    told = now
                    rate = (session.masv().requests - requests) / (now - started)
                    note(
                        f"{done} packages done, {len(jobs) - done} left, "
                        f"{len(self.failures)} failed, {rate:.0f} requests a second",
                        urn=self._urn,
                    )
            return written

        with ThreadPoolExecutor(session.settings().concurrency) as pool:
            running = [pool.submit(one, job) for job in jobs]
            wait(running)  # not for one after the other, which would wake this thread as often
        written = [each.result() for each in running]
        writes = sum(filter(None, written))
        self.not_begun += written.count(None)
        note(
            f"{counted(len(jobs), 'package')}, "
            f"{counted(session.masv().requests - requests, 'request')}, "
            f"{counted(writes, 'write')}, {session.stopwatch() - started:.1f} s",
            urn=self._urn,
        )

    def _one(self, job: Job) -> int | None:
        """Return how many writes were done; None where it was not begun."""
        if self._hopeless is not None:
            return None
        try:
            shown = self._reconciler.perform(self._fresh(job), job.plan)
            self._intercepted = 0
            if shown is not None:
                self.shown[job.package_id] = replace(shown, token=None)
        except MasvError as error:
            self._intercepted += isinstance(error, Intercepted)
            # A firewall may mind one name, and no other.
            once = isinstance(error, Intercepted) and self._intercepted == 1
            if isinstance(error, WHOLE_ACCOUNT) and not once:
                self._hopeless = error  # the next one would fail alike
            self.failures[job.package_id] = str(error)
            return 0
        finally:
            self._session.forget(job.package_id)
        return len(job.plan.steps)

    def _fresh(self, job: Job) -> Observed:
        """Return the look at a package, renewed where it has waited for its turn for too long.

        Raises:
            NotAsDeclared: somebody has changed what the plan was made for.
            PackageNotFound: the team no longer has it.
        """
        session, package = self._session, job.observed.package
        is_harmless = all(step.is_harmless for step in job.plan.steps)
        if is_harmless or session.kept(package.id) is not None:
            return job.observed
        looked = session.look(package.id)
        if looked is None:
            raise session.masv().not_found(package.id)
        fresh = session.settle(looked)
        if (fresh.package.state, fresh.package.end) != (package.state, package.end):
            raise NotAsDeclared(
                f"{named(package)} was changed since this run looked at it, so it stays as it is "
                f"until a refresh has shown that"
            )
        return fresh
