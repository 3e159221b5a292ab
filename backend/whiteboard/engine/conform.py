"""
python-socketio's AsyncServer, on our engine and held to the Socket.IO v5 protocol where it is lax.

What it adds: a packet that the protocol does not allow ends its session (and nobody can call the ``connect`` or
``disconnect`` handler by an event of that name); a CONNECT that is refused is answered by an object; a client that
joins no namespace in time is closed.

The private names of python-socketio 5.18 leant on: ``_engineio_server_class``, ``_handle_eio_connect``,
``_handle_eio_message``, ``_handle_eio_disconnect``, ``_handle_connect``, ``_send_packet``, ``_binary_packet``.
"""

from typing import Any

import socketio  # type: ignore[import-untyped]
from socketio import packet as sio_packet

from whiteboard.engine.connection import Connection
from whiteboard.engine.drop_in import DropInServer
from whiteboard.engine.errors import InvalidPacket
from whiteboard.engine.timers import DISARMED

RESERVED_EVENTS = frozenset(
    {"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"}
)
# Attachments are held until the last has come: together at most this many times ``max_payload``.
MAX_ATTACHMENTS = 10

_BINARY = (sio_packet.BINARY_EVENT, sio_packet.BINARY_ACK)


class StrictPacket(sio_packet.Packet):  # type: ignore[misc]
    """A Socket.IO packet that is valid, or InvalidPacket is raised."""

    def decode(self, encoded_packet: object) -> int:
        if not isinstance(encoded_packet, str) or encoded_packet[:1] not in tuple("0123456"):
            raise InvalidPacket("not a Socket.IO packet")
        try:
            attachments: int = super().decode(encoded_packet) or 0
        except (ValueError, RecursionError) as error:
            raise InvalidPacket(f"not a Socket.IO packet: {error}") from error
        if not _is_valid(self.packet_type, self.id, self.data, attachments):
            raise InvalidPacket(f"{sio_packet.packet_names[self.packet_type]} with wrong content")
        return attachments

    def add_attachment(self, attachment: object) -> bool:
        if not isinstance(attachment, bytes):
            raise InvalidPacket("a packet before the last attachment")
        try:
            return bool(super().add_attachment(attachment))
        except (LookupError, TypeError) as error:
            raise InvalidPacket("a placeholder of no attachment") from error


def _is_valid(kind: int, ack_id: int | None, data: object, attachments: int) -> bool:
    if (kind in _BINARY) != (attachments > 0) or attachments > MAX_ATTACHMENTS:
        return False
    match kind:
        case sio_packet.CONNECT:
            return data is None or isinstance(data, dict)
        case sio_packet.DISCONNECT:
            return data is None
        case sio_packet.EVENT | sio_packet.BINARY_EVENT:
            return isinstance(data, list) and bool(data) and isinstance(data[0], str) and data[0] not in RESERVED_EVENTS
        case sio_packet.ACK | sio_packet.BINARY_ACK:
            return isinstance(data, list) and ack_id is not None
        case _:
            return False


class ConformingServer(socketio.AsyncServer):  # type: ignore[misc]
    """
    Args:
        connect_timeout: seconds for a client to join a namespace.
        options: python-socketio's own, and the fields of ``whiteboard.engine.options.Options``.
    """

    def __init__(self, *, connect_timeout: float = 45.0, **options: Any) -> None:
        super().__init__(serializer=StrictPacket, **options)
        self._connect_timeout = connect_timeout
        self._joining: dict[str, _Joining] = {}

    def _engineio_server_class(self) -> type[DropInServer]:
        return DropInServer

    async def _handle_eio_connect(self, eio_sid: str, environ: dict[str, Any]) -> None:
        await super()._handle_eio_connect(eio_sid, environ)
        joining = self._joining[eio_sid] = _Joining(self.eio.connections[eio_sid])
        self.eio.ticker.arm(joining, self.eio.now() + self._connect_timeout)

    async def _handle_eio_disconnect(self, eio_sid: str, reason: str) -> None:
        self._has_joined(eio_sid)
        await super()._handle_eio_disconnect(eio_sid, reason)
        self._binary_packet.pop(eio_sid, None)

    async def _handle_eio_message(self, eio_sid: str, message: str | bytes) -> None:
        if not message and eio_sid not in self._binary_packet:
            raise InvalidPacket("empty")  # which python-socketio would take for an event
        await super()._handle_eio_message(eio_sid, message)

    async def _handle_connect(self, eio_sid: str, namespace: str | None, auth: Any) -> None:
        namespace = namespace or "/"
        if not self._is_known(namespace):
            await self._refuse(eio_sid, namespace, "Invalid namespace")
        elif self.manager.sid_from_eio_sid(eio_sid, namespace) is not None:
            await self._refuse(eio_sid, namespace, "Already connected")
        else:
            await super()._handle_connect(eio_sid, namespace, auth)
            if self.manager.sid_from_eio_sid(eio_sid, namespace) is not None:
                self._has_joined(eio_sid)

    def _is_known(self, namespace: str) -> bool:
        return (
            namespace in self.handlers
            or namespace in self.namespace_handlers
            or self.namespaces == "*"
            or namespace in self.namespaces
        )

    async def _refuse(self, eio_sid: str, namespace: str, message: str) -> None:
        refusal = self.packet_class(sio_packet.CONNECT_ERROR, {"message": message}, namespace)
        await self._send_packet(eio_sid, refusal)

    def _has_joined(self, eio_sid: str) -> None:
        joining = self._joining.pop(eio_sid, None)
        if joining is not None:
            self.eio.ticker.disarm(joining)


class _Joining:
    """The time a client has to join a namespace."""

    __slots__ = ("_connection", "slot")

    def __init__(self, connection: Connection) -> None:
        self.slot = DISARMED
        self._connection = connection

    def on_time(self, now: float) -> None:
        self._connection.close()
