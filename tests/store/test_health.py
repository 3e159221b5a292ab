"""Whether Redis can be reached, as operators are told."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
import structlog
from whiteboard.store.connection import connect
from whiteboard.store.health import Health

from tests.conftest import OwnRedis
from tests.integration.waiting import eventually
from tests.store.tasks import running


class AskedHealth(Health):
    """A health that counts how often it has had an answer, or none."""

    answers = 0

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


async def test_health_writes_one_line_an_outage_and_a_minute(health: AskedHealth, own_redis: OwnRedis) -> None:
    """[E6] An outage is said at once, then once a minute, and its end is said."""
    with structlog.testing.capture_logs() as lines:
        # The first line of this outage may have been written before we listened.
        await health.has_asked()
        own_redis.start()
        await eventually(lambda: health.reachable, "contact")
        own_redis.kill()
        await eventually(lambda: not health.reachable, "the outage is noticed")
        await health.has_asked()
    assert _events(lines).count("redis reachable") == 1
    after = _events(lines)[_events(lines).index("redis reachable") :]
    assert after == ["redis reachable", "redis unreachable"]


def _events(lines: list[Any]) -> list[str]:
    return [line["event"] for line in lines]
