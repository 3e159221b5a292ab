"""Who may have which session: forged, foreign, stale and malformed claims, and two for one (SPEC.md R2, R4)."""

import asyncio
import json
import secrets
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any, NamedTuple

import pytest
import pytest_asyncio
import redis

from tests.conftest import OwnRedis
from tests.integration.board_client import NAMESPACE, BoardClient
from tests.integration.fixtures import Pair, StartReplica
from tests.integration.raw import RawSocket
from tests.integration.slow_link import SlowLink
from tests.integration.waiting import eventually

SEGMENT = {"x0": 0.25, "y0": 0.25, "x1": 0.5, "y1": 0.75}


class Visit(NamedTuple):
    """A classic client's connection, and what its CONNECT was answered with."""

    socket: RawSocket
    sid: str
    pid: str

    async def draw(self, **fields: object) -> str:
        """Draw, and return the offset once it is stored."""
        asked = sum(packet.startswith("3") for packet in self.socket.packets)
        await self.socket.send(f"2{asked}{json.dumps(['drawing', {**SEGMENT, **fields}])}")
        answer = await self.socket.hears(f"3{asked}[")
        offset: str = json.loads(answer[1 + len(str(asked)) :])[0]["offset"]
        return offset

    async def recolor(self, color: str) -> None:
        """Choose a colour, and return once it is kept."""
        asked = sum(packet.startswith("3") for packet in self.socket.packets)
        await self.socket.send(f"2{asked}{json.dumps(['colorUpdate', {'color': color}])}")
        await self.socket.hears(f"3{asked}[")

    async def place(self) -> str:
        """Wait for the end of the board that it is shown first; return the offset that tells it."""
        _, offset = await self.socket.event("offset")
        return str(offset)

    def notes(self) -> list[Any]:
        """Return the field ``n`` of each segment that it was told of."""
        return [args[0].get("n") for args in self.socket.events("drawing")]


Come = Callable[..., Awaitable[Visit]]


@pytest_asyncio.fixture
async def come(board: str) -> AsyncIterator[Come]:
    """Return a coroutine function that joins the test's board: ``await come(url, pid=…, offset=…)``."""
    async with AsyncExitStack() as stack:

        async def visit(url: str, **auth: object) -> Visit:
            socket = await stack.enter_async_context(RawSocket(url))
            answer = json.loads((await socket.join("/", **{"board": board, **auth}))[1:])
            return Visit(socket, answer["sid"], answer["pid"])

        yield visit


PIDS: dict[str, object] = {
    "forged": secrets.token_urlsafe(18),
    "empty": "",
    "too long": "x" * 65,
    "not ASCII": "\u0000é\ud7ff{}",
    "a number": 7,
    "a list": ["x"],
    "an object": {"$ne": None},
    "true": True,
    "nothing": None,
}


@pytest.mark.parametrize("pid", PIDS.values(), ids=PIDS)
async def test_unknown_pid_gets_nothing_of_any_session(pair: Pair, come: Come, pid: object) -> None:
    """[R4] A new session like any other: black, told the board, nothing of a resync."""
    ann = await come(pair.left.url)
    await ann.recolor("blue")
    offset = await ann.draw(n=1)
    thief = await come(pair.right.url, pid=pid, offset=offset)
    assert await thief.socket.event("init") == [{"color": "black"}]
    await thief.socket.event("drawing")
    assert thief.notes() == [1]
    assert thief.sid != ann.sid
    assert thief.pid not in (ann.pid, pid)
    assert not thief.socket.events("resync")


async def test_pid_of_another_board_gets_nothing(pair: Pair, come: Come) -> None:
    """[R4] A secret opens one board only; the session that it belongs to is not disturbed."""
    ann = await come(pair.left.url)
    await ann.recolor("blue")
    thief = await come(pair.right.url, board=f"b-{secrets.token_hex(6)}", pid=ann.pid)
    assert await thief.socket.event("init") == [{"color": "black"}]
    assert thief.sid != ann.sid
    back = await come(pair.right.url, pid=ann.pid, offset=await ann.place())
    assert (back.sid, back.pid) == (ann.sid, ann.pid)


async def test_pid_of_another_client_gets_nothing_and_does_no_harm(pair: Pair, board: str) -> None:
    """[R4] [B2] On ``/board`` the secret must fit too: who has found a pid cannot even push its session aside."""
    ann, thief = BoardClient(board), BoardClient(board)
    pid = json.loads((await ann.connect(pair.left.url)).partition(",")[2])["pid"]
    (welcome,) = await ann.socket.event("welcome", NAMESPACE)
    await thief.join(pair.right.url, pid=pid)
    assert thief.welcome["recovered"] is False
    assert thief.welcome["sid"] != welcome["sid"]
    assert not thief.socket.events("resync", NAMESPACE)
    with redis.Redis.from_url(pair.redis_url) as client:
        (generation,) = [
            client.hget(key, "generation")
            for key in client.scan_iter(f"wb:{{{board}}}:session:*")
            if client.hget(key, "sid") == welcome["sid"].encode()
        ]
    assert generation == b"1"
    await thief.push(thief.add())
    await ann.ops(1)
    await ann.leave()
    await thief.leave()


async def test_pid_of_one_namespace_is_none_in_the_other(pair: Pair, come: Come, board: str) -> None:
    """[R4] A classic session is nobody's on ``/board``."""
    ann = await come(pair.left.url)
    thief = await BoardClient(board).join(pair.right.url, pid=ann.pid)
    assert thief.welcome["recovered"] is False
    assert thief.welcome["sid"] != ann.sid
    await thief.leave()


OFFSETS: dict[str, Callable[[str], object]] = {
    "none": lambda offset: None,
    "empty": lambda offset: "",
    "malformed": lambda offset: "yesterday",
    "a position": lambda offset: offset.rpartition("-")[0],
    "a number": lambda offset: 7,
    "an object": lambda offset: {"n": 1},
    "not ASCII": lambda offset: offset.replace("1", "\u0661"),
    "enormous": lambda offset: "9" * 400,
    "from the future": lambda offset: f"{offset.split('-')[0]}-999-0",
    "of an unknown epoch": lambda offset: f"12345-{offset.partition('-')[2]}",
    "of a coming epoch": lambda offset: f"{10**14}-{offset.partition('-')[2]}",
}


@pytest.mark.parametrize("offset_of", OFFSETS.values(), ids=OFFSETS)
async def test_known_session_with_a_lost_place_keeps_its_colour_and_starts_anew(
    pair: Pair, come: Come, offset_of: Callable[[str], object]
) -> None:
    """[R4] Never a partial recovery: new ``sid`` and ``pid``, ``resync``, ``init`` with the colour, the whole board."""
    ann, ben = await come(pair.left.url), await come(pair.left.url)
    await ann.recolor("blue")
    offset = await ben.draw(n=1)
    await ben.draw(n=2)
    back = await come(pair.right.url, pid=ann.pid, offset=offset_of(offset))
    assert back.sid != ann.sid
    assert back.pid != ann.pid
    await back.place()
    heard = [json.loads(packet[1:])[0] for packet in back.socket.packets[1:]]
    assert heard == ["resync", "init", "drawing", "drawing", "offset"]
    assert await back.socket.event("init") == [{"color": "blue"}]
    assert back.notes() == [1, 2]


async def test_client_that_brings_an_offset_from_before_its_session_is_shown_the_board_again(
    pair: Pair, come: Come
) -> None:
    """[R4] It was refused a recovery, and then cut off before it had been shown the board: new pid, old offset."""
    ben = await come(pair.left.url)
    old = await ben.draw(n=1)
    await ben.draw(n=2)
    ann = await come(pair.left.url)
    await ann.socket.event("drawing", count=2)
    await ben.draw(n=3)
    back = await come(pair.right.url, pid=ann.pid, offset=old)
    assert back.sid != ann.sid
    await ben.draw(n=4)
    await back.socket.event("drawing", count=4)
    assert back.notes() == [1, 2, 3, 4]


async def test_page_with_a_lost_place_and_no_position_is_told_to_resync(pair: Pair, board: str) -> None:
    """[R4] [B9] A stock client on ``/board``, which has some of the log already: it is not told all of it again. Its
    style is kept."""
    ann = BoardClient(board)
    pid = json.loads((await ann.connect(pair.left.url)).partition(",")[2])["pid"]
    offset = await ann.push(ann.add())
    await ann.socket.emit("session", {"color": "teal"}, namespace=NAMESPACE)
    await ann.push(ann.add())
    await ann.join(pair.right.url, pid=pid, offset=f"12345-{offset.partition('-')[2]}")
    assert (ann.welcome["recovered"], ann.welcome["color"]) == (False, "teal")
    await ann.socket.event("resync", NAMESPACE)
    assert ann.told() == []
    await ann.join(pair.right.url, position="0-0")
    assert len(await ann.ops(2)) == 2
    assert not ann.socket.events("resync", NAMESPACE)
    await ann.leave()


async def test_session_is_over_when_its_window_has_passed(
    start_replica: StartReplica, redis_url: str, come: Come
) -> None:
    """[S1] [R4] A stale pid is an unknown one."""
    replica = await start_replica(redis_url=redis_url, recovery_seconds="1")
    ann = await come(replica.url)
    await ann.recolor("blue")
    await ann.socket.ws.close()
    with redis.Redis.from_url(redis_url) as client:
        await eventually(lambda: not client.keys("wb:*:session:*"), "the session is over")
    back = await come(replica.url, pid=ann.pid)
    assert back.sid != ann.sid
    assert await back.socket.event("init") == [{"color": "black"}]


async def test_session_is_in_redis_for_as_long_as_it_is_connected(
    start_replica: StartReplica, redis_url: str, come: Come
) -> None:
    """[S1] However short the window is, and though Redis loses it."""
    replica = await start_replica(redis_url=redis_url, recovery_seconds="1")
    ann = await come(replica.url)
    await ann.recolor("blue")
    with redis.Redis.from_url(redis_url) as client:
        (key,) = client.keys("wb:*:session:*")
        for _ in range(2):
            client.delete(key)
            await eventually(lambda: client.hget(key, "color") == b"blue", "it is there again")
        assert 500 < client.pttl(key) <= 1_500


@pytest.mark.parametrize("elsewhere", [True, False], ids=["another replica", "the same replica"])
async def test_former_connection_is_told_nothing_more_and_closed_when_its_session_is_claimed(
    pair: Pair, come: Come, elsewhere: bool
) -> None:
    """[R2] What it had sent is still committed, and told to the session that follows as little as its own."""
    ann, ben = await come(pair.left.url), await come(pair.left.url)
    offset = await ben.draw(n=1)
    await ann.socket.event("drawing")
    back = await come((pair.right if elsewhere else pair.left).url, pid=ann.pid, offset=offset)
    assert (back.sid, back.pid) == (ann.sid, ann.pid)
    # An op behind which the claim is known: `taken` was published before it.
    await ben.draw(n=2)
    await ann.socket.emit("drawing", {**SEGMENT, "n": 3})
    await ben.socket.event("drawing")
    await ben.draw(n=4)
    await back.socket.event("drawing", count=2)
    assert back.notes() == [2, 4]
    assert await ann.socket.closed() == 1000
    assert ann.notes() == [1]
    await ben.draw(n=5)
    await back.socket.event("drawing", count=3)
    assert not back.socket.events("resync")


@pytest.mark.parametrize("elsewhere", [True, False], ids=["another replica", "the same replica"])
async def test_one_of_two_has_the_session_when_both_claim_it_at_once(pair: Pair, come: Come, elsewhere: bool) -> None:
    """[R2] In every one of many races one is served on, whole and alone; the other is closed."""
    ben = await come(pair.left.url)
    urls = (pair.left.url, (pair.right if elsewhere else pair.left).url)
    former = [await come(pair.left.url) for _ in range(30)]
    places = [await visit.place() for visit in former]
    rivals = await asyncio.gather(
        *(come(url, pid=visit.pid, offset=place) for visit, place in zip(former, places, strict=True) for url in urls)
    )
    assert [rival.sid for rival in rivals] == [visit.sid for visit in former for _ in urls]
    await eventually(
        lambda: sum(rival.socket.close_code is None for rival in rivals) == len(former), "one of each two is closed"
    )
    await ben.draw(n=1)
    for one, two in zip(rivals[::2], rivals[1::2], strict=True):
        assert (one.socket.close_code is None) != (two.socket.close_code is None)
        served = one if one.socket.close_code is None else two
        await served.socket.event("drawing")
        assert served.notes() == [1]


async def test_replica_that_slept_does_no_harm_when_it_wakes(
    start_replica: StartReplica, redis_url: str, come: Come
) -> None:
    """[R2] Stopped while its session is claimed elsewhere: what it has read commits, its style write fails, its client
    is told nothing more."""
    left, right = await asyncio.gather(start_replica(redis_url=redis_url), start_replica(redis_url=redis_url))
    ann, ben = await come(left.url), await come(right.url)
    offset = await ben.draw(n=1)
    await ann.socket.event("drawing")
    left.process.send_signal(signal.SIGSTOP)
    await ann.socket.emit("colorUpdate", {"color": "red"})
    await ann.socket.emit("drawing", {**SEGMENT, "n": 2})
    back = await come(right.url, pid=ann.pid, offset=offset)
    assert (back.sid, back.pid) == (ann.sid, ann.pid)
    await back.recolor("blue")
    offset = await ben.draw(n=3)
    left.process.send_signal(signal.SIGCONT)
    await ben.socket.event("drawing")
    assert await ann.socket.closed() == 1000
    assert 2 in ben.notes()
    await ben.draw(n=4)
    await back.socket.event("drawing", count=2)
    assert back.notes() == [3, 4]
    assert ann.notes() in ([1], [1, 3]), "what the bus brought before the claim was known may be told once more"
    with redis.Redis.from_url(redis_url) as client:
        colors = {client.hget(key, "sid"): client.hget(key, "color") for key in client.scan_iter("wb:*:session:*")}
    assert colors[ann.sid.encode()] == b"blue"
    again = await come(left.url, pid=ann.pid, offset=offset)
    assert again.sid == ann.sid


async def test_replica_that_slept_beyond_the_window_does_no_harm_when_it_wakes(
    start_replica: StartReplica, redis_url: str, come: Come
) -> None:
    """[R2] [S1] Its session is over, its client another one by now: what it still believes touches nobody else."""
    left, right = [await start_replica(redis_url=redis_url, recovery_seconds="1") for _ in range(2)]
    ann, ben = await come(left.url), await come(right.url)
    await ann.recolor("blue")
    left.process.send_signal(signal.SIGSTOP)
    with redis.Redis.from_url(redis_url) as client:
        await eventually(lambda: len(client.keys("wb:*:session:*")) == 1, "its session is over")
        back = await come(right.url, pid=ann.pid, offset=await ann.place())
        assert await back.socket.event("init") == [{"color": "black"}]
        await back.recolor("teal")
        left.process.send_signal(signal.SIGCONT)
        await eventually(lambda: len(client.keys("wb:*:session:*")) == 3, "it has written its session again")
        colors = {client.hget(key, "sid"): client.hget(key, "color") for key in client.scan_iter("wb:*:session:*")}
    assert colors == {ann.sid.encode(): b"blue", ben.sid.encode(): b"black", back.sid.encode(): b"teal"}
    await back.draw(n=1)
    await ann.socket.event("drawing")
    await ann.draw(n=2)
    await back.socket.event("drawing")
    await ben.socket.event("drawing", count=2)
    assert (ann.notes(), ben.notes(), back.notes()) == ([1], [1, 2], [2])


async def test_place_is_known_also_to_a_replica_that_has_not_come_so_far(
    start_replica: StartReplica, own_redis: OwnRedis, come: Come
) -> None:
    """[R1] [R3] A client is quicker than the bus: the replica that it comes to catches up first."""
    quick = await start_replica(redis_url=own_redis.url)
    link = SlowLink(int(own_redis.url.rpartition(":")[2]), seed=1, most_seconds=0.4)
    async with link.opened() as url:
        slow = await start_replica(redis_url=url)
        ben = await come(quick.url)
        witness = await come(slow.url)
        for n in range(1, 5):
            ann = await come(quick.url)
            offset = await ben.draw(n=n)
            await ann.socket.event("drawing", count=n)
            back = await come(slow.url, pid=ann.pid, offset=offset)
            assert (back.sid, back.pid) == (ann.sid, ann.pid)
        await witness.socket.event("drawing", count=4)
        assert not witness.socket.events("resync")
        await slow.stop()


async def test_colour_is_kept_once_it_is_acknowledged(
    start_replica: StartReplica, own_redis: OwnRedis, come: Come
) -> None:
    """[C5] [S1] A replica may be killed right behind the acknowledgement."""
    link = SlowLink(int(own_redis.url.rpartition(":")[2]), seed=1, most_seconds=0.2)
    async with link.opened() as url:
        replica = await start_replica(redis_url=url)
        ann = await come(replica.url)
        with redis.Redis.from_url(own_redis.url) as client:
            (key,) = client.scan_iter("wb:*:session:*")
            for color in ("blue", "teal", "navy"):
                await ann.recolor(color)
                assert client.hget(key, "color") == color.encode()
        await replica.stop()


async def test_session_is_in_redis_before_its_client_hears_of_it(
    start_replica: StartReplica, own_redis: OwnRedis, come: Come
) -> None:
    """[S1] [R1] Written ahead: a replica may be killed right behind the CONNECT's answer."""
    link = SlowLink(int(own_redis.url.rpartition(":")[2]), seed=1, most_seconds=0.2)
    async with link.opened() as url:
        replica = await start_replica(redis_url=url)
        with redis.Redis.from_url(own_redis.url) as client:
            for _ in range(5):
                ann = await come(replica.url)
                kept = [client.hget(key, "sid") for key in client.scan_iter("wb:*:session:*")]
                assert ann.sid.encode() in kept
        await replica.stop()
