"""
A WebSocket: the side of a connection that lives on a socket of its own.

Reading: what arrives is read at once, or lies in the ``Inlet`` for a moment; each message is handed to the application,
one after the other. While the application waits for something, and when more come at once than is fair to others,
messages go into the inbox, which a task works off. While the inbox is full the socket is not read. Writing: straight to
the transport, which buffers; the connection above holds the bounds. Closing: our direction first, the socket when the
other side has followed, and by force if it does not.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import cast

from whiteboard.engine import payload, rfc6455
from whiteboard.engine.carrier import Carried
from whiteboard.engine.errors import InvalidPacket
from whiteboard.engine.frame import Frame
from whiteboard.engine.payload import Packet, PacketType
from whiteboard.engine.polling import FAIR_SHARE
from whiteboard.engine.session import Reason
from whiteboard.engine.timers import DISARMED

NORMAL = 1000
GOING_AWAY = 1001
_MESSAGE_BYTES = 64  # what a message costs in the inbox even if it is empty
PROTOCOL_ERROR = 1002
REFUSED = 1008

_CLOSE_CODES = {Reason.CLIENT_DISCONNECT: NORMAL, Reason.INVALID_PACKET: PROTOCOL_ERROR}
_MESSAGE = PacketType.MESSAGE.value
_PING = rfc6455.encode(rfc6455.TEXT, PacketType.PING.encode())


class WebSocket(asyncio.Protocol):
    """The asyncio protocol of one WebSocket, from its 101 on."""

    name = "websocket"

    __slots__ = (
        "_connection",
        "_has_ended",
        "_inbox",
        "_inbox_bytes",
        "_is_active",
        "_is_busy",
        "_is_shut",
        "_parser",
        "_said_goodbye",
        "_share",
        "_transport",
        "is_congested",
        "is_deaf",
        "sink",
        "slot",
    )

    def __init__(self, connection: Carried) -> None:
        self.slot = DISARMED
        self.is_deaf = False  # the inbox is full: the socket is not read
        self.is_congested = False  # the buffer is above the low mark
        self.sink: Callable[[bytes], None] | None = None
        self._connection = connection
        self._transport: asyncio.Transport | None = None
        self._parser = rfc6455.FrameParser(connection.owner.options.max_payload)
        self._is_active = False  # it carries the session; before that it is a probe
        self._is_shut = False  # nothing is heard any more
        self._said_goodbye = False  # our direction is closed, by a close frame or by the end of the stream
        self._has_ended = False  # no more messages will come
        self._inbox: list[str | bytes] = []
        self._inbox_bytes = 0
        self._is_busy = False  # a task works off the inbox
        self._share = 0  # how many more messages of this read are delivered at once

    is_waiting = False
    is_abandoned = False

    # -- for the connection --------------------------------------------------------------------------------------

    @property
    def outbox_bytes(self) -> int:
        return 0 if self._transport is None else self._transport.get_write_buffer_size()

    def start(self, packets: Iterable[bytes]) -> None:
        """Carry the session from here on; ``packets`` (as of a polling payload) go first."""
        self._is_active = True
        for waiting in packets:
            self._write(_as_frame(waiting))

    def send(self, frame: Frame) -> None:
        self._write(frame.wire)

    def ping(self) -> None:
        self._write(_PING)

    def write_text(self, text: bytes) -> None:
        self._write(rfc6455.encode(rfc6455.TEXT, text))

    def catch_up(self) -> None:
        """Read what lies."""
        if lying := self._connection.owner.inlet.claim(self):
            self.read(lying)

    def close(self, code: int, half: bool) -> None:
        """Close our direction and go on listening."""
        if half and self._transport is not None and self._transport.can_write_eof():
            _end_stream(self._transport)
        else:
            self._write(rfc6455.encode_close(code))
        self._said_goodbye = True

    def end(self, reason: str) -> None:
        """The session is over: what lies, and what is in the inbox, is still delivered."""
        if lying := self._connection.owner.inlet.claim(self):
            if not self._is_busy:
                # Through the inbox: whoever ends the session may be in the middle of something.
                self._is_busy = True
                self._connection.owner.spawn(self._work_off(None))
            self.read(lying)
        self._has_ended = True
        if not self._is_busy:
            self._connection.owner.spawn(self._connection.owner.farewell(self._connection.session))
        if reason == Reason.SLOW_CONSUMER and self._transport is not None:
            self._transport.abort()
        self.shut(_CLOSE_CODES.get(reason, GOING_AWAY))

    def shut(self, code: int) -> None:
        """Say goodbye with ``code``, hear nothing any more, and leave as soon as the other side has left."""
        if self._is_shut:
            return
        self._is_shut = True
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        self._write(rfc6455.encode_close(code))
        self._said_goodbye = True
        self._leave()

    # -- asyncio.Protocol ----------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self.sink = self._transport.write
        self._transport.set_write_buffer_limits(high=self._connection.owner.options.outbox_low)

    def data_received(self, data: bytes) -> None:
        if self._is_active and data and not self._is_shut:  # a probe does not lie: the polling that it replaces waits
            data = self._connection.owner.inlet.bring(self, data)
        if data:
            self.read(data)

    def read(self, data: bytes) -> None:
        """Source: ``inlet.Reader``."""
        self._share = FAIR_SHARE
        if not self._is_shut:
            for message in self._parser.feed(data):
                if isinstance(message, rfc6455.Control):
                    self._control(message)
                else:
                    self._message(message)
        if self._is_shut:
            return
        if self._parser.error is not None:
            self._connection.owner.refused(self._parser.error, self._parser.error.close_code)
            self._fail(self._parser.error.close_code, Reason.TRANSPORT_ERROR)
        elif self._inbox_bytes > self._connection.owner.options.inbox_limit and not self.is_deaf:
            self.is_deaf = True
            if self._transport is not None:
                self._transport.pause_reading()

    def eof_received(self) -> None:
        self.catch_up()
        self._connection.lost(self, Reason.TRANSPORT_CLOSE)

    def connection_lost(self, exc: Exception | None) -> None:
        try:
            self.catch_up()
        finally:
            self._transport = None
            self._is_shut = True
            self._connection.owner.ticker.disarm(self)
            self._connection.lost(self, Reason.TRANSPORT_CLOSE if exc is None else Reason.TRANSPORT_ERROR)

    def cut(self) -> None:
        """Source: ``inlet.Reader``."""
        if self._transport is not None:
            self._transport.abort()

    def pause_writing(self) -> None:
        self.is_congested = True
        self._connection.congested(self, True)

    def resume_writing(self) -> None:
        self.is_congested = False
        self._connection.congested(self, False)

    def on_time(self, now: float) -> None:
        """The other side has not left in time."""
        self.cut()

    # -- inner ---------------------------------------------------------------------------------------------------

    def _message(self, message: str | bytes) -> None:
        if self._is_shut:
            return  # by a message before this one
        try:
            if self._is_active and message[:1] == _MESSAGE:  # nearly all that comes
                self._deliver(message[1:])
                return
            received = payload.decode(message) if isinstance(message, str) else Packet(PacketType.MESSAGE, message)
            if not self._is_active:
                self._connection.receive_probe(received)
            elif received.type is PacketType.MESSAGE:
                self._deliver(received.data)
            else:
                self._connection.receive(received)
        except InvalidPacket:
            self._fail(PROTOCOL_ERROR, Reason.INVALID_PACKET)

    def _control(self, control: rfc6455.Control) -> None:
        if self._is_shut:
            return
        if control.opcode == rfc6455.PING and not self.is_congested:
            self._write(rfc6455.encode(rfc6455.PONG, control.payload))
        elif control.opcode == rfc6455.CLOSE:
            code = NORMAL if control.close_code == 1005 else control.close_code
            self._fail(code, Reason.TRANSPORT_CLOSE)

    def _fail(self, code: int, reason: str) -> None:
        self.shut(code)
        self._connection.lost(self, reason)

    def _write(self, data: bytes) -> None:
        if self._transport is not None and not self._said_goodbye and not self._transport.is_closing():
            self._transport.write(data)

    def _leave(self) -> None:
        transport = self._transport
        assert transport is not None
        if self.is_deaf:
            transport.resume_reading()
        # Not close(): that resets the connection if anything is still unread, and the client may lose our goodbye.
        if transport.can_write_eof():
            _end_stream(transport)
        else:
            transport.close()
        owner = self._connection.owner
        owner.ticker.arm(self, owner.now() + owner.options.close_wait)

    def _deliver(self, message: str | bytes) -> None:
        if self._is_busy:
            self._inbox.append(message)
            self._inbox_bytes += len(message) + _MESSAGE_BYTES
            return
        owner = self._connection.owner
        self._is_busy, rest = True, None
        try:
            rest = owner.handlers.message(self._connection.sid, message)
        finally:
            self._share -= 1
            if rest is not None or self._share <= 0:
                owner.spawn(self._work_off(rest))
            else:
                self._is_busy = False
                if self._has_ended:
                    owner.spawn(owner.farewell(self._connection.session))

    async def _work_off(self, rest: Awaitable[None] | None) -> None:
        """Wait for ``rest`` of a message's delivery, then deliver what has come into the inbox meanwhile."""
        connection = self._connection
        try:
            if rest is not None:
                await rest
            while self._inbox:
                messages, self._inbox, self._inbox_bytes = self._inbox, [], 0
                for count, message in enumerate(messages, 1):
                    rest = connection.owner.handlers.message(connection.sid, message)
                    if rest is not None:
                        await rest
                    if count % FAIR_SHARE == 0:
                        await asyncio.sleep(0)
                self._hear()
        except InvalidPacket:
            connection.finish(Reason.INVALID_PACKET)
            self._inbox = []
        self._is_busy = False
        if self._has_ended:
            await connection.owner.farewell(connection.session)

    def _hear(self) -> None:
        if self.is_deaf:
            self.is_deaf = False
            if self._transport is not None:
                self._transport.resume_reading()


def _end_stream(transport: asyncio.Transport) -> None:
    try:
        transport.write_eof()
    except OSError:  # the other side has reset the connection, which we are about to be told
        transport.abort()


def _as_frame(waiting: bytes) -> bytes:
    binary = payload.decode_binary(waiting)
    return rfc6455.encode(rfc6455.TEXT, waiting) if binary is None else rfc6455.encode(rfc6455.BINARY, binary)
