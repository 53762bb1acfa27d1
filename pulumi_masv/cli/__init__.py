"""The command `pulumi-masv`: arguments in, exit status out. One file per command.

Exit status: 0 done, 1 the answer is no (MASV refused, a check failed, a file has mistakes), 2 not
understood (arguments, settings, what was to be read); `preview` and `report` add 3 and 4. An error
is one line on stderr.
"""

import io
import os
import sys

from pulumi_masv.errors import (
    FilterError,
    ManifestError,
    MasvError,
    PreviewError,
    SettingsError,
)

NO, NOT_UNDERSTOOD = 1, 2


def main() -> None:
    """Run the command line of this process."""
    try:
        from pulumi_masv.cli.app import app
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] not in ("icalendar", "jinja2", "rich", "typer"):
            raise
        raise SystemExit(refused('the command line needs pip install "pulumi_masv[cli]"')) from None
    if isinstance(sys.stdout, io.TextIOWrapper):  # a name may hold what its encoding does not
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        try:
            app(prog_name="pulumi-masv")
        finally:
            sys.stdout.flush()
    except (FilterError, ManifestError, PreviewError, SettingsError) as error:
        raise SystemExit(refused(*str(error).splitlines())) from None
    except MasvError as error:
        refused(str(error))
        raise SystemExit(NO) from None
    except OSError as error:
        # Python would complain again when it flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):  # whoever read has enough
            refused(f"cannot write: {error.strerror}")
        raise SystemExit(NO) from None


def refused(*lines: str) -> int:
    """Say why something was not understood; the exit status for it."""
    for line in lines:
        print(f"pulumi-masv: {line}", file=sys.stderr)
    return NOT_UNDERSTOOD
