"""
Where replicas are reached, by name: ``wb:replica:<name>:address``, a lease that each renews while it runs, draining
included.
"""

import asyncio
from typing import Any, Final

from whiteboard.store.bus import REPLICA_CHANNEL
from whiteboard.store.connection import OUTAGE, Redis, RedisError

_LEASE_SECONDS: Final = 20
_RENEW_SECONDS: Final = 5.0


class Replicas:
    """The replicas that run now."""

    def __init__(self, redis: Redis, name: str) -> None:
        self._redis = redis
        self._name = name
        self.address: str | None = None
        """``host:port`` at which others reach this one; announced once it is known."""
        self._known: dict[str, tuple[float, str]] = {}

    async def find(self, name: str) -> str | None:
        """Return the ``host:port`` of a replica, None if it does not run or Redis cannot tell."""
        now = asyncio.get_running_loop().time()
        found = self._known.get(name)
        if found is not None and found[0] > now:
            return found[1]
        try:
            address: Any = await self._redis.get(_key(name))
        except (RedisError, *OUTAGE):
            return None if found is None else found[1]
        if address is None:
            self._known.pop(name, None)
            return None
        self._known[name] = (now + _RENEW_SECONDS, address.decode())
        return self._known[name][1]

    async def run(self) -> None:
        """Renew this replica's lease until cancelled; then give it back."""
        try:
            while True:
                if self.address is not None:
                    await self._tell(self._redis.set(_key(self._name), self.address, ex=_LEASE_SECONDS))
                await asyncio.sleep(_RENEW_SECONDS if self.address is not None else 0.05)
        finally:
            await self._tell(self._redis.delete(_key(self._name)))

    async def _tell(self, command: object) -> None:
        try:
            await command  # type: ignore[misc]
        except (RedisError, *OUTAGE):
            return  # the lease outlasts a short outage; after a long one it is renewed


def _key(name: str) -> str:
    return f"{REPLICA_CHANNEL}{name}:address"
