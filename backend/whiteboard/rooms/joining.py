"""How a session comes to follow its room: what it has missed first, then what is new, with no gap (SPEC.md B4, B9)."""

import asyncio
import contextlib
from collections.abc import Iterable, Iterator
from itertools import chain

import structlog

from whiteboard.engine.frame import Batch, Frame
from whiteboard.errors import StoreUnavailable, Trimmed
from whiteboard.rooms.chunks import CHUNK_BYTES, size_of, take
from whiteboard.rooms.dialects import BOARD, CLASSIC
from whiteboard.rooms.session import Session, State

logger = structlog.get_logger(__name__)


class Joining:
    """The sessions of this replica that are being brought up to their rooms."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def join(self, session: Session, first: Iterable[Frame] = ()) -> None:
        """
        Let a session follow its room.

        Args:
            first: sent before what it has missed, at the pace that the client takes it.
        """
        room = session.room
        if not room.admit(session):
            return
        if not room.feed.holds(session.start.position) or (session.lost_place and session.dialect is BOARD):
            room.make_stale(session)
            return
        missed = room.missed(session)
        if missed is None and session.dialect is CLASSIC:
            # Forgotten since it was recalled. The log tells ops, not the segments that they drew (R4).
            room.make_stale(session)
            return
        frames = iter(first) if missed is None else chain(first, room.frames_for(session, missed))
        few = take(frames)
        session.socket.send(few)
        if missed is not None and size_of(few) < CHUNK_BYTES:
            room.go_live(session)
            return
        read_upto = room.position.n if missed is None else None
        task = asyncio.get_running_loop().create_task(self._bring_up(session, frames, read_upto))
        self._tasks.add(task)

        def ended(task: asyncio.Task[None]) -> None:
            self._tasks.discard(task)
            if not task.cancelled() and (error := task.exception()) is not None:
                # Better that the client comes again than that it waits for ever.
                logger.error("joining failed", board=room.name, sid=session.sid, exc_info=error)
                session.socket.close()

        task.add_done_callback(ended)

    def close(self) -> None:
        """Bring nobody up any more. May be called twice."""
        for task in self._tasks:
            task.cancel()

    async def _bring_up(self, session: Session, frames: Iterator[Frame], read_upto: int | None) -> None:
        """Send a joining session much, no faster than it reads, then what was held back meanwhile; then it is live."""
        room = session.room
        try:
            if read_upto is not None:
                async with contextlib.aclosing(room.backlog(session).behind(session.start, read_upto)) as pages:
                    async for missed in pages:
                        if not await self._send(session, room.frames_for(session, missed)):
                            return
        except Trimmed:
            if session.state is State.JOINING:
                room.make_stale(session)
            return
        except StoreUnavailable:
            session.socket.close()
            return
        while await self._send(session, frames):
            few = take(room.held_for(session))
            if not few:
                room.go_live(session)
                return
            frames = iter(few)

    @staticmethod
    async def _send(session: Session, frames: Iterator[Frame]) -> bool:
        """Send frames, no faster than the client reads. False if the session joins no more."""
        while session.state is State.JOINING and await session.socket.connection.drained():
            chunk = take(frames)
            if not chunk:
                return True
            session.socket.send((Batch(chunk),))
        return False
