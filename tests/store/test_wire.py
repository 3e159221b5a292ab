"""The connections that are read by ourselves: replies in order, none taken for another's, nothing left open."""

import asyncio
import signal
from pathlib import Path
from typing import Any

import pytest
from redis.exceptions import ReadOnlyError, RedisError, ResponseError
from whiteboard.store.connection import OUTAGE, connect
from whiteboard.store.wire import Pipe, Wire

from tests.conftest import OwnRedis
from tests.integration.waiting import eventually


async def test_replies_come_in_order_when_batches_overlap(store: Any) -> None:
    """Each batch gets its own, a refusal in the place of the command that was refused."""
    pipe = Pipe(store)
    batches = [[("SET", "k", str(n)), ("NONSENSE",), ("GET", "k")] for n in range(50)]
    for n, (done, refused, value) in enumerate(await asyncio.gather(*map(pipe.execute, batches))):
        assert (done, value) == (b"OK", b"%d" % n)
        assert isinstance(refused, ResponseError)
    assert len([c for c in await store.client_list() if c["cmd"] == "get"]) == 1


async def test_next_batch_has_a_connection_of_its_own_when_one_got_no_answer_in_time(own_redis: OwnRedis) -> None:
    """The answer that comes after all is not taken for that of the next batch."""
    client = connect(own_redis.url, None, timeout_seconds=0.3)
    pipe = Pipe(client)
    await pipe.execute([("SET", "k", "early")])
    own_redis.process.send_signal(signal.SIGSTOP)
    with pytest.raises(OUTAGE):
        await pipe.execute([("GET", "k")])
    own_redis.process.send_signal(signal.SIGCONT)
    assert await pipe.execute([("ECHO", "late")]) == [b"late"]
    await client.aclose()


async def test_next_batch_has_a_connection_of_its_own_when_one_was_cancelled(store: Any) -> None:
    """So too when whoever waited waits no more."""
    pipe = Pipe(store)
    waiting = asyncio.ensure_future(pipe.execute([("BLPOP", "nothing", "0")]))
    await eventually(lambda: pipe._batches, "the batch is away")
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await pipe.execute([("ECHO", "next")]) == [b"next"]


async def test_all_that_wait_are_told_when_the_connection_is_lost(store: Any) -> None:
    """As an outage; the next batch connects anew."""
    pipe = Pipe(store)
    ((me,),) = [await pipe.execute([("CLIENT", "ID")])]
    waiting = [asyncio.ensure_future(pipe.execute([("BLPOP", "nothing", "0")])) for _ in range(3)]
    await eventually(lambda: len(pipe._batches) == 3, "the batches are away")
    await store.client_kill_filter(_id=me)
    for lost in await asyncio.gather(*waiting, return_exceptions=True):
        assert isinstance(lost, OUTAGE)
    assert await pipe.execute([("ECHO", "again")]) == [b"again"]


async def test_wire_connects_as_the_client_does_when_redis_asks_for_a_password(
    own_redis: OwnRedis, tmp_path: Path
) -> None:
    """redis-py says hello; a wrong password is an error, not a hang."""
    async with connect(own_redis.url, None, timeout_seconds=1.0) as admin:
        await admin.config_set("requirepass", "open sesame")
    (tmp_path / "right").write_text("open sesame\n")
    (tmp_path / "wrong").write_text("open barley\n")
    async with connect(own_redis.url, tmp_path / "right", timeout_seconds=1.0) as client:
        assert await Pipe(client).execute([("ECHO", "in")]) == [b"in"]
    async with connect(own_redis.url, tmp_path / "wrong", timeout_seconds=1.0) as client:
        with pytest.raises(RedisError):
            await Pipe(client).execute([("ECHO", "in")])


async def test_password_is_read_for_each_connection(own_redis: OwnRedis, tmp_path: Path) -> None:
    """A mounted Secret changes while the process runs; a user named in the URL stays."""
    async with connect(own_redis.url, None, timeout_seconds=1.0) as admin:
        await admin.config_set("requirepass", "first")
        await admin.execute_command("ACL", "SETUSER", "alice", "on", ">first", "~*", "&*", "+@all")
    (tmp_path / "password").write_text("first\n")
    as_alice = own_redis.url.replace("//", "//alice@")
    async with (
        connect(own_redis.url, tmp_path / "password", timeout_seconds=1.0) as client,
        connect(as_alice, tmp_path / "password", timeout_seconds=1.0) as alice,
    ):
        assert await alice.execute_command("ACL", "WHOAMI") == b"alice"
        await client.config_set("requirepass", "second")
        await client.execute_command("ACL", "SETUSER", "alice", "<first", ">second")
        (tmp_path / "password").write_text("second\n")
        for who in (client, alice):
            await who.connection_pool.disconnect()
            assert await who.ping()


async def test_server_that_takes_no_writes_any_more_is_left(own_redis: OwnRedis) -> None:
    """Demoted by a failover it may keep its connections; by its name another server may be reached now."""
    async with connect(own_redis.url, None, timeout_seconds=1.0) as client:
        pipe = Pipe(client)
        (before,) = await pipe.execute([("CLIENT", "ID")])
        await client.replicaof("127.0.0.1", 1)
        (refused,) = await pipe.execute([("SET", "a", "1")])
        assert isinstance(refused, ReadOnlyError)
        (after,) = await pipe.execute([("CLIENT", "ID")])
        assert after != before
        mine = await client.client_id()
        with pytest.raises(ReadOnlyError):
            await client.set("a", "1")
        assert await client.client_id() != mine


async def test_what_no_redis_says_is_a_lost_connection(store: Any) -> None:
    """Whoever waits hears of an outage, and tries again."""
    wire = await Wire.open(store, lambda _: None)
    wire.data_received(b"HTTP/1.1 502 Bad Gateway\r\n\r\n")
    with pytest.raises(OUTAGE):
        await asyncio.wait_for(wire.ended, 5)


async def test_wire_ends_when_whoever_is_told_fails(store: Any) -> None:
    """A reply that cannot be taken is not passed over: the connection is given up, and says why."""

    def fail(_: object) -> None:
        raise ValueError("cannot read that")

    wire = await Wire.open(store, fail)
    wire.send([("PING",)])
    with pytest.raises(ValueError, match="cannot read that"):
        await asyncio.wait_for(wire.ended, 5)


async def test_connection_still_has_what_is_taken_from_it(store: Any) -> None:
    """Names of redis-py that the wire leans on: its connection's ``_writer`` is a StreamWriter whose transport lets its
    protocol be exchanged, and it keeps nothing behind when that is taken away."""
    connection = store.connection_pool.make_connection()
    await connection.connect()
    writer = connection._writer
    assert isinstance(writer, asyncio.StreamWriter)
    assert callable(writer.transport.set_protocol)
    connection._writer = connection._reader = None
    assert not connection.is_connected
    writer.close()
    await writer.wait_closed()
