"""
Sessions in Redis, written ahead: whichever replica a client comes back to finds its state (SPEC.md S1, R2).

``wb:{B}:session:<hash of pid>`` is a hash. It lives while its replica refreshes it, and for the recovery window
after. Its generation rises with each claim; a write by an older one fails, so a replica that has slept cannot undo
what came after.
"""

import hashlib
from collections.abc import Iterable
from importlib import resources
from typing import Any, Final, NamedTuple

from whiteboard.domain.positions import Offset
from whiteboard.errors import StoreUnavailable
from whiteboard.store.bus import REPLICA_CHANNEL, Taken
from whiteboard.store.connection import OUTAGE, Redis, RedisError

FORMAT_VERSION: Final = 1
_LUA = resources.files("whiteboard.store").joinpath("lua")


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


class SessionState(NamedTuple):
    """What outlives a connection."""

    sid: str
    """The public session id."""
    client: str
    """The ``<client>`` of its op ids; empty for a classic one, whose ops its replica numbers."""
    color: str
    width: float
    start: Offset
    """Where it began to follow its board: before that it has missed nothing."""
    generation: int = 1


class Sessions:
    """All sessions' durable state."""

    def __init__(self, redis: Redis, replica: str, recovery_seconds: float) -> None:
        """
        Args:
            recovery_seconds: how long a session outlives its connection.
        """
        self._redis = redis
        self._replica = replica
        self.lifetime_seconds = recovery_seconds
        self._lifetime_ms = int(recovery_seconds * 1000)
        self._claim = redis.register_script(_LUA.joinpath("claim.lua").read_text())
        self._write = redis.register_script(_LUA.joinpath("write.lua").read_text())

    async def create(self, key: SessionKey, state: SessionState) -> None:
        """
        Write a new session and start its lifetime.

        Raises:
            StoreUnavailable: no answer in time (retry: writing twice does no harm).
        """
        fields: Any = {**state._asdict(), "start": str(state.start), "owner": self._replica, "v": FORMAT_VERSION}
        pipeline = self._redis.pipeline(transaction=True)
        pipeline.hset(str(key), mapping=fields)
        pipeline.pexpire(str(key), self._lifetime_ms)
        await _answer(pipeline.execute())

    async def claim(self, key: SessionKey, client: str) -> SessionState | None:
        """
        Make a client's session this replica's, telling the one that had it; None if the client has no such session.

        Raises:
            StoreUnavailable: no answer in time (retry: a claim that nobody follows up does no harm).
        """
        note = Taken.encode(*key)
        args: list[str | int] = [self._replica, self._lifetime_ms, REPLICA_CHANNEL, note, client]
        reply: list[bytes] = await _answer(self._claim(keys=[str(key)], args=args))
        if not reply:
            return None
        fields = {name.decode(): value.decode() for name, value in zip(reply[::2], reply[1::2], strict=True)}
        return SessionState(
            fields["sid"],
            fields["client"],
            fields["color"],
            float(fields["width"]),
            Offset.parse(fields["start"]),
            int(fields["generation"]),
        )

    async def write(self, key: SessionKey, generation: int, color: str, width: float) -> bool:
        """
        Write a session's style and start its lifetime anew; False if somebody else has claimed it.

        Raises:
            StoreUnavailable: no answer in time (retry: writing twice does no harm).
        """
        args: list[str | float] = [generation, self._lifetime_ms, "color", color, "width", width]
        return bool(await _answer(self._write(keys=[str(key)], args=args)))

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


async def _answer(reply: Any) -> Any:
    try:
        return await reply
    except (RedisError, *OUTAGE) as error:
        raise StoreUnavailable(str(error)) from error
