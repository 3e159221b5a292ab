"""
Snapshots as they lie in Redis: a head, then the elements, in the order of their adds, in chunks (SPEC.md L9).

A reader ignores fields that it does not know. What an older release could not ignore takes a new ``v``, written only
by the release after the first one that reads it.
"""

from collections.abc import Iterable, Iterator
from typing import Final

import msgspec
from msgspec import Struct

from whiteboard.domain.ops import Element
from whiteboard.domain.positions import Offset

FORMAT_VERSION: Final = 1
CHUNK_BYTES: Final = 131_072


class _Head(Struct):
    v: int
    offset: str
    elements: int


_head_decoder = msgspec.json.Decoder(_Head)
_chunk_decoder = msgspec.json.Decoder(list[Element])
_encode: Final = msgspec.json.Encoder().encode


def encode_head(offset: Offset, elements: int) -> bytes:
    """Return the head of a snapshot: behind which op it is taken, and how many elements follow."""
    return _encode(_Head(FORMAT_VERSION, str(offset), elements))


def decode_head(head: bytes) -> tuple[Offset, int]:
    """Read a head. Raises ValueError if it is none, or of a newer format."""
    read = _head_decoder.decode(head)
    if read.v != FORMAT_VERSION:
        raise ValueError(f"a snapshot of format {read.v}")
    return Offset.parse(read.offset), read.elements


def encode_chunks(elements: Iterable[Element]) -> Iterator[bytes]:
    """Yield elements in JSON arrays of ``CHUNK_BYTES``, or of one element more."""
    chunk: list[bytes] = []
    size_bytes = 0
    for element in elements:
        chunk.append(_encode(element))
        size_bytes += len(chunk[-1])
        if size_bytes >= CHUNK_BYTES:
            yield b"[%b]" % b",".join(chunk)
            chunk, size_bytes = [], 0
    if chunk:
        yield b"[%b]" % b",".join(chunk)


def decode_chunk(chunk: bytes) -> list[Element]:
    """Read one of the arrays."""
    return _chunk_decoder.decode(chunk)
