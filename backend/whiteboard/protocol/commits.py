"""
Commits as they lie in the log and travel on the bus.

Source: SPEC.md L5. A bus message is ``<v> <epoch>-<n> <body>``, an entry has the fields ``v``, ``e`` and ``b``; the
body is a JSON array of ops. A newer release may add ops that this one does not know: they are delivered as they are
and change nothing.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import msgspec
from msgspec import Raw, Struct

from whiteboard.domain.ops import AnyOp
from whiteboard.domain.positions import Position

FORMAT_VERSION = 1

_raws_decoder = msgspec.json.Decoder(list[Raw])
_op_decoder = msgspec.json.Decoder(AnyOp)


class _Author(Struct):
    by: str = ""


_author_decoder = msgspec.json.Decoder(_Author)


class LoggedOp(NamedTuple):
    """One op of a commit: its bytes, who sent it, and the op itself, None if it is of a kind unknown here."""

    raw: bytes
    by: str
    op: AnyOp | None


class Commit(NamedTuple):
    """Ops that entered the log together; at least one."""

    position: Position
    ops: list[LoggedOp]

    def offset(self, index: int) -> str:
        """Return the offset of the op at ``index``: ``<epoch>-<n>-<i>``."""
        return f"{self.position}-{index}"


def decode_message(message: bytes) -> tuple[Position, bytes]:
    """Split a bus message into its position and its still encoded body. Raises ValueError if it is none."""
    _version, position, body = message.split(b" ", 2)
    return Position.parse(position.decode("ascii")), body


def decode_entry(entry_id: bytes, fields: Mapping[bytes, bytes]) -> Commit:
    """Read an entry of the stream, whose id is ``0-<n>``."""
    position = Position(int(fields[b"e"]), int(entry_id.rpartition(b"-")[2]))
    return decode_commit(position, fields[b"b"])


def decode_commit(position: Position, body: bytes) -> Commit:
    """Read a commit's body."""
    return Commit(position, list(_logged_ops(body)))


def _logged_ops(body: bytes) -> Iterator[LoggedOp]:
    for raw in _raws_decoder.decode(body):
        try:
            op = _op_decoder.decode(raw)
        except msgspec.MsgspecError:
            yield LoggedOp(bytes(raw), _author_of(raw), None)
        else:
            yield LoggedOp(bytes(raw), op.by, op)


def _author_of(raw: Raw) -> str:
    try:
        return _author_decoder.decode(raw).by
    except msgspec.MsgspecError:
        return ""
