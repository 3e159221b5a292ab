"""
Long-polling: the side of a connection that lives in HTTP requests. One GET and one POST at a time.

What is sent waits in a queue (its bytes are the connection's outbox, with the same bounds as a socket's) for the client
to ask. Everything sent in one turn of the event loop goes into one answer.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from aiohttp import web

from whiteboard.engine.carrier import Carried
from whiteboard.engine.errors import BadRequest, InvalidPacket, PayloadTooLarge
from whiteboard.engine.frame import Frame
from whiteboard.engine.payload import SEPARATOR, PacketType, decode_payload
from whiteboard.engine.session import Reason, State
from whiteboard.engine.takeover import cut, socket_of

NOOP = PacketType.NOOP.encode()
CLOSE = PacketType.CLOSE.encode()
PING = PacketType.PING.encode()

# So many messages of one client are handled before others have their turn.
FAIR_SHARE = 64


class Polling:
    """The open poll, the open POST and the queue of one connection."""

    name = "polling"

    __slots__ = ("_connection", "_poll", "_queue", "_wire", "has_parted", "is_deaf", "is_posting", "outbox_bytes")

    def __init__(self, connection: Carried) -> None:
        self.outbox_bytes = 0
        self.is_deaf = False  # a POST is being handled: the client can send nothing, an answer to a ping neither
        self._connection = connection
        self._queue: list[bytes] = []
        self._poll: tuple[asyncio.Future[bytes], web.Request] | None = None
        self.is_posting = False
        self.has_parted = False  # the client has been told of the end
        self._wire: list[web.Request] = []  # requests that are being read or answered just now

    async def poll(self, request: web.Request) -> bytes:
        """
        The body that answers a GET; waits until there is one.

        Raises:
            BadRequest: another poll is open, or was broken off. It is ended with CLOSE, and so is the session: what was
                on its way to the client may be lost.
        """
        if self._poll is not None:
            self._connection.finish(Reason.TRANSPORT_ERROR)
            raise BadRequest("a poll is open already")
        state = self._connection.state
        if self._queue or state in (State.UPGRADING, State.CLOSING):
            return self._last_word(self._take() or (CLOSE if state is State.CLOSING else NOOP))
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._poll = answer, request
        self._connection.polled()
        try:
            parting = await answer
        except asyncio.CancelledError:  # the server is shutting down
            self._poll = None
            raise
        return parting if socket_of(request) is None else self._last_word(self._take() or parting)

    def _last_word(self, body: bytes) -> bytes:
        self.has_parted = self.has_parted or body == CLOSE
        return body

    async def answer(self, request: web.Request, response: web.Response) -> None:
        """Write the answer of a poll. If it does not get out, the session is over: what was in it is lost."""
        try:
            with self._on_wire(request):
                await response.prepare(request)
                await response.write_eof()
        except ConnectionError:
            self._connection.finish(Reason.TRANSPORT_CLOSE)

    async def post(self, request: web.Request) -> None:
        """
        Take a POST: its messages are delivered, in order, before it is answered.

        Raises:
            PayloadTooLarge: it is above ``max_payload``; the session goes on.
            BadRequest: another POST is open; the session is over.
            InvalidPacket: so is it at the first invalid packet; what stood before it has been delivered.
        """
        if self.is_posting:
            self._connection.finish(Reason.TRANSPORT_ERROR)
            raise BadRequest("a POST is open already")
        self.is_posting = True
        connection = self._connection
        try:
            with self._on_wire(request):
                body = await read_body(request, connection.owner.options.max_payload)
            self.is_deaf = True
            for count, packet in enumerate(decode_payload(body), 1):
                if connection.state is State.CLOSED:
                    break
                if packet.type is not PacketType.MESSAGE:
                    connection.receive(packet)
                else:
                    rest = connection.owner.handlers.message(connection.sid, packet.data)
                    if rest is not None:
                        await rest
                if count % FAIR_SHARE == 0:
                    await asyncio.sleep(0)
        except InvalidPacket:
            connection.finish(Reason.INVALID_PACKET)
            raise
        finally:
            self.is_posting = self.is_deaf = False
            if connection.state is State.CLOSED:
                await connection.owner.farewell(connection.session)

    @property
    def is_waiting(self) -> bool:
        """A poll is open."""
        return self._poll is not None

    @property
    def is_abandoned(self) -> bool:
        """The client of an open poll has gone."""
        return self._poll is not None and socket_of(self._poll[1]) is None

    def send(self, frame: Frame) -> None:
        for packet in frame.packets:
            self._queue.append(packet)
            self.outbox_bytes += len(packet)
        self.release()

    def ping(self) -> None:
        self._queue.append(PING)
        self.outbox_bytes += 1
        self.release()

    def release(self, parting: bytes = NOOP) -> None:
        """Have an open poll answered with the queue or, if that is empty, with ``parting``."""
        if self._poll is not None:
            answer, _ = self._poll
            self._poll = None
            answer.set_result(parting)

    def close(self, code: int, half: bool) -> None:
        self.release(CLOSE)

    def catch_up(self) -> None:
        """Nothing lies: a POST is handled as it comes."""

    def end(self, reason: str) -> None:
        """The session is over."""
        self.release(NOOP if reason == Reason.CLIENT_DISCONNECT else CLOSE)
        for request in self._wire:
            cut(request)
        if not self.is_posting:  # else the POST's end is the last that the application hears
            self._connection.owner.spawn(self._connection.owner.farewell(self._connection.session))

    def hand_over(self) -> list[bytes]:
        """The queued packets, for the WebSocket that carries on."""
        self.release()
        packets, self._queue, self.outbox_bytes = self._queue, [], 0
        return packets

    @contextmanager
    def _on_wire(self, request: web.Request) -> Iterator[None]:
        """While the body of a request or an answer is on its way, the end of the session cuts it off."""
        self._wire.append(request)
        try:
            yield
        finally:
            self._wire.remove(request)

    def _take(self) -> bytes:
        body = SEPARATOR.join(self._queue)
        self._queue, self.outbox_bytes = [], 0
        self._connection.emptied()
        return body


async def read_body(request: web.Request, limit: int) -> bytes:
    """The body of a request, never more than ``limit`` bytes of it."""
    if (request.content_length or 0) > limit:
        raise PayloadTooLarge
    body = bytearray()
    try:
        async for chunk in request.content.iter_any():
            body += chunk
            if len(body) > limit:
                raise PayloadTooLarge
    except (web.RequestPayloadError, ConnectionError, OSError) as error:
        raise BadRequest("the body did not arrive whole") from error
    return bytes(body)
