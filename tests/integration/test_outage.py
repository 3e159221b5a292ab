"""Redis away at the start, away in the middle, frozen, or back with nothing (SPEC.md E6, L7, L8)."""

import asyncio
import signal
import time

import redis

from tests.conftest import OwnRedis
from tests.integration.board_client import BoardClient
from tests.integration.fixtures import Join, StartReplica
from tests.integration.log_reader import commits, logged
from tests.integration.replica import Replica
from tests.integration.stock import StockClients
from tests.integration.waiting import eventually

SEGMENT = {"x0": 0, "y0": 0, "x1": 0.5, "y1": 0.5}
SILENCE_SECONDS = 30


async def readiness(replica: Replica) -> tuple[int, str]:
    status, body = await replica.get("/readyz")
    return status, body["redis"]


async def test_server_waits_for_a_redis_that_is_not_there_at_its_start(
    start_replica: StartReplica, own_redis: OwnRedis, join: Join
) -> None:
    """[E6] Alive, not ready, one line and not one a second; goes on by itself when Redis comes."""
    own_redis.kill()
    replica = await start_replica(redis_url=own_redis.url, ready=False)
    started = time.monotonic()
    await eventually(lambda: replica.lines("redis unreachable"), "the server says so")
    while time.monotonic() < started + 3:  # Redis is asked every second.
        assert await readiness(replica) == (503, "unreachable")
        assert (await replica.get("/livez"))[0] == 200
        await asyncio.sleep(0.1)
    assert len(replica.lines("redis unreachable")) == 1
    assert len(replica.lines()) < 10, "nothing else is said over and over"
    assert await replica.metric("whiteboard_redis_up") == 0

    own_redis.start()
    await eventually(lambda: replica.lines("redis reachable"), "the server says so")
    assert await readiness(replica) == (200, "reachable")
    ann = await join(replica.url)
    await ann.push(ann.add())


async def test_board_is_not_served_while_redis_is_not_there(
    start_replica: StartReplica, own_redis: OwnRedis, stock: StockClients, board: str
) -> None:
    """[E6] [B8] [E1] Over HTTP an error that says to try again; [E2] a client is closed without a CONNECT_ERROR, comes
    back, and is let in when Redis comes."""
    own_redis.kill()
    replica = await start_replica(redis_url=own_redis.url, ready=False)
    early = stock.begin(replica.url, auth={"board": board})
    status, body = await replica.get(f"/api/boards/{board}")
    assert (status, body["error"]["code"], body["error"]["retry"]) == (503, "store_unavailable", True)
    await eventually(lambda: replica.lines("rejected", namespace="/"), "its CONNECT is refused")
    own_redis.start()
    await early.hears("init")
    assert all(data is None or "code" not in data for _, data in early.all("connect_error"))
    assert (await early.ask("drawing", SEGMENT))["ok"]


async def test_outage_in_the_middle_of_drawing_loses_nothing_acknowledged(
    start_replica: StartReplica, durable_redis: OwnRedis, join: Join, stock: StockClients, board: str
) -> None:
    """[E6] [L8] [L3] [L7] [C7] Ops wait and are then acknowledged, each stored once, on both replicas; the connections
    stand; both deliver everything in one order."""
    left = await start_replica(redis_url=durable_redis.url)
    right = await start_replica(redis_url=durable_redis.url)
    ann, ben = await join(left.url), await join(right.url)
    classic = await stock.open(right.url, auth={"board": board})
    answers = []

    async def draw(times: int) -> None:
        for _ in range(times):
            for client in (ann, ben):
                await client.send(client.add(), client.add())
            answers.append(asyncio.create_task(classic.ask("drawing", SEGMENT)))
            await asyncio.sleep(0.01)

    drawing = asyncio.create_task(draw(100))
    await ann.acknowledged(20)
    durable_redis.kill()
    await drawing
    assert len([told for told in ann.told() if told.n]) < 200, "the outage came before the end"
    await eventually(lambda: _lost(left) and _lost(right), "both replicas know")
    assert (await readiness(left))[0] == 200, "an outage makes nobody unready"
    durable_redis.start()

    await asyncio.gather(ann.acknowledged(200), ben.acknowledged(200))
    assert all(answer["ok"] for answer in await asyncio.gather(*answers))
    await eventually(lambda: len(order_told(ann)) == len(order_told(ben)) == 500, "all have heard of all")
    order = [op["id"] for op in logged(durable_redis.url, board)]
    assert len(order) == len(set(order)) == 500
    for client in (ann, ben):
        assert order_told(client) == order
    assert not ann.socket.events("resync", "/board")
    await classic.hears("drawing", 400)
    assert len(classic.all("connect")) == 1
    assert len({position.split("-")[0] for position, _ in commits(durable_redis.url, board)}) == 2, "two epochs"
    late = await join(left.url)
    assert [op["id"] for op in await late.ops(500)] == order


async def test_silence_of_redis_loses_nothing_and_stores_nothing_twice(
    start_replica: StartReplica, durable_redis: OwnRedis, join: Join, stock: StockClients, board: str
) -> None:
    """[E6] [L8] [L3] [L6] Frozen for half a minute, longer than any patience of ours: connections are given up, ops
    wait. What Redis then finds in the sockets of those it stores, what is repeated it drops, and both replicas hear all
    of it."""
    left = await start_replica(redis_url=durable_redis.url)
    right = await start_replica(redis_url=durable_redis.url)
    ann, ben = await join(left.url), await join(right.url)
    classic = await stock.open(right.url, auth={"board": board})
    await ann.push(ann.add())
    durable_redis.process.send_signal(signal.SIGSTOP)
    frozen_at = time.monotonic()
    answer = asyncio.create_task(classic.ask("drawing", SEGMENT, seconds=2 * SILENCE_SECONDS))
    while time.monotonic() < frozen_at + SILENCE_SECONDS:
        for client in (ann, ben):
            await client.send(client.add())
        await asyncio.sleep(0.1)
    assert all(_lost(replica) and replica.lines("bus lost") for replica in (left, right))
    assert [told.n for told in ann.told() if told.n] == [1]
    assert not answer.done()
    durable_redis.process.send_signal(signal.SIGCONT)

    await asyncio.gather(ann.acknowledged(ann.n), ben.acknowledged(ben.n))
    assert (await answer)["ok"]
    count = ann.n + ben.n + 1
    await eventually(lambda: len(order_told(ann)) == len(order_told(ben)) == count, "all have heard of all")
    order = [op["id"] for op in logged(durable_redis.url, board)]
    assert len(order) == len(set(order)) == count
    for client in (ann, ben):
        assert order_told(client) == order
        assert not client.socket.events("resync", "/board")
    await classic.hears("drawing", count - 1)
    assert len(classic.all("connect")) == 1


async def test_page_that_asks_is_answered_while_redis_is_silent(
    start_replica: StartReplica, own_redis: OwnRedis, stock: StockClients, board: str
) -> None:
    """[B10] [E6] The replica is alive, and says so; what is to be in Redis is not said to be."""
    replica = await start_replica(redis_url=own_redis.url)
    page = await stock.open(replica.url, "/board", auth={"board": board, "secret": "0123456789abcdef"})
    own_redis.process.send_signal(signal.SIGSTOP)
    recolored = asyncio.create_task(page.ask("session", {"color": "teal"}))
    assert await page.ask("session", {}) == {"ok": True}
    assert not recolored.done()
    own_redis.process.send_signal(signal.SIGCONT)
    assert await recolored == {"ok": True}


def order_told(client: BoardClient) -> list[str]:
    """Return the ids of the ops that a client was told of, in order; an acknowledgement may come twice."""
    ids = [told.op["id"] if told.op else f"{client.client}:{told.n}" for told in client.told()]
    return list(dict.fromkeys(ids))


def _lost(replica: Replica) -> bool:
    return bool(replica.lines("redis unreachable"))


async def test_full_queue_is_answered_with_busy_and_goes_on_in_order(
    start_replica: StartReplica, own_redis: OwnRedis, join: Join, board: str
) -> None:
    """[E6] [B7] [L3] At its bound the queue rejects, to be sent again; what was taken is stored, nothing twice, nothing
    out of turn."""
    replica = await start_replica(redis_url=own_redis.url)
    ann = await join(replica.url)
    await ann.push(ann.add())
    own_redis.process.send_signal(signal.SIGSTOP)
    ops = [ann.add(points=[0, 0]) for _ in range(7_000)]
    for first in range(0, len(ops), 100):
        await ann.send(*ops[first : first + 100])
    rejection = await ann.rejected()
    assert (rejection["code"], rejection["retry"]) == ("busy", True)
    own_redis.process.send_signal(signal.SIGCONT)
    refused = rejection["n"]
    await ann.acknowledged(refused - 1)
    await eventually(lambda: len(ann.socket.events("rejected", "/board")) == 7_001 - refused + 1, "all above wait")
    for first in range(refused - 2, len(ops), 100):
        await ann.send(*ops[first : first + 100])
    await ann.acknowledged(7_001)
    assert [op["id"] for op in logged(own_redis.url, board)] == [f"{ann.client}:{n}" for n in range(1, 7_002)]


async def test_board_goes_on_anew_when_redis_comes_back_with_nothing(
    start_replica: StartReplica, own_redis: OwnRedis, join: Join, stock: StockClients, board: str
) -> None:
    """[L7] [B9] Who was shown what is gone is told to fetch the board; [R6] a stock client is closed, comes back by
    itself and begins anew. Then all see the same again."""
    replica = await start_replica(redis_url=own_redis.url)
    ann, ben = await join(replica.url), await join(replica.url)
    classic = await stock.open(replica.url, auth={"board": board})
    shown = await ann.push(ann.add(), ann.add())
    await classic.hears("drawing", 2)
    own_redis.kill()
    own_redis.start()
    for client in (ann, ben):
        await client.socket.event("resync", "/board")
    await classic.hears("init", 2)
    back = await join(replica.url, ann.secret, position=shown.rpartition("-")[0])
    await back.socket.event("resync", "/board")
    _, snapshot = await replica.get(f"/api/boards/{ann.board}")
    assert snapshot["elements"] == []
    back = await join(replica.url, ann.secret, position=snapshot["position"])
    await back.push(back.add())
    with redis.Redis.from_url(own_redis.url) as client:
        assert client.xlen(f"wb:{{{ann.board}}}:log") == 1
    await classic.hears("drawing", 3)
    assert (await classic.ask("drawing", SEGMENT))["ok"]


async def test_long_outage_ends_no_server(
    start_replica: StartReplica, own_redis: OwnRedis, join: Join, board: str
) -> None:
    """[E6] The server also stops well while Redis is away: within its bound, with a line for what is not stored."""
    replica = await start_replica(redis_url=own_redis.url)
    ann: BoardClient = await join(replica.url)
    await ann.push(ann.add())
    own_redis.kill()
    await ann.send(ann.add())
    await eventually(lambda: replica.lines("append failed", board=board), "the append has failed")
    assert await replica.stop() == 0
    assert replica.lines("stopped with changes that Redis did not take")
