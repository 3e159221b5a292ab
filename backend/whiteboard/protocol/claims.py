"""What a replica is told, on a channel of its own, of sessions that others have claimed (SPEC.md R2)."""

from typing import NamedTuple

from whiteboard.protocol.commits import FORMAT_VERSION

_WORD = b"taken"


class Taken(NamedTuple):
    """A session has been claimed by another connection: ``<v> taken <board> <pid hash> <generation>``."""

    board: str
    pid_hash: str
    generation: int

    @staticmethod
    def encode(board: str, pid_hash: str) -> bytes:
        """Return the message but for the generation, which the claim adds behind a blank."""
        return b"%d %b %b %b" % (FORMAT_VERSION, _WORD, board.encode(), pid_hash.encode())

    @classmethod
    def decode(cls, message: bytes) -> "Taken | None":
        """Read a message; None if it is nothing that this release knows. A newer one may add words."""
        try:
            version, word, board, pid_hash, generation, *_ = message.split(b" ")
            if word == _WORD and 1 <= int(version) <= FORMAT_VERSION:
                return cls(board.decode(), pid_hash.decode(), int(generation))
        except ValueError:
            pass
        return None
