"""A forwarder: its named states, of which legal steps are taken and all others raise, and what it does in them."""

import asyncio
import itertools

import pytest
from aiohttp.test_utils import make_mocked_request
from whiteboard.engine import forward
from whiteboard.engine.errors import IllegalTransition, Refused
from whiteboard.engine.forward import Forwarder, State


async def nobody(name: str) -> str | None:
    return None


@pytest.mark.parametrize(("state", "then"), list(itertools.product(State, State)))
async def test_forwarder_takes_legal_steps_only(caplog: pytest.LogCaptureFixture, state: State, then: State) -> None:
    """[E7] It leaves, closes, and never comes back; each step is a line for who debugs."""
    forwarder = Forwarder(nobody, 1_000_000)
    forwarder._state = state
    if then in forward.LEGAL[state]:
        with caplog.at_level("DEBUG"):
            forwarder._become(then)
        assert forwarder._state is then
        assert caplog.messages == [f"forwarder: {state.name} to {then.name}"]
    else:
        with pytest.raises(IllegalTransition, match=f"{state.name} to {then.name}"):
            forwarder._become(then)


async def test_forwarder_may_be_closed_twice_and_left_late() -> None:
    """[D6] A drain that is hurried closes again."""
    forwarder = Forwarder(nobody, 1_000_000)
    forwarder.leave()
    forwarder.leave()
    assert await forwarder.close(0.01) == 0
    assert await forwarder.close(0.01) == 0
    forwarder.leave()


async def test_upgrade_that_is_accepted_when_we_close_already_is_refused() -> None:
    """[E7] [D6] Joined, it would end with us in the midst of coming over, and its client would miss a ping."""
    asked, accepts = asyncio.Event(), asyncio.Event()

    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        asked.set()
        await accepts.wait()
        writer.write(b"HTTP/1.1 101 Switching Protocols\r\n\r\n")
        ended.set_result(await reader.read())
        writer.close()

    ended: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
    async with await asyncio.start_server(slow, "127.0.0.1", 0) as home:
        host, port = home.sockets[0].getsockname()

        async def find(name: str) -> str | None:
            return f"{host}:{port}"

        forwarder = Forwarder(find, 1_000_000)
        upgrade = make_mocked_request("GET", "/socket.io/?EIO=4&transport=websocket&sid=home.1")
        joining = asyncio.create_task(forwarder.forward(upgrade, "home"))
        await asked.wait()
        forwarder.leave()
        assert await forwarder.close(0.01) == 0
        accepts.set()
        with pytest.raises(Refused):
            await joining
        assert await ended == b""
        assert not forwarder.tunnels
