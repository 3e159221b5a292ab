"""
Cursors on their way to the other replicas: gathered a room, published in one pipeline a replica, at most one in flight.

Nothing waits for it and nothing is repeated: a cursor that is lost is replaced by the next one (SPEC.md P2).
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from whiteboard.protocol.cursors import Cursors, Point, encode_message
from whiteboard.rooms.session import Session
from whiteboard.store.bus import Bus

GATHER_SECONDS: Final = 0.033


class Pointing:
    """What the sessions of this replica point at, until it is published."""

    def __init__(self, bus: Bus, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._bus = bus
        self._sleep = sleep
        self._moved: dict[str, Cursors] = {}
        self._wake = asyncio.Event()

    def move(self, session: Session, point: Point) -> None:
        """Note where a session points now; only its last word in a while is published."""
        self._moved.setdefault(session.room.name, {})[session.sid] = point
        self._wake.set()

    async def run(self) -> None:
        """Publish until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            moved, self._moved = self._moved, {}
            await self._bus.publish({board: encode_message(cursors) for board, cursors in moved.items()})
            await self._sleep(GATHER_SECONDS)
