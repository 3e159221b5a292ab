"""
Boards as their HTTP clients get them (SPEC.md B8): JSON, compressed, made once for all who ask at about the same time.

A board may have many megabytes. They are encoded slice by slice, so that others run in between, and compressed in a
thread.
"""

import asyncio
import zlib
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple
from weakref import WeakKeyDictionary

from whiteboard.domain.ops import Element
from whiteboard.domain.positions import Position
from whiteboard.protocol.codec import encode
from whiteboard.protocol.snapshots import encode_chunks
from whiteboard.rooms.room import Room
from whiteboard.store.pace import Pace

FORMAT_VERSION: Final = 1
_LEVEL: Final = 4
_PIECE_BYTES: Final = 65_536
_GZIP: Final = 31  # the window's bits, and 16 for gzip's header


class Copy(NamedTuple):
    """A board at one position, and what makes it."""

    position: Position
    gzipped: "asyncio.Task[bytes]"


class Copies:
    """The latest copy of each room's board."""

    def __init__(self) -> None:
        self._latest: WeakKeyDictionary[Room, Copy] = WeakKeyDictionary()

    async def at_least(self, room: Room) -> tuple[Position, bytes]:
        """
        Return the board, gzipped, and its position: where the room is now, or further on.

        One copy of a board is made at a time. Whoever comes meanwhile shares it, or else the next one.
        """
        former = self._latest.get(room)
        if former is not None and former.position != room.position:
            await asyncio.wait({former.gzipped})
            if self._latest.get(room) is former:  # else another one who waited has begun the next
                del self._latest[room]
        copy = self._latest.get(room) or self._begin(room)
        return copy.position, await asyncio.shield(copy.gzipped)

    def forget(self) -> None:
        """Forget the copies of boards that have changed since: nobody is given them any more."""
        for room, copy in list(self._latest.items()):
            if copy.gzipped.done() and copy.position != room.position:
                del self._latest[room]

    def _begin(self, room: Room) -> Copy:
        head = {"v": FORMAT_VERSION, "board": room.name, "position": str(room.position)}
        making = asyncio.create_task(_make(encode(head), room.content.picture()))
        copy = self._latest[room] = Copy(room.position, making)

        def made(making: "asyncio.Task[bytes]") -> None:
            if (making.cancelled() or making.exception() is not None) and self._latest.get(room) is copy:
                del self._latest[room]

        making.add_done_callback(made)
        return copy


def unpacked(gzipped: bytes) -> Iterator[bytes]:
    """Yield what a copy holds, in pieces of bounded size, each unpacked when it is asked for."""
    unpacker = zlib.decompressobj(wbits=_GZIP)
    for start in range(0, len(gzipped), _PIECE_BYTES):
        packed = gzipped[start : start + _PIECE_BYTES]
        while packed:
            yield unpacker.decompress(packed, _PIECE_BYTES)
            packed = unpacker.unconsumed_tail
    yield unpacker.flush()


async def _make(head: bytes, elements: Iterable[Element]) -> bytes:
    pace, comma = Pace(), b""
    parts: list[bytes | memoryview] = [head[:-1], b',"elements":[']
    for chunk in encode_chunks(elements):
        parts += comma, memoryview(chunk)[1:-1]
        comma = b","
        await pace.step()
    parts.append(b"]}")
    return await asyncio.to_thread(_compress, parts)


def _compress(parts: Iterable[bytes | memoryview]) -> bytes:
    packer = zlib.compressobj(_LEVEL, wbits=_GZIP)
    return b"".join([*map(packer.compress, parts), packer.flush()])
