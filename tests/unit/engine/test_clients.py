"""Who is where, under python-socketio: one client is emitted to; a room, which others know too, is refused."""

from typing import Any

import pytest
from whiteboard.engine.clients import Clients
from whiteboard.engine.conform import ConformingServer

from tests.unwalkable import Unwalkable


class Server(ConformingServer):
    """python-socketio that keeps what it would send, by connection."""

    def __init__(self) -> None:
        self.clients = Clients()
        self.sent: list[tuple[str, str]] = []
        super().__init__(client_manager=self.clients, async_mode="aiohttp")

    async def _send_eio_packet(self, eio_sid: str, eio_pkt: Any) -> None:
        self.sent.append((eio_sid, eio_pkt.data))

    async def join(self, eio_sid: str, namespace: str = "/") -> str:
        sid = await self.clients.pre_connect(eio_sid, namespace)
        assert sid is not None
        return await self.clients.connect(sid, namespace)

    async def leave(self, sid: str, namespace: str = "/") -> None:
        self.clients.pre_disconnect(sid, namespace)
        await self.clients.disconnect(sid, namespace)


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.mark.parametrize("to", [None, "everybody", ["a", "b"], 7])
@pytest.mark.parametrize("joined", [0, 2])
async def test_emit_to_a_room_raises(server: Server, to: Any, joined: int) -> None:
    """Whether anybody is here or not: those of other replicas would not hear it."""
    for n in range(joined):
        await server.join(f"eio-{n}")
    with pytest.raises(NotImplementedError, match="write_all"):
        await server.emit("hello", {"n": 1}, to=to)
    with pytest.raises(NotImplementedError, match="write_all"):
        await server.emit("hello", {"n": 1}, room=to)
    assert server.sent == []


async def test_entering_a_room_raises(server: Server) -> None:
    """Rather than letting a handler believe that what it sends there arrives."""
    sid = await server.join("eio-1")
    with pytest.raises(NotImplementedError, match="no rooms"):
        await server.enter_room(sid, "board")


async def test_emit_to_a_sid_reaches_that_client_alone(server: Server) -> None:
    """Also on a namespace of its own; once it has left, the emit raises."""
    one, *_ = [await server.join(f"eio-{n}", "/board") for n in range(3)]
    await server.join("eio-0")
    await server.emit("hello", {"n": 1}, to=one, namespace="/board")
    await server.emit("hello", {"n": 2}, room=one, namespace="/board")
    assert server.sent == [("eio-0", f'2/board,["hello",{{"n":{n}}}]') for n in (1, 2)]
    await server.leave(one, "/board")
    with pytest.raises(NotImplementedError):
        await server.emit("hello", {"n": 3}, to=one, namespace="/board")


async def test_client_is_found_both_ways_while_it_is_here(server: Server) -> None:
    """By its sid and by its connection; between accepted and leaving it counts as connected."""
    clients = server.clients
    sid = await clients.pre_connect("eio-1", "/")
    assert sid is not None
    assert await clients.pre_connect("eio-1", "/") is None
    assert not clients.is_connected(sid, "/")
    await clients.connect(sid, "/")
    assert clients.is_connected(sid, "/")
    assert (clients.eio_sid_from_sid(sid, "/"), clients.sid_from_eio_sid("eio-1", "/")) == ("eio-1", sid)
    assert (clients.eio_sid_from_sid(sid, "/board"), clients.sid_from_eio_sid("eio-1", "/board")) == (None, None)
    assert clients.pre_disconnect(sid, "/") == "eio-1"
    assert not clients.is_connected(sid, "/")


async def test_nothing_is_left_behind_by_those_who_came(server: Server) -> None:
    """Whether they left in order, were refused, or still owed an answer."""
    clients = server.clients
    before = {name: repr(value) for name, value in vars(clients).items() if name != "server"}
    for n in range(100):
        sid = await clients.pre_connect(f"eio-{n}", "/")
        assert sid is not None
        if n % 2:
            await clients.connect(sid, "/")
            await server.emit("question", to=sid, callback=print)
            clients.pre_disconnect(sid, "/")
        await clients.disconnect(sid, "/")
        await clients.disconnect(sid, "/")
    clients._eio_sids.pop("/")
    assert {name: repr(value) for name, value in vars(clients).items() if name != "server"} == before


async def test_coming_and_going_walks_over_nobody(server: Server) -> None:
    """It costs the same however many are here."""
    clients = server.clients
    clients._eio_sids["/"] = Unwalkable()
    clients._sids = Unwalkable()
    sids = [await server.join(f"eio-{n}") for n in range(3)]
    for sid in sids:
        await server.leave(sid)
    assert len(clients._sids) == len(clients._eio_sids["/"]) == 0
