"""What an application and the Socket.IO layer have to do with each other."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from msgspec import Raw

from whiteboard.engine.connection import Connection
from whiteboard.engine.frame import Frame
from whiteboard.engine.packets import encode_ack, encode_event
from whiteboard.errors import WhiteboardError


class Application(Protocol):
    """What an application does with one namespace. Nothing it raises ends anybody else's connection."""

    async def connect(self, socket: "Socket", query: Mapping[str, str], auth: Any) -> None:
        """
        Decide on a new socket, before its CONNECT is answered.

        Args:
            query: of the URL that the connection was opened with.
            auth: what the client's CONNECT carries, None if nothing.

        Raises:
            WhiteboardError: refuses it. With ``retry`` the transport is closed, after which clients come back by
                themselves; without, CONNECT_ERROR tells them not to.
        """

    def connected(self, socket: "Socket") -> None:
        """Begin to serve a socket, now that its CONNECT has been answered. Must not wait."""

    def receive(self, socket: "Socket", name: str, args: list[Raw], ack: "Ack | None") -> None:
        """Take an event. Must not wait. Raises WhiteboardError to have it told to the sender."""

    async def disconnected(self, socket: "Socket", reason: str) -> None:
        """Forget a socket that was admitted by ``connect``."""


ErrorNote = Callable[[WhiteboardError, str, str], None]
"""Is told of every error that a client was told: the error, the public sid, or what names a connection that has none,
and the namespace."""


class Socket:
    """One client's connection to one namespace."""

    __slots__ = ("_note_error", "connection", "greeting", "namespace", "session", "sid")

    def __init__(self, connection: Connection, sid: str, namespace: str, note_error: ErrorNote) -> None:
        self.connection = connection
        self.sid = sid
        self.namespace = namespace
        self.greeting: dict[str, str] = {"sid": sid}
        """What its CONNECT is answered with."""
        self.session: Any = None
        """The application's own; the engine does not look at it."""
        self._note_error = note_error

    def introduce(self, sid: str, pid: str) -> None:
        """Answer the CONNECT with a session's public id, and the secret by which its client recovers it."""
        self.sid = sid
        self.greeting = {"sid": sid, "pid": pid}

    @property
    def transport(self) -> str:
        """``websocket`` or ``polling``, as it is now."""
        return self.connection.transport

    def send(self, frames: Iterable[Frame]) -> None:
        """Send frames, in order; a connection that is over drops them."""
        for frame in frames:
            self.connection.send(frame)

    def emit(self, name: str, payload: object) -> None:
        """Send one event with one argument, to this socket alone."""
        self.connection.send(Frame(encode_event(self.namespace, name, payload)))

    def reject(self, error: WhiteboardError) -> None:
        """Tell this socket of an error, as the event ``rejected``, and have it noted."""
        self.emit("rejected", error.as_payload())
        self._note_error(error, self.sid, self.namespace)

    def let_go(self, seconds: float) -> None:
        """Its client has left: if its transport is closed already, listen no longer than ``seconds``."""
        self.connection.let_go(seconds)

    def close(self) -> None:
        """Close the transport; the client comes back by itself."""
        self.connection.close()


class Ack:
    """The answer that the sender of an event asked for."""

    __slots__ = ("_id", "_socket")

    def __init__(self, socket: Socket, ack_id: int) -> None:
        self._socket = socket
        self._id = ack_id

    def frame(self, answer: object) -> Frame:
        """Return the answer, to be sent in its place among other frames."""
        return Frame(encode_ack(self._socket.namespace, self._id, answer))

    def send(self, answer: object) -> None:
        """Send the answer now."""
        self._socket.send((self.frame(answer),))
