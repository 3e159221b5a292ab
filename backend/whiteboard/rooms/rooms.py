"""The boards that this replica serves now, and how a session comes and goes."""

import asyncio
import random
from collections.abc import Coroutine, Iterable
from typing import Any, Final

import structlog

from whiteboard.domain.ops import AnyOp
from whiteboard.engine.frame import Frame
from whiteboard.errors import Busy, StoreUnavailable
from whiteboard.metrics import Metrics
from whiteboard.protocol.claims import Taken
from whiteboard.protocol.messages import read_message
from whiteboard.protocol.presence import News
from whiteboard.rooms.beat import Beat
from whiteboard.rooms.committer import Committer
from whiteboard.rooms.copies import Copies
from whiteboard.rooms.dialects import DIALECTS
from whiteboard.rooms.folding import Folding
from whiteboard.rooms.idle import Idle
from whiteboard.rooms.joining import Joining
from whiteboard.rooms.pointing import Pointing
from whiteboard.rooms.presence import Presence
from whiteboard.rooms.room import Room
from whiteboard.rooms.session import Session
from whiteboard.store.bus import Bus
from whiteboard.store.connection import Redis
from whiteboard.store.log import Log
from whiteboard.store.sessions import Sessions
from whiteboard.store.snapshots import Snapshots

_UPKEEP_SECONDS: Final = 5.0
MAX_READINGS: Final = 64
"""Boards that nobody is on, being opened for somebody who only reads."""
MAX_REMEMBERED_BYTES: Final = 128_000_000
"""Of ops that were told, in all rooms together; each room has bounds of its own (``recent``, ``backlog``)."""
_NOTICE_SECONDS: Final = 60.0  # in which a connection that is dead without a sign is found to be

logger = structlog.get_logger(__name__)


class Rooms:
    """All rooms of this replica. A room opens with its first visitor and closes some seconds after its last."""

    def __init__(
        self,
        redis: Redis,
        replica: str,
        metrics: Metrics,
        sessions: Sessions,
        open_seconds: float,
        lots: random.Random,
    ) -> None:
        """
        Args:
            open_seconds: how long a visitor waits for a board to open before the store counts as unavailable.
            lots: spreads the attempts of replicas that have lost Redis together.
        """
        self.log = Log(redis)
        self._remembered_seconds = sessions.lifetime_seconds + _NOTICE_SECONDS
        self.snapshots = Snapshots(redis, self._remembered_seconds)
        self.folding = Folding(self.log, self.snapshots, metrics)
        self.sessions = sessions
        self._beat = Beat()
        self.committer = Committer(self.log, metrics, self._beat, lots)
        self._bus = Bus(redis, replica, self, lots)
        self.pointing = Pointing(self._bus)
        self.presence = Presence(self._bus, self.everybody)
        self._metrics = metrics
        self._open_seconds = open_seconds
        self._ops = metrics.ops.counts
        self._ops.update({dialect.namespace: 0 for dialect in DIALECTS})
        self._rooms: dict[str, Room] = {}
        self._idle = Idle(self._is_used, lambda board: self._rooms[board].content.size)
        self.copies = Copies()
        self._readings = 0
        self._joining = Joining()

    def everybody(self) -> list[Session]:
        """Return the sessions of all rooms."""
        return [session for room in self._rooms.values() for session in room.sessions]

    def workers(self) -> list[Coroutine[Any, Any, None]]:
        """Return what must run for as long as rooms are served."""
        own = [worker.run() for worker in (self._bus, self.committer, self.pointing, self.presence, self.folding)]
        return [*own, self._upkeep()]

    async def open(self, board: str) -> Room:
        """
        Return the board's room, caught up with its log.

        Raises:
            StoreUnavailable: Redis could not be read in time (retry).
        """
        room = self._rooms.get(board)
        if room is None:
            room = self._rooms[board] = Room(
                board, self.log, self.snapshots, self._metrics, self._beat, self._has_memory
            )
            self._metrics.rooms.set(len(self._rooms))
            self._bus.subscribe(board)
        self._idle.visited(board)
        room.visitors += 1
        try:
            async with asyncio.timeout(self._open_seconds):
                await room.feed.ready.wait()
        except TimeoutError:
            raise StoreUnavailable("the board cannot be read now") from None
        finally:
            room.visitors -= 1
        return room

    async def read(self, board: str) -> Room:
        """
        Return the board's room as ``open`` does, to be looked at now: it may close as soon as others are read.

        Raises:
            StoreUnavailable: Redis could not be read in time (retry).
            Busy: too many boards that nobody is on are being read (retry).
        """
        if board in self._rooms and board not in self._idle:
            return await self.open(board)
        if self._readings >= MAX_READINGS:
            raise Busy("too many boards are being opened; try again in a moment")
        self._readings += 1
        try:
            return await self.open(board)
        finally:
            self._readings -= 1
            self._idle.left(board, asyncio.get_running_loop().time())
            self._close(self._idle.surplus())

    def join(self, session: Session, first: Iterable[Frame] = ()) -> None:
        """
        Let a session follow its room (B4, B9).

        Args:
            first: sent before that, at the pace that the client takes it.
        """
        if self._rooms.get(session.room.name) is session.room:
            self._joining.join(session, first)
        else:
            session.socket.close()  # the room has closed while its session was being written

    def submit(self, session: Session, op: AnyOp) -> None:
        """
        Queue an op of a session for its board's log; it comes back, acknowledged, with its delivery (L2).

        Raises:
            BoardFull, TooManyPoints: a limit of the board.
            Busy: the board's queue is at its bound (retry).
        """
        self.committer.submit(session, op)
        self._ops[session.dialect.namespace] += 1

    def subscribed(self, board: str) -> None:
        """Read what came before: from now on the bus brings it. Source: ``store.bus.Listener``."""
        if board in self._rooms:
            self._rooms[board].feed.repair()

    def message(self, board: str, message: bytes) -> None:
        """Source: ``store.bus.Listener``."""
        room = self._rooms.get(board)
        if room is not None:
            try:
                told = read_message(message)
                if isinstance(told, News):
                    self.presence.hear(room, told)
                elif told is not None:
                    room.hear(told)
            except Exception:
                # One board's trouble must not end the bus of all. The room reads on from the log.
                logger.exception("bus message failed", board=board)
                room.feed.repair()

    def taken(self, taken: Taken) -> None:
        """Source: ``store.bus.Listener``."""
        room = self._rooms.get(taken.board)
        if room is not None:
            room.taken(taken)

    def close(self) -> None:
        """Read no log any more, and bring nobody up. May be called twice."""
        self._joining.close()
        self._close(list(self._rooms))

    async def _upkeep(self) -> None:
        while True:
            await asyncio.sleep(_UPKEEP_SECONDS)
            try:
                await self._compare_heads()
            except StoreUnavailable as error:
                logger.debug("upkeep put off", error=str(error))
            self._forget(asyncio.get_running_loop().time())
            self.copies.forget()
            for room in self._rooms.values():
                room.tell_offsets()
            self.folding.consider(self._rooms.values())
            self._close(self._idle.overdue(self._rooms, asyncio.get_running_loop().time()))

    def _forget(self, now: float) -> None:
        """Remember what was told as long as a session may come back, or as far back as memory reaches for all rooms."""
        seconds = self._remembered_seconds
        for room in self._rooms.values():
            room.forget(now - seconds)
        while self._remembered_bytes() > MAX_REMEMBERED_BYTES:
            seconds /= 2
            for room in self._rooms.values():
                room.forget_told(now - seconds)
        if seconds < self._remembered_seconds:
            logger.warning("remembering less", seconds=round(seconds, 1))

    def _remembered_bytes(self) -> int:
        return sum(room.remembered_bytes for room in self._rooms.values())

    def _has_memory(self) -> bool:
        return self._remembered_bytes() < MAX_REMEMBERED_BYTES

    async def _compare_heads(self) -> None:
        """Find rooms whose last message was lost: no gap shows that (L6)."""
        rooms = list(self._rooms.values())
        before = [room.position.n for room in rooms]
        heads = await self.log.heads([room.name for room in rooms])
        for room, n, head in zip(rooms, before, heads, strict=True):
            if head < n or n <= room.position.n < head:
                room.feed.repair()

    def _close(self, boards: Iterable[str]) -> None:
        for board in boards:
            self._rooms.pop(board).feed.close()
            self._bus.unsubscribe(board)
        self._metrics.rooms.set(len(self._rooms))

    def _is_used(self, board: str) -> bool:
        room = self._rooms.get(board)
        return room is None or room.visitors > 0 or bool(room.sessions) or self.committer.holds(board)
