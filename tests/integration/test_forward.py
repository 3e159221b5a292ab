"""Stock clients behind a proxy that gives each TCP connection to the next replica: no sticky sessions."""

import asyncio
import io
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from tests.conftest import OwnRedis
from tests.integration.fixtures import Pair, StartReplica
from tests.integration.gate import Gate
from tests.integration.log_reader import logged
from tests.integration.stock import DEFAULT, POLLING, StockClient, StockClients

SEGMENT = {"x0": 0.1, "y0": 0.1, "x1": 0.2, "y1": 0.2}


@pytest.mark.parametrize("transports", [POLLING, DEFAULT])
async def test_stock_clients_need_no_sticky_sessions(
    pair: Pair, stock: StockClients, board: str, transports: tuple[str, ...]
) -> None:
    """[E7] Polls, POSTs and upgrades reach the session's own replica through whichever they meet."""
    async with Gate([pair.left, pair.right]).opened() as gate:
        clients = [await stock.open(gate.url, transports=transports, query={"board": board}) for _ in range(4)]
        for client in clients:
            assert (await client.ask("drawing", SEGMENT))["ok"]
        for client in clients:
            await client.hears("drawing", 3)
            assert client.all("connect_error") == client.all("disconnect") == []
            client.close()


async def test_request_is_not_passed_on_twice(pair: Pair) -> None:
    """[E7] A sid that names a replica which does not run is unknown, whoever is asked."""
    async with aiohttp.ClientSession() as http:
        url = f"{pair.left.url}/socket.io/?EIO=4&transport=polling&sid=nobody-1234.abcdefghijklmnopqrstuv"
        for headers in ({}, {"X-Whiteboard-Forwarded": "1"}):
            async with http.get(url, headers=headers) as refused:
                assert (refused.status, (await refused.json())["code"]) == (400, 1)


async def test_session_is_reported_away_when_its_replica_does_not_answer(
    start_replica: StartReplica, pair: Pair
) -> None:
    """[E7] While its lease still says that it runs: 502, and the client may ask again."""
    gone = await start_replica(redis_url=pair.redis_url)
    async with aiohttp.ClientSession() as http:
        async with http.get(f"{gone.url}/socket.io/?EIO=4&transport=polling") as opened:
            sid = (await opened.text()).partition('"sid":"')[2].partition('"')[0]
        await gone.kill()
        async with http.get(f"{pair.left.url}/socket.io/?EIO=4&transport=polling&sid={sid}") as refused:
            assert refused.status == 502


async def test_post_above_the_limit_is_refused_where_it_comes(pair: Pair) -> None:
    """[E4] [E7] Also by a replica that would pass it on: with 413, counted there, and the session goes on."""
    async with aiohttp.ClientSession() as http:
        async with http.get(f"{pair.left.url}/socket.io/?EIO=4&transport=polling") as opened:
            sid = (await opened.text()).partition('"sid":"')[2].partition('"')[0]
        address = f"{pair.right.url}/socket.io/?EIO=4&transport=polling&sid={sid}"
        for size in (1_000_001, 2_000_000):
            async with http.post(address, data=io.BytesIO(b"4" * size)) as refused:
                assert refused.status == 413
        async with http.post(address, data=b"40") as accepted:
            assert accepted.status == 200
    assert len(pair.right.lines("refused", reason="too_large", status=413)) == 2


async def test_header_that_is_not_latin_is_passed_on(pair: Pair) -> None:
    """[E7] An upgrade is answered by its own replica whatever else its headers hold."""
    async with (
        aiohttp.ClientSession() as http,
        http.get(f"{pair.left.url}/socket.io/?EIO=4&transport=polling") as opened,
    ):
        sid = (await opened.text()).partition('"sid":"')[2].partition('"')[0]
    reader, writer = await asyncio.open_connection("127.0.0.1", pair.right.port)
    head = (
        f"GET /socket.io/?EIO=4&transport=websocket&sid={sid} HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nX-Name: 日本\r\n\r\n"
    )
    writer.write(head.encode())
    assert (await reader.readline()).split()[1] == b"101"
    writer.close()


async def test_upgrade_that_is_not_accepted_joins_nothing(pair: Pair) -> None:
    """[E7] The client is told, and what it sends next on its connection is for the replica that it reached."""
    async with aiohttp.ClientSession() as http:
        async with http.get(f"{pair.left.url}/socket.io/?EIO=4&transport=polling") as opened:
            sid = (await opened.text()).partition('"sid":"')[2].partition('"')[0]
        _, alive = await pair.right.get("/livez")
    reader, writer = await asyncio.open_connection("127.0.0.1", pair.right.port)
    writer.write(
        f"GET /socket.io/?EIO=4&transport=websocket&sid={sid[:-1]} HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
    )
    assert (await reader.readline()).split()[1] == b"400"
    head = await reader.readuntil(b"\r\n\r\n")
    await reader.readexactly(int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0]))
    writer.write(b"GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    assert alive["replica"].encode() in await reader.read()
    writer.close()


@pytest.mark.parametrize("transports", [POLLING, DEFAULT], ids=["polling", "default"])
async def test_nothing_is_lost_without_sticky_sessions_when_replicas_drain(
    start_replica: StartReplica, stock: StockClients, durable_redis: OwnRedis, board: str, transports: tuple[str, ...]
) -> None:
    """[E7] [D2] [D6] [R1] Three replicas in turn behind a proxy that knows nothing, not even who drains: everybody goes
    on as who they are and hears the others' drawings once, in the log's order; who polls loses no connection but by
    its own replica's end."""
    replicas = [await start_replica(redis_url=durable_redis.url, drain_seconds="1") for _ in range(3)]
    moved = 0
    async with Gate(replicas).opened() as gate:
        options: Any = {"transports": transports, "auth": {"board": board}}
        clients = [await stock.open(gate.url, **options) for _ in range(6)]
        sids = [(await client.connected(1))["sid"] for client in clients]
        async with drawing_on(clients):
            for replica in replicas[:2]:
                await replica.stop()
                (drain,) = replica.lines("draining")
                moved += drain["connections"]
                assert replica.lines("closed", cut=0)
                await replica.start()
                for client in clients:
                    await client.hears("drawing", len(client.all("drawing")) + len(clients))
        for client in clients:
            assert (await client.ask("drawing", SEGMENT | {"n": -1}))["ok"]
        log = logged(durable_redis.url, board)
        for client, sid in zip(clients, sids, strict=True):
            others = [op["element"]["extra"]["n"] for op in log if op["by"] != sid]
            told = await client.hears("drawing", len(others))
            assert [payload["n"] for payload, _ in told] == others
            first, *back = [told for (told,) in client.all("connect")]
            assert all(told["recovered"] and told["sid"] == first["sid"] == sid for told in back)
            assert len(client.all("init")) == 1
            assert not client.all("resync")
        came_back = sum(len(client.all("connect")) - 1 for client in clients)
        assert came_back > 0
        if transports == POLLING:  # a request may meet the very moment at which a replica ends
            assert came_back <= moved + len(replicas)


@asynccontextmanager
async def drawing_on(clients: list[StockClient]) -> AsyncIterator[None]:
    """Let clients draw in turn, each time with a number of its own."""

    async def draw() -> None:
        for n in itertools.count():
            clients[n % len(clients)].emit("drawing", SEGMENT | {"n": n})
            await asyncio.sleep(0.02)

    drawing = asyncio.create_task(draw())
    try:
        yield
    finally:
        drawing.cancel()
