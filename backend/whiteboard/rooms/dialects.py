"""The two forms in which a room speaks to sessions: ops for our page, segments for classic clients (SPEC.md B, C)."""

from collections.abc import Iterator, Sequence
from copy import copy
from typing import Any, Protocol

from whiteboard.domain.board import Board
from whiteboard.engine.frame import Frame
from whiteboard.engine.packets import encode_event
from whiteboard.protocol.classic import element_segments, segments
from whiteboard.protocol.codec import encode
from whiteboard.protocol.commits import LoggedOp
from whiteboard.protocol.cursors import Cursors
from whiteboard.rooms.session import Session


class Dialect(Protocol):
    """How one namespace tells its sessions of an op."""

    namespace: str

    def frames(self, logged: LoggedOp, offset: str, before: Board) -> Sequence[Frame]:
        """Return what everybody but the sender is told; ``before`` is the board before the op."""

    def own(self, session: Session, op_id: str, offset: str) -> Sequence[Frame]:
        """Return what the sender is told in place of it."""

    def cursors(self, cursors: Cursors) -> Frame | None:
        """Return how people are told where others point, None if they are not."""


class BoardDialect:
    """Namespace ``/board``: the op as it lies in the log; for the sender its acknowledgement (B4, B6)."""

    namespace = "/board"

    def frames(self, logged: LoggedOp, offset: str, before: Board) -> Sequence[Frame]:
        return (Frame(encode_event(self.namespace, "op", logged.raw, encode(offset))),)

    def own(self, session: Session, op_id: str, offset: str) -> Sequence[Frame]:
        n = int(op_id.rpartition(":")[2])
        return (Frame(encode_event(self.namespace, "ack", encode({"n": n}), encode(offset))),)

    def cursors(self, cursors: Cursors) -> Frame | None:
        return Frame(encode_event(self.namespace, "cursors", encode(cursors)))


class ClassicDialect:
    """Namespace ``/``: an op as the segments that it draws; the last one carries the op's offset (C4, C6)."""

    namespace = "/"

    def frames(self, logged: LoggedOp, offset: str, before: Board) -> Sequence[Frame]:
        payloads = [] if logged.op is None else list(segments(logged.op, before))
        frames = [self._drawing(payload) for payload in payloads[:-1]]
        return [*frames, *(self._drawing(payload, offset) for payload in payloads[-1:])]

    def own(self, session: Session, op_id: str, offset: str) -> Sequence[Frame]:
        ack = session.acks.pop(op_id, None) if session.acks else None
        return () if ack is None else (ack.frame({"ok": True, "offset": offset}),)

    def cursors(self, cursors: Cursors) -> Frame | None:
        return None

    def replay(self, board: Board) -> Iterator[Frame]:
        """Yield a board as a late joiner is told of it (C2). The board may change while this goes on."""
        strokes = [element for element in board.elements.values() if element.get("kind") == "stroke"]
        elements = [{**stroke, "points": copy(stroke.get("points"))} for stroke in strokes]
        return (self._drawing(payload) for element in elements for payload in element_segments(element))

    def _drawing(self, payload: dict[str, Any], offset: str | None = None) -> Frame:
        args = (encode(payload),) if offset is None else (encode(payload), encode(offset))
        return Frame(encode_event(self.namespace, "drawing", *args))


BOARD = BoardDialect()
CLASSIC = ClassicDialect()
DIALECTS: tuple[Dialect, ...] = (BOARD, CLASSIC)
