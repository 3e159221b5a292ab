"""Two sockets joined, byte by byte: a client's WebSocket and its session's replica (``forward``)."""

import asyncio
from collections.abc import Callable
from typing import Final, cast

_MAX_HEAD_BYTES: Final = 16_384


class Tunnel:
    """A client's socket and the one to its session's replica, joined."""

    def __init__(self, here: "End", there: "End") -> None:
        self._here = here
        self._there = there
        here.other, there.other = there, here
        self.is_over = False
        """Nothing can be sent to the client any more."""
        self.gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Done when both sockets are closed."""
        here.on_lost = there.on_lost = self._lost

    def part(self) -> None:
        """End the stream to the client; what it sends until it notices goes on to its replica. Idempotent."""
        self.is_over = True
        self._here.write_eof()

    def cut(self) -> None:
        """Drop both sockets at once."""
        self._here.close()
        self._there.close()

    def _lost(self) -> None:
        self.is_over = True
        if self._here.is_lost and self._there.is_lost and not self.gone.done():
            self.gone.set_result(None)


class End(asyncio.Protocol):
    """One of two joined sockets: what it reads, the other writes; neither reads faster than the other writes."""

    def __init__(self) -> None:
        self.other: End | None = None
        self.on_lost: Callable[[], None] | None = None
        self.is_lost = False
        self._transport: asyncio.Transport | None = None
        self._heard_all = False
        self._said_all = False
        self._early = bytearray()
        self._early_changed = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        if self.other is not None:
            self.other.write(data)
        else:
            self._early += data
            self._early_changed.set()

    def eof_received(self) -> bool:
        self._heard_all = True
        self._early_changed.set()
        self.pass_end()
        return True  # the other direction goes on

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self.is_lost = True
        self._early_changed.set()
        self.pass_end()
        if self.on_lost is not None:
            self.on_lost()

    def pass_end(self) -> None:
        """If this stream has ended, end the other one, and both sockets once both have."""
        if self.other is None:
            return
        if self._heard_all:
            self.other.write_eof()
            if self.other._heard_all:
                self.other.close()
                self.close()
        if self.is_lost:
            self.other.close()

    async def early(self) -> bytes:
        """
        Wait for the head of an HTTP answer; return it with whatever came behind it until now.

        Raises:
            ConnectionResetError: it did not come, or is no head.
        """
        while b"\r\n\r\n" not in self._early:
            if self._heard_all or self.is_lost or len(self._early) > _MAX_HEAD_BYTES:
                raise ConnectionResetError("no answer to the request")
            self._early_changed.clear()
            await self._early_changed.wait()
        return bytes(self._early)

    def pause_writing(self) -> None:
        if self.other is not None:
            self.other.pause()

    def resume_writing(self) -> None:
        if self.other is not None:
            self.other.resume()

    def write(self, data: bytes) -> None:
        if self._transport is not None and not self._said_all:
            self._transport.write(data)

    def write_eof(self) -> None:
        if self._transport is not None and not self._said_all and self._transport.can_write_eof():
            self._said_all = True
            self._transport.write_eof()

    def pause(self) -> None:
        if self._transport is not None:
            self._transport.pause_reading()

    def resume(self) -> None:
        if self._transport is not None:
            self._transport.resume_reading()

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()
