"""What is assumed of MASV, on what evidence, what would contradict it, and which side is cautious.

Nobody who wrote this has reached MASV. The table is rendered into the documentation. A
contradiction that is met is told once, and its cautious side holds from then on.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Assumption:
    """One thing that is assumed.

    Attributes:
        name: what lines call it.
        assumed: what a MASV as documented does.
        evidence: why that is believed.
        instead: what another MASV may do.
        cautious: what is done where it does, or where it cannot be told.
    """

    name: str
    assumed: str
    evidence: str
    instead: str
    cautious: str


FLAG_SHOWN: Final = Assumption(
    "unlimited storage is shown",
    "a package whose files exist says whether it never expires",
    "the table of a package's properties; the sample listing leaves it out",
    "`unlimited_storage` is left out",
    "the expiry is unknown: any declared date is a LOSS; neither a hold nor `at_least` changes it",
)
ONE_REFUSED: Final = Assumption(
    "one package is one answer",
    "while the team's own routes answer, a 401 or 403 for one package concerns that package alone",
    "roles and teamspaces are documented; the status is not",
    "401, 403 or 400 for a package that is hidden or belongs to somebody else",
    "that package is refused, and the others continue",
)
KEY_REFUSED: Final = Assumption(
    "the key is good",
    "a team's own routes accept its key",
    "documented",
    "401 or 403 on a team's route",
    "the preview fails with one line; it continues only without a key or a network",
)
MASV_SPEAKS: Final = Assumption(
    "MASV speaks",
    "MASV answers in JSON, or without a body",
    "documented",
    "a web page",
    "a firewall or proxy answered: neither the key nor the package is blamed",
)
SERVED_SINGLY: Final = Assumption(
    "packages are served singly",
    "every package that a listing shows can be read by itself",
    "the vendor's own client",
    "404 for a package whose files have ended, or that was received",
    "it is looked for in both listings before it counts as gone",
)
KEY_SEES_ALL: Final = Assumption(
    "the key sees the same",
    "what MASV no longer shows is gone",
    "none: a key has the rights that its user has at the moment",
    "several packages of a stack are no longer shown, or no packages at all",
    "none is dropped, and one line says so; MASV_ACCEPT_GONE=1 drops them in one run",
)
ID_TELLS_TIME: Final = Assumption(
    "ids tell the time",
    "the first ten characters of a package's id are the moment of its creation",
    "all three documented samples",
    "an id of another form",
    "the whole listing is read, not part of it",
)
FILTERED: Final = Assumption(
    "filters filter",
    "a listing contains everything that matches its filters, and nothing else",
    "documented; the vendor's client shows that a repeated key is ignored",
    "a filter is ignored, or its value is understood differently",
    "each record is checked against the filters that it has the fields for; a listing that cannot "
    "be checked is refused",
)
PAGES: Final = Assumption(
    "pages are full",
    "a page has as many packages as it is asked for, and the total counts what is shown",
    "documented",
    "shorter pages, or a total that the records do not add up to",
    "pages are read until the total is reached; if it never is, the listing is refused",
)
RECORD_WHOLE: Final = Assumption(
    "records are whole",
    "each listed package has an id, a known state and a token",
    "every documented sample",
    "a record without one of them",
    "that package is not managed, or its token is fetched separately; the others continue",
)
FLAG_ASKED: Final = Assumption(
    "a date ends unlimited storage",
    "a date sent with `unlimited_storage: false` ends unlimited storage",
    "the vendor's own client, which always sends the flag",
    "a date alone leaves unlimited storage as it is",
    "the flag is always sent",
)
DATE_KEPT: Final = Assumption(
    "a date is kept",
    "a date is kept as it was sent, or refused",
    "none: a plan may allow less",
    "an earlier expiry than before",
    "a line says how much earlier, and no other expiry is changed in that run",
)
BODILESS: Final = Assumption(
    "a deletion is answered without a body",
    "DELETE and archive answer 204",
    "documented; the vendor's client also accepts an empty 200",
    "200 with any body",
    "it counts as done if the package, read again, shows it",
)
SHOWN_AT_ONCE: Final = Assumption(
    "a write shows at once",
    "what is read after a write shows it",
    "none",
    "the old value, for a few seconds",
    "a complete answer to the write counts; else the package is read for a few seconds",
)
NAMES_KEPT: Final = Assumption(
    "names are kept",
    "a name is kept letter by letter",
    "none",
    "a different Unicode normal form",
    "names are compared in NFC",
)
REST_KEPT: Final = Assumption(
    "a write keeps the rest",
    "a PUT changes what it names and nothing else",
    "the documented bodies",
    "what was left out is deleted",
    "what is read back is compared, and a line names what differs; no further package is renamed "
    "in that run",
)

ASSUMPTIONS: Final = tuple(one for one in list(vars().values()) if isinstance(one, Assumption))


class Contradictions:
    """The assumptions that one run has seen contradicted, for all its threads.

    Args:
        tell: shows a line; it is given the assumption's name, too.
    """

    def __init__(self, tell: Callable[[str, str], None] = lambda name, line: None) -> None:
        self._tell = tell
        self._lock = threading.Lock()
        self._met: set[str] = set()

    def meet(self, assumption: Assumption, what: str) -> None:
        """Take note of a contradiction, and report the first of its kind.

        Args:
            assumption: that does not hold here.
            what: was seen instead, in words.
        """
        with self._lock:
            if assumption.name in self._met:
                return
            self._met.add(assumption.name)
        self._tell(
            assumption.name,
            f"MASV is not as assumed ({assumption.name}): {what}; so {assumption.cautious}",
        )

    def has_met(self, assumption: Assumption) -> bool:
        """Return whether an assumption was seen contradicted."""
        return assumption.name in self._met
