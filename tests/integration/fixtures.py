"""Fixtures of the tests that run whole replicas, the browser's too."""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import NamedTuple

import pytest
import pytest_asyncio
from whiteboard.store.embedded import EmbeddedStore

from tests.integration.board_client import BoardClient
from tests.integration.replica import Replica, end
from tests.integration.stock import StockClients

StartReplica = Callable[..., Awaitable[Replica]]
Join = Callable[..., Awaitable[BoardClient]]


class Pair(NamedTuple):
    """Two replicas of one whiteboard, and the Redis that joins them."""

    left: Replica
    right: Replica
    redis_url: str


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def pair(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Pair]:
    """Two replicas that run as long as the tests do: each test takes a board of its own."""
    folder = tmp_path_factory.mktemp("pair")
    # Not the other tests' store: they empty it.
    store = EmbeddedStore(folder / "redis")
    url = await store.start()
    left, right = [await Replica(folder / name, redis_url=url).start() for name in ("left", "right")]
    yield Pair(left, right, url)
    assert (await left.stop(), await right.stop()) == (0, 0)
    await store.stop()
    assert left.complaints() + right.complaints() == []


@pytest_asyncio.fixture
async def start_replica(tmp_path: Path) -> AsyncIterator[StartReplica]:
    """Return a coroutine function that starts a replica of this test's own: ``await start_replica(redis_url=…)``."""
    replicas: list[Replica] = []

    async def start(*, ready: bool = True, **settings: str) -> Replica:
        replicas.append(Replica(tmp_path / f"replica-{len(replicas) + 1}", **settings))
        return await replicas[-1].start(ready=ready)

    yield start
    await end(replicas)
    assert [line for replica in replicas for line in replica.complaints()] == []


@pytest_asyncio.fixture
async def stock() -> AsyncIterator[StockClients]:
    """Stock clients in a Node process."""
    async with StockClients() as clients:
        yield clients


@pytest_asyncio.fixture
async def join(board: str) -> AsyncIterator[Join]:
    """Return a coroutine function that joins the test's board through ``/board``: ``await join(url, position=…)``."""
    clients: list[BoardClient] = []

    async def joined(url: str, secret: str | None = None, **auth: object) -> BoardClient:
        clients.append(BoardClient(board, secret))
        return await clients[-1].join(url, **auth)

    yield joined
    for client in clients:
        await client.leave()


@pytest.fixture
def board() -> str:
    """The name of a board that nobody has drawn on."""
    return f"board-{secrets.token_hex(6)}"
