"""What can go wrong, one class per reaction somebody needs.

Every message is one line that says what, where and what to do, in MASV's words, and holds
no header, no body, no key and no token.
"""

from collections.abc import Sequence
from typing import Any

from pulumi_masv.text import harmless


class MasvError(Exception):
    """Base of all errors of this package."""

    __module__ = "pulumi_masv"  # Pulumi prints it, and the file that defines it is private

    def __str__(self) -> str:
        return harmless(super().__str__())

    def __init_subclass__(cls) -> None:
        cls.__module__ = MasvError.__module__


class SettingsError(MasvError):
    """A setting is missing or wrong: fix the stack configuration or the environment."""


class FilterError(MasvError):
    """A filter is wrong: correct the one that the line names."""


class ManifestError(MasvError):
    """A manifest has mistakes, one line for each: fix the file.

    Attributes:
        mistakes: what is on each line; of a file that is read, `file`, `line`, `column` and `what`.
    """

    def __init__(self, mistakes: Sequence[Any]) -> None:
        super().__init__("\n".join(map(str, mistakes)))
        self.mistakes = tuple(mistakes)


class PreviewError(MasvError):
    """A preview cannot be read by this version: run it again."""


class AmbiguousPackage(MasvError):
    """More than one package matches: describe it more closely, or give its id."""


class Unreachable(MasvError):
    """No answer came (no network, a timeout, a reset): run again later."""


class UnexpectedAnswer(MasvError):
    """Something answered that is not MASV, or a MASV this version does not know."""


class Intercepted(UnexpectedAnswer):
    """A firewall or proxy answered in MASV's place: let the request through."""


class ListingRefused(UnexpectedAnswer):
    """A listing is incomplete, or does not match its filters, so it is not used.

    Attributes:
        found: the packages that it did show.
    """

    def __init__(self, message: str, found: Sequence[Any] = ()) -> None:
        super().__init__(message)
        self.found = tuple(found)


class RequestRefused(MasvError):
    """MASV refused the request.

    Attributes:
        status: the HTTP status of the answer.
    """

    def __init__(self, message: str, *, status: int) -> None:
        super().__init__(message)
        self.status = status


class CredentialRefused(RequestRefused):
    """The API key or the team is wrong (401 or 403 on a team's route).

    Attributes:
        is_stored: whether the key came from a stack's configuration, which a state records.
    """

    def __init__(self, message: str, *, status: int, is_stored: bool) -> None:
        super().__init__(message, status=status)
        self.is_stored = is_stored


class PackageRefused(RequestRefused):
    """One package cannot be read, although the team's own routes answer: the key may be fine.

    Attributes:
        package_id: MASV's id.
    """

    def __init__(self, message: str, *, status: int, package_id: str) -> None:
        super().__init__(message, status=status)
        self.package_id = package_id


class NoLongerShown(MasvError):
    """MASV no longer shows packages of a stack, perhaps because of the key: nothing is dropped."""


class RateLimited(RequestRefused):
    """Still 429 after all retries: run again later, or lower `masv:concurrency`."""


class ServerFailed(RequestRefused):
    """Still 5xx after all retries: run again later."""


class TooLate(MasvError):
    """What ends files had to wait, and what it was decided by is old by now: run again."""


class PackageNotFound(MasvError):
    """The team has no such package; almost always, it belongs to another team."""


class OtherTeam(MasvError):
    """The package was stored for a different team from the one now configured."""

    def __init__(self, what: str, stored: str | None, configured: str) -> None:
        super().__init__(
            f"{what} was stored in team {stored}, but masv:teamId (or MASV_TEAM_ID) now says "
            f"{configured}"
        )


class StateUnreadable(MasvError):
    """A stored state cannot be read: something else changed it."""


class ChangeRefused(MasvError):
    """The change would end files without notice, or needs files that are gone.

    Attributes:
        refusals: why, as values of `plan`; the front end spells them.
    """

    def __init__(self, refusals: Sequence[Any]) -> None:
        super().__init__(", ".join(sorted({type(one).__name__ for one in refusals})))
        self.refusals = tuple(refusals)


class PartlyDone(MasvError):
    """Some packages of a fleet are done and others are not: run again, nothing is done twice."""


class NotAsDeclared(MasvError):
    """MASV accepted a change but keeps another value than the one asked for."""


WHOLE_ACCOUNT = (Unreachable, Intercepted, CredentialRefused, RateLimited)
"""Where the next request, for whatever package, would fail alike."""
