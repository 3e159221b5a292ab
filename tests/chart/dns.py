"""A name server in small: one answer to every question of an IPv4 address, changed by the test."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

_HEADER = struct.Struct("!6H")
_ANSWER = struct.Struct("!3HIH4s")
_A = 1


class NameServer(asyncio.DatagramProtocol):
    """Answers with ``addresses``. Source: RFC 1035, 4.1."""

    def __init__(self, addresses: Sequence[str]) -> None:
        self.addresses = list(addresses)
        self.port = 0

    @asynccontextmanager
    async def opened(self) -> "AsyncIterator[NameServer]":
        """Serve inside the ``async with``."""
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(lambda: self, ("127.0.0.1", 0))
        self.port = transport.get_extra_info("sockname")[1]
        try:
            yield self
        finally:
            transport.close()

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        question = data[_HEADER.size : data.index(b"\0", _HEADER.size) + 5]
        kind = int.from_bytes(question[-4:-2], "big")
        addresses = self.addresses if kind == _A else []
        answers = b"".join(
            _ANSWER.pack(0xC000 + _HEADER.size, _A, 1, 1, 4, socket.inet_aton(address)) for address in addresses
        )
        header = _HEADER.pack(int.from_bytes(data[:2], "big"), 0x8180, 1, len(addresses), 0, 0)
        self._transport.sendto(header + question + answers, addr)
