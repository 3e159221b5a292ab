"""
The floor: a bare write loop. No Redis, no order, no JSON; what arrives is framed once and written to the others.

It speaks just enough of the protocols that the load generator takes it for a server. A board's sockets are written to
at most once a display frame, as ours are.
"""

import asyncio
import base64
import hashlib
import os
import re
from typing import cast

import uvloop

FRAME_S = 0.016
OPEN = b'0{"sid":"floor","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}'
BOARD = re.compile(rb"[?&]board=([^ &]+)")
KEY = re.compile(rb"(?i)\r\nsec-websocket-key: *(\S+)")
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def framed(payload: bytes) -> bytes:
    """Return ``payload`` (below 64 KiB) as a server's text frame."""
    size = len(payload)
    head = bytes((0x81, size)) if size < 126 else b"\x81\x7e" + size.to_bytes(2)
    return head + payload


class Board:
    """The sockets of one board and what waits to be written to them."""

    def __init__(self) -> None:
        self.people: dict[Person, None] = {}
        self.waiting: list[tuple[Person, bytes]] = []
        self.written = 0.0

    def add(self, author: "Person", frame: bytes) -> None:
        """Write ``frame`` to all but its author: now if the board was idle, else with the next display frame."""
        self.waiting.append((author, frame))
        if len(self.waiting) == 1:
            loop = asyncio.get_running_loop()
            due = self.written + FRAME_S
            if due <= loop.time():
                self.write()
            else:
                loop.call_at(due, self.write)

    def write(self) -> None:
        """Write what waits: the same bytes to each, but for the authors."""
        waiting, self.waiting = self.waiting, []
        self.written = asyncio.get_running_loop().time()
        everything = b"".join([frame for _, frame in waiting])
        authors = {author for author, _ in waiting}
        for person in self.people:
            if person not in authors:
                person.transport.write(everything)
            elif others := b"".join([frame for author, frame in waiting if author is not person]):
                person.transport.write(others)


boards: dict[bytes, Board] = {}


class Person(asyncio.Protocol):
    """One socket. Frames from the generator arrive whole and masked, of text below 64 KiB."""

    transport: asyncio.Transport
    board: Board | None = None
    rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self.transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass.

    def data_received(self, data: bytes) -> None:
        """Take the upgrade request, then frames."""
        data = self.rest + data
        if self.board is None:
            if b"\r\n\r\n" in data:
                self.upgrade(data)
            else:
                self.rest = data
            return
        while len(data) >= 2:
            size, start = data[1] & 0x7F, 2
            if size == 126:
                size, start = int.from_bytes(data[2:4]), 4
            end = start + 4 + size
            if len(data) < end:
                break
            mask, body = data[start : start + 4] * (size // 4 + 1), data[start + 4 : end]
            self.take(bytes(a ^ b for a, b in zip(body, mask, strict=False)))
            data = data[end:]
        self.rest = data

    def upgrade(self, request: bytes) -> None:
        """Answer the handshake and join the board that the query names."""
        key, name = KEY.search(request), BOARD.search(request)
        assert key is not None
        assert name is not None
        accept = base64.b64encode(hashlib.sha1(key[1] + GUID, usedforsecurity=False).digest())
        self.transport.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n" + framed(OPEN)
        )
        self.rest = b""
        self.board = boards.setdefault(name[1], Board())
        self.board.people[self] = None

    def take(self, packet: bytes) -> None:
        """Answer CONNECT, pass an event on."""
        if packet == b"40":
            self.transport.write(framed(b'40{"sid":"floor"}'))
        elif packet.startswith(b"42") and self.board is not None:
            self.board.add(self, framed(packet))

    def connection_lost(self, _error: Exception | None) -> None:
        """Leave the board."""
        if self.board is not None:
            self.board.people.pop(self, None)


async def main() -> None:
    """Serve until killed."""
    server = await asyncio.get_running_loop().create_server(Person, "127.0.0.1", int(os.environ["PORT"]), backlog=1024)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main())
