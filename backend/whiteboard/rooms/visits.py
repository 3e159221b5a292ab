"""A session's beginning, recovery and changes, with the durable state that goes ahead of each (SPEC.md S1, R)."""

import asyncio
import secrets
from collections.abc import Mapping
from typing import Any, Final

from whiteboard.domain.positions import Offset
from whiteboard.engine.socket import Socket
from whiteboard.errors import StoreUnavailable
from whiteboard.protocol.codec import Style
from whiteboard.rooms.dialects import CLASSIC, Dialect
from whiteboard.rooms.room import Room
from whiteboard.rooms.session import Session, State
from whiteboard.store.sessions import SessionKey, Sessions, SessionState

FIRST_COLOR: Final = "black"
FIRST_WIDTH_PX: Final = 4.0
_RETRY_SECONDS: Final = 0.5


class Visits:
    """Begins sessions and recovers them, and keeps what Redis knows of them true."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
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
            await room.reach(ahead.position)
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
        await self._sessions.create(session.key, state)
        socket.introduce(session.sid, pid)
        session.lost_place = known is not None
        return session

    async def _claim(self, room: Room, client: str, pid: object) -> SessionState | None:
        if not isinstance(pid, str) or not 1 <= len(pid) <= 64:
            return None
        return await self._sessions.claim(SessionKey.of(room.name, pid), client)

    def restyle(self, session: Session, style: Style) -> "asyncio.Task[None]":
        """
        Change a session's colour or width, here and in Redis; of quick changes the last one is written.

        Returns: what ends once Redis knows it.
        """
        if isinstance(style.color, str):
            session.color = style.color
        if isinstance(style.width, float):
            session.width = style.width
        self._changed.add(session)
        writer = self._writers.get(session)
        if writer is None:
            writer = self._writers[session] = asyncio.get_running_loop().create_task(self._write(session))
        return writer

    async def written(self) -> None:
        """Wait until Redis knows every change."""
        await asyncio.gather(*self._writers.values())

    async def _write(self, session: Session) -> None:
        # One writer a session: two writes on two connections could arrive the wrong way round.
        try:
            while session in self._changed:
                self._changed.discard(session)
                try:
                    # What another connection has claimed since is written by that one.
                    await self._sessions.write(session.key, session.generation, session.color, session.width)
                except StoreUnavailable:
                    if session.state is State.LEFT:
                        return
                    self._changed.add(session)
                    await asyncio.sleep(_RETRY_SECONDS)
        finally:
            # Here, and not once the task is done: what changes in between would find a writer that writes no more.
            del self._writers[session]


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
