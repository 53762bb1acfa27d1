"""What MASV allows to be done to a package.

Knows no HTTP: what is refused is raised as `Refused`, and the routes say which status that is.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from pulumi_masv.simulator.instants import as_instant
from pulumi_masv.simulator.package import Package, State
from pulumi_masv.simulator.refusal import Refused
from pulumi_masv.simulator.store import (
    API_KEY,
    KEY_CANARY,
    PASSWORD_CANARY,
    START,
    TEAM_ID,
    Store,
)

__all__ = ["API_KEY", "KEY_CANARY", "PASSWORD_CANARY", "START", "TEAM_ID", "Account"]
Result = TypeVar("Result")


class Account(Store):
    """A `Store` with MASV's rules."""

    def change(self, package_id: str, run: Callable[[], Result]) -> Result:
        """Do what a request asks of a package, which reads may show later only."""
        with self.lock:
            before = self.package(package_id)
            result = run()
            if self.switches.write_delay and self.package(package_id) != before:
                self._before.append((self.switches.write_delay, before))
            return result

    def finalize(self, package_id: str) -> None:
        """Complete the upload of a package. Raises Refused where it is complete already."""
        with self.lock:
            package = self.package(package_id)
            if package.state != "new":
                raise Refused("transition", f"the package is {package.state} already")
            self._change(package, state="finalized")

    def rename(self, package_id: str, name: str, description: str | None = None) -> None:
        """Rename a package, and change its description unless that is None.

        Raises:
            Refused: the name is blank, or a rule of MASV forbids it.

        """
        with self.lock:
            package = self.package(package_id)
            if not name.strip():
                raise Refused("invalid", "name must not be blank")
            if not package.has_files and self.switches.rename_after_end == "refused":
                raise Refused("transition", f"a package that is {package.state} keeps its name")
            kept = package.description if description is None else description
            self._change(package, name=self.switches.spell(name), description=kept)

    def set_expiry(
        self, package_id: str, expiry: datetime | str, *, date_alone: bool = False
    ) -> None:
        """Change the expiry of a package.

        Args:
            package_id: of the package.
            expiry: an aware datetime, or ISO 8601 with a zone.
            date_alone: whether unlimited storage was not mentioned.

        Raises:
            Refused: it is not in the future, or a rule of MASV forbids it.
            ValueError: it is no instant with a zone.

        """
        with self.lock:
            package = self._extensible(package_id)
            asked = as_instant(expiry)
            if asked <= self.now and self.switches.past_expiry == "refused":
                raise Refused("invalid", "expiry must be in the future")
            if self.switches.expiry_cap_days is not None:
                kept = min(asked - self.now, timedelta(days=self.switches.expiry_cap_days))
                asked = self.now + kept
            if self.switches.expiry_rounding == "second":
                asked = asked.replace(microsecond=0)
            if date_alone and package.unlimited_storage and self.switches.date_alone != "dates":
                if self.switches.date_alone == "refused":
                    raise Refused("invalid", "unlimited_storage must be false for an expiry")
                self._change(package, expiry=asked)
                return
            self._change(package, expiry=asked, unlimited_storage=False, custom_expiry=True)
            if asked <= self.now:
                self._end(self._packages[package_id], "expiry", self.now)

    def set_unlimited(self, package_id: str) -> None:
        """Let a package never expire. Raises Refused where a rule of MASV forbids it."""
        with self.lock:
            package = self._extensible(package_id)
            if self.switches.unlimited_plan == "missing":
                raise Refused("forbidden", "the plan of this team has no unlimited storage")
            self._change(package, unlimited_storage=True, custom_expiry=True)

    def delete(self, package_id: str) -> None:
        """Destroy the files of a package; its tombstone stays. Raises Refused if there is none."""
        with self.lock:
            package = self.package(package_id)
            if package.has_files:
                self._end(package, "delete", self.now)
            elif self.switches.repeated_transition == "refused":
                raise Refused("transition", f"the package is {package.state} already")

    def archive(self, package_id: str) -> None:
        """Hide the tombstone of an expired package. Raises Refused where it has none."""
        self._turn(package_id, "expired", "archived")

    def unarchive(self, package_id: str) -> None:
        """Show the tombstone of an archived package. Raises Refused where none is hidden."""
        self._turn(package_id, "archived", "expired")

    def turn_window(
        self, team_id: str, start: datetime, end: datetime, *, received: bool, archived: bool
    ) -> int:
        """Archive or unarchive all packages whose expiry lies in a window; return how many."""
        source: State = "expired" if archived else "archived"
        with self.lock:
            chosen = [
                package.id
                for package in self.packages()
                if package.team_id == team_id
                and package.received == received
                and package.state == source
                and not package.unlimited_storage
                and self.switches.in_window(package.expiry, start, end)
            ]
            target: State = "archived" if archived else "expired"
            self._later.append((self.switches.bulk_delay, chosen, target))
            self._turn_due()
            return len(chosen)

    def request_made(self) -> None:
        """Count one more request: delayed changes come nearer."""
        with self.lock:
            self._changed += [package.id for left, package in self._before if not left]
            self._before = [(left - 1, package) for left, package in self._before if left]
            self._later = [(left - 1, ids, target) for left, ids, target in self._later]
            self._turn_due()

    def _extensible(self, package_id: str) -> Package:
        package = self.package(package_id)
        if self.switches.expiry_edits == "locked":
            raise Refused("forbidden", "storage duration is locked for this team")
        if not package.has_files:
            raise Refused("transition", f"a package that is {package.state} has no files to keep")
        return package

    def _turn(self, package_id: str, source: State, target: State) -> None:
        with self.lock:
            package = self.package(package_id)
            if package.state == source:
                self._change(package, state=target)
            elif package.has_files or self.switches.repeated_transition == "refused":
                raise Refused("transition", f"a package that is {package.state} cannot be {target}")

    def _turn_due(self) -> None:
        for left, ids, target in self._later:
            for package in (self._packages.get(each) for each in ids if left <= 0):
                if package is not None and package.state != target:
                    self._change(package, state=target)
        self._later = [later for later in self._later if later[0] > 0]
