"""
Commits as they lie in the log and travel on the bus.

Source: SPEC.md L5. An entry has the fields ``v``, ``e`` and ``b``; the body, on the bus the same (``messages``), is a
JSON array of ops. A newer release may add ops that this one does not know: they are delivered as they are and change
nothing.
"""

from collections.abc import Mapping

import msgspec
from msgspec import Raw, Struct

from whiteboard.domain.ops import AnyOp
from whiteboard.domain.positions import Offset, Position

FORMAT_VERSION = 1
_READABLE = frozenset(b"%d" % version for version in range(1, FORMAT_VERSION + 1))

_raws_decoder = msgspec.json.Decoder(list[Raw])
_op_decoder = msgspec.json.Decoder(AnyOp)


class _Head(Struct):
    by: str = ""
    id: str = ""


_head_decoder = msgspec.json.Decoder(_Head)


class LoggedOp(Struct, frozen=True):
    """One op of a commit: its bytes, who sent it, the op itself, None if it is of a kind unknown here, and its id."""

    raw: bytes
    by: str
    op: AnyOp | None
    id: str = ""


class Commit(Struct, frozen=True):
    """Ops that entered the log together; at least one, unless it is ``unreadable``."""

    position: Position
    ops: list[LoggedOp]
    unreadable: str | None = None
    """Why its ops cannot be known here, if they cannot."""

    def offset(self, index: int) -> Offset:
        """Return the offset of the op at ``index``."""
        epoch, n = self.position
        return Offset(epoch, n, index)


def decode_entry(entry_id: bytes, fields: Mapping[bytes, bytes]) -> Commit:
    """Read an entry of the stream, whose id is ``0-<n>``; one that cannot be read is still the n-th commit."""
    n = int(entry_id.rpartition(b"-")[2])
    try:
        epoch = int(fields.get(b"e", b""))
    except ValueError:
        return Commit(Position(0, n), [], "it has no epoch")
    position = Position(epoch, n)
    try:
        _check_version(fields[b"v"])
        return decode_commit(position, fields[b"b"])
    except (KeyError, ValueError, RecursionError) as error:  # msgspec's errors, and those of UTF-8, are ValueErrors
        return Commit(position, [], f"{type(error).__name__}: {error}")


def decode_commit(position: Position, body: bytes) -> Commit:
    """Read a commit's body. Raises ValueError if it is no array."""
    return Commit(position, [_logged_op(raw) for raw in _raws_decoder.decode(body)])


def _check_version(version: bytes) -> None:
    if version not in _READABLE:
        raise ValueError(f"its format version is {version[:40]!r}, and {FORMAT_VERSION} the highest known here")


def _logged_op(raw: Raw) -> LoggedOp:
    try:
        op = _op_decoder.decode(raw)
    except msgspec.MsgspecError:
        head = _head_of(raw)
        return LoggedOp(bytes(raw), head.by, None, head.id)
    return LoggedOp(bytes(raw), op.by, op, op.id)


def _head_of(raw: Raw) -> _Head:
    try:
        return _head_decoder.decode(raw)
    except msgspec.MsgspecError:
        return _Head()
