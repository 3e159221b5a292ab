"""When a tunnel may end: never between the answer to a client's probe and its coming over."""

import asyncio
from typing import Any, cast

import pytest
from whiteboard.engine import rfc6455, tunnel
from whiteboard.engine.tunnel import End, Tunnel

from tests.conformance.clients import TEXT, masked
from tests.integration.waiting import eventually

PROBE, COME_OVER = masked(TEXT, b"2probe"), masked(TEXT, b"5")
ANSWER = rfc6455.encode(rfc6455.TEXT, b"3probe")


class Peer:
    """Stands where a transport does: what it was given to send, and how often the stream was ended."""

    def __init__(self) -> None:
        self.sent = b""
        self.ends = 0
        self.is_aborted = False

    def write(self, data: bytes) -> None:
        self.sent += data

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        self.ends += 1

    def abort(self) -> None:
        self.is_aborted = True

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass


class Joined:
    """A tunnel between a client and its session's replica."""

    def __init__(self) -> None:
        self.here, self.there = End(), End()
        self.client, self.replica = Peer(), Peer()
        self.here.connection_made(cast(Any, self.client))
        self.there.connection_made(cast(Any, self.replica))
        self.tunnel = Tunnel(self.here, self.there)

    def is_cut(self) -> bool:
        return self.client.is_aborted and self.replica.is_aborted


@pytest.fixture
async def joined() -> Joined:
    return Joined()


async def test_tunnel_waits_with_its_end_until_the_client_has_come_over(joined: Joined) -> None:
    """[E7] [D2] A stock client that is told to come over polls no more; what it says then still goes on."""
    joined.here.data_received(PROBE)
    joined.there.data_received(ANSWER)
    joined.tunnel.part()
    assert joined.tunnel.is_over
    assert joined.client.ends == 0
    for byte in COME_OVER:  # in whatever pieces
        assert joined.client.ends == 0
        joined.here.data_received(bytes([byte]))
    assert joined.client.ends == 1
    assert joined.replica.sent == PROBE + COME_OVER
    joined.here.data_received(masked(TEXT, b"42[]"))
    assert joined.replica.sent.endswith(masked(TEXT, b"42[]"))


@pytest.mark.parametrize("said", [b"", PROBE])
async def test_tunnel_ends_at_once_before_its_probe_is_answered(joined: Joined, said: bytes) -> None:
    """[E7] The client goes on by polling, which it has not stopped."""
    joined.here.data_received(said)
    joined.tunnel.part()
    assert joined.client.ends == 1


async def test_tunnel_ends_at_once_when_the_client_has_come_over(joined: Joined) -> None:
    """[E7] It notices, and comes back."""
    joined.here.data_received(PROBE)
    joined.there.data_received(ANSWER)
    joined.here.data_received(COME_OVER + masked(TEXT, b"42[]" + b"x" * 100_000))
    joined.tunnel.part()
    assert joined.client.ends == 1


async def test_tunnel_waits_for_nobody_who_speaks_another_protocol(joined: Joined) -> None:
    """[E7] What comes is no frame: nothing more can be known of that upgrade."""
    joined.here.data_received(PROBE)
    joined.there.data_received(ANSWER)
    joined.tunnel.part()
    joined.here.data_received(b"\xff\xff\xff")
    assert joined.client.ends == 1


@pytest.mark.parametrize("ends", ["here", "there"])
async def test_tunnel_is_cut_when_one_side_does_not_follow_the_other(
    joined: Joined, monkeypatch: pytest.MonkeyPatch, ends: str
) -> None:
    """[E7] A client that vanished, or a replica that has nothing more to say: neither keeps two sockets open."""
    monkeypatch.setattr(tunnel, "_FOLLOW_SECONDS", 0.01)
    getattr(joined, ends).eof_received()
    assert not joined.is_cut()
    await eventually(joined.is_cut, "both are dropped")


async def test_tunnel_is_cut_when_its_client_takes_nothing(joined: Joined, monkeypatch: pytest.MonkeyPatch) -> None:
    """[E7] While it takes nothing its replica is not read, and its end not seen; one that goes on stays."""
    monkeypatch.setattr(tunnel, "_STALL_SECONDS", 0.05)
    joined.here.pause_writing()
    joined.here.resume_writing()
    await asyncio.sleep(0.1)
    assert not joined.is_cut()
    joined.here.pause_writing()
    await eventually(joined.is_cut, "both are dropped")
