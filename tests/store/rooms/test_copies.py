"""Boards over HTTP: what a copy costs, and that it is the board of one moment while people draw."""

import asyncio
import contextlib
import gzip
import json
import random
import socket
import tracemalloc
from collections.abc import Iterable
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, get_port_socket
from whiteboard.domain.ops import Add, Element, Grow, Remove, Update
from whiteboard.domain.positions import Position
from whiteboard.rooms import copies
from whiteboard.rooms.copies import Copies, unpacked
from whiteboard.rooms.room import Room
from whiteboard.store.pace import Pace
from whiteboard.web.api import BoardApi

from tests.integration.waiting import eventually
from tests.store.rooms.replica import Page, quiet, replica

STROKE = {"kind": "stroke", "points": [0.5, 0.0] * 50, "color": "red", "width": 4.0}


class Makings:
    """Counts copies that are made; each waits until it is let go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        self.go = asyncio.Event()
        make = copies._make

        async def counted(head: bytes, elements: Iterable[Element]) -> bytes:
            self.count += 1
            await self.go.wait()
            return await make(head, elements)

        monkeypatch.setattr(copies, "_make", counted)


async def got(making: "copies.Copies", room: Room) -> dict[str, Any]:
    position, packed = await making.at_least(room)
    board: dict[str, Any] = json.loads(gzip.decompress(packed))
    assert board["position"] == str(position)
    return board


def narrow(host: str, port: int, family: socket.AddressFamily) -> socket.socket:
    """Return a server's socket whose connections hold little in the system's own memory."""
    listening = get_port_socket(host, port, family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 16_384)
    return listening


def draw(page: Page, times: int) -> list[str]:
    return [page.do(Add, element=STROKE) for _ in range(times)]


async def test_crowd_gets_one_copy_and_the_next_one_when_the_board_has_changed(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[B8] A thousand at once cost one encoding; those who come while it is made and more is drawn share one more."""
    makings = Makings(monkeypatch)
    async with replica(redis_url) as one:
        page, boards = await one.page(), Copies()
        draw(page, 3)
        await quiet(one.rooms, page)
        room = await one.rooms.open("b")
        first = [asyncio.create_task(got(boards, room)) for _ in range(1_000)]
        await asyncio.sleep(0)
        second = []
        for _ in range(5):
            draw(page, 1)
            await quiet(one.rooms, page)
            second += [(room.position, asyncio.create_task(got(boards, room))) for _ in range(200)]
            await asyncio.sleep(0)
        assert makings.count == 1
        makings.go.set()
        assert all(len(board["elements"]) == 3 for board in await asyncio.gather(*first))
        for asked_at, task in second:
            assert Position.parse((await task)["position"]) >= asked_at
            assert len((await task)["elements"]) == 8
        assert makings.count == 2
        assert len((await got(boards, room))["elements"]) == 8
        assert makings.count == 2


async def test_next_copy_is_made_when_one_has_failed(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """[B8] Those who waited for it are told of the defect; who comes later is served."""

    async def broken(*_: object) -> bytes:
        raise MemoryError

    async with replica(redis_url) as one:
        boards, room = Copies(), await one.rooms.open("b")
        with monkeypatch.context() as patch:
            patch.setattr(copies, "_make", broken)
            outcomes = await asyncio.gather(*(boards.at_least(room) for _ in range(3)), return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [MemoryError] * 3
        assert (await got(boards, room))["elements"] == []


async def test_copy_is_the_board_of_its_position_while_people_draw(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[B8] Others run at every pause of the encoding, and what they change meanwhile is not in it."""
    monkeypatch.setattr("whiteboard.store.pace.SLICE_SECONDS", -1.0)
    monkeypatch.setattr("whiteboard.protocol.snapshots.CHUNK_BYTES", 500)
    async with replica(redis_url) as one:
        page, boards = await one.page(), Copies()
        ids = draw(page, 300)
        await quiet(one.rooms, page)
        room, step, steps = await one.rooms.open("b"), Pace.step, 0
        before = json.loads(json.dumps(list(room.content.elements.values())))

        async def stepped(pace: Pace) -> None:
            nonlocal steps
            steps += 1
            turn = steps - 1
            if turn % 3 == 0:
                room.content.apply(Grow(id=f"{page.client}:9{turn}", element=ids[-1 - turn], points=[9.0, 9.0]))
            elif turn % 3 == 1:
                room.content.apply(Update(id="x:1", element=ids[-1 - turn], props={"color": "blue"}))
            else:
                room.content.apply(Remove(id="x:1", elements=[ids[-1 - turn]]))
            await step(pace)

        monkeypatch.setattr(Pace, "step", stepped)
        board = await got(boards, room)
        assert steps == 300
        assert board["elements"] == before
        assert len(room.content.elements) == 200


async def test_stale_copy_is_not_kept(redis_url: str, upkeep: None) -> None:
    """[B8] Once its board has changed nobody is given it; the copy of a board that rests is kept."""
    async with replica(redis_url) as one:
        page, copies_ = await one.page(), one.rooms.copies
        room, rests = await one.rooms.open("b"), await one.rooms.open("c")
        draw(page, 1)
        await quiet(one.rooms, page)
        resting = await one.page("c")
        await got(copies_, rests)
        await got(copies_, room)
        assert set(copies_._latest) == {room, rests}
        draw(page, 1)
        await eventually(lambda: set(copies_._latest) == {rests}, "the stale one is gone")
        assert resting.socket.session.room is rests
        assert len((await got(copies_, room))["elements"]) == 2


def test_copy_is_unpacked_in_pieces_whatever_it_holds() -> None:
    """[B8] Zeros shrink a thousandfold, noise not at all; nothing as large as the whole is ever made."""
    noise = random.Random(1).randbytes(3_000_000)
    for whole in (b"", b"x", bytes(30_000_000), noise, noise + bytes(9_000_000) + noise):
        gzipped = gzip.compress(whole, 1)
        tracemalloc.start()
        size = same = 0
        for piece in unpacked(gzipped):
            same += piece == whole[size : size + len(piece)]
            size += len(piece)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert size == len(whole)
        assert same == len([*unpacked(gzipped)])
        assert peak < 500_000


async def test_readers_who_take_their_time_share_one_copy_when_they_take_no_gzip(redis_url: str) -> None:
    """[B8] Each costs what lies in its socket, not the board; all of it comes once they read on."""
    async with replica(redis_url) as one:
        page = await one.page()
        for _ in range(100):
            page.do(Add, element={**STROKE, "points": [0.5] * 9_000})
            page.hear()
        await quiet(one.rooms, page)
        app = web.Application()
        app.router.add_get("/api/boards/{board}", BoardApi(one.rooms).get)
        async with TestServer(app, socket_factory=narrow) as server, contextlib.AsyncExitStack() as stack:
            expected = (await got(one.rooms.copies, await one.rooms.open("b")))["elements"]
            tracemalloc.start()
            stack.callback(tracemalloc.stop)
            readers = []
            for _ in range(20):
                pipe = socket.socket()
                pipe.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16_384)
                pipe.connect(("127.0.0.1", server.port))
                reader, writer = await asyncio.open_connection(sock=pipe, limit=1_000)
                stack.callback(writer.close)
                writer.write(b"GET /api/boards/b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                readers.append(reader)
            heads = [await reader.readuntil(b"\r\n\r\n") for reader in readers]
            assert all(b" 200 " in head.partition(b"\r\n")[0] for head in heads)
            assert tracemalloc.get_traced_memory()[1] < 15_000_000
            tracemalloc.stop()
            for body in await asyncio.gather(*(reader.read() for reader in readers)):
                assert len(body) > 3_500_000
                assert json.loads(body)["elements"] == expected
