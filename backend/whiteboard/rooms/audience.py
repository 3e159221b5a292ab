"""
The sessions of a room that speak one dialect, and the one write that each gets a display frame.

What is delivered within a frame is gathered, encoded once and written as the same bytes to each socket: no task,
queue or copy a recipient. A quiet room waits for nothing: the first delivery goes out at once, and only what follows
it closely is gathered.
"""

import asyncio
from collections.abc import Sequence
from typing import Final, NamedTuple

from whiteboard.domain.board import Board
from whiteboard.engine.connection import Connection, write_all
from whiteboard.engine.frame import Batch, Frame
from whiteboard.protocol.commits import LoggedOp
from whiteboard.protocol.cursors import Cursors
from whiteboard.rooms.dialects import Dialect
from whiteboard.rooms.session import Session, State

FRAME_SECONDS: Final = 0.016


class _Part(NamedTuple):
    """One op: who sent it, and what the others are told of it."""

    by: str
    op_id: str
    offset: str
    frames: Sequence[Frame]


class Audience:
    """Everybody in a room whom one dialect is spoken to."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self._loop = asyncio.get_running_loop()  # asking for it costs a system call in Python 3.11
        self.sessions: dict[str, Session] = {}
        """By sid; those that are stale are still here, and hear nothing."""
        self._live: dict[str, Connection] = {}
        self._joining: dict[str, Session] = {}
        self._parts: list[_Part] = []
        self._cursors: Cursors = {}
        self._last_write = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def admit(self, session: Session) -> None:
        """Let a joining session in: what is told from now on is held for it."""
        self.flush()
        self.sessions[session.sid] = self._joining[session.sid] = session

    def go_live(self, session: Session) -> None:
        """From now on a session is written to as soon as there is something."""
        self.flush()
        del self._joining[session.sid]
        session.go_live()
        self._live[session.sid] = session.socket.connection

    def silence(self, session: Session) -> None:
        """Tell a session nothing any more."""
        self._live.pop(session.sid, None)
        self._joining.pop(session.sid, None)

    def leave(self, session: Session) -> None:
        """Let a session go."""
        self.silence(session)
        self.sessions.pop(session.sid, None)

    def tell(self, logged: LoggedOp, offset: str, before: Board) -> None:
        """Tell everybody of an op, and its sender, if here, that it is in; ``before`` is the board before it."""
        op_id = "" if logged.op is None else logged.op.id
        self._parts.append(_Part(logged.by, op_id, offset, self.dialect.frames(logged, offset, before)))

    def tell_again(self, session: Session, op_id: str, offset: str) -> None:
        """Tell a sender, behind what is waiting, that an op of its had entered before."""
        self.flush()
        frames = self.dialect.own(session, op_id, offset)
        if session.state is State.JOINING:
            session.hold(frames)
        elif session.state is State.LIVE:
            session.socket.send(frames)

    def point(self, cursors: Cursors) -> None:
        """Tell everybody where some point now: who is congested does not get it."""
        if self.sessions:
            self._cursors |= cursors
            self.flush_soon()

    def flush_soon(self) -> None:
        """Write what there is: now, or a display frame after the last write."""
        if self._timer is None:
            due = self._last_write + FRAME_SECONDS
            if due <= self._loop.time():
                self.flush()
            else:
                self._timer = self._loop.call_at(due, self.flush)

    def flush(self) -> None:
        """Write what there is now, at most once to each socket."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        parts, self._parts = self._parts, []
        cursors, self._cursors = self._cursors, {}
        if not parts and not cursors:
            return
        self._last_write = self._loop.time()
        aside = self.dialect.cursors(cursors) if cursors else None
        authors = {part.by for part in parts} & self.sessions.keys()
        told = Batch([frame for part in parts for frame in part.frames])
        write_all(
            [self._live[sid] for sid in self._live.keys() - authors] if authors else self._live.values(), told, aside
        )
        for sid in authors:
            own = [frame for part in parts for frame in self._own_frames(self.sessions[sid], part)]
            if sid in self._live:
                write_all((self._live[sid],), Batch(own), aside)
            self._hold(sid, own)
        for sid in self._joining.keys() - authors:
            self._hold(sid, told.frames)

    def _own_frames(self, session: Session, part: _Part) -> Sequence[Frame]:
        return self.dialect.own(session, part.op_id, part.offset) if part.by == session.sid else part.frames

    def _hold(self, sid: str, frames: Sequence[Frame]) -> None:
        session = self._joining.get(sid)
        if session is not None and not session.hold(frames):
            session.socket.close()
