"""What can go wrong, one class per reaction somebody needs.

Every message is one line that says what, where and what to do, in MASV's words, and holds
no header, no body, no key and no token.
"""


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


class RequestRefused(MasvError):
    """MASV answered, and the answer is no.

    Attributes:
        status: the HTTP status of the answer.
    """

    def __init__(self, message: str, *, status: int) -> None:
        super().__init__(message)
        self.status = status


class CredentialRefused(RequestRefused):
    """The API key or the team is wrong (401 or 403 on a team's route)."""


class RateLimited(RequestRefused):
    """Still 429 after all retries: run again later, or lower `masv:concurrency`."""


class ServerFailed(RequestRefused):
    """Still 5xx after all retries: run again later."""


class PackageNotFound(MasvError):
    """The team has no such package; nearly always it belongs to another team."""


class OtherTeam(MasvError):
    """The package was stored under another team than the one now configured."""


class ChangeRefused(MasvError):
    """The change would end files unannounced, or wants files back that are gone."""


class PartlyDone(MasvError):
    """Some packages of a fleet are done and some are not: run again, nothing is done twice."""


class NotAsDeclared(MasvError):
    """MASV accepted a change but keeps another value than the one asked for."""


WHOLE_ACCOUNT = (Unreachable, CredentialRefused, RateLimited)
"""Where the next request, for whatever package, would fail alike."""
