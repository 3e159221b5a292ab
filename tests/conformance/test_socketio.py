"""What the public Socket.IO v5 suite checks beyond Engine.IO, and more packets that python-socketio would let pass."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.conformance.clients import Wire, until, websocket
from tests.conformance.conftest import Serve, Served
from tests.conformance.server import socketio_server


@asynccontextmanager
async def joined(served: Served) -> AsyncIterator[Wire]:
    """A client on the main namespace."""
    async with websocket(served.http) as wire:
        await wire.text()
        wire.send("40")
        assert str(await wire.message()).startswith("40{")
        assert await wire.message() == '42["auth",{}]'
        yield wire


@pytest.fixture
async def calm(serve: Serve) -> Served:
    """The Socket.IO server without heartbeats in the way."""
    return await serve(socketio_server, ping_interval=25, ping_timeout=20)


class TestConnect:
    @pytest.mark.parametrize(
        ("connect", "prefix", "greeting"),
        [
            ("40", "40", '42["auth",{}]'),
            ('40{"token":"123"}', "40", '42["auth",{"token":"123"}]'),
            ("40/custom,", "40/custom,", '42/custom,["auth",{}]'),
            ('40/custom,{"token":"abc"}', "40/custom,", '42/custom,["auth",{"token":"abc"}]'),
        ],
    )
    async def test_a_namespace_is_joined(self, calm: Served, connect: str, prefix: str, greeting: str) -> None:
        """The answer is CONNECT with a sid and nothing else; the auth reaches the handler."""
        async with websocket(calm.http) as wire:
            await wire.text()
            wire.send(connect)
            answer = await wire.text()
            assert answer.startswith(prefix)
            fields = json.loads(answer[len(prefix) :])
            assert list(fields) == ["sid"]
            assert isinstance(fields["sid"], str)
            assert await wire.text() == greeting

    async def test_an_unknown_namespace_is_refused(self, calm: Served) -> None:
        """By CONNECT_ERROR with an object that says why."""
        async with websocket(calm.http) as wire:
            await wire.text()
            wire.send("40/random")
            assert await wire.text() == '44/random,{"message":"Invalid namespace"}'

    async def test_a_second_connect_is_refused(self, calm: Served) -> None:
        """The first stays joined."""
        async with joined(calm) as wire:
            wire.send("40")
            assert await wire.text() == '44{"message":"Already connected"}'
            wire.send('42["message"]')
            assert await wire.text() == '42["message-back"]'

    async def test_a_session_that_joins_nothing_is_closed(self, serve: Serve) -> None:
        """After the connect time-out, though it answers pings; not if it has joined."""
        served = await serve(socketio_server, ping_interval=25, connect_timeout=0.5)
        async with joined(served) as wire:
            async with websocket(served.http) as idle:
                assert await idle.closed() == 1000
            await until(lambda: len(served.eio.connections) == 1)
            wire.send('42["message"]')
            assert await wire.text() == '42["message-back"]'
            assert served.server._joining == {}


class TestDisconnect:
    async def test_the_main_namespace_is_left(self, socketio: Served) -> None:
        """Without an answer; the session goes on."""
        async with joined(socketio) as wire:
            wire.send("41")
            assert await wire.text() == "2"

    async def test_a_custom_namespace_is_left(self, calm: Served) -> None:
        """The main one stays."""
        async with joined(calm) as wire:
            wire.send("40/custom")
            assert (await wire.text()).startswith("40/custom,")
            assert await wire.text() == '42/custom,["auth",{}]'
            wire.send("41/custom")
            wire.send('42["message","message to main namespace"]')
            assert await wire.text() == '42["message-back","message to main namespace"]'


class TestEvents:
    @pytest.mark.parametrize(
        ("event", "answer"),
        [
            ('42["message",1,"2",{"3":[true]}]', '42["message-back",1,"2",{"3":[true]}]'),
            ('42456["message-with-ack",1,"2",{"3":[false]}]', '43456[1,"2",{"3":[false]}]'),
        ],
    )
    async def test_text_goes_there_and_back(self, calm: Served, event: str, answer: str) -> None:
        """As an event, and as an acknowledgement of the same id."""
        async with joined(calm) as wire:
            wire.send(event)
            assert await wire.text() == answer

    @pytest.mark.parametrize(
        ("event", "answer"),
        [
            (
                '452-["message",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]',
                '452-["message-back",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]',
            ),
            (
                '452-789["message-with-ack",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]',
                '462-789[{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]',
            ),
        ],
    )
    async def test_attachments_go_there_and_back(self, calm: Served, event: str, answer: str) -> None:
        """Each in a frame of its own, in order."""
        async with joined(calm) as wire:
            wire.send(event)
            wire.send_binary(b"\x01\x02\x03")
            wire.send_binary(b"\x04\x05\x06")
            assert [await wire.message() for _ in range(3)] == [answer, b"\x01\x02\x03", b"\x04\x05\x06"]


class TestInvalid:
    async def test_the_first_packet_ends_the_session_when_it_is_invalid(self, calm: Served) -> None:
        """Nothing has to be joined for that."""
        async with websocket(calm.http) as wire:
            await wire.text()
            wire.send("4abc")
            assert await wire.closed() == 1002

    @pytest.mark.parametrize(
        "packet",
        [
            "4abc",
            "42{}",
            '42abc["message-with-ack",1,"2",{"3":[false]}]',
            "4",
            "42",
            "42[]",
            "42[1]",
            "42[null]",
            '42["message"',
            '42["connect",{}]',
            '42["disconnect"]',
            '42/custom,{"a":1}',
            "43[]",
            "431{}",
            '44{"message":"no"}',
            '40["auth"]',
            "41{}",
            '45["message"]',
            '450-["message"]',
            '4511-["message"]',
            '4599999999999-["message"]',
            '421-["message"]',
            "4٢[]",
            "42" + "[" * 100_000,
        ],
    )
    async def test_an_invalid_packet_ends_the_session(self, calm: Served, packet: str) -> None:
        """And no other: somebody else on the server notices nothing."""
        async with joined(calm) as other, joined(calm) as wire:
            wire.send(packet)
            wire.send('42["message","after"]')
            assert await wire.closed() == 1002
            other.send('42["message"]')
            assert await other.text() == '42["message-back"]'

    @pytest.mark.parametrize(
        "attachment", [b"\x01", None], ids=["placeholder-of-no-attachment", "text-instead-of-attachment"]
    )
    async def test_a_broken_binary_event_ends_the_session(self, calm: Served, attachment: bytes | None) -> None:
        """A placeholder that points nowhere, a packet where an attachment has to come."""
        async with joined(calm) as wire:
            wire.send('451-["message",{"_placeholder":true,"num":5}]')
            if attachment is None:
                wire.send('42["message"]')
            else:
                wire.send_binary(attachment)
            assert await wire.closed() == 1002
        assert calm.server._binary_packet == {}

    async def test_an_attachment_without_an_event_ends_the_session(self, calm: Served) -> None:
        async with joined(calm) as wire:
            wire.send_binary(b"2[]")
            assert await wire.closed() == 1002

    async def test_a_failing_handler_ends_nothing(self, calm: Served, caplog: pytest.LogCaptureFixture) -> None:
        """It is logged, and the session goes on."""

        async def fail(sid: str) -> None:
            raise ValueError("a defect of the application")

        calm.server.on("fail", fail)
        async with joined(calm) as wire:
            wire.send('42["fail"]')
            wire.send('42["message"]')
            assert await wire.text() == '42["message-back"]'
        assert "a defect of the application" in caplog.text


async def test_the_application_is_told_of_the_end(calm: Served) -> None:
    """The disconnect handler of every namespace joined, once, with the reason; then nothing is left."""
    told = []
    calm.server.on("disconnect", lambda sid, reason: told.append(reason))
    async with joined(calm):
        pass
    await until(lambda: not calm.eio.connections)
    assert told in (["transport close"], ["transport error"])
    assert calm.server.environ == {}
    assert calm.server.manager.rooms == {}
