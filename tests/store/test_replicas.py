"""Where replicas are reached, against a real server."""

import asyncio
from typing import Any

import pytest
from whiteboard.store.connection import connect
from whiteboard.store.replicas import Replicas

from tests.conftest import OwnRedis
from tests.integration.waiting import eventually
from tests.store.tasks import running


async def test_replica_is_found_while_it_runs(store: Any) -> None:
    """[E7] By its name alone; it gives its lease back when it ends, and one that was killed is forgotten in time."""
    one = Replicas(store, "one")
    assert await Replicas(store, "two").find("one") is None
    async with running(one.run()):
        await one.announce("10.0.0.1:3000")
        assert await Replicas(store, "two").find("one") == "10.0.0.1:3000"
        assert 0 < await store.ttl("wb:replica:one:address") <= 20
        await asyncio.sleep(0)
    assert await Replicas(store, "two").find("one") is None


async def test_lease_is_renewed(store: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """[E7] Also after Redis has lost it."""
    monkeypatch.setattr("whiteboard.store.replicas._RENEW_SECONDS", 0.02)
    one = Replicas(store, "one")
    async with running(one.run()):
        await one.announce("10.0.0.1:3000")
        await store.flushall()

        async def told() -> bool:
            return await Replicas(store, "two").find("one") == "10.0.0.1:3000"

        await eventually(told, "the lease is there again")


async def test_replica_is_still_found_when_redis_is_away(own_redis: OwnRedis) -> None:
    """[E7] Whoever was known goes on being known through an outage; nobody else can be asked for."""
    client = connect(own_redis.url, None, timeout_seconds=0.3)
    await Replicas(client, "one").announce("10.0.0.1:3000")
    two = Replicas(client, "two")
    assert await two.find("one") == "10.0.0.1:3000"
    own_redis.kill()
    two._known["one"] = (0.0, "10.0.0.1:3000")  # old enough to be asked for again
    assert await two.find("one") == "10.0.0.1:3000"
    assert await two.find("three") is None
    await Replicas(client, "one").announce("10.0.0.1:3001")
    await client.aclose()


@pytest.mark.parametrize("asks", [True, False], ids=["it asked meanwhile", "it renewed its own lease meanwhile"])
async def test_replica_is_still_found_when_its_lease_has_ended_in_an_outage(own_redis: OwnRedis, asks: bool) -> None:
    """[E7] Until it has had time to renew it; later it counts as gone."""
    client = connect(own_redis.url, None, timeout_seconds=0.3)
    await Replicas(client, "one").announce("10.0.0.1:3000")
    two = Replicas(client, "two")
    await two.announce("10.0.0.2:3000")
    assert await two.find("one") == "10.0.0.1:3000"
    own_redis.kill()
    two._known["one"] = (0.0, "10.0.0.1:3000")  # old enough to be asked for again
    await (two.find("one") if asks else two._renew())
    own_redis.start()  # without what it knew
    assert await two.find("one") == "10.0.0.1:3000"
    assert await two.find("three") is None
    two._known["one"] = (0.0, "10.0.0.1:3000")
    two._outage_at -= 10
    assert await two.find("one") is None
    await client.aclose()


@pytest.mark.parametrize("outage", [False, True])
async def test_name_that_nobody_has_is_asked_for_once_a_second(
    store: Any, monkeypatch: pytest.MonkeyPatch, outage: bool
) -> None:
    """[E7] Sids come from clients: what they make up costs Redis little, the process no memory, and hides nobody."""
    monkeypatch.setattr("whiteboard.store.replicas._MAX_KNOWN", 10)
    get, asked = store.get, []

    async def counted(key: str) -> Any:
        asked.append(key)
        return await get(key)

    monkeypatch.setattr(store, "get", counted)
    two = Replicas(store, "two")
    if outage:  # lately
        two._outage_at = asyncio.get_running_loop().time()
    assert [await two.find("one") for _ in range(100)] == [None] * 100
    assert len(asked) == 1
    await Replicas(store, "one").announce("10.0.0.1:3000")

    async def is_found() -> bool:
        return await two.find("one") == "10.0.0.1:3000"

    await eventually(is_found, "the second is over", seconds=5)
    for n in range(100):
        await two.find(f"nobody-{n}")
    assert len(two._known) <= 10
