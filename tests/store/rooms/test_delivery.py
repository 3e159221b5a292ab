"""Delivery from a bus that loses, repeats, delays and mixes up what it carries."""

import asyncio
import random

import pytest
from whiteboard.domain.ops import Add, Clear, Grow
from whiteboard.rooms.rooms import Rooms
from whiteboard.store.log import Log

from tests.integration.waiting import eventually
from tests.store.batches import append, batch
from tests.store.rooms.replica import Page, all_offsets, quiet, replica
from tests.store.rooms.seeds import SEEDS
from tests.store.tasks import running

STROKE = {"kind": "stroke", "points": [0.0, 0.0], "color": "red", "width": 4.0}


class FaultyRooms(Rooms):
    """Rooms whose bus plays every trick on them, by a seed."""

    lots: random.Random

    def message(self, board: str, message: bytes) -> None:
        fate = self.lots.random()
        if fate < 0.25:
            return
        if fate < 0.4:
            super().message(board, message)
        if fate < 0.7:
            late = self.lots.uniform(0.0, 0.03)
            asyncio.get_running_loop().call_later(late, super().message, board, message)
            return
        super().message(board, message)


class PickyRooms(Rooms):
    """Rooms that lose the messages whose numbers are in ``lost``."""

    lost: set[int]

    def message(self, board: str, message: bytes) -> None:
        if int(message.split(b" ")[1].split(b"-")[1]) not in self.lost:
            super().message(board, message)


@pytest.mark.parametrize("seed", SEEDS)
async def test_each_session_gets_every_commit_once_in_order_whatever_the_bus_does(
    redis_url: str, seed: int, upkeep: None
) -> None:
    """[L6] Lost, doubled, late and mixed up messages are mended from the log; [L2] all see one order."""
    lots = FaultyRooms.lots = random.Random(seed)
    async with replica(redis_url, kind=FaultyRooms) as one, replica(redis_url, "replica-2", FaultyRooms) as two:
        pages = [await r.page() for r in (one, two, one, two)]
        for _ in range(150):
            pages[lots.randrange(2)].do(Clear)
            await asyncio.sleep(lots.choice([0.0, 0.0, 0.002, 0.02]))
        offsets = await quiet(one.rooms, *pages)
        assert len(offsets) == 150
        assert [page.offsets for page in pages] == [offsets] * 4


async def test_gap_is_read_from_the_log_when_a_message_is_lost(redis_url: str, log: Log) -> None:
    """[L6] The number behind the lost ones shows it; those before are delivered first."""
    PickyRooms.lost = {2, 3}
    async with replica(redis_url, kind=PickyRooms) as one:
        page = await one.page()
        for n in range(1, 4):
            await append(log, batch(n))
        await eventually(lambda: len(page.hear().offsets) == 1, "the first commit")
        repairs = one.metrics.repairs._value.get()
        await append(log, batch(4))
        await eventually(lambda: len(page.hear().offsets) == 4, "the gap is closed")
        assert page.offsets == await all_offsets(one.rooms)
        assert one.metrics.repairs._value.get() == repairs + 1


async def test_last_commit_is_found_by_comparing_heads_when_its_message_is_lost(
    redis_url: str, log: Log, upkeep: None
) -> None:
    """[L6] Nothing comes behind it that could show a gap."""
    PickyRooms.lost = {1, 3}
    async with replica(redis_url, kind=PickyRooms) as one:
        page = await one.page()
        for n in range(1, 4):
            await append(log, batch(n))
        await eventually(lambda: len(page.hear().offsets) == 3, "the last commit", seconds=3)
        assert page.offsets == await all_offsets(one.rooms)


async def test_commits_that_were_missed_are_read_when_the_subscription_comes_back(redis_url: str, log: Log) -> None:
    """[L6] A lost connection to the bus is a gap as well, even if nothing is published after it."""
    PickyRooms.lost = {2, 3}
    async with replica(redis_url, kind=PickyRooms) as one:
        page = await one.page()
        for n in range(1, 4):
            await append(log, batch(n))
        await eventually(lambda: len(page.hear().offsets) == 1, "the first commit")
        assert await log._redis.client_kill_filter(_type="pubsub") == 1
        await eventually(lambda: len(page.hear().offsets) == 3, "the rest")
        assert page.offsets == await all_offsets(one.rooms)


async def test_commit_is_delivered_to_its_author_only_from_the_log(redis_url: str) -> None:
    """[L2] The author hears of it in its place among the others', not when it sends it."""
    async with replica(redis_url) as one:
        writer, reader = await one.page(), await one.page()
        element = writer.do(Add, element=STROKE)
        writer.hear()
        reader.hear()
        assert writer.offsets == reader.offsets == []
        reader.do(Clear)
        writer.do(Grow, element=element, points=[1.0, 1.0])
        offsets = await quiet(one.rooms, writer, reader)
        assert writer.offsets == reader.offsets == offsets
        assert writer.board.elements == reader.board.elements


async def test_rubbish_on_the_bus_stops_nobody(redis_url: str, log: Log) -> None:
    """[L5] Neither what is no message, nor what is one of another version, nor ops that nobody knows."""
    async with replica(redis_url) as one:
        page, other = await one.page(), await one.page("c")
        for rubbish in (b"", b"\xff", b"1", b"1 2", b"1 1-1 {", b"9 1-9999999 []", b"1 ~ 5", b"7 ! what"):
            await log._redis.publish("wb:{b}:bus", rubbish)
        await append(log, batch(1), batch(1, board="c"))
        await eventually(lambda: len(page.hear().offsets) == 1, "the commit behind it")
        await eventually(lambda: len(other.hear().offsets) == 1, "another board's commit")


@pytest.mark.parametrize("seed", SEEDS)
async def test_joining_leaves_no_gap_and_repeats_nothing_when_commits_never_pause(redis_url: str, seed: int) -> None:
    """[B4] First what lies behind the position, then what is new, whatever is committed meanwhile."""
    lots = random.Random(seed)
    async with replica(redis_url) as one, replica(redis_url, "replica-2") as two:
        writer = await one.page()
        async with running(_write_on(writer, lots)):
            joined: list[tuple[Page, int]] = []
            for _ in range(25):
                await asyncio.sleep(lots.uniform(0, 0.01))
                heard = [offset.position for offset in writer.offsets]
                start = lots.choice(heard) if heard and lots.random() < 0.8 else None
                place = lots.choice([one, two])
                if lots.random() < 0.5:  # what was missed must then be read from the log, while more comes
                    (await place.rooms.open("b")).forget(asyncio.get_running_loop().time() + 1.0)
                if start is None:
                    joined.append((await place.page(), 0))
                else:
                    joined.append((await place.page(position=start), start.n))
        offsets = await quiet(one.rooms, writer, *(page for page, _ in joined))
        assert len(joined) > 15
        for page, start_n in joined:
            assert page.offsets == [offset for offset in offsets if offset.n > start_n]


async def _write_on(writer: Page, lots: random.Random) -> None:
    while True:
        for _ in range(lots.randrange(1, 4)):
            writer.do(Clear)
        await asyncio.sleep(lots.uniform(0, 0.005))
        writer.hear()
