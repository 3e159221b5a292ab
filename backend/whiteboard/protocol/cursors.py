"""
Cursors: where people point. Never in the log, never acknowledged, dropped whenever that helps (SPEC.md P).

A bus message of cursors is ``<v> ~ <body>``, the body a JSON object of ``<sid>: [x, y]``, or
``[x, y, 1]``: a newer release may add numbers.
"""

from typing import Final

import msgspec
from msgspec import Raw, Struct

from whiteboard.protocol.codec import encode, parse
from whiteboard.protocol.commits import FORMAT_VERSION
from whiteboard.protocol.kinds import Coordinate

Point = tuple[float, ...]
"""Where somebody points: x, y in board pixels, and a 1 if with a laser."""
Cursors = dict[str, Point]

MARK: Final = b"~"


class _Cursor(Struct):
    x: Coordinate
    y: Coordinate
    laser: bool = False


_cursor_decoder = msgspec.json.Decoder(_Cursor)
_cursors_decoder = msgspec.json.Decoder(Cursors)


def decode_cursor(raw: Raw) -> Point:
    """Read the argument of a ``cursor`` event (P1). Raises Invalid."""
    cursor: _Cursor = parse(raw, _cursor_decoder)
    return (cursor.x, cursor.y, 1) if cursor.laser else (cursor.x, cursor.y)


def encode_message(cursors: Cursors) -> bytes:
    """Return the bus message for cursors that have moved."""
    return b"%d %b %b" % (FORMAT_VERSION, MARK, encode(cursors))


def decode_body(body: bytes) -> Cursors:
    """Read the body of a bus message of cursors. Raises ValueError."""
    return _cursors_decoder.decode(body)
