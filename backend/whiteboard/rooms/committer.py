"""
Group commit: what boards have queued goes into Redis in one pipeline a replica, at most one commit a board at a time.

While a pipeline is away, ops queue up and go together into the next one: an idle replica waits for nobody, a busy one
sends a pipeline a frame. A batch whose outcome is unknown is repeated as it is, with the same op ids, until
Redis answers (SPEC.md L8, E6).
"""

import asyncio
import random
from typing import Final

import structlog
from msgspec import Struct

from whiteboard.domain.ops import AnyOp, parts_of
from whiteboard.errors import Busy, StoreUnavailable
from whiteboard.metrics import Metrics
from whiteboard.protocol.codec import encode
from whiteboard.rooms.beat import Beat
from whiteboard.rooms.room import Room
from whiteboard.rooms.session import Session
from whiteboard.store.backoff import Backoff
from whiteboard.store.connection import RedisError
from whiteboard.store.log import Appended, Batch, Log, NewOp

MAX_QUEUED_OPS: Final = 5_000
MAX_QUEUED_BYTES: Final = 8_000_000
MAX_QUEUED_BYTES_IN_ALL: Final = 64_000_000
"""Of all boards together, with ``_OP_BYTES`` more for each op."""
_OP_BYTES: Final = 1_000
MAX_COMMIT_OPS: Final = 500
MAX_COMMIT_BYTES: Final = 256_000
_BACKOFF_SECONDS: Final = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0)

logger = structlog.get_logger(__name__)


class _Queued(Struct, frozen=True):
    session: Session
    op_id: str
    new: NewOp


class _Queue:
    """A board's ops that wait for Redis, and those on their way."""

    __slots__ = ("attempt", "bytes", "room", "sent", "waiting")

    def __init__(self, room: Room) -> None:
        self.room = room
        self.waiting: list[_Queued] = []
        self.sent: list[_Queued] = []
        self.bytes = 0
        self.attempt = 0

    def take(self) -> None:
        """Move the next commit's ops from waiting to sent."""
        size = 0
        for count, queued in enumerate(self.waiting[:MAX_COMMIT_OPS]):
            size += len(queued.new.raw)
            if count and size > MAX_COMMIT_BYTES:
                break
            self.sent.append(queued)
        del self.waiting[: len(self.sent)]


class Committer:
    """The way from this replica's sessions into the logs."""

    def __init__(self, log: Log, metrics: Metrics, beat: Beat, lots: random.Random) -> None:
        self._log = log
        self._beat = beat
        self._backoff = Backoff(_BACKOFF_SECONDS, lots)
        self._metrics = metrics
        self._queues: dict[str, _Queue] = {}
        self._bytes = 0
        self._ready: list[_Queue] = []
        self._sent_at = 0.0
        self._wake = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._empty = asyncio.Event()
        self._empty.set()

    def submit(self, session: Session, op: AnyOp) -> None:
        """
        Queue a session's op for its board; its acknowledgement comes with its delivery.

        Raises:
            BoardFull, TooManyPoints: a limit of the board.
            Busy: the board's queue is at its bound, or all queues together are (retry).
        """
        room = session.room
        room.content.check(op)
        new = NewOp(*parts_of(op.id), encode(op))
        size = len(new.raw) + _OP_BYTES
        if self._bytes + size > MAX_QUEUED_BYTES_IN_ALL:
            raise Busy("too many changes are waiting; try again in a moment")
        queue = self._queues.get(room.name)
        if queue is None:
            queue = self._queues[room.name] = _Queue(room)
        elif len(queue.waiting) >= MAX_QUEUED_OPS or queue.bytes + len(new.raw) > MAX_QUEUED_BYTES:
            raise Busy("this board has too many changes waiting; try again in a moment")
        self._empty.clear()
        self._bytes += size
        queue.bytes += len(new.raw)
        queue.waiting.append(_Queued(session, op.id, new))
        if len(queue.waiting) == 1 and not queue.sent:
            self._make_ready_in_time(queue)

    def holds(self, board: str) -> bool:
        """Tell whether ops of a board are still on their way."""
        return board in self._queues

    async def drained(self) -> None:
        """Wait until every op is in its log."""
        await self._empty.wait()

    def seconds_to_next(self) -> float:
        """Return for how many seconds commits are gathered still; 0 on an idle replica, which sends them at once."""
        return self._beat.seconds_to_next(self._sent_at)

    async def run(self) -> None:
        """Carry queues to Redis until cancelled."""
        while True:
            await self._wake.wait()
            await asyncio.sleep(self.seconds_to_next())
            self._wake.clear()
            queues, self._ready = self._ready, []
            self._sent_at = self._loop.time()
            await self._commit(queues)

    async def _commit(self, queues: list[_Queue]) -> None:
        now = self._loop.time()
        for queue in queues:
            queue.room.committed_at = now
            if not queue.sent:
                queue.take()
        try:
            results = await self._log.append([Batch(q.room.name, [queued.new for queued in q.sent]) for q in queues])
        except StoreUnavailable as error:
            for queue in queues:
                self._try_again(queue, error)
            return
        self._metrics.commits.inc(sum(isinstance(result, Appended) and result.position.n > 0 for result in results))
        for queue, result in zip(queues, results, strict=True):
            if isinstance(result, RedisError):
                self._try_again(queue, result)
            else:
                self._settle(queue, result)

    def _settle(self, queue: _Queue, appended: Appended) -> None:
        for queued, offset in zip(queue.sent, appended.repeats, strict=True):
            queue.bytes -= len(queued.new.raw)
            self._bytes -= len(queued.new.raw) + _OP_BYTES
            if offset is not None:
                queue.room.acknowledge_repeat(queued.session, queued.op_id, offset)
        queue.sent, queue.attempt = [], 0
        if queue.waiting:
            self._make_ready_in_time(queue)
        else:
            del self._queues[queue.room.name]
            if not self._queues:
                self._empty.set()

    def _try_again(self, queue: _Queue, error: Exception) -> None:
        self._metrics.append_failures.inc()
        if queue.attempt == 0:
            logger.warning("append failed", board=queue.room.name, ops=len(queue.sent), error=str(error))
        pause = self._backoff.pause(queue.attempt)
        queue.attempt += 1
        self._loop.call_later(pause, self._make_ready, queue)

    def _make_ready_in_time(self, queue: _Queue) -> None:
        """Let a board commit: now, or in the next frame if it has committed in this one."""
        seconds = self._beat.seconds_to_next(queue.room.committed_at)
        if seconds == 0:
            self._make_ready(queue)
        else:
            self._loop.call_later(seconds, self._make_ready, queue)

    def _make_ready(self, queue: _Queue) -> None:
        self._ready.append(queue)
        self._wake.set()
