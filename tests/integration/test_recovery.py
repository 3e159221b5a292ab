"""Replicas come and go while stock clients draw: each gets its session back, and has missed nothing (SPEC.md R)."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from typing import Any, NamedTuple

import pytest
import pytest_asyncio
from whiteboard.store.embedded import EmbeddedStore

from tests.integration.board_client import BoardClient
from tests.integration.gate import Gate
from tests.integration.log_reader import logged
from tests.integration.replica import Replica, end
from tests.integration.stock import POLLING, WEBSOCKET, StockClient, StockClients
from tests.integration.waiting import eventually

transports = pytest.mark.parametrize("transports", [WEBSOCKET, POLLING], ids=["websocket", "polling"])


class Town(NamedTuple):
    """Two replicas behind a gate, and a third one for whom is not to be disturbed."""

    gate: Gate
    left: Replica
    right: Replica
    quiet: Replica
    redis_url: str


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def three(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[list[Replica], str]]:
    """Three replicas, and the store that joins them."""
    folder = tmp_path_factory.mktemp("three")
    store = EmbeddedStore(folder / "redis")
    url = await store.start()
    replicas = [Replica(folder / name, redis_url=url) for name in ("left", "right", "quiet")]
    await asyncio.gather(*(replica.start() for replica in replicas))
    yield replicas, url
    await end(replicas)
    await store.stop()


@pytest_asyncio.fixture
async def town(three: tuple[list[Replica], str]) -> AsyncIterator[Town]:
    """The three, all of them running. The gate leads to ``left``."""
    (left, right, quiet), url = three
    for replica in (left, right, quiet):
        if replica.process.poll() is not None:
            await replica.start()
    async with Gate([left]).opened() as gate:
        yield Town(gate, left, right, quiet, url)
    assert left.complaints() + right.complaints() + quiet.complaints() == []


def numbered(n: int) -> dict[str, Any]:
    """Return a segment that carries a number."""
    return {"x0": 0.25, "y0": 0.25, "x1": 0.5, "y1": 0.75, "n": n}


def numbers(client: StockClient) -> list[int]:
    """Return the numbers of all segments that a client was told of, over all its connections."""
    return [args[0]["n"] for args in client.all("drawing")]


async def draw(client: StockClient, first: int, end: int) -> None:
    """Draw segments ``first`` to ``end`` (exclusive), each once the one before is stored."""
    for n in range(first, end):
        assert (await client.ask("drawing", numbered(n)))["ok"]


async def has_recovered(client: StockClient, times: int = 1) -> None:
    """Wait until a client has come back ``times`` times, each time as itself."""
    first = await client.connected(1)
    back = await client.connected(1 + times)
    assert back["recovered"] is True
    assert (back["sid"], back["pid"]) == (first["sid"], first["pid"])
    assert len(client.all("init")) == 1
    assert not client.all("resync")


async def killed(town: Town, client: StockClient) -> None:
    """The serving replica is killed; connections that come go to the other one."""
    town.gate.choose(town.right)
    await town.left.kill()


async def ended(town: Town, client: StockClient) -> None:
    """The serving replica is told to end, and drains; connections that come go to the other one."""
    town.gate.choose(town.right)
    assert await town.left.stop() == 0


async def cut(town: Town, client: StockClient) -> None:
    """The connection breaks, and leads to the same replica again."""
    await broken(town.gate.cut, client)


async def stranded(town: Town, client: StockClient) -> None:
    """The client's side breaks, the replica's stays; connections that come go to the other one."""
    town.gate.choose(town.right)
    await broken(town.gate.strand, client)


async def stranded_here(town: Town, client: StockClient) -> None:
    """The same, and the client comes back to the replica that believes it to be there."""
    await broken(town.gate.strand, client)


async def broken(break_off: Callable[[], None], client: StockClient) -> None:
    """Break off until the client notices: between two polls it has no connection."""
    before = len(client.all("disconnect"))

    def gone() -> bool:
        if len(client.all("disconnect")) > before:
            return True
        break_off()
        return False

    await eventually(gone, "the client has lost its connection")


breaks = pytest.mark.parametrize("break_off", [killed, ended, cut, stranded, stranded_here])


@breaks
@transports
async def test_session_goes_on_when_its_connection_breaks_before_its_first_event(
    town: Town, stock: StockClients, board: str, transports: tuple[str, ...], break_off: Any
) -> None:
    """[R1] [R3] [R5] A client that has only been shown the board hears what came meanwhile, the board not again."""
    options: Any = {"auth": {"board": board}}
    ben = await stock.open(town.quiet.url, **options)
    await draw(ben, 1, 4)
    # Long enough away for something to be drawn meanwhile.
    ann = await stock.open(town.gate.url, **options, transports=transports, reconnectionDelay=400)
    await ann.hears("offset")
    await break_off(town, ann)
    await draw(ben, 4, 9)
    await has_recovered(ann)
    await draw(ben, 9, 10)
    await ann.hears("drawing", 9)
    assert numbers(ann) == list(range(1, 10))


@pytest.mark.parametrize("break_off", [killed, cut])
@transports
async def test_board_is_shown_anew_when_the_connection_breaks_while_it_is_shown(
    town: Town, stock: StockClients, board: str, transports: tuple[str, ...], break_off: Any
) -> None:
    """[R4] [C2] Never a part of it: ``resync``, ``init`` and the whole; from then on the client recovers."""
    ben = BoardClient(board)
    await ben.join(town.quiet.url)
    for _ in range(15):
        await ben.push(*(ben.add(points=[float(n) for n in range(2_000)]) for _ in range(2)))
    await ben.leave()
    whole = 30 * 999
    ann = await stock.open(town.gate.url, auth={"board": board}, transports=transports)
    await break_off(town, ann)
    assert len(ann.all("drawing")) < whole
    assert (await ann.connected(2))["recovered"] is False
    await ann.hears("offset")
    assert ann.all("resync") == [[{}]]
    names = [name for name, _ in ann.heard]
    assert names.count("init") == 2
    second = names.index("init", names.index("resync"))
    assert names[second:] == ["init", *["drawing"] * whole, "offset"]
    await broken(town.gate.cut, ann)
    assert (await ann.connected(3))["recovered"] is True


@breaks
@transports
async def test_nothing_is_lost_or_told_twice_when_the_connection_breaks_in_a_burst(
    town: Town, stock: StockClients, board: str, transports: tuple[str, ...], break_off: Any
) -> None:
    """[R1] [R3] In order, and the session's own left out, those that were stored while it was away included."""
    options: Any = {"auth": {"board": board}}
    ann = await stock.open(town.gate.url, **options, transports=transports)
    ben = await stock.open(town.quiet.url, **options)
    drawing = asyncio.create_task(draw(ben, 1, 200))
    for n in range(1_000, 1_050):
        ann.emit("drawing", numbered(n))
    await ann.hears("drawing", 40)
    await break_off(town, ann)
    await has_recovered(ann)
    await drawing
    await ann.hears("drawing", 199)
    assert numbers(ann) == list(range(1, 200))
    stored = [op["element"]["extra"]["n"] for op in logged(town.redis_url, board)]
    assert sorted(set(stored)) == sorted(stored)
    assert numbers(ben) == [n for n in stored if n >= 1_000]


async def test_session_goes_on_when_replicas_are_killed_one_after_the_other(
    town: Town, stock: StockClients, board: str
) -> None:
    """[R1] [R3] Also the replica to which it has only just come back, and while it comes back."""
    ann = await stock.open(town.gate.url, auth={"board": board}, transports=WEBSOCKET)
    ben = await stock.open(town.quiet.url, auth={"board": board})
    drawing = asyncio.create_task(draw(ben, 1, 150))
    await ann.hears("drawing", 20)
    town.gate.choose(town.right)
    town.right.process.send_signal(signal.SIGSTOP)
    await town.left.kill()
    await eventually(lambda: town.gate.connections, "it tries the other one, which does not answer")
    await town.left.start()
    await town.right.kill()
    town.gate.choose(town.left)
    await has_recovered(ann)
    await town.right.start()
    town.gate.choose(town.right)
    await town.left.kill()
    await has_recovered(ann, 2)
    await drawing
    await ann.hears("drawing", 149)
    assert numbers(ann) == list(range(1, 150))


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGKILL], ids=["SIGTERM", "SIGKILL"])
@transports
async def test_colour_stays_when_all_replicas_are_restarted(
    town: Town, stock: StockClients, board: str, transports: tuple[str, ...], signum: signal.Signals
) -> None:
    """[R1] [C5] Blue chosen, every replica ended and started, a line drawn without colour: it arrives blue."""
    options: Any = {"auth": {"board": board}, "transports": transports}
    town.gate.choose(town.left, town.right)
    if transports == POLLING:
        town.gate.choose(town.left)
    ann, ben = await stock.open(town.gate.url, **options), await stock.open(town.quiet.url, **options)
    assert (await ann.ask("colorUpdate", {"color": "blue"}))["ok"]
    # A drain ends a while after a long-polling client has left: two go at once. Ben waits, Ann has another way.
    for other, replicas in ((town.right, (town.left, town.quiet)), (town.left, (town.right,))):
        town.gate.choose(other)
        await asyncio.gather(*(replica.stop(signum) for replica in replicas))
        await asyncio.gather(*(replica.start() for replica in replicas))
    await has_recovered(ann, max(1, len(ann.all("connect")) - 1))
    await has_recovered(ben)
    ann.emit("drawing", numbered(1))
    ((payload, _),) = await ben.hears("drawing")
    assert payload["color"] == "blue"
    assert len(ben.all("init")) == 1


async def test_session_that_hears_nothing_is_told_its_place(town: Town, stock: StockClients, board: str) -> None:
    """[R5] Who draws alone has an offset to come back with: the last one."""
    ann = await stock.open(town.gate.url, auth={"board": board}, transports=WEBSOCKET)
    answers = [await ann.ask("drawing", numbered(n)) for n in range(3)]
    offset = answers[-1]["offset"]
    await eventually(lambda: ann.all("offset")[-1:] == [[{}, offset]], "the last offset comes")
    town.gate.cut()
    await has_recovered(ann)
    assert (await ann.connected(2))["offset"] == offset
    assert not ann.all("drawing")


async def test_board_session_goes_on_from_its_offset_when_it_gives_no_position(
    town: Town, stock: StockClients, board: str
) -> None:
    """[R1] [R3] [B3] [B6] Own ops come as acknowledgements, those of others once; ``welcome`` says ``recovered``."""
    me, other = BoardClient(board), BoardClient(board)
    ann = await stock.open(town.gate.url, "/board", auth={"board": board, "secret": me.secret}, transports=WEBSOCKET)
    await other.join(town.quiet.url)
    await other.push(*(other.add() for _ in range(5)))
    await ann.hears("op", 5)
    ann.emit("session", {"color": "teal", "width": 9})
    ops = [me.add() for _ in range(60)]
    for op in ops[:30]:
        ann.emit("ops", [op])
    await ann.hears("ack", 10)
    await killed(town, ann)
    await other.push(*(other.add() for _ in range(5)))
    (first,), (welcome,) = await ann.hears("welcome", 2)
    assert (welcome["recovered"], welcome["sid"]) == (True, first["sid"])
    assert (welcome["color"], welcome["width"]) == ("teal", 9)
    for op in ops[welcome["last"] :]:
        ann.emit("ops", [op])
    await eventually(lambda: [args[0]["n"] for args in ann.all("ack")[-1:]] == [60], "all are acknowledged")
    await other.leave()

    stored = logged(town.redis_url, board)
    mine = f"{me.client}:"
    assert [op["id"] for op in stored if op["id"].startswith(mine)] == [op["id"] for op in ops]
    assert [args[0]["id"] for args in ann.all("op")] == [op["id"] for op in stored if not op["id"].startswith(mine)]
    acks = [args[0]["n"] for args in ann.all("ack")]
    assert acks == list(range(1, 61))
