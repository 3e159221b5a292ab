"""The boards that this replica serves now, and how a session comes and goes."""

import asyncio
import math
import random
from collections.abc import Coroutine, Iterable, Iterator
from itertools import chain
from typing import Any, Final

import structlog

from whiteboard.domain.ops import AnyOp
from whiteboard.engine.frame import Batch, Frame
from whiteboard.errors import Busy, StoreUnavailable, Trimmed
from whiteboard.metrics import Metrics
from whiteboard.protocol.messages import read_message
from whiteboard.protocol.presence import News
from whiteboard.rooms.chunks import CHUNK_BYTES, size_of, take
from whiteboard.rooms.committer import Committer
from whiteboard.rooms.dialects import BOARD, DIALECTS
from whiteboard.rooms.folding import Folding
from whiteboard.rooms.pointing import Pointing
from whiteboard.rooms.presence import Presence
from whiteboard.rooms.recent import Told
from whiteboard.rooms.room import Room
from whiteboard.rooms.session import Session, State
from whiteboard.store.bus import Bus, Taken
from whiteboard.store.connection import Redis
from whiteboard.store.log import Log
from whiteboard.store.sessions import Sessions
from whiteboard.store.snapshots import Snapshots

_UPKEEP_SECONDS: Final = 5.0
_IDLE_SECONDS: Final = 10.0
MAX_IDLE_ROOMS: Final = 64
"""Open rooms of boards that nobody is on: they spare the next visitor the reading of the log."""
MAX_READINGS: Final = 64
"""Boards that nobody is on, being opened for somebody who only reads."""
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
        self.snapshots = Snapshots(redis, sessions.lifetime_seconds + _NOTICE_SECONDS)
        self.folding = Folding(self.log, self.snapshots, metrics)
        self.sessions = sessions
        self.committer = Committer(self.log, metrics, lots)
        self._bus = Bus(redis, replica, self, lots)
        self.pointing = Pointing(self._bus)
        self.presence = Presence(self._bus, self.everybody)
        self._metrics = metrics
        self._open_seconds = open_seconds
        self._ops = {dialect: metrics.ops.labels(dialect.namespace) for dialect in DIALECTS}
        self._rooms: dict[str, Room] = {}
        self._idle: dict[str, float] = {}
        """Boards that nobody is on, the longest unused first, and since when."""
        self._readings = 0
        self._joining: set[asyncio.Task[None]] = set()

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
            room = self._rooms[board] = Room(board, self.log, self.snapshots, self._metrics)
            self._metrics.rooms.set(len(self._rooms))
            self._bus.subscribe(board)
        self._idle.pop(board, None)  # whoever opens it is about to come
        try:
            async with asyncio.timeout(self._open_seconds):
                await room.ready.wait()
        except TimeoutError:
            raise StoreUnavailable("the board cannot be read now") from None
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
            self._idle[board] = asyncio.get_running_loop().time()
            self._close_idle()

    def join(self, session: Session, first: Iterable[Frame] = ()) -> None:
        """
        Let a session follow its room: what it has missed since its start, then what is new, with no gap (B4, B9).

        Args:
            first: sent before that, at the pace that the client takes it.
        """
        room = session.room
        if self._rooms.get(room.name) is not room:
            session.socket.close()  # the room has closed while its session was being written
            return
        if not room.admit(session):
            return
        if not room.holds(session.start.position) or (session.lost_place and session.dialect is BOARD):
            room.make_stale(session)
            return
        missed = room.missed(session)
        frames = iter(first) if missed is None else chain(first, room.frames_for(session, missed))
        few = take(frames)
        session.socket.send(few)
        if missed is not None and size_of(few) < CHUNK_BYTES:
            room.go_live(session)
            return
        task = asyncio.get_running_loop().create_task(
            self._bring_up(session, frames, room.position.n if missed is None else None)
        )
        self._joining.add(task)

        def ended(task: asyncio.Task[None]) -> None:
            self._joining.discard(task)
            if not task.cancelled() and (error := task.exception()) is not None:
                # Better that the client comes again than that it waits for ever.
                logger.error("joining failed", board=room.name, sid=session.sid, exc_info=error)
                session.socket.close()

        task.add_done_callback(ended)

    def submit(self, session: Session, op: AnyOp) -> None:
        """
        Queue an op of a session for its board's log; it comes back, acknowledged, with its delivery (L2).

        Raises:
            BoardFull, TooManyPoints: a limit of the board.
            Busy: the board's queue is at its bound (retry).
        """
        self.committer.submit(session, op)
        self._ops[session.dialect].inc()

    async def _bring_up(self, session: Session, frames: Iterator[Frame], read_upto: int | None) -> None:
        """Send a joining session much, no faster than it reads, then what was held back meanwhile; then it is live."""
        room = session.room
        if read_upto is not None:
            try:
                # From the start's own commit on: of that one too some ops may be missing.
                commits = await self.log.read(room.name, max(session.start.n - 1, 0), read_upto)
            except Trimmed:
                room.make_stale(session)
                return
            except StoreUnavailable:
                session.socket.close()
                return
            told = (Told(op, c.offset(i), None, 0.0) for c in commits for i, op in enumerate(c.ops))
            missed = (told_op for told_op in told if told_op.offset[1:] > session.start[1:])
            frames = chain(frames, room.frames_for(session, missed))
        while session.state is State.JOINING and await session.socket.connection.drained():
            chunk = take(frames) or take(room.held_for(session))
            if not chunk:
                room.go_live(session)
                return
            session.socket.send((Batch(chunk),))

    def subscribed(self, board: str) -> None:
        """Source: ``store.bus.Listener``."""
        if board in self._rooms:
            self._rooms[board].subscribed()

    def message(self, board: str, message: bytes) -> None:
        """Source: ``store.bus.Listener``."""
        room = self._rooms.get(board)
        if room is not None:
            try:
                told = read_message(message)
                if isinstance(told, News):
                    self.presence.hear(room, told)
                elif told is not None:
                    room.message(told)
            except Exception:
                # One board's trouble must not end the bus of all. The room reads on from the log.
                logger.exception("bus message failed", board=board)
                room.repair()

    def taken(self, taken: Taken) -> None:
        """Source: ``store.bus.Listener``."""
        room = self._rooms.get(taken.board)
        if room is not None:
            room.taken(taken)

    async def _upkeep(self) -> None:
        while True:
            await asyncio.sleep(_UPKEEP_SECONDS)
            try:
                await self._compare_heads()
            except StoreUnavailable as error:
                logger.debug("upkeep put off", error=str(error))
            for room in self._rooms.values():
                room.forget(asyncio.get_running_loop().time() - self.sessions.lifetime_seconds)
                room.tell_offsets()
            self.folding.consider(self._rooms.values())
            self._find_idle()

    async def _compare_heads(self) -> None:
        """Find rooms whose last message was lost: no gap shows that (L6)."""
        rooms = list(self._rooms.values())
        before = [room.position.n for room in rooms]
        heads = await self.log.heads([room.name for room in rooms])
        for room, n, head in zip(rooms, before, heads, strict=True):
            if head < n or n <= room.position.n < head:
                room.repair()

    def _find_idle(self) -> None:
        now = asyncio.get_running_loop().time()
        for board in self._rooms:
            self._idle.setdefault(board, now)
        self._close_idle(unused_since=now - _IDLE_SECONDS)

    def _close_idle(self, unused_since: float = -math.inf) -> None:
        """Close the rooms that nobody is in: those unused for long, and the longest unused above the bound."""
        for board in [board for board in self._idle if self._is_used(board)]:
            del self._idle[board]
        above = len(self._idle) - MAX_IDLE_ROOMS
        for place, (board, since) in enumerate(list(self._idle.items())):
            if (place < above or since <= unused_since) and board in self._idle and not self._is_used(board):
                del self._idle[board]
                self._rooms.pop(board).close()
                self._metrics.rooms.set(len(self._rooms))
                self._bus.unsubscribe(board)

    def _is_used(self, board: str) -> bool:
        room = self._rooms.get(board)
        return room is None or bool(room.sessions) or self.committer.holds(board)
