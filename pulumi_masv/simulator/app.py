"""The account behind ASGI: /docs shows what there is, everything else is dispatched.

What it shows is made from the same table of endpoints that answers them, and it loads nothing
from elsewhere.
"""

import asyncio
import socket
import struct
from contextlib import suppress
from typing import Any, Final

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline
from starlette.types import ASGIApp, Receive, Scope, Send

from pulumi_masv.simulator.dispatch import Dispatcher
from pulumi_masv.simulator.documentation import TITLE, openapi
from pulumi_masv.simulator.messages import Request

_SLICE: Final = 1 << 20  # a longer answer is sent in slices and without Content-Length


def build(dispatcher: Dispatcher) -> FastAPI:
    """Return the application that answers for an account, with its documentation."""
    app = FastAPIOffline(redoc_url=None, title=TITLE)
    app.openapi = openapi  # type: ignore[method-assign] # FastAPI's own way to another description
    app.router.default = _door(dispatcher)  # a mount at "/" misses a path with a line break
    return app


def _door(dispatcher: Dispatcher) -> ASGIApp:
    async def door(scope: Scope, receive: Receive, send: Send) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
        headers = {
            name.decode("latin-1"): text.decode("latin-1") for name, text in scope["headers"]
        }
        answer = dispatcher.handle(
            Request(
                method=scope["method"],
                path=scope["raw_path"].decode("latin-1"),
                query=scope["query_string"].decode("latin-1"),
                headers=headers,
                body=body,
            )
        )
        if answer.pause:
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(receive(), answer.pause)
                return  # who asked has gone
        if answer.cut:
            _reset(scope["state"]["transport"])
            await receive()
            return
        if answer.drip is not None:
            await _drip(answer.raw(), answer.drip, scope["state"]["transport"], receive)
            return
        shown = dict(answer.headers)
        if len(answer.body) <= _SLICE and answer.status not in (204, 304):
            shown["Content-Length"] = str(len(answer.body))
        start: dict[str, Any] = {"type": "http.response.start", "status": answer.status}
        start["headers"] = [(name.encode(), text.encode("latin-1")) for name, text in shown.items()]
        await send(start)
        for position in range(0, len(answer.body), _SLICE):
            piece = answer.body[position : position + _SLICE]
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body"})

    return door


async def _drip(raw: bytes, seconds: float, transport: asyncio.Transport, receive: Receive) -> None:
    """Send byte by byte, past uvicorn, which would send all of the headers at once."""
    for position in range(len(raw)):
        transport.write(raw[position : position + 1])
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(receive(), seconds)
            return  # who asked has gone
    transport.close()
    await receive()


def _reset(transport: asyncio.Transport) -> None:
    """End the connection so that its other end sees a reset, not an orderly close."""
    at_once = struct.pack("ii", 1, 0)
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
    transport.abort()
