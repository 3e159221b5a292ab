"""
Drain: how a replica leaves while people draw (SPEC.md D).

Nobody new is let in; then connections are closed one after the other, in an order and at a pace that do not make a
crowd of their clients. Each is closed as a transport, after which stock clients come back by themselves, and is read
on until its client has noticed. What is decided is pure: ``plan`` says who goes when, the rest waits and closes.
"""

import asyncio
import contextlib
import random
from collections.abc import Iterable
from typing import Final, NamedTuple, TypeVar

import structlog

from whiteboard.engine.connection import Connection
from whiteboard.engine.socketio import SocketServer
from whiteboard.engine.tunnel import Tunnel
from whiteboard.metrics import Metrics
from whiteboard.rooms.admission import Admission

# A pace that no replica feels: a few connections need not take the whole window.
LEAST_PER_SECOND: Final = 20.0
# How long a page that moves by itself has, from its slot on, until it is closed like all others.
MOVE_SECONDS: Final = 2.0
HURRY_SECONDS: Final = 1.0
_LINE_EVERY_SECONDS: Final = 5.0
_PAGE: Final = "/board"

logger = structlog.get_logger(__name__)
T = TypeVar("T")


class Slot(NamedTuple):
    """When, in seconds from the start of the drain, somebody's turn comes, and when it is over."""

    opens: float
    closes: float


def plan(movers: Iterable[T], others: Iterable[T], window: float, rng: random.Random) -> dict[T, Slot]:
    """
    Give everybody a slot, evenly spaced in random order over ``window`` seconds.

    Args:
        movers: who can move by itself once its slot opens, and is given a little time for it.
        others: whose slot closes as it opens.
    """
    movers = list(movers)
    move = min(MOVE_SECONDS, window / 4) if movers else 0.0
    grace = dict.fromkeys(movers, move) | dict.fromkeys(others, 0.0)
    order = rng.sample(list(grace), len(grace))
    spread = window - move
    per_second = max(len(order) / spread, LEAST_PER_SECOND) if spread > 0 else float("inf")
    return {one: Slot(turn / per_second, turn / per_second + grace[one]) for turn, one in enumerate(order)}


class Drain:
    """The leaving of one replica."""

    def __init__(self, sockets: SocketServer, admission: Admission, metrics: Metrics, window_seconds: float) -> None:
        self._sockets = sockets
        self._admission = admission
        self._draining = metrics.draining
        self._window = window_seconds

    async def run(self, hurry: asyncio.Event) -> None:
        """Close all connections over the window, or at once as soon as ``hurry`` is set; return when they are gone."""
        loop = asyncio.get_running_loop()
        start = loop.time()
        self._admission.close()
        self._sockets.leave()
        self._draining.set(1)
        connections = self._sockets.connections
        logger.info(
            "draining",
            connections=len(connections),
            passed_on=self._sockets.passed_on,
            seconds=0 if hurry.is_set() else self._window,
        )
        if not hurry.is_set():
            await self._close_in_turn(self._announce(connections), start, hurry)
        left = await self._gone(hurry)
        logger.info("closed", seconds=round(loop.time() - start, 1), cut=left)

    def _announce(self, connections: Iterable[Connection | Tunnel]) -> list[tuple[float, Connection | Tunnel]]:
        """Tell the pages their slots (D4); return who is to be closed when, in order."""
        pages = {connection: self._sockets.socket(connection, _PAGE) for connection in connections}
        movers = [connection for connection, page in pages.items() if page is not None]
        others = [connection for connection, page in pages.items() if page is None]
        slots = plan(movers, others, self._window, random.Random())
        for connection, page in pages.items():
            if page is not None:
                page.emit("drain", {"slot_ms": round(slots[connection].opens * 1000)})
        return sorted(((slot.closes, connection) for connection, slot in slots.items()), key=lambda turn: turn[0])

    async def _close_in_turn(
        self, closings: list[tuple[float, Connection | Tunnel]], start: float, hurry: asyncio.Event
    ) -> None:
        loop = asyncio.get_running_loop()
        next_line = start + _LINE_EVERY_SECONDS
        for closes, connection in closings:
            if loop.time() < start + closes:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout_at(start + closes):
                        await hurry.wait()
            if hurry.is_set():
                break
            connection.part()
            if loop.time() >= next_line:
                next_line = loop.time() + _LINE_EVERY_SECONDS
                logger.info("still draining", left=len(self._sockets.connections))

    async def _gone(self, hurry: asyncio.Event) -> int:
        """Wait until all connections are gone, when hurried only briefly; return how many had to be cut."""
        if not hurry.is_set():
            gone, hurried = asyncio.ensure_future(self._sockets.close()), asyncio.ensure_future(hurry.wait())
            await asyncio.wait({gone, hurried}, return_when=asyncio.FIRST_COMPLETED)
            hurried.cancel()
            if gone.done():
                return gone.result()
            gone.cancel()
        return await self._sockets.close(HURRY_SECONDS)
