"""
Two sockets joined, byte by byte: a client's WebSocket and its session's replica (``forward``).

Every one begins as an upgrade. Between ``3probe`` and its own ``5`` a stock client neither polls nor listens here: if
the socket ended then, it would sit there until it misses a ping. So what the client says is looked at until that ``5``.
"""

import asyncio
from collections.abc import Callable
from typing import Final, cast

from whiteboard.engine import rfc6455
from whiteboard.engine.payload import PacketType

_MAX_HEAD_BYTES: Final = 16_384
_FOLLOW_SECONDS: Final = 10.0  # for one side to follow when the other has ended
_STALL_SECONDS: Final = 30.0  # in which a client that takes nothing is given up: its replica's end could not be seen


class Tunnel:
    """A client's socket and the one to its session's replica, joined."""

    def __init__(self, here: "End", there: "End") -> None:
        self._here = here
        self._there = there
        here.other, there.other = there, here
        self.is_over = False
        """Nothing can be sent to the client any more."""
        self._parts_once_upgraded = False
        self._upgrade = _Upgrade()
        here.on_data = self._look
        there.on_data = self._upgrade.answered
        self.gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Done when both sockets are closed."""
        here.on_lost = there.on_lost = self._lost
        here.on_end = there.on_end = self._ended
        here.on_stall = self._stalled
        self._ending: asyncio.TimerHandle | None = None
        self._stall: asyncio.TimerHandle | None = None

    def part(self) -> None:
        """
        End the stream to the client, after an upgrade that is under way; what it sends until it notices goes on to its
        replica. Idempotent.
        """
        self.is_over = True
        self._parts_once_upgraded = self._upgrade.is_under_way
        if not self._parts_once_upgraded:
            self._here.write_eof()

    def cut(self) -> None:
        """Drop both sockets at once, and what they have not sent."""
        self._here.abort()
        self._there.abort()

    def _look(self, data: bytes) -> None:
        """Read what the client says until it is upgraded."""
        self._upgrade.said(data)
        if not self._upgrade.is_under_way and self._parts_once_upgraded:
            self._parts_once_upgraded = False
            self._here.write_eof()
        if self._upgrade.is_done:
            self._here.on_data = self._there.on_data = None

    def _ended(self) -> None:
        """One side says no more, or is lost: the other has its time to follow."""
        if self._ending is None:
            self._ending = asyncio.get_running_loop().call_later(_FOLLOW_SECONDS, self.cut)

    def _stalled(self, is_stalled: bool) -> None:
        """The client takes nothing, and its replica is not heard meanwhile; or it does again."""
        if self._stall is not None:
            self._stall.cancel()
            self._stall = None
        if is_stalled:
            self._stall = asyncio.get_running_loop().call_later(_STALL_SECONDS, self.cut)

    def _lost(self) -> None:
        self.is_over = True
        if self._here.is_lost and self._there.is_lost and not self.gone.done():
            self.gone.set_result(None)
            self._stalled(False)
            if self._ending is not None:
                self._ending.cancel()


class _Upgrade:
    """How far a client's upgrade has come, by what passes between it and its session's replica."""

    def __init__(self) -> None:
        self._is_answered = False
        self.is_done = False
        """The client has come over, or speaks no protocol of ours."""
        self._client = rfc6455.FrameParser(_MAX_HEAD_BYTES)

    @property
    def is_under_way(self) -> bool:
        """The client has been told to come over, and polls no more."""
        return self._is_answered and not self.is_done

    def answered(self, data: bytes) -> None:
        """The replica has said something: the first thing is the answer to the probe."""
        self._is_answered = True

    def said(self, data: bytes) -> None:
        """The client has said something."""
        messages = self._client.feed(data)
        self.is_done = PacketType.UPGRADE in messages or self._client.error is not None


class End(asyncio.Protocol):
    """One of two joined sockets: what it reads, the other writes; neither reads faster than the other writes."""

    def __init__(self) -> None:
        self.other: End | None = None
        self.on_lost: Callable[[], None] | None = None
        self.on_data: Callable[[bytes], None] | None = None
        """Is told of what this end has read, once it has gone on to the other."""
        self.on_end: Callable[[], None] | None = None
        """Is told that nothing more will be read from this end."""
        self.on_stall: Callable[[bool], None] | None = None
        """Is told whether more waits to be written to this end than may."""
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
            if self.on_data is not None:
                self.on_data(data)
        else:
            self._early += data
            self._early_changed.set()

    def eof_received(self) -> bool:
        self._heard_all = True
        self._early_changed.set()
        if self.on_end is not None:
            self.on_end()
        self.pass_end()
        return True  # the other direction goes on

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self.is_lost = True
        self._early_changed.set()
        if self.on_end is not None:
            self.on_end()
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
        if self.on_stall is not None:
            self.on_stall(True)

    def resume_writing(self) -> None:
        if self.other is not None:
            self.other.resume()
        if self.on_stall is not None:
            self.on_stall(False)

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

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()
