"""What a package's token may do: a method per endpoint on `/v1/packages/` routes.

The API key goes to `/teams` routes only, a package's token to these only.
"""

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from pydantic import SecretStr

from pulumi_masv.assumptions import BODILESS
from pulumi_masv.client.answers import Answer, Request
from pulumi_masv.client.gate import LONGEST_PAUSE
from pulumi_masv.client.records import claims_of, shown_in
from pulumi_masv.client.team import Team
from pulumi_masv.errors import PackageRefused, RequestRefused
from pulumi_masv.models import Observed, format_instant

_OWNERS: Final = "an owner of the team can allow it in MASV's settings"
_DOWNLOADS: Final = "MASV gives this key a token for it that only allows downloads"


class Client(Team):
    """MASV for one team, from any number of threads; `Team` says what it is made of.

    Every write raises MasvError as reads do, and PackageRefused where MASV gives no token.
    """

    def rename_package(self, observed: Observed, name: str) -> Observed | None:
        """Rename. `PUT /v1/packages/{id}`; the package as the answer shows it, if it does."""
        return shown_in(self._package("PUT", observed, "", {"name": name}), observed)

    def set_expiry(self, observed: Observed, expiry: datetime) -> Observed | None:
        """Move the instant at which the files end. `PUT /v1/packages/{id}/expiry`.

        Whether the date alone would end unlimited storage is not known, so the flag goes with it.
        """
        return self._set_end(
            observed, {"unlimited_storage": False, "expiry": format_instant(expiry)}
        )

    def set_unlimited(self, observed: Observed) -> Observed | None:
        """Let it never expire. `PUT /v1/packages/{id}/expiry`."""
        return self._set_end(observed, {"unlimited_storage": True})

    def delete_package(self, observed: Observed) -> bool:
        """Destroy the files, for good; a tombstone stays. `DELETE /v1/packages/{id}`.

        True where the answer leaves no doubt; else the package has to be read again, as with
        `archive_package` and `unarchive_package`.
        """
        return self._is_done("DELETE", observed, "")

    def archive_package(self, observed: Observed) -> bool:
        """Hide the tombstone of an expired package. `PUT /v1/packages/{id}/archive`."""
        return self._is_done("PUT", observed, "/archive")

    def unarchive_package(self, observed: Observed) -> bool:
        """Show an archived tombstone again. `PUT /v1/packages/{id}/unarchive`."""
        return self._is_done("PUT", observed, "/unarchive")

    def _set_end(self, observed: Observed, body: Mapping[str, Any]) -> Observed | None:
        return shown_in(
            self._package("PUT", observed, "/expiry", body, forbidden=_OWNERS), observed
        )

    def _is_done(self, method: str, observed: Observed, path: str) -> bool:
        answer = self._package(method, observed, path)
        if not answer.body.strip():
            return True
        self.contradictions.meet(BODILESS, f"{answer.request} answered {answer.status} with a body")
        return False

    def _package(
        self,
        method: str,
        observed: Observed,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        forbidden: str = "",
    ) -> Answer:
        """Send it with the token that came with the package, and once more with a fresh one.

        `path` stands behind the package's own; `forbidden` says what can be done against a 403.
        """
        package_id = observed.package.id

        def send(token: SecretStr) -> Answer:
            credential = {"X-Package-Token": token}
            route = f"/v1/packages/{package_id}{path}"
            ends = method == "DELETE" or "expiry" in (body or {})
            within = LONGEST_PAUSE if ends else math.inf
            return self._transport.send(Request(method, route, credential, None, body, within))

        first = None
        if observed.token is not None:
            try:
                return send(observed.token)
            except RequestRefused as refused:
                if refused.status not in (401, 403):
                    raise
                first = refused
        token = self._fresh_token(observed, first)
        try:
            return send(token)
        except RequestRefused as refused:
            if refused.status not in (401, 403):
                raise
            weak = claims_of(token.get_secret_value()).get("lvl", "f") != "f"
            hint = _DOWNLOADS if weak else forbidden if refused.status == 403 else ""
            line = f"{refused}; {hint}" if hint else str(refused)
            raise RequestRefused(line, status=refused.status) from None

    def _fresh_token(self, observed: Observed, refused: RequestRefused | None) -> SecretStr:
        """Return a token by a look of now; where there is none, raise what the write met."""
        package = observed.package
        try:
            fresh = self.get_package(
                package.id, created_at=package.created_at, received_at=observed.received_at
            )
        except PackageRefused as hidden:
            raise refused or hidden from None
        if fresh is not None and fresh.token is None:
            fresh = self._finder.find(package.id, package.created_at)
        if fresh is not None and fresh.token is not None:
            return fresh.token
        line = (
            f"MASV gives this key no token for {package.id}, so it cannot be changed: ask "
            f"somebody who may change it, or use their key"
        )
        raise refused or PackageRefused(line, status=403, package_id=package.id)
