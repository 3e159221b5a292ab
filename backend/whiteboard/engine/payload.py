"""
Engine.IO v4 packets and long-polling payloads. Pure.

A packet is one character of type and its data: ``4hello``. A binary message is a binary WebSocket frame, or ``b`` and
base64 in a payload. A payload is packets joined by the record separator.

Source: Engine.IO protocol, revision 4.
"""

import base64
import binascii
from collections.abc import Iterator
from enum import StrEnum

from msgspec import Struct

from whiteboard.engine.errors import InvalidPacket

SEPARATOR = b"\x1e"


class PacketType(StrEnum):
    OPEN = "0"
    CLOSE = "1"
    PING = "2"
    PONG = "3"
    MESSAGE = "4"
    UPGRADE = "5"
    NOOP = "6"


TYPES = {kind.value: kind for kind in PacketType}


class Packet(Struct, frozen=True):
    """One packet as received; ``data`` is bytes for a binary message only."""

    type: PacketType
    data: str | bytes


def decode(text: str) -> Packet:
    """
    Read one packet of a text frame.

    Raises:
        InvalidPacket: it is empty or of no known type.
    """
    kind = TYPES.get(text[:1])
    if kind is None:
        raise InvalidPacket(f"no packet type: {text[:1]!r}")
    return Packet(kind, text[1:])


def decode_payload(body: bytes) -> Iterator[Packet]:
    """
    Read the packets of a POST's body, one at a time and in order, so that a bad one harms only itself and what follows.

    Raises:
        InvalidPacket: at the first packet that is none, or is not UTF-8, or not base64.
    """
    for part in body.split(SEPARATOR):
        if part[:1] == b"b":
            try:
                yield Packet(PacketType.MESSAGE, base64.b64decode(part[1:], validate=True))
            except binascii.Error as error:
                raise InvalidPacket("not base64") from error
        else:
            try:
                text = part.decode()
            except UnicodeDecodeError as error:
                raise InvalidPacket("not UTF-8") from error
            yield decode(text)


def encode_binary(data: bytes) -> bytes:
    """A binary message as a packet of a payload."""
    return b"b" + base64.b64encode(data)


def decode_binary(packet: bytes) -> bytes | None:
    """The message in a packet that ``encode_binary`` made, or None: any other packet is text."""
    return base64.b64decode(packet[1:]) if packet[:1] == b"b" else None
