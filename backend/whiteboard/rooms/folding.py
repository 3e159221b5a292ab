"""
Folding: the older part of a board's log becomes a snapshot, so that the log stays short (SPEC.md L9 to L11).

Whichever replica has the board open may do it, one at a time by lease. It folds the former snapshot and the log, not
the room: the room is where people are, and a snapshot is behind everybody who may come back.
"""

import asyncio
import contextlib
from collections.abc import Iterable

import structlog

from whiteboard.domain.board import Board
from whiteboard.errors import StoreUnavailable
from whiteboard.metrics import Metrics
from whiteboard.rooms.room import Room
from whiteboard.store.log import Log
from whiteboard.store.pace import Pace
from whiteboard.store.snapshots import FEWEST_COMMITS, Claim, Snapshot, Snapshots

logger = structlog.get_logger(__name__)


class Folding:
    """Folds the logs of this replica's boards, one after the other."""

    def __init__(self, log: Log, snapshots: Snapshots, metrics: Metrics) -> None:
        self._log = log
        self._snapshots = snapshots
        self._metrics = metrics
        self._due: dict[str, Room] = {}
        self._wake = asyncio.Event()

    def consider(self, rooms: Iterable[Room]) -> None:
        """Look into the logs that may have become long."""
        self._due.update((room.name, room) for room in rooms if room.feed.length >= FEWEST_COMMITS)
        if self._due:
            self._wake.set()

    async def run(self) -> None:
        """Fold what is due until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._due:
                board, room = self._due.popitem()
                try:
                    floor = await self.fold(board)
                except StoreUnavailable as error:
                    logger.debug("folding put off", board=board, error=str(error))
                except Exception:
                    # One board's trouble must not end the server. The lease makes the pause before the next attempt.
                    logger.exception("folding failed", board=board)
                else:
                    room.feed.note_floor(floor)

    async def fold(self, board: str) -> int:
        """
        Fold the older part of a board's log, if there is enough of it, and return the log's floor.

        Raises:
            StoreUnavailable: no answer in time; nothing is lost, whatever was done.
        """
        floor, claim = await self._snapshots.claim(board)
        if claim is None:
            return floor
        began_at = asyncio.get_running_loop().time()
        former = await self._snapshots.read(board, claim.former)
        snapshot = await self._fold(claim, former)
        elements = len(snapshot.board.elements)
        trimmed = None if snapshot.offset == former.offset else await self._snapshots.write(claim, snapshot)
        await _let_go(snapshot.board)
        if trimmed is None:
            logger.warning("no snapshot", board=board, position=str(snapshot.offset.position))
            return floor
        self._metrics.snapshots.inc()
        self._metrics.trimmed.inc(trimmed)
        seconds = round(asyncio.get_running_loop().time() - began_at, 3)
        logger.info("snapshot", board=board, n=snapshot.offset.n, elements=elements, trimmed=trimmed, seconds=seconds)
        return snapshot.offset.n

    async def _fold(self, claim: Claim, former: Snapshot) -> Snapshot:
        pace = Pace()
        offset, board = former
        async with contextlib.aclosing(self._log.commits(claim.board, offset.n, claim.upto)) as commits:
            async for commit in commits:
                if commit.unreadable is not None or any(logged.op is None for logged in commit.ops):
                    break  # A newer release knows what it does; folded here, it would be lost (L11).
                for logged in commit.ops:
                    if logged.op is not None:
                        board.apply(logged.op)
                offset = commit.offset(max(len(commit.ops) - 1, 0))
                await pace.step()
        return Snapshot(offset, board)


async def _let_go(board: Board) -> None:
    # Let go at once, 50,000 strokes keep the loop for a sixth of a second.
    pace = Pace()
    while board.elements:
        board.elements.popitem()
        await pace.step()
