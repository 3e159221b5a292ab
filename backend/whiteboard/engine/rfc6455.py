"""
WebSocket frames, the server's side of RFC 6455 without extensions. Pure.

Out: ``encode``. In: ``FrameParser``, which takes whatever chunks the network makes, and costs time and memory in
proportion to the bytes received, also when they come one at a time.
"""

import struct
from typing import Final, NamedTuple

from whiteboard.engine.errors import BrokenFrame

CONTINUATION: Final = 0x0
TEXT: Final = 0x1
BINARY: Final = 0x2
CLOSE: Final = 0x8
PING: Final = 0x9
PONG: Final = 0xA

PROTOCOL_ERROR: Final = 1002
INVALID_TEXT: Final = 1007
TOO_BIG: Final = 1009

_MASK_BYTES = 4
_MAX_CONTROL_BYTES = 125
# Codes an endpoint may send: those of RFC 6455 §7.4.1 and its registry, and the ranges for libraries and applications.
_CLOSE_CODES = frozenset({1000, 1001, 1002, 1003, *range(1007, 1015), *range(3000, 5000)})


class Control(NamedTuple):
    """A control frame: CLOSE, PING or PONG."""

    opcode: int
    payload: bytes

    @property
    def close_code(self) -> int:
        """The code of a CLOSE, 1005 if it names none."""
        return int.from_bytes(self.payload[:2], "big") if self.payload else 1005


def encode(opcode: int, payload: bytes) -> bytes:
    """One whole, unmasked frame."""
    size = len(payload)
    if size < 126:
        return bytes((0x80 | opcode, size)) + payload
    if size < 65536:
        return struct.pack(">BBH", 0x80 | opcode, 126, size) + payload
    return struct.pack(">BBQ", 0x80 | opcode, 127, size) + payload


def encode_close(code: int, reason: str = "") -> bytes:
    """A CLOSE frame; the reason is cut to what a control frame holds."""
    return encode(CLOSE, struct.pack(">H", code) + reason.encode()[: _MAX_CONTROL_BYTES - 2])


class FrameParser:
    """
    Client frames out of a stream of bytes.

    ``feed`` returns whole messages in order: str (text), bytes (binary) or ``Control``. At the first broken rule
    ``error`` is set, what came before it is still returned, and nothing is read any more.
    """

    __slots__ = ("_held", "_max_bytes", "_needed", "_opcode", "_partial", "error")

    def __init__(self, max_bytes: int) -> None:
        self.error: BrokenFrame | None = None
        self._max_bytes = max_bytes
        self._held: bytearray | None = None  # an unfinished frame …
        self._needed = 0  # … and how many bytes of it must be there before another look is worth while
        self._partial: bytearray | None = None  # a fragmented message so far
        self._opcode = CONTINUATION

    def feed(self, data: bytes) -> list[str | bytes | Control]:
        messages: list[str | bytes | Control] = []
        if self.error is not None:
            return messages
        if self._held is not None:
            self._held += data
            if len(self._held) < self._needed:
                return messages
            data, self._held = bytes(self._held), None
        try:
            end = self._parse(data, messages)
        except BrokenFrame as error:
            self.error, self._partial = error, None
            return messages
        if end < len(data):
            self._held = bytearray(data[end:])
        return messages

    def _parse(self, data: bytes, messages: list[str | bytes | Control]) -> int:
        """Read whole frames into ``messages``; returns where the first unfinished one starts."""
        at, length = 0, len(data)
        while length - at >= 2:
            first, second = data[at], data[at + 1]
            size, start = second & 0x7F, at + 2
            if first & 0x70:
                raise BrokenFrame(PROTOCOL_ERROR, "reserved bits")
            if not second & 0x80:
                raise BrokenFrame(PROTOCOL_ERROR, "unmasked")
            if first & 0x08 and (size > _MAX_CONTROL_BYTES or not first & 0x80):
                raise BrokenFrame(PROTOCOL_ERROR, "control frame too long or fragmented")
            if size > _MAX_CONTROL_BYTES:
                wide = 2 if size == 126 else 8
                if length < start + wide:
                    self._needed = 2 + wide
                    return at
                size = int.from_bytes(data[start : start + wide], "big")
                start += wide
                # Judged by the header alone: an announced size is never waited for, let alone reserved.
                if size + len(self._partial or b"") > self._max_bytes:
                    raise BrokenFrame(TOO_BIG, "message too big")
            end = start + _MASK_BYTES + size
            if length < end:
                self._needed = end - at
                return at
            mask, payload = data[start : start + _MASK_BYTES], data[start + _MASK_BYTES : end]
            message = self._message(first, _unmask(payload, mask))
            if message is not None:
                messages.append(message)
            at = end
        self._needed = 2
        return at

    def _message(self, first: int, payload: bytes) -> str | bytes | Control | None:
        """The message that this frame completes, if it does."""
        opcode = first & 0x0F
        if opcode >= CLOSE:
            return _control(opcode, payload)
        if opcode == CONTINUATION:
            if self._partial is None:
                raise BrokenFrame(PROTOCOL_ERROR, "nothing to continue")
            self._partial += payload
            if len(self._partial) > self._max_bytes:
                raise BrokenFrame(TOO_BIG, "message too big")
            if not first & 0x80:
                return None
            opcode, payload, self._partial = self._opcode, bytes(self._partial), None
        elif self._partial is not None:
            raise BrokenFrame(PROTOCOL_ERROR, "a new message inside a fragmented one")
        elif opcode > BINARY:
            raise BrokenFrame(PROTOCOL_ERROR, "reserved opcode")
        elif len(payload) > self._max_bytes:
            raise BrokenFrame(TOO_BIG, "message too big")
        elif not first & 0x80:
            self._opcode, self._partial = opcode, bytearray(payload)
            return None
        return payload if opcode == BINARY else _utf8(payload)


def _unmask(payload: bytes, mask: bytes) -> bytes:
    # One XOR of two big numbers: the fastest unmasking there is in plain Python, and linear in the size.
    size = len(payload)
    key = int.from_bytes((mask * (size // 4 + 1))[:size], "little")
    return (int.from_bytes(payload, "little") ^ key).to_bytes(size, "little")


def _utf8(payload: bytes) -> str:
    try:
        return payload.decode()
    except UnicodeDecodeError as error:
        raise BrokenFrame(INVALID_TEXT, "text is not UTF-8") from error


def _control(opcode: int, payload: bytes) -> Control:
    if opcode > PONG:
        raise BrokenFrame(PROTOCOL_ERROR, "reserved opcode")
    control = Control(opcode, payload)
    if opcode == CLOSE and payload:
        if len(payload) == 1 or control.close_code not in _CLOSE_CODES:
            raise BrokenFrame(PROTOCOL_ERROR, "no close code")
        _utf8(payload[2:])
    return control
