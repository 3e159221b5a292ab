"""Delivery from a bus that loses, repeats, delays and mixes up what it carries."""

import asyncio
import random

import pytest
import structlog
from whiteboard.domain.board import Board, Drawn
from whiteboard.domain.ops import Add, AnyOp, Clear, Grow
from whiteboard.domain.positions import Lineage
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
        n = message.split(b" ")[1].partition(b"-")[2]
        if n == b"" or int(n) not in self.lost:
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
        await append(log, batch(1))  # a board's first commit begins its epoch, and so is read from the log
        await eventually(lambda: one.metrics.repairs._value.get() == 1, "the first commit")
        for n in range(2, 5):
            await append(log, batch(n))
        await eventually(lambda: len(page.hear().offsets) == 4, "the gap is closed")
        assert page.offsets == await all_offsets(one.rooms)
        assert one.metrics.repairs._value.get() == 2


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
        await append(log, batch(1))  # a board's first commit begins its epoch, and so is read from the log
        await eventually(lambda: one.metrics.repairs._value.get() == 1, "the first commit")
        for n in (2, 3):
            await append(log, batch(n))
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


async def test_message_of_a_newer_release_is_passed_over_without_a_word(redis_url: str, log: Log) -> None:
    """[L12] Neither a line nor a read of the log; the connection of the bus stands, and a commit behind it is told."""
    async with replica(redis_url) as one:
        page = await one.page()
        await append(log, batch(1))
        await eventually(lambda: len(page.hear().offsets) == 1, "a commit")
        repairs = one.metrics.repairs._value.get()
        with structlog.testing.capture_logs() as lines:
            for message in (
                b"1 ! {}",
                b"1 poll 2-7 []",
                b'2 @ {"people":[]}',
                b'1 @ {"people":[]}',
                b"2 ~ {}",
                b"1 ~ 5",
            ):
                await log._redis.publish("wb:{b}:bus", message)
            await append(log, batch(2))
            await eventually(lambda: len(page.hear().offsets) == 2, "the commit behind them")
        assert lines == []
        assert one.metrics.repairs._value.get() == repairs


@pytest.mark.parametrize(
    "entry",
    [
        {"v": 1, "e": 1, "b": "no array"},
        {"v": 99, "e": 1, "b": "[]"},
        {"v": 1, "e": 1},
        {"v": 1, "b": "[]"},
        {"of": "somebody else"},
        {"v": 1, "e": 1, "b": b"\xff["},
    ],
    ids=str,
)
async def test_entry_that_cannot_be_read_is_passed_over_and_counted(
    redis_url: str, log: Log, entry: dict[str, object]
) -> None:
    """[L5] Of a newer release, or broken: the board goes on behind it, for who is there and for who comes."""
    (first,) = await append(log, batch(1))
    async with replica(redis_url) as one:
        page = await one.page()
        fields = {name: first.position.epoch if name == "e" else value for name, value in entry.items()}
        await log._redis.xadd("wb:{b}:log", fields, id="0-2")  # type: ignore[arg-type]
        await log._redis.hset("wb:{b}:meta", "head", "2")
        await append(log, batch(2))
        await eventually(lambda: len(page.hear().offsets) == 2, "the commit behind it")
        assert [offset.n for offset in page.offsets] == [1, 3]
        assert one.metrics.unreadable._value.get() == 1
        late = await one.page()
        assert late.hear().offsets == page.offsets
        (await one.rooms.open("b")).forget(asyncio.get_running_loop().time() + 1)
        again = await one.page()
        await eventually(lambda: again.hear().offsets == page.offsets, "the same from the log")


async def test_room_goes_on_when_reading_fails_as_nobody_thought_of(
    redis_url: str, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[L6] A defect is logged and the log read again: a room that stood still would look like a quiet one."""
    monkeypatch.setattr("whiteboard.rooms.feed._DEFECT_SECONDS", 0.01)
    lineage, defects = Log.lineage, iter([True, True])

    async def defective(log: Log, board: str) -> Lineage:
        if next(defects, False):
            raise KeyError("nobody thought of this")
        return await lineage(log, board)

    monkeypatch.setattr(Log, "lineage", defective)
    await append(log, batch(1))
    async with replica(redis_url) as one:
        page = await one.page()
        assert [offset.n for offset in page.hear().offsets] == [1]


async def test_room_says_once_why_it_cannot_read_its_log(
    redis_url: str, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[L6] Redis refuses one board alone, as when something else has taken its key: one line, then it goes on."""
    lineage, attempts = Log.lineage, list[str]()

    async def counted(log: Log, board: str) -> Lineage:
        attempts.append(board)
        return await lineage(log, board)

    monkeypatch.setattr(Log, "lineage", counted)
    await log._redis.set("wb:{b}:meta", "not a hash")
    with structlog.testing.capture_logs() as lines:
        async with replica(redis_url) as one:
            opening = asyncio.create_task(one.page())
            await eventually(lambda: len(attempts) >= 5, "five attempts")
            await log._redis.delete("wb:{b}:meta")
            await append(log, batch(1))
            page = await opening
            await eventually(lambda: len(page.hear().offsets) == 1, "a commit")
    put_off = [line for line in lines if line["event"] == "reading put off"]
    assert len(put_off) == 1
    assert put_off[0]["board"] == "b"
    assert "WRONGTYPE" in put_off[0]["error"]


async def test_nobody_is_told_of_a_commit_that_cannot_be_applied_whole(
    redis_url: str, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[L2] It fails at its second op: when it is read again nobody hears the first one twice."""
    apply, defects = Board.apply, iter([False, True])

    def defective(board: Board, op: AnyOp) -> Drawn | None:
        if next(defects, False):
            raise KeyError("nobody thought of this")
        return apply(board, op)

    async with replica(redis_url) as one:
        page = await one.page()
        monkeypatch.setattr(Board, "apply", defective)
        await append(log, batch(1, 2))
        await eventually(lambda: len(page.hear().offsets) == 2, "the commit")
        assert page.offsets == await all_offsets(one.rooms)


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
