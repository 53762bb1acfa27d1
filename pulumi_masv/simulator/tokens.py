"""Package tokens: they look like JWTs, say which package they open and when they were made.

A fresh one is made whenever a package is shown. Nothing but their number and their uses is kept:
an account of ten thousand packages is listed often.
"""

import re
from datetime import datetime, timedelta
from typing import Final

from pulumi_masv.simulator.refusal import Refused
from pulumi_masv.simulator.switches import Switches

TOKEN_CANARY: Final = "canaryOfTheSimulatorsToken"  # noqa: S105 (no secret: a bait)
_HEADER: Final = "eyJhbGciOiJIUzI1NiJ9"
_TOKEN: Final = re.compile(
    rf"{_HEADER}\.eyJ(?P<id>[^.]+)-(?P<made>\d{{1,15}})-(?P<serial>\d{{1,15}})\.{TOKEN_CANARY}",
    re.ASCII,
)


class Tokens:
    """All tokens of an account."""

    def __init__(self) -> None:
        self._made = 0
        self._uses: dict[int, int] = {}

    def issue(self, package_id: str, now: datetime) -> str:
        self._made += 1
        return f"{_HEADER}.eyJ{package_id}-{_milliseconds(now)}-{self._made}.{TOKEN_CANARY}"

    def accept(self, token: str, package_id: str, now: datetime, switches: Switches) -> None:
        """Count one use.

        Raises:
            Refused: it is no token of this package, too old, or used up.

        """
        found = _TOKEN.fullmatch(token)
        if found is None or not 0 < int(found["serial"]) <= self._made:
            raise Refused("credential", "invalid package token")
        if found["id"] != package_id:
            raise Refused("forbidden", "the token is for another package")
        serial = int(found["serial"])
        self._uses[serial] = self._uses.get(serial, 0) + 1
        age = timedelta(milliseconds=_milliseconds(now) - int(found["made"]))
        if switches.token_lifetime is not None and age > switches.token_lifetime:
            raise Refused("credential", "the package token has expired")
        if switches.token_uses is not None and self._uses[serial] > switches.token_uses:
            raise Refused("credential", "the package token is used up")


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
