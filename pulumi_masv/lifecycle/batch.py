"""Many packages written side by side: progress told, failures kept, nothing begun in vain."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from typing import Final

from pulumi_masv.errors import WHOLE_ACCOUNT, MasvError
from pulumi_masv.lifecycle.packages import Packages
from pulumi_masv.lifecycle.view import View
from pulumi_masv.models import Seen
from pulumi_masv.plan import Plan, counted

_EVERY: Final = 5.0  # seconds between two lines of progress


@dataclass(frozen=True)
class Job:
    """A package, and what is to be done to it; whether that is the end of its entry."""

    seen: Seen
    plan: Plan
    ends: bool = False

    @property
    def package_id(self) -> str:
        return self.seen.package.id


class Batch:
    """The writes of one verb of a fleet."""

    def __init__(self, view: View, packages: Packages) -> None:
        self._view = view
        self._packages = packages
        self._hopeless: MasvError | None = None
        self.failures: dict[str, str] = {}
        self.not_begun = 0

    def run(self, jobs: Sequence[Job]) -> None:
        """Do all of them; those that fail stand in `failures`."""
        jobs = [job for job in jobs if job.plan.steps]
        if not jobs:
            return
        started = told = self._view.stopwatch()
        requests, writes = self._view.masv().requests, 0
        with ThreadPoolExecutor(self._view.settings().concurrency) as pool:
            running = [pool.submit(self._one, job) for job in jobs]
            for done, each in enumerate(as_completed(running), 1):
                written = each.result()
                self.not_begun += written is None
                writes += written or 0
                now = self._view.stopwatch()
                if now - told >= _EVERY:
                    told = now
                    rate = (self._view.masv().requests - requests) / (now - started)
                    self._view.say(
                        f"{done} packages done, {len(jobs) - done} left, "
                        f"{len(self.failures)} failed, {rate:.0f} requests a second"
                    )
        self._view.say(
            f"{counted(len(jobs), 'package')}, "
            f"{counted(self._view.masv().requests - requests, 'request')}, "
            f"{counted(writes, 'write')}, {self._view.stopwatch() - started:.1f} s"
        )

    def _one(self, job: Job) -> int | None:
        """How many writes were done; None where it was not begun."""
        if self._hopeless is not None:
            return None
        if job.ends and job.package_id in self._view.checked:
            return 0  # another resource has come to declare it
        try:
            self._packages.do(job.seen, job.plan)
        except MasvError as error:
            if isinstance(error, WHOLE_ACCOUNT):
                self._hopeless = error  # the next one would fail alike
            self.failures[job.package_id] = str(error)
            return 0
        finally:
            self._view.forget(job.package_id)
        return len(job.plan.steps)
