"""
Presence: who is on a board. Never in the log, dropped when that helps, told again now and then (SPEC.md P3, P4).

A bus message of it is ``<v> @ <body>``, the body ``{"people": {"<sid>": {"name", "color"} | null}, "ask": bool}``.
"""

from typing import Final

import msgspec
from msgspec import Struct

from whiteboard.protocol.codec import encode
from whiteboard.protocol.commits import FORMAT_VERSION

MARK: Final = b"@"


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
    """A replica has opened the board and has heard of nobody yet: everybody is to be told of again."""


_decoder = msgspec.json.Decoder(News)


def encode_message(news: News) -> bytes:
    """Return the bus message for news of people."""
    return b"%d %b %b" % (FORMAT_VERSION, MARK, encode(news))


def decode_body(body: bytes) -> News:
    """Read the body of a bus message of presence. Raises ValueError."""
    return _decoder.decode(body)
