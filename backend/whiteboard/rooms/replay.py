"""
A board as classic clients are told of it when they come (SPEC.md C2).

Encoded once for all who come at about the same time: what has been drawn on top of it since, they are told behind it.
"""

from collections.abc import Iterator
from typing import Final

from whiteboard.domain.board import Board
from whiteboard.domain.positions import Offset, Position
from whiteboard.engine.frame import Frame
from whiteboard.rooms.dialects import ClassicDialect

MAX_KEPT_FRAMES: Final = 50_000


class Replay:
    """
    A board at one position, its offset-only event last: who has heard that has heard all of it (R5).

    Frames are made when somebody first takes them and kept for the others. A board of more than ``MAX_KEPT_FRAMES`` is
    made for each anew, piece by piece, so that no memory is held for it.
    """

    def __init__(self, dialect: ClassicDialect, board: Board, position: Position) -> None:
        """
        Args:
            board: is told as it is now; it may change afterwards.
        """
        self.start = Offset.behind(position)
        """Where those who have heard it follow the board from."""
        self._dialect = dialect
        self._elements = board.picture()
        self.size = board.size // 2 + 1
        """About how many frames it has."""
        self._making = self._make()
        self._made: list[Frame] = []

    def __iter__(self) -> Iterator[Frame]:
        if self.size > MAX_KEPT_FRAMES:
            yield from self._make()
            return
        taken = 0
        while taken < len(self._made) or self._make_another():
            yield self._made[taken]
            taken += 1

    def _make_another(self) -> bool:
        frame = next(self._making, None)
        if frame is not None:
            self._made.append(frame)
        return frame is not None

    def _make(self) -> Iterator[Frame]:
        for element in self._elements:
            yield from self._dialect.element(element)
        yield self._dialect.offset_only(self.start)
