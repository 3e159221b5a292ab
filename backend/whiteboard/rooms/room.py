"""
A room: one board as this replica has delivered it, and the sessions it delivers to.

Commits come from the bus, and from the log where the bus left a gap; they are applied and handed out strictly in the
log's order (SPEC.md L2, L6, L7). While a gap is being read, what the bus brings is only noticed: the log holds it
already, since an append stores before it publishes.
"""

import asyncio
import contextlib
from collections.abc import Iterable, Iterator
from enum import Enum
from typing import Final

import structlog

from whiteboard.domain.board import Board
from whiteboard.domain.ops import Clear, Remove
from whiteboard.domain.positions import ORIGIN, Lineage, Offset, Position, Verdict, judge
from whiteboard.engine.frame import Frame
from whiteboard.errors import StoreUnavailable
from whiteboard.metrics import Metrics
from whiteboard.protocol.commits import Commit, decode_commit
from whiteboard.protocol.messages import Committed, Pointed
from whiteboard.rooms.audience import Audience
from whiteboard.rooms.claims import Claims
from whiteboard.rooms.dialects import BOARD, CLASSIC, DIALECTS, Dialect
from whiteboard.rooms.recent import Recent, Told
from whiteboard.rooms.replay import Replay
from whiteboard.rooms.session import Session, State
from whiteboard.store.bus import Taken
from whiteboard.store.log import Log
from whiteboard.store.pace import Pace
from whiteboard.store.snapshots import Snapshots

_RETRY_SECONDS: Final = 0.5
_DEFECT_SECONDS: Final = 5.0
_REACH_SECONDS: Final = 5.0
_SUPERSEDED_SECONDS: Final = 5.0

logger = structlog.get_logger(__name__)


class RoomState(Enum):
    """Whether a room delivers from the bus, or reads the log first."""

    REPAIRING = "repairing"
    LIVE = "live"
    CLOSED = "closed"


LEGAL: Final = {
    RoomState.REPAIRING: {RoomState.LIVE, RoomState.CLOSED},
    RoomState.LIVE: {RoomState.REPAIRING, RoomState.CLOSED},
    RoomState.CLOSED: set[RoomState](),
}


class Room:
    """The sessions of one board on this replica."""

    def __init__(self, name: str, log: Log, snapshots: Snapshots, metrics: Metrics) -> None:
        self.name = name
        self.content = Board()
        self.position: Position = ORIGIN
        self.lineage = Lineage(ORIGIN, {})
        self.audiences = {dialect: Audience(dialect) for dialect in DIALECTS}
        self.ready = asyncio.Event()
        """Set once the room has caught up with the log for the first time."""
        self.committed_at = 0.0
        """When this replica last sent a commit of the board on its way, by the event loop's clock."""
        self._log = log
        self._snapshots = snapshots
        self._metrics = metrics
        self._state = RoomState.REPAIRING
        self._noticed = 0
        self._repair: asyncio.Task[None] | None = None
        self._due: list[tuple[Session, str, Offset]] = []
        self._loop = asyncio.get_running_loop()
        self._recent = Recent()
        self._replay: Replay | None = None
        """What classic clients that came lately were shown: it may serve the next ones too."""
        self._claims = Claims(self._loop.time)

    @property
    def sessions(self) -> list[Session]:
        """All sessions of the room."""
        return [session for audience in self.audiences.values() for session in audience.sessions.values()]

    def holds(self, position: Position) -> bool:
        """Tell whether ``position`` is part of what this room has delivered."""
        delivered = self.lineage._replace(head=self.position)
        return position.n <= self.position.n and delivered.holds(position)

    async def reach(self, position: Position) -> None:
        """
        Read on if ``position`` lies ahead: its holder may come from a replica that has heard more.

        Raises:
            StoreUnavailable: the log could not be read in time (retry).
        """
        for _ in range(2):  # What is being read already may have begun before the position was told to anybody.
            if self.holds(position):
                return
            self.repair()
            if self._repair is not None:
                _, late = await asyncio.wait({self._repair}, timeout=_REACH_SECONDS)
                if late:
                    raise StoreUnavailable("the board cannot be read now")

    def recalls(self, offset: Offset, dialect: Dialect) -> bool:
        """Tell whether a session can go on from ``offset``: it is in the log, and what came behind it can be told."""
        # The log tells ops; only what is at hand tells the segments that they drew.
        return self.holds(offset.position) and (dialect is BOARD or self._recent.since(offset) is not None)

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
        return True

    def replay(self) -> Replay:
        """Return the board for a classic client that comes now; what has come since, it has ``missed``."""
        since = None if self._replay is None else self._recent.since(self._replay.start)
        if self._replay is None or since is None or len(since) > self._replay.size:
            self._replay = Replay(CLASSIC, self.content, self.position)
        return self._replay

    def missed(self, session: Session) -> list[Told] | None:
        """Return what an admitted session has missed since its start; None if that is not at hand any more."""
        return self._recent.since(session.start)

    def frames_for(self, session: Session, missed: Iterable[Told]) -> Iterator[Frame]:
        """Yield how a session is told of ops, its own included."""
        return self.audiences[session.dialect].frames_for(session, missed)

    def forget(self, before: float) -> None:
        """Keep what was told since a time of the event loop's clock, for those who come back."""
        self._recent.forget(before)
        self._replay = None
        self._claims.forget(before)

    def taken(self, taken: Taken) -> None:
        """Let the sessions go that another connection has claimed, those included that have not come yet (R2)."""
        session = self._claims.note(taken)
        if session is not None:
            self.supersede(session)

    def supersede(self, session: Session) -> None:
        """Tell a session nothing more; what its client has sent is still committed, and soon its connection closed."""
        self.leave(session)
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
        if session.state is not State.LEFT:
            session.become(State.LEFT)

    def close(self) -> None:
        """Stop. May be called twice."""
        if self._state is not RoomState.CLOSED:
            self._become(RoomState.CLOSED)
        if self._repair is not None:
            self._repair.cancel()

    def subscribed(self) -> None:
        """The bus brings commits from now on; those before must be read."""
        self.repair()

    def message(self, told: Committed | Pointed) -> None:
        """Take what the bus brings: deliver it if it is the next commit, else see to it that the log is read."""
        if isinstance(told, Pointed):
            self.audiences[BOARD].point(told.cursors)
            return
        position, body = told
        self._noticed = max(self._noticed, position.n)
        if self._state is not RoomState.LIVE:
            return
        verdict = judge(self.position, *position)
        if verdict is Verdict.NEXT and position.epoch == self.position.epoch and body is not None:
            self._deliver(decode_commit(position, body))
        elif verdict is not Verdict.SEEN:
            self.repair()

    def repair(self) -> None:
        """Read the log up to its head, unless that is under way already."""
        if self._state is RoomState.CLOSED or (self._repair is not None and not self._repair.done()):
            return
        if self._state is RoomState.LIVE:
            self._become(RoomState.REPAIRING)
        self._repair = asyncio.get_running_loop().create_task(self._catch_up())

    def acknowledge_repeat(self, session: Session, op_id: str, offset: Offset) -> None:
        """Acknowledge an op that had entered the log before, as soon as the room has delivered that far."""
        self._due.append((session, op_id, offset))
        self._settle_due()

    async def _catch_up(self) -> None:
        while self.position.n < self._noticed or self._state is not RoomState.LIVE:
            try:
                await self._read_on()
            except StoreUnavailable:
                await asyncio.sleep(_RETRY_SECONDS)
                continue
            except Exception:
                # A room that stood still would hold its people for ever, and they would see nothing wrong.
                logger.exception("reading on failed", board=self.name, position=str(self.position))
                await asyncio.sleep(_DEFECT_SECONDS)
                continue
            if self.position.n >= self._noticed and self._state is not RoomState.LIVE:
                self._become(RoomState.LIVE)
        self.ready.set()

    async def _read_on(self) -> None:
        noticed = self._noticed
        lineage = await self._log.lineage(self.name)
        if not lineage.holds(self.position):
            await self._start_over()
            lineage = await self._log.lineage(self.name)
        self.lineage = lineage
        pace, before = Pace(), self.position
        async with contextlib.aclosing(self._log.commits(self.name, before.n, lineage.head.n)) as commits:
            async for commit in commits:
                if commit.position.epoch > lineage.head.epoch:
                    raise StoreUnavailable("Redis has started anew since its log's head was read")
                self._deliver(commit)
                await pace.step()
        if self.position != before and self.ready.is_set():
            self._metrics.repairs.inc()
        if self.position.n < lineage.head.n:
            raise StoreUnavailable(f"the log of {self.name} ends at {self.position}, before its head {lineage.head}")
        # Whatever was noticed before the head was asked for, and lies beyond it, Redis has lost since.
        self._noticed = self.position.n if self._noticed == noticed else max(self._noticed, self.position.n)

    async def _start_over(self) -> None:
        """
        Go on from the snapshot, or from nothing: what was delivered is lost, or what came behind it trimmed.

        Everybody who was shown something else fetches the board anew (L7, B9).
        """
        offset, board = await self._snapshots.latest(self.name)
        if self.position != ORIGIN:
            # Redis has lost commits, or this replica has slept for so long that others trimmed them.
            logger.warning("starting over", board=self.name, position=str(self.position), now=str(offset.position))
        self.content, self.position, self._noticed, self._recent = board, offset.position, 0, Recent(offset)
        self._replay = None
        self._due.clear()
        for session in self.sessions:
            if session.state is not State.STALE:
                self.make_stale(session)

    def _deliver(self, commit: Commit) -> None:
        audiences = [audience for audience in self.audiences.values() if audience.sessions]
        now = self._loop.time()
        position = commit.position
        if commit.unreadable is not None:
            # Its people see less than the board has; to wait for a newer release would show them nothing at all.
            self._metrics.unreadable.inc()
            logger.error("commit passed over", board=self.name, position=str(position), why=commit.unreadable)
            position = Position(max(position.epoch, self.position.epoch), position.n)  # it may have lost its own
        # Applied whole before anybody is told of any of it: told twice is worse than told late.
        news = [
            Told(logged, commit.offset(index), None if logged.op is None else self.content.apply(logged.op), now)
            for index, logged in enumerate(commit.ops)
        ]
        self.position = position
        for told in news:
            if told.drawn is None:
                self._replay = None  # something that it shows may look otherwise now, or be gone
                if isinstance(told.logged.op, Remove | Clear):
                    self._lift_pens()
            self._recent.add(told)
            for audience in audiences:
                audience.tell(told)
        for audience in audiences:
            audience.flush_soon()
            self._metrics.deliveries.inc(len(commit.ops) * len(audience.sessions))
        if self._due:
            self._settle_due()

    def _lift_pens(self) -> None:
        for session in self.audiences[CLASSIC].sessions.values():
            if session.pen is not None and session.pen.element_id not in self.content.elements:
                session.pen = None

    def _settle_due(self) -> None:
        due = [entry for entry in self._due if entry[2].n <= self.position.n]
        self._due = [entry for entry in self._due if entry[2].n > self.position.n]
        for session, op_id, offset in due:
            # To the page it is its place as well, which must not go back: a stock client would hear all since again.
            told = Offset.behind(self.position) if session.dialect is BOARD else offset
            self.audiences[session.dialect].tell_again(session, op_id, told)

    def _become(self, state: RoomState) -> None:
        if state not in LEGAL[self._state]:
            raise ValueError(f"a {self._state.value} room cannot become {state.value}")
        self._state = state
