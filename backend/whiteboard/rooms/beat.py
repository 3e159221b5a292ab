"""
The beat of a replica: the frames in which a busy one reads, commits and writes.

What comes in a frame in which nothing was done yet is done at once; more of it waits for the next one. All go by one
beat: were each to count from what it did last, each step would wait for another part of a frame, which drifts between
none and all of it. As a frame begins, sockets are read and what they brought is committed. They are written to a little
later, when these commits are back, and what came from other replicas meanwhile goes in the same write: if it did not,
it would wait for a whole frame.
"""

import asyncio
from collections.abc import Callable
from typing import Final

import structlog

FRAME_SECONDS: Final = 1 / 60
"""A display frame: what comes twice within one is seen once."""
CROWD: Final = 100
"""So many people on one replica are a crowd: each frame costs waking up, and a write to all whom it is news for."""
CROWD_FRAME_SECONDS: Final = 1 / 40
WRITE_SECONDS: Final = 0.003
"""How far into a frame sockets are written to: a pipeline is back from a Redis nearby in one to two milliseconds."""
_EARLY_SECONDS: Final = 0.001  # uvloop's timers go by whole milliseconds, rounded

logger = structlog.get_logger(__name__)


def next_frame(last: float, frame_seconds: float) -> float:
    """Return when the frame after that of ``last`` begins."""
    return ((last + _EARLY_SECONDS) // frame_seconds + 1) * frame_seconds


class Beat:
    """When this replica reads, commits and writes. Times are seconds of the event loop's clock."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()  # asking for it costs a system call in Python 3.11
        self._people: dict[str, int] = {}
        self._everybody = 0
        self._frame_seconds = FRAME_SECONDS
        self._now: list[Callable[[], None]] = []
        self._later: list[Callable[[], None]] = []

    def note(self, board: str, people: int) -> None:
        """Note how many are here on a board."""
        self._everybody += people - self._people.pop(board, 0)
        if people:
            self._people[board] = people
        self._frame_seconds = CROWD_FRAME_SECONDS if self._everybody >= CROWD else FRAME_SECONDS

    def seconds_to_next(self, last: float) -> float:
        """Return in how many seconds what was done at ``last`` may be done again: 0 if that was in another frame."""
        seconds = next_frame(last, self._frame_seconds) - self._loop.time()
        return seconds if seconds > _EARLY_SECONDS else 0.0

    def next_write(self, last: float) -> float:
        """Return from when on sockets may be written to, after they were at ``last``."""
        return next_frame(last - WRITE_SECONDS, self._frame_seconds) + WRITE_SECONDS

    def write_soon(self, last: float, write: Callable[[], None]) -> None:
        """Have ``write`` called when it is due, together with all others that are due then."""
        due = self.next_write(last)
        if due > self._loop.time():
            self._later.append(write)
            if len(self._later) == 1:
                self._loop.call_at(due, self._write_later)
        else:
            # Not at once: to take in what has come for all rooms, and then to write, is cheaper than in turns.
            self._now.append(write)
            if len(self._now) == 1:
                self._loop.call_soon(self._write_now)

    def _write_now(self) -> None:
        writes, self._now = self._now, []
        _call_all(writes)

    def _write_later(self) -> None:
        writes, self._later = self._later, []
        _call_all(writes)


def _call_all(writes: list[Callable[[], None]]) -> None:
    for write in writes:
        try:
            write()
        except Exception:
            logger.exception("write failed")  # one room's trouble is not the others'
