"""Clients that are broken or hostile: the right answer within a bound, nobody else notices, and nothing is left."""

import asyncio
import gc
import json

import aiohttp
import pytest
from whiteboard.engine.frame import Frame

from tests.conformance.clients import (
    BINARY,
    CLOSE,
    CONTINUATION,
    PING,
    PONG,
    TEXT,
    connect,
    masked,
    until,
    websocket,
)
from tests.conformance.conftest import Serve, Served
from tests.conformance.server import engine_server


@pytest.fixture
async def calm(serve: Serve) -> Served:
    """No heartbeats in the way; small limits."""
    return await serve(engine_server, ping_interval=25, max_payload=1000, upgrade_timeout=0.1, close_wait=0.2)


class TestHandshake:
    @pytest.mark.parametrize(
        "headers",
        [
            {"Sec-WebSocket-Key": ""},
            {"Sec-WebSocket-Key": "c2hvcnQ="},
            {"Sec-WebSocket-Key": "§"},
            {"Sec-WebSocket-Version": "8"},
            {"Sec-WebSocket-Version": ""},
            {"Connection": "keep-alive"},
            {"Upgrade": "h2c"},
            {"Upgrade": ""},
            {"Origin": "http://elsewhere.example"},
            {"Origin": "null"},
            {"Origin": "//"},
        ],
    )
    async def test_a_broken_handshake_is_answered_with_400(self, calm: Served, headers: dict[str, str]) -> None:
        """And opens no session."""
        async with connect(calm.http.port) as wire:
            assert await wire.handshake(calm.http.port, "/engine.io/?EIO=4&transport=websocket", headers) == 400
        assert calm.eio.connections == {}

    async def test_compression_is_declined(self, calm: Served) -> None:
        """Whatever a browser offers: a frame is made once for all."""
        async with connect(calm.http.port) as wire:
            headers = {"Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits"}
            assert await wire.handshake(calm.http.port, "/engine.io/?EIO=4&transport=websocket", headers) == 101
            assert b"extensions" not in wire.answer.lower()

    async def test_frames_right_behind_the_handshake_are_read(self, calm: Served) -> None:
        """They arrive in aiohttp's hands and must not be lost on the way into ours."""
        async with connect(calm.http.port) as wire:
            wire.raw(
                b"GET /engine.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: a\r\n"
                b"Connection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n" + masked(TEXT, b"4early")
            )
            await wire.reader.readuntil(b"\r\n\r\n")
            assert (await wire.text())[0] == "0"
            assert await wire.text() == "4early"

    async def test_a_failing_connect_handler_is_answered_with_403(self, calm: Served) -> None:
        """The client learns no details."""

        def fail(sid: str, environ: object) -> None:
            raise RuntimeError("secret")

        calm.server.on("connect", fail)
        status, body = await calm.http("GET", "EIO=4&transport=polling")
        assert (status, json.loads(body)) == (403, {"code": 4, "message": "Forbidden"})
        assert calm.eio.connections == {}


class TestFrames:
    """Each is a violation of RFC 6455, and has its close code."""

    @pytest.mark.parametrize(
        ("frames", "code"),
        [
            pytest.param(b"\x81\x024x", 1002, id="unmasked"),
            pytest.param(masked(TEXT, b"4x", rsv=0x40), 1002, id="compressed"),
            pytest.param(masked(0x3, b"4x"), 1002, id="reserved-opcode"),
            pytest.param(masked(0xB, b""), 1002, id="reserved-control-opcode"),
            pytest.param(masked(PING, b"x" * 126), 1002, id="control-too-long"),
            pytest.param(masked(PING, b"", fin=False), 1002, id="control-fragmented"),
            pytest.param(masked(CONTINUATION, b"4x"), 1002, id="nothing-to-continue"),
            pytest.param(masked(TEXT, b"4", fin=False) + masked(TEXT, b"x"), 1002, id="new-inside-fragmented"),
            pytest.param(masked(TEXT, b"4\xff\xfe"), 1007, id="text-not-utf8"),
            pytest.param(masked(TEXT, b"4\xe2\x82", fin=False) + masked(CONTINUATION, b"\x28"), 1007, id="utf8-cut"),
            pytest.param(masked(CLOSE, b"\x03"), 1002, id="close-of-one-byte"),
            pytest.param(masked(CLOSE, b"\x03\xed"), 1002, id="close-code-that-is-never-sent"),
            pytest.param(masked(CLOSE, b"\x03\xe8\xff"), 1007, id="close-reason-not-utf8"),
            pytest.param(masked(TEXT, b"4" * 1001), 1009, id="too-big"),
            pytest.param(b"\x81\xff" + b"\x7f" * 8, 1009, id="announced-to-be-huge"),
            pytest.param(
                masked(TEXT, b"4" * 900, fin=False) + masked(CONTINUATION, b"4" * 101), 1009, id="too-big-in-fragments"
            ),
        ],
    )
    async def test_a_broken_frame_closes_the_websocket(self, calm: Served, frames: bytes, code: int) -> None:
        """What came before it has been heard; then there is nothing left of the session."""
        async with websocket(calm.http) as wire:
            await wire.text()
            wire.raw(masked(TEXT, b"4before") + frames + masked(TEXT, b"4after"))
            assert await wire.closed() == code
        await until(lambda: not calm.eio.connections)

    async def test_a_client_that_sends_byte_by_byte_is_understood(self, calm: Served) -> None:
        """Small and extended lengths, text and binary."""
        async with websocket(calm.http) as wire:
            await wire.text()
            sent = masked(TEXT, "4grüße".encode()) + masked(BINARY, b"b" * 300)
            for byte in sent:
                wire.raw(bytes((byte,)))
                await asyncio.sleep(0)
            assert await wire.text() == "4grüße"
            assert await wire.frame() == (BINARY, b"b" * 300)

    async def test_fragments_with_pings_between_are_one_message(self, calm: Served) -> None:
        """A ping is answered at once, with its own payload."""
        async with websocket(calm.http) as wire:
            await wire.text()
            wire.raw(masked(TEXT, b"4he", fin=False) + masked(PING, b"alive?") + masked(PONG, b"unasked"))
            assert await wire.frame() == (PONG, b"alive?")
            wire.raw(masked(CONTINUATION, b"", fin=False) + masked(CONTINUATION, b"llo"))
            assert await wire.text() == "4hello"

    async def test_a_close_frame_is_answered_by_its_code(self, calm: Served) -> None:
        """And the server hangs up."""
        async with websocket(calm.http) as wire:
            await wire.text()
            wire.raw(masked(CLOSE, b"\x0f\xa0bye"))
            assert await wire.frame() == (CLOSE, b"\x0f\xa0")
            assert await wire.frame() is None

    async def test_a_close_frame_without_code_is_answered(self, calm: Served) -> None:
        async with websocket(calm.http) as wire:
            wire.raw(masked(CLOSE, b""))
            assert await wire.closed() == 1000


class TestPayloads:
    @pytest.mark.parametrize(
        "body",
        [b"", b"\x1e", b"4a\x1e", b"\x1e4a", b"4\xff", b"b!", b"bA", b"2", b"2probe", b"5", b"0{}", b"9", b"{}"],
        ids=repr,
    )
    async def test_an_invalid_payload_ends_the_session(self, calm: Served, body: bytes) -> None:
        """With 400."""
        session = await calm.http.open()
        assert (await session.post(body))[0] == 400
        assert (await session.get())[0] == 400

    async def test_what_stood_before_an_invalid_packet_was_heard(self, calm: Served) -> None:
        """In order, and nothing behind it."""
        heard = []
        calm.server.on("message", lambda sid, data: heard.append(data))
        session = await calm.http.open()
        assert (await session.post("4a\x1e4b\x1ex\x1e4c"))[0] == 400
        assert heard == ["a", "b"]

    async def test_a_payload_of_10000_packets_holds_up_nobody(self, serve: Serve) -> None:
        """A client may have much to say after it was offline. Another one's message goes in between."""
        served = await serve(engine_server, ping_interval=25)
        heard = []
        served.server.on("message", lambda sid, data: heard.append(data))
        session = await served.http.open()
        async with websocket(served.http) as other:
            await other.text()
            post = asyncio.create_task(session.post("\x1e".join(f"4{number}" for number in range(10_000))))
            await until(lambda: heard)
            other.send("4other")
            assert await post == (200, "ok")
        assert [data for data in heard if data != "other"] == [str(number) for number in range(10_000)]
        assert heard.index("other") < 9_999

    @pytest.mark.parametrize("is_chunked", [False, True])
    async def test_a_post_above_the_limit_is_answered_with_413(self, calm: Served, is_chunked: bool) -> None:
        """Whether its length is announced or not. The session goes on."""

        async def chunks():
            for _ in range(20):
                yield b"4" * 100

        session = await calm.http.open()
        assert (await session.post(chunks() if is_chunked else b"4" * 1001))[0] == 413
        assert await session.post("4fine") == (200, "ok")

    async def test_a_client_that_leaves_its_poll_is_missed_soon(self, calm: Served) -> None:
        """Not only at the next ping: others see who is there."""
        told: list[str] = []
        calm.server.on("disconnect", lambda sid, reason: told.append(reason))
        session = await calm.http.open()
        async with connect(calm.http.port) as wire:
            wire.raw(f"GET /engine.io/?{session.query} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
            await until(lambda: calm.eio.connections[session.sid].polling.is_waiting)
        await until(lambda: told == ["transport close"])

    async def test_two_posts_at_once_end_the_session(self, calm: Served) -> None:
        """Their order would be anybody's guess."""
        arrived, held = asyncio.Event(), asyncio.Event()

        async def hold(sid: str, data: str) -> None:
            arrived.set()
            await held.wait()

        calm.server.on("message", hold)
        session = await calm.http.open()
        first = asyncio.create_task(session.post("4a"))
        await arrived.wait()
        assert (await session.post("4b"))[0] == 400
        held.set()
        assert (await first)[0] == 200
        assert (await session.get())[0] == 400

    async def test_a_slow_handler_is_not_the_clients_fault(self, serve: Serve) -> None:
        """While its POST is handled a client can send nothing, so it is not timed out either."""
        served = await serve(engine_server, ping_interval=0.05, ping_timeout=0.05)

        async def slow(sid: str, data: str) -> None:
            await asyncio.sleep(0.3)

        served.server.on("message", slow)
        session = await served.http.open()
        assert await session.post("4a\x1e3") == (200, "ok")
        assert await session.get() == (200, "2")

    async def test_a_body_that_never_ends_is_cut_off(self, serve: Serve) -> None:
        """With its session, when that has answered no ping."""
        served = await serve(engine_server, ping_interval=0.05, ping_timeout=0.05)
        session = await served.http.open()
        async with connect(served.http.port) as wire:
            wire.raw(f"POST /engine.io/?{session.query} HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n4".encode())
            await wire.ended()
        await until(lambda: not served.eio.connections)


class TestUpgrades:
    @pytest.mark.parametrize("said", [[], ["2probe"], ["2probe", "4x"], ["5"], ["2"], ["4x"], ["abc"]])
    async def test_an_upgrade_that_goes_wrong_leaves_polling_as_it_was(self, calm: Served, said: list[str]) -> None:
        """Whether it says nothing, stops half-way, or says something else: it is closed in time, nothing is lost."""
        session = await calm.http.open()
        async with websocket(calm.http, session.upgrade_query) as wire:
            for packet in said:
                wire.send(packet)
            assert await wire.closed() == 1002
        assert await session.post("4hello") == (200, "ok")
        assert await session.get() == (200, "4hello")

    async def test_an_upgrade_before_a_post_is_answered_fails(self, calm: Served) -> None:
        """Else two messages of one client would be handled at once."""
        gate = asyncio.Event()

        async def hold(sid: str, data: str) -> None:
            await gate.wait()

        calm.server.on("message", hold)
        session = await calm.http.open()
        post = asyncio.create_task(session.post("4a"))
        await until(lambda: calm.eio.connections[session.sid].polling.is_posting)
        async with websocket(calm.http, session.upgrade_query) as wire:
            wire.send("2probe")
            wire.send("5")
            assert await wire.closed() == 1002
        gate.set()
        assert await post == (200, "ok")

    async def test_an_upgrade_whose_client_goes_leaves_polling_as_it_was(self, calm: Served) -> None:
        """And another one may succeed."""
        session = await calm.http.open()
        async with websocket(calm.http, session.upgrade_query) as wire:
            wire.send("2probe")
            assert await wire.text() == "3probe"
        await until(lambda: calm.eio.connections[session.sid].state.name == "POLLING")
        async with websocket(calm.http, session.upgrade_query) as wire:
            wire.send("2probe")
            wire.send("5")
            assert await wire.text() == "3probe"
            wire.send("4hello")
            assert await wire.text() == "4hello"

    async def test_a_second_upgrade_is_turned_away(self, calm: Served) -> None:
        """While the first is under way, and when the session began as a WebSocket."""
        session = await calm.http.open()
        async with (
            websocket(calm.http, session.upgrade_query) as first,
            websocket(calm.http, session.upgrade_query) as second,
        ):
            assert await second.closed() == 1008
            first.send("2probe")
            assert await first.text() == "3probe"
        async with websocket(calm.http) as wire:
            sid = json.loads((await wire.text())[1:])["sid"]
            async with websocket(calm.http, f"EIO=4&transport=websocket&sid={sid}") as second:
                assert await second.closed() == 1008
            wire.send("4hello")
            assert await wire.text() == "4hello"

    async def test_what_is_sent_during_an_upgrade_arrives_once_and_in_order(self, calm: Served) -> None:
        """What was pending on polling goes first, as frames; then the rest."""
        session = await calm.http.open()
        connection = calm.eio.connections[session.sid]
        async with websocket(calm.http, session.upgrade_query) as wire:
            connection.send(Frame.of("before"))
            assert await session.get() == (200, "4before")
            wire.send("2probe")
            assert await wire.text() == "3probe"
            connection.send(Frame.of("pending"))
            connection.send(Frame.of(b"\x00\xff"))
            wire.send("5")
            await until(lambda: connection.transport == "websocket")
            connection.send(Frame.of("after"))
            assert [await wire.message() for _ in range(3)] == ["4pending", b"\x00\xff", "4after"]


async def test_nothing_leaks(serve: Serve) -> None:
    """Hundreds of clients of every bad kind, later: no session, task, timer, socket more than before, hardly memory."""
    served = await serve(
        engine_server, ping_interval=0.05, ping_timeout=0.05, upgrade_timeout=0.05, close_wait=0.05, max_payload=1000
    )
    transports = count_transports()
    tasks = len(asyncio.all_tasks())

    async def misbehave(number: int) -> None:
        kind = number % 8
        if kind == 0:  # opens by polling, and is never seen again
            await served.http.open()
        elif kind == 1:  # a WebSocket that answers no ping
            async with websocket(served.http) as wire:
                await wire.closed()
        elif kind == 2:  # a broken handshake
            async with connect(served.http.port) as wire:
                await wire.handshake(served.http.port, "/engine.io/?EIO=4&transport=websocket", {"Connection": ""})
        elif kind == 3:  # an upgrade that stops half-way
            session = await served.http.open()
            async with connect(served.http.port) as wire:
                # On a busy machine it may have been given up for its silence before.
                if await wire.handshake(served.http.port, f"{served.http.path}?{session.upgrade_query}") == 101:
                    wire.send("2probe")
                    await wire.closed()
        elif kind == 4:  # a broken frame, and no answer to the close
            async with websocket(served.http) as wire:
                wire.raw(b"\xff\xff\xff\xff")
                await wire.ended()
        elif kind == 5:  # gone in the middle of a poll
            session = await served.http.open()
            async with connect(served.http.port) as wire:
                wire.raw(f"GET /engine.io/?{session.query} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
                await asyncio.sleep(0.01)
        elif kind == 6:  # an invalid packet by POST
            session = await served.http.open()
            await session.post("x")
        else:  # gone without a word
            async with websocket(served.http) as wire:
                await wire.text()

    async def wave(count: int) -> None:
        await asyncio.gather(*(misbehave(number) for number in range(count)))
        await until(lambda: not served.eio.connections)
        await until(lambda: not served.eio.ticker._wheel)
        await until(lambda: not served.eio._tasks)
        await served.http._session.connector.close()  # type: ignore[union-attr]
        served.http._session._connector = aiohttp.TCPConnector(limit=0)
        await until(lambda: count_transports() == transports)

    await wave(80)
    before = count_objects()
    for _ in range(3):
        await wave(80)
    assert len(asyncio.all_tasks()) == tasks
    # The client's caches of URLs grow a little; a session that stayed would leave dozens of objects.
    assert count_objects() - before < 6 * 3 * 80


def count_transports() -> int:
    gc.collect()
    return sum(type(thing).__name__ in ("_SelectorSocketTransport", "TCPTransport") for thing in gc.get_objects())


def count_objects() -> int:
    gc.collect()
    return len(gc.get_objects())
