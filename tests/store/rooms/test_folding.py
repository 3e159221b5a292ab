"""Folding: whoever comes when, wherever, gets what the whole log gave; nobody a part of it."""

import asyncio
import random
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest
from whiteboard.domain.board import Board
from whiteboard.domain.ops import Add, AnyOp
from whiteboard.domain.positions import Position
from whiteboard.engine.packets import decode_event
from whiteboard.engine.socket import Socket
from whiteboard.protocol.commits import Commit
from whiteboard.rooms.rooms import Rooms
from whiteboard.store.connection import Redis
from whiteboard.store.log import Batch, Log, NewOp
from whiteboard.store.pace import Pace
from whiteboard.store.snapshots import Snapshots

from tests.integration.waiting import eventually
from tests.store.batches import append, batch, read_log
from tests.store.rooms.replica import Page, Replica, Wire, replica
from tests.store.rooms.seeds import SEEDS
from tests.store.rooms.test_convergence import draw
from tests.store.rooms.test_joining import DeafRooms, told_of


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three commits are worth a snapshot, and chunks are small."""
    monkeypatch.setattr("whiteboard.store.snapshots.FEWEST_COMMITS", 3)
    monkeypatch.setattr("whiteboard.rooms.folding.FEWEST_COMMITS", 3)
    monkeypatch.setattr("whiteboard.protocol.snapshots.CHUNK_BYTES", 300)


@asynccontextmanager
async def folding(redis_url: str, name: str = "replica-1", kind: type[Rooms] = Rooms) -> AsyncIterator[Replica]:
    """Run a replica that keeps no commit for its age."""
    async with replica(redis_url, name, kind) as one:
        one.rooms.snapshots._keep_ms = 0
        yield one


class Archive:
    """The whole log: what was in it before each trim."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self.commits: list[Commit] = []

    async def read(self) -> None:
        self.commits += await read_log(self._log, "b", len(self.commits), 1_000_000)

    def board(self) -> dict[str, Any]:
        ops = [logged.op for commit in self.commits for logged in commit.ops]
        return Board.fold(op for op in ops if op is not None).elements

    def offsets(self, after: Position) -> list[Any]:
        return [c.offset(i) for c in self.commits if c.position.n > after.n for i in range(len(c.ops))]


def drawn(classic: Socket) -> list[bytes]:
    """Return the segments that a classic client was told."""
    events = [decode_event(packet) for packet in cast(Wire, classic.connection).packets]
    return [bytes(event.args[0]) for event in events if event.name == "drawing"]


async def all_or_resync(place: Replica, position: Position, archive: Archive, floor: int) -> None:
    """Let a page come from a position: it hears all that is behind it; nothing, if that is below the floor."""
    page, expected = await place.page(position=position), archive.offsets(after=position)
    await eventually(lambda: page.hear().is_stale or len(page.offsets) == len(expected), "all, or resync")
    assert page.offsets == ([] if page.is_stale else expected)
    assert position.n < floor or not page.is_stale


async def newcomer(place: Replica) -> Socket:
    """Let a classic client come who is shown the board as it is, not as it was for others with what came since."""
    (await place.rooms.open("b"))._replay = None
    return await place.classic()


async def same_segments(first: Socket, *others: Socket) -> None:
    """Wait until classic clients have been shown the same."""
    await eventually(lambda: all(drawn(other) == drawn(first) for other in others), "the same board")


@pytest.mark.parametrize("seed", SEEDS)
async def test_all_who_come_get_what_the_whole_log_gave(redis_url: str, log: Log, seed: int) -> None:
    """[L9] At every cut, by HTTP ([B8]), on `/` ([C2]), on `/board` from any position ([B4], [B9]): all or `resync`."""
    lots, archive = random.Random(seed), Archive(log)
    async with folding(redis_url) as one, folding(redis_url, "replica-2") as two:
        pages = [await place.page() for place in (one, two)]
        for _ in range(12):
            for _ in range(lots.randrange(1, 15)):
                draw(lots, lots.choice(pages))
                await asyncio.sleep(lots.choice([0.0, 0.0, 0.02]))
                pages[0].hear(), pages[1].hear()
            await eventually(lambda: not any(page.hear().pending for page in pages), "all is acknowledged")
            await archive.read()
            await asyncio.gather(*(place.rooms.folding.fold("b") for place in lots.sample([one, two, one], 2)))
            floor = (await log.lineage("b")).floor
            async with folding(redis_url, "replica-3") as late:
                room = await late.rooms.open("b")
                assert list(room.content.elements.items()) == list(archive.board().items())
                assert room.position == archive.commits[-1].position
                place = lots.choice([one, two, late])
                commit = lots.choice([archive.commits[max(floor - 1, 0)], *archive.commits])
                await all_or_resync(place, commit.position, archive, floor)
                await same_segments(*[await newcomer(at) for at in (one, place, late)])
        assert floor > 5
        await eventually(lambda: all(page.hear().offsets == archive.offsets(Position(0, 0)) for page in pages), "all")
        assert not any(page.is_stale for page in pages)


async def test_upkeep_folds_what_is_old(redis_url: str, log: Log, upkeep: None) -> None:
    """[L10] Without being asked; what is younger than the recovery window and a minute stays."""
    async with replica(redis_url) as one, folding(redis_url, "replica-2") as two:
        await append(log, batch(1), batch(2), batch(3), batch(4))
        await told_of(await one.page(), 4)
        await eventually(lambda: one.rooms._rooms["b"].position.n == 4, "the room has caught up")
        assert await one.rooms.snapshots.claim("b") == (0, None)
        assert one.rooms.snapshots._keep_ms == (120 + 60) * 1000
        await two.page()
        await eventually(lambda: two.metrics.snapshots._value.get() == 1, "a snapshot")
        assert two.metrics.trimmed._value.get() == 3
        await eventually(lambda: two.rooms._rooms["b"].feed.lineage.floor == 4, "the room knows")
        assert one.metrics.snapshots._value.get() == 0


async def test_op_is_known_when_its_entry_is_gone(redis_url: str, log: Log) -> None:
    """[L3] What a page sends again after a long time enters once; it is acknowledged ([B6])."""
    async with folding(redis_url) as one:
        page = await one.page()
        for _ in range(4):
            page.do(Add, element={"kind": "stroke", "points": [0.0, 0.0], "color": "black", "width": 4.0})
            await eventually(lambda: not page.hear().pending, "acknowledged")
        first = page.board.elements.copy()
        await one.rooms.folding.fold("b")
        async with folding(redis_url, "replica-2") as two:
            again = await two.page(secret=page._secret, position=(await log.lineage("b")).head)
            again.n = 0
            again.do(Add, element={"kind": "stroke", "points": [0.0, 0.0], "color": "black", "width": 4.0})
            await eventually(lambda: not again.hear().pending, "acknowledged")
            assert (await log.lineage("b")).head.n == 4
            assert (await two.rooms.open("b")).content.elements == first


async def test_classic_session_goes_on_from_the_very_end_of_a_snapshot(redis_url: str, log: Log) -> None:
    """[R3] A quiet board is folded up to its last op. Who has heard that has missed nothing, wherever it comes back."""
    async with folding(redis_url) as one, folding(redis_url, "replica-2") as two:
        clients = [await one.classic() for _ in range(2)]
        (*_, last) = [(await append(log, batch(n, n + 1)))[0] for n in (1, 3, 5)]
        await one.rooms.folding.fold("b")
        for client, i, recovered in zip(clients, (1, 0), (True, False), strict=True):
            back = await two.classic(pid=client.greeting["pid"], offset=f"{last.position}-{i}")
            assert back.session.recovered is recovered


async def resynced(page: Page) -> None:
    """Wait until a page is told to fetch its board anew."""
    await eventually(lambda: page.hear().is_stale, "resync")


async def test_session_resyncs_when_its_place_is_trimmed(redis_url: str, log: Log) -> None:
    """[R4] Also on a replica that does not know of the trim yet; [L9] never does it hear a part."""
    early = (await append(log, batch(1)))[0].position
    async with folding(redis_url) as one, folding(redis_url, "replica-2") as two:
        client = await two.classic()
        await append(log, *(batch(n) for n in range(2, 7)))
        room = await two.rooms.open("b")
        await eventually(lambda: room.position.n == 6, "all is there")
        room.forget(asyncio.get_running_loop().time() + 1)
        await one.rooms.folding.fold("b")
        for place in (one, two):
            page = await place.page(position=early)
            await resynced(page)
            assert page.offsets == []
            back = await place.classic(pid=client.greeting["pid"], offset=f"{early}-0")
            assert not back.session.recovered
            assert any('"resync"' in packet for packet in cast(Wire, back.connection).packets)


async def test_room_starts_over_when_others_have_trimmed_what_it_has_not_read(redis_url: str, log: Log) -> None:
    """[L9] A replica that has slept for long goes on from the snapshot, and all its people fetch the board anew."""
    await append(log, batch(1))
    async with folding(redis_url) as one, folding(redis_url, "replica-2", DeafRooms) as sleeper:
        page, classic = await sleeper.page(), await sleeper.classic()
        await told_of(page, 1)
        await append(log, *(batch(n) for n in range(2, 7)))
        await one.rooms.folding.fold("b")
        room = await sleeper.rooms.open("b")
        room.feed.repair()
        await resynced(page)
        assert cast(Wire, classic.connection).is_closed
        assert len(page.offsets) == 1
        await eventually(lambda: room.position.n == 6, "the room goes on")


async def test_op_of_a_newer_release_is_not_folded(redis_url: str, log: Log, store: Redis) -> None:
    """[L11] Nor is what comes behind it; nor is an entry of a newer format ([L5])."""
    await append(log, batch(1), batch(2))
    (position,) = [appended.position for appended in await append(log, batch(3))]
    for n, (v, body) in enumerate([(1, '[{"op":"spin","id":"a:1"}]'), (1, '[{"op":"clear","id":"a:2"}]')], 4):
        await store.xadd("wb:{b}:log", {"v": v, "e": position.epoch, "t": 5, "b": body}, id=f"0-{n}")
    await store.hset("wb:{b}:meta", "head", 5)
    async with folding(redis_url) as one:
        assert await one.rooms.folding.fold("b") == 3
        await store.xadd("wb:{b}:log", {"v": 1, "e": position.epoch, "t": 5, "b": "[]"}, id="0-6")
        await store.hset("wb:{b}:meta", "head", 6)
        assert await one.rooms.folding.fold("b") == 3
        assert await one.rooms.folding.fold("b") == 3
        assert [commit.position.n for commit in await read_log(log, "b", 2, 9)] == [3, 4, 5, 6]
        assert one.metrics.snapshots._value.get() == 1


async def test_entry_of_a_newer_format_is_not_folded(redis_url: str, log: Log, store: Redis) -> None:
    """[L11] It waits for a release that can read it."""
    (*_, last) = [(await append(log, batch(n)))[0] for n in (1, 2, 3)]
    await store.xadd("wb:{b}:log", {"v": 2, "e": last.position.epoch, "t": 5, "b": "?"}, id="0-4")
    await store.hset("wb:{b}:meta", "head", 4)
    async with folding(redis_url) as one:
        assert await one.rooms.folding.fold("b") == 3


_ADD = b'{"op":"add","id":"me:%d","by":"s","element":{"kind":"stroke","points":[0.5,1.5]}}'
_DIE = """
import asyncio, os, signal, sys
from whiteboard.metrics import Metrics
from whiteboard.rooms.folding import Folding
from whiteboard.store import snapshots
from whiteboard.store.connection import connect
from whiteboard.store.log import Log

async def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

async def fold(url, moment):
    snapshots.FEWEST_COMMITS = 3
    redis = connect(url, None, 5.0)
    mine = snapshots.Snapshots(redis, 0)
    push = mine._push
    async def push_once(*args):
        await push(*args)
        mine._push = die
    if moment == "writing":
        mine._push = push_once
    else:
        mine._publish = die
    await Folding(Log(redis), mine, Metrics()).fold("b")

asyncio.run(fold(*sys.argv[1:]))
"""


@pytest.mark.parametrize("moment", ["writing", "publishing"])
async def test_nothing_is_lost_when_a_replica_is_killed_while_it_folds(
    redis_url: str, log: Log, store: Redis, moment: str
) -> None:
    """[L10] The log is as it was, what was written expires, and another one folds in its place."""
    await append(log, *(Batch("b", [NewOp("me", n, _ADD % n)]) for n in range(1, 8)))
    dead = await asyncio.to_thread(subprocess.run, [sys.executable, "-c", _DIE, redis_url, moment])
    assert dead.returncode == -signal.SIGKILL
    (written,) = await store.keys("wb:{b}:snapshot:*")
    assert 0 < await store.ttl(written) <= 300
    async with folding(redis_url) as one:
        assert len(await read_log(log, "b", 0, 9)) == 7
        assert (await one.rooms.open("b")).position.n == 7
        assert await one.rooms.folding.fold("b") == 0
        await store.delete("wb:{b}:folding")
        assert await one.rooms.folding.fold("b") == 7


async def test_others_run_while_a_long_log_is_opened_and_folded(
    redis_url: str, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[L9] Opening and folding pause between commits: with no slice of time at all, after each."""
    monkeypatch.setattr("whiteboard.store.pace.SLICE_SECONDS", -1.0)
    await append(log, *(batch(n) for n in range(1, 301)))
    apply, now, turns = Board.apply, 0, set[int]()

    def noted(board: Board, op: AnyOp) -> Any:
        turns.add(now)
        return apply(board, op)

    async def bystander() -> None:
        nonlocal now
        while True:
            now += 1
            await asyncio.sleep(0)

    monkeypatch.setattr(Board, "apply", noted)
    watch = asyncio.create_task(bystander())
    async with folding(redis_url) as one:
        await one.rooms.open("b")
        assert len(turns) == 300
        assert await one.rooms.folding.fold("b") == 300
        assert len(turns) == 600
    watch.cancel()


async def test_others_run_while_a_folded_board_is_let_go(
    redis_url: str, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[L10] A pause may come after each commit and each element: what is big is nowhere handled at once."""
    steps, step = 0, Pace.step

    async def counted(pace: Pace) -> None:
        nonlocal steps
        steps += 1
        await step(pace)

    monkeypatch.setattr(Pace, "step", counted)
    await append(log, *(Batch("b", [NewOp("me", n, _ADD % n)]) for n in range(1, 101)))
    async with folding(redis_url) as one:
        assert await one.rooms.folding.fold("b") == 100
        assert steps == 100 + 100


async def test_one_board_s_trouble_stops_no_other_s_folding(
    redis_url: str, log: Log, upkeep: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[L10] A defect is logged, and the next board folded."""
    claim = Snapshots.claim

    async def broken(self: Snapshots, board: str) -> Any:
        if board == "b":
            raise KeyError("broken on purpose")
        return await claim(self, board)

    monkeypatch.setattr(Snapshots, "claim", broken)
    await append(log, *(batch(n, board=board) for board in ("b", "c") for n in range(1, 5)))
    async with folding(redis_url) as one:
        pages = [await one.page(board) for board in ("b", "c")]
        await eventually(lambda: one.metrics.snapshots._value.get() == 1, "c is folded")
        assert all(not page.wire.is_closed for page in pages)
