"""
Capacity: when a replica is full. It then says so to those who come, for another replica to take them, and goes on for
those whom it has: without files no request, no probe and no Redis would get through any more (SPEC.md D9).
"""

from collections.abc import Callable
from typing import Final

FULL_AT: Final = 0.9
"""Of the files that the process may open. The rest is for requests, polls and Redis."""


class Capacity:
    """How many connections one replica takes. Pure: it is told how many files are open."""

    def __init__(self, max_connections: int | None, max_files: int) -> None:
        """
        Args:
            max_connections: no bound but that of files if None.
            max_files: how many the process may open.
        """
        self._max_connections = max_connections
        self._max_files = max_files
        self._others = 0
        self.connections: Callable[[], int] = lambda: 0

    def note(self, open_files: int) -> None:
        """Take note of how many files are open now: what is no connection changes slowly, and is counted seldom."""
        self._others = open_files - self.connections()

    def is_full(self) -> bool:
        """Tell whether there is room for no further connection."""
        connections = self.connections()
        if self._max_connections is not None and connections >= self._max_connections:
            return True
        return self._others + connections >= FULL_AT * self._max_files
