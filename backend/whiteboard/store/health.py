"""Whether Redis can be reached: said in a log line a minute, in /readyz and in a metric (SPEC.md E6)."""

import asyncio
from collections.abc import Callable

import structlog

from whiteboard.store.connection import OUTAGE, Redis, RedisError

_CHECK_SECONDS = 1.0
_LINE_EVERY_SECONDS = 60.0

logger = structlog.get_logger(__name__)


class Health:
    """The last word on Redis: ``reachable`` now, ``contacted`` at least once since the start."""

    def __init__(self, redis: Redis, clock: Callable[[], float]) -> None:
        self._redis = redis
        self._clock = clock
        self.reachable = False
        self.contacted = False

    async def run(self) -> None:
        """Ask Redis every second until cancelled."""
        lost_at = next_line = self._clock()
        while True:
            try:
                await self._redis.ping()
            except (RedisError, *OUTAGE) as error:
                if self.reachable:
                    lost_at = self._clock()
                self.reachable = False
                if self._clock() >= next_line:
                    next_line = self._clock() + _LINE_EVERY_SECONDS
                    logger.warning("redis unreachable", seconds=round(self._clock() - lost_at), error=str(error))
            else:
                if not self.reachable:
                    logger.info("redis reachable", after_seconds=round(self._clock() - lost_at, 1))
                    next_line = self._clock()
                self.reachable = self.contacted = True
            await asyncio.sleep(_CHECK_SECONDS)
