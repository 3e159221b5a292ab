"""
The Socket.IO layer: python-socketio's AsyncServer, and everything that leans on it.

This is the one module that calls python-socketio and python-engineio, private names included (``_handle_eio_message``,
``_handle_connect``, ``_send_packet``, ``_engineio_server_class``): versions are pinned,
``tests/unit/test_socketio_seam.py`` says in a sentence what broke when an update changes one. Events take a way of
their own, past python-socketio's task and JSON decoding a message; its connects, disconnects and namespaces are used
as they are.
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Protocol

import engineio  # type: ignore[import-untyped]
import msgspec
import socketio  # type: ignore[import-untyped]
from aiohttp import web
from engineio import packet as eio_packet
from msgspec import Raw

from whiteboard.engine.packets import decode_event, encode_ack, encode_event
from whiteboard.errors import BinaryUnsupported, MalformedPacket, NotJoined, WhiteboardError


class Frame(eio_packet.Packet):  # type: ignore[misc]
    """A Socket.IO packet made ready for sending, once for all who get it."""


class Application(Protocol):
    """What an application does with one namespace. Nothing it raises ends anybody else's connection."""

    async def connect(self, socket: "Socket", auth: Any) -> None:
        """
        Decide on a new socket, before its CONNECT is answered.

        Raises:
            WhiteboardError: refuses it. With ``retry`` the transport is closed, after which clients come back by
                themselves; without, CONNECT_ERROR tells them not to.
        """

    def connected(self, socket: "Socket") -> None:
        """Begin to serve a socket, now that its CONNECT has been answered. Must not wait."""

    def receive(self, socket: "Socket", name: str, args: list[Raw], ack: "Ack | None") -> None:
        """Take an event. Must not wait. Raises WhiteboardError to have it told to the sender (E1)."""

    async def disconnected(self, socket: "Socket", reason: str) -> None:
        """Forget a socket that was admitted by ``connect``."""


class Socket:
    """One client's connection to one namespace."""

    __slots__ = ("_server", "eio_sid", "namespace", "query", "session", "sid")

    def __init__(
        self, server: "SocketServer", eio_sid: str, sid: str, namespace: str, query: Mapping[str, str]
    ) -> None:
        self._server = server
        self.eio_sid = eio_sid
        self.sid = sid
        self.namespace = namespace
        self.query = query
        self.session: Any = None
        """The application's own; the engine does not look at it."""

    @property
    def transport(self) -> str:
        """``websocket`` or ``polling``, as it is now."""
        return self._server.transport_of(self.eio_sid)

    def send(self, frames: Iterable[Frame]) -> None:
        """Queue frames, in order; a socket that has gone drops them."""
        self._server.queue(self.eio_sid, frames)

    def emit(self, name: str, payload: object) -> None:
        """Queue one event with one argument, for this socket alone."""
        self.send((frame(encode_event(self.namespace, name, msgspec.json.encode(payload))),))

    def reject(self, error: WhiteboardError) -> None:
        """Tell this socket of an error, as the event ``rejected``, and have it counted."""
        self.emit("rejected", error.as_payload())
        self._server.on_error(error, self.sid, self.namespace)

    def close(self) -> None:
        """Close the transport; the client comes back by itself."""
        self._server.close_soon(self.eio_sid)


class Ack:
    """The answer that the sender of an event asked for."""

    __slots__ = ("_id", "_socket")

    def __init__(self, socket: Socket, ack_id: int) -> None:
        self._socket = socket
        self._id = ack_id

    def frame(self, answer: object) -> Frame:
        """Return the answer, to be sent in its place among other frames."""
        return frame(encode_ack(self._socket.namespace, self._id, (msgspec.json.encode(answer),)))

    def send(self, answer: object) -> None:
        """Queue the answer now."""
        self._socket.send((self.frame(answer),))


def frame(packet: bytes) -> Frame:
    """Make an encoded Socket.IO packet ready for sending."""
    return Frame(eio_packet.MESSAGE, packet.decode())


class SocketServer:
    """All sockets of this replica, by namespace."""

    def __init__(
        self,
        applications: Mapping[str, Application],
        *,
        allowed_origins: str | Collection[str] | None,
        max_payload_bytes: int,
        on_error: Callable[[WhiteboardError, str, str], None],
    ) -> None:
        """
        Args:
            applications: by namespace (``/``, ``/board``, …).
            allowed_origins: None for the same origin only, ``*``, or a list.
            max_payload_bytes: the largest packet or POST body that a client may send.
            on_error: told of every error that a client was told: the error, the sid, the namespace.
        """
        self._applications = applications
        self.on_error = on_error
        self._sockets: dict[tuple[str, str], Socket] = {}
        self._closing: set[asyncio.Future[None]] = set()
        self._sio = _AsyncServer(
            self,
            async_mode="aiohttp",
            namespaces=list(applications),
            json=_Json,
            cors_allowed_origins=allowed_origins if allowed_origins is None else _as_list(allowed_origins),
            max_http_buffer_size=max_payload_bytes,
            http_compression=False,
            logger=False,
            engineio_logger=False,
        )
        for namespace, application in applications.items():
            self._sio.on("connect", self._connect(namespace, application), namespace=namespace)
            self._sio.on("disconnect", self._disconnect(namespace, application), namespace=namespace)

    def attach(self, app: web.Application) -> None:
        """Serve ``/socket.io/`` on an aiohttp application."""
        self._sio.attach(app)

    async def close(self) -> None:
        """Close every connection; clients come back by themselves. May be called twice."""
        for eio_sid in list(self._sio.eio.sockets):
            await self._close_transport(eio_sid)
        await self._sio.shutdown()

    def queue(self, eio_sid: str, frames: Iterable[Frame]) -> None:
        """Queue frames on a connection, if it is still there."""
        connection = self._sio.eio.sockets.get(eio_sid)
        if connection is not None and not connection.closed:
            for ready in frames:
                connection.queue.put_nowait(ready)

    def transport_of(self, eio_sid: str) -> str:
        """Return the name of a connection's transport; empty once it has gone."""
        return self._sio.eio.transport(eio_sid) if eio_sid in self._sio.eio.sockets else ""

    def _connect(self, namespace: str, application: Application) -> Callable[..., Any]:
        async def connect(sid: str, environ: dict[str, Any], auth: Any = None) -> None:
            eio_sid = self._sio.manager.eio_sid_from_sid(sid, namespace)
            socket = Socket(self, eio_sid, sid, namespace, environ["aiohttp.request"].query)
            try:
                await application.connect(socket, auth)
            except WhiteboardError as error:
                self.on_error(error, sid, namespace)
                if error.retry:
                    await self._close_transport(eio_sid)
                raise socketio.exceptions.ConnectionRefusedError(error.code, error.as_payload()) from None
            self._sockets[eio_sid, namespace] = socket

        return connect

    def _disconnect(self, namespace: str, application: Application) -> Callable[..., Any]:
        async def disconnect(sid: str, reason: str) -> None:
            eio_sid = self._sio.manager.eio_sid_from_sid(sid, namespace)
            socket = self._sockets.pop((eio_sid, namespace), None)
            if socket is not None:
                await application.disconnected(socket, reason)

        return disconnect

    async def _close_transport(self, eio_sid: str) -> None:
        # Never a Socket.IO DISCONNECT packet: after one, the JS client does not come back.
        connection = self._sio.eio.sockets.get(eio_sid)
        if connection is not None:
            await connection.close(wait=False)
            connection.queue.put_nowait(None)

    def close_soon(self, eio_sid: str) -> None:
        """Close a connection from code that must not wait."""
        closing = asyncio.ensure_future(self._close_transport(eio_sid))
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)

    def opened(self, eio_sid: str, namespace: str) -> None:
        """Go on with a socket whose CONNECT has just been answered."""
        socket = self._sockets.get((eio_sid, namespace))
        if socket is not None:
            self._applications[namespace].connected(socket)

    def receive(self, eio_sid: str, packet: object) -> None:
        """Take an EVENT packet, or what claims to be one."""
        namespace, ack_id = None, None
        try:
            if not isinstance(packet, str):
                raise MalformedPacket("not a Socket.IO packet")
            if packet[:1] in ("5", "6"):
                raise BinaryUnsupported("binary attachments are not accepted")
            event = decode_event(packet)
            namespace, ack_id = event.namespace, event.ack_id
            socket = self._sockets.get((eio_sid, namespace))
            if socket is None:
                raise NotJoined("connect to this namespace first")
            ack = None if ack_id is None else Ack(socket, ack_id)
            self._applications[namespace].receive(socket, event.name, event.args, ack)
        except WhiteboardError as error:
            self._tell(error, eio_sid, namespace, ack_id)

    def _tell(self, error: WhiteboardError, eio_sid: str, namespace: str | None, ack_id: int | None) -> None:
        if isinstance(error, NotJoined) and namespace is not None:
            refusal = msgspec.json.encode({"message": error.code, "data": error.as_payload()})
            prefix = b"" if namespace == "/" else namespace.encode() + b","
            self.queue(eio_sid, (frame(b"4" + prefix + refusal),))
            self.on_error(error, eio_sid, namespace)
            return
        # A packet that cannot be read names no namespace: all that this connection has joined are told.
        for socket in self._joined(eio_sid) if namespace is None else [self._sockets[eio_sid, namespace]]:
            if ack_id is None:
                socket.reject(error)
            else:
                Ack(socket, ack_id).send({"error": error.as_payload()})
                self.on_error(error, socket.sid, socket.namespace)

    def _joined(self, eio_sid: str) -> Sequence[Socket]:
        candidates = (self._sockets.get((eio_sid, namespace)) for namespace in self._applications)
        return [socket for socket in candidates if socket is not None]


class _AsyncServer(socketio.AsyncServer):  # type: ignore[misc]
    """python-socketio with events taken out of its hands, and told when a CONNECT has been answered."""

    def __init__(self, server: SocketServer, **options: Any) -> None:
        self._server = server
        super().__init__(**options)

    def _engineio_server_class(self) -> type[Any]:
        return _EngineServer

    async def _handle_eio_message(self, eio_sid: str, packet: object) -> None:
        if isinstance(packet, bytes):
            return  # an attachment of a binary packet, whose sender was told already
        if isinstance(packet, str) and packet[:1] in ("0", "1", "3"):
            try:
                await super()._handle_eio_message(eio_sid, packet)
            except (ValueError, IndexError, KeyError, TypeError, AttributeError):
                self._server.receive(eio_sid, None)
        else:
            self._server.receive(eio_sid, packet)

    async def _handle_connect(self, eio_sid: str, namespace: str | None, auth: Any) -> None:
        await super()._handle_connect(eio_sid, namespace, auth)
        self._server.opened(eio_sid, namespace or "/")


class _EngineServer(engineio.AsyncServer):  # type: ignore[misc]
    """python-engineio, with the status that SPEC.md E4 asks for."""

    async def handle_request(self, request: web.Request) -> Any:
        if request.method == "POST" and (request.content_length or 0) > self.max_http_buffer_size:
            return web.Response(status=413, text="payload too large")
        return await super().handle_request(request)


class _Json:
    """JSON for the packets that python-socketio itself reads and writes."""

    @staticmethod
    def dumps(value: object, **_: Any) -> str:
        return msgspec.json.encode(value).decode()

    @staticmethod
    def loads(text: str | bytes, **_: Any) -> Any:
        try:
            return msgspec.json.decode(text)
        except msgspec.DecodeError as error:
            raise ValueError(str(error)) from None


def _as_list(origins: str | Collection[str]) -> str | list[str]:
    return origins if isinstance(origins, str) else list(origins)


logging.getLogger("engineio").setLevel(logging.CRITICAL)
logging.getLogger("socketio").setLevel(logging.CRITICAL)
