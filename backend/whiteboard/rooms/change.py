"""
How a handler changes what is kept of a session: the durable counterpart of python-socketio's ``session(sid)``.

    async with visits.change(socket.session) as kept:
        kept.color = "blue"
    # Redis knows it: on whatever replica its client comes back, the session is blue.

A handler that must not wait (``Application.receive``) says ``with``: what it handles next finds the change made, and
``written`` tells when Redis knows it.
"""

import asyncio
from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from whiteboard.rooms.session import Session


class Kept(Struct):
    """What may be changed of a session, and outlives its connections (S1)."""

    color: str
    width: float
    name: str
    tool: str


class Change:
    """One change. A block that raises changes nothing; what it leaves as it was, another change may have set since."""

    def __init__(self, session: Session, write: "Callable[[Session], asyncio.Task[None]]") -> None:
        self._session = session
        self._write = write
        self._before = Kept(session.color, session.width, session.name, session.tool)
        self._kept = replace(self._before)
        self.written: asyncio.Task[None]
        """Set behind the block. Ends once Redis knows the change."""

    def __enter__(self) -> Kept:
        return self._kept

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        if error is None:
            for field in Kept.__struct_fields__:
                value = getattr(self._kept, field)
                if value != getattr(self._before, field):
                    setattr(self._session, field, value)
            self.written = self._write(self._session)

    async def __aenter__(self) -> Kept:
        return self.__enter__()

    async def __aexit__(self, error: type[BaseException] | None, *_: object) -> None:
        self.__exit__(error)
        if error is None:
            await asyncio.shield(self.written)
