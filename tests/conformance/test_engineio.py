"""What the public Engine.IO v4 suite checks, and the Socket.IO suite repeats (the tests that take ``either``)."""

import asyncio
import json

import aiohttp
import pytest

from tests.conformance.clients import BINARY, CLOSE, TEXT, connect, until, websocket
from tests.conformance.conftest import Served
from tests.conformance.server import PING_INTERVAL, PING_TIMEOUT

POLLING = "EIO=4&transport=polling"
WEBSOCKET = "EIO=4&transport=websocket"


def check_open_packet(packet: str, upgrades: list[str]) -> None:
    assert packet[0] == "0"
    fields = json.loads(packet[1:])
    assert isinstance(fields.pop("sid"), str)
    assert fields == {"upgrades": upgrades, "pingInterval": 300, "pingTimeout": 1000, "maxPayload": 1_000_000}


class TestHandshake:
    async def test_polling_opens_a_session(self, either: Served) -> None:
        """The first GET is answered by the OPEN packet, which offers the upgrade."""
        status, body = await either.http("GET", POLLING)
        assert status == 200
        check_open_packet(body, ["websocket"])

    async def test_websocket_opens_a_session(self, either: Served) -> None:
        """The first frame is the OPEN packet, which offers none."""
        async with websocket(either.http) as wire:
            check_open_packet(await wire.text(), [])

    @pytest.mark.parametrize(
        ("query", "code"),
        [
            ("transport=polling", 5),
            ("EIO=abc&transport=polling", 5),
            ("EIO=3&transport=polling", 5),
            ("EIO=4", 0),
            ("EIO=4&transport=abc", 0),
            ("EIO=4&transport=polling&j=0", 3),
            ("EIO=4&transport=websocket", 3),
            ("EIO=4&transport=polling&sid=abc", 1),
        ],
    )
    async def test_polling_is_refused_when_the_query_is_wrong(self, either: Served, query: str, code: int) -> None:
        """Version, transport, JSONP, no upgrade, an unknown session: 400 and the code of the reference server."""
        status, body = await either.http("GET", query)
        assert status == 400
        assert json.loads(body)["code"] == code

    @pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "HEAD"])
    async def test_a_session_is_not_opened_by_another_method(self, either: Served, method: str) -> None:
        """Nor is anything but GET and POST ever accepted."""
        assert (await either.http(method, POLLING))[0] == 400
        session = await either.http.open()
        if method != "POST":
            assert (await either.http(method, session.query))[0] == 400

    @pytest.mark.parametrize(
        "query", ["transport=websocket", "EIO=abc&transport=websocket", "EIO=4", "EIO=4&transport=a"]
    )
    async def test_websocket_is_refused_when_the_query_is_wrong(self, either: Served, query: str) -> None:
        """The handshake fails with 400; no WebSocket is ever open."""
        async with connect(either.http.port) as wire:
            assert await wire.handshake(either.http.port, f"{either.http.path}?{query}") == 400


class TestMessages:
    @pytest.mark.parametrize("body", ["4hello", "4test1\x1e4test2\x1e4test3", "4hello\x1ebAQIDBA=="])
    async def test_polling_carries_a_payload(self, engine: Served, body: str) -> None:
        """One packet, several, text and binary: each comes back as it was sent, in one answer."""
        session = await engine.http.open()
        assert await session.post(body) == (200, "ok")
        assert await session.get() == (200, body)

    async def test_polling_closes_when_a_packet_is_invalid(self, engine: Served) -> None:
        """400, and the session is gone."""
        session = await engine.http.open()
        assert (await session.post("abc"))[0] == 400
        assert (await session.get())[0] == 400
        assert engine.eio.connections == {}

    async def test_polling_closes_when_two_polls_are_open(self, engine: Served) -> None:
        """The first is ended with CLOSE, the second refused."""
        session = await engine.http.open()
        first = asyncio.create_task(session.get())
        await until(lambda: engine.eio.connections[session.sid].polling.is_waiting)
        assert (await session.get())[0] == 400
        assert await first == (200, "1")
        assert (await session.get())[0] == 400

    async def test_polling_closes_when_a_poll_is_broken_off(self, engine: Served) -> None:
        """What may have been on its way is lost, so the session must not seem to go on."""
        session = await engine.http.open()
        with pytest.raises(aiohttp.ServerTimeoutError):
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(sock_read=0.05)) as client,
                client.get(f"{engine.http.url}?{session.query}"),
            ):
                pass
        assert (await session.get())[0] == 400

    async def test_websocket_carries_text(self, engine: Served) -> None:
        """A text message is a text frame."""
        async with websocket(engine.http) as wire:
            await wire.text()
            wire.send("4hello")
            assert await wire.frame() == (TEXT, b"4hello")

    async def test_websocket_carries_binary(self, engine: Served) -> None:
        """A binary message is a binary frame without a packet type."""
        async with websocket(engine.http) as wire:
            await wire.text()
            wire.send_binary(b"\x01\x02\x03\x04")
            assert await wire.frame() == (BINARY, b"\x01\x02\x03\x04")

    @pytest.mark.parametrize("packet", ["abc", "", "7", "0", "2", "2probe", "5"])
    async def test_websocket_closes_when_a_packet_is_invalid(self, engine: Served, packet: str) -> None:
        """Also at a packet that only a server, or only an upgrade, sends."""
        async with websocket(engine.http) as wire:
            await wire.text()
            wire.send(packet)
            assert await wire.closed() == 1002


class TestHeartbeat:
    async def test_polling_pings(self, either: Served) -> None:
        """Every interval after the answer to the last; the session lives as long as it answers."""
        session = await either.http.open()
        for _ in range(3):
            assert await session.get() == (200, "2")
            assert await session.post("3") == (200, "ok")

    async def test_polling_closes_when_pings_are_not_answered(self, either: Served) -> None:
        """After interval and time-out, not before, even if no poll was open."""
        loop = asyncio.get_running_loop()
        start = loop.time()
        session = await either.http.open()
        await until(lambda: session.sid not in either.eio.connections)
        assert loop.time() - start > (PING_INTERVAL + PING_TIMEOUT) * 0.9
        assert (await session.get())[0] == 400

    async def test_websocket_pings(self, either: Served) -> None:
        """As on polling."""
        async with websocket(either.http) as wire:
            await wire.text()
            for _ in range(3):
                assert await wire.text() == "2"
                wire.send("3")

    async def test_websocket_closes_when_pings_are_not_answered(self, either: Served) -> None:
        """After interval and time-out, not before."""
        loop = asyncio.get_running_loop()
        start = loop.time()  # the server's own start lies behind it
        async with websocket(either.http) as wire:
            await wire.text()
            assert await wire.text() == "2"
            assert loop.time() - start > PING_INTERVAL * 0.9
            assert await wire.closed() == 1001
            assert loop.time() - start > (PING_INTERVAL + PING_TIMEOUT) * 0.9


class TestClose:
    async def test_polling_ends_an_open_poll(self, either: Served) -> None:
        """A client's CLOSE ends its poll with NOOP, and the session."""
        session = await either.http.open()
        poll = asyncio.create_task(session.get())
        await until(lambda: either.eio.connections[session.sid].polling.is_waiting)
        assert await session.post("1") == (200, "ok")
        assert await poll == (200, "6")
        assert (await session.get())[0] == 400

    async def test_websocket_is_closed(self, either: Served) -> None:
        """A client's CLOSE closes the WebSocket."""
        async with websocket(either.http) as wire:
            await wire.text()
            wire.send("1")
            assert await wire.closed() == 1000


class TestUpgrade:
    async def test_polling_is_upgraded(self, engine: Served) -> None:
        """Probe, answer, NOOP to the poll, UPGRADE: from then on the frames are the session's."""
        session = await engine.http.open()
        async with websocket(engine.http, session.upgrade_query) as wire:
            wire.send("2probe")
            assert await wire.text() == "3probe"
            assert await session.get() == (200, "6")
            wire.send("5")
            wire.send("4hello")
            assert await wire.text() == "4hello"
            assert engine.eio.connections[session.sid].transport == "websocket"

    async def test_an_open_poll_is_ended_by_the_probe(self, either: Served) -> None:
        """The client waits for it before it upgrades."""
        session = await either.http.open()
        poll = asyncio.create_task(session.get())
        await until(lambda: either.eio.connections[session.sid].polling.is_waiting)
        async with websocket(either.http, session.upgrade_query) as wire:
            wire.send("2probe")
            assert await poll == (200, "6")

    async def test_polls_are_refused_after_an_upgrade(self, either: Served) -> None:
        """The session itself is not disturbed."""
        session = await either.http.open()
        async with websocket(either.http, session.upgrade_query) as wire:
            wire.send("2probe")
            assert await wire.text() == "3probe"
            wire.send("5")
            await until(lambda: either.eio.connections[session.sid].transport == "websocket")
            assert (await session.get())[0] == 400
            assert (await session.post("4x"))[0] == 400
            assert await wire.text() == "2"

    async def test_a_second_websocket_is_closed_after_an_upgrade(self, engine: Served) -> None:
        """At once, and the first goes on."""
        session = await engine.http.open()
        async with websocket(engine.http, session.upgrade_query) as wire:
            wire.send("2probe")
            wire.send("5")
            assert await wire.text() == "3probe"
            async with websocket(engine.http, session.upgrade_query) as second:
                assert (await second.frame() or (None,))[0] == CLOSE
            wire.send("4hello")
            assert await wire.text() == "4hello"
