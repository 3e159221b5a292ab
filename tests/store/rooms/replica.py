"""A replica without HTTP: the rooms and both namespaces on a real store, and pages that are spoken to directly."""

import asyncio
import random
import secrets
from collections.abc import AsyncIterator, Awaitable, Iterable
from contextlib import asynccontextmanager
from typing import Any, TypeVar, cast

import msgspec
from msgspec import Raw
from whiteboard.config import REDIS_TIMEOUT_SECONDS
from whiteboard.domain.board import Board
from whiteboard.domain.ops import AnyOp, client_of, number_of
from whiteboard.domain.positions import ORIGIN, Offset, Position
from whiteboard.engine.connection import Connection
from whiteboard.engine.frame import Frame
from whiteboard.engine.packets import decode_event
from whiteboard.engine.socket import Socket
from whiteboard.errors import WhiteboardError
from whiteboard.metrics import Metrics
from whiteboard.protocol.codec import client_id, encode
from whiteboard.protocol.commits import decode_commit
from whiteboard.rooms.rooms import Rooms
from whiteboard.rooms.visits import Visits
from whiteboard.store.connection import connect
from whiteboard.store.sessions import Sessions
from whiteboard.web.board import BoardApplication
from whiteboard.web.classic import ClassicApplication
from whiteboard.web.sockets import Arrivals

from tests.integration.waiting import eventually
from tests.store.batches import read_log
from tests.store.tasks import running

T = TypeVar("T")


class Wire:
    """Stands where an ``engine.connection.Connection`` does: keeps the packets that it is sent."""

    transport = "websocket"
    sink = None

    def __init__(self) -> None:
        self.packets: list[str] = []
        self.is_closed = False
        self.is_let_go = False
        self.most_bytes = 0
        """The most that lay unsent in its outbox."""
        self._outbox_bytes = 0

    def send(self, frame: Frame, *, droppable: bool = False) -> bool:
        self.packets += [packet[1:].decode() for packet in frame.packets]
        self._outbox_bytes += sum(map(len, frame.packets))
        self.most_bytes = max(self.most_bytes, self._outbox_bytes)
        return True

    async def drained(self) -> bool:
        await asyncio.sleep(0)
        self._outbox_bytes = 0
        return not self.is_closed

    def let_go(self, linger: float) -> None:
        self.is_let_go = True

    def close(self) -> None:
        self.is_closed = True


class Replica:
    """One server process's rooms."""

    def __init__(self, rooms: Rooms, sessions: Sessions, name: str) -> None:
        self.rooms = rooms
        self.metrics = rooms._metrics
        self.errors: list[WhiteboardError] = []
        self.visits, arrivals = Visits(sessions, rooms), Arrivals(name, self.metrics)
        self.board = BoardApplication(rooms, self.visits, arrivals)
        self._classic = ClassicApplication(rooms, self.visits, arrivals, client=secrets.token_urlsafe(15))

    async def classic(self, board: str = "b", **auth: str) -> Socket:
        """Let a classic client join a board; ``auth`` may be what makes it recover (``pid``, ``offset``)."""
        socket = Socket(cast(Connection, Wire()), secrets.token_hex(4), "/", lambda *_: None)
        await self._classic.connect(socket, {}, {"board": board, **auth})
        self._classic.connected(socket)
        return socket

    def draw(self, classic: Socket, **segment: object) -> None:
        """Let a classic client draw a segment."""
        drawing = encode({"x0": 0, "y0": 0, "x1": 1, "y1": 1, **segment})
        self._classic.receive(classic, "drawing", [Raw(drawing)], None)

    async def leave(self, classic: Socket) -> None:
        """Let a classic client lose its connection."""
        await self._classic.disconnected(classic, "test")

    async def page(self, board: str = "b", *, secret: str = "", position: Position = ORIGIN) -> "Page":
        """Let a page join a board."""
        page = Page(self.board, board, secret or secrets.token_urlsafe(16))
        await page.join(position)
        return page

    def note_error(self, error: WhiteboardError, sid: str, namespace: str) -> None:
        self.errors.append(error)


@asynccontextmanager
async def replica(redis_url: str, name: str = "replica-1", kind: type[Rooms] = Rooms) -> AsyncIterator[Replica]:
    """Run a replica. ``kind`` may be a kind of rooms that a test has broken on purpose."""
    redis = connect(redis_url, None, timeout_seconds=REDIS_TIMEOUT_SECONDS)
    sessions = Sessions(redis, name, 120.0)
    rooms = kind(redis, name, Metrics(), sessions, 5.0, random.Random())
    try:
        async with running(*rooms.workers()):
            yield Replica(rooms, sessions, name)
    finally:
        rooms.close()
        await redis.aclose()


class Page:
    """
    What our page does with the wire: it folds what it hears, its own ops included, in the log's order (SPEC.md B).

    ``hear`` takes what has come, or only a part of it, as a slow network would. ``offsets`` is every op's place as it
    was heard.
    """

    def __init__(self, application: BoardApplication, board: str, secret: str) -> None:
        self._application = application
        self._name = board
        self._secret = secret
        self.client = client_id(secret)
        self.board = Board()
        self.offsets: list[Offset] = []
        self.pending: dict[int, AnyOp] = {}
        self.rejected: list[dict[str, Any]] = []
        self.welcomes: list[dict[str, Any]] = []
        self.is_stale = False
        self.n = 0

    async def join(self, position: Position = ORIGIN) -> None:
        """Connect; ``position`` is what it has."""
        self.wire, self._heard = Wire(), 0
        self.socket = Socket(cast(Connection, self.wire), secrets.token_hex(4), "/board", lambda *_: None)
        auth = {"board": self._name, "secret": self._secret, "position": str(position)}
        await self._application.connect(self.socket, {}, auth)
        self._application.connected(self.socket)

    async def rejoin(self, replica: Replica) -> None:
        """Lose the connection with all that was on its way to it, come back, send again what is open."""
        await self.leave()
        self._application = replica.board
        await self.join(self.position)
        self.send_again(first=1)

    async def leave(self) -> None:
        """Lose the connection with all that was on its way to it."""
        await self._application.disconnected(self.socket, "test")

    @property
    def position(self) -> Position:
        """The last commit that has been heard whole, as far as one can tell: the one before the last."""
        return Position(self.offsets[-1].epoch, self.offsets[-1].n - 1) if self.offsets else ORIGIN

    def do(self, kind: type[AnyOp], **fields: Any) -> str:
        """Send an op of its own and return its id."""
        self.n += 1
        op = kind(id=f"{self.client}:{self.n}", **fields)
        self.pending[self.n] = op
        self._send(op)
        return op.id

    def send_again(self, first: int) -> None:
        """Send the op of that number and all after it again (B7)."""
        for n in sorted(n for n in self.pending if n >= first):
            self._send(self.pending[n])

    def _send(self, op: AnyOp) -> None:
        self._application.receive(self.socket, "ops", [Raw(encode([op]))], None)

    def hear(self, at_most: int = 1_000_000) -> "Page":
        """Take events that have come, and return itself."""
        packets = self.wire.packets[self._heard : self._heard + at_most]
        self._heard += len(packets)
        for packet in packets:
            self._take(packet)
        return self

    def _take(self, packet: str) -> None:
        event = decode_event(packet)
        payload = msgspec.json.decode(event.args[0])
        match event.name:
            case "op":
                (logged,) = decode_commit(ORIGIN, b"[%b]" % bytes(event.args[0])).ops
                assert logged.op is not None
                assert logged.by != self.welcomes[-1]["sid"], "its own ops are acknowledged, not told"
                self._apply(logged.op, self._offset(event.args))
                if client_of(logged.id) == self.client:
                    self.pending.pop(number_of(logged.id), None)
            case "ack":
                self._acknowledge(payload["n"], self._offset(event.args))
            case "rejected":
                self.rejected.append(payload)
            case "welcome":
                self.welcomes.append(payload)
            case "resync":
                self.is_stale = True

    def _offset(self, args: list[Raw]) -> Offset:
        return Offset.parse(msgspec.json.decode(args[1]))

    def _acknowledge(self, n: int, offset: Offset) -> None:
        # B6: all up to n are in the log. What was in before this connection has come as `op` events.
        for number in sorted(number for number in self.pending if number <= n):
            op = self.pending.pop(number)
            op.by = self.welcomes[-1]["sid"]
            self._apply(op, offset)

    def _apply(self, op: AnyOp, offset: Offset) -> None:
        if self.offsets and offset[1:] <= self.offsets[-1][1:]:
            # After a reconnect what it had of a half heard commit comes again; on one connection nothing does.
            assert len(self.welcomes) > 1, f"{offset} was heard twice"
            return
        self.offsets.append(offset)
        self.board.apply(op)


async def admitted(visits: Iterable[Awaitable[T]], at_once: int = 100) -> list[T]:
    """
    Let a crowd in that waits at the door, ``at_once`` at a time; return what each visit gave, in order.

    No replica takes more: its connections to Redis are few, and on a busy machine the last ones would wait too long.
    """
    door = asyncio.Semaphore(at_once)

    async def through(visit: Awaitable[T]) -> T:
        async with door:
            return await visit

    return await asyncio.gather(*map(through, visits))


async def all_offsets(rooms: Rooms, board: str = "b") -> list[Offset]:
    """Return the offset of every op in a board's log."""
    commits = await read_log(rooms.log, board, 0, 1_000_000)
    return [commit.offset(i) for commit in commits for i in range(len(commit.ops))]


async def fold_of_log(rooms: Rooms, board: str = "b") -> Board:
    """Return the board that the log gives."""
    commits = await read_log(rooms.log, board, 0, 1_000_000)
    return Board.fold(logged.op for commit in commits for logged in commit.ops if logged.op is not None)


async def quiet(rooms: Rooms, *pages: Page) -> list[Offset]:
    """Let pages hear until each has heard the log's last op and nothing of its own is open; return all offsets."""
    await eventually(lambda: not any(page.hear().pending for page in pages), "all ops are acknowledged")
    offsets = await all_offsets(rooms)
    await eventually(
        lambda: all(page.hear().offsets[-1:] == offsets[-1:] for page in pages), "all pages heard the last op"
    )
    return offsets
