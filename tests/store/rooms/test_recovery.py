"""
Recovery under faults: clients that break off and come back at any moment, on any replica, over a bus that fails.

A seed decides who draws, how much of what was sent arrives before a connection breaks, whether its replica notices,
where its client goes, how often a replica dies while it takes them back, and which messages, those that tell of claims
included, are lost, doubled or late.
"""

import asyncio
import json
import random
import secrets
from contextlib import AsyncExitStack
from typing import Any, Self, cast

import pytest
from msgspec import Raw
from whiteboard.engine.connection import Connection
from whiteboard.engine.socket import Socket
from whiteboard.protocol.claims import Taken
from whiteboard.protocol.classic import FRAME_WIDTH_PX
from whiteboard.protocol.codec import client_id

from tests.integration.waiting import eventually
from tests.store.batches import read_log
from tests.store.rooms.replica import Replica, Wire, replica
from tests.store.rooms.seeds import SEEDS
from tests.store.rooms.test_delivery import FaultyRooms
from tests.store.tasks import running

STEPS = 300
STROKE = {"kind": "stroke", "color": "red", "width": 4.0}


class FaultyClaims(FaultyRooms):
    """Rooms whose bus fails with claims, too."""

    def taken(self, taken: Taken) -> None:
        for _ in range(self.lots.choice([0, 1, 1, 2])):
            asyncio.get_running_loop().call_later(self.lots.choice([0.0, 0.02]), super().taken, taken)


class Client:
    """
    What a stock client does: it keeps its ``pid`` and the last offset, and brings them when it comes back.

    ``heard`` is what it was told since its session began, over all connections: where drawings begin, or the ids of
    ops, acknowledged ones too.
    """

    namespace = "/"

    def __init__(self, lots: random.Random) -> None:
        self._lots = lots
        self._auth: dict[str, str] = {"board": "b"}
        self._former: list[tuple[Replica, Socket]] = []
        self.heard: list[Any] = []
        self.sids: list[str] = []

    async def come(self, place: Replica) -> None:
        """Connect."""
        self.place, self.wire, self._taken_in = place, Wire(), 0
        self.socket = self._opened(self.wire)
        await self._application(place).connect(self.socket, {}, self._auth)
        self._application(place).connected(self.socket)
        if self.socket.sid not in self.sids:
            self.sids.append(self.socket.sid)
            self.heard = []
        self._auth["pid"] = self.socket.greeting["pid"]

    async def break_off(self, *places: Replica) -> None:
        """Lose the connection with all that was on its way, and come back; the replica may notice later, or before.
        Of ``places`` all but the last die when they have the session and have not yet answered."""
        self._former.append((self.place, self.socket))
        if self._lots.random() < 0.5:
            await self.leave()
        for place in places[:-1]:
            await self._application(place).connect(self._opened(Wire()), {}, self._auth)
        await self.come(places[-1])

    async def leave(self) -> None:
        """Let the replicas notice which connections are broken."""
        while self._former:
            place, socket = self._former.pop()
            await self._application(place).disconnected(socket, "test")

    def hear(self, at_most: int = 1_000_000) -> Self:
        """Take in what has come, or a part of it, and return itself."""
        for packet in self.wire.packets[self._taken_in :][:at_most]:
            self._taken_in += 1
            name, *args = json.loads(packet.removeprefix(f"2{self.namespace},").removeprefix("2"))
            if isinstance(args[-1], str):
                self._auth["offset"] = args[-1]
            self._take(name, args[0])
        return self

    def draw(self, n: int) -> None:
        """Draw something that begins at a place of its own: ``n`` board pixels from the left."""
        at = {"x0": n / FRAME_WIDTH_PX, "y0": 0.25, "x1": 0.5, "y1": 0.75}
        self._application(self.place).receive(self.socket, "drawing", [Raw(json.dumps(at).encode())], None)

    def expected(self, log: list[dict[str, Any]]) -> list[Any]:
        """Return what it is to have heard, once it has heard all."""
        return [op["element"]["points"][0] for op in log if op["by"] != self.sids[-1]]

    def _opened(self, wire: Wire) -> Socket:
        return Socket(cast(Connection, wire), secrets.token_hex(4), self.namespace, lambda *_: None)

    def _application(self, place: Replica) -> Any:
        return place._classic

    def _take(self, name: str, payload: dict[str, Any]) -> None:
        if name == "drawing":
            self.heard.append(payload["x0"] * FRAME_WIDTH_PX)


class BoardClient(Client):
    """The same on ``/board``, without a ``position``."""

    namespace = "/board"

    def __init__(self, lots: random.Random) -> None:
        super().__init__(lots)
        self._auth["secret"] = secrets.token_urlsafe(16)
        self._client = client_id(self._auth["secret"])
        self._ops: list[dict[str, Any]] = []
        self._acknowledged = 0

    async def come(self, place: Replica) -> None:
        await super().come(place)
        _, welcome = json.loads(self.wire.packets[0].removeprefix("2/board,"))
        if welcome["last"] < len(self._ops):
            self._send(*self._ops[welcome["last"] :])

    def draw(self, n: int) -> None:
        op_id = f"{self._client}:{len(self._ops) + 1}"
        self._ops.append({"op": "add", "id": op_id, "element": {**STROKE, "points": [n, 0.25]}})
        self._send(self._ops[-1])

    def _send(self, *ops: dict[str, Any]) -> None:
        self._application(self.place).receive(self.socket, "ops", [Raw(json.dumps(ops).encode())], None)

    def expected(self, log: list[dict[str, Any]]) -> list[Any]:
        return [op["id"] for op in log]

    def _application(self, place: Replica) -> Any:
        return place.board

    def _take(self, name: str, payload: dict[str, Any]) -> None:
        if name == "op":
            self.heard.append(payload["id"])
        elif name == "ack":
            for op in self._ops[self._acknowledged : payload["n"]]:
                self.heard.append(op["id"])
            self._acknowledged = max(self._acknowledged, payload["n"])
        assert name != "rejected", payload


async def test_place_does_not_go_back_when_an_op_is_sent_again(redis_url: str) -> None:
    """[B6] [B11] A stock client takes the offset of each acknowledgement for its place: one of an op that was in before
    must not let it hear what it has heard."""
    async with replica(redis_url) as one:
        client, other = BoardClient(random.Random(1)), BoardClient(random.Random(2))
        for somebody in (client, other):
            await somebody.come(one)
        client.draw(1)
        await eventually(lambda: client.hear().heard, "the acknowledgement")
        for n in range(2, 5):
            other.draw(n)
        await eventually(lambda: len(client.hear().heard) == 4, "what another one draws")
        packets = len(client.wire.packets)
        client._send(client._ops[0])
        await eventually(lambda: len(client.wire.packets) > packets, "the second acknowledgement")
        client.hear()
        await client.break_off(one)
        other.draw(5)
        await eventually(lambda: len(client.hear().heard) >= 5, "what is new")
        assert client.heard == [client._ops[0]["id"], *(op["id"] for op in other._ops)]


async def test_classic_client_that_was_away_too_long_is_shown_the_board_anew(redis_url: str) -> None:
    """[R4] Its session is known still, what it has missed is not told any more: never a part of that."""
    async with replica(redis_url) as one:
        client, other = Client(random.Random(1)), Client(random.Random(2))
        for somebody in (client, other):
            await somebody.come(one)
        for n in range(1, 4):
            other.draw(n)
        await eventually(lambda: len(client.hear().heard) == 3, "what another one draws")
        for n in range(4, 7):
            other.draw(n)
        await eventually(lambda: len(client.wire.packets) >= 8, "what it does not hear")
        (await one.rooms.open("b")).forget(asyncio.get_running_loop().time() + 1)
        await client.break_off(one)
        assert len(client.sids) == 2
        await eventually(lambda: len(client.hear().heard) == 6, "the board")
        assert client.heard == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("seed", SEEDS)
async def test_nobody_misses_or_is_told_twice_whatever_breaks(redis_url: str, seed: int, upkeep: None) -> None:
    """[R1] [R3] [R4] [L2] Over all its connections each client hears the whole log, once and in order; who was cut off
    while it was shown the board begins anew."""
    lots = FaultyClaims.lots = random.Random(seed)
    async with AsyncExitStack() as stack:
        places = [
            await stack.enter_async_context(replica(redis_url, f"replica-{n}", FaultyClaims)) for n in range(1, 4)
        ]
        for place in places:
            place.visits._sessions.refresh_seconds = 0.02
            await stack.enter_async_context(running(place.visits.run()))
        clients = [kind(lots) for kind in (Client, Client, Client, BoardClient, BoardClient)]
        for client in clients:
            await client.come(lots.choice(places))
        drawn = 0
        for _ in range(STEPS):
            client = lots.choice(clients)
            match lots.random():
                case fate if fate < 0.1:
                    await client.break_off(*lots.choices(places, k=lots.choice([1, 1, 2, 3])))
                case fate if fate < 0.15:
                    await client.leave()
                case fate if fate < 0.5:
                    client.hear(at_most=lots.randrange(8))
                    await asyncio.sleep(lots.choice([0.0, 0.0, 0.003, 0.02]))
                case _:
                    drawn += 1
                    client.draw(drawn)

        async def logged() -> list[dict[str, Any]]:
            commits = await read_log(places[0].rooms.log, "b", 0, 1_000_000)
            return [json.loads(op.raw) for commit in commits for op in commit.ops]

        async def all_have_heard_all() -> bool:
            log = await logged()
            for client in clients:
                client.hear()
            return len(log) >= drawn and all(len(client.heard) >= len(client.expected(log)) for client in clients)

        await eventually(all_have_heard_all, "all is heard")
        log = await logged()
        assert len(log) == drawn
        for client in clients:
            assert client.heard == client.expected(log)
            assert client.namespace == "/" or len(client.sids) == 1
