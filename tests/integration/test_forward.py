"""Stock clients behind a proxy that gives each TCP connection to the next replica: no sticky sessions (DESIGN D14)."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest

from tests.integration.fixtures import Pair, StartReplica
from tests.integration.stock import DEFAULT, POLLING, StockClients

SEGMENT = {"x0": 0.1, "y0": 0.1, "x1": 0.2, "y1": 0.2}


@asynccontextmanager
async def round_robin(*ports: int) -> AsyncIterator[str]:
    """A proxy on a port of its own; its URL."""
    turn = itertools.cycle(ports)
    tasks: set[asyncio.Task[None]] = set()

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    async def join(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, to_there = await asyncio.open_connection("127.0.0.1", next(turn))
        for pumping in (pump(reader, to_there), pump(there, writer)):
            task = asyncio.create_task(pumping)
            tasks.add(task)
            task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(join, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@pytest.mark.parametrize("transports", [POLLING, DEFAULT])
async def test_stock_clients_need_no_sticky_sessions(
    pair: Pair, stock: StockClients, board: str, transports: tuple[str, ...]
) -> None:
    """[E7] Polls, POSTs and upgrades reach the session's own replica through whichever they meet."""
    async with round_robin(pair.left.port, pair.right.port) as url:
        clients = [await stock.open(url, transports=transports, query={"board": board}) for _ in range(4)]
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
