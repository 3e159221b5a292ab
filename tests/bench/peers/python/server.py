"""Stock python-socketio with its Redis manager on aiohttp; with uvloop and hiredis, which ours has too."""

import os
from typing import Any
from urllib.parse import parse_qs

import socketio  # type: ignore[import-untyped]
import uvloop
from aiohttp import web

sio = socketio.AsyncServer(async_mode="aiohttp", client_manager=socketio.AsyncRedisManager(os.environ["REDIS_URL"]))
app = web.Application()
sio.attach(app)
boards: dict[str, str] = {}


async def connect(sid: str, environ: dict[str, Any]) -> None:
    """Join the board that the query names."""
    boards[sid] = parse_qs(environ["QUERY_STRING"])["board"][0]
    await sio.enter_room(sid, boards[sid])


async def drawing(sid: str, data: dict[str, Any]) -> None:
    """Pass a segment on to the others."""
    await sio.emit("drawing", data, room=boards[sid], skip_sid=sid)


async def disconnect(sid: str, _reason: str) -> None:
    """Forget the session."""
    boards.pop(sid, None)


for handler in (connect, drawing, disconnect):
    sio.on(handler.__name__, handler)
web.run_app(app, host="127.0.0.1", port=int(os.environ["PORT"]), access_log=None, loop=uvloop.new_event_loop())
