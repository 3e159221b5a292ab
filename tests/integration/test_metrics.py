"""What operators read in ``/metrics`` and in the log."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import aiohttp
import pytest_asyncio

from tests.integration.fixtures import Join, Pair, StartReplica
from tests.integration.replica import Replica, end
from tests.integration.stock import StockClients
from tests.integration.waiting import eventually


async def test_counters_move_with_what_happens(pair: Pair, stock: StockClients, join: Join, board: str) -> None:
    """[E1] Connections, ops, commits, deliveries and errors, on the replica where each happens."""
    left, right = pair.left, pair.right

    async def counted() -> dict[str, float]:
        return {
            "here": await left.metric("whiteboard_connections", namespace="/board"),
            "there": await right.metric("whiteboard_connections", namespace="/"),
            "ops": await left.metric("whiteboard_ops_total", namespace="/board"),
            "ops there": await right.metric("whiteboard_ops_total", namespace="/"),
            "commits": await left.metric("whiteboard_commits_total"),
            "deliveries": await left.metric("whiteboard_deliveries_total"),
            "deliveries there": await right.metric("whiteboard_deliveries_total"),
            "errors": await left.metric("whiteboard_errors_total", code="foreign_id"),
        }

    before = await counted()
    ann = await join(left.url)
    ben = await stock.open(right.url, auth={"board": board})
    await ann.push(ann.add(), ann.add())
    await ann.send({"op": "clear", "id": "somebody:1"})
    await ann.rejected()
    await ben.hears("drawing", 2)
    after = await counted()
    assert {name: after[name] - before[name] for name in after} == {
        "here": 1,
        "there": 1,
        "ops": 2,
        "ops there": 0,
        "commits": 1,
        "deliveries": 2,
        "deliveries there": 2,
        "errors": 1,
    }
    assert await left.metric("whiteboard_redis_up") == 1
    assert await left.metric("whiteboard_rooms") >= 1
    ben.close()
    await ann.leave()

    async def back() -> bool:
        now = await counted()
        return (now["here"], now["there"]) == (before["here"], before["there"])

    await eventually(back, "the connections are counted down")


async def test_socket_s_coming_and_going_is_a_line_each(pair: Pair, stock: StockClients, board: str) -> None:
    """[S1] The lines people learn from, with their fields."""
    ben = await stock.open(pair.left.url, transports=["websocket"], auth={"board": board})
    (came,) = pair.left.lines("socket connected", board=board)
    assert came["level"] == "info"
    assert came["replica"] == (await pair.left.get("/livez"))[1]["replica"]
    assert (came["transport"], came["color"], came["recovered"]) == ("websocket", "black", False)
    ben.close()
    (went,) = await eventually(lambda: pair.left.lines("socket disconnected", sid=came["sid"]), "the socket has gone")
    assert (went["board"], went["reason"]) == (board, "client disconnect")
    assert 0 <= went["seconds"] < 60


async def test_refusals_are_counted_and_written_down_without_secrets(pair: Pair) -> None:
    """[E5] [E4] [E1] By kind, with the replica's name on every line; an Engine.IO sid is its client's alone."""
    kinds = ("origin", "too_large", "bad_request", "unknown_session")
    before = {kind: await pair.left.metric("whiteboard_refused_total", reason=kind) for kind in kinds}
    url = f"{pair.left.url}/socket.io/?EIO=4&transport=polling"
    async with aiohttp.ClientSession() as http:
        async with http.get(url) as opened:
            sid = (await opened.text()).partition('"sid":"')[2].partition('"')[0]
        await http.get(url, headers={"Origin": "http://evil.example"})
        await http.post(f"{url}&sid={sid}", data=b"x" * 1_000_001)
        await http.get(f"{url}&sid={sid[:-1]}")
        await http.get(f"{url}&j=1")
        await http.post(f"{url}&sid={sid}", data=b"no packet")
    after = {kind: await pair.left.metric("whiteboard_refused_total", reason=kind) for kind in kinds}
    assert {kind: after[kind] - before[kind] for kind in kinds} == dict.fromkeys(kinds, 1)
    assert {line["reason"] for line in pair.left.lines("refused")} >= set(kinds)
    assert sid not in pair.left.text
    name = (await pair.left.get("/livez"))[1]["replica"]
    assert {line.get("replica") for line in pair.left.lines()} == {name}


async def test_counters_have_no_gauges_of_their_birth(pair: Pair) -> None:
    """[E1] Half of the lines of /metrics, and nobody reads them."""
    async with aiohttp.ClientSession() as http, http.get(f"{pair.left.url}/metrics") as response:
        assert "_created" not in await response.text()


async def test_probes_answer(pair: Pair) -> None:
    """[E6] Alive and ready, with the state of Redis."""
    assert (await pair.left.get("/livez"))[0] == 200
    status, body = await pair.left.get("/readyz")
    assert (status, body["status"], body["redis"]) == (200, "ready", "reachable")


async def test_metrics_have_a_port_of_their_own_when_one_is_set(start_replica: StartReplica, redis_url: str) -> None:
    """There, and there only: what people reach does not tell them."""
    replica = await start_replica(redis_url=redis_url, metrics_port="0")
    (line,) = replica.lines("metrics")
    async with aiohttp.ClientSession() as http:
        async with http.get(line["address"]) as response:
            assert "whiteboard_connections" in await response.text()
        async with http.get(f"{replica.url}/metrics") as response:
            assert response.status == 404


async def test_full_replica_takes_nobody_and_keeps_whom_it_has(
    start_replica: StartReplica, stock: StockClients, redis_url: str
) -> None:
    """[D9] 503 for the third of two; who is there goes on drawing, and whoever waits comes in when one leaves."""
    replica = await start_replica(redis_url=redis_url, max_connections="2")
    ann, ben = [await stock.open(replica.url, transports=["websocket"]) for _ in range(2)]
    eve = stock.begin(replica.url, transports=["polling"])
    await eventually(lambda: replica.lines("refused", reason="full"), "the third is refused")
    assert (await ann.ask("drawing", {"x0": 0, "y0": 0, "x1": 1, "y1": 1}))["ok"]
    await ben.hears("drawing")
    assert eve.all("connect") == []
    assert await replica.metric("whiteboard_refused_total", reason="full") >= 1
    ann.close()
    await eve.hears("init")


MANY = 100
"""Files."""


class FewFiles(Replica):
    """One that begins with a limit of open files, and may raise it to ``most``."""

    def __init__(self, folder: Path, first: int, most: int, **settings: str) -> None:
        super().__init__(folder, **settings)
        self._limits = f"ulimit -S -n {first}; ulimit -H -n {most}"

    def command(self) -> list[str]:
        return ["sh", "-c", f'{self._limits}; exec "$@"', "sh", *super().command()]


StartFewFiles = Callable[[int, int], Awaitable[FewFiles]]


@pytest_asyncio.fixture
async def few_files(tmp_path: Path, redis_url: str) -> AsyncIterator[StartFewFiles]:
    """Return a coroutine function that starts one."""
    replicas: list[Replica] = []

    async def start(first: int, most: int) -> FewFiles:
        replica = FewFiles(tmp_path, first, most, redis_url=redis_url)
        replicas.append(replica)
        await replica.start()
        return replica

    yield start
    await end(replicas)
    assert [line for replica in replicas for line in replica.complaints()] == []


async def test_replica_opens_as_many_files_as_it_may(few_files: StartFewFiles) -> None:
    """[D9] What a shell or a container gives at first is raised at the start, as far as that is allowed."""
    replica = await few_files(256, 1024)
    assert await replica.metric("whiteboard_max_files") == 1024


async def test_replica_is_full_before_it_runs_out_of_files(few_files: StartFewFiles) -> None:
    """[D9] Nine tenths of the files open: newcomers are refused, probes are answered, nothing is complained of."""
    replica = await few_files(MANY, MANY)
    assert await replica.metric("whiteboard_max_files") == MANY
    statuses, open_ = [], []
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        for _ in range(MANY):
            try:
                open_.append(await http.ws_connect(f"{replica.url}/socket.io/?EIO=4&transport=websocket"))
            except aiohttp.WSServerHandshakeError as refused:
                statuses.append(refused.status)
            else:
                statuses.append(101)
        taken = len(open_)
        assert MANY / 2 < taken < MANY * 0.9
        assert statuses == [101] * taken + [503] * (MANY - taken)
        assert replica.lines("refused", reason="full")
        assert (await replica.get("/readyz"))[0] == 200
        counted = eventually(lambda: _counts(http, replica, taken), "open files are counted again")
        # Opened since the first count: the socket that it listens on, one to Redis, and the one that asks.
        assert await counted <= MANY * 0.9 + 3
        assert await replica.metric("whiteboard_loop_lag_seconds_count") > 0


async def _counts(http: aiohttp.ClientSession, replica: Replica, least: int) -> float | None:
    # On one connection: each that is closed may still be open there when it counts.
    async with http.get(f"{replica.url}/metrics") as response:
        found = re.search(r"^whiteboard_open_files (\S+)", await response.text(), re.MULTILINE)
    assert found
    return float(found[1]) if float(found[1]) > least else None
