"""
The beat of a replica: display frames, in which a busy one gathers, commits and tells.

What comes in a frame in which nothing was done yet is done at once; more of it waits for the next one to begin. All go
by one beat: what is committed as a frame begins is back, and told, within it. Were each to count from what it did last,
each step would wait for another part of a frame, which drifts between none and all of it.
"""

from typing import Final

FRAME_SECONDS: Final = 1 / 60
_EARLY_SECONDS: Final = 0.001  # uvloop's timers go by whole milliseconds, rounded


def next_frame(last: float) -> float:
    """Return when the frame after that of ``last`` begins; both by the event loop's clock, in seconds."""
    return ((last + _EARLY_SECONDS) // FRAME_SECONDS + 1) * FRAME_SECONDS
