"""What the program declares, as far as this process has checked it; nothing of it touches MASV.

All checks of a run come before the first delete of a removed resource, so what is declared here
is what a delete must let go of.
"""

import threading
from datetime import datetime

from pulumi_masv.models import WindowInputs


class Checked:
    """The declarations of one process, for all its threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._packages: set[str] = set()
        self._windows: list[WindowInputs] = []
        self._tombstones: dict[str, tuple[bool, datetime | None]] = {}

    def __contains__(self, package_id: object) -> bool:
        return package_id in self._packages

    def package(self, package_id: str) -> None:
        """A resource declares this package."""
        self._packages.add(package_id)

    def tombstone(
        self, package_id: str, archived: bool, expiry: datetime | None
    ) -> list[WindowInputs]:
        """A resource declares `archived` of a package that expired then: which windows disagree."""
        with self._lock:
            self._tombstones[package_id] = (archived, expiry)
            return [
                window
                for window in self._windows
                if expiry and window.archived is not archived and window.holds(expiry)
            ]

    def window(self, window: WindowInputs) -> tuple[list[WindowInputs], dict[str, datetime]]:
        """A resource declares a window: which others, and which packages, disagree with it."""
        with self._lock:
            windows = [
                other
                for other in self._windows
                if other.received is window.received
                and other.archived is not window.archived
                and other.expiry_start <= window.expiry_end
                and window.expiry_start <= other.expiry_end
            ]
            if window not in self._windows:
                self._windows.append(window)
            packages = {
                package_id: expiry
                for package_id, (archived, expiry) in self._tombstones.items()
                if expiry and archived is not window.archived and window.holds(expiry)
            }
            return windows, packages

    def archived(self) -> tuple[list[WindowInputs], set[str]]:
        """The windows and the packages that are declared archived."""
        with self._lock:
            windows = [window for window in self._windows if window.archived]
            return windows, {i for i, (archived, _) in self._tombstones.items() if archived}
