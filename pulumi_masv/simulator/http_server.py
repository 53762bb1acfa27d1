"""The account behind a loopback socket: uvicorn in a thread, open at once and closed at once."""

import asyncio
import socket
import threading
from typing import Final

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from pulumi_masv.simulator.app import build
from pulumi_masv.simulator.dispatch import Dispatcher

_TICK: Final = 0.01  # seconds between two looks whether to close


class HttpServer:
    """An open socket on 127.0.0.1.

    Args:
        dispatcher: what answers.
        port: 0 for a free one.

    Raises:
        OSError: the port is taken.

    """

    def __init__(self, dispatcher: Dispatcher, port: int) -> None:
        # It listens from here on: what connects before the thread runs waits in the queue.
        self._listener = socket.create_server(("127.0.0.1", port))
        self.port: int = self._listener.getsockname()[1]
        self._server = _Server(
            uvicorn.Config(
                build(dispatcher),
                loop="asyncio",
                http=_Protocol,
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                date_header=False,
                server_header=False,
            )
        )
        self._thread = threading.Thread(
            target=self._server.run, args=([self._listener],), name="masv-simulator", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """End the server, and wait for it."""
        self._server.should_exit = True
        self._thread.join()
        self._listener.close()  # uvicorn leaves it open where it is told to end before it began


class _Protocol(H11Protocol):
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        # asyncio leaves this to the listener; without it an answer waits 40 ms for an ACK.
        connection = transport.get_extra_info("socket")
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.app_state = {**self.app_state, "transport": transport}  # so that it can be reset


class _Server(uvicorn.Server):
    """Without the tenths of seconds that uvicorn waits, and without a wait for open connections."""

    async def main_loop(self) -> None:
        while not self.should_exit:
            await asyncio.sleep(_TICK)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:  # noqa: ARG002 # uvicorn names it
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        # Each ends by itself when its connection is gone; cancelled, a file would be left open.
        await asyncio.gather(*self.server_state.tasks, return_exceptions=True)
