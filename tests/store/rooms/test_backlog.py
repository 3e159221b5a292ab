"""What a page has missed and its room has forgotten: read from the log once for all who come at about that time."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from whiteboard.domain.positions import ORIGIN, Offset, Position
from whiteboard.errors import StoreUnavailable, Trimmed
from whiteboard.protocol.commits import Commit
from whiteboard.rooms.backlog import MAX_BYTES, Backlog
from whiteboard.rooms.dialects import BoardDialect
from whiteboard.store.log import Batch, Log, NewOp

from tests.integration.waiting import eventually
from tests.store.batches import append, batch
from tests.store.rooms.replica import Page, Replica, admitted, all_offsets, replica

CROWD = 1_000
COMMITS = 50


class Reads:
    """What is read of the log and encoded for pages."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.of_log: list[tuple[int, int]] = []
        self.encodings = 0
        commits, frames = Log.commits, BoardDialect.frames

        def counted_commits(log: Log, board: str, after: int, upto: int) -> AsyncGenerator[Commit, None]:
            self.of_log.append((after, upto))
            return commits(log, board, after, upto)

        def counted_frames(dialect: BoardDialect, told: Any) -> Any:
            self.encodings += 1
            return frames(dialect, told)

        monkeypatch.setattr(Log, "commits", counted_commits)
        monkeypatch.setattr(BoardDialect, "frames", counted_frames)


async def long_ago(one: Replica, log: Log) -> list[Position]:
    """Let a board have commits that its room has told and forgotten; return their positions."""
    positions = [appended.position for appended in await append(log, *(batch(n) for n in range(1, COMMITS + 1)))]
    room = await one.rooms.open("b")
    await eventually(lambda: room.position == positions[-1], "the room has told them")
    room.forget(asyncio.get_running_loop().time() + 1)
    return positions


async def told_of(page: Page, offsets: list[Offset]) -> None:
    await eventually(lambda: len(page.hear().offsets) >= len(offsets), f"{len(offsets)} ops")
    assert page.offsets == offsets
    assert not page.is_stale


async def test_crowd_that_was_away_too_long_costs_one_read_and_one_encoding(
    redis_url: str, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[R3] [B4] A thousand pages, most of which have missed less than the first, while more is drawn: each is told what
    it has missed, once and in order."""
    async with replica(redis_url) as one:
        positions = await long_ago(one, log)
        reads = Reads(monkeypatch)
        pages = await admitted(one.page(position=positions[n % 20]) for n in range(CROWD))
        await append(log, *(batch(n) for n in range(COMMITS + 1, COMMITS + 6)))
        offsets = await all_offsets(one.rooms)
        reads.of_log.remove((0, 1_000_000))  # this one was the test's
        for n, page in enumerate(pages):
            await told_of(page, offsets[n % 20 + 1 :])
        assert reads.of_log == [(0, COMMITS)]
        assert reads.encodings == len(offsets) - 1, "the first op nobody had missed"


async def test_page_that_has_missed_more_than_the_others_is_told_all(redis_url: str, log: Log) -> None:
    """[B4] A backlog begins where the first who asked did; whoever needs more begins another."""
    async with replica(redis_url) as one:
        positions = await long_ago(one, log)
        offsets = await all_offsets(one.rooms)
        for position in (*positions[40:20:-7], ORIGIN, positions[10]):
            await told_of(await one.page(position=position), offsets[position.n :])


@pytest.mark.parametrize("max_bytes", [-1, 3_000, 1_000_000])
async def test_backlog_is_kept_up_to_its_bound_and_told_whole(
    redis_url: str, log: Log, monkeypatch: pytest.MonkeyPatch, max_bytes: int
) -> None:
    """[B4] What is beyond it each reads for itself, page by page, in memory for none."""
    monkeypatch.setattr("whiteboard.rooms.backlog.MAX_BYTES", max_bytes)
    monkeypatch.setattr("whiteboard.rooms.backlog.PAGE_BYTES", 3_000)
    async with replica(redis_url) as one:
        positions = await long_ago(one, log)
        offsets = await all_offsets(one.rooms)
        pages = await admitted(one.page(position=positions[n % 30]) for n in range(60))
        for n, page in enumerate(pages):
            await told_of(page, offsets[n % 30 + 1 :])
        backlog = (await one.rooms.open("b")).backlog(pages[0].socket.session)
        kept = sum(len(kept.told) for kept in backlog._pages)
        assert (kept == 0) if max_bytes < 0 else (kept < COMMITS) if max_bytes == 3_000 else (kept >= COMMITS)


async def test_page_of_a_backlog_ends_at_its_bytes_when_commits_are_large(log: Log) -> None:
    """[R3] One large commit a page, and beyond the bound none is kept: every byte counts, not every commit."""
    large = b'{"op":"future","id":"me:%d","by":"s","text":"' + b"x" * 200_000 + b'"}'
    for n in range(1, 31):
        await append(log, Batch("b", [NewOp("me", n, large % n)]))
    backlog = Backlog(log, "b", 0)
    pages = [page async for page in backlog.behind(Offset.behind(ORIGIN), 30)]
    assert [[told.offset.n for told in page] for page in pages] == [[n] for n in range(1, 31)]
    assert MAX_BYTES <= backlog.size_bytes < MAX_BYTES + 2_000_000
    assert len(backlog._pages) == 10


async def test_backlogs_of_all_rooms_share_the_memory_of_the_replica(
    redis_url: str, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[R3] [B4] Counted as it is read, not only now and then; what is kept for nobody goes, and all are told all."""
    monkeypatch.setattr("whiteboard.rooms.backlog.PAGE_BYTES", 3_000)
    monkeypatch.setattr("whiteboard.rooms.rooms.MAX_REMEMBERED_BYTES", 40_000)
    async with replica(redis_url) as one:
        names = ("b", "c", "d")
        for name in names:
            await append(log, *(batch(n, board=name) for n in range(1, COMMITS + 1)))
            room = await one.rooms.open(name)
            await eventually(lambda room=room: room.position.n == COMMITS, "the room has told them")
            room.forget(asyncio.get_running_loop().time() + 1)
        for name in names:
            await told_of(await one.page(name), await all_offsets(one.rooms, name))
        rooms = [await one.rooms.open(name) for name in names]
        kept = [room.remembered_bytes for room in rooms]
        assert kept[0] > 0
        assert 40_000 <= sum(kept) < 40_000 + 6_000
        rooms[0].forget_told(0.0)
        assert rooms[0].remembered_bytes == 0


async def test_backlog_that_is_forgotten_under_its_readers_is_told_whole(log: Log) -> None:
    """[R3] As when memory is short: they read on, each for itself."""
    await append(log, *(batch(n) for n in range(1, COMMITS + 1)))
    backlog, heard, forgotten = Backlog(log, "b", 0), list[int](), 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("whiteboard.rooms.backlog.PAGE_BYTES", 3_000)
        async for page in backlog.behind(Offset.behind(ORIGIN), COMMITS):
            assert backlog.readers == 1
            heard += [told.offset.n for told in page]
            if len(heard) >= 10 and backlog.size_bytes:
                backlog.forget()
                forgotten += 1
    assert heard == list(range(1, COMMITS + 1))
    assert (backlog.readers, backlog.size_bytes, forgotten) == (0, 0, 1)


async def test_backlog_says_so_when_the_log_has_less(log: Log) -> None:
    """[B9] Trimmed in front, or lost behind: never a part in place of the whole."""
    positions = [appended.position for appended in await append(log, *(batch(n) for n in range(1, 10)))]
    with pytest.raises(StoreUnavailable):
        [told async for told in Backlog(log, "b", 0).behind(Offset.behind(ORIGIN), 10)]
    await log._redis.xtrim("wb:{b}:log", minid="0-5", approximate=False)
    with pytest.raises(Trimmed):
        [told async for told in Backlog(log, "b", 0).behind(Offset.behind(ORIGIN), 9)]
    pages = [told async for told in Backlog(log, "b", 4).behind(Offset.behind(positions[4]), 7)]
    assert [told.offset.n for page in pages for told in page] == [6, 7]


async def test_backlog_is_forgotten_when_redis_has_lost_what_it_holds(redis_url: str, log: Log) -> None:
    """[L7] What nobody's log has any more is told to nobody."""
    async with replica(redis_url) as one:
        positions = await long_ago(one, log)
        page = await one.page(position=positions[3])
        await told_of(page, (await all_offsets(one.rooms))[4:])
        await log._redis.flushall()
        await append(log, batch(1), batch(2))
        room = await one.rooms.open("b")
        await eventually(lambda: room.position.n == 2, "the room has begun anew")
        room.forget(asyncio.get_running_loop().time() + 1)
        await told_of(await one.page(), await all_offsets(one.rooms))


async def test_replica_remembers_less_when_its_rooms_together_remember_too_much(
    redis_url: str, log: Log, upkeep: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[R3] [B4] Within its bound alone each may be; those who come back read the log, and miss nothing."""
    monkeypatch.setattr("whiteboard.rooms.rooms.MAX_REMEMBERED_BYTES", 20_000)
    async with replica(redis_url) as one:
        staying = [await one.page(name) for name in ("b", "c", "d")]
        for name in ("b", "c", "d"):
            await append(log, *(batch(n, board=name) for n in range(1, 9)))
        for page in staying:
            await eventually(lambda page=page: len(page.hear().offsets) == 8, "all is told")
        rooms = [await one.rooms.open(name) for name in ("b", "c", "d")]
        await eventually(lambda: sum(room.remembered_bytes for room in rooms) <= 20_000, "much is forgotten")
        offsets = await all_offsets(one.rooms, "c")
        await told_of(await one.page("c"), offsets)
