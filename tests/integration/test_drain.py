"""A replica leaves while people draw (SPEC.md D)."""

import asyncio
import json
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Self

import aiohttp
import pytest

from tests.integration.fixtures import Join, StartReplica
from tests.integration.raw import RawSocket
from tests.integration.replica import GunicornReplica, Replica, end
from tests.integration.round_robin import round_robin
from tests.integration.stock import WEBSOCKET, StockClient, StockClients
from tests.integration.waiting import eventually

PEOPLE = 60
BOARDS = 12
WINDOW_SECONDS = 3
SEGMENT = {"x0": 0, "y0": 0, "x1": 0.5, "y1": 0.5}
HANDSHAKE = "/socket.io/?EIO=4&transport=polling"


class Deaf:
    """A client by hand that does not notice when the server closes: ``frames`` are written as they are."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def say(self, packet: str) -> None:
        """Send a text frame."""
        payload = packet.encode()
        self.writer.write(bytes([0x81, 0x80 | 126, *len(payload).to_bytes(2), 0, 0, 0, 0]) + payload)
        await self.writer.drain()

    async def hears(self, text: str) -> None:
        """Wait for a text in what comes."""
        await self.reader.readuntil(text.encode())


@asynccontextmanager
async def deaf(replica: Replica, board: str) -> AsyncIterator[Deaf]:
    """A ``Deaf`` client that has joined a board."""
    async with deaf_socket(replica) as client:
        await client.say("40" + json.dumps({"board": board}))
        await client.hears('42["init"')
        yield client


@asynccontextmanager
async def deaf_socket(replica: Replica, query: str = "") -> AsyncIterator[Deaf]:
    """A ``Deaf`` client whose WebSocket is open."""
    client = Deaf(*await asyncio.open_connection("127.0.0.1", replica.port))
    client.writer.write(
        f"GET /socket.io/?EIO=4&transport=websocket{query} HTTP/1.1\r\nHost: x\r\n".encode()
        + b"Upgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    )
    await client.hears("\r\n\r\n")
    yield client
    client.writer.close()


class Poller:
    """A client by hand on long-polling."""

    def __init__(self, replica: Replica) -> None:
        self._address = replica.url + HANDSHAKE
        self.sid = ""

    async def __aenter__(self) -> Self:
        self._http = aiohttp.ClientSession()
        opening = await self.poll()
        self.sid = json.loads(opening[1:])["sid"]
        self._address += f"&sid={self.sid}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.close()

    async def join(self, board: str) -> None:
        """Join a board and return once it has been told."""
        await self.post("40" + json.dumps({"board": board}))
        while "init" not in await self.poll():
            pass

    async def post(self, packet: str) -> None:
        async with self._http.post(self._address, data=packet) as answer:
            assert answer.status == 200

    async def poll(self) -> str:
        async with self._http.get(self._address) as answer:
            return await answer.text()


def drawing_in(color: str) -> str:
    """Return the packet of a segment."""
    return f'42["drawing",{json.dumps(SEGMENT | {"color": color})}]'


async def colors_on(replica: Replica, board: str) -> set[str]:
    """Return the colours that a board's log holds."""
    _, snapshot = await replica.get(f"/api/boards/{board}")
    return {element["color"] for element in snapshot["elements"]}


@pytest.fixture
async def drawing() -> AsyncIterator[Any]:
    """Return a function that lets clients draw, each five times a second, until the test ends."""
    tasks: list[asyncio.Task[None]] = []

    async def draw(clients: list[StockClient]) -> None:
        while True:
            for client in clients:
                client.emit("drawing", SEGMENT)
                await asyncio.sleep(0.2 / len(clients))

    yield lambda clients: tasks.append(asyncio.create_task(draw(clients)))
    for task in tasks:
        task.cancel()


async def test_drain_moves_everybody_at_its_pace_when_they_draw(
    start_replica: StartReplica, stock: StockClients, redis_url: str, drawing: Any
) -> None:
    """[D3] [D6] They are let go one after the other, and all come back by themselves, on the other replica; none was
    told to stay away, and everybody goes on drawing."""
    left, right = [await start_replica(redis_url=redis_url, drain_seconds=str(WINDOW_SECONDS)) for _ in range(2)]
    ports = [left.port]
    async with round_robin(ports) as address:
        clients = [
            stock.begin(address, transports=WEBSOCKET, auth={"board": f"drain-{number % BOARDS}"})
            for number in range(PEOPLE)
        ]
        for client in clients:
            await client.hears("init")
        drawing(clients)
        ports.append(right.port)
        asked = time.time()
        assert await left.stop() == 0
        for client in clients:
            await client.hears("connect", 2)
        for client in clients:
            ((reason,),) = client.all("disconnect")
            assert reason == "transport close"
            # 503s of the draining replica are errors of the transport; a CONNECT_ERROR would carry data.
            assert all(data is None or "code" not in data for _, data in client.all("connect_error"))
        heard = {client: len(client.all("drawing")) for client in clients}
        for client in clients:
            await client.hears("drawing", heard[client] + 1)
        assert (await clients[0].ask("drawing", SEGMENT))["ok"]

    assert len(right.lines("socket connected")) == PEOPLE
    # Nobody goes before their turn, however late a busy machine lets them go. When each comes back is its client's
    # throw of the dice, which the rehearsal measures.
    went = sorted(datetime.fromisoformat(line["timestamp"]).timestamp() for line in left.lines("socket disconnected"))
    assert len(went) == PEOPLE
    assert [turn for turn, at in enumerate(went) if at < asked + turn * WINDOW_SECONDS / PEOPLE] == []
    steps = ("stopping", "draining", "closed", "flushed", "stopped")
    assert [line["event"] for line in left.lines() if line["event"] in steps] == list(steps)
    assert left.lines("draining", connections=PEOPLE, seconds=WINDOW_SECONDS)
    assert left.lines("closed", cut=0)


async def test_draining_replica_answers_probes_and_takes_nobody(
    start_replica: StartReplica, join: Join, redis_url: str, board: str
) -> None:
    """[D1] [D2] [D4] Not ready but alive, new sessions sent away to come again, pages told of their slots."""
    replica = await start_replica(redis_url=redis_url)
    page = await join(replica.url)
    async with deaf(replica, board) as lingering:
        replica.process.terminate()
        (told,) = await page.socket.event("drain", "/board")
        assert told["slot_ms"] in (0, 50)  # one of two
        status, body = await replica.get("/readyz")
        assert (status, body["status"]) == (503, "draining")
        assert (await replica.get("/livez"))[0] == 200
        assert await replica.metric("whiteboard_draining") == 1
        async with aiohttp.ClientSession() as http, http.get(replica.url + HANDSHAKE) as refused:
            assert (refused.status, refused.headers["Retry-After"]) == (503, "1")
            assert refused.headers["Connection"] == "close"
        with pytest.raises(aiohttp.WSServerHandshakeError, match="503"):
            await RawSocket(replica.url).__aenter__()
        assert await replica.metric("whiteboard_refused_total", reason="draining") == 2
        assert await page.push(page.add())  # before its slot is over
        await page.socket.closed()
        lingering.writer.close()
        assert await replica.ended() == 0


async def test_what_a_client_sends_before_it_notices_is_committed(
    start_replica: StartReplica, redis_url: str, board: str
) -> None:
    """[D6] [D7] Behind the end of the server's stream, and as a POST behind the end of a poll. [D2] Who comes then is
    sent on like everybody before."""
    replica, other = [await start_replica(redis_url=redis_url, drain_seconds="0") for _ in range(2)]
    async with deaf(replica, board) as client, Poller(replica) as poller:
        await poller.join(board)
        polling = asyncio.create_task(poller.poll())
        replica.process.terminate()
        await client.reader.read()  # up to the end of the stream
        assert await polling == "1"
        for number in range(3):
            await client.say(drawing_in(f"by-frame-{number}"))
        await poller.post(drawing_in("by-post"))
        async with aiohttp.ClientSession() as http, http.get(replica.url + HANDSHAKE) as refused:
            assert (refused.status, refused.headers.get("Retry-After")) == (503, "1")
        assert await replica.metric("whiteboard_refused_total", reason="draining") == 1
    assert await replica.ended() == 0
    assert await colors_on(other, board) == {"by-frame-0", "by-frame-1", "by-frame-2", "by-post"}


async def test_what_goes_through_to_another_replica_is_drained_too(
    start_replica: StartReplica, redis_url: str, board: str
) -> None:
    """[D6] A WebSocket whose session lives elsewhere: the replica that passes it on leaves, and nothing is lost."""
    home, between = [await start_replica(redis_url=redis_url, drain_seconds="0") for _ in range(2)]
    async with Poller(home) as poller:
        await poller.join(board)
        async with deaf_socket(between, f"&sid={poller.sid}") as client:
            await client.say("2probe")
            await client.hears("3probe")
            await client.say("5")
            await client.say(drawing_in("before"))
            between.process.terminate()
            await client.reader.read()
            await client.say(drawing_in("behind"))
        assert await between.ended() == 0
    assert between.lines("draining", connections=1)
    assert between.lines("closed", cut=0)
    assert await colors_on(home, board) == {"before", "behind"}


async def test_poll_that_was_passed_on_is_answered_when_the_replica_between_leaves(
    start_replica: StartReplica, redis_url: str, board: str
) -> None:
    """[E7] [D6] With what there is, or NOOP, on its last HTTP connection: the session goes on by another way."""
    home, between = [await start_replica(redis_url=redis_url) for _ in range(2)]
    async with Poller(home) as poller, Poller(home) as other, aiohttp.ClientSession() as http:
        await poller.join(board)
        await other.join(board)
        by_another_way = f"{between.url}{HANDSHAKE}&sid={poller.sid}"
        polling = asyncio.create_task(http.get(by_another_way))
        await eventually(lambda: between.metric("whiteboard_passed_on"), "the poll is under way")
        between.process.terminate()
        answer = await polling
        assert (answer.status, await answer.text(), answer.headers["Connection"]) == (200, "6", "close")
        assert await between.ended() == 0
        await other.post(drawing_in("red"))
        assert "red" in await poller.poll()
    assert between.lines("draining", passed_on=1)
    assert between.lines("closed", cut=0)


@pytest.mark.parametrize("first", [signal.SIGTERM, None], ids=["TERM TERM", "INT"])
async def test_hurry_closes_all_at_once(
    start_replica: StartReplica, redis_url: str, board: str, first: signal.Signals | None
) -> None:
    """[D7] In the middle of a drain or without one; whoever does not notice is cut off after a second."""
    replica = await start_replica(redis_url=redis_url, drain_seconds="600", recovery_seconds="120")
    async with deaf(replica, board), deaf(replica, board):
        if first is not None:
            replica.process.send_signal(first)
            await eventually(replica.is_draining, "the drain begins")
        assert await replica.stop(signal.SIGTERM if first else signal.SIGINT) == 0
    assert replica.lines("closed", cut=2)


async def test_admission_is_bounded_and_all_come_in_the_end(
    start_replica: StartReplica, stock: StockClients, redis_url: str, board: str
) -> None:
    """[D5] Two a second; those above are told when to come again, and stock clients do so by themselves."""
    replica = await start_replica(redis_url=redis_url, admission_per_second="2")
    clients = [stock.begin(replica.url, auth={"board": board}) for _ in range(6)]
    for client in clients:
        await client.hears("init")
    refused = await replica.metric("whiteboard_refused_total", reason="busy")
    assert refused == sum(len(client.all("connect_error")) for client in clients) > 0
    async with aiohttp.ClientSession() as http:
        answers = [await http.get(replica.url + HANDSHAKE) for _ in range(4)]
    assert [answer.headers["Retry-After"] for answer in answers if answer.status == 503][-1] == "1"


@pytest.fixture
async def gunicorn(tmp_path: Path, redis_url: str) -> AsyncIterator[Any]:
    """Return a function that makes a replica under gunicorn."""
    replicas: list[Replica] = []

    def make(*options: str, **settings: str) -> GunicornReplica:
        replica = GunicornReplica(tmp_path / "gunicorn", *options, **{"redis_url": redis_url, **settings})
        replicas.append(replica)
        return replica

    yield make
    await end(replicas)


async def test_gunicorn_drains_when_it_is_told_to_end(
    gunicorn: Any, stock: StockClients, start_replica: StartReplica, redis_url: str, drawing: Any
) -> None:
    """[D8] [D3] One worker whatever WEB_CONCURRENCY says, no control socket, and everybody moves."""
    replica = await gunicorn(web_concurrency="4", drain_seconds="2").start()
    other = await start_replica(redis_url=redis_url)
    ports = [replica.port]
    async with round_robin(ports) as address:
        clients = [stock.begin(address, transports=WEBSOCKET, auth={"board": "gunicorn"}) for _ in range(20)]
        for client in clients:
            await client.hears("init")
        drawing(clients[:4])
        ports.append(other.port)
        assert [path.name for path in replica.folder.iterdir()] == ["replica.log"]
        replica.process.terminate()
        await eventually(replica.is_draining, "the drain begins")
        assert (await replica.get("/readyz"))[1]["status"] == "draining"
        assert await replica.ended() == 0
        for client in clients:
            await client.hears("connect", 2)
    assert replica.lines("closed", cut=0)
    assert replica.lines("stopped")
    assert replica.text.count("Booting worker") == 1
    assert "Error while closing socket" not in replica.text
    assert "One worker, not 4" in replica.text
    assert replica.complaints() == []


async def test_gunicorn_hurries_when_it_is_told_to_quit(gunicorn: Any, board: str) -> None:
    """[D8] SIGQUIT in the middle of a drain, faster than gunicorn's patience."""
    replica = await gunicorn("--graceful-timeout", "700", drain_seconds="600").start()
    async with deaf(replica, board):
        replica.process.terminate()
        await eventually(replica.is_draining, "the drain begins")
        assert await replica.stop(signal.SIGQUIT) == 0
    assert replica.lines("closed", cut=1)
    assert replica.lines("stopped")
    assert "SIGKILL" not in replica.text


async def test_gunicorn_is_told_that_a_draining_worker_lives(gunicorn: Any, board: str) -> None:
    """[D8] A drain of 5 s under a timeout of 2 s, of a worker that is to be replaced."""
    replica = await gunicorn("--timeout", "2").start()
    async with deaf(replica, board):
        (serving,) = replica.lines("serving")
        os.kill(serving["pid"], signal.SIGTERM)
        await eventually(lambda: replica.lines("stopped"), "the worker ends")
    assert replica.lines("closed", cut=1)
    await eventually(lambda: len(replica.lines("serving")) == 2, "another takes its place")
    assert await replica.stop() == 0
    assert "WORKER TIMEOUT" not in replica.text


@pytest.mark.parametrize(
    ("options", "settings", "told"),
    [
        (("--graceful-timeout", "30"), {}, "--graceful-timeout is 30 s, but leaving takes up to 35 s"),
        ((), {"redis_url": ""}, "gunicorn needs WHITEBOARD_REDIS_URL"),
        ((), {"drain_seconds": "long"}, "WHITEBOARD_DRAIN_SECONDS"),
    ],
)
async def test_gunicorn_does_not_start_when_settings_contradict(
    gunicorn: Any, options: tuple[str, ...], settings: dict[str, str], told: str
) -> None:
    """[D8] Exit code 1 and a line that names the setting."""
    replica = gunicorn(*options, **settings)
    replica.launch()
    assert await replica.ended() == 1
    assert told in replica.text
    assert "Traceback" not in replica.text
