"""What Redis knows of the sessions that are here, as they change and as Redis forgets."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest
from msgspec import Raw
from whiteboard.engine.socket import Socket
from whiteboard.protocol.claims import Taken
from whiteboard.rooms.change import Change
from whiteboard.rooms.rooms import Rooms
from whiteboard.store.connection import connect

from tests.conftest import OwnRedis
from tests.integration.waiting import eventually
from tests.store.rooms.replica import Replica, Wire, replica
from tests.store.tasks import running


class DeafRooms(Rooms):
    """Rooms that are not told of claims."""

    def taken(self, taken: Taken) -> None:
        pass


@asynccontextmanager
async def keeping(redis_url: str, kind: type[Rooms] = Rooms) -> AsyncIterator[Replica]:
    """Run a replica that looks after its sessions fifty times a second."""
    async with replica(redis_url, kind=kind) as one:
        one.visits._sessions.refresh_seconds = 0.02
        async with running(one.visits.run()):
            yield one


async def kept(store: Any, socket: Socket) -> dict[str, str]:
    """Return a session as it lies in Redis."""
    fields = await store.hgetall(str(socket.session.key))
    return {name.decode(): value.decode() for name, value in fields.items()}


async def test_session_that_redis_has_lost_is_there_again_soon(redis_url: str, store: Any) -> None:
    """[S1] With its style and generation, in its place: its client can still be recovered elsewhere."""
    async with keeping(redis_url) as one, replica(redis_url, "replica-2") as two:
        client = await one.classic()
        one._classic.receive(client, "colorUpdate", [Raw(b'{"color":"blue"}')], None)
        await one.visits.written()
        before = await kept(store, client)
        await store.flushall()

        async def is_back() -> bool:
            return await kept(store, client) == before

        await eventually(is_back, "the session is there again")
        assert before["color"] == "blue"
        back = await two.classic(pid=client.greeting["pid"], offset=str(client.session.start))
        assert (back.session.sid, back.session.color, back.session.recovered) == (client.sid, "blue", True)


async def test_session_that_has_left_is_not_written_again(redis_url: str, store: Any) -> None:
    """[S1] Only who is here is kept."""
    async with keeping(redis_url) as one:
        gone, here = await one.classic(), await one.classic()
        await one._classic.disconnected(gone, "test")
        await store.delete(str(gone.session.key), str(here.session.key))

        async def is_back() -> bool:
            return bool(await kept(store, here))

        await eventually(is_back, "the other one is there again")
        assert not await kept(store, gone)


async def test_session_is_given_up_when_the_message_of_its_claim_was_lost(redis_url: str, store: Any) -> None:
    """[R2] The next look at Redis tells it: nothing more is told to the former connection, and Redis is left alone."""
    async with keeping(redis_url, DeafRooms) as one, replica(redis_url, "replica-2") as two:
        client = await one.classic()
        room = client.session.room
        back = await two.classic(pid=client.greeting["pid"], offset=str(client.session.start))
        assert back.greeting == client.greeting
        await eventually(lambda: client.session not in room.sessions, "it is given up")
        known = await kept(store, back)
        assert (known["owner"], int(known["generation"])) == ("replica-2", back.session.generation)


async def test_former_connection_is_not_waited_for_when_its_client_is_elsewhere(redis_url: str) -> None:
    """[R2] [D6] Who has come back has noticed that the replica before leaves: it need not wait for them."""
    async with replica(redis_url) as one, replica(redis_url, "replica-2") as two:
        client = await one.classic()
        wire = cast(Wire, client.connection)
        await two.classic(pid="forged", offset=str(client.session.start))
        assert not wire.is_let_go
        await two.classic(pid=client.greeting["pid"], offset=str(client.session.start))
        await eventually(lambda: wire.is_let_go, "it is let go")


async def test_session_is_given_up_when_its_change_comes_too_late(redis_url: str, store: Any) -> None:
    """[R2] A write that fails tells it as well."""
    async with replica(redis_url, kind=DeafRooms) as one, replica(redis_url, "replica-2") as two:
        client = await one.classic()
        await two.classic(pid=client.greeting["pid"], offset=str(client.session.start))
        one._classic.receive(client, "colorUpdate", [Raw(b'{"color":"blue"}')], None)
        await one.visits.written()
        assert client.session not in client.session.room.sessions
        assert (await kept(store, client))["color"] == "black"


async def test_redis_knows_a_change_when_its_block_ends(redis_url: str, store: Any) -> None:
    """[S1] [C5] ``async with`` is written ahead; ``with`` changes at once and tells when it is written."""
    async with replica(redis_url) as one:
        client = await one.classic()
        async with one.visits.change(client.session) as state:
            state.color = "teal"
        assert (await kept(store, client))["color"] == client.session.color == "teal"
        change = one.visits.change(client.session)
        with change as state:
            assert state.color == "teal"
            state.width = 7.0
        assert client.session.width == 7.0
        await change.written
        assert (await kept(store, client))["width"] == "7.0"


async def test_change_is_not_made_when_its_block_fails_nor_undoes_another_one(redis_url: str, store: Any) -> None:
    """[S1] Two that overlap are both made, in Redis too."""
    async with replica(redis_url) as one:
        client = await one.classic()
        with pytest.raises(ZeroDivisionError):
            await _fail(one.visits.change(client.session))
        assert client.session.color == "black"
        async with one.visits.change(client.session) as state:
            async with one.visits.change(client.session) as other:
                other.color = "navy"
            state.width = 7.0
        assert (client.session.color, client.session.width) == ("navy", 7.0)
        known = await kept(store, client)
        assert (known["color"], known["width"]) == ("navy", "7.0")


async def test_change_waits_for_redis_as_long_as_its_client_may_come_back(
    own_redis: OwnRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[S1] [E6] Also when it has left meanwhile: on whatever server it comes back, its colour is the new one."""
    async with replica(own_redis.url) as one:
        stays, goes, forgotten = [await one.classic() for _ in range(3)]
        own_redis.kill()

        def recolor(client: Socket) -> "asyncio.Task[None]":
            change = one.visits.change(client.session)
            with change as state:
                state.color = "teal"
            return change.written

        written = [recolor(client) for client in (stays, goes)]
        await one.leave(goes)
        await asyncio.sleep(0)  # both are being written
        with monkeypatch.context() as at_once:
            at_once.setattr(one.visits._sessions, "lifetime_seconds", 0.0)
            given_up = recolor(forgotten)
            await one.leave(forgotten)
            await eventually(given_up.done, "given up")
        assert not any(task.done() for task in written)
        own_redis.start()
        await asyncio.gather(*written)
        store = connect(own_redis.url, None, 2.0)
        for client in (stays, goes):
            assert (await kept(store, client))["color"] == "teal"
        await store.aclose()


async def _fail(change: Change) -> None:
    async with change as state:
        state.color = "teal"
        raise ZeroDivisionError
