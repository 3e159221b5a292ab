"""
Sessions in Redis, written ahead: whichever replica a client comes back to finds its state (SPEC.md S1, R2).

``wb:{B}:session:<hash of pid>`` is a hash. It lives while its replica refreshes it, and for the recovery window
after; what Redis has lost of a living session its replica writes again. Its generation rises with each claim; a write
by an older one fails, so a replica that has slept cannot undo what came after.
"""

import hashlib
from collections.abc import Sequence
from importlib import resources
from itertools import chain
from typing import Any, Final, NamedTuple

from whiteboard.domain.positions import Offset
from whiteboard.protocol.claims import Taken
from whiteboard.store.bus import REPLICA_CHANNEL
from whiteboard.store.connection import Redis, answer

FORMAT_VERSION: Final = 1
_REFRESH_SHARE: Final = 0.25
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
    name: str = ""
    """What the person is called; empty for one who has not said."""
    tool: str = ""
    """What they hold; empty for one who has taken none."""


class Sessions:
    """All sessions' durable state."""

    def __init__(self, redis: Redis, replica: str, recovery_seconds: float) -> None:
        """
        Args:
            recovery_seconds: how long a session outlives its connection, at least.
        """
        self._redis = redis
        self._replica = replica
        self.lifetime_seconds = recovery_seconds
        self.refresh_seconds = recovery_seconds * _REFRESH_SHARE
        """How often to ``refresh``: one that comes late, or fails once, costs nothing of the recovery window."""
        self._expiry_ms = int((recovery_seconds + 2 * self.refresh_seconds) * 1000)
        self._claim = redis.register_script(_LUA.joinpath("claim.lua").read_text())
        self._write = redis.register_script(_LUA.joinpath("write.lua").read_text())
        self._refresh = redis.register_script(_LUA.joinpath("refresh.lua").read_text())

    async def claim(self, key: SessionKey, client: str) -> SessionState | None:
        """
        Make a client's session this replica's, telling the one that had it; None if the client has no such session.

        Raises:
            StoreUnavailable: no answer in time (retry: a claim that nobody follows up does no harm).
        """
        note = Taken.encode(*key)
        args: list[str | bytes | int] = [self._replica, self._expiry_ms, REPLICA_CHANNEL, note, client]
        reply: list[bytes] = await answer(self._claim(keys=[str(key)], args=args))
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
            fields.get("name", ""),
            fields.get("tool", ""),
        )

    async def write(self, key: SessionKey, state: SessionState) -> int:
        """
        Write a session, new or changed, and start its lifetime anew, unless a later generation has it.

        Returns: the generation that holds it now; if that is a later one, nothing was written.

        Raises:
            StoreUnavailable: no answer in time (retry: writing twice does no harm).
        """
        fields: dict[str, Any] = {**state._asdict(), "start": str(state.start)}
        fields |= {"owner": self._replica, "v": FORMAT_VERSION}
        args = [fields.pop("generation"), self._expiry_ms, *chain(*fields.items())]
        return int(await answer(self._write(keys=[str(key)], args=args)))

    async def refresh(self, sessions: Sequence[tuple[SessionKey, int]]) -> list[int]:
        """
        Start the lifetime of sessions anew, each named with its generation, in one round trip.

        Returns: the generation that holds each now: if that is a later one, the session was claimed; if an earlier
        one, or 0, Redis has lost it, and it is to be written again.

        Raises:
            StoreUnavailable: no answer in time (retry).
        """
        if not sessions:
            return []
        # Left by `async with`: where its scripts cannot be loaded, the pipeline would keep its connection.
        async with self._redis.pipeline(transaction=False) as pipeline:
            for key, generation in sessions:
                await self._refresh(keys=[str(key)], args=[generation, self._expiry_ms], client=pipeline)
            held: list[int] = await answer(pipeline.execute())
            return held
