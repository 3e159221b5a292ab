"""
What a room has told lately: from here a session that comes back is told what it has missed (SPEC.md R3).

Each op is kept once, for all who come back, and its frames are made once, when somebody first needs them.
"""

from collections import deque
from collections.abc import Iterator
from typing import Final

from whiteboard.domain.positions import BEGINNING, Offset
from whiteboard.rooms.told import Told

MAX_BYTES: Final = 64_000_000


class Recent:
    """The last ops of a room, in order and without a gap, bounded by age and by ``MAX_BYTES``."""

    def __init__(self, begin: Offset = BEGINNING) -> None:
        self._told: deque[Told] = deque()
        self.size_bytes = 0
        """What they cost to keep, roughly."""
        self._floor = begin[1:]
        """Everything behind this op, n and i of its offset, is here."""

    @property
    def last(self) -> Offset | None:
        """The offset of the last op, None if there is none."""
        return self._told[-1].offset if self._told else None

    def add(self, told: Told) -> None:
        """Keep an op."""
        self._told.append(told)
        self.size_bytes += told.size_bytes
        while self.size_bytes > MAX_BYTES:
            self._forget_first()

    def forget(self, before: float) -> None:
        """Forget what was told before a time of the event loop's clock."""
        while self._told and self._told[0].at < before:
            self._forget_first()

    def reaches(self, offset: Offset) -> bool:
        """Tell whether all that came behind ``offset`` is here."""
        return offset[1:] >= self._floor

    def since(self, offset: Offset) -> list[Told] | None:
        """Return what came behind ``offset``, in order; None if that is no longer all here."""
        if not self.reaches(offset):
            return None
        return list(self._backwards_to(offset))[::-1]

    def _forget_first(self) -> None:
        first = self._told.popleft()
        self.size_bytes -= first.size_bytes
        self._floor = first.offset[1:]

    def _backwards_to(self, offset: Offset) -> Iterator[Told]:
        for told in reversed(self._told):
            if told.offset[1:] <= offset[1:]:
                return
            yield told
