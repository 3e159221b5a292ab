"""Whether Redis can be reached, as operators are told."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
import structlog
from whiteboard.store.connection import Redis, connect
from whiteboard.store.health import Health

from tests.conftest import OwnRedis
from tests.integration.waiting import eventually
from tests.store.tasks import running


class AskedHealth(Health):
    """A health that counts how often it has had an answer, or none, and whose clock stands still until it is set."""

    def __init__(self, redis: Redis) -> None:
        super().__init__(redis, lambda: self.now)
        self.answers = 0
        self.now = 1_000.0

    async def has_asked(self, times: int = 5) -> None:
        """Wait until it has asked some more times."""
        goal = self.answers + times
        await eventually(lambda: self.answers >= goal, f"{times} more answers")


@pytest_asyncio.fixture
async def health(own_redis: OwnRedis, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[AskedHealth]:
    """A health that asks fifty times a second."""
    monkeypatch.setattr("whiteboard.store.health._CHECK_SECONDS", 0.02)
    client = connect(own_redis.url, None, timeout_seconds=0.2)
    health, ping = AskedHealth(client), client.ping

    async def counted() -> Any:
        try:
            return await ping()
        finally:
            health.answers += 1

    monkeypatch.setattr(client, "ping", counted)
    own_redis.kill()
    async with running(health.run()):
        yield health
    await client.aclose()


async def test_health_tells_an_outage_from_a_start(health: AskedHealth, own_redis: OwnRedis) -> None:
    """[E6] Not reachable at first; once contacted, always contacted; reachable again after an outage."""
    await health.has_asked()
    assert (health.reachable, health.contacted) == (False, False)
    own_redis.start()
    await eventually(lambda: health.reachable, "contact")
    assert health.contacted
    own_redis.kill()
    await eventually(lambda: not health.reachable, "the outage is noticed")
    assert health.contacted
    own_redis.start()
    await eventually(lambda: health.reachable, "contact again")


async def test_health_writes_a_line_a_minute_of_an_outage(health: AskedHealth, own_redis: OwnRedis) -> None:
    """[E6] Redis away at the start, or later: said at once, then once a minute; its end is said."""
    with structlog.testing.capture_logs() as lines:

        async def said(after_seconds: float) -> list[tuple[str, float]]:
            lines.clear()
            health.now += after_seconds
            await health.has_asked()
            return [(line["event"], line.get("seconds", line.get("after_seconds"))) for line in lines]

        await health.has_asked()  # the first line may have been written before we listened
        assert await said(59) == []
        assert await said(1) == [("redis unreachable", 60)]
        assert await said(59) == []
        assert await said(1) == [("redis unreachable", 120)]
        own_redis.start()
        await eventually(lambda: health.reachable, "contact")
        assert [line["event"] for line in lines[1:]] == ["redis reachable"]
        own_redis.kill()
        assert await said(7) == [("redis unreachable", 0)]
        assert await said(59) == []
        assert await said(1) == [("redis unreachable", 60)]
