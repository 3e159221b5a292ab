"""
The sessions of a room that speak one dialect, and the one write that each gets a frame (``beat``).

What is delivered within a frame is gathered, encoded once and written as the same bytes to each socket: nothing is
made for a recipient, but for those who wrote, who are told that it is in. A quiet room waits for nothing: the first
delivery goes out at once, and only what follows it closely is gathered.
"""

import asyncio
from collections.abc import Iterable, Iterator, Sequence, Set
from itertools import chain

from whiteboard.domain.positions import Offset
from whiteboard.engine.connection import Connection
from whiteboard.engine.fan_out import write_all
from whiteboard.engine.frame import Batch, Frame
from whiteboard.protocol.cursors import Cursors
from whiteboard.protocol.presence import People
from whiteboard.rooms.beat import Beat
from whiteboard.rooms.session import Session, State
from whiteboard.rooms.told import Dialect, Told


class Audience:
    """Everybody in a room whom one dialect is spoken to."""

    def __init__(self, dialect: Dialect, beat: Beat) -> None:
        self.dialect = dialect
        self._beat = beat
        self._loop = asyncio.get_running_loop()  # asking for it costs a system call in Python 3.11
        self.sessions: dict[str, Session] = {}
        """By sid; those that are stale are still here, and hear nothing."""
        self._live: dict[str, Connection] = {}
        self._joining: dict[str, Session] = {}
        self._parts: list[Told] = []
        self._cursors: Cursors = {}
        self._people: People = {}
        self._trailing: Set[str] = frozenset()
        """Whom the last write may have told no offset: they wrote what came last, or it is nothing to this dialect."""
        self._last_write = 0.0
        self._is_due = False
        """Whether the beat is to call ``flush``."""

    def admit(self, session: Session) -> None:
        """Let a joining session in: what is told from now on is held for it. One of the same sid that is still here
        is silenced."""
        self.flush()
        self._live.pop(session.sid, None)
        self.sessions[session.sid] = self._joining[session.sid] = session

    def go_live(self, session: Session) -> None:
        """From now on a session is written to as soon as there is something."""
        self.flush()
        if self._joining.get(session.sid) is session:  # else another connection has taken the session over
            del self._joining[session.sid]
            session.go_live()
            self._live[session.sid] = session.socket.connection

    def silence(self, session: Session) -> None:
        """Tell a session nothing any more."""
        if self.sessions.get(session.sid) is session:
            self._live.pop(session.sid, None)
            self._joining.pop(session.sid, None)

    def leave(self, session: Session) -> None:
        """Let a session go; one that has taken its place stays."""
        self.silence(session)
        if self.sessions.get(session.sid) is session:
            del self.sessions[session.sid]

    def tell(self, news: Iterable[Told]) -> None:
        """Tell everybody of ops, and their senders, if here, that they are in, with the next write."""
        self._parts += news
        self.flush_soon()

    def frames_for(self, session: Session, missed: Iterable[Told]) -> Iterator[Frame]:
        """Yield how a session is told of ops: as all others, and of its own as their sender."""
        for told in missed:
            yield from self._own(session, told) if told.by == session.sid else told.frames(self.dialect)

    def tell_offset(self, offset: Offset) -> None:
        """Tell those who heard nothing of what came last how far the log has come."""
        self.flush()
        for sid in self._trailing & self._live.keys():
            self.sessions[sid].socket.send((self.dialect.offset_only(offset),))
        self._trailing = frozenset()

    def tell_again(self, session: Session, op_id: str, offset: Offset) -> None:
        """Tell a sender, behind what is waiting, that an op of its had entered before."""
        self.flush()
        frames = self.dialect.own(op_id, offset, session.take_ack(op_id))
        if session.state is State.JOINING:
            self._hold(session, frames)
        elif session.state is State.LIVE:
            session.socket.send(frames)

    def point(self, cursors: Cursors) -> None:
        """Tell everybody where some point now: who is congested does not get it."""
        if self.sessions:
            self._cursors |= cursors
            self.flush_soon()

    def meet(self, people: People) -> None:
        """Tell everybody who is here, or has left: who is congested hears of it when it is told again."""
        if self.sessions:
            self._people |= people
            self.flush_soon()

    def flush_soon(self) -> None:
        """Write what there is: as soon as nothing else is at hand, or with the next frame if this had a write."""
        if not self._is_due:
            self._is_due = True
            self._beat.write_soon(self._last_write, self.flush)

    def flush(self) -> None:
        """Write what there is now, at most once to each socket."""
        self._is_due = False
        parts, self._parts = self._parts, []
        cursors, self._cursors = self._cursors, {}
        people, self._people = self._people, {}
        if not parts and not cursors and not people:
            return
        self._last_write = self._loop.time()
        try:
            self._tell(parts, cursors, people)
        except Exception:
            # A defect: some may have been told and some not. All come back, by their positions.
            for session in list(self.sessions.values()):
                self.silence(session)
                session.socket.close()
            raise

    def _tell(self, parts: Sequence[Told], cursors: Cursors, people: People) -> None:
        aside = self.dialect.aside(cursors, people) if cursors or people else None
        authors = {by for part in parts if (by := part.by) in self.sessions}
        frames = [self.dialect.frames(part) for part in parts]  # not kept with the op: few are told of it again
        shown = frames[0] if len(frames) == 1 else list(chain.from_iterable(frames))
        # The few who wrote step aside meanwhile: nothing is made, or asked, for each of the others.
        apart = {sid: self._live.pop(sid) for sid in authors if sid in self._live}
        try:
            self._write(self._live.values(), shown, aside)
        finally:
            self._live |= apart
        if parts:
            self._trailing = authors if frames[-1] else self._live.keys()
        for sid in authors:
            session = self.sessions[sid]
            turns = zip(parts, frames, strict=True)
            own = [frame for part, its in turns for frame in (self._own(session, part) if part.by == sid else its)]
            if sid in apart:
                self._write((apart[sid],), own, aside)
            elif sid in self._joining:
                self._hold(self._joining[sid], own)
        if self._joining:
            for sid in self._joining.keys() - authors:
                self._hold(self._joining[sid], shown)

    @staticmethod
    def _write(connections: Iterable[Connection], frames: Sequence[Frame], aside: Frame | None) -> None:
        if frames or aside is not None:
            write_all(connections, frames[0] if len(frames) == 1 else Batch(frames), aside)

    def _own(self, session: Session, told: Told) -> Sequence[Frame]:
        """Return what a session is told of an op of its own."""
        return self.dialect.own(told.id, told.offset, session.take_ack(told.id))

    def _hold(self, session: Session, frames: Sequence[Frame]) -> None:
        if self._joining.get(session.sid) is session and not session.hold(frames):
            # Too much for a client that reads so slowly: it comes back by its position.
            self.silence(session)
            session.socket.close()
