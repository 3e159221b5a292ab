"""Whether Redis can be reached, as operators are told."""

import asyncio
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


@pytest_asyncio.fixture
async def health(own_redis: OwnRedis, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Health]:
    """A health that asks fifty times a second."""
    monkeypatch.setattr("whiteboard.store.health._CHECK_SECONDS", 0.02)
    client = connect(own_redis.url, None, timeout_seconds=0.2)
    health = Health(client)
    own_redis.kill()
    async with running(health.run()):
        yield health
    await client.aclose()


async def test_health_tells_an_outage_from_a_start(health: Health, own_redis: OwnRedis) -> None:
    """[E6] Not reachable at first; once contacted, always contacted; reachable again after an outage."""
    await asyncio.sleep(0.1)
    assert (health.reachable, health.contacted) == (False, False)
    own_redis.start()
    await eventually(lambda: health.reachable, "contact")
    assert health.contacted
    own_redis.kill()
    await eventually(lambda: not health.reachable, "the outage is noticed")
    assert health.contacted
    own_redis.start()
    await eventually(lambda: health.reachable, "contact again")


async def test_health_writes_one_line_an_outage_and_a_minute(health: Health, own_redis: OwnRedis) -> None:
    """[E6] An outage is said at once, then once a minute, and its end is said."""
    with structlog.testing.capture_logs() as lines:
        # The first line of this outage may have been written before we listened.
        await asyncio.sleep(0.2)
        own_redis.start()
        await eventually(lambda: health.reachable, "contact")
        own_redis.kill()
        await eventually(lambda: not health.reachable, "the outage is noticed")
        await asyncio.sleep(0.2)
    assert _events(lines).count("redis reachable") == 1
    after = _events(lines)[_events(lines).index("redis reachable") :]
    assert after == ["redis reachable", "redis unreachable"]


def _events(lines: list[Any]) -> list[str]:
    return [line["event"] for line in lines]
