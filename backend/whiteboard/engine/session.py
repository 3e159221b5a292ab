"""
One client's Engine.IO session: which step may follow which, and what is due when. Pure: ``now`` is passed in.

The upgrade: a WebSocket is opened for a session on long-polling (PROBING), says ``2probe`` and is answered ``3probe``
(UPGRADING: polls are ended with NOOP, what is sent waits), says ``5`` (WEBSOCKET). If it stops half-way, the session
goes on by polling and has lost nothing.
"""

import hashlib
import logging
from enum import Enum, auto

from whiteboard.engine.errors import IllegalTransition, InvalidPacket
from whiteboard.engine.options import Options
from whiteboard.engine.payload import Packet, PacketType


def label_of(sid: str) -> str:
    """Return what names a session in log lines: its sid is a secret between its client and us."""
    return hashlib.sha256(sid.encode()).hexdigest()[:12]


logger = logging.getLogger(__name__)


class State(Enum):
    OPENING = auto()  # the application's connect handler decides
    POLLING = auto()  # open, by long-polling
    PROBING = auto()  # the same, and a WebSocket has been opened for an upgrade
    UPGRADING = auto()  # its probe was answered; what is sent waits for the WebSocket, or for one more poll
    WEBSOCKET = auto()  # open, by WebSocket
    CLOSING = auto()  # our side is closed: nothing goes out, what the client had sent is still heard
    CLOSED = auto()


LEGAL = {
    State.OPENING: {State.POLLING, State.WEBSOCKET, State.CLOSED},
    State.POLLING: {State.PROBING, State.CLOSING, State.CLOSED},
    State.PROBING: {State.POLLING, State.UPGRADING, State.CLOSING, State.CLOSED},
    State.UPGRADING: {State.POLLING, State.WEBSOCKET, State.CLOSING, State.CLOSED},
    State.WEBSOCKET: {State.CLOSING, State.CLOSED},
    State.CLOSING: {State.CLOSED},
    State.CLOSED: set(),
}


class Reason:
    """Why a session ended: what the ``disconnect`` handler is told."""

    SERVER_DISCONNECT = "server disconnect"
    CLIENT_DISCONNECT = "client disconnect"
    PING_TIMEOUT = "ping timeout"
    TRANSPORT_CLOSE = "transport close"
    TRANSPORT_ERROR = "transport error"
    INVALID_PACKET = "parse error"
    SLOW_CONSUMER = "slow consumer"


class Due(Enum):
    """What the clock asks for."""

    NOTHING = auto()
    PING = auto()
    PING_TIMEOUT = auto()
    UPGRADE_TIMEOUT = auto()
    CLOSE_TIMEOUT = auto()


class Session:
    """States and deadlines of one session. Times are seconds of one monotonic clock."""

    __slots__ = ("_awaiting_pong", "_heartbeat_at", "_limit_at", "_options", "reason", "sid", "state")

    def __init__(self, sid: str, options: Options) -> None:
        self.sid = sid
        self.state = State.OPENING
        self.reason: str | None = None
        self._options = options
        self._heartbeat_at = 0.0  # when the next ping is due or, once it is out, the answer
        self._awaiting_pong = False
        self._limit_at = 0.0  # when an upgrade, or a close, has had its time

    def open(self, state: State, now: float) -> None:
        """The session is open, as POLLING or WEBSOCKET."""
        self._enter(state)
        self._heartbeat_at = now + self._options.ping_interval

    def begin_probe(self, now: float) -> None:
        self._enter(State.PROBING)
        self._limit_at = now + self._options.upgrade_timeout

    def abandon_probe(self) -> None:
        """The upgrade came to nothing; polling goes on."""
        self._enter(State.POLLING)

    def begin_closing(self, reason: str, now: float, linger: float) -> None:
        """Our side closes; for ``linger`` seconds the client's is still heard."""
        self.reason = reason
        self._enter(State.CLOSING)
        self._limit_at = now + linger

    def hasten(self, now: float, linger: float) -> None:
        """While closing: the client is heard for ``linger`` seconds more at most."""
        self._limit_at = min(self._limit_at, now + linger)

    def close(self, reason: str) -> bool:
        """The session is over. The first reason given stays. False if it was over already."""
        if self.state is State.CLOSED:
            return False
        self.reason = self.reason or reason
        self._enter(State.CLOSED)
        return True

    def receive(self, packet: Packet, now: float) -> PacketType:
        """
        Judge a packet on the session's own transport; MESSAGE and CLOSE are for the caller to act on.

        Raises:
            InvalidPacket: a client does not send this here.
        """
        if packet.type is PacketType.PONG:
            self._awaiting_pong = False
            self._heartbeat_at = now + self._options.ping_interval
        elif packet.type not in (PacketType.MESSAGE, PacketType.CLOSE, PacketType.NOOP):
            raise InvalidPacket(f"unexpected {packet.type.name}")
        return packet.type

    def receive_probe(self, packet: Packet) -> State:
        """
        Judge a packet on a WebSocket that is to be upgraded to; returns the state it led to.

        Raises:
            InvalidPacket: the probe has failed.
        """
        if self.state is State.PROBING and packet == Packet(PacketType.PING, "probe"):
            self._enter(State.UPGRADING)
        elif self.state is State.UPGRADING and packet.type is PacketType.UPGRADE:
            self._enter(State.WEBSOCKET)
        else:
            raise InvalidPacket(f"unexpected {packet.type.name} of a probe")
        return self.state

    def due(self, now: float) -> Due:
        """What has become due. Asking takes it: a PING is due once."""
        if self.state in (State.OPENING, State.CLOSED):
            return Due.NOTHING
        if self.state is State.CLOSING:
            return Due.CLOSE_TIMEOUT if now >= self._limit_at else Due.NOTHING
        if self.state in (State.PROBING, State.UPGRADING) and now >= self._limit_at:
            return Due.UPGRADE_TIMEOUT
        if now < self._heartbeat_at:
            return Due.NOTHING
        if self._awaiting_pong:
            return Due.PING_TIMEOUT
        self._awaiting_pong = True
        # A client has its time from when the ping was due, or, if this process was held up, from when it goes out.
        late = now - self._heartbeat_at > self._options.ping_timeout / 4
        self._heartbeat_at = (now if late else self._heartbeat_at) + self._options.ping_timeout
        return Due.PING

    def excuse(self, now: float) -> None:
        """The answer to a ping may stand behind what we have not read yet: give it its time again."""
        self._heartbeat_at = now + self._options.ping_timeout

    @property
    def deadline(self) -> float:
        """When to ask ``due`` next."""
        if self.state is State.CLOSING:
            return self._limit_at
        if self.state in (State.PROBING, State.UPGRADING):
            return min(self._limit_at, self._heartbeat_at)
        return self._heartbeat_at

    def _enter(self, state: State) -> None:
        if state not in LEGAL[self.state]:
            raise IllegalTransition(f"{label_of(self.sid)}: {self.state.name} to {state.name}")
        if logger.isEnabledFor(logging.DEBUG):
            logger.debug("%s: %s to %s", label_of(self.sid), self.state.name, state.name)
        self.state = state
