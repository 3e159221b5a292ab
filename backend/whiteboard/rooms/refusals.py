"""
What clients are refused: counted always, written down at a bounded rate a kind (SPEC.md E1).

A client that does wrong does it often; its lines must not bury the others, nor fill a disk.
"""

from collections.abc import Callable
from typing import Any, Final

import structlog

from whiteboard.errors import WhiteboardError
from whiteboard.metrics import Metrics
from whiteboard.rooms.admission import TokenBucket

LINES_PER_SECOND: Final = 10

logger = structlog.get_logger(__name__)


class Refusals:
    """The refusals of one replica."""

    def __init__(self, metrics: Metrics, clock: Callable[[], float]) -> None:
        self._errors = metrics.errors
        self._refused = metrics.refused
        self._clock = clock
        self._lines: dict[str, TokenBucket] = {}
        self._unsaid: dict[str, int] = {}

    def error(self, error: WhiteboardError, sid: str, namespace: str) -> None:
        """Note an error that a client was told. Source: ``engine.socket.ErrorNote``."""
        self._errors.labels(error.code).inc()
        self._say("rejected", error.code, code=error.code, message=str(error), sid=sid, namespace=namespace)

    def request(self, kind: str, status: int, why: str) -> None:
        """Note a request or a WebSocket that was not let in, or on. Source: ``engine.server.Server.note_refusal``."""
        self._refused.labels(kind).inc()
        self._say("refused", kind, reason=kind, status=status, why=why)

    def _say(self, event: str, kind: str, **fields: Any) -> None:
        now = self._clock()
        lines = self._lines.get(kind)
        if lines is None:
            lines = self._lines[kind] = TokenBucket(LINES_PER_SECOND, now)
        if lines.take(now) > 0:
            self._unsaid[kind] = self._unsaid.get(kind, 0) + 1
        elif unsaid := self._unsaid.pop(kind, 0):
            logger.warning(event, **fields, unsaid=unsaid)  # lines like this one since the last
        else:
            logger.warning(event, **fields)
