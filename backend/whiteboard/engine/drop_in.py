"""
The engine in python-engineio's place: what python-socketio 5.18 calls on its ``eio``, and nothing more.

``socketio.AsyncServer`` makes its Engine.IO server by ``_engineio_server_class()(**options)``.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from whiteboard.engine.connection import Connection
from whiteboard.engine.frame import Frame
from whiteboard.engine.options import Options
from whiteboard.engine.server import Server
from whiteboard.engine.session import Reason


class DropInServer(Server):
    """
    Args:
        options: the fields of ``Options``.
        async_mode, async_handlers, json, logger: accepted because python-socketio passes them on; of no effect.

    Raises:
        TypeError: any other option of python-engineio.
    """

    reason = Reason
    async_mode = "aiohttp"

    def __init__(
        self,
        *,
        async_mode: str = "aiohttp",
        async_handlers: bool = False,
        json: object = None,
        logger: object = None,
        **options: Any,
    ) -> None:
        super().__init__(Options(**options))
        self.logger = logging.getLogger(__name__)

    async def send(self, sid: str, data: str | bytes) -> None:
        """Send a message. To a session that is over: nothing happens."""
        connection = self.connections.get(sid)
        if connection is not None:
            connection.send(Frame.of(data))

    async def send_packet(self, sid: str, pkt: Any) -> None:
        """Send a python-engineio packet; python-socketio makes only MESSAGE ones."""
        await self.send(sid, pkt.data)

    async def disconnect(self, sid: str) -> None:
        connection = self.connections.get(sid)
        if connection is not None:
            connection.close()

    def transport(self, sid: str) -> str:
        return self._known(sid).transport

    async def get_session(self, sid: str) -> dict[str, Any]:
        connection = self._known(sid)
        if connection.storage is None:
            connection.storage = {}
        return connection.storage

    async def save_session(self, sid: str, session: dict[str, Any]) -> None:
        self._known(sid).storage = session

    @asynccontextmanager
    async def session(self, sid: str) -> AsyncIterator[dict[str, Any]]:
        session = await self.get_session(sid)
        yield session
        await self.save_session(sid, session)

    def start_background_task(
        self, target: Callable[..., Coroutine[Any, Any, Any]], *args: Any, **kwargs: Any
    ) -> asyncio.Task[Any]:
        return asyncio.ensure_future(target(*args, **kwargs))

    async def sleep(self, seconds: float = 0) -> None:
        await asyncio.sleep(seconds)

    def create_event(self) -> asyncio.Event:
        return asyncio.Event()

    def _known(self, sid: str) -> Connection:
        """
        Raises:
            KeyError: no such session.
        """
        return self.connections[sid]
