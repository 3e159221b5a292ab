"""What the store's tests share: a client as the server makes it."""

from collections.abc import AsyncIterator

import pytest_asyncio
from whiteboard.store.connection import Redis, connect
from whiteboard.store.log import Log


@pytest_asyncio.fixture
async def store(redis_url: str) -> AsyncIterator[Redis]:
    """A connection to an empty store."""
    client = connect(redis_url, None, timeout_seconds=5.0)
    yield client
    await client.aclose()


@pytest_asyncio.fixture
async def log(store: Redis) -> Log:
    """The logs in that store."""
    return Log(store)
