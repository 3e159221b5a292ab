"""Frames in portions that one connection can take at once, measured in bytes."""

from collections.abc import Iterable, Iterator
from typing import Final

from whiteboard.engine.frame import Frame

CHUNK_BYTES: Final = 65_536
"""A portion: a connection is cut off at sixteen of them (``engine.options``), and one more frame has at most one."""
FRAME_BYTES: Final = 256
"""What a frame costs beside its payload."""


def size_of(frames: Iterable[Frame]) -> int:
    """Return what frames cost, in bytes."""
    return sum(len(frame.payload) + FRAME_BYTES for frame in frames)


def take(frames: Iterator[Frame]) -> list[Frame]:
    """Return the next frames, less than a chunk only if there are no more: with its last one it may be above it."""
    taken: list[Frame] = []
    room_bytes = CHUNK_BYTES
    while room_bytes > 0 and (frame := next(frames, None)) is not None:
        taken.append(frame)
        room_bytes -= len(frame.payload) + FRAME_BYTES
    return taken
