"""
Which client is where: python-socketio's ``client_manager``, without rooms.

Coming and going cost O(1) a session; the stock one walks all rooms at each disconnect. Broadcasts are not its
business: an application that sends to many writes frames to their connections itself
(``engine.fan_out.write_all``), and one that asks for a room here is told so, rather than served on this replica
alone.
"""

import secrets
from typing import Any

import socketio  # type: ignore[import-untyped]


class Clients(socketio.AsyncManager):  # type: ignore[misc]
    """The sids of each namespace and the connections that they belong to."""

    def __init__(self) -> None:
        super().__init__()
        self._eio_sids: dict[str, dict[str, str]] = {}
        self.rooms = self._eio_sids  # python-socketio emits nothing on a namespace that is not in here
        self._sids: dict[tuple[str, str], str] = {}
        self._unsettled: set[str] = set()

    def get_namespaces(self) -> list[str]:
        return list(self._eio_sids)

    def get_participants(self, namespace: str, room: object) -> list[tuple[str, str]]:
        """
        Return the one client that ``room`` names, a sid.

        Raises:
            NotImplementedError: it is the sid of nobody here; perhaps it names more than one.
        """
        sid = room if isinstance(room, str) else ""
        eio_sid = self.eio_sid_from_sid(sid, namespace)
        if eio_sid is None:
            raise NotImplementedError(
                "only a client that is here is emitted to: a broadcast would not reach other processes' clients; each "
                "of them is to write its own (engine.fan_out.write_all)"
            )
        return [(sid, eio_sid)]

    async def emit(self, event: str, data: object, namespace: str, room: object = None, **options: Any) -> None:
        """
        Emit to one client.

        Raises:
            NotImplementedError: see ``get_participants``.
        """
        room = options.pop("to", None) or room
        self.get_participants(namespace, room)  # first: nothing is asked where nobody is
        await super().emit(event, data, namespace, room, **options)

    def basic_enter_room(self, sid: str, namespace: str, room: object, eio_sid: str | None = None) -> None:
        """
        Raises:
            NotImplementedError: always, as nothing is ever sent to a room.
        """
        raise NotImplementedError("there are no rooms here: an application keeps its own (engine.fan_out.write_all)")

    async def pre_connect(self, eio_sid: str, namespace: str) -> str | None:
        """Register a client that is not accepted yet; None if this connection is on the namespace already."""
        if (eio_sid, namespace) in self._sids:
            return None
        sid = secrets.token_urlsafe(15)
        self._eio_sids.setdefault(namespace, {})[sid] = eio_sid
        self._sids[eio_sid, namespace] = sid
        self._unsettled.add(sid)
        return sid

    async def connect(self, sid: str, namespace: str) -> str:
        self._unsettled.discard(sid)
        return sid

    def pre_disconnect(self, sid: str, namespace: str) -> str | None:
        self._unsettled.add(sid)
        return self._eio_sids.get(namespace, {}).get(sid)

    async def disconnect(self, sid: str, namespace: str, **_: Any) -> None:
        self._unsettled.discard(sid)
        eio_sid = self._eio_sids.get(namespace, {}).pop(sid, None)
        if eio_sid is not None:
            del self._sids[eio_sid, namespace]
        self.callbacks.pop(sid, None)

    def is_connected(self, sid: str | None, namespace: str) -> bool:
        return sid not in self._unsettled and sid in self._eio_sids.get(namespace, {})

    def sid_from_eio_sid(self, eio_sid: str, namespace: str) -> str | None:
        return self._sids.get((eio_sid, namespace))

    def eio_sid_from_sid(self, sid: str, namespace: str) -> str | None:
        return self._eio_sids.get(namespace, {}).get(sid)
