"""What the layers above may count on: sending, the outbox's bounds, closing, origins, the handlers."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web
from whiteboard.engine import server as engine_module
from whiteboard.engine.connection import Connection
from whiteboard.engine.errors import InvalidPacket, Refused
from whiteboard.engine.fan_out import write_all
from whiteboard.engine.frame import Batch, Frame
from whiteboard.engine.session import Reason, State
from whiteboard.engine.websocket import WebSocket

from tests.conformance.clients import CLOSE, Polled, masked, until, websocket
from tests.conformance.conftest import Serve, Served
from tests.conformance.server import engine_server
from tests.unwalkable import Unwalkable

# So much asyncio reads at once.
READ_BYTES = 256 * 1024


@pytest.fixture
async def calm(serve: Serve) -> Served:
    """No heartbeats in the way; small bounds; a replica's name."""
    return await serve(
        engine_server,
        ping_interval=25,
        outbox_low=20_000,
        outbox_high=200_000,
        replica="r1",
        allowed_origins=["http://a"],
    )


def only(served: Served) -> Connection:
    """The connection of the only client."""
    (connection,) = served.eio.connections.values()
    return connection


def heard(served: Served) -> list[Any]:
    """What the application is told from now on: messages, and the reason of the end."""
    told: list[Any] = []
    served.server.on("message", lambda sid, data: told.append(data))
    served.server.on("disconnect", lambda sid, reason: told.append(reason))
    return told


class TestSending:
    async def test_the_same_bytes_go_to_every_websocket_and_to_polls(self, calm: Served) -> None:
        """One frame, made once; one batch is one write."""
        polled = await calm.http.open()
        async with websocket(calm.http) as one, websocket(calm.http) as two:
            await one.text()
            await two.text()
            written: list[bytes] = []
            for connection in calm.eio.connections.values():
                if connection.sink is not None:
                    connection.sink = recording(connection.sink, written)
            write_all(
                calm.eio.connections.values(), Batch([Frame(b"a"), Frame("ü".encode()), Frame(b"b", binary=True)])
            )
            for wire in (one, two):
                assert [await wire.message() for _ in range(3)] == ["4a", "4ü", b"b"]
            assert await polled.get() == (200, "4a\x1e4ü\x1ebYg==")
            assert len(written) == 2
            assert written[0] is written[1]

    async def test_neither_sending_nor_receiving_makes_a_task(self, calm: Served) -> None:
        """Nor is there any before: a connection at rest has none."""
        async with websocket(calm.http) as wire:
            await wire.text()
            made: list[Any] = []
            loop = asyncio.get_running_loop()

            def make(loop: asyncio.AbstractEventLoop, work: Any, **options: Any) -> "asyncio.Task[Any]":
                made.append(work)
                return asyncio.Task(work, loop=loop, **options)

            loop.set_task_factory(make)
            for _ in range(20):
                wire.send("4hello")
                assert await wire.text() == "4hello"
            loop.set_task_factory(None)
            assert made == []

    async def test_coming_and_going_walks_over_nobody(self, calm: Served) -> None:
        """It costs the same however many are connected."""
        calm.eio.connections = Unwalkable()
        polled = await calm.http.open()
        async with websocket(calm.http) as wire:
            await wire.text()
            assert len(calm.eio.connections) == 2
        assert await polled.post("1") == (200, "ok")
        await until(lambda: not calm.eio.connections)
        calm.eio.connections = {}

    async def test_sending_to_a_closed_connection_is_not_taken(self, calm: Served) -> None:
        """And harms nothing."""
        async with websocket(calm.http) as wire:
            await wire.text()
            connection = only(calm)
            connection.close()
            assert not connection.send(Frame(b"a"))
            assert (await wire.frame() or (None,))[0] == CLOSE
        await until(lambda: not calm.eio.connections)
        assert not connection.send(Frame(b"a"))
        assert connection.state is State.CLOSED


class TestOutbox:
    async def test_a_client_that_stops_reading_is_cut_off(self, calm: Served) -> None:
        """First it loses what may be lost; memory stays within the bound; another is not delayed."""
        told = heard(calm)
        async with websocket(calm.http) as slow, websocket(calm.http) as quick:
            await slow.text()
            await quick.text()
            connection = next(iter(calm.eio.connections.values()))
            slow.writer.transport.pause_reading()  # type: ignore[attr-defined]
            frame = Frame(b"x" * 10_000)
            while connection.send(frame, droppable=True):
                await asyncio.sleep(0)
            assert 20_000 < connection.outbox_bytes < 40_000
            while connection.send(frame):
                assert connection.outbox_bytes <= 210_000
            assert connection.session.reason == Reason.SLOW_CONSUMER
            await until(lambda: len(calm.eio.connections) == 1)
            assert told == [Reason.SLOW_CONSUMER]
            only(calm).send(Frame(b"hello"))
            assert await quick.text() == "4hello"

    async def test_congested_connection_goes_without_what_is_aside(self, calm: Served) -> None:
        """On a socket and on long-polling: the frame comes, and what comes with it only once there is room again."""
        polled = await calm.http.open()
        on_polls = only(calm)
        async with websocket(calm.http) as wire:
            await wire.text()
            on_socket = next(c for c in calm.eio.connections.values() if c is not on_polls)
            wire.writer.transport.pause_reading()  # type: ignore[attr-defined]
            filled = []
            for connection in (on_socket, on_polls):
                filled.append(0)
                while connection.send(Frame(b"x" * 10_000), droppable=True):
                    filled[-1] += 1
                    await asyncio.sleep(0)
            write_all([on_socket, on_polls], Frame(b"frame"), Frame(b"aside"))
            wire.writer.transport.resume_reading()  # type: ignore[attr-defined]
            heard = [await wire.text() for _ in range(filled[0] + 1)]
            assert heard[-1] == "4frame"
            _, body = await polled.get()
            assert body.split("\x1e")[filled[1] :] == ["4frame"]
            await until(lambda: on_socket.sink is not None)
            write_all([on_socket, on_polls], Frame(b"frame"), Frame(b"aside"))
            assert [await wire.text() for _ in range(2)] == ["4frame", "4aside"]
            assert await polled.get() == (200, "4frame\x1e4aside")

    async def test_a_client_that_stops_polling_is_cut_off(self, calm: Served) -> None:
        """By the same bounds."""
        await calm.http.open()
        connection = only(calm)
        frame = Frame(b"x" * 10_000)
        while connection.send(frame, droppable=True):
            pass
        assert 20_000 < connection.outbox_bytes < 40_000
        while connection.send(frame):
            pass
        assert connection.session.reason == Reason.SLOW_CONSUMER

    async def test_whoever_has_much_to_send_can_wait(self, calm: Served) -> None:
        """``drained`` returns when the client has caught up, and False when it has gone."""
        async with websocket(calm.http) as wire:
            await wire.text()
            connection = only(calm)
            reading = asyncio.create_task(read_all(wire, 500))
            for _ in range(500):
                connection.send(Frame(b"x" * 10_000))
                assert await connection.drained()
            assert await reading == 500
            wire.writer.transport.pause_reading()  # type: ignore[attr-defined]
            while connection.outbox_bytes <= 20_000:
                connection.send(Frame(b"x" * 10_000))
            waiting = asyncio.create_task(connection.drained())
            await asyncio.sleep(0)
        assert not await waiting

    async def test_pings_of_a_client_that_does_not_read_are_not_answered(self, calm: Served) -> None:
        """Else their answers would pile up without a bound."""
        told = heard(calm)
        async with websocket(calm.http) as wire:
            await wire.text()
            connection = only(calm)
            wire.writer.transport.pause_reading()  # type: ignore[attr-defined]
            while connection.send(Frame(b"x" * 10_000), droppable=True):
                await asyncio.sleep(0)
            before = connection.outbox_bytes
            wire.raw(masked(0x9, b"x" * 125) * 2000 + masked(0x1, b"4behind"))
            await until(lambda: told == ["behind"])
            assert connection.outbox_bytes == before


class TestInbox:
    async def test_a_slow_handler_stops_the_reading(self, serve: Serve) -> None:
        """What a client sends meanwhile stays with it, in order; and it is not timed out for our slowness."""
        served = await serve(engine_server, inbox_limit=10_000, ping_interval=0.05, ping_timeout=0.2)
        told = heard(served)
        gate = asyncio.Event()

        async def slow(sid: str, data: str) -> None:
            await gate.wait()
            told.append(data)

        served.server.on("message", slow)
        async with websocket(served.http) as wire:
            await wire.text()
            sent = [f"{number:05}" * 200 for number in range(2000)]
            for data in sent:
                wire.send("4" + data)
            wire.send("3")
            socket = only(served)._carrier
            assert isinstance(socket, WebSocket)
            await until(lambda: socket.is_deaf)
            await asyncio.sleep(0.5)  # longer than a client that is heard may take to answer a ping
            assert socket.is_deaf
            assert socket._inbox_bytes < 10_000 + READ_BYTES
            gate.set()
            await until(lambda: len(told) == 2000)
            assert told == sent


class TestInlet:
    @pytest.fixture
    async def busy(self, serve: Serve) -> Served:
        """Lets messages lie for longer than a test takes, unless it asks for them."""
        served = await serve(engine_server, ping_interval=25)
        served.eio.inlet.seconds_to_lie = lambda: 60.0
        return served

    async def test_messages_lie_until_their_time_and_come_in_order(self, busy: Served) -> None:
        """Those included that lay when more came."""
        told = heard(busy)
        async with websocket(busy.http) as wire:
            await wire.text()
            wire.send("4one")
            await until(lambda: busy.eio.inlet._lying)
            assert told == []
            wire.send("4two")
            await until(lambda: told == ["one", "two"])
            wire.send("4three")
            await until(lambda: busy.eio.inlet._lying)
            busy.eio.inlet._read()
            assert told == ["one", "two", "three"]

    @pytest.mark.parametrize("how", ["close frame", "end of stream", "reset"])
    async def test_what_lies_is_heard_before_the_end(self, busy: Served, how: str) -> None:
        """However the client leaves."""
        told = heard(busy)
        async with websocket(busy.http) as wire:
            await wire.text()
            wire.send("4last")
            await until(lambda: busy.eio.inlet._lying)
            if how == "close frame":
                wire.raw(masked(CLOSE, b"\x03\xe8"))
            elif how == "end of stream":
                wire.writer.write_eof()
            else:
                wire.writer.transport.abort()
            await until(lambda: len(told) == 2)
        assert told[0] == "last"
        assert not busy.eio.inlet._lying

    async def test_what_lies_is_delivered_before_its_session_is_told_to_be_over(self, busy: Served) -> None:
        """When we end it: in order, and not in the middle of whatever ended it."""
        told = heard(busy)
        async with websocket(busy.http) as wire:
            await wire.text()
            wire.send("4last")
            await until(lambda: busy.eio.inlet._lying)
            only(busy).finish(Reason.SLOW_CONSUMER)
            assert told == []
            await until(lambda: len(told) == 2)
        assert told == ["last", "slow consumer"]

    async def test_pong_that_lies_has_come(self, serve: Serve) -> None:
        """Nobody is timed out for what we have not looked at."""
        served = await serve(engine_server, ping_interval=0.2, ping_timeout=0.2)
        told = heard(served)
        async with websocket(served.http) as wire:
            await wire.text()
            served.eio.inlet.seconds_to_lie = lambda: 60.0
            for _ in range(4):
                assert await wire.text() == "2"
                wire.send("3")
            assert told == []

    async def test_an_upgrade_does_not_wait(self, busy: Served) -> None:
        """For polling does meanwhile."""
        polled = await busy.http.open()
        async with websocket(busy.http, polled.upgrade_query) as wire:
            wire.send("2probe")
            assert await wire.text() == "3probe"
            wire.send("5")
            await until(lambda: only(busy).state is State.WEBSOCKET)


class TestClosing:
    @pytest.mark.parametrize("half", [False, True])
    async def test_what_a_client_has_sent_is_heard_after_our_side_is_closed(self, calm: Served, half: bool) -> None:
        """Until it closes too: by a close frame, or by the end of the stream."""
        told = heard(calm)
        async with websocket(calm.http) as wire:
            await wire.text()
            wire.send("4before")
            await until(lambda: told == ["before"])
            only(calm).close(4001, half=half, linger=5)
            wire.send("4after")
            assert await wire.closed() == (None if half else 4001)
            wire.send("4later")
            wire.raw(masked(CLOSE, b"\x0f\xa1"))
            await until(lambda: told == ["before", "after", "later", "server disconnect"])
            await wire.ended()
        assert calm.eio.connections == {}

    async def test_a_client_that_does_not_close_is_cut_off(self, calm: Served) -> None:
        """When it has had its time."""
        told = heard(calm)
        async with websocket(calm.http) as wire:
            await wire.text()
            only(calm).close(linger=0.1)
            assert await wire.closed() == 1000
            await wire.ended()
            await until(lambda: told == ["server disconnect"])
            # What is written now is answered by a reset.
            while not wire.writer.transport.is_closing():
                wire.raw(b"x")
                await asyncio.sleep(0.01)

    async def test_a_client_that_is_known_to_have_left_is_not_waited_for(self, calm: Served) -> None:
        """What it has sent may still be under way for a moment; then its session is over, long before its time is."""
        told = heard(calm)
        session = await calm.http.open()
        poll = await open_poll(calm, session)
        connection = only(calm)
        connection.let_go(0)
        assert connection.state is State.POLLING, "it goes on as long as our side is open"
        connection.close(linger=3_600)
        assert await poll == (200, "1")
        connection.let_go(7_200)
        assert await session.post("4under way") == (200, "ok")
        connection.let_go(0.1)
        await until(lambda: told == ["under way", "server disconnect"])
        assert calm.eio.connections == {}

    async def test_an_open_poll_is_ended_with_close_and_posts_are_heard(self, calm: Served) -> None:
        """Until the client has had its time; then the session is unknown."""
        told = heard(calm)
        session = await calm.http.open()
        poll = await open_poll(calm, session)
        only(calm).close(linger=0.2)
        assert await poll == (200, "1")
        assert await session.post("4after") == (200, "ok")
        assert await session.get() == (200, "1")
        await until(lambda: told == ["after", "server disconnect"])
        assert (await session.post("4late"))[0] == 400

    async def test_a_poll_can_be_ended_from_outside(self, calm: Served) -> None:
        """With NOOP: the client asks again, and the session goes on."""
        session = await calm.http.open()
        poll = await open_poll(calm, session)
        only(calm).end_poll()
        assert await poll == (200, "6")
        only(calm).send(Frame(b"hello"))
        assert await session.get() == (200, "4hello")

    async def test_closing_during_an_upgrade_waits_until_the_client_has_come_over(self, calm: Served) -> None:
        """It polls no more, so there is no other way to tell it."""
        session = await calm.http.open()
        async with websocket(calm.http, session.upgrade_query) as wire:
            wire.send("2probe")
            assert await wire.text() == "3probe"
            connection = only(calm)
            connection.close(4001)
            assert not connection.send(Frame(b"late"))
            wire.send("5")
            assert await wire.closed() == 4001

    async def test_closing_during_an_upgrade_that_fails_closes_polling(self, calm: Served) -> None:
        """Then it does poll."""
        session = await calm.http.open()
        async with websocket(calm.http, session.upgrade_query) as wire:
            wire.send("2probe")
            assert await wire.text() == "3probe"
            only(calm).close()
        await until(lambda: only(calm).state is State.CLOSING)
        assert await session.get() == (200, "1")

    async def test_shutdown_ends_every_session(self, calm: Served) -> None:
        """And opens none. A WebSocket is half-closed, which loses least."""
        told = heard(calm)
        session = await calm.http.open()
        poll = await open_poll(calm, session)
        async with websocket(calm.http) as wire:
            await wire.text()
            shutdown = asyncio.create_task(calm.server.shutdown(0.1))
            assert await wire.closed() is None
            assert await poll == (200, "1")
            assert (await calm.http("GET", "EIO=4&transport=polling"))[0] == 503
        assert await shutdown == 0, "whoever polls has been told, and was then heard for as long as was promised"
        assert told == ["server disconnect"] * 2

    async def test_shutdown_waits_no_longer_than_it_says_when_a_handler_does_not_end(
        self, serve: Serve, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Once for clients, once for handlers; and the application's own shutdown does not begin anew."""
        monkeypatch.setattr(engine_module, "FAREWELL_SECONDS", 0.1)
        served = await serve(engine_server, close_wait=1.0)
        for_ever = asyncio.Event()
        served.eio.on("disconnect", lambda *_: for_ever.wait())
        await served.http.open()
        begin = asyncio.get_running_loop().time()
        assert await served.eio.shutdown() == 1  # it never polled, and so was never told
        await served.eio._on_shutdown(web.Application())
        assert asyncio.get_running_loop().time() - begin < 1.0 + 0.1 + 0.8  # 4 s, should each wait twice
        for_ever.set()


class TestHandlers:
    async def test_a_refusal_has_its_status(self, calm: Served) -> None:
        """By a value: 403 with the text. By ``Refused``: what it says, for people and for clients that come again."""
        calm.server.on("connect", lambda sid, environ: "not you")
        assert await calm.http("GET", "EIO=4&transport=polling") == (403, '{"code": 4, "message": "not you"}')

        def busy(sid: str, environ: object) -> None:
            raise Refused(503, "full", retry_after=3)

        calm.server.on("connect", busy)
        status, body, headers = await calm.http.full("GET", "EIO=4&transport=polling")
        assert (status, json.loads(body)["message"], headers["Retry-After"]) == (503, "full", "3")
        assert calm.eio.connections == {}

    async def test_the_connect_handler_sees_the_request(self, calm: Served) -> None:
        """Headers, query and address; and the request itself while it runs, not longer: it is heavy."""
        seen = []

        async def connect(sid: str, environ: dict[str, Any]) -> None:
            seen.append((sid, environ, dict(environ)))

        calm.server.on("connect", connect)
        await calm.http.full(
            "GET", "EIO=4&transport=polling&board=x", headers={"User-Agent": "me", "Origin": "http://a"}
        )
        sid, later, environ = seen[0]
        assert sid.startswith("r1.")
        assert environ["QUERY_STRING"] == "EIO=4&transport=polling&board=x"
        assert (environ["HTTP_USER_AGENT"], environ["HTTP_ORIGIN"]) == ("me", "http://a")
        assert environ["REMOTE_ADDR"] == "127.0.0.1"
        assert environ["aiohttp.request"].query["board"] == "x"
        assert "aiohttp.request" not in later

    async def test_an_invalid_message_ends_the_session_and_a_defect_does_not(
        self, calm: Served, caplog: pytest.LogCaptureFixture
    ) -> None:
        """The handler judges: InvalidPacket is the client's fault, anything else is ours."""

        async def judge(sid: str, data: str) -> None:
            await asyncio.sleep(0.05)
            raise InvalidPacket("bad") if data == "bad" else RuntimeError("a defect")

        calm.server.on("message", judge)
        async with websocket(calm.http) as wire:
            await wire.text()
            wire.send("4good")
            wire.send("4bad")
            wire.send("4good")
            await asyncio.sleep(0.06)
            wire.send("4good")
            assert await wire.closed() == 1002
        assert caplog.text.count("RuntimeError: a defect") == 1
        session = await calm.http.open()
        assert (await session.post("4bad"))[0] == 400
        assert (await session.get())[0] == 400

    async def test_what_the_connect_handler_sends_comes_behind_the_open_packet(self, calm: Served) -> None:
        """On both transports."""
        calm.server.on("connect", lambda sid, environ: not calm.eio.connections[sid].send(Frame(b"hello")) or None)
        async with websocket(calm.http) as wire:
            assert (await wire.text())[0] == "0"
            assert await wire.text() == "4hello"
        session = await calm.http.open()
        assert await session.get() == (200, "4hello")

    async def test_sids_name_their_replica_and_cannot_be_guessed(self, calm: Served) -> None:
        """128 random bits behind the replica's name."""
        sids = [(await calm.http.open()).sid for _ in range(2)]
        assert all(len(sid) == len("r1.") + 22 for sid in sids)
        assert sids[0] != sids[1]


class TestOrigins:
    async def test_an_allowed_origin_gets_its_headers(self, calm: Served) -> None:
        """On answers and on the preflight."""
        origin = {"Origin": "http://a"}
        _, _, headers = await calm.http.full("GET", "EIO=4&transport=polling", headers=origin)
        assert headers["Access-Control-Allow-Origin"] == "http://a"
        assert headers["Vary"] == "Origin"
        origin["Access-Control-Request-Headers"] = "x-custom"
        status, _, headers = await calm.http.full("OPTIONS", "EIO=4&transport=polling", headers=origin)
        assert (status, headers["Access-Control-Allow-Headers"]) == (204, "x-custom")
        assert headers["Access-Control-Allow-Origin"] == "http://a"

    async def test_the_same_origin_is_allowed_and_another_is_not(self, calm: Served) -> None:
        """Polling and OPTIONS; the WebSocket's is among the broken handshakes."""
        same = {"Origin": f"http://127.0.0.1:{calm.http.port}"}
        assert (await calm.http("GET", "EIO=4&transport=polling", headers=same))[0] == 200
        for method in ("GET", "OPTIONS"):
            status, _, headers = await calm.http.full(method, "EIO=4&transport=polling", headers={"Origin": "http://b"})
            assert status == 400
            assert "Access-Control-Allow-Origin" not in headers


async def open_poll(served: Served, session: Polled) -> "asyncio.Task[tuple[int, str]]":
    poll = asyncio.create_task(session.get())
    await until(lambda: served.eio.connections[session.sid].polling.is_waiting)
    return poll


def recording(sink: Callable[[bytes], None], written: list[bytes]) -> Callable[[bytes], None]:
    def write(data: bytes) -> None:
        written.append(data)
        sink(data)

    return write


async def read_all(wire: Any, count: int) -> int:
    for _ in range(count):
        await wire.text()
    return count
