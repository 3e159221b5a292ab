"""Socket.IO v5 packets: pure functions from text to events and from events to bytes."""

import re

import msgspec
from msgspec import Raw, Struct

from whiteboard.errors import MalformedPacket

_HEADER = re.compile(r"2(?:(/[^,]{0,256}),)?([0-9]{0,15})(?=\[)", re.ASCII)
_ATTACHMENTS = re.compile(r"[56]([0-9]{1,3})-", re.ASCII)
_args_decoder = msgspec.json.Decoder(list[Raw])
_name_decoder = msgspec.json.Decoder(str)
_encode = msgspec.json.Encoder().encode


class Event(Struct, frozen=True):
    """An EVENT packet; its arguments are still JSON, to be decoded by whoever knows their types."""

    namespace: str
    name: str
    args: list[Raw]
    ack_id: int | None


def decode_event(packet: str) -> Event:
    """Read an EVENT packet (``2[/namespace,][id]["name", …]``). Raises MalformedPacket."""
    header = _HEADER.match(packet)
    if header is None:
        raise MalformedPacket("not a Socket.IO event")
    try:
        name, *args = _args_decoder.decode(packet[header.end() :])
        event = Event(header[1] or "/", _name_decoder.decode(name), args, int(header[2]) if header[2] else None)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise MalformedPacket("a Socket.IO event is an array that begins with its name") from None
    return event


def count_attachments(packet: str) -> int:
    """Return how many binary messages a packet says will follow it; more than 999 are none."""
    announced = _ATTACHMENTS.match(packet)
    return int(announced[1]) if announced else 0


def encode_event(namespace: str, name: str, *args: object) -> bytes:
    """Encode an EVENT packet; an argument that is JSON already goes in as ``Raw``."""
    return b"2%b%b" % (_prefix(namespace), _encode((name, *args)))


def encode_ack(namespace: str, ack_id: int, *args: object) -> bytes:
    """Encode the answer to an event that asked for one."""
    return b"3%b%d%b" % (_prefix(namespace), ack_id, _encode(args))


def encode_refusal(namespace: str, message: str, details: object) -> bytes:
    """Encode a CONNECT_ERROR packet."""
    return b"4%b%b" % (_prefix(namespace), _encode({"message": message, "data": details}))


def _prefix(namespace: str) -> bytes:
    return b"" if namespace == "/" else namespace.encode() + b","
