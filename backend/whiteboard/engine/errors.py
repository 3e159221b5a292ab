"""
What the engine refuses, and what its client is told.

An error that answers an HTTP request carries the Engine.IO code and the status; one that ends a WebSocket carries the
close code. Who may come again is told by the status (502, 503) and by ``Retry-After``.
"""


class EngineError(Exception):
    """The base of all errors of the engine."""

    kind = "engine_error"
    """What counts it, and names it to operators."""
    code = 3
    message = "Bad request"
    status = 400
    close_code = 1002


class UnknownTransport(EngineError):
    """``transport`` is neither ``polling`` nor ``websocket``."""

    kind = "unknown_transport"
    code = 0
    message = "Transport unknown"


class UnknownSession(EngineError):
    """No session of that sid lives here."""

    kind = "unknown_session"
    code = 1
    message = "Session ID unknown"


class BadHandshakeMethod(EngineError):
    """A session is opened by GET only."""

    kind = "bad_method"
    code = 2
    message = "Bad handshake method"


class BadRequest(EngineError):
    """A request that fits no state of its session, or is not Engine.IO at all."""

    kind = "bad_request"


class OriginRefused(BadRequest):
    """A page of an origin that is not let in."""

    kind = "origin"


class Forbidden(EngineError):
    """The application's ``connect`` handler said no; if it gave a text, the client is told."""

    kind = "forbidden"
    code = 4
    message = "Forbidden"
    status = 403

    def __init__(self, verdict: object = None) -> None:
        super().__init__(verdict)
        if isinstance(verdict, str):
            self.message = verdict


class UnsupportedVersion(EngineError):
    """``EIO`` is not 4."""

    kind = "unsupported_version"
    code = 5
    message = "Unsupported protocol version"


class PayloadTooLarge(EngineError):
    """A POST above ``max_payload``."""

    kind = "too_large"
    message = "Payload too large"
    status = 413
    close_code = 1009


class InvalidPacket(EngineError):
    """A packet that Engine.IO, or the protocol above it, does not allow here. It ends its session, and no other."""

    kind = "malformed_packet"


class BrokenFrame(EngineError):
    """Bytes that are no WebSocket frame of a client, by RFC 6455; ``close_code`` says which rule."""

    kind = "malformed_packet"

    def __init__(self, close_code: int, why: str) -> None:
        super().__init__(why)
        self.close_code = close_code
        if close_code == PayloadTooLarge.close_code:
            self.kind = PayloadTooLarge.kind


class Refused(EngineError):
    """
    Raised by a ``connect`` handler that takes no new session at the moment.

    Args:
        status: the HTTP status of the answer, 503 for «come back later».
        message: for people.
        retry_after: seconds, sent as ``Retry-After``; none if unset.
        kind: names the reason to operators.
    """

    code = 4

    def __init__(
        self, status: int = 503, message: str = "Not now", retry_after: int | None = None, kind: str = "not_now"
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.status = status
        self.message = message
        self.retry_after = retry_after


class BadGateway(EngineError):
    """The replica that a session lives on does not answer; the client may ask again."""

    kind = "bad_gateway"
    message = "Replica does not answer"
    status = 502


class IllegalTransition(EngineError):
    """A step between states that ``LEGAL`` does not list: a defect of the engine, never of a client."""
