"""Clients that do wrong, one after the other and a hundred at a time: what they leave behind must be nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

from tests.bench.socketio_wire import client_frame

AT_ONCE: Final = 100
PATIENCE_S: Final = 30.0
_ENGINE = "/socket.io/?EIO=4&transport="
_KEY = "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
# What is sent on a WebSocket that was opened, and has joined a board if it is the last one.
FRAMES: Final = {
    "unmasked": b"\x81\x014",
    "announced to be huge": b"\x81\xff" + b"\x7f" * 8,
    "not UTF-8": b"\x81\x82\0\0\0\0\xff\xfe",
    "no packet": client_frame(b"hello"),
    "reserved bits": b"\xff\x80\0\0\0\0",
    "half a frame, then gone": client_frame(b'40{"board":"bench0"}') + b"\x81\xfe\x10",
}
# What is asked for, without a session.
REQUESTS: Final = {
    "no HTTP": b"\x16\x03\x01\x02\0\r\n\r\n",
    "an older protocol": b"GET /socket.io/?EIO=3&transport=polling HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    "an unknown session": f"GET {_ENGINE}polling&sid=x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode(),
    "a handshake without a key": f"GET {_ENGINE}websocket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n"
    "Upgrade: websocket\r\n\r\n".encode(),
}


class Line:
    """One TCP connection to the server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def upgrade(self, query: str = "") -> None:
        """Open a WebSocket."""
        head = f"GET {_ENGINE}websocket{query} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        self.writer.write(f"{head}{_KEY}\r\n".encode())
        await self.reader.readuntil(b"\r\n\r\n")

    async def ask(self, query: str = "", body: bytes | None = None) -> bytes:
        """GET, or POST a body, for long-polling; return the answer."""
        method, size = ("GET", 0) if body is None else ("POST", len(body))
        head = f"{method} {_ENGINE}polling{query} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        self.writer.write(f"{head}Content-Length: {size}\r\n\r\n".encode() + (body or b""))
        return await self.reader.read(-1)


async def abuse(port: int, clients: int) -> None:
    """
    Let so many bad clients come, each of another kind than the last.

    Raises:
        TimeoutError: one of them was not answered, nor cut off.
    """
    gate = asyncio.Semaphore(AT_ONCE)

    async def come(number: int) -> None:
        async with gate, asyncio.timeout(PATIENCE_S):
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                await _misbehave(port, number % (len(FRAMES) + len(REQUESTS) + 3))

    await asyncio.gather(*(come(number) for number in range(clients)))


async def _misbehave(port: int, kind: int) -> None:
    if kind < len(FRAMES):
        async with _line(port) as line:
            await line.upgrade()
            line.writer.write([*FRAMES.values()][kind])
            if kind < len(FRAMES) - 1:
                await line.reader.read(-1)
    elif (kind := kind - len(FRAMES)) < len(REQUESTS):
        async with _line(port) as line:
            line.writer.write([*REQUESTS.values()][kind])
            await line.reader.readuntil(b"\r\n\r\n")
    else:
        await _misbehave_in_session(port, kind - len(REQUESTS))


async def _misbehave_in_session(port: int, kind: int) -> None:
    async with _line(port) as line:
        sid = (await line.ask()).partition(b'"sid":"')[2].partition(b'"')[0].decode()
    async with _line(port) as line:
        if kind == 0:  # no packet
            await line.ask(f"&sid={sid}", b"x")
        elif kind == 1:  # gone in the middle of a poll
            line.writer.write(f"GET {_ENGINE}polling&sid={sid} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            await asyncio.sleep(0.01)
        else:  # an upgrade that stops half-way
            await line.upgrade(f"&sid={sid}")
            line.writer.write(client_frame(b"2probe"))
            await line.reader.readexactly(2)
    if kind == 2:
        async with _line(port) as line:
            await line.ask(f"&sid={sid}", b"1")


@asynccontextmanager
async def _line(port: int) -> AsyncIterator[Line]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield Line(reader, writer)
    finally:
        writer.transport.abort()
