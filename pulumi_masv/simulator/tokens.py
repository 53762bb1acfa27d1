"""Package tokens: JWTs that say which package they open, how far, and until when.

A fresh one is made whenever a package is shown. Nothing but their number and their uses is kept:
an account of ten thousand packages is listed often. The signature is no signature but a text
that must never turn up in a log.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from pulumi_masv.simulator.refusal import Refused
from pulumi_masv.simulator.switches import Switches

TOKEN_CANARY: Final = "simulator_token"  # noqa: S105 (no secret: a bait)
Level = Literal["full", "download"]
_HEADER: Final = "eyJhbGciOiJIUzI1NiJ9"
_WEEK: Final = timedelta(days=7)
_USER: Final = "01USER00000000000000000001"
_LINK: Final = "01LINK00000000000000000001"


class Tokens:
    """All tokens of an account."""

    def __init__(self) -> None:
        self._made = 0
        self._uses: dict[int, int] = {}

    def issue(
        self, package_id: str, now: datetime, switches: Switches, level: Level = "full"
    ) -> str:
        """Return a fresh token for a package, which is good from now on."""
        self._made += 1
        made = _milliseconds(now)
        lifetime = switches.token_lifetime or _WEEK
        claims = {
            "exp": made // 1000 + int(lifetime.total_seconds()),
            "imp": False,
            "jti": f"{made}-{self._made}",
            "lvl": level[0],
            "sub": package_id,
            "typ": "package",
            "uid": _USER,
        }
        return _written(claims | ({"lid": _LINK} if level == "download" else {}))

    def accept(self, token: str, package_id: str, now: datetime, switches: Switches) -> None:
        """Count one use.

        Raises:
            Refused: it is no token of this package, too weak, too old, or used up.

        """
        claims, made, serial = _read(token)
        if _written(claims) != token or not 0 < serial <= self._made:
            raise Refused("credential", "invalid package token")
        if claims.get("sub") != package_id:
            raise Refused("forbidden", "the token is for another package")
        self._uses[serial] = self._uses.get(serial, 0) + 1
        age = timedelta(milliseconds=_milliseconds(now) - made)
        if switches.token_lifetime is not None and age > switches.token_lifetime:
            raise Refused("credential", "the package token has expired")
        if switches.token_uses is not None and self._uses[serial] > switches.token_uses:
            raise Refused("credential", "the package token is used up")
        if claims.get("lvl") != "f":
            raise Refused("forbidden", "the package token allows downloads only")


def _written(claims: dict[str, Any]) -> str:
    body = urlsafe_b64encode(json.dumps(claims, separators=(",", ":")).encode())
    return f"{_HEADER}.{body.decode().rstrip('=')}.{TOKEN_CANARY}"


def _read(token: str) -> tuple[dict[str, Any], int, int]:
    """Return a token's claims, when it was made, and its number; refuse what is no token."""
    try:
        _, body, _ = token.split(".")
        claims = json.loads(urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        made, serial = map(int, claims["jti"].split("-"))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Refused("credential", "invalid package token") from None
    return claims, made, serial


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
