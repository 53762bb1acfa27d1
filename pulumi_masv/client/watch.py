"""No answer outlasts its time: the socket of one that is overdue is shut down.

requests bounds each wait for the next bytes, so an answer that comes byte by byte would never end.
One thread of the process looks at all attempts, and only while there are any.
"""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

from requests.adapters import HTTPAdapter
from requests.exceptions import InvalidProxyURL
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager, ProxyManager
from urllib3.connection import HTTPConnection, HTTPSConnection

_LOOKS: Final = 0.5  # seconds between two looks at what is running
_local = threading.local()


class Attempt:
    """One exchange with MASV, from its first byte to its last.

    Attributes:
        is_overdue: whether its time is over, so that whatever came is no answer.
    """

    def __init__(self, deadline: float) -> None:
        self.deadline = deadline
        self.socket: Any = None
        self.is_overdue = False

    def end(self) -> None:
        """Let whoever waits for its bytes wait no longer."""
        self.is_overdue = True
        held = getattr(self.socket, "socket", self.socket)  # TLS within TLS is no socket itself
        if isinstance(held, socket.socket):
            # SSLSocket's own would go on in plain text; what has ended cannot be shut down.
            with suppress(OSError):
                socket.socket.shutdown(held, socket.SHUT_RDWR)


class _Watchdog:
    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._running: set[Attempt] = set()
        self._thread: threading.Thread | None = None

    @contextmanager
    def attempt(self, seconds: float) -> Iterator[Attempt]:
        """Watch one exchange of this thread, which may last only so long."""
        attempt = Attempt(time.monotonic() + seconds)
        with self._changed:
            if self._thread is None or not self._thread.is_alive():  # a fork does not take it along
                self._thread = threading.Thread(target=self._watch, name="masv-watch", daemon=True)
                self._thread.start()
            if not self._running:
                self._changed.notify()
            self._running.add(attempt)
        _local.attempt = attempt
        try:
            yield attempt
        finally:
            _local.attempt = None
            with self._changed:
                self._running.discard(attempt)

    def _watch(self) -> None:
        with self._changed:
            while True:
                self._changed.wait(_LOOKS if self._running else None)
                now = time.monotonic()
                for attempt in self._running:
                    if now > attempt.deadline:
                        attempt.end()


WATCHDOG: Final = _Watchdog()


def _note(sock: Any) -> None:
    attempt: Attempt | None = getattr(_local, "attempt", None)
    if attempt is not None:
        attempt.socket = sock


class _Connection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        sock = super()._new_conn()
        _note(sock)
        return sock

    def getresponse(self) -> Any:
        _note(self.sock)
        return super().getresponse()


class _SecureConnection(_Connection, HTTPSConnection):
    """The same, by TLS."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class WatchedAdapter(HTTPAdapter):
    """Connections that tell the attempt of their thread which socket it waits for."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make the pools of connections, with a watch on each."""
        super().init_poolmanager(*args, **kwargs)
        _watched(self.poolmanager)

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        """Return a pool. Raises InvalidProxyURL as requests does where a proxy has no host."""
        try:
            return super().get_connection_with_tls_context(*args, **kwargs)
        except TypeError:  # so requests meets a proxy that has no host
            raise InvalidProxyURL from None

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        """Return the pools of a proxy, with a watch on each."""
        pools = super().proxy_manager_for(*args, **kwargs)
        if isinstance(pools, ProxyManager):  # one for SOCKS has connections of its own
            _watched(pools)
        return pools


def _watched(pools: PoolManager) -> None:
    pools.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
