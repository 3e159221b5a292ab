"""Which rooms to close: a room outlives its last visitor for a while, and spares the next one the log's reading."""

import math
from collections.abc import Callable, Iterable
from typing import Final

IDLE_SECONDS: Final = 10.0
MAX_IDLE_ROOMS: Final = 64


class Idle:
    """The boards that are open and that nobody is on, the longest unused first."""

    def __init__(self, is_used: Callable[[str], bool]) -> None:
        self._is_used = is_used
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
        """Forget and return the boards to close, the longest unused above the bound."""
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
        above = len(self._since) - MAX_IDLE_ROOMS
        ended = [
            board for place, (board, since) in enumerate(self._since.items()) if place < above or since <= unused_since
        ]
        for board in ended:
            del self._since[board]
        return ended
