"""
One client's connection: what the layers above hold, send through and close.

It joins the session (which decides), the carrier (which moves bytes: long-polling first or a WebSocket), and the
clock. What is sent is never waited for: it is written, queued up to a bound, dropped (if it may be) or it ends the
connection, which is then a slow consumer's.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from whiteboard.engine.carrier import Owner
from whiteboard.engine.errors import BadRequest, InvalidPacket
from whiteboard.engine.frame import Frame
from whiteboard.engine.payload import Packet, PacketType
from whiteboard.engine.polling import Polling
from whiteboard.engine.session import Due, Reason, Session, State
from whiteboard.engine.timers import DISARMED
from whiteboard.engine.websocket import GOING_AWAY, NORMAL, PROTOCOL_ERROR, WebSocket

# How soon it is noticed that the client of an open poll has gone, in seconds.
_POLL_CHECK = 1.0


class Connection:
    """
    Attributes:
        sid: the session's id, ``<replica>.<random>``; who knows it is the client.
        sink: writes bytes of WebSocket frames straight to the socket, or None when a frame has to take the longer way
            (``send``): on long-polling, under congestion, when closing.
    """

    __slots__ = ("_carrier", "_parting", "_probe", "_waiters", "owner", "session", "sid", "sink", "slot", "storage")

    def __init__(self, sid: str, owner: Owner) -> None:
        self.sid = sid
        self.owner = owner
        self.session = Session(sid, owner.options)
        self.sink: Callable[[bytes], None] | None = None
        self.slot = DISARMED
        self.storage: dict[str, Any] | None = None  # of the layer above
        self._carrier: Polling | WebSocket = Polling(self)
        self._probe: WebSocket | None = None
        self._parting: tuple[int, bool, float | None] | None = None  # how to close once the upgrade has ended
        self._waiters: list[asyncio.Future[None]] | None = None

    # -- for the layers above ------------------------------------------------------------------------------------

    @property
    def state(self) -> State:
        return self.session.state

    @property
    def is_over(self) -> bool:
        """Nothing can be sent any more."""
        return self._parting is not None or self.session.state in (State.CLOSING, State.CLOSED)

    @property
    def has_parted(self) -> bool:
        """The client knows that we have closed, and nothing of what it has sent is being handled."""
        return isinstance(self._carrier, Polling) and self._carrier.has_parted and not self._carrier.is_posting

    @property
    def transport(self) -> str:
        """``polling`` or ``websocket``."""
        return self._carrier.name

    @property
    def outbox_bytes(self) -> int:
        """Bytes sent but not yet taken by the network."""
        return self._carrier.outbox_bytes

    def send(self, frame: Frame, *, droppable: bool = False) -> bool:
        """
        Send a frame. Frames arrive in the order of these calls, across an upgrade too.

        Returns whether it was taken: not if the connection is over, nor if it is ``droppable`` and the outbox is above
        its low mark. Above the high mark the connection is cut off (reason: slow consumer).
        """
        if self.sink is not None:
            self.sink(frame.wire)
            return True
        if self.is_over or (droppable and self.outbox_bytes > self.owner.options.outbox_low):
            return False
        self._carrier.send(frame)
        if self.outbox_bytes > self.owner.options.outbox_high:
            self.finish(Reason.SLOW_CONSUMER)
        return True

    async def drained(self) -> bool:
        """Wait until the outbox is below its low mark, before sending more. False if the connection is over."""
        while not self.is_over and self.outbox_bytes > self.owner.options.outbox_low:
            waiter = asyncio.get_running_loop().create_future()
            self._waiters = [*(self._waiters or ()), waiter]
            await waiter
        return not self.is_over

    def close(self, code: int = NORMAL, *, half: bool = False, linger: float | None = None) -> None:
        """
        Close our side. What the client has sent until it notices is still delivered, for at most ``linger`` seconds
        (default: ``close_wait``); then, or when the client closes, the ``disconnect`` handler is told.

        A WebSocket is closed by a close frame with ``code``, or, if ``half``, by ending our direction of the TCP
        connection. On long-polling an open poll is ended with CLOSE, and POSTs go on being accepted. Idempotent.
        """
        if self.is_over:
            return
        if self.state is State.OPENING:
            self.finish(Reason.SERVER_DISCONNECT)
            return
        if self.state is State.UPGRADING:
            # The client polls no more: before it has come over it could be told of nothing, and would sit there until
            # it misses a ping.
            self._parting = code, half, linger
            return
        self._drop_probe()
        linger = self.owner.options.close_wait if linger is None else linger
        self.sink = None
        self.session.begin_closing(Reason.SERVER_DISCONNECT, self.owner.now(), linger)
        self._carrier.close(code, half)
        self._release()
        self._arm()

    def part(self) -> None:
        """Close without fault of the client, in the way that loses least of what it sends (docs/decisions/0008)."""
        self.close(GOING_AWAY, half=True)

    def let_go(self, linger: float) -> None:
        """
        Go on hearing a client that is known to have left for ``linger`` seconds at most, if our side is closed.

        What it has sent may still be under way: on long-polling nothing else tells that no more will come.
        """
        if self.state is State.CLOSING:
            self.session.hasten(self.owner.now(), linger)
            self._arm()

    def end_poll(self) -> None:
        """End an open poll with what is pending, or NOOP, so that the client asks again: perhaps another replica."""
        if isinstance(self._carrier, Polling):
            self._carrier.release()

    # -- for the server ------------------------------------------------------------------------------------------

    @property
    def polling(self) -> Polling:
        """
        The session's long-polling side.

        Raises:
            BadRequest: it is not on long-polling.
        """
        if self.state in (State.OPENING, State.CLOSED) or not isinstance(self._carrier, Polling):
            raise BadRequest("the session is not on long-polling")
        return self._carrier

    def open_polling(self) -> None:
        self.session.open(State.POLLING, self.owner.now())
        self._arm()

    def open_websocket(self, socket: WebSocket, opening: bytes) -> None:
        """``socket`` is connected; ``opening`` is the OPEN packet."""
        self.session.open(State.WEBSOCKET, self.owner.now())
        self._carry_on(socket, opening)
        self._arm()

    def probe(self) -> WebSocket | None:
        """A WebSocket to be connected for an upgrade, or None if the session cannot be upgraded (now)."""
        if self.state is not State.POLLING:
            return None
        self.session.begin_probe(self.owner.now())
        self._arm()
        self._probe = WebSocket(self)
        return self._probe

    def check_time(self) -> None:
        """Do what is due even if the ticker has not come round yet."""
        now = self.owner.now()
        if now >= self.session.deadline:
            self.on_time(now)

    def finish(self, reason: str) -> None:
        """The session is over at once. What was received is delivered, then the handler is told. Idempotent."""
        if not self.session.close(reason):
            return
        self.owner.ticker.disarm(self)
        self.sink = None
        self._drop_probe()
        self._carrier.end(reason)
        self._release()

    # -- for the carriers and the clock --------------------------------------------------------------------------

    def receive(self, packet: Packet) -> None:
        """
        Take a packet of the session's own carrier that is no message: those are delivered by the carrier itself.

        Raises:
            InvalidPacket: a client does not send this here; the session is over.
        """
        try:
            kind = self.session.receive(packet, self.owner.now())
        except InvalidPacket:
            self.finish(Reason.INVALID_PACKET)
            raise
        if kind is PacketType.PONG:
            self._arm()
        elif kind is PacketType.CLOSE:
            self.finish(Reason.CLIENT_DISCONNECT)

    def receive_probe(self, packet: Packet) -> bool:
        """
        Take a packet of the WebSocket that is being upgraded to. Returns whether it is the carrier now.

        Raises:
            InvalidPacket: the upgrade has failed; the session goes on.
        """
        if packet.type is PacketType.UPGRADE and self.polling.is_posting:
            raise InvalidPacket("a POST is open")  # whose messages would no longer come before what follows
        assert self._probe is not None
        if self.session.receive_probe(packet) is State.UPGRADING:
            self._probe.write_text(b"3probe")
            self.polling.release()
            return False
        socket, self._probe = self._probe, None
        self._carry_on(socket)
        self._arm()
        self._close_as_asked()
        return True

    def lost(self, socket: WebSocket, reason: str) -> None:
        """A WebSocket is gone, or going."""
        if socket is self._carrier:
            self.finish(reason)
        elif socket is self._probe:
            self._drop_probe()

    def congested(self, socket: WebSocket, is_congested: bool) -> None:
        """The socket's buffer rose above the low mark, or has drained."""
        if socket is self._carrier and not self.is_over:
            self.sink = None if is_congested else socket.sink
            if not is_congested:
                self._release()

    def polled(self) -> None:
        """A poll has been opened."""
        self._arm()

    def emptied(self) -> None:
        """A poll has taken the queue."""
        self._release()

    def on_time(self, now: float) -> None:
        if self._carrier.is_abandoned:
            self.finish(Reason.TRANSPORT_CLOSE)
        self._carrier.catch_up()  # what is due may have come
        due = self.session.due(now)
        if due is Due.PING:
            self._carrier.ping()
        elif due is Due.UPGRADE_TIMEOUT:
            self._drop_probe()
        elif due is Due.CLOSE_TIMEOUT:
            self.finish(Reason.SERVER_DISCONNECT)
        elif due is Due.PING_TIMEOUT:
            if self._carrier.is_deaf:
                self.session.excuse(now)
            else:
                self.finish(Reason.PING_TIMEOUT)
        self._arm()

    # -- inner ---------------------------------------------------------------------------------------------------

    def _carry_on(self, socket: WebSocket, *packets: bytes) -> None:
        """Let ``socket`` carry the session, starting with ``packets`` and what is pending."""
        assert isinstance(self._carrier, Polling)
        pending, self._carrier = self._carrier.hand_over(), socket
        socket.start([*packets, *pending])
        if not self.is_over and not socket.is_congested:
            self.sink = socket.sink
        self._release()  # who waits for the queue of the former carrier looks at this one

    def _drop_probe(self) -> None:
        probe, self._probe = self._probe, None
        if probe is not None:
            probe.shut(PROTOCOL_ERROR)
            if self.state in (State.PROBING, State.UPGRADING):
                self.session.abandon_probe()
                self._arm()
                self._close_as_asked()

    def _close_as_asked(self) -> None:
        """Close as was asked for during the upgrade."""
        parting, self._parting = self._parting, None
        if parting is not None:
            code, half, linger = parting
            self.close(code, half=half, linger=linger)

    def _arm(self) -> None:
        if self.state is State.CLOSED:
            return
        when = self.session.deadline
        if self._carrier.is_waiting:  # aiohttp does not tell when the client of a request leaves
            when = min(when, self.owner.now() + _POLL_CHECK)
        self.owner.ticker.arm(self, when)

    def _release(self) -> None:
        waiters, self._waiters = self._waiters, None
        for waiter in waiters or ():
            if not waiter.done():
                waiter.set_result(None)
