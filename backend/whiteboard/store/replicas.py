"""
Where replicas are reached, by name: ``wb:replica:<name>:address``, a lease that each renews while it runs, draining
included.
"""

import asyncio
import contextlib
import math
from typing import Any, Final

from whiteboard.store.bus import REPLICA_CHANNEL
from whiteboard.store.connection import OUTAGE, Redis, RedisError

_LEASE_SECONDS: Final = 20
_RENEW_SECONDS: Final = 5.0
_MISSING_SECONDS: Final = 1.0
_RECOVERY_SECONDS: Final = 2 * _RENEW_SECONDS  # within which all have renewed their leases after an outage of Redis
_MAX_KNOWN: Final = 1_000


class Replicas:
    """The replicas that run now."""

    def __init__(self, redis: Redis, name: str) -> None:
        self._redis = redis
        self._name = name
        self._address: str | None = None
        self._loop = asyncio.get_running_loop()
        self._known: dict[str, tuple[float, str | None]] = {}
        """By name: until when to believe it, and the address, None if there is no such replica."""
        self._outage_at = -math.inf
        """When Redis could last not be asked."""

    async def find(self, name: str) -> str | None:
        """
        Return the ``host:port`` of a replica, None if it does not run or Redis cannot tell.

        Names come from clients: also that there is no such replica is remembered, for a second.
        """
        until, known = self._known.get(name, (-math.inf, None))
        if until > self._loop.time():
            return known
        try:
            address = _text(await self._redis.get(_key(name)))
        except (RedisError, *OUTAGE):
            self._outage_at = self._loop.time()
            return known
        now = self._loop.time()
        believed_seconds = _RENEW_SECONDS if address else _MISSING_SECONDS
        if address is None and now < self._outage_at + _RECOVERY_SECONDS:
            address = known  # its lease may have ended in the outage, and not be renewed yet
        if len(self._known) >= _MAX_KNOWN:
            self._known.clear()
        self._known[name] = (now + believed_seconds, address)
        return address

    async def announce(self, address: str) -> None:
        """Tell the others that this replica is reached at ``address`` (``host:port``), and go on telling them."""
        self._address = address
        await self._renew()

    async def run(self) -> None:
        """Renew this replica's lease until cancelled; then give it back."""
        try:
            while True:
                await asyncio.sleep(_RENEW_SECONDS)
                await self._renew()
        finally:
            with contextlib.suppress(RedisError, *OUTAGE):
                await self._redis.delete(_key(self._name))

    async def _renew(self) -> None:
        # A lease outlasts a short outage; after a long one it is renewed.
        if self._address is not None:
            try:
                await self._redis.set(_key(self._name), self._address, ex=_LEASE_SECONDS)
            except (RedisError, *OUTAGE):
                self._outage_at = self._loop.time()


def _text(address: Any) -> str | None:
    return None if address is None else address.decode()


def _key(name: str) -> str:
    return f"{REPLICA_CHANNEL}{name}:address"
