"""The command `pulumi-masv`: arguments in, exit status out. One file per command.

Exit status: 0 done, 1 the answer is no (MASV refused, a check failed, a file has mistakes), 2 not
understood (arguments, settings, what was to be read), 130 after Ctrl-C; `preview` and `report` add
3 and 4. An error is one line on stderr.
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
from pulumi_masv.text import visible

NO, NOT_UNDERSTOOD, INTERRUPTED = 1, 2, 130
_EXTRA = ("icalendar", "jinja2", "rich", "typer")


def main() -> None:
    """Run the command line of this process."""
    try:
        _run()
    except KeyboardInterrupt:
        raise SystemExit(interrupted()) from None


def _run() -> None:
    if isinstance(sys.stdout, io.TextIOWrapper):  # a name may hold what its encoding does not
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        try:
            from pulumi_masv.cli.app import run

            raise SystemExit(run())
        finally:
            sys.stdout.flush()
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] not in _EXTRA:
            raise
        extra = 'the command line needs pip install "pulumi_masv[cli]"'
        raise SystemExit(refused(extra)) from None
    except (FilterError, ManifestError, PreviewError, SettingsError) as error:
        raise SystemExit(refused(*str(error).splitlines())) from None
    except MasvError as error:
        say(str(error))
        raise SystemExit(NO) from None
    except OSError as error:
        # Python would complain again when it flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):  # whoever read has enough
            say(f"cannot write: {error.strerror}")
        raise SystemExit(NO) from None


def say(*lines: str) -> None:
    """Say something on stderr, which is not part of an answer."""
    for line in lines:
        print(f"pulumi-masv: {visible(line)}", file=sys.stderr)


def refused(*lines: str) -> int:
    """Say why something was not understood, and return the exit status for it."""
    say(*lines)
    return NOT_UNDERSTOOD


def interrupted() -> int:
    """Say that Ctrl-C has ended it, and return the exit status for it."""
    say("interrupted")
    return INTERRUPTED
