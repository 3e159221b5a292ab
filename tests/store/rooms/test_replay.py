"""The board that a classic client is shown when it comes: whole or anew, and encoded once for a crowd."""

import asyncio
import json
from collections.abc import AsyncGenerator, Iterable, Iterator
from typing import Any, cast

import pytest
from whiteboard.domain.ops import Add, Element, Grow, Remove, Update
from whiteboard.engine.frame import Frame
from whiteboard.engine.socket import Socket
from whiteboard.protocol.classic import DRAWN
from whiteboard.protocol.commits import Commit
from whiteboard.protocol.kinds import KINDS
from whiteboard.rooms.dialects import ClassicDialect
from whiteboard.rooms.session import Session
from whiteboard.store.log import Log

from tests.integration.waiting import eventually
from tests.store.rooms.replica import Page, Wire, admitted, quiet, replica

CROWD = 1_000
_BOX = {"x": 1.0, "y": 1.0, "w": 9.0, "h": 9.0}
EVERYTHING = {**_BOX, "color": "red", "width": 4.0, "text": "hello", "size": 20.0, "fill": "white"}
"""What elements of all kinds have together: each takes what is its own."""


def draw(page: Page, first: float) -> str:
    """Draw a stroke of two segments, which begin at ``first`` and behind it; return its id."""
    points = [first, 0.0, first + 1, 0.0, first + 2, 0.0]
    return page.do(Add, element={"kind": "stroke", "points": points, "color": "red", "width": 4.0})


def heard(socket: Socket) -> list[list[Any]]:
    """Return what a client was told: each event's name and arguments."""
    return [json.loads(packet[1:]) for packet in cast(Wire, socket.connection).packets]


def shown(events: list[list[Any]]) -> list[float]:
    """Return where the segments begin that a client was told of."""
    return [event[1]["x0"] * 2048 for event in events if event[0] == "drawing"]


async def hears(socket: Socket, count: int) -> list[list[Any]]:
    """Wait for ``count`` events, and return all."""
    await eventually(lambda: len(heard(socket)) >= count, f"{count} events")
    return heard(socket)


@pytest.mark.parametrize("cut", range(8))
@pytest.mark.parametrize("chunk_bytes", [65_536, 600], ids=["at once", "in pieces"])
async def test_classic_client_is_never_left_with_a_part_of_the_board(
    redis_url: str, monkeypatch: pytest.MonkeyPatch, chunk_bytes: int, cut: int
) -> None:
    """[R4] [R5] [C2] Cut off behind any event of its first connection it is shown the board anew, unless it had heard
    the end of it: then it goes on behind that."""
    monkeypatch.setattr("whiteboard.rooms.chunks.CHUNK_BYTES", chunk_bytes)
    monkeypatch.setattr("whiteboard.rooms.joining.CHUNK_BYTES", chunk_bytes)
    async with replica(redis_url) as one, replica(redis_url, "replica-2") as two:
        page = await one.page()
        for first in (10, 20, 30):
            draw(page, first)
        await quiet(one.rooms, page)
        client = await one.classic()
        events = await hears(client, 8)
        assert [event[0] for event in events] == ["init", *["drawing"] * 6, "offset"]
        events = events[: cut + 1]
        offsets = [{"offset": event[-1]} for event in events if isinstance(event[-1], str)]
        draw(page, 40)
        await quiet(one.rooms, page)
        back = await two.classic(pid=client.greeting["pid"], **(offsets[-1] if offsets else {}))
        if cut == 7:
            assert back.greeting == client.greeting
            assert shown(events + await hears(back, 2)) == [10, 11, 20, 21, 30, 31, 40, 41]
            assert len(heard(back)) == 2
        else:
            assert back.greeting["pid"] != client.greeting["pid"]
            again = await hears(back, 11)
            assert [event[0] for event in again] == ["resync", "init", *["drawing"] * 8, "offset"]
            assert shown(again) == [10, 11, 20, 21, 30, 31, 40, 41]


async def test_classic_client_starts_over_when_what_it_missed_is_forgotten_as_it_comes(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[R4] It was taken back by then: never a part of what it has missed, it is closed and comes again."""
    async with replica(redis_url) as one:
        page = await one.page()
        draw(page, 10)
        await quiet(one.rooms, page)
        client = await one.classic()
        offset = (await hears(client, 4))[-1][-1]
        await one.leave(client)
        draw(page, 20)
        await quiet(one.rooms, page)
        join = one.rooms.join

        def forgetful(session: Session, first: Iterable[Frame] = ()) -> None:
            session.room.forget_told(asyncio.get_running_loop().time() + 1)
            join(session, first)

        monkeypatch.setattr(one.rooms, "join", forgetful)
        back = await one.classic(pid=client.greeting["pid"], offset=offset)
        assert back.greeting == client.greeting
        assert [event[0] for event in await hears(back, 1)] == ["resync"]
        assert cast(Wire, back.connection).is_closed


async def test_classic_client_that_is_refused_twice_is_shown_the_whole_board(redis_url: str) -> None:
    """[R4] Its offset is older than the session that it lost while it was being shown the board, also where the replica
    had not heard of that offset yet."""
    async with replica(redis_url) as one:
        page = await one.page()
        for first in (10, 20, 30):
            draw(page, first)
        offset = (await quiet(one.rooms, page))[-1]
        next_n = offset.n + 1
        offset = offset._replace(n=next_n, i=0)
        room = await one.rooms.open("b")
        held_back, room.hear = room.hear, lambda told: None  # type: ignore[method-assign]
        draw(page, 40)

        async def stored() -> bool:
            return (await one.rooms.log.heads(["b"])) == [next_n]

        await eventually(stored, "the next commit")
        refused = await one.classic(pid="forged", offset=str(offset))
        room.hear = held_back  # type: ignore[method-assign]
        back = await one.classic(pid=refused.greeting["pid"], offset=str(offset))
        assert shown(await hears(back, 11)) == [10, 11, 20, 21, 30, 31, 40, 41]


async def test_crowd_that_comes_at_once_costs_one_read_and_one_encoding(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[C2] [R3] Those who come for the first time and those who come back, while more is drawn: each gets the very same
    frames, which are made once."""
    commits, element, frames = Log.commits, ClassicDialect.element, ClassicDialect.frames
    counts = {"reads": 0, "elements": 0, "ops": 0}

    def counted_commits(log: Log, board: str, after: int, upto: int) -> AsyncGenerator[Commit, None]:
        counts["reads"] += 1
        return commits(log, board, after, upto)

    def counted_element(dialect: ClassicDialect, stroke: Element) -> Iterator[Frame]:
        counts["elements"] += 1
        return element(dialect, stroke)

    def counted_frames(dialect: ClassicDialect, told: Any) -> Any:
        counts["ops"] += 1
        return frames(dialect, told)

    async with replica(redis_url) as one, replica(redis_url, "replica-2") as two:
        page = await one.page()
        for first in range(100, 400, 10):
            draw(page, first)
        await quiet(one.rooms, page)
        left = await admitted(one.classic() for _ in range(CROWD))
        offset = (await hears(left[0], 62))[-1][-1]
        for first in range(400, 500, 10):
            draw(page, first)
        await quiet(one.rooms, page)
        monkeypatch.setattr(Log, "commits", counted_commits)
        monkeypatch.setattr(ClassicDialect, "element", counted_element)
        monkeypatch.setattr(ClassicDialect, "frames", counted_frames)
        back = (two.classic(pid=client.greeting["pid"], offset=offset) for client in left)
        both = await admitted([*back, *(two.classic() for _ in range(CROWD))])
        came_back, new = both[:CROWD], both[CROWD:]
        for client in came_back:
            assert shown(await hears(client, 20)) == [n for first in range(400, 500, 10) for n in (first, first + 1)]
        for client in new:
            assert shown(await hears(client, 82)) == [n for first in range(100, 500, 10) for n in (first, first + 1)]
        assert counts == {"reads": 1, "elements": 40, "ops": 10}

        draw(page, 500)
        await eventually(lambda: shown(heard(new[0]))[-1] == 501, "it is told")
        late = await two.classic()
        assert shown(await hears(late, 84)) == [n for first in range(100, 510, 10) for n in (first, first + 1)]
        again = await two.classic()
        assert shown(await hears(again, 84)) == shown(heard(late))
        # Of what is drawn then: once for those who are here, and once for all who come later.
        assert counts == {"reads": 1, "elements": 40, "ops": 12}


async def test_board_is_shown_as_it_is_when_something_of_it_has_changed(redis_url: str) -> None:
    """[C2] [C6] What was removed is not shown to those who come, nor in an old colour what has a new one."""
    async with replica(redis_url) as one:
        page = await one.page()
        ids = [draw(page, first) for first in (10, 20)]
        await quiet(one.rooms, page)
        assert shown(await hears(await one.classic(), 6)) == [10, 11, 20, 21]
        page.do(Remove, elements=ids[:1])
        await quiet(one.rooms, page)
        assert shown(await hears(await one.classic(), 4)) == [20, 21]
        page.do(Update, element=ids[1], props={"color": "blue"})
        await quiet(one.rooms, page)
        assert [event[1]["color"] for event in (await hears(await one.classic(), 4))[:-1]] == ["black", "blue", "blue"]


async def test_late_joiner_is_told_of_every_kind_what_others_were_told_of_it(redis_url: str) -> None:
    """[C2] [C6] Of strokes and highlighters all, of what is not drawn by segments nothing, as while it was drawn."""
    async with replica(redis_url) as one:
        page, early = await one.page(), await one.classic()
        for x, kind in enumerate(KINDS):
            page.do(Add, element={"kind": kind, **EVERYTHING, "points": [x, 1.0, x + 8, 2.0]})
            page.do(Grow, element=f"{page.client}:{page.n}", points=[x + 9, 3.0])
        await quiet(one.rooms, page)
        late = await one.classic()
        await eventually(lambda: heard(late)[-1][0] == "offset", "the whole board")
        drawn = [[event[1] for event in heard(client) if event[0] == "drawing"] for client in (early, late)]
        assert drawn[0] == drawn[1]
        assert len(drawn[0]) == 2 * len(DRAWN) == 4


async def test_board_that_is_too_big_to_keep_is_shown_whole_to_each(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[C2] Made anew for each, in memory for none."""
    monkeypatch.setattr("whiteboard.rooms.replay.MAX_KEPT_FRAMES", 3)
    async with replica(redis_url) as one:
        page = await one.page()
        for first in (10, 20, 30):
            draw(page, first)
        await quiet(one.rooms, page)
        for _ in range(2):
            assert shown(await hears(await one.classic(), 8)) == [10, 11, 20, 21, 30, 31]
        replay = (await one.rooms.open("b")).replay()
        assert not replay._made


async def test_classic_client_is_told_its_place_when_what_came_last_draws_no_line(redis_url: str) -> None:
    """[R5] Else it would trail the board, and be shown it anew when it comes back after the recovery window."""
    async with replica(redis_url) as one:
        page, client = await one.page(), await one.classic()
        draw(page, 10)
        await quiet(one.rooms, page)
        assert [event[0] for event in await hears(client, 4)] == ["init", "offset", "drawing", "drawing"]
        page.do(Add, element={"kind": "rectangle", **_BOX, "color": "red", "width": 4.0})
        offsets = await quiet(one.rooms, page)
        room = one.rooms._rooms["b"]
        for _ in range(2):
            room.tell_offsets()
        assert (await hears(client, 5))[4:] == [["offset", {}, str(offsets[-1])]]


async def test_who_was_shown_a_shared_board_goes_on_from_what_it_heard_behind_it(redis_url: str) -> None:
    """[R3] [R5] A newcomer is shown what another was shown before, then what came since, which is its place."""
    async with replica(redis_url) as one, replica(redis_url, "replica-2") as two:
        page = await one.page()
        for first in (10, 20, 30):
            draw(page, first)
        await quiet(one.rooms, page)
        await hears(await one.classic(), 8)
        draw(page, 40)
        await quiet(one.rooms, page)
        client = await one.classic()
        events = await hears(client, 10)
        assert shown(events) == [10, 11, 20, 21, 30, 31, 40, 41]
        assert [event[0] for event in events].index("offset") == 7, "it was shown what the other was shown"
        await one.leave(client)
        back = await two.classic(pid=client.greeting["pid"], offset=events[-1][-1])
        assert back.greeting == client.greeting
