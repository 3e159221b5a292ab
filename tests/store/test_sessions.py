"""Sessions' durable state against a real server."""

import asyncio
from typing import Any

import pytest
from whiteboard.domain.positions import Offset
from whiteboard.errors import StoreUnavailable
from whiteboard.store.bus import REPLICA_CHANNEL
from whiteboard.store.connection import connect
from whiteboard.store.sessions import SessionKey, Sessions, SessionState

from tests.conftest import OwnRedis

KEY = SessionKey.of("b", "the secret pid")
STATE = SessionState("sid-1", "client-1", "red", 4.5, Offset(7, 3, 1), 1, "Ann", "pen")


@pytest.fixture
def sessions(store: Any) -> Sessions:
    """The sessions of one replica; ``another`` makes those of a second one."""
    return Sessions(store, "replica-1", 120.0)


def another(store: Any) -> Sessions:
    return Sessions(store, "replica-2", 120.0)


async def claimed(sessions: Sessions) -> SessionState:
    """Claim the session, which is there."""
    state = await sessions.claim(KEY, "client-1")
    assert state is not None
    return state


async def test_session_is_written_with_its_version_and_its_end(sessions: Sessions, store: Any) -> None:
    """[S1] A hash that ends by itself the recovery window, and half of it for refreshes that fail, after it was last
    written."""
    assert await sessions.write(KEY, STATE) == 1
    assert await store.hgetall(str(KEY)) == {
        b"v": b"1",
        b"sid": b"sid-1",
        b"client": b"client-1",
        b"color": b"red",
        b"width": b"4.5",
        b"start": b"7-3-1",
        b"generation": b"1",
        b"owner": b"replica-1",
        b"name": b"Ann",
        b"tool": b"pen",
    }
    assert 179_000 < await store.pttl(str(KEY)) <= 180_000
    assert sessions.refresh_seconds == 30


async def test_change_is_written_and_starts_the_lifetime_anew(sessions: Sessions, store: Any) -> None:
    """[S1] A replica that comes to it finds all of it."""
    await sessions.write(KEY, STATE)
    await store.pexpire(str(KEY), 5_000)
    changed = STATE._replace(color="blue", width=9.0)
    assert await sessions.write(KEY, changed) == 1
    assert await store.pttl(str(KEY)) > 100_000
    state = await claimed(another(store))
    assert state == changed._replace(generation=state.generation)


async def test_claim_brings_the_session_back_on_another_replica(sessions: Sessions, store: Any) -> None:
    """[R2] Each claim raises the generation and tells the replica that had it, which may be the same one."""
    await sessions.write(KEY, STATE)
    async with store.pubsub() as listener:
        await listener.subscribe(REPLICA_CHANNEL + "replica-1", REPLICA_CHANNEL + "replica-2")
        for _ in range(2):
            assert (await listener.get_message(timeout=5))["type"] == "subscribe"
        generations = [(await claimed(replica)).generation for replica in (another(store), sessions)]
        told = [await listener.get_message(timeout=5) for _ in range(2)]
    assert 1 < generations[0] < generations[1]
    assert [message["channel"].decode() for message in told] == [
        REPLICA_CHANNEL + "replica-1",
        REPLICA_CHANNEL + "replica-2",
    ]
    assert [int(message["data"].split()[-1]) for message in told] == generations
    assert await store.hget(str(KEY), "owner") == b"replica-1"


async def test_write_fails_when_the_session_has_been_claimed(sessions: Sessions, store: Any) -> None:
    """[R2] A replica that has slept cannot undo what came after, and learns who holds the session."""
    await sessions.write(KEY, STATE)
    later = await claimed(another(store))
    assert await sessions.write(KEY, STATE._replace(color="blue")) == later.generation
    assert await sessions.refresh([(KEY, 1)]) == [later.generation]
    assert await store.hget(str(KEY), "color") == b"red"
    assert await another(store).write(KEY, later._replace(color="green")) == later.generation
    assert await store.hget(str(KEY), "color") == b"green"


async def test_later_generation_stands_when_redis_lost_the_session_and_an_earlier_one_is_written_first(
    sessions: Sessions, store: Any
) -> None:
    """[R2] [S1] Neither a holder of old nor a claim of what it wrote can get ahead of whoever really has it."""
    await sessions.write(KEY, STATE)
    later = await claimed(another(store))
    await store.delete(str(KEY))
    await sessions.write(KEY, STATE)
    assert await another(store).refresh([(KEY, later.generation)]) == [1]
    assert await another(store).write(KEY, later) == later.generation
    assert await sessions.refresh([(KEY, 1)]) == [later.generation]
    await store.delete(str(KEY))
    await sessions.write(KEY, STATE)
    assert (await claimed(sessions)).generation > later.generation


async def test_claim_finds_nothing_when_there_is_no_such_session(sessions: Sessions, store: Any) -> None:
    """[R4] Neither an unknown pid nor one of another board or client; and asking leaves nothing behind."""
    await sessions.write(KEY, STATE)
    assert await sessions.claim(KEY, "client-2") is None
    assert await sessions.claim(KEY, "") is None
    assert await sessions.claim(SessionKey.of("b", "another pid"), "client-1") is None
    assert await sessions.claim(SessionKey.of("c", "the secret pid"), "client-1") is None
    assert await store.keys() == [str(KEY).encode()]
    assert await store.hget(str(KEY), "generation") == b"1"


async def test_claims_get_generations_of_their_own_when_they_come_at_once(sessions: Sessions, store: Any) -> None:
    """[R2] Of two that race, one is the later."""
    await sessions.write(KEY, STATE)
    came = await asyncio.gather(*(claimed(replica) for replica in [sessions, another(store)] * 5))
    assert len({state.generation for state in came}) == 10


async def test_session_lives_on_when_it_is_refreshed(sessions: Sessions, store: Any) -> None:
    """[S1] Of one that Redis has lost its holder is told, to write it again; asking leaves nothing behind."""
    others = [SessionKey.of(f"b{i}", "pid") for i in range(3)]
    for key in (KEY, *others):
        await sessions.write(key, STATE)
        await store.pexpire(str(key), 5_000)
    await store.delete(str(others[2]))
    await store.script_flush()
    assert await sessions.refresh([(key, 1) for key in (KEY, *others)]) == [1, 1, 1, 0]
    assert [await store.pttl(str(key)) > 100_000 for key in (KEY, *others)] == [True, True, True, False]
    assert not await store.exists(str(others[2]))
    assert await sessions.refresh([]) == []


def test_key_does_not_tell_the_secret() -> None:
    """[S1] Whoever may list keys cannot take over sessions; the board is the hash tag."""
    assert str(KEY).startswith("wb:{b}:session:")
    assert "secret" not in str(KEY)
    assert SessionKey.of("b", "another pid") != KEY
    assert SessionKey.of("b", "the secret pid") == KEY


async def test_store_counts_as_unavailable_when_redis_is_gone(own_redis: OwnRedis) -> None:
    """[E6] Each way to a session says so by one error."""
    client = connect(own_redis.url, None, timeout_seconds=0.3)
    own_redis.kill()
    sessions = Sessions(client, "replica-1", 120.0)
    for call in (
        lambda: sessions.write(KEY, STATE),
        lambda: sessions.claim(KEY, "client-1"),
        lambda: sessions.refresh([(KEY, 1)]),
    ):
        with pytest.raises(StoreUnavailable):
            await call()
    await client.aclose()


async def test_refresh_works_again_after_an_outage_however_often_it_failed(own_redis: OwnRedis) -> None:
    """[E6] A refresh that fails gives its connection back: there are no more than sixteen."""
    client = connect(own_redis.url, None, timeout_seconds=0.3)
    sessions = Sessions(client, "replica-1", 120.0)
    await sessions.write(KEY, STATE)
    own_redis.kill()
    for _ in range(20):
        with pytest.raises(StoreUnavailable):
            await sessions.refresh([(KEY, 1)])
    own_redis.start()
    assert await sessions.refresh([(KEY, 1)]) == [0]
    await client.aclose()
