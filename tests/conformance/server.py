"""
The server that the public protocol suites expect: our engine and a few echoing handlers.

``python -m tests.conformance.server engine 3000`` serves Engine.IO alone, ``… socketio 3000`` Socket.IO, for running
those suites against it.
"""

import asyncio
import sys
from typing import Any

from aiohttp import web
from whiteboard.engine.conform import ConformingServer
from whiteboard.engine.frame import Frame
from whiteboard.engine.options import Options
from whiteboard.engine.server import Server

PING_INTERVAL = 0.3
PING_TIMEOUT = 1.0  # the public suites expect 0.2, which a busy machine may miss
_SUITES = {"ping_timeout": 0.2, "connect_timeout": 1.0}


def engine_server(**options: Any) -> Server:
    """Engine.IO that sends every message back."""
    server = Server(Options(**{"ping_interval": PING_INTERVAL, "ping_timeout": PING_TIMEOUT} | options))

    @server.on("message")
    def message(sid: str, data: str | bytes) -> None:
        server.connections[sid].send(Frame.of(data))

    return server


def socketio_server(**options: Any) -> ConformingServer:
    """Socket.IO that greets with the client's auth and sends events back, on ``/`` and ``/custom``."""
    timing = {"ping_interval": PING_INTERVAL, "ping_timeout": PING_TIMEOUT, "connect_timeout": 5.0}
    server = ConformingServer(always_connect=True, async_handlers=False, **timing | options)

    async def message(sid: str, *args: Any) -> None:
        await server.emit("message-back", args, to=sid)

    async def message_with_ack(sid: str, *args: Any) -> tuple[Any, ...]:
        return args

    def greeting(namespace: str) -> Any:
        async def connect(sid: str, environ: dict[str, Any], auth: Any) -> None:
            # The suite's client begins to listen for this packet when it has seen the one before it.
            await asyncio.sleep(0.02)
            await server.emit("auth", auth or {}, to=sid, namespace=namespace)

        return connect

    server.on("message", message)
    server.on("message-with-ack", message_with_ack)
    for namespace in ("/", "/custom"):
        server.on("connect", greeting(namespace), namespace=namespace)
    return server


def main(kind: str, port: str) -> None:
    app = web.Application()
    if kind == "engine":
        engine_server(allowed_origins="*", ping_timeout=_SUITES["ping_timeout"]).attach(app)
    else:
        socketio_server(allowed_origins="*", **_SUITES).attach(app)
    web.run_app(app, host="127.0.0.1", port=int(port), access_log=None, print=None)


if __name__ == "__main__":
    main(*sys.argv[1:])
