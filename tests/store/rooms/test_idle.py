"""Rooms of boards that nobody is on: opened by whoever asks for a board over HTTP, bounded, never in others' way."""

import asyncio
from collections.abc import Sequence

import pytest
from whiteboard.domain.ops import Add
from whiteboard.errors import Busy
from whiteboard.rooms import idle, rooms
from whiteboard.store.log import Log

from tests.integration.waiting import eventually
from tests.store.batches import append, batch
from tests.store.rooms.replica import replica


async def test_reading_many_boards_opens_no_more_rooms_than_may_be_idle(
    redis_url: str, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[B8] Whoever tries names gets answers, and the rooms longest unused close; those of people stay open."""
    monkeypatch.setattr(idle, "MAX_IDLE_ROOMS", 3)
    async with replica(redis_url) as one:
        page = await one.page()
        for number in range(20):
            await one.rooms.read(f"name-{number}")
            assert len(one.rooms._rooms) <= 3 + 1
        await one.rooms.read("name-17")
        await one.rooms.read("another")
        assert set(one.rooms._rooms) == {"b", "name-19", "name-17", "another"}
        assert one.metrics.rooms._value.get() == 4
        await append(log, batch(1))
        await eventually(lambda: page.hear().offsets, "the board with people goes on")


async def test_idle_rooms_are_bounded_by_the_size_of_their_boards(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[B8] Large ones push out those longest unused, small ones do not; the last one stays, whatever its size."""
    monkeypatch.setattr(idle, "MAX_IDLE_SIZE", 100)
    async with replica(redis_url) as one, replica(redis_url, "replica-2") as two:
        for board, numbers in (("small", 2), ("large", 60), ("larger", 80), ("too-large", 400)):
            page = await two.page(board)
            page.do(Add, element={"kind": "stroke", "points": [0.0] * numbers, "color": "red", "width": 4.0})
            await eventually(lambda page=page: not page.hear().pending, "it is drawn")

        async def open_after_reading(*boards: str) -> set[str]:
            for board in boards:
                await one.rooms.read(board)
            return set(one.rooms._rooms)

        assert await open_after_reading("small", "large") == {"small", "large"}
        assert await open_after_reading("larger", "small") == {"larger", "small"}
        assert await open_after_reading("too-large") == {"too-large"}
        assert await open_after_reading("small") == {"small"}


async def test_room_that_somebody_waits_for_is_not_idle(
    redis_url: str, upkeep: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[B8] However long it takes to open, and whatever is read meanwhile."""
    monkeypatch.setattr(idle, "IDLE_SECONDS", 0.05)
    monkeypatch.setattr(idle, "MAX_IDLE_ROOMS", 1)
    lineage, go_on, upkeeps = Log.lineage, asyncio.Event(), list[Sequence[str]]()
    heads = Log.heads

    async def slow(log: Log, board: str) -> object:
        if board == "b":
            await go_on.wait()
        return await lineage(log, board)

    async def counted(log: Log, boards: Sequence[str]) -> list[int]:
        upkeeps.append(boards)
        return await heads(log, boards)

    monkeypatch.setattr(Log, "lineage", slow)
    monkeypatch.setattr(Log, "heads", counted)
    async with replica(redis_url) as one:
        joining = asyncio.create_task(one.page())
        await eventually(lambda: len(upkeeps) > 5, "upkeep")
        for name in ("c", "d"):
            await one.rooms.read(name)
        room = one.rooms._rooms["b"]
        go_on.set()
        assert (await joining).socket.session.room is room


async def test_board_that_was_read_is_there_for_who_joins_it(redis_url: str, log: Log) -> None:
    """[B8] A page reads it, then joins: its room is kept for it, and is nobody's to close from then on."""
    async with replica(redis_url) as one:
        room = await one.rooms.read("b")
        page = await one.page()
        assert page.socket.session.room is room
        for number in range(2 * idle.MAX_IDLE_ROOMS):
            await one.rooms.read(f"name-{number}")
        await append(log, batch(1))
        await eventually(lambda: page.hear().offsets, "it goes on")


async def test_readers_are_told_to_come_again_when_too_many_boards_open_at_once(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[E1] `busy`, with retry; who joins a board is not counted among them."""
    monkeypatch.setattr(rooms, "MAX_READINGS", 2)
    lineage, go_on = Log.lineage, asyncio.Event()

    async def slow(log: Log, board: str) -> object:
        await go_on.wait()
        return await lineage(log, board)

    monkeypatch.setattr(Log, "lineage", slow)
    async with replica(redis_url) as one:
        reading = [asyncio.create_task(one.rooms.read(f"name-{number}")) for number in range(2)]
        joining = asyncio.create_task(one.page())
        await eventually(lambda: len(one.rooms._rooms) == 3, "all three are under way")
        with pytest.raises(Busy):
            await one.rooms.read("name-3")
        go_on.set()
        assert [(await task).name for task in reading] == ["name-0", "name-1"]
        await joining
        assert (await one.rooms.read("name-3")).name == "name-3"


async def test_room_closes_when_nobody_is_on_its_board_any_more(
    redis_url: str, upkeep: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[L2] Left or only read, it is forgotten after a while, and opened anew for whoever comes."""
    monkeypatch.setattr(idle, "IDLE_SECONDS", 0.05)
    async with replica(redis_url) as one:
        page, stays = await one.page(), await one.page("c")
        await one.rooms.read("d")
        await page.leave()
        await eventually(lambda: set(one.rooms._rooms) == {"c"}, "the others are closed")
        assert stays.socket.session.room is one.rooms._rooms["c"]
        await page.join()
