"""Joining from a position: valid ones go on, ahead of this replica or not, and those of lost ops resync."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import cast

import pytest
from whiteboard.domain.board import Board
from whiteboard.domain.positions import BEGINNING, Lineage, Position
from whiteboard.engine.options import Options
from whiteboard.protocol.commits import Commit
from whiteboard.rooms.rooms import Rooms
from whiteboard.store.connection import connect
from whiteboard.store.log import Batch, Log, NewOp

from tests.conftest import OwnRedis
from tests.integration.waiting import eventually
from tests.store.batches import append, batch
from tests.store.rooms.replica import Page, Wire, replica


class DeafRooms(Rooms):
    """Rooms that no message reaches."""

    def message(self, board: str, message: bytes) -> None:
        pass


async def told_of(page: Page, count: int) -> None:
    await eventually(lambda: len(page.hear().offsets) == count, f"{count} ops")


async def test_page_goes_on_from_its_position(redis_url: str, log: Log) -> None:
    """[B4] It is told what lies behind, from the log if the room has forgotten it, and nothing before."""
    positions = [(await append(log, batch(n, n + 1)))[0].position for n in range(1, 10, 2)]
    async with replica(redis_url) as one:
        for remembered in (True, False):
            for index, position in enumerate(positions):
                page = await one.page(position=position)
                await told_of(page, 2 * (4 - index))
                assert all(offset.n > position.n for offset in page.offsets)
                assert not page.is_stale
            if remembered:
                (await one.rooms.open("b")).forget(asyncio.get_running_loop().time() + 1)


async def test_page_goes_on_when_it_is_ahead_of_the_replica(redis_url: str, log: Log) -> None:
    """[B9] It comes from a replica that has heard more: its position is in the log, so there is nothing to resync."""
    await append(log, batch(1))
    async with replica(redis_url, kind=DeafRooms) as behind:
        first = await behind.page()
        await told_of(first, 1)
        (second,) = await append(log, batch(2))
        page = await behind.page(position=second.position)
        await told_of(first, 2)
        assert not page.hear().is_stale
        assert page.offsets == []


async def test_classic_session_is_recovered_when_it_is_ahead_of_the_replica(redis_url: str, log: Log) -> None:
    """[R3] What it heard elsewhere it is not told again; [R4] nor has it lost its place."""
    async with replica(redis_url) as one, replica(redis_url, "replica-2", DeafRooms) as behind:
        client, _ = await one.classic(), await behind.classic()
        (appended,) = await append(log, batch(1))
        back = await behind.classic(pid=client.greeting["pid"], offset=f"{appended.position}-0")
        assert back.greeting == client.greeting
        assert back.session.recovered


async def test_page_is_cut_off_when_more_comes_than_can_be_held_for_it(
    redis_url: str, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[B4] What is new waits behind what was missed, up to a bound: then the page comes back by its position."""
    monkeypatch.setattr("whiteboard.rooms.session.MAX_HELD_BYTES", 900)
    commits, go_on = Log.commits, asyncio.Event()
    (appended,) = await append(log, batch(1))
    await append(log, batch(2))
    async with replica(redis_url) as one:
        witness = await one.page()
        (await one.rooms.open("b")).forget(asyncio.get_running_loop().time() + 1)

        async def slow(log: Log, board: str, after: int, upto: int) -> AsyncGenerator[Commit, None]:
            await go_on.wait()
            async for commit in commits(log, board, after, upto):
                yield commit

        monkeypatch.setattr(Log, "commits", slow)
        page = await one.page(position=appended.position)
        for n in range(3, 6):
            assert not page.wire.is_closed
            await append(log, batch(n))
            await told_of(witness, n)
        assert page.wire.is_closed
        await append(log, batch(6))
        await told_of(witness, 6)
        assert list(page.socket.session.take_held()) == []
        go_on.set()


@pytest.mark.parametrize("remembered", [True, False], ids=["from memory", "from the log"])
async def test_joiner_is_sent_no_more_at_once_than_its_outbox_takes(
    redis_url: str, log: Log, remembered: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[B4] Few ops, but large ones, missed and held back meanwhile: never a chunk above what cuts a connection off."""
    large = b'{"op":"remove","id":"me:%d","elements":["%b"]}'
    for n in range(1, 31):
        await append(log, Batch("b", [NewOp("me", n, large % (n, b"x" * 60_000))]))
    async with replica(redis_url) as one:
        witness = await one.page()
        await told_of(witness, 30)
        if not remembered:
            (await one.rooms.open("b")).forget(asyncio.get_running_loop().time() + 1)
        drained, go_on = Wire.drained, asyncio.Event()

        async def slow(wire: Wire) -> bool:
            await go_on.wait()
            return await drained(wire)

        monkeypatch.setattr(Wire, "drained", slow)
        page = await one.page()
        for n in range(31, 61):
            await append(log, Batch("b", [NewOp("me", n, large % (n, b"x" * 60_000))]))
        await told_of(witness, 60)
        go_on.set()
        await told_of(page, 60)
        assert page.offsets == witness.offsets
        assert page.wire.most_bytes < Options().outbox_high / 4


@pytest.mark.parametrize(
    "ahead", [(0, 5), (1, 1), (-1, 1)], ids=["beyond the head", "a later epoch", "an earlier epoch"]
)
async def test_page_resyncs_when_its_position_is_not_in_the_log(
    redis_url: str, log: Log, ahead: tuple[int, int]
) -> None:
    """[B9] It is told so, and then nothing more."""
    (appended,) = await append(log, batch(1))
    async with replica(redis_url) as one:
        page = await one.page(position=Position(appended.position.epoch + ahead[0], ahead[1]))
        witness = await one.page()
        assert page.hear().is_stale
        await append(log, batch(2))
        await told_of(witness, 2)
        assert page.hear().offsets == []
        assert one.metrics.resyncs._value.get() == 1


async def test_everybody_resyncs_when_redis_has_lost_everything(own_redis: OwnRedis) -> None:
    """[L7] What was shown is gone: whoever saw it fetches the board anew, and the room goes on with what there is.

    [R6] A classic client is closed, so that it comes back and is shown the board."""
    async with replica(own_redis.url) as one:
        page, other, classic = await one.page(), await one.page("c"), await one.classic()
        await write(own_redis, 1, 2, 3)
        await told_of(page, 3)
        own_redis.kill()
        own_redis.start()
        await eventually(lambda: page.hear().is_stale, "resync")
        assert cast(Wire, classic.connection).is_closed
        again = await one.page()
        client = connect(own_redis.url, None, 2.0)
        await append(Log(client), batch(1), batch(1, board="c"))
        await client.aclose()
        await told_of(again, 1)
        await told_of(other, 1)
        assert not other.is_stale
        assert len(page.hear().offsets) == 3


async def test_page_resyncs_when_only_it_saw_the_commits_that_were_lost(
    durable_redis: OwnRedis, tmp_path: Path
) -> None:
    """[L7] A position at or before the loss stays valid; one behind it does not, whatever has that number now."""
    client = connect(durable_redis.url, None, 2.0)
    kept = [(await append(Log(client), batch(n)))[0].position for n in (1, 2, 3)]
    (file,) = tmp_path.glob("appendonlydir/*.incr.aof")
    size_bytes = file.stat().st_size
    lost = [(await append(Log(client), batch(n)))[0].position for n in (4, 5)]
    await client.aclose()
    async with replica(durable_redis.url) as one:
        early, late = await one.page(), await one.page(position=lost[-1])
        await told_of(early, 5)
        durable_redis.kill()
        with file.open("r+b") as stream:
            stream.truncate(size_bytes)
        durable_redis.start()
        await eventually(lambda: early.hear().is_stale and late.hear().is_stale, "both resync")
        client = connect(durable_redis.url, None, 2.0)
        await append(Log(client), *(batch(n, client="you") for n in range(1, 4)))
        await client.aclose()
        held = await one.page(position=kept[-1])
        await told_of(held, 3)
        for position in lost:
            assert (await one.page(position=position)).hear().is_stale


async def test_everybody_resyncs_when_redis_loses_everything_while_the_log_is_read(
    own_redis: OwnRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[L7] Between the question for the head and the read lies a restart: what is read belongs to another log."""
    lineage, restarts = Log.lineage, iter([True])

    async def lineage_then_restart(log: Log, board: str) -> Lineage:
        answer = await lineage(log, board)
        if answer.head.n == 3 and next(restarts, False):
            own_redis.kill()
            own_redis.start()
            await write(own_redis, 1, 2, 3)
        return answer

    await write(own_redis, 1, 2)
    async with replica(own_redis.url, kind=DeafRooms) as one:
        page = await one.page()
        await told_of(page, 2)
        monkeypatch.setattr(Log, "lineage", lineage_then_restart)
        await write(own_redis, 4)
        (await one.rooms.open("b")).feed.repair()
        await eventually(lambda: page.hear().is_stale, "resync")
        again = await one.page()
        await told_of(again, 3)


async def write(server: OwnRedis, *numbers: int) -> None:
    client = connect(server.url, None, 2.0)
    await append(Log(client), *(batch(n) for n in numbers))
    await client.aclose()


async def test_stroke_does_not_go_on_from_a_board_that_is_gone(redis_url: str) -> None:
    """[L7] [C6] What a classic client still sends while it is being closed begins a stroke that can be seen."""
    async with replica(redis_url) as one:
        client = await one.classic()
        one.draw(client)
        room = one.rooms._rooms["b"]
        await eventually(lambda: room.content.elements, "it is drawn")
        room.start_over(BEGINNING, Board())
        one.draw(client, x0=1, y0=1, x1=0.5, y1=0.5)
        await eventually(lambda: room.content.elements, "the next one is drawn too")


async def test_connect_without_a_position_reads_no_log(redis_url: str) -> None:
    """[B1] That its beginning is no longer in the log is nothing to a client that does not ask for it."""
    async with replica(redis_url) as one:
        page = await one.page()
        room = one.rooms._rooms["b"]
        room.feed.note_floor(1)
        before = room.feed._repair
        await one.board.connect(page.socket, {}, {"board": "b", "secret": "s" * 16})
        assert room.feed._repair is before
