"""The log lines at a socket's coming and going, the same for both namespaces."""

import time

import structlog

from whiteboard.metrics import Metrics
from whiteboard.rooms.session import Session

logger = structlog.get_logger(__name__)


class Arrivals:
    """Counts sockets and writes a line for each that comes or goes."""

    def __init__(self, replica: str, metrics: Metrics) -> None:
        self.replica = replica
        self._connections = metrics.connections

    def came(self, session: Session) -> None:
        """A session begins to be served."""
        self._connections.labels(session.socket.namespace).inc()
        logger.info(
            "socket connected",
            sid=session.sid,
            namespace=session.socket.namespace,
            transport=session.socket.transport,
            board=session.room.name,
            color=session.color,
            recovered=session.recovered,
        )

    def went(self, session: Session, reason: str) -> None:
        """A session's socket has gone."""
        self._connections.labels(session.socket.namespace).dec()
        logger.info(
            "socket disconnected",
            sid=session.sid,
            namespace=session.socket.namespace,
            board=session.room.name,
            reason=reason,
            seconds=round(time.monotonic() - session.since, 1),
        )
