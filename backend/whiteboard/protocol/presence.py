"""
Presence: who is on a board. Never in the log, dropped when that helps, told again now and then (SPEC.md P3, P4).

A bus message of it is ``<v> @ <body>``, the body ``{"people": {"<sid>": {"name", "color"} | null}, "ask": bool}``.
"""

import msgspec
from msgspec import Struct

from whiteboard.protocol.codec import encode
from whiteboard.protocol.commits import FORMAT_VERSION

_MARK = b" @ "


class Person(Struct, frozen=True):
    """What others are told of a session."""

    name: str
    color: str


People = dict[str, Person | None]
"""By sid; None for one that has left."""


class News(Struct):
    """What one replica tells the others."""

    people: People
    ask: bool = False
    """Somebody has come who knows nobody yet: everybody is to be told again."""


_decoder = msgspec.json.Decoder(News)


def encode_message(news: News) -> bytes:
    """Return the bus message for news of people."""
    return b"%d%b%b" % (FORMAT_VERSION, _MARK, encode(news))


def decode_message(message: bytes) -> News | None:
    """Read a bus message of presence; None if it is another."""
    _version, mark, body = message.partition(_MARK)
    return _decoder.decode(body) if mark and b" " not in _version else None
