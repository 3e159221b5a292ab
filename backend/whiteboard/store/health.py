"""Whether Redis can be reached: said in a log line a minute, in /readyz and in a metric (SPEC.md E6)."""

import asyncio

import structlog

from whiteboard.store.connection import OUTAGE, Redis, RedisError

_CHECK_SECONDS = 1.0
_LINE_EVERY_SECONDS = 60.0

logger = structlog.get_logger(__name__)


class Health:
    """The last word on Redis: ``reachable`` now, ``contacted`` at least once since the start."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self.reachable = False
        self.contacted = False

    async def run(self) -> None:
        """Ask Redis every second until cancelled."""
        loop = asyncio.get_running_loop()
        lost_at, next_line = loop.time(), loop.time()
        while True:
            try:
                await self._redis.ping()
            except (RedisError, *OUTAGE) as error:
                if self.reachable:
                    lost_at = loop.time()
                self.reachable = False
                if loop.time() >= next_line:
                    next_line = loop.time() + _LINE_EVERY_SECONDS
                    logger.warning("redis unreachable", seconds=round(loop.time() - lost_at), error=str(error))
            else:
                if not self.reachable:
                    logger.info("redis reachable", after_seconds=round(loop.time() - lost_at, 1))
                    next_line = loop.time()
                self.reachable = self.contacted = True
            await asyncio.sleep(_CHECK_SECONDS)
