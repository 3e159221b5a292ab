"""The two forms in which a room speaks to sessions: ops for our page, segments for classic clients (SPEC.md B, C)."""

from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import Raw

from whiteboard.domain.ops import Element, number_of
from whiteboard.domain.positions import Offset
from whiteboard.engine.frame import Batch, Frame
from whiteboard.engine.packets import encode_event
from whiteboard.engine.socket import Ack
from whiteboard.protocol.classic import element_segments, segments
from whiteboard.protocol.cursors import Cursors
from whiteboard.protocol.presence import People
from whiteboard.rooms.told import Dialect, Told


class BoardDialect(Dialect):
    """Namespace ``/board``: the op as it lies in the log; for the sender its acknowledgement (B4, B6)."""

    namespace = "/board"

    def frames(self, told: Told) -> Sequence[Frame]:
        return (Frame(encode_event(self.namespace, "op", Raw(told.raw), str(told.offset))),)

    def own(self, op_id: str, offset: Offset, ack: Ack | None) -> Sequence[Frame]:
        return (Frame(encode_event(self.namespace, "ack", {"n": number_of(op_id)}, str(offset))),)

    def aside(self, cursors: Cursors, people: People) -> Frame | None:
        told = (("people", people), ("cursors", cursors))
        frames = [Frame(encode_event(self.namespace, name, what)) for name, what in told if what]
        return Batch(frames) if len(frames) > 1 else frames[0] if frames else None


class ClassicDialect(Dialect):
    """Namespace ``/``: an op as the segments that it draws; the last one carries the op's offset (C4, C6)."""

    namespace = "/"

    def frames(self, told: Told) -> Sequence[Frame]:
        frames, last = [], None
        for payload in segments(told.drawn):
            if last is not None:
                frames.append(self._drawing(last))
            last = payload
        if last is not None:
            frames.append(self._drawing(last, told.offset))
        return frames

    def own(self, op_id: str, offset: Offset, ack: Ack | None) -> Sequence[Frame]:
        return () if ack is None else (ack.frame({"ok": True, "offset": str(offset)}),)

    def aside(self, cursors: Cursors, people: People) -> Frame | None:
        return None

    def element(self, element: Element) -> Iterator[Frame]:
        """Yield a whole element as a late joiner is told of it (C2)."""
        return map(self._drawing, element_segments(element))

    def _drawing(self, payload: dict[str, Any], offset: Offset | None = None) -> Frame:
        args = (payload,) if offset is None else (payload, str(offset))
        return Frame(encode_event(self.namespace, "drawing", *args))


BOARD = BoardDialect()
CLASSIC = ClassicDialect()
DIALECTS: tuple[Dialect, ...] = (BOARD, CLASSIC)
