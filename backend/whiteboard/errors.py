"""
The error tree. Each error has a wire code and says whether trying again can help.

Source: SPEC.md E1. A ``WhiteboardError`` may be shown to its sender as it is; anything else is a defect of ours.
"""

from typing import ClassVar


class WhiteboardError(Exception):
    """Base of all errors that are told to somebody: ``code`` for programs, the message for people."""

    code: ClassVar[str] = "error"
    retry: ClassVar[bool] = False

    n: int | None = None
    """The number of the op that it is about, if it is about one."""

    def as_payload(self) -> dict[str, object]:
        """Return ``{"code", "message", "retry"[, "n"]}``, the form in which it travels."""
        about = {} if self.n is None else {"n": self.n}
        return {"code": self.code, "message": str(self), "retry": self.retry, **about}


class BadInput(WhiteboardError):
    """The sender's input can never be accepted as it is."""


class MalformedPacket(BadInput):
    code = "malformed_packet"


class BinaryUnsupported(BadInput):
    code = "binary_unsupported"


class UnknownEvent(BadInput):
    code = "unknown_event"


class Invalid(BadInput):
    code = "invalid"


class UnknownKind(BadInput):
    code = "unknown_kind"


class TooLarge(BadInput):
    code = "too_large"


class TooManyPoints(BadInput):
    code = "too_many_points"


class BoardFull(BadInput):
    code = "board_full"


class ForeignId(BadInput):
    code = "foreign_id"


class BadBoard(BadInput):
    code = "bad_board"


class BadSecret(BadInput):
    code = "bad_secret"


class BadPosition(BadInput):
    code = "bad_position"


class NotJoined(BadInput):
    code = "not_joined"


class Busy(WhiteboardError):
    """A queue of this replica is at its bound; the same request may be accepted a moment later."""

    code = "busy"
    retry = True


class StoreUnavailable(WhiteboardError):
    """Redis gave no answer in time; what was asked may or may not have happened."""

    code = "store_unavailable"
    retry = True


class Trimmed(StoreUnavailable):
    """The commits that were asked for are in the log no more; a snapshot has what they gave."""


class ConfigurationError(WhiteboardError):
    """The settings contradict each other or cannot be read; the server does not start."""

    code = "configuration"
