"""A client of namespace ``/board`` that numbers its ops, as the page does (SPEC.md B)."""

import base64
import hashlib
import json
import secrets
from typing import Any, NamedTuple, Self

from tests.integration.raw import RawSocket

NAMESPACE = "/board"
_SEQUENCE = ('2/board,["op"', '2/board,["ack"')
STROKE: dict[str, Any] = {"kind": "stroke", "points": [1.0, 2.0, 3.5, 4.25], "color": "navy", "width": 4.0}


class Told(NamedTuple):
    """An event of the board's sequence: the op of another, or the number of an own one; and its offset."""

    op: dict[str, Any] | None
    n: int | None
    offset: str


class BoardClient:
    """One client, which may leave and come back: its secret and its numbers stay."""

    def __init__(self, board: str, secret: str | None = None) -> None:
        self.board = board
        self.secret = secret or secrets.token_urlsafe(24)
        digest = hashlib.sha256(self.secret.encode()).digest()
        self.client = base64.urlsafe_b64encode(digest).decode()[:22]
        self.n = 0
        self._socket: RawSocket | None = None

    @property
    def socket(self) -> RawSocket:
        """The present connection."""
        assert self._socket is not None, "join() comes first"
        return self._socket

    async def join(self, url: str, **auth: object) -> Self:
        """Connect to a replica and return once welcome."""
        answer = await self.connect(url, **auth)
        assert answer.startswith("0/board,"), answer
        (self.welcome,) = await self.socket.event("welcome", NAMESPACE)
        return self

    async def connect(self, url: str, **auth: object) -> str:
        """Connect to a replica; return the answer, CONNECT or CONNECT_ERROR."""
        await self.leave()
        self._socket = await RawSocket(url).__aenter__()
        return await self.socket.join(NAMESPACE, **{"board": self.board, "secret": self.secret, **auth})

    async def leave(self) -> None:
        """Close the connection. May be called twice."""
        if self._socket is not None:
            await self._socket.__aexit__()
            self._socket = None

    def op(self, kind: str, **fields: object) -> dict[str, Any]:
        """Return an op with the next number."""
        self.n += 1
        return {"op": kind, "id": f"{self.client}:{self.n}", **fields}

    def add(self, **fields: object) -> dict[str, Any]:
        """Return an op that adds a stroke."""
        return self.op("add", element={**STROKE, **fields})

    async def send(self, *ops: object) -> None:
        """Send ops in one event."""
        await self.socket.emit("ops", ops, namespace=NAMESPACE)

    async def push(self, *ops: dict[str, Any]) -> str:
        """Send ops and return the offset with which the last one was acknowledged."""
        await self.send(*ops)
        n = int(ops[-1]["id"].rpartition(":")[2])
        return await self.acknowledged(n)

    async def acknowledged(self, n: int) -> str:
        """Wait until the ops up to ``n`` are acknowledged and return the offset that says so."""
        acks: list[Told] = await self.socket.until(
            lambda: [told for told in self.told() if told.n is not None and told.n >= n], f"ack of {n}"
        )
        return acks[0].offset

    async def rejected(self, count: int = 1) -> dict[str, Any]:
        """Wait for the ``count``-th rejection and return it."""
        (rejection,) = await self.socket.event("rejected", NAMESPACE, count)
        return dict(rejection)

    async def ops(self, count: int = 1) -> list[dict[str, Any]]:
        """Wait for ``count`` ops of others (after a connect also own ones) and return all."""
        await self.socket.hears('2/board,["op"', count=count)
        return [op for op, _ in self.socket.events("op", NAMESPACE)]

    def told(self) -> list[Told]:
        """Return the board's sequence as it was told on this connection: ops and acknowledgements, in order."""
        return [_told(packet) for packet in self.socket.packets if packet.startswith(_SEQUENCE)]


def _told(packet: str) -> Told:
    name, payload, offset = json.loads(packet[len("2/board,") :])
    return Told(payload, None, offset) if name == "op" else Told(None, payload["n"], offset)
