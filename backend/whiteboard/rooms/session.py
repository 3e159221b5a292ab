"""A client's stay on a board, as its replica sees it."""

import time
from collections import deque
from collections.abc import Iterator, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Final

import structlog

from whiteboard.engine.frame import Frame
from whiteboard.engine.socket import Ack, Socket
from whiteboard.protocol.classic import Pen
from whiteboard.rooms.chunks import size_of
from whiteboard.rooms.told import Dialect
from whiteboard.store.sessions import SessionKey, SessionState

if TYPE_CHECKING:
    from whiteboard.rooms.room import Room

MAX_HELD_BYTES: Final = 8_000_000

logger = structlog.get_logger(__name__)


class State(Enum):
    """Where a session is between its CONNECT and its end."""

    JOINING = "joining"  # gets what it has missed; what is new is held back behind it
    LIVE = "live"
    STALE = "stale"  # told to resync: its position is not in the log
    LEFT = "left"


LEGAL: Final = {
    State.JOINING: {State.LIVE, State.STALE, State.LEFT},
    State.LIVE: {State.STALE, State.LEFT},
    State.STALE: {State.LEFT},
    State.LEFT: set[State](),
}


class Session:
    """One connected session. Its durable part lies in Redis under ``key``."""

    __slots__ = (
        "_held",
        "_held_bytes",
        "acks",
        "client",
        "color",
        "dialect",
        "generation",
        "key",
        "last_n",
        "lost_place",
        "name",
        "pen",
        "recovered",
        "refused_n",
        "room",
        "sid",
        "since",
        "socket",
        "start",
        "state",
        "tool",
        "width",
    )

    def __init__(
        self,
        socket: Socket,
        room: "Room",
        key: SessionKey,
        dialect: Dialect,
        state: SessionState,
    ) -> None:
        self.socket = socket
        self.sid = state.sid
        self.room = room
        self.key = key
        self.client = state.client
        self.dialect = dialect
        self.start = state.start
        """Where it follows the board from."""
        self.generation = state.generation
        self.color = state.color
        self.width = state.width
        self.name = state.name
        self.tool = state.tool
        self.recovered = False
        """Whether it goes on where an earlier connection ended."""
        self.lost_place = False
        """Whether it was here before, and what it has missed is not known any more."""
        self.last_n = 0
        """The highest op number of its client that was in the log when it came (B3)."""
        self.since = time.monotonic()
        self.state = State.JOINING
        self.pen: Pen | None = None
        """What a classic session draws with."""
        self.acks: dict[str, Ack] | None = None
        """Acknowledgements that a classic client asked for, by op id."""
        self.refused_n: int | None = None
        """The op number that was rejected with ``retry``: nothing above it is taken before it (B7)."""
        self._held: deque[Frame] = deque()
        self._held_bytes = 0

    @property
    def durable(self) -> SessionState:
        """What of it is to be in Redis now."""
        return SessionState(
            self.sid, self.client, self.color, self.width, self.start, self.generation, self.name, self.tool
        )

    def take_ack(self, op_id: str) -> Ack | None:
        """Return the acknowledgement that was asked for with an op, once; None if none was."""
        return self.acks.pop(op_id, None) if self.acks else None

    def hold(self, frames: Sequence[Frame]) -> bool:
        """Keep frames back while joining. False once that is more than may wait for a session: then none is kept."""
        self._held += frames
        self._held_bytes += size_of(frames)
        if self._held_bytes > MAX_HELD_BYTES:
            self._drop_held()
            return False
        return True

    def take_held(self) -> Iterator[Frame]:
        """Yield what is held back, the oldest first; what was yielded is held back no more."""
        while self._held:
            frame = self._held.popleft()
            self._held_bytes -= size_of((frame,))
            yield frame

    def go_live(self) -> None:
        """End the joining: release what was held back."""
        held = list(self._held)
        self.become(State.LIVE)
        self.socket.send(held)

    def become(self, state: State) -> None:
        """Enter ``state``. Raises ValueError when that is no legal step."""
        if state not in LEGAL[self.state]:
            raise ValueError(f"a {self.state.value} session cannot become {state.value}")
        logger.debug("session", sid=self.sid, was=self.state.value, now=state.value)
        self.state = state
        self._drop_held()

    def _drop_held(self) -> None:
        self._held.clear()
        self._held_bytes = 0
