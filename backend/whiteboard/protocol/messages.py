"""
What a board's bus brings, told apart by its second word (SPEC.md L5, L12).

``<v> <epoch>-<n> <body>`` tells of a commit, ``<v> ~ <body>`` where people point, ``<v> @ <body>`` who is here. A newer
release may publish other things, and these in other forms: what is not known here is passed over. But that there is a
commit is seen whatever its format: it is read from the log.
"""

from msgspec import Struct

from whiteboard.domain.positions import Position
from whiteboard.protocol import cursors, presence
from whiteboard.protocol.commits import FORMAT_VERSION
from whiteboard.protocol.cursors import Cursors
from whiteboard.protocol.presence import News


class Committed(Struct, frozen=True):
    """A commit is in the log."""

    position: Position
    body: bytes | None
    """Its ops, still encoded; None if this release cannot read them."""


class Pointed(Struct, frozen=True):
    """Some point elsewhere."""

    cursors: Cursors


def read_message(message: bytes) -> Committed | Pointed | News | None:
    """Read a bus message; None if it is nothing that this release knows."""
    version, _, rest = message.partition(b" ")
    word, space, body = rest.partition(b" ")
    try:
        is_known = 1 <= int(version) <= FORMAT_VERSION
        if word == cursors.MARK:
            return Pointed(cursors.decode_body(body)) if is_known else None
        if word == presence.MARK:
            return presence.decode_body(body) if is_known else None
        epoch, dash, n = word.partition(b"-")
        if space and dash and epoch.isdigit() and n.isdigit():  # int() would take a sign or a blank as well
            return Committed(Position(int(epoch), int(n)), body if is_known else None)
    except (ValueError, RecursionError):  # msgspec's errors are ValueErrors
        pass
    return None
