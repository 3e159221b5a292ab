"""Clients that say what they are told to, right or wrong: HTTP requests, and WebSocket frames byte by byte."""

import asyncio
import base64
import json
import os
import struct
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

TEXT, BINARY, CLOSE, PING, PONG, CONTINUATION = 0x1, 0x2, 0x8, 0x9, 0xA, 0x0

# No test waits longer than this for something that has to come.
PATIENCE = 5.0


async def until(condition: Callable[[], object]) -> None:
    """Wait for something to become true of the server."""
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.001)


class Http:
    """Requests to one server's endpoint."""

    def __init__(self, session: aiohttp.ClientSession, port: int, path: str) -> None:
        self.port = port
        self.path = path
        self.url = f"http://127.0.0.1:{port}{path}"
        self._session = session

    async def __call__(
        self, method: str, query: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, str]:
        """Return status and body."""
        status, text, _ = await self.full(method, query, body, headers)
        return status, text

    async def full(
        self, method: str, query: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, str, Mapping[str, str]]:
        """Return status, body and headers."""
        async with (
            asyncio.timeout(PATIENCE),
            self._session.request(method, f"{self.url}?{query}", data=body, headers=headers) as response,
        ):
            return response.status, await response.text(), response.headers

    async def open(self) -> "Polled":
        """A new session on long-polling."""
        status, text = await self("GET", "EIO=4&transport=polling")
        assert status == 200, text
        return Polled(self, json.loads(text[1:])["sid"])


class Polled:
    """One session on long-polling."""

    def __init__(self, http: Http, sid: str) -> None:
        self.sid = sid
        self.query = f"EIO=4&transport=polling&sid={sid}"
        self.upgrade_query = f"EIO=4&transport=websocket&sid={sid}"
        self._http = http

    async def get(self) -> tuple[int, str]:
        return await self._http("GET", self.query)

    async def post(self, body: Any) -> tuple[int, str]:
        return await self._http("POST", self.query, body)


def masked(opcode: int, payload: bytes, *, fin: bool = True, mask: bytes = b"\x01\x02\x03\x04", rsv: int = 0) -> bytes:
    """A client's frame."""
    first = (0x80 if fin else 0) | rsv | opcode
    size = len(payload)
    if size < 126:
        head = bytes((first, 0x80 | size))
    elif size < 65536:
        head = struct.pack(">BBH", first, 0x80 | 126, size)
    else:
        head = struct.pack(">BBQ", first, 0x80 | 127, size)
    return head + mask + bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))


class Wire:
    """A WebSocket in which every byte is the test's own."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.answer = b""

    async def handshake(self, port: int, target: str, headers: Mapping[str, str] | None = None) -> int:
        """Send an upgrade request; ``headers`` replace or (by an empty value) remove the usual ones. Returns status."""
        fields = {
            "Host": f"127.0.0.1:{port}",
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
            **(headers or {}),
        }
        lines = [f"GET {target} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items() if value)]
        self.raw("\r\n".join([*lines, "", ""]).encode())
        async with asyncio.timeout(PATIENCE):
            self.answer = await self.reader.readuntil(b"\r\n\r\n")
        return int(self.answer.split()[1])

    def raw(self, data: bytes) -> None:
        self.writer.write(data)

    def send(self, text: str) -> None:
        self.raw(masked(TEXT, text.encode()))

    def send_binary(self, data: bytes) -> None:
        self.raw(masked(BINARY, data))

    async def frame(self) -> tuple[int, bytes] | None:
        """The next frame: opcode and payload. None at the end of the stream."""
        async with asyncio.timeout(PATIENCE):
            try:
                first, size = await self.reader.readexactly(2)
                if size == 126:
                    (size,) = struct.unpack(">H", await self.reader.readexactly(2))
                elif size == 127:
                    (size,) = struct.unpack(">Q", await self.reader.readexactly(8))
                return first & 0x0F, await self.reader.readexactly(size)
            except (asyncio.IncompleteReadError, ConnectionError):
                return None

    async def text(self) -> str:
        """The next frame, which is text."""
        frame = await self.frame()
        assert frame is not None, "closed"
        assert frame[0] == TEXT, frame
        return frame[1].decode()

    async def message(self) -> str | bytes:
        """The next message; pings are passed over."""
        while True:
            frame = await self.frame()
            assert frame is not None, "closed"
            assert frame[0] in (TEXT, BINARY), frame
            if frame != (TEXT, b"2"):
                return frame[1].decode() if frame[0] == TEXT else frame[1]

    async def closed(self) -> int | None:
        """Read until the server closes: the close code, or None if it ended the stream without a close frame."""
        while (frame := await self.frame()) is not None:
            if frame[0] == CLOSE:
                return int.from_bytes(frame[1][:2], "big")
        return None

    async def ended(self) -> None:
        """Read until the end of the stream."""
        while await self.frame() is not None:
            pass


@asynccontextmanager
async def connect(port: int) -> AsyncIterator[Wire]:
    """A socket to the server, on which nothing was said yet."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield Wire(reader, writer)
    finally:
        writer.transport.abort()
        await asyncio.sleep(0)


@asynccontextmanager
async def websocket(http: Http, query: str = "EIO=4&transport=websocket") -> AsyncIterator[Wire]:
    """A WebSocket that the server has accepted; with the default query a session of its own, its OPEN packet unread."""
    async with connect(http.port) as wire:
        assert await wire.handshake(http.port, f"{http.path}?{query}") == 101
        yield wire
