"""Rooms of boards that nobody is on: opened by whoever asks for a board over HTTP, bounded, never in others' way."""

import asyncio

import pytest
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
