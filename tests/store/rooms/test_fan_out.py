"""What a delivery costs, counted: writes, bytes objects, tasks. How long it takes is `make bench`'s to tell."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from whiteboard.domain.ops import Add, Clear, Update
from whiteboard.rooms.beat import CROWD_FRAME_SECONDS, FRAME_SECONDS, WRITE_SECONDS, Beat
from whiteboard.rooms.dialects import BOARD, CLASSIC
from whiteboard.rooms.session import State
from whiteboard.store.log import Log

from tests.integration.waiting import eventually
from tests.store.batches import append, batch
from tests.store.rooms.replica import Page, quiet, replica
from tests.unwalkable import Unwalkable


def record(pages: list[Page]) -> list[list[bytes]]:
    """Give each page's connection a socket to be written to; what is written is kept, by page."""
    written: list[list[bytes]] = []
    for page in pages:
        written.append([])
        page.wire.sink = written[-1].append  # type: ignore[assignment]
    return written


async def test_socket_gets_one_write_a_frame_and_shares_its_bytes(
    redis_url: str, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[L2] A quiet room tells at once; what follows within a frame goes out in one more write. All who are to
    get the same get the same bytes object."""
    async with replica(redis_url) as one:
        author, *_others = pages = [await one.page() for _ in range(4)]
        author.do(Clear)  # a board's first commit is read from the log
        await quiet(one.rooms, *pages)
        audience = one.rooms._rooms["b"].audiences[author.socket.session.dialect]
        await eventually(lambda: not audience._is_due, "nothing waits")
        mine, *theirs = record(pages)
        monkeypatch.setattr(Beat, "next_write", lambda self, last: last + 1.0)
        audience._last_write = 0.0
        author.do(Clear)
        await eventually(lambda: mine, "it is told at once")
        for n in range(1, 6):
            await append(log, batch(n))
        await eventually(lambda: len(mine) == 2, "the rest is told")
        assert [write.count(b'["op"') for write in mine] == [0, 5]
        assert mine[0].count(b'["ack"') == 1
        for written in theirs:
            assert [write.count(b'["op"') for write in written] == [1, 5]
            assert all(first is second for first, second in zip(theirs[0], written, strict=True))
        assert mine[1] is theirs[0][1]


async def test_frames_are_longer_while_a_crowd_is_here(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """[L2] Whoever makes the crowd, on whichever namespace and board."""
    monkeypatch.setattr("whiteboard.rooms.beat.CROWD", 3)
    async with replica(redis_url) as one:

        def frame_seconds() -> float:
            return one.rooms._beat.next_write(WRITE_SECONDS) - WRITE_SECONDS

        for _ in range(2):
            await one.page()
        frames = [frame_seconds()]
        third = await one.classic()
        frames.append(frame_seconds())
        await one.leave(third)
        frames.append(frame_seconds())
        assert frames == pytest.approx([FRAME_SECONDS, CROWD_FRAME_SECONDS, FRAME_SECONDS])


async def test_neither_an_op_nor_its_delivery_makes_a_task(redis_url: str) -> None:
    """[L2] From the event that brings it to the last write: what runs is what ran before."""
    async with replica(redis_url) as one:
        one.rooms.presence.come = lambda session: None  # type: ignore[method-assign]  # it is published now and then
        pages = [await one.page() for _ in range(3)]
        pages[0].do(Clear)
        await quiet(one.rooms, *pages)
        made: list[Any] = []

        def make(loop: asyncio.AbstractEventLoop, work: Any, **options: Any) -> "asyncio.Task[Any]":
            made.append(work)
            return asyncio.Task(work, loop=loop, **options)

        loop = asyncio.get_running_loop()
        loop.set_task_factory(make)
        try:
            for _ in range(20):
                for page in pages:
                    page.do(Clear)
                await eventually(lambda: not any(page.hear().pending for page in pages), "all are acknowledged")
        finally:
            loop.set_task_factory(None)
        assert made == []


async def test_coming_and_going_walks_over_nobody(redis_url: str) -> None:
    """[B4] [C2] It costs a session the same however many are on its board."""
    async with replica(redis_url) as one:
        one.rooms.presence.come = lambda session: None  # type: ignore[method-assign]  # a crowd is told of together
        room = await one.rooms.open("b")
        for audience in room.audiences.values():
            audience.sessions, audience._live, audience._joining = Unwalkable(), Unwalkable(), Unwalkable()
        room._claims._holders = Unwalkable()
        pages, classics = [await one.page() for _ in range(3)], [await one.classic() for _ in range(3)]
        assert all(client.session.state is State.LIVE for client in (*classics, *(page.socket for page in pages)))
        for page in pages:
            await page.leave()
        for client in classics:
            await one.leave(client)
        assert [len(audience.sessions) for audience in room.audiences.values()] == [0, 0]


class OnlyWritten(Unwalkable):
    """May be walked over once a write, for the sockets alone."""

    def values(self) -> Any:
        return dict.values(self)


async def test_authors_are_left_out_without_a_look_at_each_of_the_others(redis_url: str) -> None:
    """[L2] [B4] Two of them write: the others' sockets are walked over for the write, and for nothing else."""
    async with replica(redis_url) as one:
        pages = [await one.page() for _ in range(5)]
        pages[0].do(Clear)  # a board's first commit is read from the log
        await quiet(one.rooms, *pages)
        audience = (await one.rooms.open("b")).audiences[BOARD]
        audience._live = OnlyWritten(audience._live)
        for page in pages[:2]:
            page.do(Clear)
        await eventually(lambda: all(len(page.hear().offsets) == 3 for page in pages), "all are told, authors too")
        assert len(audience._live) == 5


async def test_what_changes_looks_alone_walks_over_no_classic_session(redis_url: str) -> None:
    """[C6] A pen is lifted where its stroke was taken away; something that is dragged changes sixty times a second."""
    async with replica(redis_url) as one:
        page, classic = await one.page(), await one.classic()
        added = page.do(Add, element={"kind": "stroke", "points": [0.0, 0.0, 8.0, 8.0], "color": "red", "width": 4.0})
        await quiet(one.rooms, page)
        audience = classic.session.room.audiences[CLASSIC]
        audience.sessions = Unwalkable(audience.sessions)
        page.do(Update, element=added, props={"color": "blue"})
        await eventually(lambda: not page.hear().pending, "it is acknowledged")
        assert one.rooms._rooms["b"].content.elements[added]["color"] == "blue"
        await quiet(one.rooms, page)


@pytest.fixture
def every_level() -> Iterator[None]:
    """Let calls for debugging through, too."""
    usual = structlog.get_config()["wrapper_class"]
    structlog.configure(wrapper_class=structlog.BoundLogger)
    yield
    structlog.configure(wrapper_class=usual)


@pytest.mark.usefixtures("every_level")
async def test_deliveries_write_no_log_line(redis_url: str) -> None:
    """[L2] Not one, however many ops and people: at a thousand a second it would cost more than the delivery."""
    async with replica(redis_url) as one:
        pages, classic = [await one.page() for _ in range(4)], await one.classic()
        pages[0].do(Clear)  # a board's first commit is read from the log
        await quiet(one.rooms, *pages)
        with structlog.testing.capture_logs() as lines:
            for _ in range(50):
                pages[0].do(Clear)
                one.draw(classic)
                await quiet(one.rooms, *pages)
        assert lines == []
