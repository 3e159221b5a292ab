"""Which rooms to close: a room outlives its last visitor for a while, and spares the next one the log's reading."""

import math
from collections.abc import Callable, Iterable
from typing import Final

from whiteboard.domain.limits import MAX_BOARD_SIZE

IDLE_SECONDS: Final = 10.0
MAX_IDLE_ROOMS: Final = 64
MAX_IDLE_SIZE: Final = MAX_BOARD_SIZE
"""Of all idle boards together, as O8 counts a board's size; whatever its own, the last one stays."""


class Idle:
    """The boards that are open and that nobody is on, the longest unused first."""

    def __init__(self, is_used: Callable[[str], bool], size_of: Callable[[str], int]) -> None:
        """
        Args:
            size_of: the size of an open board (O8).
        """
        self._is_used = is_used
        self._size_of = size_of
        self._since: dict[str, float] = {}

    def __contains__(self, board: str) -> bool:
        return board in self._since

    def visited(self, board: str) -> None:
        """Somebody is about to come."""
        self._since.pop(board, None)

    def left(self, board: str, now: float) -> None:
        """Nobody needs the board any more, as of ``now`` (s): the youngest of the idle ones."""
        self._since.pop(board, None)
        self._since[board] = now

    def surplus(self) -> list[str]:
        """Forget and return the boards to close, the longest unused above a bound."""
        return self._end(-math.inf)

    def overdue(self, boards: Iterable[str], now: float) -> list[str]:
        """
        Forget and return the boards to close, those unused for long included.

        Args:
            boards: all that are open; those newly found unused are idle from ``now`` (s) on.
        """
        for board in boards:
            self._since.setdefault(board, now)
        return self._end(now - IDLE_SECONDS)

    def _end(self, unused_since: float) -> list[str]:
        self._since = {board: since for board, since in self._since.items() if not self._is_used(board)}
        ended, size = list[str](), 0
        for place, (board, since) in enumerate(reversed(self._since.items())):
            size += self._size_of(board)
            if since <= unused_since or place >= MAX_IDLE_ROOMS or (place > 0 and size > MAX_IDLE_SIZE):
                ended.append(board)
        for board in ended:
            del self._since[board]
        return ended
