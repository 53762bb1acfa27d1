"""The simulator as a program holds it: one account behind a socket, or inside the process.

`with Simulator() as masv` opens a loopback socket at `masv.url`. `with masv.in_process()` opens
none: whatever `requests` sends to `masv.url` or to MASV's own address is answered here, and
whatever it sends elsewhere fails. Both may be open at once, in front of the same account.
"""

import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from pulumi_masv.simulator.account import START, Account
from pulumi_masv.simulator.dispatch import Dispatcher, Entry
from pulumi_masv.simulator.faults import Faults
from pulumi_masv.simulator.messages import Request
from pulumi_masv.simulator.seed import fill, sow
from pulumi_masv.simulator.switches import Switches

if TYPE_CHECKING:
    import requests
    from typing_extensions import Self

    from pulumi_masv.simulator.http_server import HttpServer

MASV: Final = "https://api.massive.app"
_EXTRA: Final = 'pip install "pulumi_masv[simulator]"'
_METHODS: Final = ("GET", "PUT", "POST", "DELETE", "PATCH", "HEAD", "OPTIONS")


class Simulator:
    """A simulated MASV, for rehearsals and tests.

    Args:
        packages: how many made-up packages to start with.
        seed: start with these packages instead: a JSON or YAML file, or its content.
        now: where the clock starts; it stands still until it is moved.
        port: of the loopback socket; 0 for any free port.
        account: use this account instead, as it is.
        switches: how MASV behaves where its behaviour is unknown.

    Raises:
        ValueError: the seed has mistakes, a line each; or `now` is no instant with a zone.

    """

    def __init__(
        self,
        packages: int = 12,
        seed: str | Path | Mapping[str, Any] | None = None,
        now: datetime | str | None = None,
        port: int = 0,
        account: Account | None = None,
        switches: Switches | None = None,
    ) -> None:
        if account is None:
            account = Account(now=now or START)
            if seed is None:
                fill(account, packages)
            else:
                sow(account, seed)
        if switches is not None:
            account.switches = switches
        self._dispatcher = Dispatcher(account)
        self._port = port
        self._server: HttpServer | None = None

    @property
    def account(self) -> Account:
        """What the team has; it can be filled and changed as if by hand."""
        return self._dispatcher.account

    @property
    def faults(self) -> Faults:
        """What goes wrong with the next requests."""
        return self._dispatcher.faults

    @property
    def team_id(self) -> str:
        """The team that the key is for."""
        return next(iter(self.account.teams))

    @property
    def api_key(self) -> str:
        """The key that the team's routes ask for; made up."""
        return self.account.teams[self.team_id]

    @property
    def url(self) -> str:
        """The base URL; nothing listens there before the socket is open."""
        return f"http://127.0.0.1:{self._server.port if self._server else self._port or 1}"

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables by which a process reaches it, and finds team and key."""
        return {
            "MASV_BASE_URL": self.url,
            "MASV_TEAM_ID": self.team_id,
            "MASV_API_KEY": self.api_key,
        }

    @property
    def journal(self) -> list[Entry]:
        """The requests so far, oldest first."""
        return list(self._dispatcher.journal)

    @property
    def writes(self) -> list[Entry]:
        """The requests so far that were no reads."""
        return [entry for entry in self.journal if entry.method != "GET"]

    def reset_journal(self) -> None:
        """Forget the requests so far."""
        self._dispatcher.journal.clear()

    def switch(self, **changes: Any) -> None:
        """Change some switches, by their names in `Switches`; the others stay.

        Raises:
            ValueError: a line for each that there is not, or that has no such position.

        """
        self.account.switches = self.account.switches.with_json(changes)

    def __enter__(self) -> "Self":
        try:
            from pulumi_masv.simulator.http_server import HttpServer
        except ModuleNotFoundError:
            raise ModuleNotFoundError(f"the simulator's socket needs {_EXTRA}") from None
        self._server = HttpServer(self._dispatcher, self._port)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    @contextmanager
    def in_process(self, *base_urls: str) -> "Iterator[Self]":
        """Answer what `requests` sends to these addresses (and the usual two), without a socket.

        Args:
            base_urls: addresses beside `url` and MASV's own.

        Raises:
            ModuleNotFoundError: the extra `simulator` is not installed.

        """
        try:
            import responses
        except ModuleNotFoundError:
            raise ModuleNotFoundError(f"the simulator in process needs {_EXTRA}") from None
        addresses = "|".join(re.escape(each) for each in (self.url, MASV, *base_urls))
        with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
            for method in _METHODS:
                mock.add_callback(
                    method,
                    re.compile(rf"(?:{addresses})(?:[/?].*)?$"),
                    callback=self._answer,
                    content_type=None,
                )
            yield self

    def _answer(self, sent: "requests.PreparedRequest") -> tuple[int, Mapping[str, str], bytes]:
        import requests

        parts = urlsplit(sent.url or "")
        body = sent.body or b""
        answer = self._dispatcher.handle(
            Request(
                method=sent.method or "GET",
                path=str(parts.path) or "/",
                query=str(parts.query),
                headers={name.lower(): _text(value) for name, value in sent.headers.items()},
                body=body.encode() if isinstance(body, str) else body,
            )
        )
        timeout = getattr(sent, "req_kwargs", {}).get("timeout")
        longest = timeout[1] if isinstance(timeout, tuple) else timeout
        pause = answer.pause if answer.drip is None else answer.drip * len(answer.raw())
        if longest is not None and pause > longest:
            raise requests.ReadTimeout("read timed out", request=sent)
        time.sleep(pause)
        if answer.cut:
            reset = ConnectionResetError(104, "Connection reset by peer")
            raise requests.ConnectionError("Connection aborted.", reset, request=sent)
        return answer.status, answer.headers, answer.body


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
