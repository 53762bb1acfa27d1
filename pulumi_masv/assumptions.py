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
    "the table of a package's properties; the sample of a listing leaves it out",
    "`unlimited_storage` is left out",
    "the end is unknown: a declared date is a LOSS, and neither a hold nor `at_least` moves it",
)
ONE_REFUSED: Final = Assumption(
    "one package is one answer",
    "401 or 403 for one package speaks of that package while the team's own routes answer",
    "roles and teamspaces, as documented; no status is",
    "401, 403 or 400 for a package that is hidden, or somebody else's",
    "that package is refused, and the others go on",
)
KEY_REFUSED: Final = Assumption(
    "the key is good",
    "a team's own routes answer the key",
    "documented",
    "401 or 403 on a team's route",
    "a preview fails in one line; only a missing key and no network let it go on",
)
MASV_SPEAKS: Final = Assumption(
    "MASV speaks",
    "MASV answers in JSON, or without a body",
    "documented",
    "a web page",
    "a firewall or proxy speaks: neither the key nor the package is blamed",
)
SERVED_SINGLY: Final = Assumption(
    "packages are served singly",
    "the read of one package serves whatever a listing shows",
    "the vendor's own client",
    "404 for a package that has ended, or was received",
    "it is looked for in both listings before it counts as gone",
)
KEY_SEES_ALL: Final = Assumption(
    "the key sees the same",
    "what MASV no longer shows is gone",
    "none: a key has the rights that its user has now",
    "several packages of a stack are not shown any more, or no package at all",
    "none is dropped, and one line says so; MASV_ACCEPT_GONE=1 drops them in one run",
)
ID_TELLS_TIME: Final = Assumption(
    "ids tell the time",
    "the first ten characters of a package's id are the moment of its creation",
    "three documented samples of three",
    "another id",
    "the whole listing is read, not a part of it",
)
FILTERED: Final = Assumption(
    "filters filter",
    "a listing holds what its filters ask for, and all of it",
    "documented; the vendor's client shows that a repeated key is ignored",
    "a filter is ignored, or takes its value for something else",
    "each record is checked against the filters that it can answer, and an answer that none can "
    "vouch for is refused",
)
PAGES: Final = Assumption(
    "pages are full",
    "a listing serves as many packages a page as it is asked for, and counts what it shows",
    "documented",
    "shorter pages, or a total that the records do not come to",
    "pages are read until the total is reached; where it never is, the listing is refused",
)
RECORD_WHOLE: Final = Assumption(
    "records are whole",
    "each listed package has an id, a known state and a token",
    "every documented sample",
    "a record without one of them",
    "that package is not managed, or its token is fetched singly; the others go on",
)
FLAG_ASKED: Final = Assumption(
    "a date ends unlimited storage",
    "a date that is sent with `unlimited_storage: false` ends unlimited storage",
    "the vendor's own client, which always sends the flag",
    "the date alone leaves it as it is",
    "the flag is always sent",
)
DATE_KEPT: Final = Assumption(
    "a date is kept",
    "a date that is asked for is kept, or refused",
    "none: what a plan allows may be less",
    "an earlier end than there was before",
    "one line says how much earlier, and no other end is moved in that run",
)
BODILESS: Final = Assumption(
    "a deletion is answered without a body",
    "DELETE and archive answer 204",
    "documented; the vendor's client also takes an empty 200",
    "200 with any body",
    "it counts as done where the package, read again, shows it",
)
SHOWN_AT_ONCE: Final = Assumption(
    "a write shows at once",
    "what is read after a write has it",
    "none",
    "the old value, for some seconds",
    "the answer of the write counts where it is whole; else the package is read for some seconds",
)
NAMES_KEPT: Final = Assumption(
    "names are kept",
    "a name is kept letter by letter",
    "none",
    "another normal form of Unicode",
    "names are compared in NFC",
)
REST_KEPT: Final = Assumption(
    "a write keeps the rest",
    "a PUT changes what it names and nothing else",
    "the documented bodies",
    "what was left out is forgotten",
    "what is read back is compared, and said; no further package is renamed in that run",
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
        """Take note of a contradiction, and tell the first of its kind.

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
