"""
Sessions in Redis, written ahead: whichever replica a client comes back to finds its state (SPEC.md S1).

``wb:{B}:session:<hash of pid>`` is a hash. It lives while its replica refreshes it, and for the recovery window after.
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from whiteboard.errors import StoreUnavailable
from whiteboard.store.connection import OUTAGE, Redis, RedisError

FORMAT_VERSION = 1


class SessionKey(NamedTuple):
    """Names a session: its board and the hash of its secret ``pid``."""

    board: str
    pid_hash: str

    @classmethod
    def of(cls, board: str, pid: str) -> "SessionKey":
        """Return the key of the session whose secret is ``pid``."""
        return cls(board, hashlib.sha256(pid.encode()).hexdigest()[:32])

    def __str__(self) -> str:
        return f"wb:{{{self.board}}}:session:{self.pid_hash}"


class Sessions:
    """All sessions' durable state."""

    def __init__(self, redis: Redis, recovery_seconds: float) -> None:
        """
        Args:
            recovery_seconds: how long a session outlives its connection.
        """
        self._redis = redis
        self.lifetime_seconds = recovery_seconds
        self._lifetime_ms = int(recovery_seconds * 1000)

    async def write(self, key: SessionKey, fields: Mapping[str, str | float]) -> None:
        """
        Set fields of a session and start its lifetime anew; what is not named stays.

        Raises:
            StoreUnavailable: no answer in time (retry: writing twice does no harm).
        """
        pipeline = self._redis.pipeline(transaction=True)
        pipeline.hset(str(key), mapping={"v": FORMAT_VERSION, **fields})  # type: ignore[dict-item]
        pipeline.pexpire(str(key), self._lifetime_ms)
        await _answer(pipeline.execute())

    async def refresh(self, keys: Iterable[SessionKey]) -> None:
        """
        Start the lifetime of sessions anew, in one round trip.

        Raises:
            StoreUnavailable: no answer in time (retry).
        """
        pipeline = self._redis.pipeline(transaction=False)
        for key in keys:
            pipeline.pexpire(str(key), self._lifetime_ms)
        await _answer(pipeline.execute())


async def _answer(reply: object) -> None:
    try:
        await reply  # type: ignore[misc]
    except (RedisError, *OUTAGE) as error:
        raise StoreUnavailable(str(error)) from error
