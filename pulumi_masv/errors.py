"""What can go wrong, one class per reaction somebody needs.

Every message is one line that says what, where and what to do, in MASV's words, and holds
no header, no body, no key and no token.
"""

from collections.abc import Sequence
from typing import Any


class MasvError(Exception):
    """Base of all errors of this package."""

    __module__ = "pulumi_masv"  # Pulumi prints it: the name that a program can import

    def __init_subclass__(cls) -> None:
        cls.__module__ = MasvError.__module__


class SettingsError(MasvError):
    """A setting is missing or wrong: mend the stack configuration or the environment."""


class FilterError(MasvError):
    """A filter is wrong: mend the program."""


class ManifestError(MasvError):
    """A manifest is wrong, one line for each mistake: mend the file."""


class PreviewError(MasvError):
    """What was to be read is no preview that this version knows: make it anew."""


class AmbiguousPackage(MasvError):
    """More than one package is as described: describe it more closely, or give its id."""


class Unreachable(MasvError):
    """No answer came (no network, a timeout, a reset): run again later."""


class UnexpectedAnswer(MasvError):
    """Something answered that is not MASV, or a MASV this version does not know."""


class Intercepted(UnexpectedAnswer):
    """A firewall or proxy answered in MASV's place: let the request through."""


class ListingRefused(UnexpectedAnswer):
    """A listing is not whole, or not as it was filtered, so nothing is decided on it.

    Attributes:
        found: the packages that it did show.
    """

    def __init__(self, message: str, found: Sequence[Any] = ()) -> None:
        super().__init__(message)
        self.found = tuple(found)


class RequestRefused(MasvError):
    """MASV answered, and the answer is no.

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
    """One package may not be read, while the team's own routes answer: it says nothing of the key.

    Attributes:
        package_id: MASV's id.
    """

    def __init__(self, message: str, *, status: int, package_id: str) -> None:
        super().__init__(message, status=status)
        self.package_id = package_id


class NoLongerShown(MasvError):
    """Packages of a stack are not shown any more, and the key may be why: nothing is dropped."""


class RateLimited(RequestRefused):
    """Still 429 after all retries: run again later, or lower `masv:concurrency`."""


class ServerFailed(RequestRefused):
    """Still 5xx after all retries: run again later."""


class PackageNotFound(MasvError):
    """The team has no such package; nearly always it belongs to another team."""


class OtherTeam(MasvError):
    """The package was stored under another team than the one now configured."""

    def __init__(self, what: str, stored: str | None, configured: str) -> None:
        super().__init__(
            f"{what} was stored in team {stored}, but masv:teamId (or MASV_TEAM_ID) now says "
            f"{configured}"
        )


class StateUnreadable(MasvError):
    """Somebody wrote a state that cannot be read."""


class ChangeRefused(MasvError):
    """The change would end files unannounced, or wants files back that are gone.

    Attributes:
        refusals: why, as values of `plan`; the front end spells them.
    """

    def __init__(self, refusals: Sequence[Any]) -> None:
        super().__init__(", ".join(sorted({type(one).__name__ for one in refusals})))
        self.refusals = tuple(refusals)


class PartlyDone(MasvError):
    """Some packages of a fleet are done and some are not: run again, nothing is done twice."""


class NotAsDeclared(MasvError):
    """MASV accepted a change but keeps another value than the one asked for."""


WHOLE_ACCOUNT = (Unreachable, Intercepted, CredentialRefused, RateLimited)
"""Where the next request, for whatever package, would fail alike."""
