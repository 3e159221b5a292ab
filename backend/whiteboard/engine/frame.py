"""
What goes out: an application's message, encoded once for however many connections receive it. Pure.
"""

from collections.abc import Iterable

from whiteboard.engine import rfc6455
from whiteboard.engine.payload import encode_binary


class Frame:
    """
    One Engine.IO message.

    ``wire`` is its WebSocket frame, ``packets`` the same for a long-polling payload. Each is made when first asked for
    and kept, so that a broadcast hands the same bytes object to every socket.

    Args:
        payload: the message without the packet type: UTF-8 for a text message.
        binary: whether it is a binary message.
    """

    __slots__ = ("_packets", "_wire", "binary", "payload")

    def __init__(self, payload: bytes, binary: bool = False) -> None:
        self.payload = payload
        self.binary = binary
        self._wire: bytes | None = None
        self._packets: tuple[bytes, ...] | None = None

    @classmethod
    def of(cls, data: str | bytes) -> "Frame":
        """A text message of a str, a binary message of bytes."""
        return cls(data.encode()) if isinstance(data, str) else cls(data, binary=True)

    @property
    def wire(self) -> bytes:
        if self._wire is None:
            self._wire = self._make_wire()
        return self._wire

    @property
    def packets(self) -> tuple[bytes, ...]:
        if self._packets is None:
            self._packets = self._make_packets()
        return self._packets

    def _make_wire(self) -> bytes:
        if self.binary:
            return rfc6455.encode(rfc6455.BINARY, self.payload)
        return rfc6455.encode(rfc6455.TEXT, b"4" + self.payload)

    def _make_packets(self) -> tuple[bytes, ...]:
        return (encode_binary(self.payload) if self.binary else b"4" + self.payload,)


class Batch(Frame):
    """Several messages, in order, for one write. Two connections with the same pending messages share one batch."""

    __slots__ = ("frames",)

    def __init__(self, frames: Iterable[Frame]) -> None:
        super().__init__(b"")
        self.frames = tuple(frames)

    def _make_wire(self) -> bytes:
        return b"".join([frame.wire for frame in self.frames])

    def _make_packets(self) -> tuple[bytes, ...]:
        return tuple([packet for frame in self.frames for packet in frame.packets])
