"""Runs of Redis: which positions outlive one, and which belong to ops that are gone."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from whiteboard.domain.positions import Lineage, Offset, Position
from whiteboard.store.connection import connect
from whiteboard.store.log import Log

from tests.conftest import OwnRedis
from tests.store.batches import append, batch, ids, read_log


@asynccontextmanager
async def logs(server: OwnRedis) -> AsyncIterator[Log]:
    """Connect for one run of the server: every connection of an earlier run fails once."""
    client = connect(server.url, None, timeout_seconds=5.0)
    yield Log(client)
    await client.aclose()


async def fill(log: Log, *numbers: int) -> list[Position]:
    """Append one commit a number and return the positions."""
    return [(await append(log, batch(n)))[0].position for n in numbers]


def append_only_file(folder: Path) -> Path:
    (path,) = folder.glob("appendonlydir/*.incr.aof")
    return path


async def test_epoch_stays_when_the_run_of_redis_does(log: Log) -> None:
    """[L7] One run, one epoch, named by the clock."""
    positions = await fill(log, 1, 2, 3)
    assert len({position.epoch for position in positions}) == 1
    assert abs(positions[0].epoch / 1_000 - time.time()) < 60
    assert await log.lineage("b") == Lineage(positions[-1], {})


async def test_positions_stay_valid_when_redis_restarts_with_all_its_data(durable_redis: OwnRedis) -> None:
    """[L7] A new run begins a new epoch where the old one ended; numbers go on, and so does dedupe ([L3])."""
    async with logs(durable_redis) as log:
        old = await fill(log, 1, 2, 3)
    for _ in range(2):  # a run without a commit has no epoch
        durable_redis.kill()
        durable_redis.start()
    async with logs(durable_redis) as log:
        assert (await log.lineage("b")).head == old[-1]
        (repeat,) = await append(log, batch(3))
        assert repeat.repeats == [Offset(*old[-1], 0)]
        (new,) = await fill(log, 4)
        assert new.epoch > old[-1].epoch
        assert new.n == 4
        lineage = await log.lineage("b")
        assert lineage == Lineage(new, {old[-1].epoch: 3})
        assert all(lineage.holds(position) for position in [*old, new])
        assert not lineage.holds(Position(old[-1].epoch, 4))
        assert [commit.position for commit in await read_log(log, "b", 0, 9)] == [*old, new]


async def test_positions_become_invalid_when_redis_loses_its_last_moments(
    durable_redis: OwnRedis, tmp_path: Path
) -> None:
    """[L7] What was appended behind the loss, under the same numbers, is told from what was lost."""
    async with logs(durable_redis) as log:
        kept = await fill(log, 1, 2, 3)
        size_bytes = append_only_file(tmp_path).stat().st_size
        lost = await fill(log, 4, 5)
    durable_redis.kill()
    with append_only_file(tmp_path).open("r+b") as file:
        file.truncate(size_bytes)
    durable_redis.start()
    async with logs(durable_redis) as log:
        before = await log.lineage("b")
        assert [before.holds(position) for position in kept + lost] == [True, True, True, False, False]
        new = await fill(log, 4, 5, 6)
        after = await log.lineage("b")
        assert [after.holds(position) for position in kept + lost] == [True, True, True, False, False]
        assert all(after.holds(position) for position in new)
        assert await ids(log) == [[f"me:{n}"] for n in range(1, 7)]


async def test_positions_become_invalid_when_redis_loses_everything(own_redis: OwnRedis) -> None:
    """[L7] Also when nothing is left that could tell which epochs there were."""
    async with logs(own_redis) as log:
        lost = await fill(log, 1, 2)
    own_redis.kill()
    own_redis.start()
    async with logs(own_redis) as log:
        await fill(log, 1, 2, 3)
        lineage = await log.lineage("b")
    assert [lineage.holds(position) for position in lost] == [False, False]
