"""An application that fails in ways it does not know: nobody is left waiting, nothing is kept."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from msgspec import Raw
from whiteboard.engine.socket import Ack, Socket
from whiteboard.engine.socketio import SocketServer

from tests.integration.waiting import eventually


class Failing:
    """Fails where it is told to."""

    def __init__(self) -> None:
        self.fails = ""

    async def connect(self, socket: Socket, query: Mapping[str, str], auth: Any) -> None:
        self._fail("connect")

    def connected(self, socket: Socket) -> None:
        pass

    def receive(self, socket: Socket, name: str, args: list[Raw], ack: Ack | None) -> None:
        pass

    async def disconnected(self, socket: Socket, reason: str) -> None:
        self._fail("disconnected")

    def _fail(self, where: str) -> None:
        if self.fails == where:
            raise ZeroDivisionError("a defect")


async def _nobody(name: str) -> str | None:
    return None


@pytest.fixture
async def served() -> AsyncIterator[tuple[Failing, SocketServer, str]]:
    """An application that may fail, its server and the URL of its WebSockets."""
    application = Failing()
    server = SocketServer(
        {"/": application},
        allowed_origins=None,
        max_payload_bytes=1_000_000,
        close_wait_seconds=0.2,
        admit=lambda: None,
        seconds_to_lie=lambda: 0.0,
        note_error=lambda *_: None,
        note_refusal=lambda *_: None,
        replica="one",
        find_replica=_nobody,
    )
    app = web.Application()
    server.attach(app)
    async with TestServer(app) as site:
        yield application, server, str(site.make_url("/socket.io/?EIO=4&transport=websocket"))
        await server.close(0.0)


@pytest.mark.parametrize("where", ["connect", "disconnected"])
async def test_nothing_is_kept_of_a_client_whose_handler_failed(
    served: tuple[Failing, SocketServer, str], where: str
) -> None:
    """[E2] One that failed to be let in is closed, so that it comes back by itself."""
    application, server, url = served
    application.fails = where
    async with aiohttp.ClientSession() as http, http.ws_connect(url) as socket:
        await socket.receive_str()
        await socket.send_str("40")
        if where == "connect":
            while not socket.closed:
                message = await socket.receive(5)
                assert message.type is not aiohttp.WSMsgType.TEXT
        else:
            assert (await socket.receive_str()).startswith("40")
    clients: Any = server._sio.manager
    await eventually(lambda: not clients._sids and not clients._unsettled, "nothing is kept")
    await eventually(lambda: server.open_connections == 0, "no connection is left")
