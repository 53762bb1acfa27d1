"""GETs of a team's routes, and nothing else: what looks before the first write sends by this.

It knows one method and one credential, so no request of it can change anything, and no package
token is ever sent. Retries, bounds and refused redirects are the transport's own.
"""

import os
from collections.abc import Mapping
from typing import Final

from pulumi_masv.client.answers import Answer, Request
from pulumi_masv.client.recorder import from_environment
from pulumi_masv.client.transport import Transport
from pulumi_masv.errors import MasvError, SettingsError
from pulumi_masv.settings import Settings

_ENDS: Final = (429, *range(300, 400))


class Spent(Exception):
    """As many requests were sent as were allowed."""


class Reads:
    """Sends GETs with the API key, one at a time.

    Args:
        settings: with the key.
        most: never more requests than this, each repetition among them.
        retries: how often one of them is repeated.

    Raises:
        SettingsError: there is no key.
    """

    def __init__(self, settings: Settings, *, most: int, retries: int = 1) -> None:
        if settings.api_key is None:
            raise SettingsError(settings.missing())
        self._key = settings.api_key
        self._most = most
        self._retries = min(retries, settings.max_retries)
        self._pass_on = from_environment(os.environ)
        self._heard: list[Answer] = []
        hasty = settings.model_copy(update={"max_retries": self._retries, "concurrency": 1})
        self._transport = Transport(hasty, record=self._hear)

    def get(self, route: str, query: Mapping[str, str] | None = None) -> Answer:
        """Ask, and return what is answered in the end, a refusal too.

        Raises:
            Spent: no more requests are allowed.
            MasvError: no answer, a redirect, an answer that is too large, or still 429.
        """
        if not route.startswith(("/v1/teams", "/v1.1/teams/")):
            raise ValueError(f"the key does not go to {route}")
        if self._transport.requests + 1 + self._retries > self._most:
            raise Spent
        self._heard.clear()
        try:
            self._transport.send(Request("GET", route, {"X-API-KEY": self._key}, query))
        except MasvError:
            # A refusal and a page are answers; a redirect and a storm of 429 end all of it.
            if not self._heard or self._heard[-1].status in _ENDS:
                raise
        return self._heard[-1]

    def _hear(self, answer: Answer) -> None:
        self._heard = [answer]
        self._pass_on(answer)
