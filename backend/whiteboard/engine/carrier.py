"""
What a carrier of bytes, long-polling or a WebSocket, needs of the connection it carries, and both need of the server.

They know each other by this page alone, so that imports do not run in circles.
"""

from collections.abc import Coroutine
from typing import Any, Protocol

from whiteboard.engine.errors import EngineError
from whiteboard.engine.handlers import Handlers
from whiteboard.engine.inlet import Inlet
from whiteboard.engine.options import Options
from whiteboard.engine.payload import Packet
from whiteboard.engine.session import Session, State
from whiteboard.engine.timers import Ticker


class Owner(Protocol):
    """The server."""

    options: Options
    ticker: Ticker
    handlers: Handlers
    inlet: Inlet

    def now(self) -> float: ...

    def spawn(self, work: Coroutine[Any, Any, None]) -> None: ...

    def refused(self, error: EngineError, status: int) -> None: ...

    async def farewell(self, session: Session) -> None: ...


class Carried(Protocol):
    """The connection; its methods are told of in ``connection.Connection``."""

    sid: str
    owner: Owner
    session: Session

    @property
    def state(self) -> State: ...

    def receive(self, packet: Packet) -> None: ...

    def receive_probe(self, packet: Packet) -> bool: ...

    def congested(self, socket: Any, is_congested: bool) -> None: ...

    def lost(self, socket: Any, reason: str) -> None: ...

    def polled(self) -> None: ...

    def emptied(self) -> None: ...

    def finish(self, reason: str) -> None: ...
