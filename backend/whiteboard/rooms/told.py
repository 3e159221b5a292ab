"""An op of the log as a room tells it: once for all, in each dialect that is spoken in the room."""

from collections.abc import Sequence
from typing import Final, Protocol

from whiteboard.domain.board import Drawn
from whiteboard.domain.ops import Clear, Remove
from whiteboard.domain.positions import Offset
from whiteboard.engine.frame import Frame
from whiteboard.engine.packets import encode_event
from whiteboard.engine.socket import Ack
from whiteboard.protocol.commits import LoggedOp
from whiteboard.protocol.cursors import Cursors
from whiteboard.protocol.presence import People

_REMOVING: Final = (Remove, Clear)
_TOLD_BYTES: Final = 512
_COPIES: Final = 8  # of an op's bytes, about: decoded, and as frames of both dialects


class Told:
    """
    One op of the log, in its place: as little as is needed to tell it once more, for many are kept (``recent``).

    Attributes:
        raw: the op as it lies in the log.
        by: the public id of the session that sent it.
        removes: whether it takes elements away.
    """

    __slots__ = ("_frames", "at", "by", "drawn", "id", "offset", "raw", "removes")

    def __init__(self, logged: LoggedOp, offset: Offset, drawn: Drawn | None, at: float) -> None:
        self.raw = logged.raw
        self.by = logged.by
        self.id = logged.id
        self.removes = isinstance(logged.op, _REMOVING)
        self.offset = offset
        self.drawn = drawn
        self.at = at
        """When it was told here, in seconds of the event loop's clock."""
        self._frames: dict[Dialect, Sequence[Frame]] | None = None

    @property
    def size_bytes(self) -> int:
        """What it costs to keep, roughly."""
        return _TOLD_BYTES + _COPIES * len(self.raw)

    def frames(self, dialect: "Dialect") -> Sequence[Frame]:
        """Return what a dialect tells of it, encoded once for all who are told of it again."""
        if self._frames is None:
            self._frames = {}
        frames = self._frames.get(dialect)
        if frames is None:
            frames = self._frames[dialect] = dialect.frames(self)
        return frames


class Dialect(Protocol):
    """How one namespace tells its sessions of an op."""

    namespace: str

    def frames(self, told: Told) -> Sequence[Frame]:
        """Return what everybody but the sender is told of an op."""

    def own(self, op_id: str, offset: Offset, ack: Ack | None) -> Sequence[Frame]:
        """Return what the sender is told in place of it; ``ack`` if it has asked for one."""

    def offset_only(self, offset: Offset) -> Frame:
        """Return the event that tells nothing but an offset, for those who hear too little to have one (R5)."""
        return Frame(encode_event(self.namespace, "offset", {}, str(offset)))

    def aside(self, cursors: Cursors, people: People) -> Frame | None:
        """Return how people are told where others point, and who is here; None if they are not."""
