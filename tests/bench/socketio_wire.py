"""
A raw WebSocket client that speaks Engine.IO 4 and Socket.IO 5, as little of it as a load generator needs.

What arrives is not parsed: a chunk of frames is searched for send times, all in C. So a delivery costs the generator
less than it costs any server, and one process can keep 10,000 of them.
"""

import asyncio
import os
import re
import time
import zlib
from array import array
from typing import cast

TIMES = re.compile(rb'"t":(\d+)')
PING = b"\x81\x012"
DEFLATE = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
REQUEST = (  # The headers are a browser's: servers keep them for as long as the connection lasts.
    "GET /socket.io/?EIO=4&transport=websocket&board={board} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
    "Connection: Upgrade\r\nPragma: no-cache\r\nCache-Control: no-cache\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0.0.0 Safari/537.36\r\n"
    "Upgrade: websocket\r\nOrigin: http://127.0.0.1:{port}\r\nSec-WebSocket-Version: 13\r\n"
    "Accept-Encoding: gzip, deflate, br, zstd\r\nAccept-Language: en-US,en;q=0.9\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{extensions}\r\n"
)


class Refused(ConnectionError):
    """The server did not let somebody in."""


def now_us() -> int:
    """Return the time that payloads carry (µs)."""
    return time.perf_counter_ns() // 1000


def client_frame(payload: bytes) -> bytes:
    """Return ``payload`` (below 64 KiB) as a masked text frame."""
    size = len(payload)
    mask = os.urandom(4)
    masked = int.from_bytes(payload) ^ int.from_bytes((mask * (size // 4 + 1))[:size])
    head = bytes((0x81, 0x80 | size)) if size < 126 else b"\x81\xfe" + size.to_bytes(2)
    return head + mask + masked.to_bytes(size)


def take_frames(data: bytes) -> tuple[list[tuple[bool, bytes]], bytes]:
    """Split whole frames (compressed?, payload) off ``data``; return them and the rest."""
    frames, start = [], 0
    while len(data) >= start + 2:
        size, body = data[start + 1], start + 2
        if size == 126:
            size, body = int.from_bytes(data[start + 2 : start + 4]), start + 4
        elif size == 127:
            size, body = int.from_bytes(data[start + 2 : start + 10]), start + 10
        if len(data) < body + size:
            break
        frames.append((bool(data[start] & 0x40), data[body : body + size]))
        start = body + size
    return frames, data[start:]


class Person(asyncio.Protocol):
    """
    Somebody on a board. ``delays_us`` gets one entry a delivery: the time from the send to this chunk's arrival.

    Frames of the servers end in ``]``, but for pings, so everything up to the last ``]`` of a chunk is whole payloads.
    """

    def __init__(self, transport: asyncio.Transport, delays_us: "array[int]", rest: bytes) -> None:
        self.transport = transport
        self.delays_us = delays_us
        self.received = 0
        self.drawn = 0
        self.closed = False
        self._rest = rest

    def draw(self, event: bytes) -> None:
        """Send a Socket.IO event."""
        self.drawn += 1
        self.transport.write(client_frame(event))

    def data_received(self, data: bytes) -> None:
        """Count what a chunk delivers and answer a ping."""
        if self._rest:
            data = self._rest + data
            self._rest = b""
        if PING in data:
            self.transport.write(client_frame(b"3"))
            data = data.replace(PING, b"")
        if data[-1:] != b"]":
            end = data.rfind(b"]") + 1
            self._rest = data[end:]
            data = data[:end]
        self.count(data)

    def count(self, payloads: bytes) -> None:
        """Note the delay of each delivery in ``payloads``."""
        times = TIMES.findall(payloads)
        now = now_us()
        self.received += len(times)
        self.delays_us.extend([now - int(sent) for sent in times])

    def connection_lost(self, _error: Exception | None) -> None:
        """Note it: nobody may go while the load runs."""
        self.closed = True


class InflatingPerson(Person):
    """Somebody whose server compresses, as it may after a browser's offer: each frame is parsed and inflated."""

    def __init__(self, transport: asyncio.Transport, delays_us: "array[int]", rest: bytes, inflate: "Inflate") -> None:
        super().__init__(transport, delays_us, rest)
        self._inflate = inflate

    def data_received(self, data: bytes) -> None:
        """Count what a chunk delivers and answer a ping."""
        frames, self._rest = take_frames(self._rest + data)
        payloads = [self._inflate(payload) if compressed else payload for compressed, payload in frames]
        if b"2" in payloads:
            self.transport.write(client_frame(b"3"))
        self.count(b"".join(payloads))


class Inflate:
    """Undoes permessage-deflate (RFC 7692), with the context kept or dropped as was agreed."""

    def __init__(self, keep_context: bool) -> None:
        self._keep_context = keep_context
        self._context = zlib.decompressobj(-15)

    def __call__(self, payload: bytes) -> bytes:
        """Return the message that ``payload`` stands for."""
        if not self._keep_context:
            self._context = zlib.decompressobj(-15)
        return self._context.decompress(payload + b"\x00\x00\xff\xff")


class Arrival(asyncio.Protocol):
    """The way in: upgrade, Engine.IO's open packet, Socket.IO's CONNECT. Ends in a ``Person``, or in ``Refused``."""

    def __init__(self, port: int, board: str, delays_us: "array[int]", *, deflate: bool) -> None:
        self.person: asyncio.Future[Person] = asyncio.get_running_loop().create_future()
        extensions = DEFLATE if deflate else ""
        self._request = REQUEST.format(board=board, port=port, extensions=extensions).encode()
        self._delays_us = delays_us
        self._upgraded = False
        self._inflate: Inflate | None = None
        self._data = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the upgrade."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass.
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        """Go on with what the server answered."""
        self._data += data
        if not self._upgraded:
            head, end, rest = self._data.partition(b"\r\n\r\n")
            if not end:
                return
            if b" 101 " not in head.split(b"\r\n")[0]:
                self._refuse(head.split(b"\r\n")[0].decode())
                return
            self._upgraded = True
            self._data = rest
            if b"permessage-deflate" in head:
                self._inflate = Inflate(keep_context=b"server_no_context_takeover" not in head)
        frames, self._data = take_frames(self._data)
        for index, (compressed, payload) in enumerate(frames):
            packet = self._inflate(payload) if compressed and self._inflate else payload
            if packet.startswith(b"0{"):
                self._transport.write(client_frame(b"40"))
            elif packet.startswith(b"40{"):
                self._join(frames[index + 1 :])
                return
            elif packet.startswith(b"44"):
                self._refuse(packet.decode())

    def _join(self, more: list[tuple[bool, bytes]]) -> None:
        for compressed, payload in more:  # `init`: of no interest, but the inflater must have seen it.
            if compressed and self._inflate:
                self._inflate(payload)
        if self._inflate is None:
            person = Person(self._transport, self._delays_us, self._data)
        else:
            person = InflatingPerson(self._transport, self._delays_us, self._data, self._inflate)
        self._transport.set_protocol(person)
        if not self.person.done():
            self.person.set_result(person)

    def _refuse(self, why: str) -> None:
        if not self.person.done():
            self.person.set_exception(Refused(why))
        self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        """A server that hangs up has refused."""
        self._refuse(str(error or "closed before the CONNECT was answered"))


async def join(port: int, board: str, delays_us: "array[int]", *, deflate: bool) -> Person:
    """
    Come to a board and return as the person there.

    Raises:
        OSError: the server is not there, or refuses (then ``Refused``).
    """
    loop = asyncio.get_running_loop()
    _, arrival = await loop.create_connection(
        lambda: Arrival(port, board, delays_us, deflate=deflate), "127.0.0.1", port
    )
    return await arrival.person
