"""
A room: the sessions of one board on this replica, and the board as it was delivered to them.

Commits come from its feed, in the log's order; they are applied whole, then handed out.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from whiteboard.domain.board import Board
from whiteboard.domain.ops import client_of, number_of
from whiteboard.domain.positions import BEGINNING, Offset, Position
from whiteboard.engine.frame import Frame
from whiteboard.metrics import Metrics
from whiteboard.protocol.claims import Taken
from whiteboard.protocol.commits import Commit
from whiteboard.protocol.messages import Committed, Pointed
from whiteboard.rooms.audience import Audience
from whiteboard.rooms.backlog import Backlog
from whiteboard.rooms.beat import Beat
from whiteboard.rooms.claims import Claims
from whiteboard.rooms.dialects import BOARD, CLASSIC, DIALECTS
from whiteboard.rooms.feed import Feed
from whiteboard.rooms.recent import Recent
from whiteboard.rooms.replay import Replay
from whiteboard.rooms.roster import Roster
from whiteboard.rooms.session import Session, State
from whiteboard.rooms.told import Dialect, Told
from whiteboard.store.log import Log
from whiteboard.store.snapshots import Snapshots

_SUPERSEDED_SECONDS: Final = 5.0
_UNDER_WAY_SECONDS: Final = 1.0  # in which what a client has sent before it came back arrives


class Room:
    """The sessions of one board on this replica."""

    def __init__(
        self, name: str, log: Log, snapshots: Snapshots, metrics: Metrics, beat: Beat, has_memory: Callable[[], bool]
    ) -> None:
        """
        Args:
            has_memory: tells whether this replica may remember more.
        """
        self.name = name
        self.content = Board()
        self.feed = Feed(name, log, snapshots, metrics, self)
        self.audiences = {dialect: Audience(dialect, beat) for dialect in DIALECTS}
        self.committed_at = 0.0
        """When this replica last sent a commit of the board on its way, by the event loop's clock."""
        self.visitors = 0
        """How many wait for it to open."""
        self._log = log
        self._beat = beat
        self.roster: Roster | None = None
        """Who is here on whichever replica; None until somebody of ``/board`` has come."""
        self._metrics = metrics
        self._due: list[tuple[Session, str, Offset]] = []
        self._waiting: set[Session] = set()
        """Sessions of which an op was refused with ``retry`` (``Session.refused_n``)."""
        self._loop = asyncio.get_running_loop()
        self._recent = Recent()
        self._replay: Replay | None = None
        """What classic clients that came lately were shown: it may serve the next ones too."""
        self._has_memory = has_memory
        self._backlog: Backlog | None = None
        """What pages that came lately had missed and the room has forgotten: it may serve the next ones too."""
        self._claims = Claims(self._loop.time)

    @property
    def position(self) -> Position:
        """Behind the last commit that was delivered."""
        return self.feed.position

    @property
    def sessions(self) -> list[Session]:
        """All sessions of the room."""
        return [session for audience in self.audiences.values() for session in audience.sessions.values()]

    def recalls(self, offset: Offset, dialect: Dialect) -> bool:
        """Tell whether a session can go on from ``offset``: it is in the log, and what came behind it can be told."""
        # The log tells ops; only what is at hand tells the segments that they drew.
        return self.feed.holds(offset.position) and (dialect is BOARD or self._recent.reaches(offset))

    def tell_offsets(self) -> None:
        """Tell classic sessions that hear nothing but themselves where they are (R5)."""
        if self._recent.last is not None:
            self.audiences[CLASSIC].tell_offset(self._recent.last)

    def admit(self, session: Session) -> bool:
        """
        Let a session in, joining: commits behind the room's present position are held for it.

        Returns: False if another connection has claimed it since.
        """
        former = self._claims.holder(session.key.pid_hash)
        if not self._claims.admit(session):
            self.supersede(session)
            return False
        if former is not None:
            self.supersede(former)
        self.audiences[session.dialect].admit(session)
        self._count()
        return True

    def replay(self, since: Offset = BEGINNING) -> Replay:
        """
        Return the board for a classic client that comes now; what has come behind it, the client has ``missed``.

        Args:
            since: where it may begin at the earliest, not ahead of the room.
        """
        replay = self._replay
        missed = None if replay is None else self._recent.since(replay.start)
        if replay is None or missed is None or len(missed) > replay.size or replay.start[1:] < since[1:]:
            replay = self._replay = Replay(CLASSIC, self.content, self.position)
        return replay

    def missed(self, session: Session) -> list[Told] | None:
        """Return what an admitted session has missed since its start; None if that is not at hand any more."""
        return self._recent.since(session.start)

    def backlog(self, session: Session) -> Backlog:
        """Return the log from a session's start on, or from before it."""
        after = max(session.start.n - 1, 0)  # from the start's own commit on: of that one too some ops may be missing
        if self._backlog is None or after < self._backlog.after:
            self._forget_backlog()
            self._backlog = Backlog(self._log, self.name, after, self._has_memory)
        return self._backlog

    def frames_for(self, session: Session, missed: Iterable[Told]) -> Iterator[Frame]:
        """Yield how a session is told of ops, its own included."""
        return self.audiences[session.dialect].frames_for(session, missed)

    @property
    def remembered_bytes(self) -> int:
        """What it costs, roughly, to remember what was told."""
        return self._recent.size_bytes + (self._backlog.size_bytes if self._backlog else 0)

    def forget(self, before: float) -> None:
        """Keep what was told since a time of the event loop's clock, for those who come back."""
        self._recent.forget(before)
        self._replay = None
        if self._backlog is not None and not self._backlog.readers:
            self._forget_backlog()
        self._claims.forget(before)

    def forget_told(self, before: float) -> None:
        """Keep ops told since then only: whoever has missed others reads them from the log, or starts over."""
        self._recent.forget(before)
        self._forget_backlog()

    def _forget_backlog(self) -> None:
        if self._backlog is not None:
            self._backlog.forget()  # those who follow it may take long
            self._backlog = None

    def taken(self, taken: Taken) -> None:
        """Let the sessions go that another connection has claimed, those included that have not come yet (R2)."""
        session = self._claims.note(taken)
        if session is not None:
            self.supersede(session)

    def supersede(self, session: Session) -> None:
        """Tell a session nothing more; what its client has sent is still committed, and soon its connection closed."""
        self.leave(session)
        session.socket.let_go(_UNDER_WAY_SECONDS)  # of a drain: its client has noticed, or it would not be elsewhere
        self._loop.call_later(_SUPERSEDED_SECONDS, session.socket.close)

    def held_for(self, session: Session) -> Iterator[Frame]:
        """Yield what was held back for a joining session, as long as it is taken."""
        self.audiences[session.dialect].flush()
        return session.take_held()

    def go_live(self, session: Session) -> None:
        """Let a session that has got what it missed follow what is new."""
        self.audiences[session.dialect].go_live(session)

    def make_stale(self, session: Session) -> None:
        """Tell a session that its position is not in this log: it is to fetch the board anew (B9)."""
        self.audiences[session.dialect].silence(session)
        self._metrics.resyncs.inc()
        session.become(State.STALE)
        session.socket.emit("resync", {})
        if session.dialect is CLASSIC:
            # A stock client makes nothing of the event; closed, it comes back by itself and is shown the board.
            session.socket.close()

    def leave(self, session: Session) -> None:
        """Let a session go. What it has queued is still committed. May be called twice."""
        self._claims.leave(session)
        self.audiences[session.dialect].leave(session)
        self._waiting.discard(session)
        self._count()
        if session.state is not State.LEFT:
            session.become(State.LEFT)

    def _count(self) -> None:
        self._beat.note(self.name, sum([len(audience.sessions) for audience in self.audiences.values()]))

    def hear(self, told: Committed | Pointed) -> None:
        """Take what the bus brings."""
        if isinstance(told, Pointed):
            self.audiences[BOARD].point(told.cursors)
        else:
            self.feed.hear(told.position, told.body)

    def refuse_behind(self, session: Session, n: int) -> None:
        """Note that op n of a session was refused with ``retry``: those above wait until it is in, or comes again."""
        session.refused_n = n
        self._waiting.add(session)

    def acknowledge_repeat(self, session: Session, op_id: str, offset: Offset) -> None:
        """Acknowledge an op that had entered the log before, as soon as the room has delivered that far."""
        self._due.append((session, op_id, offset))
        self._settle_due()

    def start_over(self, begin: Offset, board: Board) -> None:
        """
        Go on with another board: whoever was shown something else fetches it anew (L7, B9).

        Source: ``feed.Reader``.
        """
        self.content, self._recent = board, Recent(begin)
        self._replay = None
        self._forget_backlog()
        self._due.clear()
        for session in self.sessions:
            session.pen = None  # what it still sends begins a stroke that can be seen
            if session.state is not State.STALE:
                self.make_stale(session)

    def apply(self, commit: Commit) -> list[Told]:
        """Source: ``feed.Reader``."""
        now = self._loop.time()
        return [
            Told(logged, commit.offset(index), None if logged.op is None else self.content.apply(logged.op), now)
            for index, logged in enumerate(commit.ops)
        ]

    def tell(self, news: list[Told]) -> None:
        """Source: ``feed.Reader``."""
        for told in news:
            if told.drawn is None:
                self._replay = None  # something that it shows may look otherwise now, or be gone
                if told.removes:
                    self._lift_pens()
            self._recent.add(told)
        for audience in self.audiences.values():
            if audience.sessions:
                audience.tell(news)
                self._metrics.deliveries.counts[""] += len(news) * len(audience.sessions)
        if self._due:
            self._settle_due()
        if self._waiting:
            self._let_go_on(news)

    def _let_go_on(self, news: list[Told]) -> None:
        """Let sessions go on whose refused op is in the log: another connection of their client has brought it."""
        for session in list(self._waiting):
            if session.refused_n is None or any(
                client_of(told.id) == session.client and number_of(told.id) >= session.refused_n
                for told in news
                if told.id
            ):
                session.refused_n = None
                self._waiting.discard(session)

    def _lift_pens(self) -> None:
        for session in self.audiences[CLASSIC].sessions.values():
            if session.pen is not None and session.pen.element_id not in self.content.elements:
                session.pen = None

    def _settle_due(self) -> None:
        due = [entry for entry in self._due if entry[2].n <= self.position.n]
        self._due = [entry for entry in self._due if entry[2].n > self.position.n]
        for session, op_id, offset in due:
            if not self.feed.holds(offset.position):
                # Redis has lost it since, and numbered another in its place: the page is to send it again.
                if session.state in (State.JOINING, State.LIVE):
                    self.make_stale(session)
                continue
            # To the page it is its place as well, which must not go back: a stock client would hear all since again.
            told = Offset.behind(self.position) if session.dialect is BOARD else offset
            self.audiences[session.dialect].tell_again(session, op_id, told)
