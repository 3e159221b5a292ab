"""One order for everybody, with two replicas and much at once (SPEC.md L1, L2)."""

import asyncio
from typing import Any

from tests.integration.board_client import BoardClient
from tests.integration.fixtures import Join, Pair
from tests.integration.log_reader import commits, logged, place
from tests.integration.stock import StockClients
from tests.integration.waiting import eventually

EVENTS = 300


async def test_everybody_sees_the_ops_of_both_replicas_in_the_order_of_the_log(
    pair: Pair, join: Join, board: str
) -> None:
    """[L1] [L2] [B4] [B6] [B11] 300 ops from each side at once: watchers get all, senders their acknowledgements in the
    very places, under the log's offsets, which rise without a gap."""
    replicas = (pair.left, pair.right)
    senders = [await join(replica.url) for replica in replicas]
    watchers = [await join(replica.url) for replica in replicas]

    async def send(sender: BoardClient) -> None:
        for _ in range(EVENTS // 3):
            await sender.send(*(sender.add(points=[i, i]) for i in range(3)))

    await asyncio.gather(*map(send, senders))
    everybody = senders + watchers
    await eventually(lambda: all(len(client.told()) == 2 * EVENTS for client in everybody), "all have heard of all")

    order = [
        (op["id"], f"{position}-{index}")
        for position, ops in commits(pair.redis_url, board)
        for index, op in enumerate(ops)
    ]
    assert len(order) == 2 * EVENTS
    for client in everybody:
        told = client.told()
        assert [(t.op["id"] if t.op else f"{client.client}:{t.n}", t.offset) for t in told] == order
    numbers = [int(place(position)) for position, _ in commits(pair.redis_url, board)]
    assert numbers == list(range(1, len(numbers) + 1))


async def test_classic_clients_see_one_order_too(pair: Pair, stock: StockClients, board: str) -> None:
    """[C4] [L2] 300 drawings from each side at once: both watchers see the same, each sender's in its own order."""
    options: Any = {"auth": {"board": board}}
    senders = [await stock.open(replica.url, **options) for replica in (pair.left, pair.right)]
    watchers = [await stock.open(replica.url, **options) for replica in (pair.left, pair.right)]
    for i in range(EVENTS):
        for number, sender in enumerate(senders):
            sender.emit("drawing", {"x0": number, "y0": i, "x1": 0.5, "y1": 0.5})
    first, second = [await watcher.hears("drawing", 2 * EVENTS) for watcher in watchers]
    assert first == second
    assert [offset for _, offset in first] == [
        f"{position}-{index}" for position, ops in commits(pair.redis_url, board) for index, _ in enumerate(ops)
    ]
    for number, sender in enumerate(senders):
        assert [d["y0"] for d, _ in first if d["x0"] == number] == list(range(EVENTS))
        assert await sender.hears("drawing", EVENTS) == [args for args in first if args[0]["x0"] != number]
    assert len(logged(pair.redis_url, board)) == 2 * EVENTS
