"""
Admission: how many new connections a replica takes a second, so that a crowd that comes at once, as after the end of
another replica, is served in turn and not to a standstill (SPEC.md D5), and that a full one takes nobody (D9).

Counted at the Engine.IO handshake, before anything is done for it. Who is refused comes again by itself: the stock
client's back-off spreads the crowd.
"""

from collections.abc import Callable
from math import ceil
from typing import Final

from whiteboard.engine.errors import Refused

FULL_SECONDS: Final = 5
"""When to ask a full replica again."""


class TokenBucket:
    """Pure: ``per_second`` tokens come a second, up to a second's worth are kept for a burst."""

    def __init__(self, per_second: float, now: float) -> None:
        self._per_second = per_second
        self._burst = max(1.0, per_second)
        self._tokens = self._burst
        self._counted_at = now

    def take(self, now: float) -> float:
        """Take a token and return 0, or take none and return in how many seconds there will be one."""
        self._tokens = min(self._burst, self._tokens + (now - self._counted_at) * self._per_second)
        self._counted_at = now
        if self._tokens < 1:
            return (1 - self._tokens) / self._per_second
        self._tokens -= 1
        return 0.0


class Admission:
    """The gate of one replica: open at a bounded rate, then closed for good."""

    def __init__(self, per_second: float, clock: Callable[[], float], is_full: Callable[[], bool]) -> None:
        self._bucket = TokenBucket(per_second, clock())
        self._clock = clock
        self._is_full = is_full
        self.is_closed = False

    def close(self) -> None:
        """Take nobody any more: the replica drains."""
        self.is_closed = True

    def admit(self) -> None:
        """
        Let one new connection in.

        Raises:
            Refused: not now, or not here any more (503).
        """
        if self.is_closed:
            raise Refused(message="Draining", retry_after=1, kind="draining")
        if self._is_full():
            raise Refused(message="Full", retry_after=FULL_SECONDS, kind="full")
        seconds = self._bucket.take(self._clock())
        if seconds > 0:
            raise Refused(message="Busy", retry_after=ceil(seconds), kind="busy")
