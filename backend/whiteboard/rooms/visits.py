"""A session's beginning, recovery and changes, with the durable state that goes ahead of each (SPEC.md S1, R)."""

import asyncio
import secrets
from collections.abc import Mapping
from typing import Any, Final

import structlog

from whiteboard.domain.positions import Offset
from whiteboard.engine.socket import Socket
from whiteboard.errors import StoreUnavailable
from whiteboard.protocol.claims import Taken
from whiteboard.rooms.change import Change
from whiteboard.rooms.dialects import BOARD, CLASSIC
from whiteboard.rooms.room import Room
from whiteboard.rooms.rooms import Rooms
from whiteboard.rooms.session import Session, State
from whiteboard.rooms.told import Dialect
from whiteboard.store.sessions import SessionKey, Sessions, SessionState

FIRST_COLOR: Final = "black"
FIRST_WIDTH_PX: Final = 4.0
_RETRY_SECONDS: Final = 0.5

logger = structlog.get_logger(__name__)


class Visits:
    """Begins sessions and recovers them, and keeps what Redis knows of them true."""

    def __init__(self, sessions: Sessions, rooms: Rooms) -> None:
        """
        Args:
            rooms: where the sessions are that are to be kept.
        """
        self._sessions = sessions
        self._rooms = rooms
        self._writers: dict[Session, asyncio.Task[None]] = {}
        self._changed: set[Session] = set()

    async def begin(
        self, socket: Socket, room: Room, dialect: Dialect, client: str, start: Offset | None, auth: Mapping[str, Any]
    ) -> Session:
        """
        Return the session that the client's ``pid`` proves, or a new one; Redis knows it already.

        A session whose position is still known goes on under its ``pid`` (``recovered``). One whose position is lost
        keeps its style, under a new ``pid``, so that its client knows that it has missed something (R4).

        Args:
            start: where a new session follows the board from; None for where the room is.
            auth: of the client's CONNECT: ``pid`` and ``offset``, if it was here before.

        Raises:
            StoreUnavailable: Redis gave no answer in time (retry).
        """
        pid = auth.get("pid")
        known = await self._claim(room, client, pid)
        place = None if known is None else _place(auth.get("offset"), known.start, dialect)
        ahead = place or _offset(auth.get("offset"))
        if ahead is not None:
            # For a new session too: its client may come with this old offset again, which must lie before its start.
            await room.feed.reach(ahead.position)
        if known is not None and isinstance(pid, str) and place is not None and room.recalls(place, dialect):
            session = Session(socket, room, SessionKey.of(room.name, pid), dialect, known._replace(start=place))
            session.recovered = True
            socket.introduce(session.sid, pid)
            return session
        start = start or Offset.behind(room.position)
        style = known or SessionState("", client, FIRST_COLOR, FIRST_WIDTH_PX, start)
        state = style._replace(sid=secrets.token_urlsafe(12), start=start, generation=1)
        pid = secrets.token_urlsafe(18)
        session = Session(socket, room, SessionKey.of(room.name, pid), dialect, state)
        await self._sessions.write(session.key, session.durable)
        socket.introduce(session.sid, pid)
        session.lost_place = known is not None
        if known is not None and dialect is BOARD:
            self._rooms.presence.gone(room.name, known.sid)
        return session

    async def _claim(self, room: Room, client: str, pid: object) -> SessionState | None:
        if not isinstance(pid, str) or not 1 <= len(pid) <= 64:
            return None
        return await self._sessions.claim(SessionKey.of(room.name, pid), client)

    def change(self, session: Session) -> Change:
        """Let a handler change what is kept of a session: ``with`` or ``async with`` (see ``rooms.change``)."""
        return Change(session, self.write)

    def write(self, session: Session) -> "asyncio.Task[None]":
        """
        Write what a session is now; of quick changes the last one is written.

        Returns: what ends once Redis knows it, or once another connection has claimed the session: that one's state
        stands then. An outage is waited for, once the client has left for as long as it may come back.
        """
        self._changed.add(session)
        writer = self._writers.get(session)
        if writer is None:
            writer = self._writers[session] = asyncio.get_running_loop().create_task(self._write(session))
        return writer

    async def written(self) -> None:
        """Wait until Redis knows every change."""
        await asyncio.gather(*self._writers.values())

    async def run(self) -> None:
        """Keep this replica's sessions alive in Redis, and there at all, until cancelled (S1)."""
        while True:
            await asyncio.sleep(self._sessions.refresh_seconds)
            try:
                await self._refresh()
            except StoreUnavailable as error:
                logger.debug("sessions not refreshed", error=str(error))

    async def _refresh(self) -> None:
        here = self._rooms.everybody()
        held = await self._sessions.refresh([(session.key, session.generation) for session in here])
        for session, generation in zip(here, held, strict=True):
            _give_up(session, generation)
            if generation < session.generation and session.state is not State.LEFT:
                await asyncio.shield(self.write(session))  # one by one: Redis, back from a loss, has enough to do

    async def _write(self, session: Session) -> None:
        # One writer a session: two writes on two connections could arrive the wrong way round.
        loop = asyncio.get_running_loop()
        forgotten_at = loop.time() + self._sessions.lifetime_seconds
        try:
            while session in self._changed:
                self._changed.discard(session)
                try:
                    generation = await self._sessions.write(session.key, session.durable)
                except StoreUnavailable:
                    if session.state is not State.LEFT:
                        forgotten_at = loop.time() + self._sessions.lifetime_seconds
                    elif loop.time() >= forgotten_at:
                        return
                    self._changed.add(session)
                    await asyncio.sleep(_RETRY_SECONDS)
                else:
                    _give_up(session, generation)
        finally:
            # Here, and not once the task is done: what changes in between would find a writer that writes no more.
            del self._writers[session]


def _give_up(session: Session, generation: int) -> None:
    """Let a session go that a later generation has: the message that told of the claim was lost (R2)."""
    if generation > session.generation:
        session.room.taken(Taken(*session.key, generation))


def _place(offset: object, start: Offset, dialect: Dialect) -> Offset | None:
    """
    Return where a client goes on in a session with this ``start``; None if that cannot be told.

    One whose recovery was refused comes with its new pid and its old offset, from before its start; one that has heard
    nothing yet, with none. On ``/`` neither has heard the end of the board that it was being shown: only the offset
    behind that tells (R5).
    """
    told = _offset(offset)
    if told is not None and told[1:] >= start[1:]:
        return told
    is_malformed = told is None and offset is not None
    return None if is_malformed or dialect is CLASSIC else start


def _offset(offset: object) -> Offset | None:
    try:
        return Offset.parse(offset)  # type: ignore[arg-type]
    except (ValueError, TypeError):
        return None
