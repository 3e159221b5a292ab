"""A session's beginning, changes and end, with the durable state that goes ahead of each (SPEC.md S1)."""

import asyncio
import secrets
from typing import Final

import structlog

from whiteboard.domain.positions import Position
from whiteboard.engine.socket import Socket
from whiteboard.errors import StoreUnavailable
from whiteboard.protocol.codec import Style
from whiteboard.rooms.dialects import Dialect
from whiteboard.rooms.room import Room
from whiteboard.rooms.session import Session, State
from whiteboard.store.sessions import SessionKey, Sessions

FIRST_COLOR: Final = "black"
FIRST_WIDTH_PX: Final = 4.0
_RETRY_SECONDS: Final = 0.5

logger = structlog.get_logger(__name__)


class Visits:
    """Begins and ends sessions, and keeps what Redis knows of them true."""

    def __init__(self, sessions: Sessions, replica: str) -> None:
        self._sessions = sessions
        self._replica = replica
        self._writers: dict[Session, asyncio.Task[None]] = {}
        self._changed: set[Session] = set()

    async def begin(
        self, socket: Socket, room: Room, client: str, dialect: Dialect, start: Position, last_n: int
    ) -> Session:
        """
        Return a new session, already in Redis.

        Raises:
            StoreUnavailable: Redis gave no answer in time (retry).
        """
        key = SessionKey.of(room.name, secrets.token_urlsafe(18))
        session = Session(socket, room, key, client, dialect, start, last_n, color=FIRST_COLOR, width=FIRST_WIDTH_PX)
        fields = {"sid": socket.sid, "client": client, "owner": self._replica, "start": str(start)}
        await self._sessions.write(key, fields | _style(session))
        return session

    def restyle(self, session: Session, style: Style) -> None:
        """Change a session's colour or width, here and in Redis; of changes in quick succession the last one is
        written."""
        if isinstance(style.color, str):
            session.color = style.color
        if isinstance(style.width, float):
            session.width = style.width
        self._changed.add(session)
        if session not in self._writers:
            writer = asyncio.get_running_loop().create_task(self._write(session))
            self._writers[session] = writer
            writer.add_done_callback(lambda _: self._writers.pop(session, None))

    async def written(self) -> None:
        """Wait until Redis knows every change."""
        await asyncio.gather(*self._writers.values())

    async def _write(self, session: Session) -> None:
        # One writer a session: two writes on two connections could arrive the wrong way round.
        while session in self._changed:
            self._changed.discard(session)
            try:
                await self._sessions.write(session.key, _style(session))
            except StoreUnavailable:
                if session.state is State.LEFT:
                    return
                self._changed.add(session)
                await asyncio.sleep(_RETRY_SECONDS)


def _style(session: Session) -> dict[str, str | float]:
    return {"color": session.color, "width": session.width}
