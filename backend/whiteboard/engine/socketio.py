"""
The Socket.IO layer: python-socketio's AsyncServer on our Engine.IO, and what the applications above have to do with it.

Here, in ``conform`` and in ``clients`` python-socketio is leant on, private names included, and ``drop_in`` is what it
calls; nowhere else is it known. Versions are pinned, ``tests/unit/test_socketio_seam.py`` says in a sentence what broke
when an update changes a name. Events take a way of their own, past python-socketio's task and JSON decoding a message;
its connects, disconnects and namespaces are used as they are.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any
from urllib.parse import parse_qsl

import msgspec
import socketio  # type: ignore[import-untyped]
from aiohttp import web
from socketio import packet

from whiteboard.engine.clients import Clients
from whiteboard.engine.conform import ConformingServer
from whiteboard.engine.connection import Connection
from whiteboard.engine.errors import InvalidPacket
from whiteboard.engine.forward import FindReplica, Forwarder
from whiteboard.engine.frame import Frame
from whiteboard.engine.packets import count_attachments, decode_event, encode_refusal
from whiteboard.engine.session import Reason, label_of
from whiteboard.engine.socket import Ack, Application, ErrorNote, Socket
from whiteboard.engine.tunnel import Tunnel
from whiteboard.errors import BinaryUnsupported, Invalid, MalformedPacket, NotJoined, WhiteboardError

logger = logging.getLogger(__name__)


class SocketServer:
    """All sockets of this replica, by namespace."""

    def __init__(
        self,
        applications: Mapping[str, Application],
        *,
        allowed_origins: str | Collection[str] | None,
        max_payload_bytes: int,
        close_wait_seconds: float,
        admit: Callable[[], None],
        seconds_to_lie: Callable[[], float],
        note_error: ErrorNote,
        note_refusal: Callable[[str, int, str], None],
        replica: str,
        find_replica: FindReplica,
    ) -> None:
        """
        Args:
            applications: by namespace (``/``, ``/board``, …).
            allowed_origins: None for the same origin only, ``*``, or a list.
            max_payload_bytes: the largest packet or POST body that a client may send.
            close_wait_seconds: how long a closed connection is read on.
            admit: is asked before each new connection; raises ``Refused`` to turn it away.
            seconds_to_lie: returns for how many seconds what comes now may lie before it is read (``engine.inlet``).
            note_error: is told of each error that a client is told.
            note_refusal: is told of each request that is refused, and of each WebSocket closed for its frames: the
                kind of error, the status or close code, why.
            replica: this process's name; connections' ids begin with it.
            find_replica: tells where the others are reached.
        """
        self._applications = applications
        self._note_error = note_error
        self._sio = _AsyncServer(
            client_manager=Clients(),
            async_mode="aiohttp",
            namespaces=list(applications),
            json=_Json,
            logger=logging.getLogger("socketio"),  # one that is handed in gets no handler and no level of its own
            allowed_origins=allowed_origins,
            max_payload=max_payload_bytes,
            replica=replica,
            close_wait=close_wait_seconds,
        )
        self._sio.eio.gate = admit
        self._sio.eio.inlet.seconds_to_lie = seconds_to_lie
        self._sio.eio.note_refusal = note_refusal
        self._sio.eio.forwarder = self._forwarder = Forwarder(find_replica, max_payload_bytes)
        self._sio.answer_to(self)
        for namespace, application in applications.items():
            self._sio.on("connect", self._connect(namespace, application), namespace=namespace)
            self._sio.on("disconnect", self._disconnect(namespace, application), namespace=namespace)

    def attach(self, app: web.Application) -> None:
        """Serve ``/socket.io/`` on an aiohttp application."""
        self._sio.attach(app)

        async def end(_: web.Application) -> None:
            await self._forwarder.end()

        app.on_cleanup.append(end)

    @property
    def connections(self) -> list[Connection | Tunnel]:
        """What is not over of this replica's connections, and of those that it passes on to other replicas."""
        everything = (*self._sio.eio.connections.values(), *self._forwarder.tunnels)
        return [connection for connection in everything if not connection.is_over]

    @property
    def open_connections(self) -> int:
        """How many connections there are, those that are closing and those passed on included; cheap to ask."""
        return len(self._sio.eio.connections) + len(self._forwarder.tunnels)

    def socket(self, connection: Connection | Tunnel, namespace: str) -> Socket | None:
        """Return the socket of a connection on a namespace, None if it has not joined, or not here."""
        return None if isinstance(connection, Tunnel) else _sockets(connection).get(namespace)

    @property
    def passed_on(self) -> int:
        """How many polls and POSTs are under way to other replicas."""
        return self._forwarder.requests

    def leave(self) -> None:
        """Have clients of other replicas' sessions come by other ways from now on. May be called twice."""
        self._forwarder.leave()

    async def close(self, wait_seconds: float | None = None) -> int:
        """
        Close every connection; clients come back by themselves. May be called twice.

        Args:
            wait_seconds: how long clients have to notice; what they send until then is taken.

        Returns:
            How many did not notice, and were cut.
        """
        wait_seconds = self._sio.eio.options.close_wait if wait_seconds is None else wait_seconds
        return sum(await asyncio.gather(self._sio.eio.shutdown(wait_seconds), self._forwarder.close(wait_seconds)))

    def _connect(self, namespace: str, application: Application) -> Callable[..., Any]:
        async def connect(sid: str, environ: dict[str, Any], auth: Any = None) -> None:
            connection = self._connection(self._sio.manager.eio_sid_from_sid(sid, namespace))
            socket = Socket(connection, sid, namespace, self._note_error)
            try:
                await application.connect(socket, dict(parse_qsl(environ["QUERY_STRING"])), auth)
            except WhiteboardError as error:
                self._note_error(error, sid, namespace)
                if error.retry:
                    # After a CONNECT_ERROR the JS client would not come back.
                    connection.close()
                raise socketio.exceptions.ConnectionRefusedError(error.code, error.as_payload()) from None
            except Exception:
                # A defect. Without an answer the client would wait, and python-socketio keep it for ever.
                logger.exception("%s: the connect handler failed", label_of(sid))
                connection.close()
                raise socketio.exceptions.ConnectionRefusedError("defect") from None
            _sockets(connection)[namespace] = socket

        return connect

    def _disconnect(self, namespace: str, application: Application) -> Callable[..., Any]:
        async def disconnect(sid: str, reason: str) -> None:
            connection = self._connection(self._sio.manager.eio_sid_from_sid(sid, namespace))
            socket = _sockets(connection).pop(namespace, None)
            if socket is not None:
                try:
                    await application.disconnected(socket, reason)
                except Exception:  # what python-socketio does behind this must be done all the same
                    logger.exception("%s: the disconnect handler failed", label_of(sid))

        return disconnect

    def _connection(self, eio_sid: str) -> Connection:
        connection: Connection = self._sio.eio.connections[eio_sid]
        return connection

    def refuses(self, eio_sid: str, namespace: str) -> bool:
        """Tell whether a CONNECT makes no sense here, and say so to its sender."""
        connection = self._connection(eio_sid)
        socket = _sockets(connection).get(namespace)
        if namespace not in self._applications:
            self._refuse(connection, namespace, Invalid("there is no such namespace"))
        elif socket is not None:
            socket.reject(MalformedPacket("connected to this namespace already"))
        else:
            return False
        return True

    def greeting(self, eio_sid: str, namespace: str) -> dict[str, str]:
        """Return what a CONNECT is answered with."""
        return _sockets(self._connection(eio_sid))[namespace].greeting

    def connected(self, eio_sid: str, namespace: str) -> None:
        """Go on with a client whose CONNECT has been answered."""
        connection = self._sio.eio.connections.get(eio_sid)
        socket = None if connection is None else _sockets(connection).get(namespace)
        if socket is not None:
            self._applications[namespace].connected(socket)

    def receive(self, eio_sid: str, packet: str | bytes) -> None:
        """Take an EVENT packet, or what claims to be one."""
        connection = self._connection(eio_sid)
        sockets = _sockets(connection)
        namespace, ack_id = None, None
        try:
            if isinstance(packet, bytes) or packet[:1] in ("5", "6"):
                raise BinaryUnsupported("binary attachments are not accepted")
            event = decode_event(packet)
            namespace, ack_id = event.namespace, event.ack_id
            socket = sockets.get(namespace)
            if socket is None:
                raise NotJoined("connect to this namespace first")
            ack = None if ack_id is None else Ack(socket, ack_id)
            self._applications[namespace].receive(socket, event.name, event.args, ack)
        except NotJoined as error:
            self._refuse(connection, namespace or "/", error)
        except WhiteboardError as error:
            if not sockets:
                self._note_error(error, label_of(eio_sid), namespace or "")
            # A packet that cannot be read names no namespace: all that this connection has joined are told.
            for socket in sockets.values() if namespace is None else (sockets[namespace],):
                if ack_id is None:
                    socket.reject(error)
                else:
                    Ack(socket, ack_id).send({"error": error.as_payload()})
                    self._note_error(error, socket.sid, socket.namespace)

    def _refuse(self, connection: Connection, namespace: str, error: WhiteboardError) -> None:
        connection.send(Frame(encode_refusal(namespace, error.code, error.as_payload())))
        self._note_error(error, label_of(connection.sid), namespace)

    def ended(self, eio_sid: str, reason: str) -> None:
        """Note why a connection has ended, if that was its client's fault."""
        if reason == Reason.INVALID_PACKET:
            self._note_error(MalformedPacket("not an Engine.IO packet"), label_of(eio_sid), "")


def _sockets(connection: Connection) -> dict[str, Socket]:
    """Return the sockets of a connection, by namespace."""
    if connection.storage is None:
        connection.storage = {}
    return connection.storage


class _AsyncServer(ConformingServer):
    """python-socketio with events taken out of its hands, and telling what becomes of connections."""

    def answer_to(self, server: SocketServer) -> None:
        """Give events to ``server``, and tell it of CONNECTs and ends."""
        self._server = server
        self._attachments: dict[str, int] = {}  # how many are still to come, of packets that were refused
        self.eio.on("message", self._take)

    def _take(self, eio_sid: str, packet: str | bytes) -> Awaitable[None] | None:
        if isinstance(packet, bytes):
            if self._is_attachment(eio_sid):
                return None  # its packet's sender was told already
        elif packet[:1] != "2":  # which is an event's, as nearly all are
            if packet[:1] in ("0", "1", "3"):
                return self._take_control(eio_sid, packet)
            if packet[:1] in ("5", "6") and (announced := count_attachments(packet)):
                self._attachments[eio_sid] = announced
        self._server.receive(eio_sid, packet)
        return None

    def _is_attachment(self, eio_sid: str) -> bool:
        announced = self._attachments.pop(eio_sid, 0)
        if announced > 1:
            self._attachments[eio_sid] = announced - 1
        return announced > 0

    async def _take_control(self, eio_sid: str, packet: str) -> None:
        try:
            await self._handle_eio_message(eio_sid, packet)
        except InvalidPacket:
            self._server.receive(eio_sid, "")

    async def _handle_connect(self, eio_sid: str, namespace: str | None, auth: Any) -> None:
        namespace = namespace or "/"
        if not self._server.refuses(eio_sid, namespace):
            await super()._handle_connect(eio_sid, namespace, auth)
            self._server.connected(eio_sid, namespace)

    async def _send_packet(self, eio_sid: str, pkt: Any) -> None:
        if pkt.packet_type == packet.CONNECT:
            pkt.data = self._server.greeting(eio_sid, pkt.namespace or "/")
        await super()._send_packet(eio_sid, pkt)

    async def _handle_eio_disconnect(self, eio_sid: str, reason: str) -> None:
        self._server.ended(eio_sid, reason)
        self._attachments.pop(eio_sid, None)
        await super()._handle_eio_disconnect(eio_sid, reason)


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
