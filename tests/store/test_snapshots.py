"""Snapshots against a real server: who may make one, what makes it stand, what becomes of those that do not."""

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest
from whiteboard.domain.board import Board
from whiteboard.domain.positions import BEGINNING, Lineage, Offset, Position
from whiteboard.errors import StoreUnavailable, Trimmed
from whiteboard.store.connection import Redis, connect
from whiteboard.store.log import Log
from whiteboard.store.snapshots import Claim, Snapshot, Snapshots

from tests.conftest import OwnRedis
from tests.store.batches import append, batch, ids, read_log
from tests.store.test_epochs import append_only_file

BOARD = Board({"id": f"me:{n}", "by": "s", "kind": "stroke", "points": [0.5, n]} for n in range(1, 10))


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three commits are worth a snapshot, seven are the most that one may fold."""
    monkeypatch.setattr("whiteboard.store.snapshots.FEWEST_COMMITS", 3)
    monkeypatch.setattr("whiteboard.store.snapshots.MOST_COMMITS", 7)


@pytest.fixture
def snapshots(store: Redis) -> Snapshots:
    """Snapshots that keep no commit for its age."""
    return Snapshots(store, keep_seconds=0)


async def fill(log: Log, *numbers: int) -> list[Position]:
    """Append one commit a number and return the positions."""
    return [(await append(log, batch(n)))[0].position for n in numbers]


async def claimed(snapshots: Snapshots) -> Claim:
    """Claim a board that is there to be claimed."""
    _, claim = await snapshots.claim("b")
    assert claim is not None
    return claim


async def taken(snapshots: Snapshots, position: Position, board: Board = BOARD) -> int | None:
    """Claim the board and let it begin at a snapshot."""
    return await snapshots.write(await claimed(snapshots), Snapshot(Offset(*position, 0), board))


async def test_log_begins_at_its_snapshot(snapshots: Snapshots, log: Log) -> None:
    """[L9] The snapshot's own commit stays; what came before it is gone, and is not passed over in silence."""
    positions = await fill(log, 1, 2, 3, 4, 5)
    nothing = await snapshots.latest("b")
    assert (nothing.offset, nothing.board.elements) == (BEGINNING, {})
    assert await taken(snapshots, positions[2]) == 2
    offset, board = await snapshots.latest("b")
    assert (offset, list(board.elements.items())) == (Offset(*positions[2], 0), list(BOARD.elements.items()))
    assert await log.lineage("b") == Lineage(positions[4], {}, floor=3)
    assert [commit.position.n for commit in await read_log(log, "b", 2, 5)] == [3, 4, 5]
    for after in (0, 1):
        with pytest.raises(Trimmed):
            await read_log(log, "b", after, 5)


async def test_numbers_go_on_behind_a_snapshot(snapshots: Snapshots, log: Log) -> None:
    """[L1] Also when nothing but its own commit is left; [L3] an op whose entry is gone is still known."""
    positions = await fill(log, 1, 2, 3, 4)
    assert await taken(snapshots, positions[-1]) == 3
    (repeat,) = await append(log, batch(1, 2, 4))
    assert (repeat.position.n, repeat.repeats) == (0, [Offset(*positions[-1], 0)] * 3)
    assert [position.n for position in await fill(log, 5, 6)] == [5, 6]
    assert await ids(log, after=3) == [["me:4"], ["me:5"], ["me:6"]]


async def test_there_is_nothing_to_claim_when_little_can_be_folded(
    store: Redis, log: Log, snapshots: Snapshots
) -> None:
    """[L10] Too few commits, or too young ones."""
    assert await snapshots.claim("b") == (0, None)
    await fill(log, 1, 2)
    assert await snapshots.claim("b") == (0, None)
    await fill(log, 3, 4)
    assert await Snapshots(store, keep_seconds=60).claim("b") == (0, None)
    assert (await claimed(snapshots)).upto == 4


@pytest.mark.parametrize(("old", "upto"), [(2, None), (3, 3), (4, 4), (6, 6), (7, 7), (8, 7), (9, 7)])
async def test_claim_goes_up_to_the_last_old_commit(store: Redis, old: int, upto: int | None) -> None:
    """[L10] By age, to the commit; at most so many at once."""
    now_ms = int(time.time() * 1000)
    for n in range(1, 10):
        t = now_ms - (100_000 if n <= old else 20_000)
        await store.xadd("wb:{b}:log", {"v": 1, "e": 5, "t": t, "b": "[]"}, id=f"0-{n}")
    await store.hset("wb:{b}:meta", mapping={"epoch": 5, "head": 9})
    _, claim = await Snapshots(store, keep_seconds=60).claim("b")
    assert (claim and claim.upto) == upto


async def test_one_at_a_time_makes_a_snapshot(snapshots: Snapshots, log: Log, store: Redis) -> None:
    """[L10] Whoever comes second finds nothing to do, until the first one has ended, or its lease has."""
    positions = await fill(log, *range(1, 8))
    claims = [claim for _, claim in await asyncio.gather(*(snapshots.claim("b") for _ in range(5))) if claim]
    assert len(claims) == 1
    assert 200_000 < await store.pttl("wb:{b}:folding") <= 300_000
    await store.delete("wb:{b}:folding")
    assert await taken(snapshots, positions[3]) == 3
    assert (await claimed(snapshots)).upto == 7


async def test_snapshot_does_not_stand_when_its_lease_is_lost(snapshots: Snapshots, log: Log, store: Redis) -> None:
    """[L10] Whoever has slept finds that another one has gone on; [L9] what it wrote expires."""
    positions = await fill(log, *range(1, 8))
    slow = await claimed(snapshots)
    await store.delete("wb:{b}:folding")
    assert await snapshots.write(slow, Snapshot(Offset(*positions[3], 0), Board())) is None
    quick = await claimed(snapshots)
    assert await snapshots.write(slow, Snapshot(Offset(*positions[3], 0), Board())) is None
    assert await snapshots.write(quick, Snapshot(Offset(*positions[2], 0), BOARD)) == 2
    assert await snapshots.write(slow, Snapshot(Offset(*positions[3], 0), Board())) is None
    assert (await snapshots.latest("b")).offset.n == 3
    assert 0 < await store.ttl(f"wb:{{b}}:snapshot:{slow.name}") <= 300
    assert await store.ttl(f"wb:{{b}}:snapshot:{quick.name}") == -1


async def test_snapshot_does_not_stand_when_another_was_made_since(
    snapshots: Snapshots, log: Log, store: Redis
) -> None:
    """[L10] Snapshots go forward only, also when the lease came back to the same holder."""
    positions = await fill(log, *range(1, 8))
    slow = await claimed(snapshots)
    await store.delete("wb:{b}:folding")
    assert await taken(snapshots, positions[5]) == 5
    await store.set("wb:{b}:folding", slow.name)
    assert await snapshots.write(slow, Snapshot(Offset(*positions[6], 0), BOARD)) is None


async def test_snapshot_does_not_stand_when_a_part_of_it_is_gone(
    snapshots: Snapshots, log: Log, store: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[L9] Its parts expire one by one for nobody: a snapshot is whole or not there."""
    positions = await fill(log, *range(1, 8))
    push = Snapshots._push

    async def forgetful(self: Snapshots, written: str, item: bytes) -> None:
        await store.delete(written)
        await push(self, written, item)

    monkeypatch.setattr(Snapshots, "_push", forgetful)
    assert await taken(snapshots, positions[3]) is None
    assert len(await read_log(log, "b", 0, 7)) == 7


async def test_replaced_snapshot_can_be_read_to_its_end(snapshots: Snapshots, log: Log, store: Redis) -> None:
    """[L9] For a minute; then whoever still reads is told to begin again."""
    positions = await fill(log, *range(1, 8))
    await taken(snapshots, positions[2])
    former = (await claimed(snapshots)).former
    await store.delete("wb:{b}:folding")
    assert await taken(snapshots, positions[6], Board()) == 4
    assert (await snapshots.read("b", former)).board.elements == BOARD.elements
    assert 0 < await store.ttl(f"wb:{{b}}:snapshot:{former}") <= 60
    await store.ltrim(f"wb:{{b}}:snapshot:{former}", 0, 0)
    with pytest.raises(StoreUnavailable):
        await snapshots.read("b", former)
    await store.delete(f"wb:{{b}}:snapshot:{former}")
    with pytest.raises(StoreUnavailable):
        await snapshots.read("b", former)


@pytest.mark.parametrize("appended", [0, 2, 5], ids=["nothing yet", "less", "more"])
async def test_snapshot_does_not_stand_when_redis_has_lost_what_it_folds(
    durable_redis: OwnRedis, tmp_path: Path, appended: int
) -> None:
    """[L10] A tail that is gone does not come back by a snapshot, whatever has been appended in its place ([L7])."""
    client = connect(durable_redis.url, None, 5.0)
    log, snapshots = Log(client), Snapshots(client, keep_seconds=0)
    await fill(log, 1, 2, 3)
    size_bytes = append_only_file(tmp_path).stat().st_size
    lost = await fill(log, 4, 5)
    claim = await claimed(snapshots)
    await client.aclose()
    durable_redis.kill()
    with append_only_file(tmp_path).open("r+b") as file:
        file.truncate(size_bytes)
    durable_redis.start()
    client = connect(durable_redis.url, None, 5.0)
    log, snapshots = Log(client), Snapshots(client, keep_seconds=0)
    for n in range(appended):
        await append(log, batch(n + 1, client="you"))
    await client.set("wb:{b}:folding", claim.name)
    assert await snapshots.write(claim, Snapshot(Offset(*lost[-1], 0), BOARD)) is None
    assert (await log.lineage("b")).floor == 0
    assert len(await read_log(log, "b", 0, 9)) == 3 + appended
    await client.aclose()


async def test_board_is_whole_wherever_redis_loses_its_last_moments(durable_redis: OwnRedis, tmp_path: Path) -> None:
    """[L10] Wherever the append-only file ends: what the snapshot does not have, the log does."""
    client = connect(durable_redis.url, None, 5.0)
    log, snapshots = Log(client), Snapshots(client, keep_seconds=0)
    positions = await fill(log, *range(1, 6))
    before_bytes = append_only_file(tmp_path).stat().st_size
    await taken(snapshots, positions[3])
    whole = append_only_file(tmp_path).read_bytes()
    await client.aclose()
    seen = set()
    for size_bytes in range(len(whole), before_bytes - 1, -(len(whole) - before_bytes) // 9):
        durable_redis.kill()
        append_only_file(tmp_path).write_bytes(whole[:size_bytes])
        durable_redis.start()
        client = connect(durable_redis.url, None, 5.0)
        floor = (await Log(client).lineage("b")).floor
        seen.add(floor)
        assert (await Snapshots(client, 0).latest("b")).board.elements == (BOARD.elements if floor else {})
        assert [commit.position.n for commit in await read_log(Log(client), "b", floor, 9)] == [*range(floor + 1, 6)]
        await client.aclose()
    assert seen == {0, 4}


@pytest.mark.parametrize("step", [1, 2, 3, 100])
async def test_log_is_trimmed_step_by_step(
    snapshots: Snapshots, log: Log, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[L10] Redis serves others in between; [L9] and what one leaves behind who dies there, the next one trims."""
    monkeypatch.setattr("whiteboard.store.snapshots._TRIM_COMMITS", step)
    steps: list[int] = []
    xtrim = Redis.xtrim

    async def noted(redis: Redis, *args: Any, **options: Any) -> int:
        steps.append(await xtrim(redis, *args, **options))
        return steps[-1]

    monkeypatch.setattr(Redis, "xtrim", noted)
    positions = await fill(log, *range(1, 13))
    with monkeypatch.context() as patched:
        patched.setattr(Snapshots, "_trim", killed)
        with pytest.raises(StoreUnavailable):
            await taken(snapshots, positions[4])
    assert (await log.lineage("b")).floor == 5
    assert len(await read_log(log, "b", 0, 12)) == 12
    assert await taken(snapshots, positions[9]) == 9
    assert max(steps) <= step
    assert [commit.position.n for commit in await read_log(log, "b", 9, 12)] == [10, 11, 12]


async def killed(*_: object) -> int:
    """Stand in for a step that a replica does not live to take."""
    raise StoreUnavailable("killed")
