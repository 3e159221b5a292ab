"""
A board's commits as this replica takes them: strictly in the log's order and without a hole (SPEC.md L2, L6, L7).

They come from the bus, and from the log where the bus left a gap. While a gap is being read, what the bus brings is
only noticed: the log holds it already, since an append stores before it publishes.
"""

import asyncio
import contextlib
from enum import Enum
from typing import Final, Protocol

import structlog

from whiteboard.domain.board import Board
from whiteboard.domain.positions import ORIGIN, Lineage, Offset, Position, Verdict, judge
from whiteboard.errors import StoreUnavailable
from whiteboard.metrics import Metrics
from whiteboard.protocol.commits import Commit, decode_commit
from whiteboard.rooms.told import Told
from whiteboard.store.log import Log
from whiteboard.store.pace import Pace
from whiteboard.store.snapshots import Snapshots

_RETRY_SECONDS: Final = 0.5
_DEFECT_SECONDS: Final = 5.0
_REACH_SECONDS: Final = 5.0

logger = structlog.get_logger(__name__)


class FeedState(Enum):
    """Whether a feed takes commits from the bus, or reads the log first."""

    REPAIRING = "repairing"
    LIVE = "live"
    CLOSED = "closed"


LEGAL: Final = {
    FeedState.REPAIRING: {FeedState.LIVE, FeedState.CLOSED},
    FeedState.LIVE: {FeedState.REPAIRING, FeedState.CLOSED},
    FeedState.CLOSED: set[FeedState](),
}


class Reader(Protocol):
    """Who a feed is for."""

    def apply(self, commit: Commit) -> list[Told]:
        """Make the next commit part of the board. Takes any op; if a defect makes it raise, the commit comes again."""

    def tell(self, news: list[Told]) -> None:
        """Tell everybody of a commit that was applied. The feed's position is behind it."""

    def start_over(self, begin: Offset, board: Board) -> None:
        """Forget what was delivered: the board is ``board`` now, and commits behind ``begin`` follow."""


class Feed:
    """The commits of one board."""

    def __init__(self, board: str, log: Log, snapshots: Snapshots, metrics: Metrics, reader: Reader) -> None:
        self.position: Position = ORIGIN
        """Behind the last commit that was delivered."""
        self.lineage = Lineage(ORIGIN, {})
        self.ready = asyncio.Event()
        """Set once the feed has caught up with the log for the first time."""
        self._board = board
        self._log = log
        self._snapshots = snapshots
        self._metrics = metrics
        self._reader = reader
        self._state = FeedState.REPAIRING
        self._noticed = 0
        self._repair: asyncio.Task[None] | None = None

    @property
    def length(self) -> int:
        """How many commits the log holds, as far as is known here."""
        return self.position.n - self.lineage.floor

    def holds(self, position: Position) -> bool:
        """Tell whether ``position`` is part of what was delivered."""
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

    def hear(self, position: Position, body: bytes | None) -> None:
        """
        Take what the bus brings: deliver it if it is the next commit, else see to it that the log is read.

        Args:
            body: None if it cannot be read here.
        """
        self._noticed = max(self._noticed, position.n)
        if self._state is not FeedState.LIVE:
            return
        verdict = judge(self.position, *position)
        if verdict is Verdict.NEXT and position.epoch == self.position.epoch and body is not None:
            self._deliver(decode_commit(position, body))
        elif verdict is not Verdict.SEEN:
            self.repair()

    def note_floor(self, floor: int) -> None:
        """Note that the log begins with commit ``floor`` now: a snapshot has taken the place of those before."""
        self.lineage = self.lineage._replace(floor=floor)

    def repair(self) -> None:
        """Read the log up to its head, unless that is under way already."""
        if self._state is FeedState.CLOSED or (self._repair is not None and not self._repair.done()):
            return
        if self._state is FeedState.LIVE:
            self._become(FeedState.REPAIRING)
        self._repair = asyncio.get_running_loop().create_task(self._catch_up())

    def close(self) -> None:
        """Stop. May be called twice."""
        if self._state is not FeedState.CLOSED:
            self._become(FeedState.CLOSED)
        if self._repair is not None:
            self._repair.cancel()

    async def _catch_up(self) -> None:
        failures = 0
        while self.position.n < self._noticed or self._state is not FeedState.LIVE:
            try:
                await self._read_on()
            except StoreUnavailable as error:
                failures += 1
                if failures == 1:
                    logger.warning("reading put off", board=self._board, position=str(self.position), error=str(error))
                await asyncio.sleep(_RETRY_SECONDS)
                continue
            except Exception:
                # A board that stood still would hold its people for ever, and they would see nothing wrong.
                logger.exception("reading on failed", board=self._board, position=str(self.position))
                await asyncio.sleep(_DEFECT_SECONDS)
                continue
            if self.position.n >= self._noticed and self._state is not FeedState.LIVE:
                self._become(FeedState.LIVE)
        self.ready.set()

    async def _read_on(self) -> None:
        noticed = self._noticed
        lineage = await self._log.lineage(self._board)
        if not lineage.holds(self.position):
            await self._start_over()
            lineage = await self._log.lineage(self._board)
        self.lineage = lineage
        pace, before = Pace(), self.position
        async with contextlib.aclosing(self._log.commits(self._board, before.n, lineage.head.n)) as commits:
            async for commit in commits:
                if commit.position.epoch > lineage.head.epoch:
                    raise StoreUnavailable("Redis has started anew since its log's head was read")
                self._deliver(commit)
                await pace.step()
        if self.position != before and self.ready.is_set():
            self._metrics.repairs.inc()
        if self.position.n < lineage.head.n:
            raise StoreUnavailable(f"the log of {self._board} ends at {self.position}, before its head {lineage.head}")
        # Whatever was noticed before the head was asked for, and lies beyond it, Redis has lost since.
        self._noticed = self.position.n if self._noticed == noticed else max(self._noticed, self.position.n)

    async def _start_over(self) -> None:
        """Go on from the snapshot, or from nothing: what was delivered is lost, or what came behind it trimmed."""
        begin, board = await self._snapshots.latest(self._board)
        if self.position != ORIGIN:
            # Redis has lost commits, or this replica has slept for so long that others trimmed them.
            logger.warning("starting over", board=self._board, position=str(self.position), now=str(begin.position))
        self.position, self._noticed = begin.position, 0
        self._reader.start_over(begin, board)

    def _deliver(self, commit: Commit) -> None:
        position = commit.position
        if commit.unreadable is not None:
            # Its people see less than the board has; to wait for a newer release would show them nothing at all.
            self._metrics.unreadable.inc()
            logger.error("commit passed over", board=self._board, position=str(position), why=commit.unreadable)
            position = Position(max(position.epoch, self.position.epoch), position.n)  # it may have lost its own
        # Applied whole before anybody is told of any of it: told twice is worse than told late.
        news = self._reader.apply(commit)
        self.position = position
        self._reader.tell(news)

    def _become(self, state: FeedState) -> None:
        if state not in LEGAL[self._state]:
            raise ValueError(f"a {self._state.value} feed cannot become {state.value}")
        logger.debug("feed", board=self._board, was=self._state.value, now=state.value)
        self._state = state
