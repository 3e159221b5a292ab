"""
Who is on a board, told by each replica of its own sessions: at once when they come, change or go, and now and then,
since any message may be lost. Whoever is not told of for a while is gone (SPEC.md P3, P4).

Who comes is told by its own replica of those it has heard of: a crowd that comes back costs each other one line a
head, not everybody's list a head. Only a replica that opens a board has heard of nobody, and asks.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterable
from typing import Final

from whiteboard.protocol.presence import News, Person, encode_message
from whiteboard.rooms.dialects import BOARD
from whiteboard.rooms.room import Room
from whiteboard.rooms.roster import Roster
from whiteboard.rooms.session import Session
from whiteboard.store.bus import Bus

TELL_SECONDS: Final = 10.0
"""How often everybody is told of again; whoever listens forgets a session after three times that."""
GATHER_SECONDS: Final = 0.25
"""A crowd that comes at once is one message."""


class Presence:
    """What this replica has to tell of its sessions, until it is published."""

    def __init__(
        self, bus: Bus, everybody: Callable[[], Iterable[Session]], clock: Callable[[], float] = time.monotonic
    ) -> None:
        """
        Args:
            everybody: the sessions of this replica.
            clock: in seconds; never goes back.
        """
        self._clock = clock
        self._bus = bus
        self._everybody = everybody
        self._news: dict[str, News] = {}
        self._wake = asyncio.Event()

    def come(self, session: Session) -> None:
        """Tell a session that has come who is here, and the others of it."""
        room = session.room
        if room.roster is None:
            room.roster = Roster(self._clock)
            self._of(room.name).ask = True
        elif here := room.roster.here():
            session.socket.emit("people", here)
        self.tell((session,))

    def tell(self, sessions: Iterable[Session]) -> None:
        """Tell what sessions are now."""
        for session in sessions:
            if session.dialect is BOARD:
                self._of(session.room.name).people[session.sid] = Person(session.name, session.color)

    def go(self, session: Session) -> None:
        """Tell that a session has gone. If its client comes back on another replica, that one tells of it later."""
        if session.dialect is BOARD:
            self.gone(session.room.name, session.sid)

    def gone(self, board: str, sid: str) -> None:
        """Tell that nobody is on a board under a public id any more."""
        self._of(board).people[sid] = None

    def hear(self, room: Room, news: News) -> None:
        """Pass on what a replica tells, which may be this one; answer if it asks."""
        room.audiences[BOARD].meet(news.people)
        if room.roster is not None:
            room.roster.hear(news.people)
        if news.ask:
            self.tell(room.sessions)

    async def run(self) -> None:
        """Publish until cancelled."""
        due = self._clock() + TELL_SECONDS
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(due - self._clock()):
                    await self._wake.wait()
            if self._clock() >= due:  # however much there was to tell meanwhile: of most it was nothing
                self.tell(self._everybody())
                due = self._clock() + TELL_SECONDS
            self._wake.clear()
            news, self._news = self._news, {}
            if news:
                await self._bus.publish({board: encode_message(news) for board, news in news.items()})
            await asyncio.sleep(GATHER_SECONDS)

    def _of(self, board: str) -> News:
        self._wake.set()
        return self._news.setdefault(board, News({}))
